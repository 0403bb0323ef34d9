"""Figures: what stays of an erased report tells its quarter, organisation and themes; indexes; who came back."""

from alembic import op
from sqlalchemy import text

revision = "2026_11_30_reports"
down_revision = "2026_11_30_fences"

# No day, no moment and no case: a quarter in which it was reported, and one in which it was erased.
COUNTED = (
    "ALTER TABLE erased_report ADD COLUMN reporter_organisation_id uuid",
    "ALTER TABLE erased_report ADD COLUMN themes text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE erased_report ALTER COLUMN themes DROP DEFAULT",
    "ALTER TABLE erased_report ADD COLUMN waited integer",
    """
    ALTER TABLE erased_report ADD CONSTRAINT fk_erased_report_reporter_organisation_id
      FOREIGN KEY (reporter_organisation_id) REFERENCES organisation (id)
    """,
    "UPDATE erased_report SET reported_on = date_trunc('quarter', reported_on)::date, erased_at = date_trunc('quarter', erased_at)",
    """
    ALTER TABLE erased_report ADD CONSTRAINT ck_erased_report_no_day
      CHECK (reported_on = date_trunc('quarter', reported_on::timestamp)::date)
    """,
    "CREATE INDEX ix_erased_report_house_id ON erased_report (house_id, reported_on)",
    """
    CREATE TABLE erased_visit (
      id uuid NOT NULL, house_id uuid NOT NULL, phase varchar(48) NOT NULL, left_in date NOT NULL,
      working_days integer NOT NULL,
      CONSTRAINT pk_erased_visit PRIMARY KEY (id),
      CONSTRAINT ck_erased_visit_no_day CHECK (left_in = date_trunc('quarter', left_in::timestamp)::date),
      CONSTRAINT ck_erased_visit_phase CHECK (phase IN (
        'aanmelding', 'screening', 'advies', 'regie', 'focusoverleg', 'plan', 'monitoring', 'afschalen', 'afgesloten')),
      CONSTRAINT fk_erased_visit_house_id FOREIGN KEY (house_id) REFERENCES house (id)
    )
    """,
    "CREATE INDEX ix_erased_visit_house_id ON erased_visit (house_id, left_in)",
)
INDEXES = (
    "CREATE INDEX ix_visit_left ON visit (house_id, left_at) WHERE left_at IS NOT NULL",
    "CREATE INDEX ix_duty_commitments ON duty (house_id, due_at) WHERE kind = 'afspraak_uitvoeren'",
    "CREATE INDEX ix_duty_first_response ON duty (case_id, answered_at) WHERE kind = 'compleetheid_toetsen'",
    "CREATE INDEX ix_cases_admitted ON cases (house_id, admitted_at) WHERE admitted_at IS NOT NULL",
)
SECURITY = (
    "ALTER TABLE erased_visit ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE erased_visit FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON erased_visit FROM PUBLIC",
    "CREATE POLICY engine ON erased_visit FOR INSERT TO pols_engine WITH CHECK (true)",
    "GRANT INSERT ON erased_visit TO pols_engine",
    """
    CREATE POLICY web_read ON erased_visit FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND ((SELECT pols_is_staff()) OR (SELECT pols_is_officer())))
    """,
    "GRANT SELECT ON erased_visit TO pols_web",
    # Who sees every case of the house sees every stay in it: said before looking each case up, for figures read thousands.
    """
    CREATE POLICY counted ON visit FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_link_case()) IS NULL
             AND ((SELECT pols_is_staff()) OR (SELECT pols_is_officer())))
    """,
    "CREATE POLICY not_by_link ON erased_visit AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)",
    # A participant counts what it reported itself; who supervises counts all.
    """
    CREATE POLICY officer ON erased_report FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_is_officer()))
    """,
    """
    CREATE POLICY own ON erased_report FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_is_participant())
             AND reporter_organisation_id = (SELECT pols_org()))
    """,
    "CREATE POLICY not_by_link ON erased_report AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)",
)
# Who came back, counted per quarter: nobody learns of whom. As owner, since the closed cases are shielded; it sees them
# only while this function counts. Small counts are kept back where they are shown (models.figures).
REINFLOW = (
    """
    CREATE FUNCTION pols_counting() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT coalesce(current_setting('pols.counting', true), '') = 'on' $$
    """,
    """
    CREATE POLICY counted ON cases FOR SELECT TO pols_owner
      USING ((SELECT pols_counting()) AND house_id = (SELECT pols_house()))
    """,
    """
    CREATE FUNCTION pols_reinflow(since timestamptz, until timestamptz)
    RETURNS TABLE (quarter date, word text, n bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      IF NOT (pols_is_officer() OR (pols_is_staff() AND pols_has('manager'))) THEN RETURN; END IF;
      PERFORM set_config('pols.counting', 'on', true);
      RETURN QUERY
        SELECT date_trunc('quarter', c.admitted_at AT TIME ZONE 'Europe/Amsterdam')::date,
               CASE WHEN EXISTS (
                 SELECT FROM subject s JOIN subject b ON b.house_id = s.house_id AND b.bsn = s.bsn
                 JOIN cases e ON e.id = b.case_id
                 WHERE s.case_id = c.id AND s.bsn IS NOT NULL AND b.case_id <> c.id
                   AND e.admitted_at IS NOT NULL AND e.closed_at <= c.reported_at
               ) THEN 'eerder' ELSE 'nieuw' END, count(*)
        FROM cases c
        WHERE c.house_id = pols_house() AND c.admitted_at >= since AND c.admitted_at < until
        GROUP BY 1, 2;
      PERFORM set_config('pols.counting', '', true);
    END $$
    """,
    "REVOKE ALL ON FUNCTION pols_reinflow(timestamptz, timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_reinflow(timestamptz, timestamptz) TO pols_web",
)
#: how erasing counts: what it took in, and what it writes
ERASES = (
    ("pols_erase_report(wanted uuid)", "pols_erase_report(wanted uuid, waited integer)"),
    (
        "INSERT INTO erased_report (id, house_id, outcome, reported_on, erased_at, municipality)",
        """INSERT INTO erased_report (id, house_id, outcome, reported_on, erased_at, municipality,
            reporter_organisation_id, themes, waited)""",
    ),
    (
        "c.outcome, c.reported_at::date, pols_now(), c.municipality)",
        """c.outcome, date_trunc('quarter', c.reported_at AT TIME ZONE 'Europe/Amsterdam')::date,
            date_trunc('quarter', pols_now()), c.municipality, c.reporter_organisation_id, c.themes, waited)""",
    ),
)


def upgrade() -> None:
    """Count more of what is erased, and find what is counted by an index."""
    op.execute("ALTER TABLE erased_report NO FORCE ROW LEVEL SECURITY")
    for statement in COUNTED:
        op.execute(statement)
    op.execute("ALTER TABLE erased_report FORCE ROW LEVEL SECURITY")
    for statement in (*INDEXES, *SECURITY, *REINFLOW):
        op.execute(statement)
    found = op.get_bind().scalar(text("SELECT pg_get_functiondef(CAST('pols_erase_report(uuid)' AS regprocedure))"))
    for was, becomes in ERASES:
        if not isinstance(found, str) or found.count(was) != 1:
            msg = f"expected once: {was} in {found}"
            raise ValueError(msg)
        found = found.replace(was, becomes)
    op.execute("DROP FUNCTION pols_erase_report(uuid)")
    op.execute(str(found))
    op.execute("REVOKE ALL ON FUNCTION pols_erase_report(uuid, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION pols_erase_report(uuid, integer) TO pols_engine")
