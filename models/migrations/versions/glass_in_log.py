"""What somebody does with a case that they hold open by emergency access says so in the log."""

from alembic import op

revision = "2026_11_22_glass_in_log"
down_revision = "2026_11_22_trail"


def upgrade() -> None:
    """Looked up only for lines of those who can hold a case open; nobody else pays for it."""
    op.execute("""
        CREATE FUNCTION pols_under_glass() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          SELECT g.id INTO NEW.glass_id FROM glass g
            WHERE g.person_id = NEW.person_id AND g.case_id = NEW.case_id AND g.confirmed_at IS NOT NULL
              AND g.ended_at IS NULL AND g.until > pols_now()
            ORDER BY g.confirmed_at DESC LIMIT 1;
          RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER under_glass BEFORE INSERT ON audit_line FOR EACH ROW
          WHEN (NEW.glass_id IS NULL AND NEW.case_id IS NOT NULL AND NEW.roles && ARRAY['manager', 'privacy_officer'])
          EXECUTE FUNCTION pols_under_glass()
    """)
