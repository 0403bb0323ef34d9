"""What people ask about minutes: a line, what it lacked, another view of it, and that two items contradict."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.commands.base import Command, Day, Line, Prose, Some
from models.commands.info import Supplied
from models.itemwords import Condition, Regime, Reliability, SecrecyRoute
from models.minutes import LineKind, Section


class SaidInMeeting(Command):
    """Text about a person, as it was said; what is not named follows from who speaks and what is on the agenda."""

    kind: LineKind | None = None
    body: Prose = ""
    speaker_id: UUID | None = None
    spoke_id: UUID | None = None
    subject_id: UUID | None = None
    life_domain: Line = ""
    category: Supplied | None = None
    regime: Regime | None = None
    ground: Prose = ""
    route: SecrecyRoute | None = None
    route_reason: Prose = ""
    source: Line = ""
    reliability: Reliability = Reliability.UNJUDGED
    conditions: Some[Condition] = ()
    excluded: Some[UUID] = ()
    only_for: Some[UUID] = ()
    conditions_note: Prose = ""


class TypeLine(SaidInMeeting):
    """A line of the minutes: a text, or what it points at. `disputes_id` is the line that it contradicts."""

    section: Section
    item_id: UUID | None = None
    commitment_id: UUID | None = None
    goal_id: UUID | None = None
    decision_id: UUID | None = None
    on_day: Day | None = None
    tells_id: UUID | None = None
    disputes_id: UUID | None = None


class CompleteLine(SaidInMeeting):
    """What a line lacked. What is not sent stays as it was typed."""


class GiveOtherView(Command):
    """How another participant sees what a line says; what is not named is as in that line, under their own law."""

    body: Annotated[Prose, Field(min_length=1)]
    category: Supplied | None = None
    regime: Regime | None = None
    ground: Prose = ""
    route: SecrecyRoute | None = None
    route_reason: Prose = ""
    source: Line = ""
    reliability: Reliability = Reliability.UNJUDGED
    excluded: Some[UUID] = ()
    only_for: Some[UUID] = ()


class MarkContradiction(Command):
    """Which other item of the case this one contradicts."""

    other_id: UUID
