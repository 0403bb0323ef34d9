"""The plan in full: goals, what a commitment is and waits for, for whom it is, and what was in force since when."""

from alembic import op

from models.migrations.checks import admit

revision = "2026_11_30_plan"
down_revision = "2026_11_30_asking"

TABLES = (
    """
    CREATE TABLE goal (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, subject_id uuid, life_domain text NOT NULL,
      body text NOT NULL, due_on date, state varchar(48) NOT NULL, reason text NOT NULL, made_at timestamptz NOT NULL,
      made_by uuid NOT NULL, ended_at timestamptz,
      CONSTRAINT pk_goal PRIMARY KEY (id),
      CONSTRAINT uq_goal_id_case_id UNIQUE (id, case_id),
      CONSTRAINT ck_goal_says_what CHECK (body <> ''),
      CONSTRAINT ck_goal_goalstate CHECK (state IN ('nagestreefd', 'bereikt', 'losgelaten')),
      CONSTRAINT ck_goal_ends_with_its_state CHECK ((state = 'nagestreefd') = (ended_at IS NULL)),
      CONSTRAINT ck_goal_let_go_with_a_reason CHECK (state <> 'losgelaten' OR reason <> ''),
      CONSTRAINT fk_goal_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_goal_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_goal_subject_id FOREIGN KEY (subject_id) REFERENCES subject (id) ON DELETE SET NULL,
      CONSTRAINT fk_goal_made_by FOREIGN KEY (made_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_goal_case_id ON goal (case_id)",
    """
    ALTER TABLE commitment
      ADD COLUMN goal_id uuid, ADD COLUMN intervention text, ADD COLUMN subject_id uuid,
      ADD COLUMN statutory_task text NOT NULL DEFAULT '', ADD COLUMN starts_on date,
      ADD COLUMN condition text NOT NULL DEFAULT '', ADD COLUMN condition_at timestamptz,
      ADD COLUMN informed text NOT NULL DEFAULT '', ADD COLUMN result text NOT NULL DEFAULT '',
      ADD COLUMN delay_reason text NOT NULL DEFAULT '',
      ADD COLUMN excluded uuid[] NOT NULL DEFAULT '{}', ADD COLUMN only_for uuid[] NOT NULL DEFAULT '{}',
      ADD CONSTRAINT uq_commitment_id_case_id UNIQUE (id, case_id),
      ADD CONSTRAINT ck_commitment_starts_before_it_is_due CHECK (starts_on IS NULL OR starts_on <= due_on),
      ADD CONSTRAINT ck_commitment_only_a_condition_comes_true CHECK (condition_at IS NULL OR condition <> ''),
      ADD CONSTRAINT fk_commitment_goal_id_case_id FOREIGN KEY (goal_id, case_id) REFERENCES goal (id, case_id),
      ADD CONSTRAINT fk_commitment_subject_id FOREIGN KEY (subject_id) REFERENCES subject (id) ON DELETE SET NULL
    """,
    "ALTER TABLE duty ADD COLUMN apart boolean NOT NULL DEFAULT false",
    "ALTER TABLE history ADD COLUMN commitment_id uuid",
    """
    CREATE TABLE commitment_need (
      commitment_id uuid NOT NULL, needs_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL,
      CONSTRAINT pk_commitment_need PRIMARY KEY (commitment_id, needs_id),
      CONSTRAINT ck_commitment_need_needs_another CHECK (commitment_id <> needs_id),
      CONSTRAINT fk_commitment_need_commitment_id FOREIGN KEY (commitment_id, case_id)
        REFERENCES commitment (id, case_id) ON DELETE CASCADE,
      CONSTRAINT fk_commitment_need_needs_id FOREIGN KEY (needs_id, case_id)
        REFERENCES commitment (id, case_id) ON DELETE CASCADE,
      CONSTRAINT fk_commitment_need_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_commitment_need_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_commitment_need_case_id ON commitment_need (case_id)",
    # what was replaced stands for what came in its place: a circle can run through that too
    """
    CREATE FUNCTION pols_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (
        WITH RECURSIVE next (one, other) AS (
          SELECT commitment_id, needs_id FROM commitment_need n WHERE case_id = NEW.case_id
            AND NOT EXISTS (SELECT FROM commitment k WHERE k.case_id = n.case_id AND k.replaces_id = n.commitment_id)
          UNION SELECT replaces_id, id FROM commitment WHERE case_id = NEW.case_id AND replaces_id IS NOT NULL
        ), reached (id) AS (
          SELECT NEW.needs_id UNION SELECT next.other FROM reached JOIN next ON next.one = reached.id
        ) SELECT FROM reached WHERE id = NEW.commitment_id) THEN
        RAISE EXCEPTION 'pols: commitments wait for each other' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER no_circle AFTER INSERT OR UPDATE ON commitment_need
      FOR EACH ROW EXECUTE FUNCTION pols_no_circle()
    """,
    """
    CREATE TABLE plan_version (
      case_id uuid NOT NULL, version integer NOT NULL, house_id uuid NOT NULL, since timestamptz NOT NULL, made_by uuid,
      CONSTRAINT pk_plan_version PRIMARY KEY (case_id, version),
      CONSTRAINT ck_plan_version_counts CHECK (version > 0),
      CONSTRAINT fk_plan_version_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_plan_version_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_plan_version_made_by FOREIGN KEY (made_by) REFERENCES person (id)
    )
    """,
    """
    CREATE TABLE planned (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, commitment_id uuid NOT NULL,
      from_version integer NOT NULL, until_version integer, organisation_id uuid NOT NULL, person_id uuid,
      due_on date NOT NULL,
      CONSTRAINT pk_planned PRIMARY KEY (id),
      CONSTRAINT ck_planned_ends_after_it_begins CHECK (until_version >= from_version),
      CONSTRAINT fk_planned_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_planned_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_planned_commitment_id FOREIGN KEY (commitment_id) REFERENCES commitment (id) ON DELETE CASCADE,
      CONSTRAINT fk_planned_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id),
      CONSTRAINT fk_planned_person_id FOREIGN KEY (person_id) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_planned_case_id ON planned (case_id)",
    """
    CREATE TABLE plan_conflict (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, commitment_id uuid NOT NULL,
      other_case_id uuid NOT NULL, other_commitment_id uuid NOT NULL, found_by varchar(48) NOT NULL, note text NOT NULL,
      marked_at timestamptz NOT NULL, marked_by uuid, settled_at timestamptz, settled_how text NOT NULL,
      CONSTRAINT pk_plan_conflict PRIMARY KEY (id),
      CONSTRAINT uq_plan_conflict_commitment_id_other_commitment_id UNIQUE (commitment_id, other_commitment_id),
      CONSTRAINT ck_plan_conflict_between_two_cases CHECK (case_id <> other_case_id),
      CONSTRAINT ck_plan_conflict_conflictfound CHECK (found_by IN ('regel', 'procesregisseur')),
      CONSTRAINT ck_plan_conflict_marked_with_a_reason CHECK (found_by = 'regel' OR note <> ''),
      CONSTRAINT ck_plan_conflict_settled_somehow CHECK (settled_at IS NULL OR settled_how <> ''),
      CONSTRAINT fk_plan_conflict_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_plan_conflict_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_plan_conflict_other_case_id FOREIGN KEY (other_case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_plan_conflict_commitment_id FOREIGN KEY (commitment_id, case_id)
        REFERENCES commitment (id, case_id) ON DELETE CASCADE,
      CONSTRAINT fk_plan_conflict_other_commitment_id FOREIGN KEY (other_commitment_id, other_case_id)
        REFERENCES commitment (id, case_id) ON DELETE CASCADE,
      CONSTRAINT fk_plan_conflict_marked_by FOREIGN KEY (marked_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_plan_conflict_case_id ON plan_conflict (case_id)",
    "CREATE INDEX ix_plan_conflict_other_case_id ON plan_conflict (other_case_id)",
    "CREATE UNIQUE INDEX ix_planned_standing ON planned (commitment_id) WHERE until_version IS NULL",
)
# What is in force now is known; how it came to be was kept nowhere.
SEEN_BY_THE_OWNER = ("cases", "commitment", "decision")
FILLED = (
    """
    INSERT INTO plan_version (case_id, version, house_id, since)
    SELECT c.id, c.plan_version, c.house_id, coalesce(
      (SELECT max(d.at) FROM decision d WHERE d.case_id = c.id AND d.kind IN ('plan_vaststellen', 'kleine_wijziging')),
      (SELECT max(k.made_at) FROM commitment k WHERE k.case_id = c.id), c.reported_at)
    FROM cases c WHERE c.plan_version > 0
    """,
    """
    INSERT INTO planned (id, house_id, case_id, commitment_id, from_version, organisation_id, person_id, due_on)
    SELECT gen_random_uuid(), house_id, case_id, id, plan_version, organisation_id, person_id, due_on
    FROM commitment WHERE state <> 'vervallen'
    """,
)
_NEW = ("goal", "commitment_need", "plan_version", "planned", "plan_conflict")
SECURITY = (
    *(
        statement.format(table=table)
        for table in _NEW
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
            "CREATE POLICY not_by_link ON {table} AS RESTRICTIVE FOR INSERT TO pols_web WITH CHECK (pols_link_case() IS NULL)",
        )
    ),
    *(
        f"""
        CREATE POLICY content ON {table} TO pols_web
          USING (house_id = (SELECT pols_house()) AND (pols_reads(case_id) OR case_id = (SELECT pols_acting())))
          WITH CHECK (house_id = (SELECT pols_house()))
        """
        for table in ("goal", "plan_version")
    ),
    # models/visibility.py says the same: `reads_commitment`, `sees_duty`
    """
    ALTER POLICY content ON commitment USING (house_id = (SELECT pols_house()) AND (
      case_id = (SELECT pols_acting())
      OR (pols_reads(case_id) AND ((SELECT pols_kind()) = 'huis' OR organisation_id = (SELECT pols_org())
          OR (NOT (SELECT pols_org()) = ANY (excluded) AND (only_for = '{}' OR (SELECT pols_org()) = ANY (only_for)))))))
    """,
    """
    ALTER POLICY content ON progress USING (house_id = (SELECT pols_house()) AND pols_reads(case_id)
      AND EXISTS (SELECT FROM commitment k WHERE k.id = commitment_id))
    """,
    """
    CREATE POLICY content ON planned TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (SELECT FROM commitment k WHERE k.id = commitment_id))
      WITH CHECK (house_id = (SELECT pols_house()))
    """,
    """
    CREATE POLICY content ON commitment_need TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (SELECT FROM commitment k WHERE k.id = commitment_id)
             AND EXISTS (SELECT FROM commitment k WHERE k.id = needs_id))
      WITH CHECK (house_id = (SELECT pols_house()))
    """,
    """
    CREATE POLICY apart ON duty AS RESTRICTIVE FOR SELECT TO pols_web
      USING (NOT apart OR (SELECT pols_kind()) = 'huis' OR owner_organisation_id = (SELECT pols_org())
             OR case_id = (SELECT pols_acting()))
    """,
    """
    CREATE POLICY apart ON decision AS RESTRICTIVE FOR SELECT TO pols_web
      USING (facts->>'commitment_id' IS NULL OR (SELECT pols_kind()) = 'huis' OR case_id = (SELECT pols_acting())
             OR registered_by = (SELECT pols_person())
             OR EXISTS (SELECT FROM commitment k WHERE k.id = (facts->>'commitment_id')::uuid))
    """,
    """
    CREATE POLICY apart ON history AS RESTRICTIVE FOR SELECT TO pols_web
      USING (commitment_id IS NULL OR (SELECT pols_kind()) = 'huis' OR organisation_id = (SELECT pols_org())
             OR EXISTS (SELECT FROM commitment k WHERE k.id = commitment_id))
    """,
    # which cases are linked, and that their plans contradict each other, is for the house alone
    """
    CREATE POLICY leads ON plan_conflict TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_is_staff()) AND (
        case_id = (SELECT pols_acting()) OR other_case_id = (SELECT pols_acting())
        OR pols_reads(case_id) OR pols_reads(other_case_id)))
      WITH CHECK (house_id = (SELECT pols_house()) AND (SELECT pols_is_staff()))
    """,
    "GRANT SELECT, INSERT, UPDATE (settled_at, settled_how) ON plan_conflict TO pols_web",
    "GRANT SELECT, INSERT ON goal, commitment_need, plan_version, planned TO pols_web",
    "GRANT UPDATE (state, reason, ended_at) ON goal TO pols_web",
    "GRANT UPDATE (until_version) ON planned TO pols_web",
)


def upgrade() -> None:
    """Keep what a plan is made of, each table with its security."""
    for statement in TABLES:
        op.execute(statement)
    admit("duty", "ck_duty_dutykind", "tegenstrijdige_afspraken_afstemmen")
    admit("commitment", "ck_commitment_commitmentstate", "in_uitvoering")
    for table in SEEN_BY_THE_OWNER:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in FILLED:
        op.execute(statement)
    for table in SEEN_BY_THE_OWNER:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for statement in SECURITY:
        op.execute(statement)
