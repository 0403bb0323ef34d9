"""From sent to answered: what became of a message after the relay took it."""

from alembic import op

revision = "2026_11_27_delivery"
down_revision = "2026_11_27_assigned"

STATEMENTS: tuple[str, ...] = (
    # Opened: whoever it was for visited the page where it can be answered. Bounced: the mailbox did not take it after all.
    "ALTER TABLE outbox ADD COLUMN opened_at timestamptz",
    "ALTER TABLE outbox ADD COLUMN answered_at timestamptz",
    "ALTER TABLE outbox ADD COLUMN bounced_at timestamptz",
)


def upgrade() -> None:
    """Add the rest of a message's life."""
    for statement in STATEMENTS:
        op.execute(statement)
