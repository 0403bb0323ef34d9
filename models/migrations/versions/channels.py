"""Where people are reached besides their mailbox, and other systems that hear of what happens."""

from alembic import op

revision = "2026_11_27_channels"
down_revision = "2026_11_27_delivery"

WAYS = (
    """
    CREATE TABLE contact_way (
      id uuid NOT NULL, house_id uuid NOT NULL, person_id uuid NOT NULL, kind varchar(48) NOT NULL,
      address text NOT NULL, made_at timestamptz NOT NULL, code_hash bytea, code_until timestamptz,
      tries integer NOT NULL, codes integer NOT NULL, verified_at timestamptz, ended_at timestamptz, ended_by uuid,
      CONSTRAINT pk_contact_way PRIMARY KEY (id),
      CONSTRAINT uq_contact_way_id_person_id UNIQUE (id, person_id),
      CONSTRAINT ck_contact_way_waykind CHECK (kind IN ('e-mail', 'sms', 'matrix', 'teams', 'webhook')),
      CONSTRAINT ck_contact_way_has_an_address CHECK (address <> ''),
      CONSTRAINT ck_contact_way_code_ends CHECK ((code_hash IS NULL) = (code_until IS NULL)),
      CONSTRAINT ck_contact_way_verified_once CHECK (verified_at IS NULL OR code_hash IS NULL),
      CONSTRAINT ck_contact_way_few_tries CHECK (tries BETWEEN 0 AND 5),
      CONSTRAINT ck_contact_way_few_codes CHECK (codes BETWEEN 0 AND 3),
      CONSTRAINT fk_contact_way_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_contact_way_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
      CONSTRAINT fk_contact_way_ended_by FOREIGN KEY (ended_by) REFERENCES person (id) ON DELETE SET NULL
    )
    """,
    "CREATE UNIQUE INDEX ix_contact_way_open ON contact_way (person_id, kind, address) WHERE ended_at IS NULL",
    "CREATE INDEX ix_contact_way_person_id ON contact_way (person_id, made_at)",
    """
    CREATE TABLE channel_choice (
      person_id uuid NOT NULL, occasion varchar(48) NOT NULL, house_id uuid NOT NULL, way_id uuid NOT NULL,
      CONSTRAINT pk_channel_choice PRIMARY KEY (person_id, occasion),
      CONSTRAINT ck_channel_choice_occasion CHECK (occasion IN ('taak', 'herinnering', 'overleg', 'casus', 'spoed')),
      CONSTRAINT fk_channel_choice_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
      CONSTRAINT fk_channel_choice_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_channel_choice_way_id_person_id FOREIGN KEY (way_id, person_id)
        REFERENCES contact_way (id, person_id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_channel_choice_way_id ON channel_choice (way_id)",
    *(
        statement.format(table=table)
        for table in ("contact_way", "channel_choice")
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
            "CREATE POLICY engine ON {table} FOR SELECT TO pols_engine USING (true)",
        )
    ),
    # One's own; and who keeps the house sees which there are, and ends one.
    """
    CREATE POLICY own ON contact_way TO pols_web
      USING (person_id = (SELECT pols_person()))
      WITH CHECK (person_id = (SELECT pols_person()) AND house_id = (SELECT pols_house()))
    """,
    """
    CREATE POLICY keeper_reads ON contact_way FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_kind()) = 'huis'
             AND (SELECT pols_has('functioneel_beheerder')))
    """,
    """
    CREATE POLICY keeper_ends ON contact_way FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_kind()) = 'huis'
             AND (SELECT pols_has('functioneel_beheerder')))
      WITH CHECK (house_id = (SELECT pols_house()) AND ended_at IS NOT NULL
                  AND ended_by = (SELECT pols_person()))
    """,
    """
    CREATE POLICY own ON channel_choice TO pols_web
      USING (person_id = (SELECT pols_person()))
      WITH CHECK (person_id = (SELECT pols_person()) AND house_id = (SELECT pols_house()))
    """,
    "GRANT SELECT, INSERT ON contact_way TO pols_web",
    "GRANT UPDATE (code_hash, code_until, tries, codes, verified_at, ended_at, ended_by) ON contact_way TO pols_web",
    "GRANT SELECT (id, house_id, person_id, kind, address, verified_at, ended_at) ON contact_way TO pols_engine",
    "GRANT DELETE ON contact_way TO pols_engine",
    "CREATE POLICY engine_forgets ON contact_way FOR DELETE TO pols_engine USING (true)",
    "GRANT SELECT, INSERT, DELETE ON channel_choice TO pols_web",
    "GRANT SELECT ON channel_choice TO pols_engine",
)
EVENTS = (
    """
    CREATE TABLE subscription (
      id uuid NOT NULL, house_id uuid NOT NULL, organisation_id uuid NOT NULL, url text NOT NULL,
      kinds text[] NOT NULL, secret bytea NOT NULL, made_at timestamptz NOT NULL, made_by uuid NOT NULL,
      ended_at timestamptz, ended_by uuid,
      CONSTRAINT pk_subscription PRIMARY KEY (id),
      CONSTRAINT ck_subscription_is_secure CHECK (url LIKE 'https://%'),
      CONSTRAINT ck_subscription_hears_of_something CHECK (cardinality(kinds) > 0),
      CONSTRAINT fk_subscription_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_subscription_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id),
      CONSTRAINT fk_subscription_made_by FOREIGN KEY (made_by) REFERENCES person (id),
      CONSTRAINT fk_subscription_ended_by FOREIGN KEY (ended_by) REFERENCES person (id)
    )
    """,
    "CREATE UNIQUE INDEX ix_subscription_open ON subscription (organisation_id, url) WHERE ended_at IS NULL",
    "CREATE INDEX ix_subscription_house_id ON subscription (house_id, id)",
    """
    CREATE TABLE event_delivery (
      id uuid NOT NULL, house_id uuid NOT NULL, subscription_id uuid NOT NULL, kind varchar(48) NOT NULL,
      about_id uuid NOT NULL, case_id uuid, happened_at timestamptz NOT NULL, next_try_at timestamptz NOT NULL,
      tries integer NOT NULL, code text, sent_at timestamptz, gave_up_at timestamptz, dropped_at timestamptz,
      CONSTRAINT pk_event_delivery PRIMARY KEY (id),
      CONSTRAINT ck_event_delivery_eventkind CHECK (kind IN (
        'taak_geopend', 'taak_beantwoord', 'taak_vervallen', 'taak_verzet', 'overleg_gepland', 'overleg_vervallen',
        'overleg_gehouden', 'proef')),
      CONSTRAINT ck_event_delivery_ends_once CHECK (num_nonnulls(sent_at, gave_up_at, dropped_at) <= 1),
      CONSTRAINT ck_event_delivery_is_about_a_case CHECK ((kind = 'proef') = (case_id IS NULL)),
      CONSTRAINT fk_event_delivery_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_event_delivery_subscription_id FOREIGN KEY (subscription_id) REFERENCES subscription (id)
        ON DELETE CASCADE,
      CONSTRAINT fk_event_delivery_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX ix_event_delivery_owed ON event_delivery (next_try_at)
      WHERE sent_at IS NULL AND gave_up_at IS NULL AND dropped_at IS NULL
    """,
    "CREATE INDEX ix_event_delivery_subscription_id ON event_delivery (subscription_id, happened_at, id)",
    "CREATE INDEX ix_event_delivery_case_id ON event_delivery (case_id)",
    "CREATE INDEX ix_event_delivery_happened_at ON event_delivery (happened_at)",
    *(
        statement.format(table=table)
        for table in ("subscription", "event_delivery")
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
            """
            CREATE POLICY keeper ON {table} TO pols_web
              USING (house_id = (SELECT pols_house()) AND (SELECT pols_kind()) = 'huis'
                     AND (SELECT pols_has('functioneel_beheerder', 'manager')))
              WITH CHECK (house_id = (SELECT pols_house()))
            """,
        )
    ),
    "CREATE POLICY engine ON subscription FOR SELECT TO pols_engine USING (true)",
    "CREATE POLICY engine ON event_delivery TO pols_engine USING (true) WITH CHECK (true)",
    "CREATE POLICY who_hears ON subscription FOR SELECT TO pols_owner USING (ended_at IS NULL)",
    "CREATE POLICY what_happened ON event_delivery FOR INSERT TO pols_owner WITH CHECK (true)",
    # Through the doors nothing is made to have happened but a trial; and what an event is about is not for the house.
    """
    CREATE POLICY only_a_trial ON event_delivery AS RESTRICTIVE FOR INSERT TO pols_web WITH CHECK (kind = 'proef')
    """,
    """
    GRANT SELECT (id, house_id, organisation_id, url, kinds, made_at, made_by, ended_at, ended_by), INSERT,
      UPDATE (ended_at, ended_by) ON subscription TO pols_web
    """,
    """
    GRANT SELECT (id, house_id, subscription_id, kind, happened_at, next_try_at, tries, code, sent_at, gave_up_at,
      dropped_at), INSERT, UPDATE (next_try_at, tries, code, sent_at, gave_up_at) ON event_delivery TO pols_web
    """,
    "GRANT SELECT ON subscription TO pols_engine",
    "GRANT SELECT, UPDATE, DELETE ON event_delivery TO pols_engine",
    # Who hears of something: a participant that stands to the case now. One that was asked a question hears of its own
    # duties; one that is involved of all but those that partners do not see of one another (models.visibility.INTERNAL).
    # As owner, so that whoever acts makes the same be told. Asked when it happens, and again when it is told.
    """
    CREATE FUNCTION pols_hears(organisation uuid, wanted uuid, owner uuid, kind text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT EXISTS (
        SELECT FROM involvement i JOIN organisation o ON o.id = i.organisation_id
        WHERE i.organisation_id = $1 AND i.case_id = $2 AND i.until IS NULL
          AND o.kind IN ('publieke_deelnemer', 'private_deelnemer')
          AND (coalesce($3 = $1, false) OR (i.standing = 'betrokken' AND coalesce($4, '') NOT IN (
                 'betrokkene_informeren', 'uitstel_informeren_hertoetsen', 'noodtoegang_beoordelen'))))
    $$
    """,
    # The one place where events come from: whatever verb or clock changed a duty or a meeting, in its transaction.
    """
    CREATE FUNCTION pols_duty_events() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM subscription) THEN RETURN NULL; END IF;
      IF TG_OP = 'INSERT' THEN
        INSERT INTO event_delivery (id, house_id, subscription_id, kind, about_id, case_id, happened_at, next_try_at, tries)
        SELECT gen_random_uuid(), d.house_id, s.id, 'taak_geopend', d.id, d.case_id, pols_now(), pols_now(), 0
        FROM added d JOIN subscription s ON s.house_id = d.house_id AND 'taak_geopend' = ANY (s.kinds)
        WHERE pols_hears(s.organisation_id, d.case_id, d.owner_organisation_id, d.kind);
      ELSE
        INSERT INTO event_delivery (id, house_id, subscription_id, kind, about_id, case_id, happened_at, next_try_at, tries)
        SELECT gen_random_uuid(), d.house_id, s.id, d.what, d.id, d.case_id, pols_now(), pols_now(), 0
        FROM (
          SELECT n.id, n.house_id, n.case_id, n.owner_organisation_id, n.kind, CASE
            WHEN n.answered_at IS NOT NULL AND o.answered_at IS NULL THEN 'taak_beantwoord'
            WHEN coalesce(n.lapsed_at, n.withdrawn_at) IS NOT NULL AND coalesce(o.lapsed_at, o.withdrawn_at) IS NULL
              THEN 'taak_vervallen'
            WHEN n.due_at <> o.due_at THEN 'taak_verzet' END AS what
          FROM added n JOIN removed o USING (id)
        ) AS d JOIN subscription s ON s.house_id = d.house_id AND d.what = ANY (s.kinds)
        WHERE pols_hears(s.organisation_id, d.case_id, d.owner_organisation_id, d.kind);
      END IF;
      RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION pols_meeting_events() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM subscription) THEN RETURN NULL; END IF;
      IF TG_OP = 'INSERT' THEN
        INSERT INTO event_delivery (id, house_id, subscription_id, kind, about_id, case_id, happened_at, next_try_at, tries)
        SELECT gen_random_uuid(), m.house_id, s.id, 'overleg_gepland', m.id, m.case_id, pols_now(), pols_now(), 0
        FROM added m JOIN subscription s ON s.house_id = m.house_id AND 'overleg_gepland' = ANY (s.kinds)
        WHERE pols_hears(s.organisation_id, m.case_id, NULL, NULL);
      ELSE
        INSERT INTO event_delivery (id, house_id, subscription_id, kind, about_id, case_id, happened_at, next_try_at, tries)
        SELECT gen_random_uuid(), m.house_id, s.id, m.what, m.id, m.case_id, pols_now(), pols_now(), 0
        FROM (
          SELECT n.id, n.house_id, n.case_id, CASE
            WHEN n.held_at IS NOT NULL AND o.held_at IS NULL THEN 'overleg_gehouden'
            WHEN coalesce(n.moved_at, n.cancelled_at) IS NOT NULL AND coalesce(o.moved_at, o.cancelled_at) IS NULL
              THEN 'overleg_vervallen' END AS what
          FROM added n JOIN removed o USING (id)
        ) AS m JOIN subscription s ON s.house_id = m.house_id AND m.what = ANY (s.kinds)
        WHERE pols_hears(s.organisation_id, m.case_id, NULL, NULL);
      END IF;
      RETURN NULL;
    END $$
    """,
    """
    REVOKE ALL ON FUNCTION pols_hears(uuid, uuid, uuid, text), pols_duty_events(), pols_meeting_events() FROM PUBLIC
    """,
    "GRANT EXECUTE ON FUNCTION pols_hears(uuid, uuid, uuid, text) TO pols_engine",
    *(
        f"""
        CREATE TRIGGER {name} AFTER {act} ON {table} REFERENCING {rows}
          FOR EACH STATEMENT EXECUTE FUNCTION pols_{table}_events()
        """
        for table in ("duty", "meeting")
        for name, act, rows in (
            ("events_of_new", "INSERT", "NEW TABLE AS added"),
            ("events_of_changed", "UPDATE", "OLD TABLE AS removed NEW TABLE AS added"),
        )
    ),
    "CREATE TRIGGER wake AFTER INSERT ON event_delivery FOR EACH STATEMENT EXECUTE FUNCTION pols_wake()",
)
STATEMENTS: tuple[str, ...] = (*WAYS, *EVENTS)


def upgrade() -> None:
    """Add the ways, what goes over them, and who hears of what happens."""
    for statement in STATEMENTS:
        op.execute(statement)
