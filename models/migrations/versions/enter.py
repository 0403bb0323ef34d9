"""Signing in and beginning to act in one step."""

from alembic import op

revision = "2026_11_22_enter"
down_revision = "2026_11_22_interface"


def upgrade() -> None:
    """Who holds the token acts from here; nobody comes out when nobody holds it."""
    op.execute("""
        CREATE FUNCTION pols_enter(token bytea, purpose text)
        RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid, kind text, roles text[], name text,
                       now_ timestamptz)
        LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
          SELECT s.person_id, s.organisation_id, s.house_id, s.kind, s.roles, s.name
            INTO person_id, organisation_id, house_id, kind, roles, name FROM pols_sign_in(token) s;
          IF NOT FOUND THEN RETURN; END IF;
          SELECT b.now_ INTO now_
            FROM pols_begin(person_id, organisation_id, kind, house_id, roles, purpose, NULL, NULL, NULL) b;
          RETURN NEXT;
        END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION pols_enter(bytea, text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION pols_enter(bytea, text) TO pols_web")
