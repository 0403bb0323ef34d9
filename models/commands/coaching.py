"""What people ask about trajectory coaching."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.commands.base import Command, Day, Line
from models.words import ContactKind


class StartTrajectory(Command):
    """Who coaches, and to what ends."""

    coach_id: UUID
    goals: Annotated[tuple[Annotated[Line, Field(min_length=1)], ...], Field(min_length=1, max_length=10)]


class EndTrajectory(Command):
    """That it is over, and why."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class NoteContact(Command):
    """A contact with the person; short, and facts only."""

    on_day: Day
    kind: ContactKind
    report: Annotated[str, Field(min_length=1, max_length=4_000)]
