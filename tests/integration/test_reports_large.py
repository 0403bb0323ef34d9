"""Figures of a house with a long past, beside another: found by an index, never by reading a table from end to end."""

import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from models.figures import Report
from models.lookups import reports
from models.transactions import Work, unit_of_work
from tests.conftest import Databases, Roving
from tests.factories import AHouse, a_house

CASES = 20_000  #: of each of two houses, over six years
LARGE = ("cases", "visit", "duty", "subject", "decision")
#: one case in twenty is still open; each has two phases behind it, a first response and two commitments
FILL = (
    """
    INSERT INTO cases (id, house_id, number, reporter_organisation_id, reporter_person_id, sponsor_organisation_id,
      director_id, phase, round, plan_version, municipality, themes, urgent, high_risk, process_version, outcome,
      reported_at, admitted_at, closed_at, last_event_at)
    SELECT gen_random_uuid(), $1, 'G-' || n, $2, $3, $2, $4,
           CASE WHEN n % 20 = 0 THEN 'monitoring' ELSE 'afgesloten' END, 1, 0, 'Westerveen', ARRAY['stalking'],
           false, false, 1, 'in_procesregie', at, at + interval '4 days',
           CASE WHEN n % 20 > 0 THEN at + interval '90 days' END, at
    FROM generate_series(1, $5::int) AS n, LATERAL (SELECT now() - n * interval '157 minutes' AS at) AS reported
    """,
    """
    INSERT INTO visit (id, house_id, case_id, phase, round, entered_at, left_at)
    SELECT gen_random_uuid(), house_id, id, phase_, 1, reported_at, reported_at + interval '3 days'
    FROM cases, unnest(ARRAY['aanmelding', 'screening']) AS phase_ WHERE house_id = $1
    """,
    """
    INSERT INTO duty (id, house_id, case_id, kind, owner_organisation_id, batch_id, anchor, unit, amount, due_at,
      due_version, explanation, urgent, opened_at, answered_at)
    SELECT gen_random_uuid(), house_id, id, kind_, $2, id, reported_at, 'working_days', 5,
           reported_at + interval '9 days', 1, '', false, reported_at, reported_at + interval '2 days'
    FROM cases, unnest(ARRAY['compleetheid_toetsen', 'afspraak_uitvoeren', 'evalueren']) AS kind_ WHERE house_id = $1
    """,
    """
    INSERT INTO subject (id, house_id, referral_id, case_id, position, standing, name, bsn, secret_address)
    SELECT gen_random_uuid(), house_id, id, id, 1, 'betrokkene', 'Niemand', lpad(substr(number, 3), 9, '9'), false
    FROM cases WHERE house_id = $1
    """,
)


@pytest.fixture(scope="module")
async def grown(roving: Roving) -> AsyncIterator[tuple[Databases, AHouse]]:
    async with roving.copy_of("pols_template") as databases:
        houses = [await a_house(databases.owner) for _ in range(2)]
        connection = await databases.server.connect(database=databases.name)
        try:
            await connection.execute("SET session_replication_role = replica")
            for house in houses:
                police = house.organisations["politie"]
                people = (house.person("politie"), house.person("regisseur"))
                await connection.execute(FILL[0], house.id, police, *people, CASES)
                await connection.execute(FILL[1], house.id)
                await connection.execute(FILL[2], house.id, police)
                await connection.execute(FILL[3], house.id)
            await connection.execute("VACUUM (ANALYZE)")
        finally:
            await connection.close()
        yield databases, houses[0]


async def _scanned(work: Work) -> Counter[str]:
    """How often this connection read each large table from end to end."""
    rows = await work.session.execute(
        text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY (:large)"),
        {"large": list(LARGE)},
    )
    return Counter({row.relname: row.seq_scan for row in rows})


@pytest.mark.parametrize(("report", "who"), [(one, "manager") for one in Report] + [(Report.INFLOW, "politie"),
    (Report.COMMITMENTS, "politie"), (Report.LEAD_TIMES, "privacy")])  # fmt: skip
async def test_no_large_table_is_read_from_end_to_end(
    grown: tuple[Databases, AHouse], report: Report, who: str
) -> None:
    databases, house = grown
    async with unit_of_work(house.actors[who], databases.web) as work:
        before = await _scanned(work)
        began = time.perf_counter()
        found = await reports.of(work, report)
        took = time.perf_counter() - began
        whole = await _scanned(work) - before

    assert whole == Counter()
    assert found.sheets
    assert took < 5, f"{report}: {took:.2f} s"
