"""One transaction, one actor, one moment: the only place that begins and commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.types import BigInteger, Text, Uuid

from models.actors import Actor
from models.refusals import LeaseLost

_BEGIN = text(
    "SELECT now_, fenced_ "
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


@dataclass(frozen=True, slots=True)
class HeldLease:
    """The lease under which this executor works on a case."""

    case_id: UUID
    token: int


held_lease: ContextVar[HeldLease | None] = ContextVar("held_lease", default=None)


@dataclass(frozen=True, slots=True)
class Work:
    """A unit of work: the session, the moment it began (process time) and who acts."""

    session: AsyncSession
    now: datetime
    actor: Actor


class Database:
    """A pool of connections under one role. Build it at the edge of the process."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=pool_size, max_overflow=0, pool_timeout=10, pool_pre_ping=True, hide_parameters=True
        )

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


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


@asynccontextmanager
async def unit_of_work(actor: Actor, database: Database | None = None, *, fenced: bool = True) -> AsyncIterator[Work]:
    """Do everything or nothing as one actor. Under a lease the transaction is fenced: raises LeaseLost when overtaken.

    `fenced=False` is for a unit inside a fenced one: the outer holds the lock on the lease until it commits.
    """
    source = database or current()
    lease = held_lease.get() if fenced else None
    async with AsyncSession(source.engine, expire_on_commit=False) as session, session.begin():
        row = (await session.execute(_BEGIN, _context(actor, lease))).one()
        if lease is not None and not row.fenced_:
            msg = "another executor holds this case"
            raise LeaseLost(msg)
        yield Work(session, row.now_.astimezone(UTC), actor)


async def become(work: Work, actor: Actor) -> Work:
    """Go on in the same transaction as somebody else: signing in costs no transaction of its own."""
    await work.session.execute(_BEGIN, _context(actor, None))
    return replace(work, actor=actor)


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
