"""Escalation to who leads at a partner, and bundling of reminders per day."""

from alembic import op

revision = "2026_11_27_ladders"
down_revision = "2026_11_27_terms"

_STEPS = "'remind', 'due', 'overdue', 'deputy', 'director', 'partner_manager', 'manager', 'lapse', 'snoozed'"
_ROLES = (
    "'triagist', 'procesregisseur', 'adviseur', 'manager', 'functioneel_beheerder', 'privacy_officer', "
    "'functionaris_gegevensbescherming', 'auditor', 'triagelid', 'partnercontact', 'contactpunt', 'leidinggevende'"
)

STATEMENTS: tuple[str, ...] = (
    # A ladder may have the same step more than once; a reminder put off belongs to one person.
    f"""
    ALTER TABLE rung
      ADD COLUMN nth integer NOT NULL DEFAULT 1,
      ADD CONSTRAINT ck_rung_nth_counts_from_one CHECK (nth >= 1),
      DROP CONSTRAINT ck_rung_step,
      ADD CONSTRAINT ck_rung_step CHECK (step IN ({_STEPS})),
      ADD CONSTRAINT ck_rung_put_off_by_somebody CHECK ((step = 'snoozed') = (person_id IS NOT NULL))
    """,
    "DROP INDEX uq_rung_duty_id_step_due_version",
    """
    CREATE UNIQUE INDEX uq_rung_duty_id_step_due_version_nth ON rung (duty_id, step, due_version, nth)
      WHERE person_id IS NULL
    """,
    "CREATE INDEX ix_rung_duty_id ON rung (duty_id)",
    # What somebody put off is for themselves to see, and for the act that ends the duty.
    """
    CREATE POLICY put_off_by_oneself ON rung AS RESTRICTIVE TO pols_web
      USING (person_id IS NULL OR person_id = (SELECT pols_person()) OR case_id = (SELECT pols_acting()))
    """,
    "ALTER TABLE duty ADD COLUMN lead_proposed_at timestamptz, ADD COLUMN lead_told_at timestamptz",
    "ALTER TABLE duty DROP CONSTRAINT ck_duty_role",
    f"ALTER TABLE duty ADD CONSTRAINT ck_duty_role CHECK (owner_role IN ({_ROLES}))",
    "ALTER TABLE person ADD COLUMN phone text",
    "GRANT SELECT (phone) ON person TO pols_engine",
    # Who only leads at a participant takes part in nothing.
    """
    CREATE OR REPLACE FUNCTION pols_is_participant() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT pols_kind() IN ('publieke_deelnemer', 'private_deelnemer')
        AND coalesce(current_setting('pols.roles', true), '') <> 'leidinggevende'
    $$
    """,
    """
    CREATE POLICY takes_part ON involvement AS RESTRICTIVE TO pols_web
      USING ((SELECT pols_kind()) = 'huis' OR (SELECT pols_is_participant()) OR case_id = (SELECT pols_acting()))
    """,
)


def upgrade() -> None:
    """Tell more people, less often."""
    for statement in STATEMENTS:
        op.execute(statement)
