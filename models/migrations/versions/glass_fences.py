"""What emergency access and supervision give, judged by the role that was needed to get them; and as it was then."""

from alembic import op

revision = "2026_11_22_glass_fences"
down_revision = "2026_11_22_harden"

STATEMENTS = (
    # Who is manager no more reads nothing more by an emergency access that still runs.
    """
    CREATE OR REPLACE FUNCTION pols_glass(wanted text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
      SELECT g.case_id FROM glass g
      WHERE g.person_id = pols_person() AND g.confirmed_at IS NOT NULL AND g.ended_at IS NULL
        AND g.until > pols_now() AND g.kind = wanted AND pols_kind() = 'huis'
        AND CASE wanted WHEN 'toezicht' THEN pols_has('privacy_officer') ELSE pols_has('manager') END
    $$
    """,
    # The line is written with the commit: what was open when it was read counts, not what is open by then.
    """
    CREATE OR REPLACE FUNCTION pols_under_glass() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      SELECT g.id INTO NEW.glass_id FROM glass g
        WHERE g.person_id = NEW.person_id AND g.case_id = NEW.case_id AND g.confirmed_at <= NEW.at
          AND g.until > NEW.at AND (g.ended_at IS NULL OR g.ended_at > NEW.at)
        ORDER BY g.confirmed_at DESC LIMIT 1;
      RETURN NEW;
    END $$
    """,
    # Earlier texts are content: the officer reads them as the rest of a case, under supervision.
    """
    ALTER POLICY supplier ON info_item_version USING (house_id = pols_house() AND (
      (pols_is_officer() AND case_id IN (SELECT pols_glass('toezicht')))
      OR (pols_is_participant() AND supplier_id = pols_org() AND NOT pols_is_shut(case_id))))
    """,
    # The engine acts as who left it work, and is asked the same questions.
    "GRANT SELECT (id, house_id, case_id, person_id, kind, confirmed_at, until, ended_at) ON glass TO pols_engine",
    "CREATE POLICY engine ON glass FOR SELECT TO pols_engine USING (person_id = pols_person())",
)


def upgrade() -> None:
    """Replace what was too wide."""
    for statement in STATEMENTS:
        op.execute(statement)
