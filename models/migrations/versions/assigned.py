"""Which people of an involved participant work on a case (R6)."""

from alembic import op

revision = "2026_11_27_assigned"
down_revision = "2026_11_27_findings"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Let a participant name who works on a case."""
    for statement in STATEMENTS:
        op.execute(statement)
