"""Alembic's entry: async, one lock, timeouts, one transaction per migration."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from models.tables import Base
from models.tables.base import Moment

_LOCK = 7_651_103


def _plainly(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column types as plain SQL types: a migration never imports today's models."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Migrate on this connection; only one migrator at a time."""
    connection.execute(text("SET lock_timeout = '20s'"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    connection.commit()
    context.configure(
        connection=connection, target_metadata=Base.metadata, transaction_per_migration=True, render_item=_plainly
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    connection.commit()


async def connect(url: str) -> None:
    """Open one connection for the migration and close it again."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(connect(context.config.get_main_option("sqlalchemy.url") or ""))
