"""What moved a due date, and who moved it."""

from alembic import op

revision = "2026_11_27_terms"
down_revision = "2026_11_27_rungs"

_UNITS = "'working_days', 'working_hours', 'clock_hours', 'calendar_days', 'fixed'"
_REASONS = "'opgeschort', 'hervat', 'verlengd', 'beleid', 'kalender', 'spoed', 'verzet'"

STATEMENTS: tuple[str, ...] = (
    """
    ALTER TABLE duty ADD COLUMN extra integer NOT NULL DEFAULT 0,
      ADD CONSTRAINT ck_duty_extended_only CHECK (extra >= 0)
    """,
    f"""
    CREATE TABLE term_change (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, duty_id uuid NOT NULL,
      at timestamptz NOT NULL, version integer NOT NULL, why varchar(48) NOT NULL, reason text NOT NULL DEFAULT '',
      was_due_at timestamptz NOT NULL, due_at timestamptz NOT NULL, unit varchar(48) NOT NULL, added integer,
      policy_version integer, person_id uuid, organisation_id uuid,
      CONSTRAINT pk_term_change PRIMARY KEY (id),
      CONSTRAINT uq_term_change_duty_id_version UNIQUE (duty_id, version),
      CONSTRAINT ck_term_change_termchange CHECK (why IN ({_REASONS})),
      CONSTRAINT ck_term_change_unit CHECK (unit IN ({_UNITS})),
      CONSTRAINT ck_term_change_really_moved CHECK (was_due_at <> due_at),
      CONSTRAINT ck_term_change_extension_has_an_amount CHECK ((why = 'verlengd') = (added IS NOT NULL)),
      CONSTRAINT ck_term_change_extension_has_a_reason CHECK (why <> 'verlengd' OR reason <> ''),
      CONSTRAINT fk_term_change_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_term_change_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_term_change_duty_id FOREIGN KEY (duty_id) REFERENCES duty (id) ON DELETE CASCADE,
      CONSTRAINT fk_term_change_person_id FOREIGN KEY (person_id) REFERENCES person (id),
      CONSTRAINT fk_term_change_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id)
    )
    """,
    "CREATE INDEX ix_term_change_case_id ON term_change (case_id)",
    "ALTER TABLE term_change ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE term_change FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON term_change FROM PUBLIC",
    "GRANT SELECT, INSERT ON term_change TO pols_web",
    """
    GRANT SELECT (id, house_id, case_id, duty_id, at, version, why, was_due_at, due_at, unit, added, policy_version,
      person_id, organisation_id) ON term_change TO pols_engine
    """,
    "GRANT INSERT ON term_change TO pols_engine",
    "CREATE POLICY engine ON term_change TO pols_engine USING (true) WITH CHECK (true)",
    # Who sees the duty sees what moved it; the reason in words is kept from some of them by `models.visibility`.
    """
    CREATE POLICY web_read ON term_change FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (SELECT FROM duty d WHERE d.id = duty_id))
    """,
    """
    CREATE POLICY web_write ON term_change FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND person_id IS NOT DISTINCT FROM pols_person())
    """,
    # Who sets the policy moves the terms of the whole house with it, also who reads no case otherwise. Set for one
    # transaction by lookups.projected, and worth nothing to anybody who may not set the policy.
    """
    CREATE FUNCTION pols_projecting() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT coalesce(current_setting('pols.projecting', true), '') = 'true'
        AND pols_kind() = 'huis' AND pols_has('functioneel_beheerder', 'manager')
    $$
    """,
    """
    ALTER POLICY web ON cases USING (house_id = (SELECT pols_house()) AND (
      (SELECT pols_is_staff()) OR id = (SELECT pols_acting()) OR (SELECT pols_projecting())
      OR ((SELECT pols_at_table()) AND phase IN ('aanmelding', 'screening', 'regie', 'afschalen'))
      OR ((SELECT pols_is_participant()) AND (
            reporter_organisation_id = (SELECT pols_org()) OR id IN (SELECT pols_stands_to())))))
    """,
    """
    ALTER POLICY own_duties ON duty USING (house_id = (SELECT pols_house()) AND (
      (SELECT pols_is_staff()) OR case_id = (SELECT pols_acting()) OR (SELECT pols_projecting())
      OR ((SELECT pols_is_participant()) AND owner_organisation_id = (SELECT pols_org()))
      OR (kind NOT IN ('betrokkene_informeren', 'uitstel_informeren_hertoetsen', 'noodtoegang_beoordelen') AND (
            ((SELECT pols_at_table()) AND EXISTS (SELECT FROM cases c WHERE c.id = case_id))
            OR pols_stands(case_id, 'betrokken')
            OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.reporter_organisation_id = (SELECT pols_org()))
            OR ((SELECT pols_is_officer()) AND case_id IN (SELECT pols_glass('toezicht')))))
      OR ((SELECT pols_is_officer()) AND kind IN ('noodtoegang_beoordelen', 'bezwaar_tegen_registratie'))))
    """,
    """
    CREATE POLICY projecting ON hold FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_projecting()))
    """,
)


def upgrade() -> None:
    """Keep each change of a term."""
    for statement in STATEMENTS:
        op.execute(statement)
