"""What people ask Pols to do: frozen, imperative, complete. The door fills them; the casebook obeys or refuses."""

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from models.words import (
    Category,
    Condition,
    Consequence,
    DecisionKind,
    GlassVerdict,
    ReassignReason,
    Regime,
    RelationKind,
    Reliability,
    SecrecyRoute,
    SendTo,
    SeriesKind,
    Service,
    TokenScope,
)

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


class ExtendTerm(Command):
    """Give somebody more time: so much of the unit in which the term is counted, and why."""

    amount: Annotated[int, Field(ge=1, le=12_000)]
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class AskGlass(Command):
    """Ask to read a case that is not one's own: emergency access, or supervision."""

    reason: Annotated[str, Field(min_length=10, max_length=2_000)]


class ConfirmGlass(Command):
    """The second step: the code that was sent to who asked; nothing when a colleague confirms."""

    code: Annotated[str, Field(max_length=20)] | None = None


class ReviewGlass(Command):
    """What somebody else finds of it afterwards."""

    verdict: GlassVerdict
    review: Prose = ""


class NameWorkers(Command):
    """Who of one's own organisation works on a case."""

    persons: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=50)]


class TakeDecision(Command):
    """Decide about a case. Who decided is named; who registers comes from the sign-in."""

    kind: DecisionKind
    reason: Prose = ""
    deciders: Some[UUID] = ()
    decided_at: Moment | None = None
    meeting_id: UUID | None = None
    organisations: Some[UUID] = ()
    person_id: UUID | None = None
    subjects: Some[UUID] = ()
    until: Moment | None = None
    receiver: Line = ""
    other_case: UUID | None = None
    called_at: Moment | None = None
    criteria_met: StrictBool | None = None
    necessity: Prose = ""
    commitment_id: UUID | None = None
    due_on: Day | None = None
    high_risk: StrictBool | None = None
    corrects: UUID | None = None


#: the wire name of a needed field and the attribute that carries it
NEEDED: Mapping[str, str] = {
    "toelichting": "reason",
    "organisaties": "organisations",
    "persoon": "person_id",
    "datum": "until",
    "ontvanger": "receiver",
    "casus": "other_case",
    "gebeldOp": "called_at",
    "criteriaVoldaan": "criteria_met",
    "noodzaak": "necessity",
    "afspraak": "commitment_id",
    "besluit": "corrects",
}


class Judgement(Command):
    """Whether one criterion of BGS 2.20(1) is met, and why."""

    criterion: str = Field(pattern="^[abcd]$")
    met: StrictBool
    motivation: Annotated[Prose, Field(min_length=1)]


class GiveAnswer(Command):
    """Answer a duty; `spoke_to` and `spoke_at` when the regisseur registers it for a partner by phone."""

    outcome: Line
    note: Prose = ""
    spoke_to: Line | None = None
    spoke_at: Moment | None = None
    recheck_at: Moment | None = None
    judgements: Some[Judgement] = ()


class Convene(Command):
    """Set a meeting, at a moment or on a day of a series, and say who is asked to come; empty invites all involved."""

    starts_at: Moment | None = None
    series_id: UUID | None = None
    series_on: Day | None = None
    place: Line = ""
    organisations: Some[UUID] = ()


class Repeat(Command):
    """A meeting that comes back: every so many weeks on a weekday (0 is Monday), local time."""

    kind: SeriesKind
    title: Annotated[Line, Field(min_length=1)]
    weekday: int = Field(ge=0, le=6)
    every_weeks: int = Field(default=1, ge=1, le=12)
    at: time
    place: Line = ""
    starts_on: Day
    ends_on: Day | None = None
    chair_id: UUID | None = None


class MakeCommitment(Command):
    """A pledge: what, by whom, before which day, in which domain."""

    organisation_id: UUID
    person_id: UUID | None = None
    domain: Line
    body: Annotated[Prose, Field(min_length=1)]
    due_on: Day
    replaces_id: UUID | None = None


class RecordMeeting(Command):
    """What came out of a meeting: who was there, the outcome and the pledges made."""

    held_at: Moment | None = None
    present: Some[UUID] = ()
    outcome: Annotated[Prose, Field(min_length=1)]
    commitments: Some[MakeCommitment] = ()


class ReportProgress(Command):
    """How a commitment goes."""

    state: Line
    note: Prose = ""


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
    """What one person of the report is to another; persons are counted from 1, in the order they are named."""

    of: int = Field(ge=1)
    to: int = Field(ge=1)
    kind: RelationKind


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


def _supplied(value: Category) -> Category:
    if value is Category.REPORT:
        raise PydanticCustomError("uitleg", "wordt niet aangeleverd: kies waar de informatie over gaat")
    return value


class DescribeItem(Command):
    """Text about a person, with what it is under the law and the conditions of its supplier (R8).

    Without a person it is about the betrokkene of the case. Not for `excluded`; with `only_for` for nobody else.
    """

    category: Annotated[Category, AfterValidator(_supplied)]
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


class Reassign(Command):
    """Give what a partner or the house owes to somebody else there; without a person to whoever is asked there."""

    organisation_id: UUID | None = None
    person_id: UUID | None = None
    reason: ReassignReason


class SendAgain(Command):
    """Send what did not arrive about a case once more: to the same person, or to their colleagues."""

    to: SendTo
    recipient_id: UUID | None = None


class CorrectAnswer(Command):
    """What the answer should have been that was noted by phone."""

    outcome: Line
    note: Prose = ""
    recheck_at: Moment | None = None


class AskSupport(Command):
    """A question of a professional, without anything about a person."""

    asker_name: Annotated[Line, Field(min_length=1)]
    asker_organisation: Annotated[Line, Field(min_length=1)]
    asker_email: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    theme: Line = ""
    question: Prose = Field(min_length=10)


class MakeToken(Command):
    """A token to work with from a program; `person_id` is who answers for a system."""

    name: Annotated[Line, Field(min_length=1)]
    scope: TokenScope = TokenScope.READ
    days: int = Field(default=90, ge=1, le=365)
    person_id: UUID | None = None


class BeAway(Command):
    """From when somebody is away, until when (nothing: until they are back), and who stands in. Never why."""

    since: Moment
    until: Moment | None = None
    deputy_id: UUID | None = None


class HandOver(Command):
    """Give a colleague what somebody has open by name, and the cases they lead; or only these duties."""

    person_id: UUID
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    duties: Annotated[tuple[UUID, ...], Field(max_length=500)] | None = None
