"""Keeping the house: why a policy was changed."""

from alembic import op

revision = "2026_11_30_keeping"
down_revision = "2026_11_30_following"

POLICY: tuple[str, ...] = (
    "ALTER TABLE house_policy ADD COLUMN reason text NOT NULL DEFAULT ''",
    "ALTER TABLE house_policy ADD CONSTRAINT ck_house_policy_reason_is_short CHECK (length(reason) <= 500)",
)


def upgrade() -> None:
    """Keep why."""
    for statement in POLICY:
        op.execute(statement)
