"""What the followers of the clock need at scale."""

from alembic import op

revision = "2026_11_27_followers"
down_revision = "2026_11_27_ladders"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Let several follow at once."""
    for statement in STATEMENTS:
        op.execute(statement)
