"""What happens to a rung that comes too late, that cannot be fired, or that somebody put off for themselves."""

from alembic import op

revision = "2026_11_27_rungs"
down_revision = "2026_11_22_glass_fences"

STATEMENTS = (
    """
    ALTER TABLE rung
      ADD COLUMN person_id uuid CONSTRAINT fk_rung_person_id REFERENCES person (id) ON DELETE CASCADE,
      ADD COLUMN passed_at timestamptz,
      ADD COLUMN tries integer NOT NULL DEFAULT 0,
      ADD COLUMN retry_at timestamptz,
      ADD COLUMN code text,
      ADD COLUMN gave_up_at timestamptz,
      ADD CONSTRAINT ck_rung_passed_is_over CHECK (passed_at IS NULL OR fired_at IS NOT NULL),
      ADD CONSTRAINT ck_rung_given_up_is_over CHECK (gave_up_at IS NULL OR dropped_at IS NOT NULL),
      DROP CONSTRAINT uq_rung_duty_id_step_due_version
    """,
    "CREATE UNIQUE INDEX uq_rung_duty_id_step_due_version ON rung (duty_id, step, due_version) WHERE person_id IS NULL",
    """
    CREATE UNIQUE INDEX ix_rung_put_off ON rung (duty_id, person_id)
      WHERE person_id IS NOT NULL AND fired_at IS NULL AND dropped_at IS NULL
    """,
    "CREATE INDEX ix_rung_given_up ON rung (house_id) WHERE gave_up_at IS NOT NULL",
)


def upgrade() -> None:
    """Keep each rung once per version of the due date; a person's own rung is beside them."""
    for statement in STATEMENTS:
        op.execute(statement)
