"""What people ask about a case: decide, answer, give time, open it behind glass."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from models.commands.base import Command, Day, Line, Moment, Prose, Some
from models.papers import PaperKind, PaperPurpose
from models.words import (
    DecisionKind,
    GlassVerdict,
    ReassignReason,
    SearchReason,
    SendTo,
    Withheld,
)


class ExtendTerm(Command):
    """Give somebody more time: so much of the unit in which the term is counted, and why."""

    amount: Annotated[int, Field(ge=1, le=12_000)]
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class DrawUp(Command):
    """Draw up a document on paper: for oneself, or for somebody who reads the case or whom it is about."""

    kind: PaperKind
    purpose: PaperPurpose
    recipient: UUID | None = None
    meeting_id: UUID | None = None


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
    """Whether one criterion of BGS 2.20(1) is met, and why; of the person of the case when nobody is named."""

    subject_id: UUID | None = None
    criterion: str = Field(pattern="^[abcd]$")
    met: StrictBool
    motivation: Annotated[Prose, Field(min_length=1)]


class GiveAnswer(Command):
    """Answer a duty; `spoke_to` and `spoke_at` when the regisseur registers it for a partner by phone."""

    outcome: Line
    note: Prose = ""
    why: Withheld | None = None
    spoke_to: Line | None = None
    spoke_at: Moment | None = None
    recheck_at: Moment | None = None
    judgements: Some[Judgement] = ()


class AskInformation(Command):
    """A question of the regisseur to one partner, in words and perhaps about certain life domains."""

    organisation_id: UUID
    question: Annotated[Prose, Field(min_length=10)]
    life_domains: Some[Line] = ()


class LinkCases(Command):
    """That the plans of two cases may be aligned: the test of BGS 2.20(2) in three parts, each with its motivation."""

    other_case: UUID
    circle: Annotated[Prose, Field(min_length=10)]
    dependence: Annotated[Prose, Field(min_length=10)]
    necessity: Annotated[Prose, Field(min_length=10)]
    deciders: Some[UUID] = ()
    decided_at: Moment | None = None


class EndLink(Command):
    """That they are not aligned any more, and why."""

    reason: Annotated[Prose, Field(min_length=1)]
    deciders: Some[UUID] = ()


class FindPerson(Command):
    """Look for somebody among the cases one reads, by name or citizen number, and why."""

    name: Line = ""
    bsn: Annotated[str, Field(max_length=20)] = ""
    reason: SearchReason


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
