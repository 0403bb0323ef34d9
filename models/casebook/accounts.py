"""Local accounts, for houses without a provider: an invitation, a password with a second factor, and signing in."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, text

from models import attempts
from models.actors import AT_THE_DOOR, Actor
from models.attempts import Budget
from models.casebook import budget, sessions
from models.casebook.frame import audit
from models.casebook.setup import hashed
from models.refusals import NotFound, NotPossible, NotSignedIn
from models.tables.base import new_id
from models.tables.entrance import KnownDevice, LocalAccount
from models.tables.people import House, Person, WebSession
from models.transactions import Work, become
from models.words import SignedInBy

INVITED_FOR = timedelta(hours=24)
DEVICE_KNOWN_FOR = timedelta(days=365)
NOBODY = UUID(int=0)  #: whom a failed attempt is about, for as much work as a good one


async def invite(work: Work, email: str, *, house: str = "") -> str:
    """Give somebody an account, or a new one instead of it; answers the secret of the invitation, once.

    The operator does this, as the owner of the database. What the person had ends: password, second factor, sessions.
    Raises NotFound, NotPossible.
    """
    person = await _designated(work, email, house)
    account = await work.session.get(LocalAccount, person.id)
    if account is None:
        account = LocalAccount(person_id=person.id, house_id=person.house_id, login=login_of(person.email))
        work.session.add(account)
    secret = secrets.token_urlsafe(32)
    account.login, account.invite_hash, account.invite_until = (
        login_of(person.email), hashed(secret), work.now + INVITED_FOR,
    )  # fmt: skip
    account.password_hash = account.totp_secret = account.enrolled_at = None
    account.totp_step = 0
    for table in (WebSession, KnownDevice):
        await work.session.execute(delete(table).where(table.person_id == person.id))
    audit(work, "account uitgenodigd", "persoon", person.id, house_id=person.house_id)
    return secret


async def _designated(work: Work, email: str, house: str) -> Person:
    statement = select(Person).join(House, House.id == Person.house_id).where(Person.active)
    found = [
        one for one in await work.session.scalars(statement.where(House.slug == house) if house else statement)
        if login_of(one.email) == login_of(email)
    ]  # fmt: skip
    if not found:
        raise NotFound("Een actieve, aangewezen persoon met dit e-mailadres")
    if len(found) > 1:
        raise NotPossible("Dit e-mailadres is van meer personen; noem het huis met --huis.")
    return found[0]


def login_of(email: str) -> str:
    """An address as an account has it."""
    return email.strip().lower()


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who sets up their account."""

    person_id: UUID
    house_id: UUID
    login: str
    sealed: bytes | None  #: the second factor they were shown


async def invited(work: Work, invitation: str) -> Invited:
    """Who holds this invitation. Raises NotSignedIn when it is none, used or over."""
    row = (
        await work.session.execute(text("SELECT * FROM pols_invited(:invitation)"), {"invitation": hashed(invitation)})
    ).one_or_none()
    if row is None:
        raise NotSignedIn
    return Invited(row.person_id, row.house_id, row.login, row.totp_secret)


async def show_factor(work: Work, invitation: str, sealed: bytes) -> None:
    """Keep the second factor that is shown; the first one shown stays."""
    await work.session.execute(
        text("SELECT pols_enrolling(:invitation, :secret)"), {"invitation": hashed(invitation), "secret": sealed}
    )


async def enrol(work: Work, invitation: str, password_hash: str, step: int) -> None:
    """The invitation is used: from now on the account is good. Raises NotSignedIn."""
    somebody = await invited(work, invitation)
    facts = {"invitation": hashed(invitation), "password": password_hash, "step": step}
    if not await work.session.scalar(text("SELECT pols_enrolled(:invitation, :password, :step)"), facts):
        raise NotSignedIn
    there = await become(work, _about(work, somebody.house_id))
    audit(there, "account ingesteld", "persoon", somebody.person_id)


def _about(work: Work, house_id: UUID | None) -> Actor:
    return replace(work.actor, house_id=house_id)


async def own_factor(work: Work) -> bytes | None:
    """The sealed second factor of whoever is signed in."""
    found = await work.session.scalar(text("SELECT pols_own_factor()"))
    return found if isinstance(found, bytes) else None


@dataclass(frozen=True, slots=True)
class Approach:
    """Somebody at the door: the account they name, if it is there, and what their attempt counts for."""

    login: str
    person_id: UUID | None
    house_id: UUID | None
    password_hash: str | None
    sealed: bytes | None
    budgets: tuple[Budget, ...]
    device: bytes | None


async def approach(work: Work, login: str, address: str, device: str) -> Approach:
    """Count the attempt, and find what it must be checked against. Raises TooOften."""
    row = (await work.session.execute(text("SELECT * FROM pols_account(:login)"), {"login": login})).one_or_none()
    person_id = row.person_id if row else NOBODY
    known = await _known(work, person_id, device)
    budgets = attempts.budgets(login, address, known)
    await budget.take(work, budgets)
    if row is None:
        return Approach(login, None, None, None, None, budgets, known)
    return Approach(login, row.person_id, row.house_id, row.password_hash, row.totp_secret, budgets, known)


async def _known(work: Work, person_id: UUID, device: str) -> bytes | None:
    wanted = hashed(device)
    found = await work.session.scalar(
        select(KnownDevice.id).where(
            KnownDevice.secret_hash == wanted, KnownDevice.person_id == person_id, KnownDevice.expires_at > work.now
        )
    )
    return wanted if found is not None else None


@dataclass(frozen=True, slots=True)
class Opened:
    """The secret of a session, and that of a browser that is known from now on."""

    session: str
    device: str | None = None


async def enter(work: Work, came: Approach, step: int | None) -> Opened | None:
    """Open the session when everything was right (`step` is the half minute of the code); else None, and it is noted.

    One answer and the same questions to the database, whatever was wrong.
    """
    whom, when = (came.person_id, step) if came.person_id and step is not None else (NOBODY, 0)
    try:
        secret = await sessions.sign_in_account(work, whom, when)
    except NotSignedIn:
        there = await become(work, _about(work, came.house_id))
        audit(there, "aanmelden geweigerd", "account", came.person_id, result="geweigerd", how=SignedInBy.PASSWORD)
        return None
    await work.session.flush()  # what was noted is theirs; what follows is nobody's
    at_the_door = await become(work, AT_THE_DOOR)
    await budget.give_back(at_the_door, came.budgets)
    return Opened(secret, None if came.device else _remember(at_the_door, came))


def _remember(work: Work, came: Approach) -> str:
    device = secrets.token_urlsafe(32)
    work.session.add(
        KnownDevice(
            id=new_id(), house_id=came.house_id, person_id=came.person_id, secret_hash=hashed(device),
            expires_at=work.now + DEVICE_KNOWN_FOR,
        )
    )  # fmt: skip
    return device
