"""Sessions in the browser: opened by who proved who they are, confirmed again, ended. Only hashes of secrets are kept.

A session ends eight hours after it was opened, half an hour after it was last used, and at once when its person may no
longer enter (R6): `pols_sign_in` looks at every request.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Interval, TextClause, bindparam, delete, text, update

from models.casebook.frame import audit
from models.casebook.setup import TOKEN_PREFIX, hashed
from models.lookups import people
from models.refusals import ConfirmFirst, NotFound, NotSignedIn
from models.tables.base import new_id
from models.tables.people import WebSession
from models.transactions import Work, become
from models.words import SignedInBy

LASTS = timedelta(hours=8)
IDLE = timedelta(minutes=30)  #: as `pols_sign_in` has it
FRESH = timedelta(minutes=5)
READS_LOG = timedelta(minutes=30)  #: reading the log takes longer than one act
KEEPS_HOUSE = timedelta(minutes=30)  #: so does working on the policy or on the people of the house


def _lasting(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("lasts", type_=Interval()))


_BY_TOKEN = _lasting("SELECT pols_open_session(:token, :secret, :id, :lasts)")
_BY_ACCOUNT = _lasting("SELECT pols_open_account_session(:person, :step, :secret, :id, :lasts)")
_BY_IDENTITY = _lasting("SELECT pols_open_identity_session(:issuer, :subject, :secret, :id, :lasts)")
_CONFIRM_IDENTITY = text("SELECT pols_confirm_identity(:id, :issuer, :subject, :secret)")


async def sign_in(work: Work, token: str) -> str:
    """Open a session for the holder of this token (to try out); answers its secret, once. Raises NotSignedIn."""
    if not token.startswith(TOKEN_PREFIX):  # a session does not open the next one: it ends
        raise NotSignedIn
    return await _open(work, _BY_TOKEN, SignedInBy.TOKEN, token=hashed(token))


async def sign_in_account(work: Work, person_id: UUID, step: int) -> str:
    """Open a session for who gave the password and the code of this half minute. Raises NotSignedIn."""
    return await _open(work, _BY_ACCOUNT, SignedInBy.PASSWORD, person=person_id, step=step)


async def sign_in_identity(work: Work, issuer: str, subject: str) -> str:
    """Open a session for whom a provider vouches for. Raises NotSignedIn."""
    return await _open(work, _BY_IDENTITY, SignedInBy.PROVIDER, issuer=issuer, subject=subject)


async def _open(work: Work, statement: TextClause, how: SignedInBy, **proof: object) -> str:
    secret, session_id = secrets.token_urlsafe(32), new_id()
    facts = {"secret": hashed(secret), "id": session_id, "lasts": LASTS} | proof
    if not await work.session.scalar(statement, facts):
        raise NotSignedIn
    actor, _ = await people.signed_in(work, hashed(secret))
    audit(await become(work, actor), "aangemeld", "sessie", session_id, how=how)
    return secret


async def sign_out(work: Work, secret: str) -> None:
    """End the session with this secret; nothing happens when it has ended."""
    await work.session.execute(text("SELECT pols_close_session(:secret)"), {"secret": hashed(secret)})


def is_fresh(work: Work, within: timedelta = FRESH) -> bool:
    """Whether whoever acts gave the second factor a short while ago. An API token never did."""
    given = work.entry.factor_at
    return given is not None and work.now - given <= within


def must_be_fresh(work: Work, within: timedelta = FRESH) -> None:
    """What is far-reaching needs the second factor again (ASVS 7.5.3). Raises ConfirmFirst."""
    if not is_fresh(work, within):
        raise ConfirmFirst


async def confirm_token(work: Work, token: str) -> str:
    """The holder of the session shows the token again; answers the new secret of the session. Raises NotSignedIn."""
    actor, _ = await people.signed_in(work, hashed(token))
    if not token.startswith(TOKEN_PREFIX) or actor.person_id != work.actor.person_id:
        raise NotSignedIn
    return await _confirmed(work)


async def confirm_code(work: Work, step: int) -> str:
    """The holder of the session gave the code of this half minute; answers its new secret. Raises NotSignedIn."""
    taken = text("SELECT pols_take_step(:person, :step)")
    if not await work.session.scalar(taken, {"person": work.actor.person_id, "step": step}):
        raise NotSignedIn
    return await _confirmed(work)


async def confirm_identity(work: Work, session_id: UUID, issuer: str, subject: str) -> str:
    """The provider vouches again for the holder of this session; answers its new secret. Raises NotSignedIn."""
    secret = secrets.token_urlsafe(32)
    facts = {"id": session_id, "issuer": issuer, "subject": subject, "secret": hashed(secret)}
    if not await work.session.scalar(_CONFIRM_IDENTITY, facts):
        raise NotSignedIn
    actor, _ = await people.signed_in(work, hashed(secret))
    audit(await become(work, actor), "opnieuw bevestigd", "sessie", session_id)
    return secret


async def _confirmed(work: Work) -> str:
    secret = secrets.token_urlsafe(32)
    await work.session.execute(
        update(WebSession).where(WebSession.id == work.entry.session_id)
        .values(secret_hash=hashed(secret), factor_at=work.now).execution_options(synchronize_session=False)
    )  # fmt: skip
    audit(work, "opnieuw bevestigd", "sessie", work.entry.session_id)
    return secret


async def end(work: Work, session_id: UUID) -> None:
    """End one of one's own sessions. Raises NotFound."""
    ended = await work.session.scalar(
        delete(WebSession).where(WebSession.id == session_id).returning(WebSession.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if ended is None:
        raise NotFound("Deze sessie")
    audit(work, "sessie beëindigd", "sessie", session_id)


async def end_others(work: Work) -> None:
    """End all of one's own sessions but this one."""
    await work.session.execute(
        delete(WebSession).where(WebSession.person_id == work.actor.person_id, WebSession.id != work.entry.session_id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    audit(work, "andere sessies beëindigd", "sessie", None)


async def forget(work: Work) -> None:
    """Drop what is over: sessions, begun sign-ins, counts of attempts, invitations, old browsers (every night)."""
    await work.session.execute(text("SELECT pols_forget_sign_ins()"))
