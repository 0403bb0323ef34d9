"""The first tables, roles and policies."""

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "2026_11_22_first"
down_revision = None


def upgrade() -> None:
    """Make the tables, then the security around them."""
    op.execute("SELECT 1")  # begins the transaction that both files share
    driver = op.get_bind().connection.driver_connection
    for name in ("first_tables.sql", "first_security.sql"):
        statements = (Path(__file__).parent / name).read_text(encoding="utf-8")
        await_only(driver.execute(statements))  # type: ignore[union-attr]  # many statements at once: asyncpg's own execute
