"""Minutes in lines: each points at what it says, versions hold lines, and the two texts of before become lines."""

from alembic import op

revision = "2026_11_30_minutes"
down_revision = "2026_11_30_following"

TABLES = (
    """
    CREATE TABLE minute_line (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, meeting_id uuid NOT NULL,
      section varchar(48) NOT NULL, kind varchar(48) NOT NULL, item_id uuid, item_version integer, commitment_id uuid,
      goal_id uuid, decision_id uuid, on_day date, tells_id uuid, speaker_id uuid, spoke_id uuid, disputes_id uuid,
      written_at timestamptz NOT NULL, written_by uuid NOT NULL, completed_at timestamptz,
      held boolean NOT NULL,
      CONSTRAINT pk_minute_line PRIMARY KEY (id),
      CONSTRAINT ck_minute_line_section CHECK (section IN ('beeld', 'duiding', 'weging', 'besluit')),
      CONSTRAINT ck_minute_line_linekind CHECK (kind IN ('feit', 'beschermende_factor', 'duiding', 'weging',
        'risicotaxatie', 'strategie', 'doel', 'afspraak', 'besluit', 'informeren', 'evaluatie')),
      CONSTRAINT ck_minute_line_points_at_one_thing CHECK (
        num_nonnulls(item_id, commitment_id, goal_id, decision_id) <= 1),
      CONSTRAINT ck_minute_line_complete_says_something CHECK ((completed_at IS NULL)
        = (num_nonnulls(item_id, commitment_id, goal_id, decision_id, on_day, tells_id) = 0)),
      CONSTRAINT ck_minute_line_knows_the_version_of_its_item CHECK ((item_id IS NULL) = (item_version IS NULL)),
      CONSTRAINT ck_minute_line_disputes_another CHECK (disputes_id <> id),
      CONSTRAINT fk_minute_line_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_minute_line_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_line_meeting_id FOREIGN KEY (meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_line_item_id FOREIGN KEY (item_id) REFERENCES info_item (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_line_commitment_id FOREIGN KEY (commitment_id) REFERENCES commitment (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_line_goal_id FOREIGN KEY (goal_id) REFERENCES goal (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_line_decision_id FOREIGN KEY (decision_id) REFERENCES decision (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_line_tells_id FOREIGN KEY (tells_id) REFERENCES organisation (id),
      CONSTRAINT fk_minute_line_speaker_id FOREIGN KEY (speaker_id) REFERENCES organisation (id),
      CONSTRAINT fk_minute_line_spoke_id FOREIGN KEY (spoke_id) REFERENCES person (id),
      CONSTRAINT fk_minute_line_disputes_id FOREIGN KEY (disputes_id) REFERENCES minute_line (id) ON DELETE SET NULL,
      CONSTRAINT fk_minute_line_written_by FOREIGN KEY (written_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_minute_line_case_id ON minute_line (case_id)",
    "CREATE INDEX ix_minute_line_meeting_id ON minute_line (meeting_id, written_at)",
    "CREATE INDEX ix_minute_line_item_id ON minute_line (item_id)",
    """
    CREATE TABLE minute_draft (
      line_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, written_by uuid NOT NULL,
      content jsonb NOT NULL,
      CONSTRAINT pk_minute_draft PRIMARY KEY (line_id),
      CONSTRAINT fk_minute_draft_line_id FOREIGN KEY (line_id) REFERENCES minute_line (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_draft_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_minute_draft_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_draft_written_by FOREIGN KEY (written_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_minute_draft_case_id ON minute_draft (case_id)",
    """
    CREATE TABLE minute_version (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, meeting_id uuid NOT NULL,
      number integer NOT NULL, state varchar(48) NOT NULL, made_at timestamptz NOT NULL, made_by uuid,
      CONSTRAINT pk_minute_version PRIMARY KEY (id),
      CONSTRAINT uq_minute_version_meeting_id_number UNIQUE (meeting_id, number),
      CONSTRAINT ck_minute_version_minutesstate CHECK (state IN ('concept', 'ter_correctie', 'vastgesteld')),
      CONSTRAINT ck_minute_version_counts CHECK (number > 0),
      CONSTRAINT ck_minute_version_is_more_than_a_draft CHECK (state <> 'concept'),
      CONSTRAINT fk_minute_version_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_minute_version_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_version_meeting_id FOREIGN KEY (meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_version_made_by FOREIGN KEY (made_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_minute_version_case_id ON minute_version (case_id)",
    "CREATE UNIQUE INDEX ix_minute_version_adopted ON minute_version (meeting_id) WHERE state = 'vastgesteld'",
    """
    CREATE TABLE minute_version_line (
      version_id uuid NOT NULL, line_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL,
      item_version integer,
      CONSTRAINT pk_minute_version_line PRIMARY KEY (version_id, line_id),
      CONSTRAINT fk_minute_version_line_version_id FOREIGN KEY (version_id) REFERENCES minute_version (id)
        ON DELETE CASCADE,
      CONSTRAINT fk_minute_version_line_line_id FOREIGN KEY (line_id) REFERENCES minute_line (id) ON DELETE CASCADE,
      CONSTRAINT fk_minute_version_line_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_minute_version_line_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_minute_version_line_case_id ON minute_version_line (case_id)",
    "CREATE INDEX ix_minute_version_line_line_id ON minute_version_line (line_id)",
    """
    CREATE TABLE item_conflict (
      item_id uuid NOT NULL, other_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL,
      marked_at timestamptz NOT NULL, marked_by uuid NOT NULL,
      CONSTRAINT pk_item_conflict PRIMARY KEY (item_id, other_id),
      CONSTRAINT ck_item_conflict_once_for_a_pair CHECK (item_id < other_id),
      CONSTRAINT fk_item_conflict_item_id FOREIGN KEY (item_id) REFERENCES info_item (id) ON DELETE CASCADE,
      CONSTRAINT fk_item_conflict_other_id FOREIGN KEY (other_id) REFERENCES info_item (id) ON DELETE CASCADE,
      CONSTRAINT fk_item_conflict_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_item_conflict_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_item_conflict_marked_by FOREIGN KEY (marked_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_item_conflict_case_id ON item_conflict (case_id)",
    "CREATE INDEX ix_item_conflict_other_id ON item_conflict (other_id)",
)

# An outcome and minutes of before: one line each, said in the name of the sponsor, with the moment they were written.
# Minutes had been put up for correction; nobody had adopted them, and no adoption is made up here.
READ_TO_MOVE = ("document", "info_item", "meeting", "cases", "subject")
MOVED = (
    *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in READ_TO_MOVE),
    """
    CREATE TEMPORARY TABLE said_before ON COMMIT DROP AS
    SELECT gen_random_uuid() AS line_id, gen_random_uuid() AS item_id, d.house_id, d.case_id, d.ref AS meeting_id,
           d.kind, d.made_at, coalesce(d.made_by, m.convened_by) AS made_by, d.body,
           c.sponsor_organisation_id AS supplier_id,
           (SELECT s.id FROM subject s WHERE s.case_id = d.case_id ORDER BY s.position LIMIT 1) AS subject_id
    FROM document d JOIN meeting m ON m.id = d.ref JOIN cases c ON c.id = d.case_id
    WHERE d.kind IN ('uitkomst', 'verslag') AND btrim(d.body) <> ''
    """,
    """
    INSERT INTO info_item (id, house_id, case_id, subject_id, professional, supplier_id, written_by, category,
      life_domain, regime, ground, route_reason, source, reliability, conditions, excluded, only_for, conditions_note,
      version, first_processed_at, body)
    SELECT item_id, house_id, case_id, subject_id, '', supplier_id, made_by, 'begeleiding_en_hulp', '', 'AVG',
      'WGS 1.5, eerste lid', '', '', 'niet_beoordeeld', '{}', '{}', '{}', '', 1, made_at, body
    FROM said_before
    """,
    """
    INSERT INTO minute_line (id, house_id, case_id, meeting_id, section, kind, item_id, item_version, speaker_id,
      written_at, written_by, completed_at, held)
    SELECT line_id, house_id, case_id, meeting_id, CASE kind WHEN 'uitkomst' THEN 'besluit' ELSE 'duiding' END,
      CASE kind WHEN 'uitkomst' THEN 'strategie' ELSE 'duiding' END, item_id, 1, supplier_id, made_at, made_by, made_at,
      EXISTS (SELECT FROM said_before b WHERE b.meeting_id = said_before.meeting_id AND b.kind = 'verslag')
    FROM said_before
    """,
    """
    INSERT INTO minute_version (id, house_id, case_id, meeting_id, number, state, made_at, made_by)
    SELECT gen_random_uuid(), house_id, case_id, meeting_id, 1, 'ter_correctie', made_at, made_by
    FROM said_before WHERE kind = 'verslag'
    """,
    """
    INSERT INTO minute_version_line (version_id, line_id, house_id, case_id, item_version)
    SELECT v.id, b.line_id, b.house_id, b.case_id, 1 FROM minute_version v JOIN said_before b USING (meeting_id)
    """,
    "DELETE FROM document d USING meeting m WHERE m.id = d.ref AND d.kind IN ('uitkomst', 'verslag')",
    # checks of foreign keys that wait for the end of the transaction are made now, before the tables change again
    "SET CONSTRAINTS ALL IMMEDIATE",
    *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in READ_TO_MOVE),
)

NEW = ("minute_line", "minute_draft", "minute_version", "minute_version_line", "item_conflict")
READ_AND_WRITTEN = """
    CREATE POLICY content ON {table} FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (pols_reads(case_id) OR case_id = (SELECT pols_acting())))
"""
WRITTEN = """
    CREATE POLICY acting ON {table} FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
"""
# models/visibility.py says the same: `reads_line`, `reads_draft`
SECURITY = (
    *(
        statement.format(table=table)
        for table in NEW
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
            """
            CREATE POLICY not_by_link ON {table} AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)
            """,
            WRITTEN,
            "GRANT SELECT, INSERT ON {table} TO pols_web",
        )
    ),
    *(READ_AND_WRITTEN.format(table=table) for table in ("minute_line", "minute_version", "minute_version_line")),
    # A draft: who typed it, while they read the case, and who leads the case.
    """
    CREATE POLICY drafted ON minute_draft TO pols_web
      USING (house_id = (SELECT pols_house()) AND pols_reads(case_id) AND (written_by = (SELECT pols_person())
        OR ((SELECT pols_is_staff()) AND EXISTS (SELECT FROM cases c WHERE c.id = case_id AND pols_leads(c.director_id)))))
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
    """,
    # A line is there for who reads what it points at, and for the act that writes it (R13).
    """
    CREATE POLICY apart ON minute_line AS RESTRICTIVE FOR SELECT TO pols_web
      USING (case_id = (SELECT pols_acting()) OR (
        (item_id IS NULL OR EXISTS (SELECT FROM info_item i WHERE i.id = item_id))
        AND (commitment_id IS NULL OR EXISTS (SELECT FROM commitment k WHERE k.id = commitment_id))
        AND (decision_id IS NULL OR EXISTS (SELECT FROM decision d WHERE d.id = decision_id))
        AND (completed_at IS NOT NULL OR EXISTS (SELECT FROM minute_draft t WHERE t.line_id = minute_line.id))))
    """,
    """
    CREATE POLICY apart ON minute_version_line AS RESTRICTIVE FOR SELECT TO pols_web
      USING (case_id = (SELECT pols_acting()) OR EXISTS (SELECT FROM minute_line l WHERE l.id = line_id))
    """,
    """
    CREATE POLICY both_read ON item_conflict FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (SELECT FROM info_item i WHERE i.id = item_id)
             AND EXISTS (SELECT FROM info_item i WHERE i.id = other_id))
    """,
    # What was adopted stays as it was adopted.
    """
    CREATE POLICY not_adopted ON minute_line AS RESTRICTIVE FOR INSERT TO pols_web
      WITH CHECK (NOT EXISTS (
        SELECT FROM minute_version v WHERE v.meeting_id = minute_line.meeting_id AND v.state = 'vastgesteld'))
    """,
    """
    CREATE POLICY acting_on ON minute_line FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
    """,
    """
    CREATE POLICY not_put_up ON minute_line FOR DELETE TO pols_web
      USING (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting())
             AND NOT held)
    """,
    """
    GRANT UPDATE (kind, item_id, item_version, commitment_id, goal_id, decision_id, on_day, tells_id, speaker_id,
      spoke_id, disputes_id, completed_at, held), DELETE ON minute_line TO pols_web
    """,
    "GRANT UPDATE (content), DELETE ON minute_draft TO pols_web",
)


def upgrade() -> None:
    """Add them, move what was written before, and close them off."""
    for statement in (*TABLES, *MOVED, *SECURITY):
        op.execute(statement)
