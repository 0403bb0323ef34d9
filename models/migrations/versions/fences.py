"""Old refusals are chased like any silence; what a coach sees of a case; and relations with their dates."""

from alembic import op

revision = "2026_11_30_fences"
down_revision = "2026_11_30_sitting"

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
#: models/visibility.py says the same: `supplied`. A coach reads of a case the name of the person and the own summaries.
SUMMARIES = (
    """
    CREATE FUNCTION pols_coaches_in(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT pols_kind() = 'huis' AND EXISTS (
        SELECT FROM trajectory t WHERE t.case_id = wanted AND t.ended_at IS NULL AND pols_coaches(t.coach_id))
        AND NOT pols_is_shut(wanted)
    $$
    """,
    """
    CREATE POLICY coach ON info_item FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND supplier_id = (SELECT pols_org()) AND pols_coaches_in(case_id))
    """,
    """
    CREATE POLICY coach_changes ON info_item FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND supplier_id = (SELECT pols_org()) AND pols_coaches_in(case_id))
      WITH CHECK (house_id = (SELECT pols_house()) AND supplier_id = (SELECT pols_org()))
    """,
    """
    CREATE POLICY coach ON info_item_version TO pols_web
      USING (house_id = (SELECT pols_house()) AND supplier_id = (SELECT pols_org()) AND pols_coaches_in(case_id))
      WITH CHECK (house_id = (SELECT pols_house()) AND supplier_id = (SELECT pols_org()) AND pols_coaches_in(case_id))
    """,
    # As owner: the coach reads nothing else about the person. The owner sees this way what is of the house that asks.
    """
    CREATE POLICY whom_is_it_about ON subject FOR SELECT TO pols_owner
      USING (house_id = pols_house() AND case_id IS NOT NULL)
    """,
    "CREATE POLICY who_coaches ON trajectory FOR SELECT TO pols_owner USING (house_id = pols_house())",
    """
    CREATE FUNCTION pols_coached(wanted uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$
      SELECT s.name FROM subject s WHERE s.case_id = wanted AND s.house_id = pols_house() AND pols_coaches_in(wanted)
    $$
    """,
    "REVOKE ALL ON FUNCTION pols_coached(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_coached(uuid) TO pols_web",
)
RELATIONS = """
    ALTER TABLE subject_relation ADD COLUMN since date, ADD COLUMN until date,
      ADD CONSTRAINT ck_subject_relation_begins_before_it_ends CHECK (since <= until)
"""
_SEEN_BY_THE_OWNER = ("rung", "duty", "private_answer", "cases")


def upgrade() -> None:
    """Give back the ladders, and add the rest."""
    for table in _SEEN_BY_THE_OWNER:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(CHASED_AGAIN)
    for table in _SEEN_BY_THE_OWNER:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for statement in (*SUMMARIES, RELATIONS):
        op.execute(statement)
