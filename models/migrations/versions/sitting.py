"""Meetings above cases: several cases on one day, each with its own time and its own record."""

from alembic import op

from models.migrations.checks import admit

revision = "2026_11_30_sitting"
down_revision = "2026_11_30_minutes"

TABLES: tuple[str, ...] = (
    """
    ALTER TABLE meeting ADD COLUMN kind varchar(48) NOT NULL DEFAULT 'casusoverleg', ADD COLUMN lasts integer,
      ADD COLUMN chair_id uuid, ADD COLUMN secretary_id uuid
    """,
    "ALTER TABLE meeting ALTER COLUMN kind DROP DEFAULT",
    """
    ALTER TABLE meeting
      ADD CONSTRAINT ck_meeting_serieskind CHECK (kind IN ('triageoverleg', 'casusoverleg', 'focusoverleg')),
      ADD CONSTRAINT ck_meeting_lasts_a_while CHECK (lasts > 0),
      ADD CONSTRAINT fk_meeting_chair_id FOREIGN KEY (chair_id) REFERENCES person (id),
      ADD CONSTRAINT fk_meeting_secretary_id FOREIGN KEY (secretary_id) REFERENCES person (id)
    """,
    "GRANT SELECT (kind, lasts, chair_id, secretary_id) ON meeting TO pols_engine",
    """
    CREATE TABLE sitting (
      id uuid NOT NULL, house_id uuid NOT NULL, kind varchar(48) NOT NULL, series_id uuid, starts_at timestamptz NOT NULL,
      place text NOT NULL, chair_id uuid, secretary_id uuid, made_at timestamptz NOT NULL, made_by uuid NOT NULL,
      present uuid[] NOT NULL DEFAULT '{}', present_at timestamptz, adjourned_to uuid, cancelled_at timestamptz,
      CONSTRAINT pk_sitting PRIMARY KEY (id),
      CONSTRAINT ck_sitting_serieskind CHECK (kind IN ('triageoverleg', 'casusoverleg', 'focusoverleg')),
      CONSTRAINT ck_sitting_ends_once CHECK (num_nonnulls(cancelled_at, adjourned_to) <= 1),
      CONSTRAINT ck_sitting_present_at_a_moment CHECK (present_at IS NOT NULL OR present = '{}'),
      CONSTRAINT fk_sitting_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_sitting_series_id FOREIGN KEY (series_id) REFERENCES meeting_series (id),
      CONSTRAINT fk_sitting_chair_id FOREIGN KEY (chair_id) REFERENCES person (id),
      CONSTRAINT fk_sitting_secretary_id FOREIGN KEY (secretary_id) REFERENCES person (id),
      CONSTRAINT fk_sitting_made_by FOREIGN KEY (made_by) REFERENCES person (id),
      CONSTRAINT fk_sitting_adjourned_to FOREIGN KEY (adjourned_to) REFERENCES sitting (id)
    )
    """,
    "CREATE INDEX ix_sitting_house_id ON sitting (house_id, starts_at, id)",
    """
    CREATE UNIQUE INDEX ix_sitting_occasion ON sitting (series_id, starts_at)
      WHERE series_id IS NOT NULL AND cancelled_at IS NULL AND adjourned_to IS NULL
    """,
    """
    CREATE TABLE sitting_slot (
      id uuid NOT NULL, house_id uuid NOT NULL, sitting_id uuid NOT NULL, case_id uuid NOT NULL, meeting_id uuid,
      kind varchar(48) NOT NULL, number text NOT NULL, starts_at timestamptz NOT NULL, minutes integer NOT NULL,
      lacks text NOT NULL DEFAULT '', put_at timestamptz NOT NULL, put_by uuid NOT NULL, withdrawn_at timestamptz,
      CONSTRAINT pk_sitting_slot PRIMARY KEY (id),
      CONSTRAINT ck_sitting_slot_serieskind CHECK (kind IN ('triageoverleg', 'casusoverleg', 'focusoverleg')),
      CONSTRAINT ck_sitting_slot_lasts_a_while CHECK (minutes > 0),
      CONSTRAINT ck_sitting_slot_meets_unless_triage CHECK ((kind = 'triageoverleg') = (meeting_id IS NULL)),
      CONSTRAINT fk_sitting_slot_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_sitting_slot_sitting_id FOREIGN KEY (sitting_id) REFERENCES sitting (id) ON DELETE CASCADE,
      CONSTRAINT fk_sitting_slot_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_sitting_slot_meeting_id FOREIGN KEY (meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
      CONSTRAINT fk_sitting_slot_put_by FOREIGN KEY (put_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_sitting_slot_sitting_id ON sitting_slot (sitting_id, starts_at)",
    """
    CREATE UNIQUE INDEX ix_sitting_slot_once ON sitting_slot (case_id, sitting_id)
      WHERE meeting_id IS NULL AND withdrawn_at IS NULL
    """,
    "CREATE UNIQUE INDEX ix_sitting_slot_meeting_id ON sitting_slot (meeting_id)",
)
SECURITY: tuple[str, ...] = (
    *(
        statement.format(table=table)
        for table in ("sitting", "sitting_slot")
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
            "CREATE POLICY not_by_link ON {table} AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)",
        )
    ),
    """
    CREATE FUNCTION pols_plans() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT pols_is_staff() AND pols_has('procesregisseur', 'triagist', 'manager') $$
    """,
    # Whether a private participant at the triage is shown its own reports only: the newest policy, else yes.
    """
    CREATE FUNCTION pols_private_own_only() RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT coalesce((SELECT (p.body ->> 'triage_private_own_only')::boolean FROM house_policy p
                       WHERE p.house_id = pols_house() ORDER BY p.version DESC LIMIT 1), true)
    $$
    """,
    """
    CREATE POLICY planners ON sitting TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_plans()))
      WITH CHECK (house_id = (SELECT pols_house()) AND (SELECT pols_plans()))
    """,
    "GRANT SELECT, INSERT, UPDATE ON sitting TO pols_web",
    """
    CREATE POLICY planners ON sitting_slot TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_plans()))
      WITH CHECK (house_id = (SELECT pols_house()) AND (SELECT pols_plans()))
    """,
    # Of a conference: who takes part in that case and works on it. Nothing tells them that there are others.
    """
    CREATE POLICY own_cases ON sitting_slot FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND kind <> 'triageoverleg' AND withdrawn_at IS NULL
             AND (SELECT pols_is_participant()) AND pols_stands(case_id, 'betrokken')
             AND pols_assigned(case_id, pols_org(), pols_person())
             AND EXISTS (SELECT FROM meeting m WHERE m.id = meeting_id AND m.moved_at IS NULL
                           AND m.cancelled_at IS NULL))
    """,
    # Of a triage: the table of public participants all of it; who reported their own.
    """
    CREATE POLICY triage ON sitting_slot FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND kind = 'triageoverleg' AND withdrawn_at IS NULL AND (
        (SELECT pols_at_table())
        OR ((SELECT pols_is_participant()) AND EXISTS (
              SELECT FROM cases c WHERE c.id = case_id AND c.reporter_organisation_id = (SELECT pols_org())))
        OR ((SELECT pols_kind()) = 'private_deelnemer' AND (SELECT pols_has('partnercontact', 'triagelid'))
            AND NOT (SELECT pols_private_own_only()))))
    """,
    "GRANT SELECT, INSERT, UPDATE (sitting_id, meeting_id, starts_at, minutes, lacks, withdrawn_at) ON sitting_slot TO pols_web",
    # Who plans moves what is on a sitting: the invitation follows the meeting, and is to be answered anew.
    """
    CREATE POLICY follows_sitting ON invitation FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_plans())
             AND case_id IN (SELECT s.case_id FROM sitting_slot s WHERE s.withdrawn_at IS NULL))
      WITH CHECK (house_id = (SELECT pols_house()))
    """,
    "REVOKE ALL ON FUNCTION pols_plans(), pols_private_own_only() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_plans(), pols_private_own_only() TO pols_web, pols_engine",
)


def upgrade() -> None:
    """Make them, each with its security; a series may be of focusoverleggen too."""
    admit("meeting_series", "ck_meeting_series_serieskind", "focusoverleg")
    for statement in (*TABLES, *SECURITY):
        op.execute(statement)
