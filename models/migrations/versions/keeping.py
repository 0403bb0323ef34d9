"""Keeping the house: why a policy was changed, people designated by two, organisations, and signs of life."""

from alembic import op

revision = "2026_11_30_keeping"
down_revision = "2026_11_30_reports"

_KEEPS = "(SELECT pols_kind()) = 'huis' AND (SELECT pols_has('manager', 'functioneel_beheerder'))"

POLICY: tuple[str, ...] = (
    "ALTER TABLE house_policy ADD COLUMN reason text NOT NULL DEFAULT ''",
    "ALTER TABLE house_policy ADD CONSTRAINT ck_house_policy_reason_is_short CHECK (length(reason) <= 500)",
)
LIFE: tuple[str, ...] = (
    # A worker says every minute that it is there, and when the engine last answered it. Nothing about anybody.
    """
    CREATE TABLE heartbeat (
      id uuid NOT NULL, started_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, engine_at timestamptz,
      CONSTRAINT pk_heartbeat PRIMARY KEY (id)
    )
    """,
    "CREATE POLICY engine ON heartbeat TO pols_engine USING (true) WITH CHECK (true)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON heartbeat TO pols_engine",
    # The figures of one house are counted past security, for who keeps it and for the engine: numbers and moments only.
    "CREATE POLICY figures ON heartbeat FOR SELECT TO pols_owner USING (true)",
    "CREATE POLICY figures ON rung FOR SELECT TO pols_owner USING (fired_at IS NULL AND dropped_at IS NULL)",
    "CREATE POLICY figures ON outbox FOR SELECT TO pols_owner USING (true)",
    "CREATE POLICY figures ON journal_entry FOR SELECT TO pols_owner USING (done_at IS NULL)",
    "CREATE POLICY figures ON audit_unsealed FOR SELECT TO pols_owner USING (true)",
    """
    CREATE POLICY figures ON audit_line FOR SELECT TO pols_owner
      USING (EXISTS (SELECT FROM audit_unsealed u WHERE u.line_id = id))
    """,
    "CREATE POLICY figures ON audit_seal FOR SELECT TO pols_owner USING (true)",
    "CREATE POLICY figures ON finding FOR SELECT TO pols_owner USING (gone_at IS NULL)",
    """
    CREATE FUNCTION pols_figures(wanted uuid) RETURNS TABLE (
      seen_at timestamptz, engine_at timestamptz, rungs bigint, rungs_since timestamptz, rungs_given_up bigint,
      messages bigint, messages_since timestamptz, undelivered bigint, sent_at timestamptz, relay text,
      entries bigint, entries_since timestamptz, entries_given_up bigint, lines bigint, lines_since timestamptz,
      sealed_at timestamptz, checked_at timestamptz, findings bigint, bytes bigint, step text, shift bigint
    ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT
        (SELECT max(h.seen_at) FROM heartbeat h), (SELECT max(h.engine_at) FROM heartbeat h),
        (SELECT count(*) FROM rung r WHERE r.house_id = wanted AND r.gave_up_at IS NULL AND r.fire_at <= pols_now()),
        (SELECT min(r.fire_at) FROM rung r
          WHERE r.house_id = wanted AND r.gave_up_at IS NULL AND r.fire_at <= pols_now()),
        (SELECT count(*) FROM rung r WHERE r.house_id = wanted AND r.gave_up_at IS NOT NULL),
        (SELECT count(*) FROM outbox o WHERE o.house_id = wanted AND o.sent_at IS NULL AND o.gave_up_at IS NULL
            AND o.next_try_at <= pols_now()),
        (SELECT min(o.next_try_at) FROM outbox o WHERE o.house_id = wanted AND o.sent_at IS NULL
            AND o.gave_up_at IS NULL AND o.next_try_at <= pols_now()),
        (SELECT count(*) FROM outbox o WHERE o.house_id = wanted AND (o.gave_up_at IS NOT NULL OR o.bounced_at IS NOT NULL)
            AND o.created_at > pols_now() - interval '7 days'),
        (SELECT max(o.sent_at) FROM outbox o WHERE o.house_id = wanted),
        (SELECT o.code FROM outbox o WHERE o.house_id = wanted AND o.sent_at IS NULL AND o.gave_up_at IS NULL
            AND o.code IN ('mailserver_onbereikbaar', 'mailserver_onveilig', 'mailserver_weigert_aanmelding',
                           'mailserver_weigert_afzender') ORDER BY o.created_at DESC LIMIT 1),
        (SELECT count(*) FROM journal_entry j WHERE j.house_id = wanted AND j.gave_up_at IS NULL
            AND j.next_try_at <= pols_now()),
        (SELECT min(j.next_try_at) FROM journal_entry j WHERE j.house_id = wanted AND j.gave_up_at IS NULL
            AND j.next_try_at <= pols_now()),
        (SELECT count(*) FROM journal_entry j WHERE j.house_id = wanted AND j.gave_up_at IS NOT NULL),
        (SELECT count(*) FROM audit_unsealed u JOIN audit_line l ON l.id = u.line_id WHERE l.house_id = wanted),
        (SELECT min(l.at) FROM audit_unsealed u JOIN audit_line l ON l.id = u.line_id WHERE l.house_id = wanted),
        (SELECT s.sealed_at FROM audit_seal s WHERE s.chain = wanted ORDER BY s.seq DESC LIMIT 1),
        (SELECT h.checked_at FROM house h WHERE h.id = wanted),
        (SELECT count(*) FROM finding f WHERE f.house_id = wanted AND f.gone_at IS NULL),
        pg_database_size(current_database()), (SELECT version_num::text FROM alembic_version),
        (SELECT shift_seconds FROM clock)
      WHERE session_user = 'pols_engine'
         OR (wanted = pols_house() AND pols_kind() = 'huis' AND pols_has('manager', 'functioneel_beheerder')
             AND pols_link_case() IS NULL)
    $$
    """,
    "REVOKE ALL ON FUNCTION pols_figures(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_figures(uuid) TO pols_web, pols_engine",
)
PEOPLE: tuple[str, ...] = (
    # Who may work here is proposed by one who keeps the people of the house and confirmed by another.
    """
    CREATE TABLE designation_change (
      id uuid NOT NULL, house_id uuid NOT NULL, organisation_id uuid NOT NULL, person_id uuid, name text NOT NULL,
      email text NOT NULL, phone text, roles text[] NOT NULL, screened_until date NOT NULL, trained_until date NOT NULL,
      reason text NOT NULL, proposed_at timestamptz NOT NULL, proposed_by uuid NOT NULL, settled_at timestamptz,
      settled_by uuid, confirmed boolean,
      CONSTRAINT pk_designation_change PRIMARY KEY (id),
      CONSTRAINT ck_designation_change_has_a_reason CHECK (reason <> '' AND length(reason) <= 500),
      CONSTRAINT ck_designation_change_settled_at_once CHECK (num_nulls(settled_at, settled_by, confirmed) IN (0, 3)),
      CONSTRAINT ck_designation_change_by_another CHECK (confirmed IS NOT TRUE OR settled_by <> proposed_by),
      CONSTRAINT ck_designation_change_made_somebody CHECK (confirmed IS NOT TRUE OR person_id IS NOT NULL),
      CONSTRAINT fk_designation_change_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_designation_change_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id),
      CONSTRAINT fk_designation_change_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED,
      CONSTRAINT fk_designation_change_proposed_by FOREIGN KEY (proposed_by) REFERENCES person (id),
      CONSTRAINT fk_designation_change_settled_by FOREIGN KEY (settled_by) REFERENCES person (id)
    )
    """,
    """
    CREATE UNIQUE INDEX ix_designation_change_open ON designation_change (house_id, email)
      WHERE settled_at IS NULL
    """,
    "CREATE INDEX ix_designation_change_person_id ON designation_change (person_id)",
    f"""
    CREATE POLICY keepers ON designation_change FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND {_KEEPS})
    """,
    f"""
    CREATE POLICY propose ON designation_change FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND {_KEEPS} AND proposed_by = (SELECT pols_person())
                  AND settled_at IS NULL)
    """,
    f"""
    CREATE POLICY settle ON designation_change FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND {_KEEPS} AND settled_at IS NULL)
      WITH CHECK (house_id = (SELECT pols_house()) AND settled_by = (SELECT pols_person()))
    """,
    """
    CREATE POLICY not_by_link ON designation_change AS RESTRICTIVE TO pols_web
      USING ((SELECT pols_link_case()) IS NULL)
    """,
    "GRANT SELECT, INSERT ON designation_change TO pols_web",
    "GRANT UPDATE (person_id, settled_at, settled_by, confirmed) ON designation_change TO pols_web",
    # The second fence: through the doors a person is as another confirmed in this very transaction, or has less.
    """
    CREATE FUNCTION pols_designated() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF current_user <> 'pols_web' THEN
        RETURN NEW;
      END IF;
      IF TG_OP = 'UPDATE' THEN
        IF pols_kind() = 'huis' AND pols_has('manager', 'functioneel_beheerder') AND NEW.roles <@ OLD.roles
           AND (NEW.house_id, NEW.organisation_id, NEW.name, NEW.email, NEW.phone, NEW.screened_until, NEW.trained_until)
             IS NOT DISTINCT FROM
             (OLD.house_id, OLD.organisation_id, OLD.name, OLD.email, OLD.phone, OLD.screened_until, OLD.trained_until)
        THEN
          RETURN NEW;
        END IF;
      END IF;
      IF NOT EXISTS (
        SELECT FROM designation_change d
        WHERE d.person_id = NEW.id AND d.confirmed AND d.xmin = pg_current_xact_id()::xid AND d.settled_by = pols_person()
          AND d.proposed_by <> d.settled_by AND d.proposed_by <> NEW.id AND d.settled_by <> NEW.id
          AND (d.house_id, d.organisation_id, d.name, d.email, d.phone, d.screened_until, d.trained_until)
            IS NOT DISTINCT FROM (NEW.house_id, NEW.organisation_id, NEW.name, NEW.email, NEW.phone, NEW.screened_until,
                                  NEW.trained_until)
          AND d.roles <@ NEW.roles AND NEW.roles <@ d.roles
      ) THEN
        RAISE EXCEPTION 'pols: two designate somebody' USING ERRCODE = 'insufficient_privilege';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER designated BEFORE INSERT OR UPDATE OF house_id, organisation_id, name, email, phone, roles,
      screened_until, trained_until ON person FOR EACH ROW EXECUTE FUNCTION pols_designated()
    """,
    "GRANT INSERT ON person TO pols_web",
    "GRANT UPDATE (name, phone, roles, screened_until, trained_until) ON person TO pols_web",
    """
    CREATE POLICY not_added_by_link ON person AS RESTRICTIVE FOR INSERT TO pols_web
      WITH CHECK ((SELECT pols_link_case()) IS NULL)
    """,
    # Organisations: who keeps the house adds them and names them; what kind one is stays as it was.
    f"""
    CREATE POLICY web_add ON organisation FOR INSERT TO pols_web
      WITH CHECK (house_id = (SELECT pols_house()) AND kind <> 'huis' AND {_KEEPS}
                  AND (SELECT pols_link_case()) IS NULL)
    """,
    f"""
    CREATE POLICY web_name ON organisation FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND {_KEEPS} AND (SELECT pols_link_case()) IS NULL)
      WITH CHECK (house_id = (SELECT pols_house()))
    """,
    "GRANT INSERT ON organisation TO pols_web",
    "GRANT UPDATE (name, task) ON organisation TO pols_web",
    # Whether people can sign in, for who keeps them: never when they did.
    """
    CREATE FUNCTION pols_account_states() RETURNS TABLE (person_id uuid, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT p.id, CASE WHEN a.enrolled_at IS NOT NULL THEN 'ingesteld'
                        WHEN a.invite_until > pols_now() THEN 'uitgenodigd'
                        WHEN EXISTS (SELECT FROM identity i WHERE i.person_id = p.id) THEN 'organisatie'
                        ELSE 'geen' END
      FROM person p LEFT JOIN local_account a ON a.person_id = p.id
      WHERE p.house_id = pols_house() AND pols_kind() = 'huis' AND pols_has('manager', 'functioneel_beheerder')
        AND pols_link_case() IS NULL
    $$
    """,
    "REVOKE ALL ON FUNCTION pols_account_states() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_account_states() TO pols_web",
)


def upgrade() -> None:
    """Fence the new tables first."""
    for statement in POLICY:
        op.execute(statement)
    for statement in (*LIFE, *PEOPLE):
        op.execute(statement)
        made = statement.split()
        if made[:2] == ["CREATE", "TABLE"]:
            op.execute(f"ALTER TABLE {made[2]} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {made[2]} FORCE ROW LEVEL SECURITY")
            op.execute(f"REVOKE ALL ON {made[2]} FROM PUBLIC")
