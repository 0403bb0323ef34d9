"""What the nightly self-checks find, shown to the house."""

from alembic import op

revision = "2026_11_27_findings"
down_revision = "2026_11_27_absence"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Keep what was found until it is gone."""
    for statement in STATEMENTS:
        op.execute(statement)
