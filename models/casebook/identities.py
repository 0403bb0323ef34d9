"""Signing in through the provider of an organisation: what went there comes back once, and whose it is."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text

from models.casebook import sessions
from models.casebook.frame import audit
from models.casebook.setup import hashed
from models.lookups import people
from models.refusals import NotSignedIn
from models.tables.entrance import SignInFlow
from models.transactions import Work, become
from models.words import SignedInBy

FLOW_LASTS = timedelta(minutes=10)
_BIND = text("SELECT holder, bound FROM pols_bind(:issuer, :subject, :email)")


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that is with the provider. `state` and `browser` are known to the browser only; the rest only to us."""

    state: str
    browser: str
    nonce: str
    verifier: str
    began: int  #: seconds since 1970, by the clock on the wall: what the provider says is by that clock too
    session_id: UUID | None = None  #: the session that is confirmed again; None to open one
    back: str = "/"


def depart(work: Work, *, wall: float, session_id: UUID | None = None, back: str = "/") -> Flow:
    """A new sign-in, each secret of 256 random bits. It is kept for minutes."""
    made = Flow(
        secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48),
        int(wall), session_id, back,
    )  # fmt: skip
    facts: dict[str, Any] = {"nonce": made.nonce, "verifier": made.verifier, "began": made.began, "back": back}
    if session_id is not None:
        facts["session"] = str(session_id)
    work.session.add(
        SignInFlow(
            state_hash=hashed(made.state), browser_hash=hashed(made.browser), expires_at=work.now + FLOW_LASTS,
            facts=facts,
        )
    )  # fmt: skip
    return made


async def come_back(work: Work, state: str, browser: str) -> Flow:
    """The sign-in with this state, begun in this browser; it is used now. Raises NotSignedIn."""
    facts = await work.session.scalar(
        delete(SignInFlow)
        .where(
            SignInFlow.state_hash == hashed(state), SignInFlow.browser_hash == hashed(browser),
            SignInFlow.expires_at > work.now,
        )
        .returning(SignInFlow.facts).execution_options(synchronize_session=False)
    )  # fmt: skip
    if facts is None:
        raise NotSignedIn
    session_id = UUID(facts["session"]) if "session" in facts else None
    return Flow(state, browser, facts["nonce"], facts["verifier"], facts["began"], session_id, facts["back"])


async def sign_in(work: Work, issuer: str, subject: str, verified_email: str | None) -> str:
    """Open a session for whom the provider vouches for; answers its secret, once. Raises NotSignedIn.

    The first time the address decides who it is, when the provider verified it and one designated person has it
    (WGS 1.8(2)); afterwards the subject alone.
    """
    asked = {"issuer": issuer, "subject": subject, "email": verified_email}
    holder, bound = (await work.session.execute(_BIND, asked)).one()
    secret = await sessions.sign_in_identity(work, issuer, subject)
    if bound:
        actor, _ = await people.signed_in(work, hashed(secret))
        audit(await become(work, actor), "identiteit gekoppeld", "persoon", holder)
    return secret


def refuse(work: Work) -> None:
    """Note that somebody came back from the provider and may not enter. Who, the provider knows."""
    audit(work, "aanmelden geweigerd", "account", None, result="geweigerd", how=SignedInBy.PROVIDER)
