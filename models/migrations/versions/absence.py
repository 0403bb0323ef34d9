"""Absence, deputies and people who left."""

from alembic import op

revision = "2026_11_27_absence"
down_revision = "2026_11_27_followers"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Let a deputy stand in."""
    for statement in STATEMENTS:
        op.execute(statement)
