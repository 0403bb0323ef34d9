"""What the followers of the clock need at scale."""

from alembic import op

revision = "2026_11_27_followers"
down_revision = "2026_11_27_ladders"

STATEMENTS: tuple[str, ...] = (
    # Whoever ends a duty drops its rungs, and whoever erases a case its duties: both ask for the rungs of a duty.
)


def upgrade() -> None:
    """Let several follow at once."""
    for statement in STATEMENTS:
        op.execute(statement)
