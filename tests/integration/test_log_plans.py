"""Reading the log stays quick when it is long: two hundred thousand lines, and no statement walks through them all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from deployments import embedded
from models.casebook import sealer
from models.casebook.frame import audit
from models.lookups import trail
from models.lookups.paging import Page, Place
from models.lookups.trail import LogFilter
from models.tables.base import new_id
from models.transactions import Work, unit_of_work
from models.words import Phase
from tests.conftest import TEMPLATE, Databases, connected
from tests.factories import AHouse, Story, a_case, a_house

LINES = 200_000
_SAME = (
    "house_id, action, object_kind, object_id, person_id, organisation_id, on_behalf_of, roles, purpose, door, address,"
    " via_id, policy_version, trace_id, span_id, facts"
)
#: copies of the lines of one case, spread over a hundred days and two thousand cases
_COPY = f"""
    INSERT INTO audit_line ({_SAME}, id, at, case_id, referral_id, result)
    SELECT {_SAME}, gen_random_uuid(), at - make_interval(secs => n * 43),
      CASE WHEN case_id IS NULL THEN NULL ELSE md5((n % 2000)::text)::uuid END,
      CASE WHEN referral_id IS NULL THEN NULL ELSE md5('r' || n % 2000)::uuid END,
      CASE WHEN n % 1000 = 0 THEN 'geweigerd' ELSE 'ok' END
    FROM (SELECT * FROM audit_line LIMIT 20) l, generate_series(1, $1) AS n
"""


class Long:
    """A house with a long log, and a case in it."""

    def __init__(self, db: Databases, house: AHouse, story: Story) -> None:
        self.db, self.house, self.case_id = db, house, story.case_id

    async def plans(self, ask: Callable[[Work], Awaitable[object]]) -> list[str]:
        """How the database goes about everything that was asked, as the privacy officer."""
        sent: list[tuple[str, Any]] = []

        def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
            sent.append((statement, parameters))

        engine = self.db.web.engine.sync_engine
        found: list[str] = []
        async with unit_of_work(self.house.actors["privacy"], self.db.web) as work:
            event.listen(engine, "before_cursor_execute", note)
            try:
                await ask(work)
            finally:
                event.remove(engine, "before_cursor_execute", note)
            connection = await work.session.connection()
            for statement, parameters in sent:
                rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
                found.append("\n".join(row[0] for row in rows))
        assert found
        return found


@pytest.fixture(scope="module")
async def long(server: embedded.EmbeddedServer) -> AsyncIterator[Long]:
    name = f"long_{new_id().hex[-12:]}"
    await embedded.create_from_template(server, name, TEMPLATE)
    db = connected(server, name)
    house = await a_house(db.owner)
    story = await a_case(db.web, house, Phase.REGIE)
    connection = await server.connect(database=name)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(_COPY.replace("$1", f"{LINES} / (SELECT least(20, count(*)) FROM audit_line)"))
    await connection.execute("""
        INSERT INTO processing SELECT id, house_id, trace_id, span_id, NULL, 'casusbehandeling', action, 'Ok', at, at,
          coalesce(case_id, id), 'casus' FROM audit_line ON CONFLICT DO NOTHING
    """)
    await connection.execute(f"""
        INSERT INTO audit_seal SELECT '{house.id}', row_number() OVER (), id, ''::bytea, ''::bytea, at FROM audit_line
    """)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()
    yield Long(db, house, story)
    await db.close()
    await embedded.drop_database(server, name)


FILTERS: dict[str, LogFilter] = {
    "all": LogFilter(),
    "of an action": LogFilter(action="gemeld"),
    "refused": LogFilter(refused=True),
    "of a case": LogFilter(case_id=UUID(int=7)),
    "of somebody in a case": LogFilter(case_id=UUID(int=7), person_id=UUID(int=8)),
}


def walks(plans: list[str]) -> list[str]:
    """The plans that go through a whole table of the log, or sort what they found in it."""
    return [one for one in plans if "Seq Scan on" in one and any(t in one for t in ("audit_", "processing"))]


@pytest.mark.parametrize("which", list(FILTERS))
async def test_a_page_of_the_log_begins_at_an_index(long: Long, which: str) -> None:
    async def ask(work: Work) -> None:
        wanted = replace(FILTERS[which], since=work.now - timedelta(days=400))
        wanted = replace(wanted, case_id=long.case_id) if wanted.case_id else wanted
        await trail.lines(work, wanted, Page(50))
        await trail.lines(work, wanted, Page(50, Place(new_id(), work.now - timedelta(days=30))))

    plans = await long.plans(ask)

    assert walks(plans) == []
    assert all("Index Scan" in one for one in plans)
    assert [one for one in plans if "Sort" in one and "case" not in which] == []


async def test_who_saw_a_file_and_what_was_processed_begin_at_an_index(long: Long) -> None:
    async def ask(work: Work) -> None:
        file = await trail.file_of_case(work, long.case_id)
        await trail.seen_in(work, file, Page(100))
        await trail.processed(work, Page(100, Place(new_id(), work.now - timedelta(days=50))))

    plans = await long.plans(ask)

    assert len(plans) == 5
    assert walks(plans) == []


async def test_the_next_seal_is_found_at_an_index(long: Long) -> None:
    async with unit_of_work(long.house.actors["politie"], long.db.web) as work:
        audit(work, "inzien", "casus", None)
    async with long.db.engine.engine.connect() as connection:
        found = await connection.execute(
            text("EXPLAIN " + str(sealer._HEADS).replace(":chains", f"ARRAY['{long.house.id}'::uuid]"))
        )
        plan = "\n".join(row[0] for row in found)

    assert walks([plan]) == []
    assert "pk_audit_seal" in plan


async def test_who_saw_a_file_is_complete_also_after_ten_thousand_looks(long: Long) -> None:
    connection = await long.db.server.connect(database=long.db.name)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(f"""
        INSERT INTO audit_line ({_SAME}, id, at, case_id, result)
          SELECT {_SAME}, gen_random_uuid(), at + make_interval(secs => n / 3), case_id, result
          FROM audit_line l, generate_series(1, 10000) AS n
          WHERE l.id = (SELECT id FROM audit_line WHERE case_id = '{long.case_id}' LIMIT 1)
    """)
    oracle = await connection.fetch(f"""
        SELECT id FROM audit_line WHERE case_id = '{long.case_id}' OR (object_kind = 'aanmelding' AND referral_id IN (
          SELECT referral_id FROM audit_line WHERE case_id = '{long.case_id}')) ORDER BY at DESC, id DESC
    """)
    await connection.close()
    seen: list[UUID] = []
    async with unit_of_work(long.house.actors["privacy"], long.db.web) as work:
        file, page = await trail.file_of_case(work, long.case_id), Page(1000)
        while True:
            found = await trail.seen_in(work, file, page)
            seen += [one.id for one in found.rows]
            if found.following is None:
                break
            page = Page(1000, found.following)

    assert len(seen) > 10_000
    assert seen == [row["id"] for row in oracle]
