"""Many cases at once: real cases, driven by their people, and copies of their rows made by SQL.

A copy keeps everything of its original but ids, moments and the partners: so the rows are as the casebook writes them,
also when a table changes. What lists and clocks never read (documents, answers, history) is left out.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from deployments.embedded import EmbeddedServer
from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse

PARTNERS = 34  # copies of each of the six partners, and of each regisseur
#: where open cases are: most of them in execution
OPEN = (
    Phase.MONITORING, Phase.PLAN, Phase.MONITORING, Phase.SCREENING, Phase.MONITORING, Phase.REGIE, Phase.MONITORING,
    Phase.FOCUSOVERLEG, Phase.MONITORING, Phase.INTAKE, Phase.CLOSING,
)  # fmt: skip
#: columns that name somebody of the house or a partner
WHO = (
    "reporter_organisation_id", "reporter_person_id", "sponsor_organisation_id", "director_id", "case_director_id",
    "owner_organisation_id", "owner_person_id", "organisation_id", "person_id",
)  # fmt: skip
_ENDED = "num_nonnulls(t.answered_at, t.lapsed_at, t.withdrawn_at) > 0"
#: per table which rows of an original are copied, when it is open and when it is closed
TABLES = {
    "cases": ("true", "true"),
    "visit": ("true", "t.left_at IS NULL"),
    "involvement": ("true", "t.standing = 'betrokken'"),
    "lease": ("true", "true"),
    "duty": (
        "true",
        f"t.id = (SELECT e.id FROM duty e WHERE e.case_id = t.case_id AND {_ENDED.replace('t.', 'e.')} LIMIT 1)",
    ),
    "rung": ("t.fired_at IS NULL AND t.dropped_at IS NULL", "false"),
}
HALF = {"rung": "b.n % 2 = 0"}  # half of the cases have their ladders: mostly enough, and sooner there

# The number of a copy takes the place of the moment in an id: as with real ids, the newest case has the highest.
# Everything here must be immutable, or PostgreSQL calls these functions row by row instead of inlining them.
_HELPERS = """
    DROP SCHEMA IF EXISTS bench CASCADE;
    CREATE SCHEMA bench;
    CREATE FUNCTION bench.twin(id uuid, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT (lpad(to_hex(1750000000000 + n), 12, '0') || substr(id::text, 14))::uuid $$;
    CREATE TABLE bench.stays AS
      SELECT o.id FROM organisation o WHERE o.kind = 'huis'
      UNION SELECT p.id FROM person p JOIN organisation o ON o.id = p.organisation_id
      WHERE o.kind = 'huis' AND NOT p.roles @> ARRAY['procesregisseur'];
"""
_PEOPLE = """
    CREATE FUNCTION bench.who(id uuid, k int) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN k = 0 OR id = ANY ('{stays}'::uuid[]) THEN id ELSE bench.twin(id, k) END $$;
    INSERT INTO organisation (id, house_id, kind, name, task)
      SELECT bench.twin(id, k), house_id, kind, name || ' ' || k, task
      FROM organisation, generate_series(1, {partners} - 1) AS k WHERE kind <> 'huis' AND house_id = '{house}';
    INSERT INTO person (id, house_id, organisation_id, name, email, roles, active, screened_until, trained_until)
      SELECT bench.twin(id, k), house_id, bench.who(organisation_id, k), name || ' ' || k, k || '.' || email,
             array_remove(roles, 'triagelid'), active, screened_until, trained_until
      FROM person, generate_series(1, {partners} - 1) AS k
      WHERE id NOT IN (SELECT id FROM bench.stays) AND house_id = '{house}';
"""
# One line per copy: of which original, with which partners, and how long ago. One open case in ten is behind.
_COPIES = """
    CREATE TABLE bench.copy AS
      SELECT n, n % {partners} AS k, CASE WHEN is_open THEN 1 + j % {kinds} ELSE 0 END AS original,
             CASE WHEN NOT is_open THEN make_interval(mins => {total} - n)
                  WHEN j % 10 = 0 THEN make_interval(days => j / 10 % 40)
                  ELSE make_interval(hours => j % 20) END AS back
      FROM generate_series(1, {total}) AS n
      CROSS JOIN LATERAL (
        SELECT (n - {since}) / {every} AS j, n > {since} AND (n - {since}) % {every} = 0 AS is_open) AS made;
"""
_AFTER = """
    UPDATE rung SET fired_at = fire_at WHERE fired_at IS NULL AND dropped_at IS NULL AND fire_at <= now();
    UPDATE duty d SET exhausted_at = r.last FROM (
      SELECT duty_id, max(fired_at) AS last FROM rung GROUP BY duty_id HAVING count(*) = count(fired_at)) AS r
    WHERE r.duty_id = d.id AND d.exhausted_at IS NULL AND num_nonnulls(answered_at, lapsed_at, withdrawn_at) = 0;
"""


@dataclass(frozen=True)
class Cases:
    """How many cases, how many of them are open, and whether all of these have their ladders or half of them."""

    total: int
    open: int
    all_ladders: bool = False


async def seed(databases: Databases, cases: Cases) -> AHouse:
    """A house with a couple of hundred partners and so many cases."""
    house = await factories.a_house(databases.owner)
    closed = await factories.a_case(databases.web, house, Phase.CLOSED)
    originals = [closed.case_id]
    made = {phase: (await factories.a_case(databases.web, house, phase)).case_id for phase in dict.fromkeys(OPEN)}
    originals += [made[phase] for phase in OPEN]
    database = databases.name
    connection = await _connect(databases.server, database)
    try:
        # Otherwise the server stops for a checkpoint every few seconds. What is measured has the usual setting again.
        for roomy in ("ALTER SYSTEM SET max_wal_size = '8GB'", "SELECT pg_reload_conf()"):
            await connection.execute(roomy)
        await connection.execute(_HELPERS)
        stays = await connection.fetchval("SELECT string_agg(id::text, ',') FROM bench.stays")
        await connection.execute(_PEOPLE.format(stays="{" + stays + "}", partners=PARTNERS, house=house.id))
        spread = {"since": cases.total - 5 * cases.open, "every": 5}
        if cases.total < 5 * cases.open:
            spread = {"since": cases.total - cases.open, "every": 1}
        await connection.execute(_COPIES.format(total=cases.total, partners=PARTNERS, kinds=len(OPEN), **spread))
        await connection.execute("ANALYZE")
        half = {} if cases.all_ladders else HALF
        copying = [_copy(databases.server, database, table, originals, half.get(table, "true")) for table in TABLES]
        await asyncio.gather(*copying)
        await connection.execute(_AFTER)
        for last in ("VACUUM (ANALYZE)", "CHECKPOINT", "ALTER SYSTEM RESET max_wal_size", "SELECT pg_reload_conf()"):
            await connection.execute(last)
    finally:
        await connection.close()
    return house


async def _connect(server: EmbeddedServer, database: str) -> "asyncpg.Connection":
    """As the superuser, and without the triggers: a copy of a good row is good, and wakes nobody."""
    connection = await server.connect(database=database)
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET jit = off")
    return connection


async def _copy(server: EmbeddedServer, database: str, table: str, originals: list[UUID], which: str) -> None:
    """Every copy of the rows of one table, for these copies of cases."""
    connection = await _connect(server, database)
    try:
        columns = await connection.fetch(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = $1", table,
        )  # fmt: skip
        names = ", ".join(name for name, _ in columns)
        values = ", ".join(_value(table, name, kind) for name, kind in columns)
        case = "id" if table == "cases" else "case_id"
        of_open, of_closed = TABLES[table]
        listed = ",".join(map(str, originals))
        await connection.execute(
            f"CREATE TEMP TABLE original AS SELECT o.nr - 1 AS nr, t.* FROM {table} t"
            f" JOIN unnest('{{{listed}}}'::uuid[]) WITH ORDINALITY AS o (id, nr) ON t.{case} = o.id"
            f" WHERE CASE WHEN o.nr = 1 THEN {of_closed} ELSE {of_open} END; ANALYZE original"
        )
        await connection.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM bench.copy b JOIN original t ON t.nr = b.original"
            f" WHERE {which}"
        )
    finally:
        await connection.close()


def _value(table: str, name: str, kind: str) -> str:
    if (table, name) == ("cases", "number"):
        return "'Z-' || b.n"
    if name in WHO:
        return f"bench.who(t.{name}, b.k)"
    if name == "referral_id":
        return "NULL"
    if kind == "uuid" and name != "house_id":
        return f"bench.twin(t.{name}, b.n)"
    if kind == "timestamp with time zone":
        return f"t.{name} - b.back"
    return f"t.{name}"
