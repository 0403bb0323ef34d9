"""What partners answer in confidence, what they are asked in words, and which cases hang together."""

from alembic import op
from sqlalchemy import text

revision = "2026_11_30_asking"
down_revision = "2026_11_30_guests"

_PRIVATE = "(('bekend_of_niet_bekend', 'geen_mededeling'), ('informatie_aanleveren', 'geweigerd'))"
TABLES: tuple[str, ...] = (
    """
    CREATE TABLE private_answer (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, duty_id uuid NOT NULL,
      organisation_id uuid NOT NULL, outcome text NOT NULL, why varchar(48), note text NOT NULL,
      at timestamptz NOT NULL, registered_by uuid NOT NULL, replaced_at timestamptz,
      CONSTRAINT pk_private_answer PRIMARY KEY (id),
      CONSTRAINT ck_private_answer_is_private CHECK (outcome IN ('geen_mededeling', 'geweigerd')),
      CONSTRAINT ck_private_answer_withheld CHECK (why IN ('zwaarwegende_reden', 'geheim')),
      CONSTRAINT ck_private_answer_refused_with_a_reason CHECK ((outcome = 'geweigerd') = (why IS NOT NULL)),
      CONSTRAINT fk_private_answer_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_private_answer_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_private_answer_duty_id FOREIGN KEY (duty_id) REFERENCES duty (id) ON DELETE CASCADE,
      CONSTRAINT fk_private_answer_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id),
      CONSTRAINT fk_private_answer_registered_by FOREIGN KEY (registered_by) REFERENCES person (id)
    )
    """,
    """
    CREATE UNIQUE INDEX ix_private_answer_one_valid ON private_answer (duty_id, organisation_id)
      WHERE replaced_at IS NULL
    """,
    "CREATE INDEX ix_private_answer_case_id ON private_answer (case_id)",
    # What was said before becomes what it would be now: kept by who said it, to everybody else no answer.
    *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in ("duty", "answer", "history", "visit")),
    "ALTER TABLE duty DISABLE TRIGGER USER",
    f"""
    INSERT INTO private_answer
      SELECT a.id, a.house_id, a.case_id, a.duty_id, a.organisation_id, a.outcome,
             CASE a.outcome WHEN 'geweigerd' THEN 'zwaarwegende_reden' END, a.note, a.at, a.registered_by, NULL
      FROM answer a JOIN duty d ON d.id = a.duty_id
      WHERE a.corrected_at IS NULL AND (d.kind, a.outcome) IN {_PRIVATE}
    """,
    "DELETE FROM answer WHERE id IN (SELECT id FROM private_answer)",
    f"DELETE FROM history WHERE what = 'antwoord' AND (facts->>'soort', facts->>'uitkomst') IN {_PRIVATE}",
    f"""
    UPDATE duty d SET answered_at = NULL, withdrawn_at = v.left_at,
      ended_as = CASE WHEN v.left_at IS NULL THEN NULL ELSE 'geen_antwoord' END
      FROM visit v WHERE v.id = d.visit_id AND (d.kind, d.ended_as) IN {_PRIVATE}
    """,
    f"DELETE FROM answer a USING duty d WHERE d.id = a.duty_id AND (d.kind, a.outcome) IN {_PRIVATE}",
    "ALTER TABLE duty ENABLE TRIGGER USER",
    *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in ("duty", "answer", "history", "visit")),
    f"""
    ALTER TABLE duty ADD CONSTRAINT ck_duty_no_private_answer
      CHECK (ended_as IS NULL OR (kind, ended_as) NOT IN {_PRIVATE})
    """,
)
REQUESTS: tuple[str, ...] = (
    """
    CREATE TABLE information_request (
      duty_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, organisation_id uuid NOT NULL,
      question text NOT NULL, life_domains text[] NOT NULL, asked_by uuid NOT NULL, asked_at timestamptz NOT NULL,
      CONSTRAINT pk_information_request PRIMARY KEY (duty_id),
      CONSTRAINT ck_information_request_says_what CHECK (question <> ''),
      CONSTRAINT fk_information_request_duty_id FOREIGN KEY (duty_id) REFERENCES duty (id) ON DELETE CASCADE,
      CONSTRAINT fk_information_request_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_information_request_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_information_request_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id),
      CONSTRAINT fk_information_request_asked_by FOREIGN KEY (asked_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_information_request_case_id ON information_request (case_id)",
)
COHERENCE: tuple[str, ...] = (
    # Of another person of the report than its first case: what came with the report is read with that one.
    "ALTER TABLE cases ADD COLUMN beside boolean NOT NULL DEFAULT false",
    "ALTER TABLE cases NO FORCE ROW LEVEL SECURITY",
    "UPDATE cases SET beside = true, linked_to = NULL WHERE linked_to IS NOT NULL AND outcome <> 'gebundeld'",
    "ALTER TABLE cases FORCE ROW LEVEL SECURITY",
    "ALTER TABLE criterion_judgement ADD COLUMN subject_id uuid",
    """
    ALTER TABLE criterion_judgement ADD CONSTRAINT fk_criterion_judgement_subject_id
      FOREIGN KEY (subject_id) REFERENCES subject (id) ON DELETE CASCADE
    """,
    """
    CREATE TABLE coherence (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, other_case_id uuid NOT NULL,
      circle text NOT NULL, dependence text NOT NULL, necessity text NOT NULL, deciders uuid[] NOT NULL,
      registered_by uuid NOT NULL, decided_at timestamptz NOT NULL, ended_at timestamptz, ended_by uuid,
      end_reason text NOT NULL DEFAULT '',
      CONSTRAINT pk_coherence PRIMARY KEY (id),
      CONSTRAINT ck_coherence_of_two_cases CHECK (case_id < other_case_id),
      CONSTRAINT ck_coherence_three_parts CHECK (circle <> '' AND dependence <> '' AND necessity <> ''),
      CONSTRAINT ck_coherence_somebody_decided CHECK (cardinality(deciders) > 0),
      CONSTRAINT ck_coherence_ended_with_a_reason CHECK ((ended_at IS NULL) = (end_reason = '')),
      CONSTRAINT fk_coherence_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_coherence_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_coherence_other_case_id FOREIGN KEY (other_case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_coherence_registered_by FOREIGN KEY (registered_by) REFERENCES person (id),
      CONSTRAINT fk_coherence_ended_by FOREIGN KEY (ended_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_coherence_case_id ON coherence (case_id)",
    "CREATE INDEX ix_coherence_other_case_id ON coherence (other_case_id)",
    """
    CREATE UNIQUE INDEX ix_coherence_once ON coherence (case_id, other_case_id) WHERE ended_at IS NULL
    """,
)
FENCED = ("private_answer", "information_request", "coherence")
SECURITY: tuple[str, ...] = (
    *(
        statement
        for table in FENCED
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"REVOKE ALL ON {table} FROM PUBLIC",
        )
    ),
    # Of whom must not be reminded, and nothing of what they said.
    "CREATE POLICY engine ON private_answer FOR SELECT TO pols_engine USING (true)",
    "GRANT SELECT (duty_id, organisation_id, replaced_at) ON private_answer TO pols_engine",
    # The organisation that gave it, as far as its people work on the case; nobody of the house (R12).
    """
    CREATE POLICY own ON private_answer FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_is_participant())
             AND organisation_id = (SELECT pols_org())
             AND (registered_by = (SELECT pols_person()) OR pols_works_on(case_id)) AND NOT pols_is_shut(case_id))
    """,
    """
    CREATE POLICY by_link ON private_answer FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND organisation_id = (SELECT pols_org())
             AND duty_id = (SELECT pols_link_duty()) AND (SELECT pols_link_proven()))
    """,
    """
    CREATE POLICY officer ON private_answer FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_is_officer())
             AND case_id IN (SELECT pols_glass('toezicht')))
    """,
    """
    CREATE POLICY give ON private_answer FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND organisation_id = (SELECT pols_org())
        AND registered_by = (SELECT pols_person()) AND NOT (SELECT pols_is_staff())
        AND EXISTS (SELECT FROM duty d WHERE d.id = duty_id AND d.case_id = private_answer.case_id
                      AND d.owner_organisation_id = private_answer.organisation_id))
    """,
    """
    CREATE POLICY replace ON private_answer FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND organisation_id = (SELECT pols_org()))
      WITH CHECK (house_id = (SELECT pols_house()) AND organisation_id = (SELECT pols_org()))
    """,
    """
    CREATE POLICY by_link_this_one ON private_answer AS RESTRICTIVE TO pols_web
      USING ((SELECT pols_link_case()) IS NULL OR (duty_id = (SELECT pols_link_duty()) AND (SELECT pols_link_proven())))
      WITH CHECK ((SELECT pols_link_case()) IS NULL
                  OR (duty_id = (SELECT pols_link_duty()) AND (SELECT pols_link_proven())))
    """,
    "GRANT SELECT, INSERT, UPDATE (replaced_at) ON private_answer TO pols_web",
    # What is asked in words: for who reads the case at the house, and for whom it was asked.
    """
    CREATE POLICY read ON information_request FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND pols_reads(case_id)
             AND ((SELECT pols_is_staff()) OR organisation_id = (SELECT pols_org())))
    """,
    """
    CREATE POLICY ask ON information_request FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND (SELECT pols_is_staff()) AND pols_reads(case_id)
        AND asked_by = (SELECT pols_person())
        AND EXISTS (SELECT FROM duty d WHERE d.id = duty_id AND d.case_id = information_request.case_id
                      AND d.owner_organisation_id = information_request.organisation_id
                      AND d.kind = 'informatie_aanleveren'))
    """,
    """
    CREATE POLICY not_by_link ON information_request AS RESTRICTIVE TO pols_web
      USING ((SELECT pols_link_case()) IS NULL)
    """,
    "GRANT SELECT, INSERT ON information_request TO pols_web",
    # What links two people is for who reads both cases, and for who decided it.
    """
    CREATE POLICY read ON coherence FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND ((SELECT pols_person()) = ANY (deciders)
             OR ((SELECT pols_is_staff()) AND (SELECT pols_acting()) IN (case_id, other_case_id))
             OR (pols_reads(case_id) AND pols_reads(other_case_id))))
    """,
    # Decided by deciding persons of public participants (R3, R19), whoever writes it down.
    """
    CREATE POLICY decide ON coherence FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND registered_by = (SELECT pols_person())
        AND EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.house_id = coherence.house_id)
        AND EXISTS (SELECT FROM cases c WHERE c.id = other_case_id AND c.house_id = coherence.house_id)
        AND NOT EXISTS (SELECT FROM unnest(deciders) AS one (id) WHERE NOT EXISTS (
          SELECT FROM person p JOIN organisation o ON o.id = p.organisation_id
          WHERE p.id = one.id AND o.kind = 'publieke_deelnemer' AND 'triagelid' = ANY (p.roles))))
    """,
    """
    CREATE POLICY end_it ON coherence FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house())) WITH CHECK (house_id = (SELECT pols_house()))
    """,
    "CREATE POLICY not_by_link ON coherence AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)",
    "GRANT SELECT, INSERT, UPDATE (ended_at, ended_by, end_reason) ON coherence TO pols_web",
)
# Of somebody without a case of their own a judgement is read with the report, as they are themselves.
JUDGED = "(subject_id IS NULL OR EXISTS (SELECT FROM subject s WHERE s.id = subject_id) OR case_id = pols_acting())"


def upgrade() -> None:
    """Keep apart what a partner says in confidence; ask in words."""
    for statement in (*TABLES, *REQUESTS, *COHERENCE, *SECURITY):
        op.execute(statement)
    op.execute(
        f"ALTER POLICY content ON criterion_judgement USING (({_using('criterion_judgement', 'content')}) AND {JUDGED})"
    )
    for table in ("attachment", "referral_version"):
        found = _using(table, "own_or_house")
        if found.count("(c.linked_to IS NULL)") != 1:
            msg = f"expected once: linked_to in {found}"
            raise ValueError(msg)
        op.execute(
            f"ALTER POLICY own_or_house ON {table} USING ({found.replace('(c.linked_to IS NULL)', '(NOT c.beside)')})"
        )


def _using(table: str, policy: str) -> str:
    question = (
        "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = :p AND polrelid = CAST(:t AS regclass)"
    )
    found = op.get_bind().scalar(text(question), {"p": policy, "t": table})
    if not isinstance(found, str):
        msg = f"no policy {policy} on {table}"
        raise TypeError(msg)
    return found
