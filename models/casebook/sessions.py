"""Signing in and out in the browser: a session for who holds a valid token; only the hash of its secret is kept."""

import secrets
from datetime import timedelta

from sqlalchemy import Interval, bindparam, text

from models.casebook.frame import audit
from models.casebook.setup import TOKEN_PREFIX, hashed
from models.lookups import people
from models.refusals import NotSignedIn
from models.tables.base import new_id
from models.transactions import Work, become

LASTS = timedelta(hours=8)
_OPEN = text("SELECT pols_open_session(:token, :secret, :id, :lasts)").bindparams(bindparam("lasts", type_=Interval()))


async def sign_in(work: Work, token: str) -> str:
    """Open a session for the holder of this token; answers its secret, once. Raises NotSignedIn."""
    if not token.startswith(TOKEN_PREFIX):  # a session does not open the next one: it ends
        raise NotSignedIn
    secret, session_id = secrets.token_urlsafe(32), new_id()
    facts = {"token": hashed(token), "secret": hashed(secret), "id": session_id, "lasts": LASTS}
    if not await work.session.scalar(_OPEN, facts):
        raise NotSignedIn
    actor, _ = await people.signed_in(work, hashed(secret))
    audit(await become(work, actor), "aangemeld", "sessie", session_id)
    return secret


async def sign_out(work: Work, secret: str) -> None:
    """End the session with this secret; nothing happens when it has ended."""
    await work.session.execute(text("SELECT pols_close_session(:secret)"), {"secret": hashed(secret)})
