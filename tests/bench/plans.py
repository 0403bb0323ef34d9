"""How PostgreSQL answers the hottest statements on the large data: written to `docs/hot-statements.md`.

Each question is asked as who asks it, with row-level security on; of its statements the slowest is explained. Nothing
of it is kept: what would change something is rolled back.
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

from sqlalchemy import Engine, event, select

from models.actors import ENGINE
from models.casebook import follow_up, leases
from models.casebook.setup import hashed
from models.lookups import caselists, cases, duties, stalled, waiting
from models.lookups import work as engine_lookup
from models.lookups.caselists import CaseFilter
from models.tables.cases import Case
from models.transactions import Work, signed_in, unit_of_work
from tests.conftest import Databases
from tests.factories import AHouse

PAGE = Path("docs/hot-statements.md")
INTRO = """# The hottest statements on large data

Written by `make bench` after its seed: a house with {cases} cases, {open} of them open, beside 950,000 cases of another
house in the same tables, security on. Times are of one warm run on the machine of the README. Branches of the policies
that were never executed are left out.
"""
_LARGE = re.compile(r"Seq Scan on (cases|duty|rung)\b")
_NOISE = ("never executed", "InitPlan", "One-Time Filter", "Index Searches", "Storage:", "Planning", "Buckets")
Question = Callable[[Work], Awaitable[object]]


class _Undo(Exception):
    """Leave without a trace."""


@dataclass
class Asked:
    """A statement that went by."""

    statement: str
    parameters: Any
    took: float


async def _a_case(work: Work) -> UUID:
    """One that this regisseur leads."""
    led = select(Case.id).where(Case.director_id == work.actor.person_id, Case.closed_at.is_(None)).limit(1)
    return (await work.session.scalars(led)).one()


async def _locked(work: Work) -> object:
    return await cases.case_for_update(work, await _a_case(work))


async def _open_duties(work: Work) -> object:
    return await duties.open_in_case(work, await _a_case(work))


async def _case_page(work: Work) -> object:
    return await caselists.page(work, CaseFilter(), size=25)


async def _leased(work: Work) -> object:
    return await leases.take_next(work, "bench", not_these=[])


#: what is asked, by whom (nobody: the engine)
QUESTIONS: tuple[tuple[str, str, Question], ...] = (
    ("The first page of cases, a manager", "manager", _case_page),
    ("The first page of cases, a public participant at the table", "politie", _case_page),
    ("What is stalled and why, for the dashboard", "manager", stalled.board),
    ("The first page of stalled cases", "manager", stalled.overview),
    ("What is late, the longest first", "manager", stalled.late),
    ("How much is late", "manager", waiting.count_late),
    ("What a private participant owes", "ggz", waiting.own),
    ("A case locked for a decision", "regisseur", _locked),
    ("The open duties of a case", "regisseur", _open_duties),
    ("Is a reminder due?", "", engine_lookup.nothing_due),
    ("Reminders that are due, claimed at once", "", follow_up.remind),
    ("The next case with work, leased", "", _leased),
)


async def write(databases: Databases, house: AHouse, *, total: int, opened: int) -> None:
    """Ask, explain and write the page. Says so when a large table is read from end to end."""
    whole: list[str] = []
    parts = [INTRO.format(cases=f"{total:,}", open=f"{opened:,}")]
    for title, who, question in QUESTIONS:
        plan, took = await _explained(databases, house, who, question)
        whole += [f"{title}: {one}" for one in _LARGE.findall(plan)]
        parts.append(f"## {title}\n\n{took * 1000:.1f} ms over the connection\n\n```\n{plan}\n```\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    for one in whole:
        print(f"reads a large table from end to end: {one}")  # noqa: T201


async def _explained(databases: Databases, house: AHouse, who: str, question: Question) -> tuple[str, float]:
    source = databases.web if who else databases.engine
    with _listening(source.engine.sync_engine) as seen:
        async with _acting(databases, house, who) as work:
            await question(work)
            seen.clear()
            await question(work)
            slowest = max(seen, key=lambda one: one.took)
            connection = await work.session.connection()
            # Prepared, as the driver does it: only so is this the plan that is kept for every question.
            await connection.exec_driver_sql(f"PREPARE hot AS {slowest.statement}")
            given = f"({', '.join(map(_literal, slowest.parameters))})" if slowest.parameters else ""
            rows = await connection.exec_driver_sql(
                f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING ON) EXECUTE hot{given}"
            )
            lines = [str(row[0])[:150] for row in rows]
            await connection.exec_driver_sql("DEALLOCATE hot")
    return "\n".join(one for one in lines if not any(word in one for word in _NOISE)), slowest.took


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
