"""What people arrange for themselves and each other: tokens, absence, handing over."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from models.commands.base import Command, Day, Line, Moment
from models.words import OrganisationKind, Role, TokenScope

Reason = Annotated[str, Field(min_length=1, max_length=500)]
_ADDRESS = re.compile(r"[^@\s<>\",;:\\()\[\]]+@[^@\s<>\",;:\\()\[\]]+\.[^@\s<>\",;:\\()\[\]]+")


def is_address(value: str) -> str:
    """An e-mail address in small letters: what somebody is known by."""
    if not _ADDRESS.fullmatch(value.strip()):
        raise PydanticCustomError("uitleg", "is een e-mailadres, zoals naam@organisatie.nl")
    return value.strip().lower()


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


Address = Annotated[Line, AfterValidator(is_address)]


class ProposeDesignation(Command):
    """Somebody as they are to be: new, or (`person_id`) with other roles, other details or valid for longer (R6)."""

    organisation_id: UUID
    person_id: UUID | None = None
    name: Annotated[Line, Field(min_length=1)]
    email: Address
    phone: Line | None = None
    roles: Annotated[tuple[Role, ...], Field(max_length=len(Role))]
    screened_until: Day
    trained_until: Day
    reason: Reason


class Leave(Command):
    """Somebody left: who takes over what they had open, and why; or `at_once`, and what is open follows later."""

    to: UUID | None = None
    reason: Annotated[str, Field(max_length=500)] = ""
    at_once: bool = False


class AddOrganisation(Command):
    """A participant of WGS 2.27, or an incidental third party."""

    name: Annotated[Line, Field(min_length=1)]
    kind: OrganisationKind
    task: Line = ""
