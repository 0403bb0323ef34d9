"""One transaction, one actor, one moment: the only place that begins and commits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, TextClause, bindparam, event, insert, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import BigInteger, Text, Uuid

from models.actors import Actor, Origin
from models.brake import Brake
from models.refusals import LeaseLost, LinkNotGood, NotSignedIn
from models.tables.base import Base
from models.words import OrganisationKind, Role, SignedInBy, TokenScope

#: after this long a connection may have died unnoticed
IDLE_SECONDS = 2.0

_BEGIN = text(
    "SELECT now_, fenced_, replaces_ "
    "FROM pols_begin(:person, :organisation, :kind, :house, :roles, :purpose, :behalf, :lease, :token)"
).bindparams(
    bindparam("person", type_=Uuid()),
    bindparam("organisation", type_=Uuid()),
    bindparam("kind", type_=Text()),
    bindparam("house", type_=Uuid()),
    bindparam("roles", type_=ARRAY(Text())),
    bindparam("purpose", type_=Text()),
    bindparam("behalf", type_=Uuid()),
    bindparam("lease", type_=Uuid()),
    bindparam("token", type_=BigInteger()),
)


_ENTER = text("SELECT * FROM pols_enter(:token, :purpose)")
_ENTER_LINK = text("SELECT * FROM pols_enter_link(:token, :browser, :purpose)")
_ENTER_FEED = text("SELECT * FROM pols_enter_feed(:token, :purpose)")


@dataclass(frozen=True, slots=True)
class HeldLease:
    """The lease under which this executor works on a case."""

    case_id: UUID
    token: int


held_lease: ContextVar[HeldLease | None] = ContextVar("held_lease", default=None)


_ROWS = "rows to write"
_LAST = "rows to write at the end"
_BRAKE = "brake"
_REMEMBERED = "remembered"
T = TypeVar("T")


class _Session(Session):
    """A session that also writes rows that nobody needs as objects."""


@event.listens_for(_Session, "after_flush")
def _write_rows(session: Session, _context: object) -> None:
    _write(session, _ROWS)


@event.listens_for(_Session, "before_commit")
def _write_last(session: Session) -> None:
    session.flush()
    _write(session, _LAST)


def _write(session: Session, which: str) -> None:
    together: dict[type[Base], list[Mapping[str, object]]] = {}
    for table, rows in session.info.pop(which, ()):
        together.setdefault(table, []).extend(rows)
    for table, rows in together.items():
        session.connection().execute(insert(table), rows)


@event.listens_for(_Session, "before_commit")
def _write_the_last(session: Session) -> None:
    """Rows that came after the last flush: without changed objects there would be no other."""
    session.flush()
    if session.info.get(_ROWS):
        _write_rows(session, None)


@dataclass(frozen=True, slots=True)
class Link:
    """The link somebody came in by: good for this duty or meeting of this case, and for nothing else.

    `proven`: the second factor was given with it in this browser, a short while ago.
    """

    token_hash: bytes
    id: UUID
    reference_id: UUID
    reference: str
    case_id: UUID
    duty_id: UUID | None
    meeting_id: UUID | None
    proven: bool = False
    factor: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """How whoever acts came in: what their token is good for, or since when their session has the second factor."""

    scope: TokenScope = TokenScope.ALL
    session_id: UUID | None = None
    factor_at: datetime | None = None
    how: SignedInBy | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A unit of work: the session, the moment it began (process time), who acts, where from and how they came in."""

    session: AsyncSession
    now: datetime
    actor: Actor
    origin: Origin = field(default_factory=Origin)
    began: float = field(default_factory=monotonic)
    entry: Entry = Entry()

    @property
    def until_now(self) -> timedelta:
        """How long this has taken so far."""
        return timedelta(seconds=monotonic() - self.began)

    def write_last(self, table: type[Base], row: Mapping[str, object]) -> None:
        """Insert a row just before the commit, all rows of a table together."""
        self.session.info.setdefault(_LAST, []).append((table, (row,)))

    def write(self, table: type[Base], rows: Iterable[Mapping[str, object]]) -> None:
        """Insert rows with the next flush, without an object for each; they come after the objects they hang on."""
        if listed := list(rows):
            self.session.info.setdefault(_ROWS, []).append((table, listed))

    def opens(self, case_id: UUID) -> None:
        """The actor is about to read about this case. Raises ReadTooMuch when that is one too many."""
        brake = self.session.info.get(_BRAKE)
        if isinstance(brake, Brake):
            brake.opens(self.actor, case_id)

    def changes_nothing(self) -> None:
        """This is for looking only: from here what was asked once is not asked again (`remembered`)."""
        self.session.info.setdefault(_REMEMBERED, {})

    async def remembered(self, what: tuple[object, ...], ask: Callable[[], Awaitable[T]]) -> T:
        """What a page needs in several places, asked once; an act always asks, for it may have changed it."""
        kept: dict[tuple[object, ...], T] | None = self.session.info.get(_REMEMBERED)
        if kept is None:
            return await ask()
        if what not in kept:
            kept[what] = await ask()
        return kept[what]

    def looks_for_people(self) -> None:
        """The actor is about to search for a person. Raises TooMany."""
        brake = self.session.info.get(_BRAKE)
        if isinstance(brake, Brake):
            brake.looks_for_people(self.actor)

    def is_writing(self, table: type[Base]) -> bool:
        """Whether rows of this table wait for the next flush."""
        return any(one is table for one, _ in self.session.info.get(_ROWS, ()))


