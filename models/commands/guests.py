"""What people ask about incidental third parties and about what a meeting may see (BGS 2.21)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.commands.base import Command, Day, Line, Prose, Some


class ProposeGuest(Command):
    """Somebody whose expertise a meeting needs: who it is, for what, and in which statutory or public role."""

    organisation_id: UUID
    name: Annotated[Line, Field(min_length=1)]
    function: Annotated[Line, Field(min_length=1)]
    expertise: Annotated[Prose, Field(min_length=1)]
    public_role: Annotated[Line, Field(min_length=1)]


class NoteDeclaration(Command):
    """The day on which the guest signed the declaration of secrecy."""

    signed_on: Day


class Consent(Command):
    """Who of the supplier agreed that this information goes to the guest, and when."""

    item_id: UUID
    person_id: UUID
    given_on: Day


class HandItems(Command):
    """Which information a guest is given, why they need it, which public participant decided, and who agreed."""

    items: Annotated[Some[UUID], Field(min_length=1)]
    purpose: Annotated[Prose, Field(min_length=1)]
    decided_by: UUID
    consents: Some[Consent] = ()


class MarkPresent(Command):
    """Who is there now: organisations that were invited, and guests."""

    organisations: Some[UUID] = ()
    guests: Some[UUID] = ()
