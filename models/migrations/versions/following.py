"""Following a case: a next date always, handing over, reporting again, watches and what was raised."""

from alembic import op

from models.migrations.checks import admit

revision = "2026_11_30_following"
down_revision = "2026_11_30_plan"

OPEN = "answered_at IS NULL AND lapsed_at IS NULL AND withdrawn_at IS NULL"
# Asked at the commit, so that a round may end before the next begins; of whoever acts on the case, which they have locked.
ROUNDS = (
    f"""
    CREATE FUNCTION pols_looks_again() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.case_id = pols_acting() AND EXISTS (SELECT FROM cases c WHERE c.id = NEW.case_id AND c.phase = 'monitoring')
         AND NOT EXISTS (SELECT FROM duty d WHERE d.case_id = NEW.case_id AND d.kind = 'evalueren' AND {OPEN}) THEN
        RAISE EXCEPTION 'a case in monitoring without a next evaluation' USING ERRCODE = 'check_violation',
          CONSTRAINT = 'ck_case_looks_again';
      END IF;
      RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER looks_again AFTER INSERT ON visit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      WHEN (NEW.phase = 'monitoring') EXECUTE FUNCTION pols_looks_again()
    """,
    """
    CREATE CONSTRAINT TRIGGER looks_again AFTER UPDATE OF answered_at, lapsed_at, withdrawn_at ON duty
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      WHEN (NEW.kind = 'evalueren' AND coalesce(NEW.answered_at, NEW.lapsed_at, NEW.withdrawn_at) IS NOT NULL)
      EXECUTE FUNCTION pols_looks_again()
    """,
)

