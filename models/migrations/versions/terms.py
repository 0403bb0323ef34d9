"""What moved a due date, and who moved it."""

from alembic import op

revision = "2026_11_27_terms"
down_revision = "2026_11_27_rungs"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Keep each change of a term."""
    for statement in STATEMENTS:
        op.execute(statement)
