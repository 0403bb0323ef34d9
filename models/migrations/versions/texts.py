"""Who wants to hear of what, when and in which language; messages that wait for somebody's hour, or go in a bundle."""

from alembic import op

revision = "2026_11_27_texts"
down_revision = "2026_11_27_channels"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE preference (
      person_id uuid NOT NULL, house_id uuid NOT NULL,
      announcements varchar(48) NOT NULL, reminders varchar(48) NOT NULL, meetings varchar(48) NOT NULL,
      outcomes varchar(48) NOT NULL, own_report varchar(48) NOT NULL,
      digest_at time NOT NULL, quiet_from time, quiet_until time, language varchar(48) NOT NULL,
      set_at timestamptz NOT NULL,
      CONSTRAINT pk_preference PRIMARY KEY (person_id),
      CONSTRAINT ck_preference_language CHECK (language IN ('nl', 'en')),
      CONSTRAINT ck_preference_choices_are_known CHECK (
        CAST(ARRAY[announcements, reminders, meetings, outcomes, own_report] AS text[])
        <@ ARRAY['meteen', 'dagbundel', 'niet']),
      CONSTRAINT ck_preference_hears_of_tasks CHECK (NOT (announcements = 'niet' AND reminders = 'niet')),
      CONSTRAINT ck_preference_quiet_hours_begin_and_end CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
      CONSTRAINT ck_preference_quiet_hours_end CHECK (
        quiet_from <> quiet_until AND CASE WHEN quiet_from < quiet_until THEN quiet_until - quiet_from
          ELSE quiet_until - quiet_from + interval '24 hours' END <= interval '16 hours'),
      CONSTRAINT ck_preference_bundle_is_not_in_quiet_hours CHECK (
        NOT CASE WHEN quiet_from < quiet_until THEN digest_at >= quiet_from AND digest_at < quiet_until
          ELSE digest_at >= quiet_from OR digest_at < quiet_until END),
      CONSTRAINT fk_preference_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
      CONSTRAINT fk_preference_house_id FOREIGN KEY (house_id) REFERENCES house (id)
    )
    """,
    "ALTER TABLE preference ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE preference FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON preference FROM PUBLIC",
    "GRANT SELECT, INSERT, UPDATE ON preference TO pols_web",
    "GRANT SELECT ON preference TO pols_engine",
    "CREATE POLICY engine ON preference FOR SELECT TO pols_engine USING (true)",
    """
    CREATE POLICY own ON preference TO pols_web USING (person_id = (SELECT pols_person()))
      WITH CHECK (person_id = (SELECT pols_person()) AND house_id = (SELECT pols_house()))
    """,
    # Who keeps the people of a house sees what somebody would get, and changes nothing of it.
    """
    CREATE POLICY keepers ON preference FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_kind()) = 'huis'
             AND (SELECT pols_has('manager', 'functioneel_beheerder')))
    """,
    # The weekly overview: the organisation says whether it wants one; what it leaves open the house decides.
    "ALTER TABLE organisation ADD COLUMN weekly_overview boolean",
    "GRANT UPDATE (weekly_overview) ON organisation TO pols_web",
    """
    CREATE POLICY web_overview ON organisation FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND kind IN ('publieke_deelnemer', 'private_deelnemer') AND (
        (id = (SELECT pols_org()) AND (SELECT pols_has('partnercontact')))
        OR ((SELECT pols_kind()) = 'huis' AND (SELECT pols_has('manager', 'functioneel_beheerder')))))
    """,
    # For which week the overviews of a house went out: the Monday of it.
    "ALTER TABLE house ADD COLUMN bundled_on date",
    "GRANT UPDATE (bundled_on) ON house TO pols_engine",
    # When it was decided when a message goes, and in which bundle it went instead of by itself.
    "ALTER TABLE outbox ADD COLUMN planned_at timestamptz",
    """
    ALTER TABLE outbox ADD COLUMN part_of uuid
      CONSTRAINT fk_outbox_part_of REFERENCES outbox (id) ON DELETE SET NULL
    """,
    "CREATE INDEX ix_outbox_part_of ON outbox (part_of) WHERE part_of IS NOT NULL",
    """
    CREATE INDEX ix_outbox_unplanned ON outbox (next_try_at)
      WHERE planned_at IS NULL AND sent_at IS NULL AND gave_up_at IS NULL
    """,
    # How many reminders somebody got today, and which of an earlier day still wait.
    """
    CREATE INDEX ix_outbox_reminded ON outbox (recipient_id, sent_at) WHERE template IN ('herinnering', 'leidinggevende')
    """,
    """
    CREATE INDEX ix_outbox_reminders ON outbox (planned_at)
      WHERE template IN ('herinnering', 'leidinggevende') AND sent_at IS NULL AND gave_up_at IS NULL
    """,
)


def upgrade() -> None:
    """Add what people prefer, and what it takes to keep to it."""
    for statement in STATEMENTS:
        op.execute(statement)
