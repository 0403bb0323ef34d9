"""What people ask about meetings above cases."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.commands.base import Command, Day, Line, Moment, Prose, Some
from models.words import SeriesKind

MOST_CASES = 60


class MakeSitting(Command):
    """A day with several cases: at a moment, or on a day of a series, of which it then takes kind, place and chair."""

    kind: SeriesKind | None = None
    starts_at: Moment | None = None
    series_id: UUID | None = None
    series_on: Day | None = None
    place: Line = ""
    chair_id: UUID | None = None
    secretary_id: UUID | None = None


class PutCase(Command):
    """A case on the agenda: when and how long (else behind the others, as long as usual), and who comes.

    Other organisations than follow from the case need a reason.
    """

    case_id: UUID
    starts_at: Moment | None = None
    minutes: Annotated[int, Field(ge=1, le=480)] | None = None
    organisations: Some[UUID] = ()
    reason: Prose = ""


class PutCases(Command):
    """What the planner takes over of the proposal, or adds by hand, in the order of the day."""

    cases: Annotated[tuple[PutCase, ...], Field(min_length=1, max_length=MOST_CASES)]


class MoveSitting(Command):
    """Another moment, for all cases that were not treated yet or for one of them; with the reason."""

    starts_at: Moment
    reason: Annotated[Prose, Field(min_length=1)]
    case_id: UUID | None = None


class CallOff(Command):
    """It is off, with the reason."""

    reason: Annotated[Prose, Field(min_length=1)]


class NameSeats(Command):
    """Who is in the chair and who writes the minutes; without a chair each case has its own regisseur."""

    chair_id: UUID | None = None
    secretary_id: UUID | None = None


class AtTheTable(Command):
    """Which organisations are at the triage table."""

    organisations: Some[UUID] = ()
