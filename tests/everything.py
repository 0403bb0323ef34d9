"""Seeing everything in one test's own database: what nobody in production can."""

from sqlalchemy import text

from tests.conftest import Databases

_REVEAL = """
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('CREATE POLICY a_test_looks ON %I FOR SELECT TO pols_owner USING (true)', t);
  END LOOP;
END $$
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"


async def reveal(db: Databases) -> None:
    """Let the owner of this database see every row; only its test looks, and it is dropped afterwards."""
    async with db.owner.engine.begin() as connection:
        await connection.execute(text(_REVEAL))


async def rows(db: Databases) -> dict[str, int]:
    """How many rows each table has, in a revealed database."""
    async with db.owner.engine.begin() as connection:
        tables = (await connection.scalars(text(_TABLES))).all()
        counted = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS rows FROM {name}" for name in tables)
        return {row.name: row.rows for row in await connection.execute(text(counted))}


async def contents(db: Databases) -> dict[str, str]:
    """A fingerprint of every row of every table, in a revealed database."""
    async with db.owner.engine.begin() as connection:
        tables = (await connection.scalars(text(_TABLES))).all()
        each = " UNION ALL ".join(
            f"SELECT '{name}' AS name, md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS print"
            f" FROM {name} t"
            for name in tables
        )
        return {row.name: row.print for row in await connection.execute(text(each))}
