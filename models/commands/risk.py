"""The result of a risk assessment, as a trained person found it with a named instrument."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from models.commands.base import Day, Line, Prose
from models.commands.info import AddInfoItem
from models.itemwords import RiskJudgement


class RecordRisk(AddInfoItem):
    """A result with everything an information item has; the text says what the result means.

    Who judges otherwise than the instrument says why. Scores are kept as they were written down, never worked with.
    """

    instrument: Annotated[Line, Field(min_length=1)]
    edition: Line = ""
    assessor: Annotated[Line, Field(min_length=1)]
    assessed_on: Day
    valid_until: Day
    scores: Prose = ""
    judgement: RiskJudgement
    instrument_says: RiskJudgement | None = None
    override_reason: Prose = ""
    protective: Prose = ""
    limitations: Prose = ""

    @model_validator(mode="after")
    def _says_why_otherwise(self) -> Self:
        other = self.instrument_says not in {None, self.judgement}
        if other != bool(self.override_reason.strip()):
            raise PydanticCustomError("uitleg", "{wat}", {"wat": (
                "zeg waarom het oordeel afwijkt van wat het instrument aangeeft" if other
                else "een motivering van afwijken hoort alleen bij een oordeel dat afwijkt van het instrument"
            )})  # fmt: skip
        if self.valid_until < self.assessed_on:
            raise PydanticCustomError("uitleg", "de uitkomst geldt niet eerder dan zij is vastgesteld")
        return self
