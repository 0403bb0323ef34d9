"""What people ask about meetings, the plan and how it goes."""

from datetime import time
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from models.commands.base import Command, Day, Line, Moment, Prose, Some
from models.words import GoalState, SeriesKind


class Convene(Command):
    """Set a meeting, at a moment or on a day of a series, and say who is asked to come; empty invites all involved."""

    starts_at: Moment | None = None
    series_id: UUID | None = None
    series_on: Day | None = None
    place: Line = ""
    organisations: Some[UUID] = ()
    kind: SeriesKind = SeriesKind.CONFERENCE
    chair_id: UUID | None = None
    secretary_id: UUID | None = None


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
    """A pledge: what, by whom, before which day; in a domain, which an intervention of the catalogue has of itself.

    Without `subject_id` it is about the system. It waits for its condition and for the commitments it needs: that are
    in the plan, or (`needs_new`, from 1) named with it. Not for `excluded`; with `only_for` for nobody else.
    """

    organisation_id: UUID
    person_id: UUID | None = None
    domain: Line | None = None
    body: Annotated[Prose, Field(min_length=1)]
    due_on: Day
    replaces_id: UUID | None = None
    goal_id: UUID | None = None
    intervention: Line | None = None
    subject_id: UUID | None = None
    statutory_task: Line = ""
    starts_on: Day | None = None
    condition: Prose = ""
    informed: Prose = ""
    needs: Some[UUID] = ()
    needs_new: Some[Annotated[int, Field(ge=1, le=50)]] = ()
    excluded: Some[UUID] = ()
    only_for: Some[UUID] = ()


class SetGoal(Command):
    """What the plan should reach, for a person of this case or (without one) for the system around them."""

    subject_id: UUID | None = None
    life_domain: Line = ""
    body: Annotated[Prose, Field(min_length=1)]
    due_on: Day | None = None


class JudgeGoal(Command):
    """Where a goal stands now; letting go of it needs a reason."""

    state: GoalState
    reason: Prose = ""


class MarkConflict(Command):
    """With which commitment of a linked case this one does not go together, and why."""

    other_id: UUID
    note: Annotated[Prose, Field(min_length=1)]


class SettleCondition(Command):
    """Whether what a commitment waits for came true; when it does not, the commitment is dropped."""

    came: StrictBool


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
