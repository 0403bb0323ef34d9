"""Frozen steps of the database; `migrate` brings it to the newest one."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config


def config(url: str) -> Config:
    """Alembic's configuration for a database."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


async def migrate(url: str) -> None:
    """Bring the database to the newest step, as the role that owns it."""
    await asyncio.to_thread(command.upgrade, config(url), "head")
