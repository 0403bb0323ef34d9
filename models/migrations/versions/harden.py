"""Counts that the processes of the doors share: how much somebody asks and how many cases somebody opens."""

from alembic import op

revision = "2026_11_22_harden"
down_revision = "2026_11_22_items"

STATEMENTS = (
    """
    CREATE UNLOGGED TABLE brake_count (
      who bytea NOT NULL, what bytea NOT NULL, until timestamptz NOT NULL, times integer NOT NULL,
      CONSTRAINT pk_brake_count PRIMARY KEY (who, what)
    )
    """,
    "CREATE INDEX ix_brake_count_until ON brake_count (until)",
    "ALTER TABLE brake_count ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE brake_count FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON brake_count FROM PUBLIC",
    "CREATE POLICY operator ON brake_count TO pols_owner USING (true) WITH CHECK (true)",
    # The doors add and learn through this function only: they cannot take a count back. Rows are locked in one order, and
    # what another process is dropping is left to it.
    """
    CREATE FUNCTION pols_brake(whos bytea[], whats bytea[], untils float8[], counts integer[])
    RETURNS TABLE (who bytea, what bytea, until timestamptz, times integer)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
    #variable_conflict use_column
    BEGIN
      DELETE FROM brake_count WHERE (who, what) IN (
        SELECT who, what FROM brake_count WHERE until < clock_timestamp() ORDER BY until LIMIT 1000
        FOR UPDATE SKIP LOCKED);
      INSERT INTO brake_count AS b (who, what, until, times)
        SELECT n.who, n.what, to_timestamp(n.until), n.times
        FROM unnest(whos, whats, untils, counts) AS n (who, what, until, times) ORDER BY n.who, n.what
        ON CONFLICT (who, what) DO UPDATE
          SET times = b.times + excluded.times, until = greatest(b.until, excluded.until);
      RETURN QUERY SELECT b.who, b.what, b.until, b.times FROM brake_count b WHERE b.who = ANY (whos);
    END $$
    """,
    "REVOKE ALL ON FUNCTION pols_brake(bytea[], bytea[], float8[], integer[]) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_brake(bytea[], bytea[], float8[], integer[]) TO pols_web",
)


def upgrade() -> None:
    """Make the table and the one way to it."""
    for statement in STATEMENTS:
        op.execute(statement)
