"""How PostgreSQL answers the hottest statements on the large data: written to `docs/hot-statements.md`.

Each question is asked as who asks it, with row-level security on; of its statements the slowest is explained, or the
one it is about. Nothing of it is kept: what would change something is rolled back.
"""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Engine, event, select, true

from models.actors import ENGINE
from models.casebook import duties as ladders
from models.casebook import follow_up, leases
from models.casebook.setup import hashed
from models.lookups import caselists, cases, duties, stalled, waiting
from models.lookups import work as engine_lookup
from models.lookups.caselists import CaseFilter
from models.lookups.paging import Page
from models.tables.cases import Case
from models.transactions import Work, signed_in, unit_of_work
from models.words import Role
from tests.conftest import Databases
from tests.factories import AHouse

PAGE = Path("docs/hot-statements.md")
INTRO = """# The hottest statements on large data

Written by `make bench` after its seed: a house with {cases} cases, {open} of them open, beside 950,000 cases of another
house in the same tables, security on. Times are of one warm run on the machine of the README. Of a question that is
more statements than one the slowest is shown. In the whole plans there is no sequential scan over cases, duties or
rungs: a run that finds one fails. Branches of the policies that were never executed are left out below.
"""
_CLAIM = "SELECT DISTINCT duty_id"
BATCH = 5000  # what `remind` claims at once
#: three batches of reminders that are due: asked twice and explained once, each claims as many as it can
_DUE = """
    SET session_replication_role = replica;
    UPDATE rung SET fire_at = date_trunc('minute', now()) - interval '1 minute' WHERE id IN (
      SELECT DISTINCT ON (duty_id) id FROM rung
      WHERE fired_at IS NULL AND dropped_at IS NULL AND step <> 'lapse' ORDER BY duty_id, fire_at LIMIT {due});
"""
_LARGE = re.compile(r"Seq Scan on (cases|duty|rung)\b")
_NOISE = ("never executed", "InitPlan", "One-Time Filter", "Index Searches", "Storage:", "Planning", "Buckets")
#: asked about a case that the one who asks leads; the engine asks about none
Question = Callable[[Work, UUID], Awaitable[object]]


class _Undo(Exception):
    """Leave without a trace."""


@dataclass
class Asked:
    """A statement that went by."""

    statement: str
    parameters: Any
    took: float


async def _a_case(work: Work) -> UUID:
    """An open one: that this regisseur leads, or whichever."""
    led = Case.director_id == work.actor.person_id if work.actor.has(Role.PROCESS_DIRECTOR) else true()
    return (await work.session.scalars(select(Case.id).where(led, Case.closed_at.is_(None)).limit(1))).one()


async def _locked(work: Work, case_id: UUID) -> object:
    return await cases.case_for_update(work, case_id)


async def _open_duties(work: Work, case_id: UUID) -> object:
    return await duties.open_in_case(work, case_id)


async def _disarmed(work: Work, case_id: UUID) -> None:
    open_ = await duties.open_in_case(work, case_id)
    await ladders.disarm(work, [one.id for one in open_])


async def _case_page(work: Work, _case_id: UUID) -> object:
    return await caselists.page(work, CaseFilter(), Page(25))


async def _leased(work: Work, _case_id: UUID) -> object:
    return await leases.take_next(work, "bench", not_these=[])


def _of_nothing(question: Callable[[Work], Awaitable[object]]) -> Question:
    """A question that is not about one case."""

    async def asked(work: Work, _case_id: UUID) -> object:
        return await question(work)

    return asked


@dataclass(frozen=True)
class Hot:
    """What is asked, by whom (nobody: the engine), and how the statement that is explained begins, else the slowest."""

    title: str
    who: str
    question: Question
    statement: str = ""


QUESTIONS = (
    Hot("The first page of cases, a manager", "manager", _case_page),
    Hot("The first page of cases, a public participant at the table", "politie", _case_page),
    Hot("What is stalled and why, for the dashboard", "manager", _of_nothing(stalled.board)),
    Hot("The first page of stalled cases", "manager", _of_nothing(stalled.overview)),
    Hot("What is late, the longest first", "manager", _of_nothing(stalled.late)),
    Hot("How much is late", "manager", _of_nothing(waiting.count_late)),
    Hot("What a private participant owes", "ggz", _of_nothing(waiting.own)),
    Hot("A case locked for a decision", "regisseur", _locked, "SELECT cases."),
    Hot("The open duties of a case", "regisseur", _open_duties, "SELECT duty."),
    Hot("The ladders of a case dropped when its duties end", "regisseur", _disarmed, "UPDATE rung"),
    Hot("Is a reminder due?", "", _of_nothing(engine_lookup.nothing_due)),
    Hot("Five thousand reminders that are due, claimed at once", "", _of_nothing(follow_up.remind), _CLAIM),
    Hot("The next case with work, leased", "", _leased),
)


