"""What people arrange for themselves and each other: tokens, absence, handing over."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.commands.base import Command, Line, Moment
from models.words import TokenScope


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
