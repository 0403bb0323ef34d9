"""What the nightly self-checks find, shown to the house; and a message that goes out again instead of another."""

from alembic import op

revision = "2026_11_27_findings"
down_revision = "2026_11_27_absence"

STATEMENTS: tuple[str, ...] = (
    # When the self-checks last looked at a house: whose night it is follows from the row, whatever worker asks.
    "ALTER TABLE house ADD COLUMN checked_at timestamptz",
    "GRANT UPDATE (checked_at) ON house TO pols_engine",
    # Who left, or may not work here now (R6): the engine learns who, not until when they were screened or trained.
    """
    CREATE FUNCTION pols_undesignated(wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$
      SELECT p.id FROM person p
      WHERE p.house_id = wanted AND NOT (p.active AND coalesce(p.screened_until >= pols_now()::date, false)
                                         AND coalesce(p.trained_until >= pols_now()::date, false))
    $$
    """,
    "REVOKE ALL ON FUNCTION pols_undesignated(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_undesignated(uuid) TO pols_engine",
    """
    CREATE TABLE finding (
      id uuid NOT NULL, house_id uuid NOT NULL, kind varchar(48) NOT NULL, case_id uuid, duty_id uuid, person_id uuid,
      found_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, gone_at timestamptz, healed_at timestamptz,
      CONSTRAINT pk_finding PRIMARY KEY (id),
      CONSTRAINT ck_finding_findingkind CHECK (kind IN (
        'casus_zonder_taak', 'taak_van_vertrokkene', 'herinnering_van_afgedane_taak', 'taak_zonder_herinnering',
        'werk_zonder_verwerking', 'opschorting_zonder_einde', 'fase_klopt_niet')),
      CONSTRAINT ck_finding_has_a_subject CHECK (num_nonnulls(case_id, duty_id, person_id) > 0),
      CONSTRAINT ck_finding_healed_is_gone CHECK (healed_at IS NULL OR gone_at IS NOT NULL),
      CONSTRAINT fk_finding_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_finding_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_finding_duty_id FOREIGN KEY (duty_id) REFERENCES duty (id) ON DELETE CASCADE,
      CONSTRAINT fk_finding_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE UNIQUE INDEX ix_finding_open ON finding (house_id, kind, case_id, duty_id, person_id) NULLS NOT DISTINCT
      WHERE gone_at IS NULL
    """,
    "CREATE INDEX ix_finding_house_id ON finding (house_id, found_at, id)",
    "CREATE INDEX ix_finding_case_id ON finding (case_id)",
    "CREATE INDEX ix_finding_duty_id ON finding (duty_id)",
    "ALTER TABLE finding ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE finding FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON finding FROM PUBLIC",
    "GRANT SELECT ON finding TO pols_web",
    "GRANT SELECT, INSERT, UPDATE ON finding TO pols_engine",
    "CREATE POLICY engine ON finding TO pols_engine USING (true) WITH CHECK (true)",
    # Who keeps the house, and who leads the case that it is about.
    """
    CREATE POLICY web_read ON finding FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_kind()) = 'huis'
        AND ((SELECT pols_has('manager', 'functioneel_beheerder'))
             OR ((SELECT pols_is_staff()) AND EXISTS (
                   SELECT FROM cases c WHERE c.id = case_id AND c.director_id = (SELECT pols_person())))))
    """,
    # What was given up stays so; what goes out again instead points back at it.
    """
    ALTER TABLE outbox ADD COLUMN resends uuid
      CONSTRAINT fk_outbox_resends REFERENCES outbox (id) ON DELETE SET NULL
    """,
    "CREATE INDEX ix_outbox_resends ON outbox (resends) WHERE resends IS NOT NULL",
    # Asked once for a question instead of once for every row of the outbox.
    """
    ALTER POLICY web_read ON outbox USING (house_id = (SELECT pols_house()) AND (SELECT pols_is_staff()))
    """,
)


def upgrade() -> None:
    """Keep what was found until it is gone."""
    for statement in STATEMENTS:
        op.execute(statement)
