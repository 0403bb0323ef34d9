"""From sent to answered: what became of a message after the relay took it, and who sees and mends it."""

from alembic import op

revision = "2026_11_27_delivery"
down_revision = "2026_11_27_assigned"

_OWED = "sent_at IS NULL AND gave_up_at IS NULL"

STATEMENTS: tuple[str, ...] = (
    # Opened: whoever it was for visited the page where it can be answered. Bounced: the mailbox did not take it.
    "ALTER TABLE outbox ADD COLUMN opened_at timestamptz",
    "ALTER TABLE outbox ADD COLUMN answered_at timestamptz",
    "ALTER TABLE outbox ADD COLUMN bounced_at timestamptz",
    # Rerouted: who else may know was looked for, once. By itself: no person sent this instead of the other.
    """
    ALTER TABLE outbox
      ADD COLUMN rerouted_at timestamptz,
      ADD COLUMN rank smallint NOT NULL DEFAULT 1,
      ADD COLUMN by_itself boolean NOT NULL DEFAULT false,
      ADD CONSTRAINT ck_outbox_bounced_was_sent CHECK (bounced_at IS NULL OR sent_at IS NOT NULL),
      ADD CONSTRAINT ck_outbox_rerouted_had_bounced CHECK (rerouted_at IS NULL OR bounced_at IS NOT NULL),
      ADD CONSTRAINT ck_outbox_by_itself_for_another CHECK (NOT by_itself OR resends IS NOT NULL)
    """,
    # What hurries goes first: a line about a duty that hurries, an alarm, a code (which is good for minutes).
    r"""
    CREATE FUNCTION pols_ranked() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.rank := CASE WHEN NEW.template = 'alarm' OR NEW.template LIKE '%\_code' OR NEW.lines @> '[{"spoed": true}]'
                       THEN 0 ELSE 1 END;
      RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER ranked BEFORE INSERT OR UPDATE OF lines ON outbox FOR EACH ROW EXECUTE FUNCTION pols_ranked()",
    f"CREATE INDEX ix_outbox_queue ON outbox (rank, created_at, id) WHERE {_OWED}",
    f"CREATE INDEX ix_outbox_waits_for ON outbox (recipient_id) WHERE {_OWED}",
    f"CREATE INDEX ix_outbox_waiting ON outbox (house_id, created_at, id) WHERE {_OWED}",
    "CREATE INDEX ix_outbox_house_id ON outbox (house_id, created_at, id)",
    "CREATE INDEX ix_outbox_opened ON outbox (house_id, created_at, id) WHERE opened_at IS NOT NULL",
    "CREATE INDEX ix_outbox_sent_at ON outbox (sent_at)",
    "DROP INDEX ix_outbox_undeliverable",
    """
    CREATE INDEX ix_outbox_undeliverable ON outbox (house_id) WHERE gave_up_at IS NOT NULL OR bounced_at IS NOT NULL
    """,
    "CREATE INDEX ix_outbox_returned ON outbox (bounced_at) WHERE bounced_at IS NOT NULL AND rerouted_at IS NULL",
    # The functional administrator keeps the mail going without seeing a case: the shells of the messages, and no more
    # of the cases they are about than the ids. Who keeps it mends it: tries again, gives up, learns that it came back.
    """
    ALTER POLICY web_read ON outbox USING (
      house_id = (SELECT pols_house())
      AND ((SELECT pols_is_staff()) OR (SELECT pols_kind() = 'huis' AND pols_has('functioneel_beheerder'))))
    """,
    """
    CREATE POLICY web_mend ON outbox FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house())
             AND (SELECT pols_kind() = 'huis' AND pols_has('manager', 'functioneel_beheerder')))
      WITH CHECK (house_id = (SELECT pols_house()))
    """,
    "GRANT UPDATE (next_try_at, gave_up_at, bounced_at, code) ON outbox TO pols_web",
    # A token that is good for one thing: telling that a message came back. Who keeps the mail service makes it.
    """
    ALTER TABLE api_token
      DROP CONSTRAINT ck_api_token_tokenscope,
      ADD CONSTRAINT ck_api_token_tokenscope CHECK (scope IN ('lezen', 'alles', 'melden', 'bezorging'))
    """,
    """
    ALTER POLICY make_own ON api_token WITH CHECK (
      house_id = pols_house() AND made_by = pols_person()
      AND ((person_id = pols_person() AND scope IN ('lezen', 'alles'))
           OR (person_id = pols_person() AND scope = 'bezorging' AND pols_has('functioneel_beheerder'))
           OR (scope = 'melden' AND pols_has('functioneel_beheerder'))))
    """,
)


def upgrade() -> None:
    """Add the rest of a message's life."""
    for statement in STATEMENTS:
        op.execute(statement)
