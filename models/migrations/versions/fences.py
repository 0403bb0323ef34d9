"""Leaks closed: what was refused before refusals were private, and opened again since, is chased like any silence."""

from alembic import op

revision = "2026_11_30_fences"
down_revision = "2026_11_30_following"

#: The answer had dropped what was still to come of the ladder, at its own moment. Without it anybody could tell, by what
#: is not chased, which questions were refused. What should have come meanwhile comes one after the other from now.
CHASED_AGAIN = """
    UPDATE rung r SET dropped_at = NULL
    FROM duty d JOIN private_answer p ON p.duty_id = d.id AND p.organisation_id = d.owner_organisation_id
      JOIN cases c ON c.id = d.case_id
    WHERE r.duty_id = d.id AND r.fired_at IS NULL AND r.dropped_at = p.at AND r.person_id IS NULL
      AND r.due_version = d.due_version AND d.exhausted_at IS NULL AND c.hold_since IS NULL
      AND d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL
"""
_SEEN_BY_THE_OWNER = ("rung", "duty", "private_answer", "cases")


def upgrade() -> None:
    """Give back the ladders."""
    for table in _SEEN_BY_THE_OWNER:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(CHASED_AGAIN)
    for table in _SEEN_BY_THE_OWNER:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
