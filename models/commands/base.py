"""What every command is made of: frozen, imperative, complete. The door fills them; the casebook obeys or refuses."""

from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

FIRST_YEAR, LAST_YEAR = 2000, 2090  #: what a date in a case can be; outside it somebody made a slip of the pen


def written_out(kind: str) -> BeforeValidator:
    """A day or a time is written out: a number would be counted from 1970."""

    def check(value: Any) -> Any:  # noqa: ANN401 - whatever was sent
        counted = value.replace(".", "").removeprefix("-").isdecimal() if isinstance(value, str) else False
        if counted or isinstance(value, int | float):
            raise PydanticCustomError(f"{kind}_written_out", "is uitgeschreven")
        return value

    return BeforeValidator(check)


def _within_reach(value: Any) -> Any:  # noqa: ANN401 - a day or a moment
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("uitleg", "ligt niet tussen {eerste} en {laatste}; klopt het jaartal?",
                                  {"eerste": FIRST_YEAR, "laatste": LAST_YEAR})  # fmt: skip
    return value


#: a moment or a day that a case can hold; the calendar knows no others
Moment = Annotated[AwareDatetime, written_out("datetime"), AfterValidator(_within_reach)]
Day = Annotated[date, written_out("date"), AfterValidator(_within_reach)]


#: a word or a line, and a text: longer is a document, and belongs in an attachment
Line = Annotated[str, Field(max_length=500)]
Prose = Annotated[str, Field(max_length=50_000)]
T = TypeVar("T")
Some = Annotated[tuple[T, ...], Field(max_length=50)]


class Command(BaseModel):
    """A frozen value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
