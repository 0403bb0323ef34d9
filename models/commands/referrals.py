"""What a report tells."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from models.commands.base import Command, Line, Moment, Prose, Some
from models.words import Consequence, RelationKind, Service


class KeepSecret(Command):
    """Who alone may know where somebody is: these organisations and these persons, and who reported (S4)."""

    organisations: Some[UUID] = ()
    persons: Some[UUID] = ()


class DescribeSubject(Command):
    """A person the report is about. `secret` keeps the address, the school and the contact details for the named."""

    standing: str = Field(default="betrokkene", pattern="^(betrokkene|directe_kring)$")
    name: Annotated[Line, Field(min_length=1)]
    bsn: str | None = Field(default=None, pattern="^[0-9]{9}$")
    born_on: date | None = None
    address: Line = ""
    school: Line = ""
    contact_channel: Line = ""
    secret: KeepSecret | None = None


class DescribeRelation(Command):
    """What one person of the report is to another, and from when until when; persons are counted from 1, in the order
    they are named.
    """

    of: int = Field(ge=1)
    to: int = Field(ge=1)
    kind: RelationKind
    since: date | None = None
    until: date | None = None


class DescribeIncident(Command):
    """Something that happened, as far as known when and where, and who noted it."""

    body: Annotated[Prose, Field(min_length=1)]
    happened_at: Moment | None = None
    ended_at: Moment | None = None
    place: Line = ""
    source: Line = ""


class DescribeProblem(Command):
    """A problem in one life domain."""

    life_domain: Annotated[Line, Field(min_length=1)]
    body: Annotated[Prose, Field(min_length=1)]


class DescribePartner(Command):
    """Somebody who is already involved, and how they are reached; professionals by name and contact only (R10)."""

    organisation: Line = ""
    name: Line = ""
    contact: Line = ""
    domain: Line = ""


class MotivateCriteria(Command):
    """How each criterion of BGS 2.20(1) is met, in the words of the reporter."""

    a: Prose = ""
    b: Prose = ""
    c: Prose = ""
    d: Prose = ""


class DescribeReferral(Command):
    """The content of a referral (domain rules 2.2); everything may be absent in a draft."""

    municipality: Line = ""
    themes: Some[Line] = ()
    service: Service = Service.DIRECTION
    urgent: StrictBool = False
    acute_safety: StrictBool = False
    reporter_function: Line = ""
    reporter_contact: Line = ""
    reason: Prose = ""
    goal: Prose = ""
    situation: Prose = ""
    facts: Prose = ""
    tried: Prose = ""
    consequences: Some[Consequence] = ()
    life_domains: Some[Line] = ()
    problems: Some[DescribeProblem] = ()
    criminogenic_factors: Some[Line] = ()
    incidents: Some[DescribeIncident] = ()
    partners: Some[DescribePartner] = ()
    discussed: StrictBool | None = None
    discussed_reason: Prose = ""
    criteria: MotivateCriteria = MotivateCriteria()
    quality_statement: StrictBool = False
    subjects: Some[DescribeSubject] = ()
    relations: Some[DescribeRelation] = ()
