"""Keys of requests, files and earlier versions of a referral, meetings that come back."""

from alembic import op

revision = "2026_11_22_interface"
down_revision = "2026_11_22_full_referral"

STATEMENTS = (
    """
    CREATE TABLE idempotency_key (
      id uuid NOT NULL, house_id uuid NOT NULL, person_id uuid NOT NULL, key text NOT NULL, fingerprint bytea NOT NULL,
      made_at timestamptz NOT NULL, status integer, headers jsonb NOT NULL, body text,
      CONSTRAINT pk_idempotency_key PRIMARY KEY (id),
      CONSTRAINT uq_idempotency_key_person_id_key UNIQUE (person_id, key),
      CONSTRAINT fk_idempotency_key_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_idempotency_key_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_idempotency_key_made_at ON idempotency_key (made_at)",
    """
    CREATE TABLE attachment (
      id uuid NOT NULL, house_id uuid NOT NULL, referral_id uuid NOT NULL, name text NOT NULL,
      media_type text NOT NULL, size integer NOT NULL, sha256 bytea NOT NULL, content bytea NOT NULL,
      added_at timestamptz NOT NULL, added_by uuid NOT NULL,
      CONSTRAINT pk_attachment PRIMARY KEY (id),
      CONSTRAINT ck_attachment_size_is_true CHECK (size = octet_length(content) AND size > 0),
      CONSTRAINT ck_attachment_has_a_name CHECK (name <> ''),
      CONSTRAINT fk_attachment_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_attachment_referral_id FOREIGN KEY (referral_id) REFERENCES referral (id) ON DELETE CASCADE,
      CONSTRAINT fk_attachment_added_by FOREIGN KEY (added_by) REFERENCES person (id)
    )
    """,
    "ALTER TABLE attachment ALTER COLUMN content SET STORAGE EXTERNAL",  # files are compressed already
    "CREATE INDEX ix_attachment_referral_id ON attachment (referral_id)",
    """
    CREATE TABLE referral_version (
      referral_id uuid NOT NULL, version integer NOT NULL, house_id uuid NOT NULL, replaced_at timestamptz NOT NULL,
      replaced_by uuid NOT NULL, content jsonb NOT NULL,
      CONSTRAINT pk_referral_version PRIMARY KEY (referral_id, version),
      CONSTRAINT fk_referral_version_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_referral_version_referral_id FOREIGN KEY (referral_id) REFERENCES referral (id) ON DELETE CASCADE,
      CONSTRAINT fk_referral_version_replaced_by FOREIGN KEY (replaced_by) REFERENCES person (id)
    )
    """,
    """
    CREATE TABLE meeting_series (
      id uuid NOT NULL, house_id uuid NOT NULL, kind varchar(48) NOT NULL, title text NOT NULL,
      weekday integer NOT NULL, every_weeks integer NOT NULL, at time NOT NULL, place text NOT NULL,
      starts_on date NOT NULL, ends_on date, chair_id uuid, made_at timestamptz NOT NULL, made_by uuid NOT NULL,
      CONSTRAINT pk_meeting_series PRIMARY KEY (id),
      CONSTRAINT ck_meeting_series_serieskind CHECK (kind IN ('triageoverleg', 'casusoverleg')),
      CONSTRAINT ck_meeting_series_weekday_is_one CHECK (weekday BETWEEN 0 AND 6),
      CONSTRAINT ck_meeting_series_comes_back CHECK (every_weeks BETWEEN 1 AND 12),
      CONSTRAINT ck_meeting_series_ends_after_it_starts CHECK (ends_on IS NULL OR ends_on >= starts_on),
      CONSTRAINT fk_meeting_series_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_meeting_series_chair_id FOREIGN KEY (chair_id) REFERENCES person (id),
      CONSTRAINT fk_meeting_series_made_by FOREIGN KEY (made_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_meeting_series_house_id ON meeting_series (house_id)",
    "ALTER TABLE meeting ADD COLUMN series_id uuid",
    "ALTER TABLE meeting ADD CONSTRAINT fk_meeting_series_id FOREIGN KEY (series_id) REFERENCES meeting_series (id)",
    "CREATE INDEX ix_meeting_series_id_starts_at ON meeting (series_id, starts_at)",
    *(
        statement.format(table=table)
        for table in ("idempotency_key", "attachment", "referral_version", "meeting_series")
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
        )
    ),
    """
    CREATE POLICY own ON idempotency_key TO pols_web
      USING (person_id = pols_person()) WITH CHECK (person_id = pols_person() AND house_id = pols_house())
    """,
    "CREATE POLICY engine ON idempotency_key TO pols_engine USING (true)",
    "GRANT SELECT, INSERT, UPDATE ON idempotency_key TO pols_web",
    "GRANT SELECT (made_at), DELETE ON idempotency_key TO pols_engine",
    # files and what a report said before: for who reported, and for the house while it reads the case; a partner is
    # given information item by item, and so is who leads the case of somebody else of the same report
    *(
        f"""
        CREATE POLICY own_or_house ON {table} TO pols_web
          USING (house_id = pols_house() AND (
            (pols_is_participant() AND EXISTS (
               SELECT FROM referral r WHERE r.id = referral_id AND r.reporter_organisation_id = pols_org()))
            OR (pols_is_staff() AND EXISTS (
               SELECT FROM cases c WHERE c.referral_id = {table}.referral_id AND c.linked_to IS NULL
                 AND pols_reads(c.id)))))
          WITH CHECK (house_id = pols_house())
        """
        for table in ("attachment", "referral_version")
    ),
    "GRANT SELECT, INSERT, DELETE ON attachment TO pols_web",
    "GRANT SELECT, INSERT ON referral_version TO pols_web",
    """
    CREATE POLICY web ON meeting_series TO pols_web
      USING (house_id = pols_house() AND (pols_is_staff() OR pols_is_participant()))
      WITH CHECK (house_id = pols_house() AND pols_is_staff())
    """,
    "GRANT SELECT, INSERT, UPDATE (ends_on) ON meeting_series TO pols_web",
    "GRANT SELECT (series_id) ON meeting TO pols_engine",
)


def upgrade() -> None:
    """Add them, each with its security."""
    for statement in STATEMENTS:
        op.execute(statement)