class Database:
    """A pool of connections under one role. Build it at the edge of the process."""

    #: how much people may ask of this pool; the doors have one, a worker has none
    brake: Brake | None = None

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=pool_size, max_overflow=0, pool_timeout=10, hide_parameters=True
        )
        _ask_the_idle_ones(self.engine.sync_engine)
        self._beside: set[asyncio.Task[None]] = set()

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside the requests, not inside one. It is done before the connections are given back."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def close(self) -> None:
        """Give all connections back, once what was begun beside the requests is done."""
        await asyncio.gather(*self._beside, return_exceptions=True)
        await self.engine.dispose()


def _ask_the_idle_ones(engine: Engine) -> None:
    """Ask a connection that was idle whether it still lives; one that just worked need not be asked (a round trip)."""

    @event.listens_for(engine, "checkin")
    def used(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if monotonic() - record.info.get("used", monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError from error


class _Process:
    database: Database | None = None


def use(database: Database | None) -> None:
    """Set the database of this process; tasks find it here, since only ids cross the engine."""
    _Process.database = database


def current() -> Database:
    """The database of this process."""
    if _Process.database is None:
        msg = "no database in use: call transactions.use() at the edge of the process"
        raise RuntimeError(msg)
    return _Process.database


def _session(database: Database) -> AsyncSession:
    return AsyncSession(database.engine, expire_on_commit=False, sync_session_class=_Session)


@asynccontextmanager
async def unit_of_work(
    actor: Actor, database: Database | None = None, *, fenced: bool = True, origin: Origin | None = None
) -> AsyncIterator[Work]:
    """Do everything or nothing as one actor. Under a lease the transaction is fenced: raises LeaseLost when overtaken.

    `fenced=False` is for a unit inside a fenced one: the outer holds the lock on the lease until it commits.
    """
    source = database or current()
    lease = held_lease.get() if fenced else None
    async with (
        AsyncSession(source.engine, expire_on_commit=False, sync_session_class=_Session) as session,
        session.begin(),
    ):
        row = (await session.execute(_BEGIN, _context(actor, lease))).one()
        if lease is not None and not row.fenced_:
            msg = "another executor holds this case"
            raise LeaseLost(msg)
        yield Work(session, row.now_.astimezone(UTC), _with(actor, row.replaces_), origin or Origin())


@asynccontextmanager
async def part_of(work: Work, *, keep: bool = True) -> AsyncIterator[None]:
    """Statements of a unit of work that may fail by themselves; what came before them stays, and so do its locks.

    `keep=False` undoes them afterwards: to see whether they would work. For SQL only, not for what a session adds.
    """
    async with work.session.begin_nested() as part:
        yield
        if not keep:
            await part.rollback()


@asynccontextmanager
async def signed_in(
    secret_hash: bytes, database: Database, *, origin: Origin | None = None, by: TextClause = _ENTER
) -> AsyncIterator[tuple[Work, str]]:
    """Do everything or nothing as who holds this token or session; also their name.

    Raises NotSignedIn (R6), and TooMany when this person asks too much.
    """
    async with (
        AsyncSession(database.engine, expire_on_commit=False, sync_session_class=_Session) as session,
        session.begin(),
    ):
        row = (await session.execute(by, {"token": secret_hash, "purpose": Actor().purpose})).one_or_none()
        if row is None:
            raise NotSignedIn
        actor = Actor(
            house_id=row.house_id, organisation_id=row.organisation_id, person_id=row.person_id,
            organisation_kind=OrganisationKind(row.kind), roles=frozenset(map(Role, row.roles)),
            replaces=frozenset(row.replaces or ()),
        )  # fmt: skip
        if database.brake is not None:
            database.brake.asked_by(actor)
            session.info[_BRAKE] = database.brake
        came = replace(origin or Origin(), via_id=row.via_id)
        entry = Entry(
            TokenScope(row.scope), row.session_id, row.factor_at and row.factor_at.astimezone(UTC),
            SignedInBy(row.how) if row.how else None,
        )  # fmt: skip
        yield Work(session, row.now_.astimezone(UTC), actor, came, entry=entry), row.name


@asynccontextmanager
async def by_link(
    token_hash: bytes, browser_hash: bytes, database: Database, *, origin: Origin | None = None
) -> AsyncIterator[Work]:
    """Do everything or nothing as who holds this link. To the database they have no role: it shows one case's process.

    Raises LinkNotGood, and TooMany when this person asks too much.
    """
    async with (
        AsyncSession(database.engine, expire_on_commit=False, sync_session_class=_Session) as session,
        session.begin(),
    ):
        facts = {"token": token_hash, "browser": browser_hash, "purpose": Actor().purpose}
        row = (await session.execute(_ENTER_LINK, facts)).one_or_none()
        if row is None:
            raise LinkNotGood
        actor = Actor(
            house_id=row.house_id, organisation_id=row.organisation_id, person_id=row.person_id,
            organisation_kind=OrganisationKind(row.kind), roles=frozenset(map(Role, row.roles)),
            replaces=frozenset(row.replaces or ()),
        )  # fmt: skip
        if database.brake is not None:
            database.brake.asked_by(actor)
            session.info[_BRAKE] = database.brake
        link = Link(
            token_hash, row.link_id, row.reference_id, row.code, row.case_id, row.duty_id, row.meeting_id,
            proven=row.proven, factor=row.factor,
        )  # fmt: skip
        came = replace(origin or Origin(), via_id=row.link_id)
        yield Work(session, row.now_.astimezone(UTC), actor, came, entry=Entry(link=link))


def reading_feed(
    secret_hash: bytes, database: Database, *, origin: Origin | None = None
) -> AbstractAsyncContextManager[tuple[Work, str]]:
    """Look as who has this secret address of a feed; `origin.via_id` is the feed. Raises NotSignedIn and TooMany."""
    return signed_in(secret_hash, database, origin=origin, by=_ENTER_FEED)


async def become(work: Work, actor: Actor) -> Work:
    """Go on in the same transaction as somebody else: signing in costs no transaction of its own."""
    if _LAST in work.session.info:  # said by who was there before, and checked against who that is
        await work.session.run_sync(_write_last)
    row = (await work.session.execute(_BEGIN, _context(actor, None))).one()
    return replace(work, actor=_with(actor, row.replaces_))


def _with(actor: Actor, replaces: Iterable[UUID] | None) -> Actor:
    """The actor with the colleagues for whom they stand in now, whatever was said before."""
    now = frozenset(replaces or ())
    return actor if now == actor.replaces else replace(actor, replaces=now)


def _context(actor: Actor, lease: HeldLease | None) -> dict[str, object]:
    return {
        "person": actor.person_id,
        "organisation": actor.organisation_id,
        "kind": actor.organisation_kind,
        "house": actor.house_id,
        "roles": sorted(actor.roles),
        "purpose": actor.purpose,
        "behalf": actor.on_behalf_of,
        "lease": lease.case_id if lease else None,
        "token": lease.token if lease else None,
    }
