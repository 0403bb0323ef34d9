"""The newest cases of one house, however many other houses have."""

from alembic import op

revision = "2026_11_22_lists"
down_revision = "2026_11_22_enter"


def upgrade() -> None:
    """Without it the list walks past every newer case of every other house."""
    op.execute("CREATE INDEX ix_cases_house_id ON cases (house_id, id)")
