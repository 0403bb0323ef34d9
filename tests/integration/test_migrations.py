"""The database that the migrations make is the one the models describe."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from models.migrations import config, migrate
from models.tables import Base
from tests.conftest import Databases


def drift(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
    )
    return list(compare_metadata(context, Base.metadata))


async def compared(db: Databases) -> list[object]:
    engine = create_async_engine(db.server.url("pols_owner", db.name))
    async with engine.connect() as connection:
        found = await connection.run_sync(drift)
    await engine.dispose()
    return found


async def names(db: Databases, kind: str) -> set[str]:
    """The checks or foreign keys of the database, which the comparison above does not look at."""
    async with db.owner.engine.begin() as connection:
        found = await connection.scalars(
            text("SELECT conname::text FROM pg_constraint WHERE contype::text = :kind"
                 " AND connamespace = 'public'::regnamespace AND conrelid <> 0"),
            {"kind": kind},
        )  # fmt: skip
        return set(found)


async def test_the_migrated_database_is_what_the_models_describe(own_db: Databases) -> None:
    assert await compared(own_db) == []


async def test_every_check_of_the_models_is_in_the_database_and_no_other(db: Databases) -> None:
    described = {
        str(one.name) for table in Base.metadata.tables.values() for one in table.constraints
        if isinstance(one, CheckConstraint)
    }  # fmt: skip

    assert await names(db, "c") == described


async def test_what_cascades_in_the_models_cascades_in_the_database(db: Databases) -> None:
    codes = {"a": None, "c": "CASCADE", "n": "SET NULL"}
    async with db.owner.engine.begin() as connection:
        found = await connection.execute(
            text("SELECT conname, confdeltype::text AS how FROM pg_constraint WHERE contype = 'f'"
                 " AND connamespace = 'public'::regnamespace")
        )  # fmt: skip
        there = {row.conname: codes[row.how] for row in found}

    described = {
        str(one.name): one.ondelete for table in Base.metadata.tables.values() for one in table.foreign_key_constraints
    }
    assert there == described


async def test_migrating_again_changes_nothing(own_db: Databases) -> None:
    await migrate(own_db.server.url("pols_owner", own_db.name))

    assert await compared(own_db) == []


def test_there_is_one_newest_migration() -> None:
    scripts = ScriptDirectory.from_config(config("postgresql+asyncpg://nobody@/nothing"))

    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def test_a_migration_never_imports_todays_models() -> None:
    from models.migrations import versions  # noqa: PLC0415

    files = list(Path(versions.__file__ or "").parent.glob("*.py"))

    assert files
    texts = {path.name: path.read_text().replace("from models.migrations.checks", "") for path in files}
    assert [name for name, text in texts.items() if "from models" in text or "import models" in text] == []
    own = "from models.migrations.checks import"  # what migrations do alike, and nothing of what is kept
    found = {path.name: path.read_text().replace(own, "") for path in files}
    assert found
    assert [name for name, said in found.items() if "from models" in said or "import models" in said] == []
