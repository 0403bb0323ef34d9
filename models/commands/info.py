"""Information about a person: supplied, described, taken back."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from models.commands.base import Command, Line, Prose, Some
from models.itemwords import Category, Condition, Regime, Reliability, SecrecyRoute


def _supplied(value: Category) -> Category:
    if value is Category.REPORT:
        raise PydanticCustomError("uitleg", "wordt niet aangeleverd: kies waar de informatie over gaat")
    return value


#: what information can be about; what a bundled report told is made by the casebook
Supplied = Annotated[Category, AfterValidator(_supplied)]


class DescribeItem(Command):
    """Text about a person, with what it is under the law and the conditions of its supplier (R8).

    Without a person it is about the betrokkene of the case. Not for `excluded`; with `only_for` for nobody else.
    """

    category: Supplied
    body: Annotated[Prose, Field(min_length=1)]
    life_domain: Line = ""
    regime: Regime = Regime.AVG
    ground: Prose = ""
    route: SecrecyRoute | None = None
    route_reason: Prose = ""
    subject_id: UUID | None = None
    professional: Line = ""
    source: Line = ""
    reliability: Reliability = Reliability.UNJUDGED
    conditions: Some[Condition] = ()
    excluded: Some[UUID] = ()
    only_for: Some[UUID] = ()
    conditions_note: Prose = ""


class AddInfoItem(DescribeItem):
    """Supply it; only the regisseur names another supplier."""

    supplier_id: UUID | None = None


class WithdrawItem(Command):
    """Take what was supplied back; why stays with the supplier."""

    reason: Annotated[Prose, Field(min_length=1)]
