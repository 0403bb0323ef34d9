"""Invitations that stand in calendars outside Pols, what was said to them, and the feed of one's own work."""

from alembic import op
from sqlalchemy import text

revision = "2026_11_27_agenda"
down_revision = "2026_11_27_links"

TABLES: tuple[str, ...] = (
    # At the public place of the house: what a calendar may say. Where else it is, only Pols says.
    "ALTER TABLE meeting ADD COLUMN at_house boolean NOT NULL DEFAULT false",
    "ALTER TABLE meeting ALTER COLUMN at_house DROP DEFAULT",
    """
    CREATE TABLE calendar_event (
      id uuid NOT NULL, house_id uuid NOT NULL, person_id uuid NOT NULL, series_id uuid, starts_at timestamptz NOT NULL,
      sequence integer NOT NULL, made_at timestamptz NOT NULL, cancelled_at timestamptz,
      CONSTRAINT pk_calendar_event PRIMARY KEY (id),
      CONSTRAINT ck_calendar_event_counts_up CHECK (sequence >= 0),
      CONSTRAINT fk_calendar_event_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_calendar_event_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
      CONSTRAINT fk_calendar_event_series_id FOREIGN KEY (series_id) REFERENCES meeting_series (id)
    )
    """,
    "CREATE INDEX ix_calendar_event_person_id ON calendar_event (person_id)",
    """
    CREATE UNIQUE INDEX ix_calendar_event_occasion ON calendar_event (person_id, series_id, starts_at)
      WHERE series_id IS NOT NULL AND cancelled_at IS NULL
    """,
    """
    CREATE TABLE invitation (
      meeting_id uuid NOT NULL, person_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL,
      organisation_id uuid NOT NULL, event_id uuid NOT NULL, invited_at timestamptz NOT NULL, withdrawn_at timestamptz,
      reaction varchar(48), reacted_at timestamptz, reacted_by varchar(48),
      CONSTRAINT pk_invitation PRIMARY KEY (meeting_id, person_id),
      CONSTRAINT ck_invitation_presence CHECK (reaction IN ('komt', 'komt_niet', 'misschien')),
      CONSTRAINT ck_invitation_repliedby CHECK (reacted_by IN ('agenda', 'antwoordpagina', 'pols', 'telefoon')),
      CONSTRAINT ck_invitation_said_when_and_how CHECK (num_nulls(reaction, reacted_at, reacted_by) IN (0, 3)),
      CONSTRAINT fk_invitation_meeting_id FOREIGN KEY (meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
      CONSTRAINT fk_invitation_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
      CONSTRAINT fk_invitation_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_invitation_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_invitation_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id),
      CONSTRAINT fk_invitation_event_id FOREIGN KEY (event_id) REFERENCES calendar_event (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_invitation_person_id ON invitation (person_id)",
    "CREATE INDEX ix_invitation_event_id ON invitation (event_id)",
    "CREATE INDEX ix_invitation_case_id ON invitation (case_id)",
    """
    CREATE TABLE calendar_feed (
      id uuid NOT NULL, house_id uuid NOT NULL, person_id uuid NOT NULL, token_hash bytea NOT NULL,
      made_at timestamptz NOT NULL, last_used_on date,
      CONSTRAINT pk_calendar_feed PRIMARY KEY (id),
      CONSTRAINT uq_calendar_feed_person_id UNIQUE (person_id),
      CONSTRAINT uq_calendar_feed_token_hash UNIQUE (token_hash),
      CONSTRAINT fk_calendar_feed_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_calendar_feed_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
    )
    """,
)
# Who was invited by mail to what is still to come: they hear when it is moved or called off.
SEEN_BY_THE_OWNER = ("outbox", "meeting", "meeting_invitee")
INVITED = """
    WITH told AS MATERIALIZED (
      SELECT DISTINCT ON (m.id, p.id) gen_random_uuid() AS event_id, m.id AS meeting_id, m.house_id, m.case_id,
             m.starts_at, p.id AS person_id, p.organisation_id, o.created_at
      FROM outbox o JOIN meeting m ON m.id::text = split_part(o.key, ':', 3)
      JOIN person p ON p.id = o.recipient_id
      JOIN meeting_invitee i ON i.meeting_id = m.id AND i.organisation_id = p.organisation_id
      WHERE o.template = 'uitnodiging' AND m.held_at IS NULL AND m.moved_at IS NULL AND m.cancelled_at IS NULL
    ), events AS (
      INSERT INTO calendar_event (id, house_id, person_id, starts_at, sequence, made_at)
      SELECT event_id, house_id, person_id, starts_at, 0, created_at FROM told
    )
    INSERT INTO invitation (meeting_id, person_id, house_id, case_id, organisation_id, event_id, invited_at)
    SELECT meeting_id, person_id, house_id, case_id, organisation_id, event_id, created_at FROM told
"""
SECURITY: tuple[str, ...] = (
    *(
        statement.format(table=table)
        for table in ("calendar_event", "invitation", "calendar_feed")
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
        )
    ),
    # The engine invites; it has no business with who reads a feed.
    "CREATE POLICY engine ON calendar_event TO pols_engine USING (true) WITH CHECK (true)",
    "CREATE POLICY engine ON invitation TO pols_engine USING (true) WITH CHECK (true)",
    "GRANT SELECT, INSERT, UPDATE ON calendar_event, invitation TO pols_engine",
    # One's own events; who was invited and what they say, for who knows of the case.
    "CREATE POLICY own ON calendar_event FOR SELECT TO pols_web USING (person_id = (SELECT pols_person()))",
    """
    CREATE POLICY web ON invitation FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND EXISTS (SELECT FROM cases c WHERE c.id = case_id))
    """,
    # Everybody answers for themselves; who acts on the case notes it for them, and lets an invitation follow a meeting.
    """
    CREATE POLICY answer ON invitation FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house())
             AND (person_id = (SELECT pols_person()) OR case_id = (SELECT pols_acting())))
      WITH CHECK (house_id = (SELECT pols_house()))
    """,
    """
    CREATE TRIGGER no_third_party BEFORE INSERT OR UPDATE OF person_id, house_id ON invitation
      FOR EACH ROW EXECUTE FUNCTION pols_no_third_party()
    """,
    # Who came in by link answers for that case only, and has no feed.
    """
    CREATE POLICY by_link_this_case ON invitation AS RESTRICTIVE FOR UPDATE TO pols_web
      USING (pols_link_case() IS NULL OR case_id = pols_link_case())
    """,
    """
    CREATE POLICY not_by_link ON calendar_feed AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)
    """,
    "GRANT SELECT ON calendar_event, invitation TO pols_web",
    "GRANT UPDATE (meeting_id, reaction, reacted_at, reacted_by) ON invitation TO pols_web",
    # A feed is its person's own. The address itself can be written and not be read.
    """
    CREATE POLICY own ON calendar_feed TO pols_web USING (person_id = (SELECT pols_person()))
      WITH CHECK (person_id = (SELECT pols_person()) AND house_id = (SELECT pols_house()))
    """,
    "GRANT SELECT (id, house_id, person_id, made_at, last_used_on), INSERT, UPDATE (last_used_on), DELETE ON calendar_feed TO pols_web",
    "CREATE POLICY operator ON calendar_feed TO pols_owner USING (true) WITH CHECK (true)",
    # Whose address this is, if they may come in at all (R6). Nobody comes out for anybody else.
    """
    CREATE FUNCTION pols_feed_holder(wanted bytea) RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid,
        kind text, roles text[], name text, feed_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT m.person_id, m.organisation_id, m.house_id, m.kind, m.roles, m.name, f.id
      FROM calendar_feed f CROSS JOIN LATERAL pols_may_enter(f.person_id) m WHERE f.token_hash = wanted
    $$
    """,
    # Looking as that person, in one step: as pols_enter, for who has no token and no session.
    """
    CREATE FUNCTION pols_enter_feed(token bytea, purpose text)
    RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid, kind text, roles text[], name text,
                   now_ timestamptz, scope text, session_id uuid, factor_at timestamptz, how text,
                   via_id uuid, replaces uuid[])
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      SELECT f.person_id, f.organisation_id, f.house_id, f.kind, f.roles, f.name, 'lezen', f.feed_id
        INTO person_id, organisation_id, house_id, kind, roles, name, scope, via_id
      FROM pols_feed_holder(token) f;
      IF NOT FOUND THEN RETURN; END IF;
      SELECT b.now_, b.replaces_ INTO now_, replaces
        FROM pols_begin(person_id, organisation_id, kind, house_id, roles, purpose, NULL, NULL, NULL) b;
      RETURN NEXT;
    END $$
    """,
    "REVOKE ALL ON FUNCTION pols_feed_holder(bytea), pols_enter_feed(bytea, text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_feed_holder(bytea), pols_enter_feed(bytea, text) TO pols_web",
)
#: who is no longer active has no feed left either, also when they become active again
ENDS_WITH = "DELETE FROM known_device WHERE person_id = NEW.id;"


def upgrade() -> None:
    """Keep who was invited and what they say; let a calendar ask."""
    for statement in TABLES:
        op.execute(statement)
    for table in SEEN_BY_THE_OWNER:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(INVITED)
    for table in SEEN_BY_THE_OWNER:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for statement in SECURITY:
        op.execute(statement)
    found = op.get_bind().scalar(text("SELECT pg_get_functiondef(CAST('pols_shut_out()' AS regprocedure))"))
    if not isinstance(found, str) or found.count(ENDS_WITH) != 1:
        msg = f"expected once: {ENDS_WITH} in {found}"
        raise ValueError(msg)
    op.execute(found.replace(ENDS_WITH, f"{ENDS_WITH}\n  DELETE FROM calendar_feed WHERE person_id = NEW.id;"))
