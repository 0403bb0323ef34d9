"""API tokens: of a person, or of a participant's system for which a designated person answers."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from models.casebook.frame import audit
from models.casebook.setup import TOKEN_PREFIX, hashed
from models.commands.people import MakeToken
from models.lookups import people
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotAllowed, NotFound
from models.tables.base import new_id
from models.tables.people import ApiToken
from models.transactions import Work
from models.words import Role, TokenScope


async def make(work: Work, command: MakeToken) -> tuple[ApiToken, str]:
    """A new token and its secret, which is answered once and never stored. Raises NotAllowed, NotFound, InvalidFields.

    For a system only the functional administrator does this, and names who answers for it (`person_id`).
    """
    actor = work.actor
    holder = actor.person_id
    if command.scope is TokenScope.REPORT:
        holder = await _answers_for_system(work, command)
    elif command.person_id not in {None, actor.person_id}:
        raise NotAllowed("Een persoonlijk token maakt u alleen voor uzelf.")
    elif command.scope is TokenScope.BOUNCES and not actor.has(Role.ADMINISTRATOR):
        raise NotAllowed("Een token voor de maildienst maakt de functioneel beheerder.")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    made = ApiToken(
        id=new_id(), house_id=actor.house_id, person_id=holder, token_hash=hashed(secret), name=command.name,
        scope=command.scope, made_at=work.now, made_by=actor.person_id,
        expires_at=work.now + timedelta(days=command.days), last_used_on=None, revoked_at=None,
    )  # fmt: skip
    work.session.add(made)
    audit(work, "token gemaakt", "token", made.id, scope=command.scope, holder=holder)
    return made, secret


async def _answers_for_system(work: Work, command: MakeToken) -> UUID:
    if not work.actor.has(Role.ADMINISTRATOR):
        raise NotAllowed("Een token voor een systeem geeft de functioneel beheerder uit.")
    if command.person_id is None:
        raise InvalidFields([FieldError("persoon", "noem wie bij de deelnemer voor dit systeem instaat")])
    somebody = await people.person(work, command.person_id)
    if not await people.is_of_participant(work, somebody):
        raise InvalidFields([FieldError("persoon", "is iemand van een deelnemer")])
    return somebody.id


async def revoke(work: Work, token_id: UUID) -> None:
    """From the next request on the token is good for nothing. Raises NotFound, AlreadySettled."""
    found = await work.session.scalar(select(ApiToken).where(ApiToken.id == token_id))
    if found is None:
        raise NotFound("Dit token")
    if found.revoked_at is not None:
        raise AlreadySettled("Dit token is al ingetrokken.")
    found.revoked_at = work.now
    audit(work, "token ingetrokken", "token", token_id)