async def write(databases: Databases, house: AHouse, *, total: int, opened: int) -> list[str]:
    """Ask, explain and write the page. Answers which statements read a large table from end to end: none may."""
    assert len(QUESTIONS) >= 10
    await _due(databases)
    whole: list[str] = []
    parts = [INTRO.format(cases=f"{total:,}", open=f"{opened:,}")]
    for one in QUESTIONS:
        plan, took = await explained(databases, house, one)
        whole += reads_whole(one.title, plan)
        parts.append(f"## {one.title}\n\n{took * 1000:.1f} ms over the connection\n\n```\n{shown(plan)}\n```\n")
        assert one.statement != _CLAIM or f"rows={BATCH}.00" in plan, "nothing was due"
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    return whole


async def _due(databases: Databases) -> None:
    connection = await databases.server.connect(database=databases.name)
    try:
        await connection.execute(_DUE.format(due=3 * BATCH))
        await connection.execute("VACUUM (ANALYZE) rung")
    finally:
        await connection.close()


def reads_whole(title: str, plan: str) -> list[str]:
    """The sequential scans in a whole plan, also where it did not come."""
    return [f"{title}: {one}" for one in _LARGE.findall(plan)]


def shown(plan: str) -> str:
    """A plan without what says nothing to a reader."""
    return "\n".join(one[:150] for one in plan.splitlines() if not any(word in one for word in _NOISE))


async def explained(databases: Databases, house: AHouse, hot: Hot) -> tuple[str, float]:
    """The whole plan of the statement that a question is about, and how long it took."""
    source = databases.web if hot.who else databases.engine
    with _listening(source.engine.sync_engine) as seen:
        async with _acting(databases, house, hot.who) as work:
            case_id = await _a_case(work)
            await hot.question(work, case_id)
            seen.clear()
            await hot.question(work, case_id)
            about = [one for one in seen if one.statement.strip().startswith(hot.statement)]
            slowest = max(about, key=lambda one: one.took)
            connection = await work.session.connection()
            # Prepared, as the driver does it: only so is this the plan that is kept for every question.
            await connection.exec_driver_sql(f"PREPARE hot AS {slowest.statement}")
            given = f"({', '.join(map(_literal, slowest.parameters))})" if slowest.parameters else ""
            rows = await connection.exec_driver_sql(
                f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING ON) EXECUTE hot{given}"
            )
            lines = [str(row[0]) for row in rows]
            await connection.exec_driver_sql("DEALLOCATE hot")
    return "\n".join(lines), slowest.took


def _literal(value: object) -> str:
    """A parameter as it is written in a statement; PostgreSQL gives it the type of its place."""
    if value is None:
        return "NULL"
    if isinstance(value, (list, tuple)):
        return _quoted("{" + ",".join(f'"{one}"' for one in value) + "}")
    if isinstance(value, timedelta):
        return _quoted(f"{value.total_seconds()} seconds")
    return _quoted(str(value))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@asynccontextmanager
async def _acting(databases: Databases, house: AHouse, who: str) -> AsyncIterator[Work]:
    with suppress(_Undo):
        if who:
            async with signed_in(hashed(house.tokens[who]), databases.web) as (work, _name):
                yield work
                _undo()
        async with unit_of_work(ENGINE, databases.engine) as work:
            yield work
            _undo()


def _undo() -> NoReturn:
    raise _Undo


@contextmanager
def _listening(engine: Engine) -> Iterator[list[Asked]]:
    seen: list[Asked] = []

    def before(_connection: object, _cursor: object, _statement: str, _facts: object, context: Any, _m: object) -> None:
        context.began = time.perf_counter()

    def after(_connection: object, _cursor: object, statement: str, facts: object, context: Any, _m: object) -> None:
        seen.append(Asked(statement, facts, time.perf_counter() - context.began))

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)
