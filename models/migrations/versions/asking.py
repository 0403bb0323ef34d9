"""What partners answer in confidence, what they are asked in words, and which cases hang together."""

from alembic import op

revision = "2026_11_30_asking"
down_revision = "2026_11_30_newest"

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
    # What stays with a partner never ends a duty. What was ended so before stays as it was recorded.
    """
    ALTER TABLE duty ADD CONSTRAINT ck_duty_no_private_answer CHECK (ended_as IS NULL OR (kind, ended_as) NOT IN (
      ('bekend_of_niet_bekend', 'geen_mededeling'), ('informatie_aanleveren', 'geweigerd'))) NOT VALID
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
FENCED = ("private_answer", "information_request")
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
)


def upgrade() -> None:
    """Keep apart what a partner says in confidence; ask in words."""
    for statement in (*TABLES, *REQUESTS, *SECURITY):
        op.execute(statement)
