"""To be written."""

from alembic import op

revision = "2026_11_27_channels"
down_revision = "2026_11_27_delivery"

STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """To be written."""
    for statement in STATEMENTS:
        op.execute(statement)
