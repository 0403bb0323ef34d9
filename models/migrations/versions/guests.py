"""Incidental third parties of a meeting with what they were given, and results of risk assessments."""

from alembic import op

revision = "2026_11_30_guests"
down_revision = "2026_11_30_newest"

TABLES: tuple[str, ...] = (
    """
    CREATE TABLE guest (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, meeting_id uuid NOT NULL,
      organisation_id uuid NOT NULL, name text NOT NULL, function text NOT NULL, expertise text NOT NULL,
      public_role text NOT NULL, proposed_at timestamptz NOT NULL, proposed_by uuid NOT NULL, signed_on date,
      noted_at timestamptz, noted_by uuid, invited_at timestamptz, present boolean,
      CONSTRAINT pk_guest PRIMARY KEY (id),
      CONSTRAINT ck_guest_is_somebody CHECK (name <> '' AND function <> ''),
      CONSTRAINT ck_guest_is_needed CHECK (expertise <> '' AND public_role <> ''),
      CONSTRAINT ck_guest_declared_or_not CHECK (num_nulls(signed_on, noted_at, noted_by) IN (0, 3)),
      CONSTRAINT ck_guest_invited_after_signing CHECK (invited_at IS NULL OR signed_on IS NOT NULL),
      CONSTRAINT ck_guest_comes_when_invited CHECK (present IS NOT TRUE OR invited_at IS NOT NULL),
      CONSTRAINT fk_guest_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_guest_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_guest_meeting_id FOREIGN KEY (meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
      CONSTRAINT fk_guest_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id),
      CONSTRAINT fk_guest_proposed_by FOREIGN KEY (proposed_by) REFERENCES person (id),
      CONSTRAINT fk_guest_noted_by FOREIGN KEY (noted_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_guest_meeting_id ON guest (meeting_id)",
    "CREATE INDEX ix_guest_case_id ON guest (case_id)",
    """
    CREATE TABLE handed_item (
      guest_id uuid NOT NULL, item_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL,
      handed_at timestamptz NOT NULL, handed_by uuid NOT NULL, decided_by uuid NOT NULL, purpose text NOT NULL,
      consented_by uuid, consented_on date,
      CONSTRAINT pk_handed_item PRIMARY KEY (guest_id, item_id),
      CONSTRAINT ck_handed_item_says_why CHECK (purpose <> ''),
      CONSTRAINT ck_handed_item_agreed_or_not CHECK (num_nulls(consented_by, consented_on) IN (0, 2)),
      CONSTRAINT fk_handed_item_guest_id FOREIGN KEY (guest_id) REFERENCES guest (id) ON DELETE CASCADE,
      CONSTRAINT fk_handed_item_item_id FOREIGN KEY (item_id) REFERENCES info_item (id) ON DELETE CASCADE,
      CONSTRAINT fk_handed_item_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_handed_item_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_handed_item_handed_by FOREIGN KEY (handed_by) REFERENCES person (id),
      CONSTRAINT fk_handed_item_decided_by FOREIGN KEY (decided_by) REFERENCES person (id),
      CONSTRAINT fk_handed_item_consented_by FOREIGN KEY (consented_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_handed_item_case_id ON handed_item (case_id)",
    "CREATE INDEX ix_handed_item_item_id ON handed_item (item_id)",
    """
    CREATE TABLE risk_assessment (
      item_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, instrument text NOT NULL,
      edition text NOT NULL, assessor text NOT NULL, assessed_on date NOT NULL, valid_until date NOT NULL,
      scores text NOT NULL, judgement varchar(48) NOT NULL, instrument_says text, override_reason text NOT NULL,
      protective text NOT NULL, limitations text NOT NULL,
      CONSTRAINT pk_risk_assessment PRIMARY KEY (item_id),
      CONSTRAINT ck_risk_assessment_riskjudgement CHECK (judgement IN ('laag', 'midden', 'hoog')),
      CONSTRAINT ck_risk_assessment_instrument_says CHECK (instrument_says IN ('laag', 'midden', 'hoog')),
      CONSTRAINT ck_risk_assessment_says_by_what_and_whom CHECK (instrument <> '' AND assessor <> ''),
      CONSTRAINT ck_risk_assessment_valid_from_then CHECK (valid_until >= assessed_on),
      CONSTRAINT ck_risk_assessment_override_is_reasoned CHECK (
        (instrument_says IS NULL OR instrument_says = judgement) = (override_reason = '')),
      CONSTRAINT fk_risk_assessment_item_id FOREIGN KEY (item_id) REFERENCES info_item (id) ON DELETE CASCADE,
      CONSTRAINT fk_risk_assessment_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_risk_assessment_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_risk_assessment_case_id ON risk_assessment (case_id, assessed_on)",
)
SECURITY: tuple[str, ...] = (
    *(
        statement.format(table=table)
        for table in ("guest", "handed_item", "risk_assessment")
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
            "CREATE POLICY not_by_link ON {table} AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)",
        )
    ),
    # Who comes is known to who reads the case; who acts on it asks them.
    "CREATE POLICY readers ON guest FOR SELECT TO pols_web USING (house_id = (SELECT pols_house()) AND pols_reads(case_id))",
    """
    CREATE POLICY acting ON guest FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()) AND (SELECT pols_is_staff()))
    """,
    """
    CREATE POLICY acting_on ON guest FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()) AND (SELECT pols_is_staff()))
    """,
    "GRANT SELECT, INSERT, UPDATE (signed_on, noted_at, noted_by, invited_at, present) ON guest TO pols_web",
    # What was given is there for who reads the item itself: a hidden one is in no list of what was handed over.
    """
    CREATE POLICY readers ON handed_item FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (SELECT FROM info_item i WHERE i.id = item_id))
    """,
    """
    CREATE POLICY acting ON handed_item FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting()) AND (SELECT pols_is_staff())
                  AND EXISTS (SELECT FROM info_item i WHERE i.id = item_id AND i.case_id = handed_item.case_id))
    """,
    "GRANT SELECT, INSERT ON handed_item TO pols_web",
    # A result of an assessment is seen with its item, and goes with what its supplier takes back.
    """
    CREATE POLICY readers ON risk_assessment FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (SELECT FROM info_item i WHERE i.id = item_id))
    """,
    """
    CREATE POLICY acting ON risk_assessment FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND case_id = (SELECT pols_acting())
                  AND EXISTS (SELECT FROM info_item i WHERE i.id = item_id AND i.case_id = risk_assessment.case_id))
    """,
    """
    CREATE POLICY own ON risk_assessment FOR DELETE TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (
        SELECT FROM info_item i WHERE i.id = item_id AND i.supplier_id = (SELECT pols_org())))
    """,
    "GRANT SELECT, INSERT, DELETE ON risk_assessment TO pols_web",
    # A third party is one, and has signed before anything is handed over (BGS 2.21).
    """
    CREATE FUNCTION pols_only_third_party() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM organisation o WHERE o.id = NEW.organisation_id AND o.house_id = NEW.house_id
                       AND o.kind = 'incidentele_derde') THEN
        RAISE EXCEPTION 'a guest is of an incidental third party' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER only_third_party BEFORE INSERT OR UPDATE OF organisation_id ON guest
      FOR EACH ROW EXECUTE FUNCTION pols_only_third_party()
    """,
    """
    CREATE FUNCTION pols_signed_first() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM guest g WHERE g.id = NEW.guest_id AND g.case_id = NEW.case_id
                       AND g.signed_on IS NOT NULL) THEN
        RAISE EXCEPTION 'a guest signs before anything is handed over' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER signed_first BEFORE INSERT ON handed_item FOR EACH ROW EXECUTE FUNCTION pols_signed_first()",
)


def upgrade() -> None:
    """Keep who came in from outside and each item that was handed over; and what was assessed with which instrument."""
    for statement in (*TABLES, *SECURITY):
        op.execute(statement)
