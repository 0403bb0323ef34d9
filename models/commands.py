"""What people ask Pols to do: frozen, imperative, complete. The door fills them; the casebook obeys or refuses."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from models.words import DecisionKind

FIRST_YEAR, LAST_YEAR = 2000, 2090  #: what a date in a case can be; outside it somebody made a slip of the pen


def _within_reach(value: Any) -> Any:  # noqa: ANN401 - a day or a moment
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("uitleg", "ligt niet tussen {eerste} en {laatste}; klopt het jaartal?",
                                  {"eerste": FIRST_YEAR, "laatste": LAST_YEAR})  # fmt: skip
    return value


#: a moment or a day that a case can hold; the calendar knows no others
Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Day = Annotated[date, AfterValidator(_within_reach)]


class Command(BaseModel):
    """A frozen value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TakeDecision(Command):
    """Decide about a case. Who decided is named; who registers comes from the sign-in."""

    kind: DecisionKind
    reason: str = ""
    deciders: tuple[UUID, ...] = ()
    decided_at: Moment | None = None
    meeting_id: UUID | None = None
    organisations: tuple[UUID, ...] = ()
    person_id: UUID | None = None
    subjects: tuple[UUID, ...] = ()
    until: Moment | None = None
    receiver: str = ""
    other_case: UUID | None = None
    called_at: Moment | None = None
    criteria_met: bool | None = None
    necessity: str = ""
    commitment_id: UUID | None = None
    due_on: Day | None = None
    high_risk: bool | None = None
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
    met: bool
    motivation: str = Field(min_length=1)


class GiveAnswer(Command):
    """Answer a duty; `spoke_to` and `spoke_at` when the regisseur registers it for a partner by phone."""

    outcome: str
    note: str = ""
    spoke_to: str | None = None
    spoke_at: Moment | None = None
    recheck_at: Moment | None = None
    judgements: tuple[Judgement, ...] = ()


class Convene(Command):
    """Set a meeting and say who is asked to come; empty invites every involved participant."""

    starts_at: Moment
    place: str = ""
    organisations: tuple[UUID, ...] = ()


class MakeCommitment(Command):
    """A pledge: what, by whom, before which day, in which domain."""

    organisation_id: UUID
    person_id: UUID | None = None
    domain: str
    body: str = Field(min_length=1)
    due_on: Day
    replaces_id: UUID | None = None


class RecordMeeting(Command):
    """What came out of a meeting: who was there, the outcome and the pledges made."""

    held_at: Moment | None = None
    present: tuple[UUID, ...] = ()
    outcome: str = Field(min_length=1)
    commitments: tuple[MakeCommitment, ...] = ()


class ReportProgress(Command):
    """How a commitment goes."""

    state: str
    note: str = ""


class DescribeSubject(Command):
    """A person the report is about."""

    standing: str = Field(default="betrokkene", pattern="^(betrokkene|directe_kring)$")
    name: str = Field(min_length=1)
    bsn: str | None = Field(default=None, pattern="^[0-9]{9}$")
    born_on: date | None = None
    address: str = ""
    contact_channel: str = ""


class DescribeReferral(Command):
    """The content of a referral; everything may be absent in a draft."""

    municipality: str = ""
    themes: tuple[str, ...] = ()
    service: str = "procesregie"
    urgent: bool = False
    acute_safety: bool = False
    reason: str = ""
    goal: str = ""
    situation: str = ""
    tried: str = ""
    consequence: str = ""
    life_domains: tuple[str, ...] = ()
    incidents: tuple[dict[str, str], ...] = ()
    partners: tuple[dict[str, str], ...] = ()
    discussed: bool | None = None
    discussed_reason: str = ""
    motivation_a: str = ""
    motivation_b: str = ""
    motivation_c: str = ""
    motivation_d: str = ""
    quality_statement: bool = False
    subjects: tuple[DescribeSubject, ...] = ()


class AddInfoItem(Command):
    """Text about a person, with its supplier's conditions."""

    category: str = Field(min_length=1)
    body: str = Field(min_length=1)
    regime: str = Field(default="AVG", pattern="^(AVG|Wpg|Wjsg|medisch|jeugd)$")
    ground: str = ""
    subject_id: UUID | None = None
    excluded: tuple[UUID, ...] = ()
    supplier_id: UUID | None = None


class AskSupport(Command):
    """A question of a professional, without anything about a person."""

    asker_name: str = Field(min_length=1)
    asker_organisation: str = Field(min_length=1)
    asker_email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    theme: str = ""
    question: str = Field(min_length=10)
