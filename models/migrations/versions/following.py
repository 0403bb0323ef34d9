"""Following a case: no round without a next date."""

from alembic import op

revision = "2026_11_30_following"
down_revision = "2026_11_30_newest"

OPEN = "answered_at IS NULL AND lapsed_at IS NULL AND withdrawn_at IS NULL"
# Asked at the commit, so that a round may end before the next begins; of whoever acts on the case, which they have locked.
ROUNDS = (
    f"""
    CREATE FUNCTION pols_looks_again() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.case_id = pols_acting() AND EXISTS (SELECT FROM cases c WHERE c.id = NEW.case_id AND c.phase = 'monitoring')
         AND NOT EXISTS (SELECT FROM duty d WHERE d.case_id = NEW.case_id AND d.kind = 'evalueren' AND {OPEN}) THEN
        RAISE EXCEPTION 'a case in monitoring without a next evaluation' USING ERRCODE = 'check_violation',
          CONSTRAINT = 'ck_case_looks_again';
      END IF;
      RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER looks_again AFTER INSERT ON visit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      WHEN (NEW.phase = 'monitoring') EXECUTE FUNCTION pols_looks_again()
    """,
    """
    CREATE CONSTRAINT TRIGGER looks_again AFTER UPDATE OF answered_at, lapsed_at, withdrawn_at ON duty
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      WHEN (NEW.kind = 'evalueren' AND coalesce(NEW.answered_at, NEW.lapsed_at, NEW.withdrawn_at) IS NOT NULL)
      EXECUTE FUNCTION pols_looks_again()
    """,
)


def upgrade() -> None:
    """Add them."""
    for statement in ROUNDS:
        op.execute(statement)