TABLES = (
    """
    CREATE TABLE handover (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, receiver_id uuid, receiver text NOT NULL,
      note text NOT NULL, items uuid[] NOT NULL, made_at timestamptz NOT NULL, made_by uuid NOT NULL,
      answered_at timestamptz, accepted boolean, accepted_by text NOT NULL, accepted_on date, reason text NOT NULL,
      withdrawn_at timestamptz,
      CONSTRAINT pk_handover PRIMARY KEY (id),
      CONSTRAINT ck_handover_has_one_receiver CHECK ((receiver_id IS NULL) = (receiver <> '')),
      CONSTRAINT ck_handover_answered_at_a_moment CHECK ((answered_at IS NULL) = (accepted IS NULL)),
      CONSTRAINT ck_handover_outside_by_name_and_date CHECK (
        receiver_id IS NOT NULL OR (accepted_by <> '' AND accepted_on IS NOT NULL)),
      CONSTRAINT ck_handover_no_information_outside CHECK (receiver_id IS NOT NULL OR items = '{}'),
      CONSTRAINT ck_handover_refused_with_a_reason CHECK (accepted IS DISTINCT FROM false OR reason <> ''),
      CONSTRAINT fk_handover_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_handover_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_handover_receiver_id FOREIGN KEY (receiver_id) REFERENCES organisation (id),
      CONSTRAINT fk_handover_made_by FOREIGN KEY (made_by) REFERENCES person (id)
    )
    """,
    """
    CREATE UNIQUE INDEX ix_handover_live ON handover (case_id)
      WHERE withdrawn_at IS NULL AND accepted IS DISTINCT FROM false
    """,
    "CREATE INDEX ix_handover_case_id ON handover (case_id)",
    """
    CREATE TABLE handover_line (
      handover_id uuid NOT NULL, commitment_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL,
      way varchar(48) NOT NULL, note text NOT NULL,
      CONSTRAINT pk_handover_line PRIMARY KEY (handover_id, commitment_id),
      CONSTRAINT ck_handover_line_handoverway CHECK (way IN ('overgedragen', 'vervangen', 'vervalt')),
      CONSTRAINT ck_handover_line_says_why CHECK (way = 'overgedragen' OR note <> ''),
      CONSTRAINT fk_handover_line_handover_id FOREIGN KEY (handover_id) REFERENCES handover (id) ON DELETE CASCADE,
      CONSTRAINT fk_handover_line_commitment_id FOREIGN KEY (commitment_id) REFERENCES commitment (id) ON DELETE CASCADE,
      CONSTRAINT fk_handover_line_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_handover_line_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_handover_line_case_id ON handover_line (case_id)",
    "CREATE INDEX ix_handover_line_commitment_id ON handover_line (commitment_id)",
    """
    CREATE TABLE rereferral_criterion (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, criterion text NOT NULL, to_do text NOT NULL,
      to_call text NOT NULL, made_at timestamptz NOT NULL, made_by uuid NOT NULL,
      CONSTRAINT pk_rereferral_criterion PRIMARY KEY (id),
      CONSTRAINT ck_rereferral_criterion_says_when CHECK (criterion <> ''),
      CONSTRAINT fk_rereferral_criterion_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_rereferral_criterion_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_rereferral_criterion_made_by FOREIGN KEY (made_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_rereferral_criterion_case_id ON rereferral_criterion (case_id)",
    """
    CREATE TABLE watch (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, decision_id uuid NOT NULL,
      organisation_id uuid NOT NULL, body text NOT NULL, started_at timestamptz NOT NULL, until timestamptz NOT NULL,
      ended_at timestamptz, signalled boolean NOT NULL,
      CONSTRAINT pk_watch PRIMARY KEY (id),
      CONSTRAINT ck_watch_says_what CHECK (body <> ''),
      CONSTRAINT ck_watch_ends_later CHECK (until > started_at),
      CONSTRAINT ck_watch_is_not_for_ever CHECK (until <= started_at + interval '366 days'),
      CONSTRAINT fk_watch_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_watch_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_watch_decision_id FOREIGN KEY (decision_id) REFERENCES decision (id) ON DELETE CASCADE,
      CONSTRAINT fk_watch_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id)
    )
    """,
    "CREATE INDEX ix_watch_case_id ON watch (case_id)",
    """
    CREATE TABLE escalation (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, about_duty_id uuid, commitment_id uuid,
      level integer NOT NULL, name text NOT NULL, who varchar(48) NOT NULL, reason text NOT NULL,
      raised_at timestamptz NOT NULL, raised_by uuid NOT NULL, due_at timestamptz NOT NULL, ended_at timestamptz,
      ended_as varchar(48), answer text NOT NULL,
      CONSTRAINT pk_escalation PRIMARY KEY (id),
      CONSTRAINT ck_escalation_escalatedto CHECK (who IN ('leidinggevende_partner', 'manager_huis', 'buiten_pols')),
      CONSTRAINT ck_escalation_escalationend CHECK (ended_as IN ('beantwoord', 'hoger', 'ingetrokken')),
      CONSTRAINT ck_escalation_is_about_one_thing CHECK (num_nonnulls(about_duty_id, commitment_id) <= 1),
      CONSTRAINT ck_escalation_level_counts_from_one CHECK (level >= 1),
      CONSTRAINT ck_escalation_has_a_reason CHECK (reason <> ''),
      CONSTRAINT ck_escalation_ends_one_way CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
      CONSTRAINT ck_escalation_answered_with_words CHECK (ended_as IS DISTINCT FROM 'beantwoord' OR answer <> ''),
      CONSTRAINT fk_escalation_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_escalation_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_escalation_about_duty_id FOREIGN KEY (about_duty_id) REFERENCES duty (id) ON DELETE CASCADE,
      CONSTRAINT fk_escalation_commitment_id FOREIGN KEY (commitment_id) REFERENCES commitment (id) ON DELETE CASCADE,
      CONSTRAINT fk_escalation_raised_by FOREIGN KEY (raised_by) REFERENCES person (id)
    )
    """,
    """
    CREATE UNIQUE INDEX ix_escalation_open ON escalation (case_id, about_duty_id, commitment_id) NULLS NOT DISTINCT
      WHERE ended_at IS NULL
    """,
    "CREATE INDEX ix_escalation_case_id ON escalation (case_id)",
)
OF_A_CASE = ("handover", "handover_line", "rereferral_criterion", "watch", "escalation")
SECURITY = (
    *(
        statement.format(table=table)
        for table in OF_A_CASE
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
            # The content of a case: for who reads it, and for the act that writes it. A closed case is shielded (R22).
            """
            CREATE POLICY content ON {table} TO pols_web
              USING (house_id = (SELECT pols_house()) AND (pols_reads(case_id) OR case_id = (SELECT pols_acting())))
              WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
            """,
            """
            CREATE POLICY not_by_link ON {table} AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)
            """,
            "GRANT SELECT, INSERT ON {table} TO pols_web",
        )
    ),
    # What is about a commitment or a duty is there for who sees that, and for the act that writes it (R13).
    """
    CREATE POLICY apart ON handover_line AS RESTRICTIVE FOR SELECT TO pols_web
      USING (case_id = (SELECT pols_acting()) OR EXISTS (SELECT FROM commitment k WHERE k.id = commitment_id))
    """,
    """
    CREATE POLICY apart ON escalation AS RESTRICTIVE FOR SELECT TO pols_web
      USING (case_id = (SELECT pols_acting())
             OR ((commitment_id IS NULL OR EXISTS (SELECT FROM commitment k WHERE k.id = commitment_id))
                 AND (about_duty_id IS NULL OR EXISTS (SELECT FROM duty d WHERE d.id = about_duty_id))))
    """,
    "GRANT UPDATE (answered_at, accepted, reason, withdrawn_at) ON handover TO pols_web",
    "GRANT DELETE ON rereferral_criterion TO pols_web",
    "GRANT UPDATE (ended_at, signalled) ON watch TO pols_web",
    "GRANT UPDATE (ended_at, ended_as, answer) ON escalation TO pols_web",
    # Who decided on a watch sees it, as they see the rest of their decision.
    """
    CREATE POLICY deciders ON watch FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (
        SELECT FROM decision_decider d WHERE d.decision_id = watch.decision_id AND d.person_id = (SELECT pols_person())))
    """,
    # That there are criteria, of a closed case of the same person: for who screens a new report, and nothing more of it.
    # As owner, since the closed case is shielded; the owner sees by these policies only what is of the house that asks.
    """
    CREATE POLICY whom_was_it_about ON subject FOR SELECT TO pols_owner
      USING (house_id = pols_house() AND bsn IS NOT NULL)
    """,
    """
    CREATE POLICY are_there_any ON rereferral_criterion FOR SELECT TO pols_owner USING (house_id = pols_house())
    """,
    "CREATE INDEX ix_subject_bsn ON subject (house_id, bsn) WHERE bsn IS NOT NULL",
    """
    CREATE FUNCTION pols_has_criteria(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$
      SELECT pols_is_staff() AND pols_has('triagist') AND EXISTS (
        SELECT FROM subject now JOIN subject before ON before.house_id = now.house_id AND before.bsn = now.bsn
        JOIN cases c ON c.id = before.case_id AND c.phase = 'afgesloten'
        JOIN rereferral_criterion r ON r.case_id = c.id
        WHERE now.case_id = wanted AND now.house_id = pols_house() AND before.case_id <> wanted)
    $$
    """,
    "REVOKE ALL ON FUNCTION pols_has_criteria(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_has_criteria(uuid) TO pols_web",
)

COACHING = (
    """
    CREATE OR REPLACE FUNCTION pols_is_staff() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT pols_kind() = 'huis'
        AND pols_has('triagist', 'procesregisseur', 'adviseur', 'manager', 'trajectbegeleider')
    $$
    """,
    """
    CREATE FUNCTION pols_coaches(coach uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT pols_kind() = 'huis' AND pols_has('trajectbegeleider')
        AND (coach = pols_person() OR coalesce(coach = ANY (pols_replaced()), false))
    $$
    """,
    """
    CREATE TABLE trajectory (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, coach_id uuid NOT NULL,
      started_at timestamptz NOT NULL, started_by uuid NOT NULL, ended_at timestamptz, ended_reason text NOT NULL,
      CONSTRAINT pk_trajectory PRIMARY KEY (id),
      CONSTRAINT ck_trajectory_ends_with_a_reason CHECK ((ended_at IS NULL) = (ended_reason = '')),
      CONSTRAINT fk_trajectory_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_trajectory_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_trajectory_coach_id FOREIGN KEY (coach_id) REFERENCES person (id),
      CONSTRAINT fk_trajectory_started_by FOREIGN KEY (started_by) REFERENCES person (id)
    )
    """,
    "CREATE UNIQUE INDEX ix_trajectory_running ON trajectory (case_id) WHERE ended_at IS NULL",
    "CREATE INDEX ix_trajectory_case_id ON trajectory (case_id)",
    "CREATE INDEX ix_trajectory_coach_id ON trajectory (coach_id)",
    """
    CREATE TABLE trajectory_goal (
      trajectory_id uuid NOT NULL, position integer NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL,
      body text NOT NULL,
      CONSTRAINT pk_trajectory_goal PRIMARY KEY (trajectory_id, position),
      CONSTRAINT ck_trajectory_goal_says_what CHECK (body <> ''),
      CONSTRAINT fk_trajectory_goal_trajectory_id FOREIGN KEY (trajectory_id) REFERENCES trajectory (id) ON DELETE CASCADE,
      CONSTRAINT fk_trajectory_goal_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_trajectory_goal_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_trajectory_goal_case_id ON trajectory_goal (case_id)",
    """
    CREATE TABLE contact_moment (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, trajectory_id uuid NOT NULL,
      on_day date NOT NULL, kind varchar(48) NOT NULL, report text NOT NULL, written_by uuid NOT NULL,
      written_at timestamptz NOT NULL,
      CONSTRAINT pk_contact_moment PRIMARY KEY (id),
      CONSTRAINT ck_contact_moment_contactkind CHECK (
        kind IN ('bezoek', 'telefonisch', 'op_kantoor', 'buiten', 'niet_verschenen')),
      CONSTRAINT ck_contact_moment_says_what CHECK (report <> ''),
      CONSTRAINT fk_contact_moment_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_contact_moment_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_contact_moment_trajectory_id FOREIGN KEY (trajectory_id) REFERENCES trajectory (id) ON DELETE CASCADE,
      CONSTRAINT fk_contact_moment_written_by FOREIGN KEY (written_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_contact_moment_case_id ON contact_moment (case_id)",
    "CREATE INDEX ix_contact_moment_trajectory_id ON contact_moment (trajectory_id)",
)
# models/rights.py says the same: TRAJECTORY and JOURNAL. A closed case is shielded, also for who coached (R22).
JOURNAL = (
    *(
        statement.format(table=table)
        for table in ("trajectory", "trajectory_goal", "contact_moment")
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
            """
            CREATE POLICY not_by_link ON {table} AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)
            """,
            "GRANT SELECT, INSERT ON {table} TO pols_web",
        )
    ),
    # That there is one and to what ends: of the house who coaches and who reads the case, and the act that closes it.
    """
    CREATE POLICY coached ON trajectory TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_kind()) = 'huis' AND (
        pols_reads(case_id) OR (pols_coaches(coach_id) AND ended_at IS NULL AND NOT pols_is_shut(case_id))))
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
    """,
    """
    CREATE POLICY acting ON trajectory TO pols_web
      USING (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
    """,
    "GRANT UPDATE (ended_at, ended_reason) ON trajectory TO pols_web",
    """
    CREATE POLICY coached ON trajectory_goal TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (SELECT FROM trajectory t WHERE t.id = trajectory_id))
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()))
    """,
    # The journal itself: who coaches, also not for the act of somebody else; and who supervises, to look.
    """
    CREATE POLICY coach ON contact_moment TO pols_web
      USING (house_id = (SELECT pols_house()) AND NOT pols_is_shut(case_id) AND EXISTS (
        SELECT FROM trajectory t WHERE t.id = trajectory_id AND t.ended_at IS NULL AND pols_coaches(t.coach_id)))
      WITH CHECK (house_id = (SELECT pols_house()) AND written_by = (SELECT pols_person()) AND EXISTS (
        SELECT FROM trajectory t WHERE t.id = trajectory_id AND t.case_id = contact_moment.case_id
          AND t.ended_at IS NULL AND pols_coaches(t.coach_id)))
    """,
    """
    CREATE POLICY officer ON contact_moment FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_is_officer())
             AND case_id IN (SELECT pols_glass('toezicht')))
    """,
)


def upgrade() -> None:
    """Add them, each with its security."""
    admit("duty", "ck_duty_dutykind", "overdracht_aanvaarden", "escalatie_beantwoorden")
    admit("duty", "ck_duty_role", "trajectbegeleider")
    admit("commitment", "ck_commitment_commitmentstate", "overgedragen")
    for statement in (*ROUNDS, *TABLES, *SECURITY, *COACHING, *JOURNAL):
        op.execute(statement)
