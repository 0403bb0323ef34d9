"""Which people of an involved participant work on a case (R6)."""

from alembic import op
from sqlalchemy import text

revision = "2026_11_27_assigned"
down_revision = "2026_11_27_findings"

TABLE = (
    """
    CREATE TABLE assignment (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, organisation_id uuid NOT NULL,
      person_id uuid NOT NULL, since timestamptz NOT NULL, until timestamptz, named_by uuid NOT NULL,
      CONSTRAINT pk_assignment PRIMARY KEY (id),
      CONSTRAINT fk_assignment_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_assignment_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_assignment_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisation (id),
      CONSTRAINT fk_assignment_person_id FOREIGN KEY (person_id) REFERENCES person (id),
      CONSTRAINT fk_assignment_named_by FOREIGN KEY (named_by) REFERENCES person (id)
    )
    """,
    """
    CREATE UNIQUE INDEX ix_assignment_current ON assignment (organisation_id, case_id, person_id)
      WHERE until IS NULL
    """,
    "CREATE INDEX ix_assignment_person_id ON assignment (person_id) WHERE until IS NULL",
    "CREATE INDEX ix_assignment_case_id ON assignment (case_id)",
    "CREATE INDEX ix_cases_case_director_id ON cases (case_director_id) WHERE case_director_id IS NOT NULL",
    "ALTER TABLE assignment ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE assignment FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON assignment FROM PUBLIC",
    "GRANT SELECT, INSERT, UPDATE (until) ON assignment TO pols_web",
    "GRANT SELECT ON assignment TO pols_engine",
    "CREATE POLICY engine ON assignment FOR SELECT TO pols_engine USING (true)",
    "CREATE POLICY who_works ON assignment FOR SELECT TO pols_owner USING (true)",
    "CREATE POLICY who_leads_content ON cases FOR SELECT TO pols_owner USING (case_director_id IS NOT NULL)",
)
# As owner, because the policies on what they answer about ask them. `pols_assigned` is also asked about whom to write.
# Who may not come in (R6) counts as not named: an organisation is not shut out by somebody who left.
FUNCTIONS = (
    """
    CREATE FUNCTION pols_assigned(wanted uuid, organisation uuid, person uuid) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public AS $$
      SELECT NOT EXISTS (SELECT FROM assignment a WHERE a.organisation_id = organisation AND a.case_id = wanted
                           AND a.until IS NULL AND EXISTS (SELECT FROM pols_may_enter(a.person_id)))
        OR EXISTS (SELECT FROM assignment a WHERE a.organisation_id = organisation AND a.case_id = wanted
                     AND a.person_id = person AND a.until IS NULL)
    $$
    """,
    # the cases for which the organisation of who asks named others
    """
    CREATE FUNCTION pols_kept_from() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$
      SELECT a.case_id FROM assignment a WHERE a.organisation_id = pols_org() AND a.until IS NULL
        AND EXISTS (SELECT FROM pols_may_enter(a.person_id))
      EXCEPT
      SELECT a.case_id FROM assignment a WHERE a.person_id = pols_person() AND a.until IS NULL
    $$
    """,
    # the cases of which who asks is casusregisseur
    """
    CREATE FUNCTION pols_coordinates() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$ SELECT c.id FROM cases c WHERE c.case_director_id = pols_person() $$
    """,
    # as `models.rights.works_on`
    """
    CREATE FUNCTION pols_works_on(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$
      SELECT pols_is_participant() AND (
        (pols_has('partnercontact') AND pols_assigned(wanted, pols_org(), pols_person()))
        OR EXISTS (SELECT FROM cases c WHERE c.id = wanted AND c.case_director_id = pols_person()))
    $$
    """,
    """
    REVOKE ALL ON FUNCTION pols_assigned(uuid, uuid, uuid), pols_kept_from(), pols_coordinates(), pols_works_on(uuid)
      FROM PUBLIC
    """,
    """
    GRANT EXECUTE ON FUNCTION pols_assigned(uuid, uuid, uuid), pols_kept_from(), pols_coordinates(),
      pols_works_on(uuid) TO pols_web, pols_engine
    """,
    # whom an organisation named: itself, and the house, which explains who sees what and whom to call
    """
    CREATE POLICY web ON assignment FOR SELECT TO pols_web USING (house_id = (SELECT pols_house()) AND (
      (SELECT pols_is_staff()) OR (SELECT pols_is_officer()) OR organisation_id = (SELECT pols_org())))
    """,
    """
    CREATE POLICY own ON assignment FOR INSERT TO pols_web WITH CHECK (house_id = (SELECT pols_house())
      AND (SELECT pols_is_participant()) AND organisation_id = (SELECT pols_org())
      AND named_by = (SELECT pols_person()) AND EXISTS (SELECT FROM person p WHERE p.id = person_id
            AND p.organisation_id = (SELECT pols_org())))
    """,
    """
    CREATE POLICY end_own ON assignment FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_is_participant())
             AND organisation_id = (SELECT pols_org()))
      WITH CHECK (organisation_id = (SELECT pols_org()))
    """,
)

_ORG = "( SELECT pols_org() AS pols_org)"
_MINE = (
    "((( SELECT pols_has('partnercontact') AS pols_has) AND case_id NOT IN (SELECT pols_kept_from()))"
    " OR case_id IN (SELECT pols_coordinates()))"
)
_INFORMING = "kind IN ('betrokkene_informeren', 'uitstel_informeren_hertoetsen')"
_BY_NAME_OR_ROLE = (
    "owner_person_id = (SELECT pols_person()) OR pols_has(owner_role::text)"
    f" OR ({_INFORMING} AND (SELECT pols_has('contactpunt')))"
)
#: of what there is, the part that says "of my organisation", and what it also takes from now; the rest stays as it is
FUNCTIONS_CHANGED = (
    (
        "pols_reads(uuid)", "AND i.standing = 'betrokken' AND i.until IS NULL)",
        "AND i.standing = 'betrokken' AND i.until IS NULL AND pols_works_on(c.id))",
    ),
    ("pols_stands(uuid, text[])", "SELECT pols_is_participant() AND EXISTS", "SELECT pols_works_on(wanted) AND EXISTS"),
    (
        "pols_stands_to()", "WHERE i.organisation_id = pols_org() AND i.until IS NULL",
        f"WHERE i.organisation_id = pols_org() AND i.until IS NULL AND {_MINE.replace('case_id', 'i.case_id')}",
    ),
)  # fmt: skip
POLICIES_CHANGED = (
    (
        "own_duties", "duty", f"(owner_organisation_id = {_ORG})",
        f"(owner_organisation_id = {_ORG} AND ({_MINE} OR {_BY_NAME_OR_ROLE}))",
    ),
    ("web", "involvement", f"(organisation_id = {_ORG})", f"(organisation_id = {_ORG} AND {_MINE})"),
    (
        "web_read", "answer", "(answer.organisation_id = pols_org())",
        "(answer.organisation_id = pols_org() AND (answer.registered_by = pols_person() OR pols_works_on(c.id)))",
    ),
    ("items", "info_item", "(supplier_id = pols_org())", "(supplier_id = pols_org()) AND pols_works_on(case_id)"),
    ("own", "info_item", "(supplier_id = pols_org())", "(supplier_id = pols_org()) AND pols_works_on(case_id)"),
    (
        "supplier", "info_item_version", "(supplier_id = pols_org())",
        "(supplier_id = pols_org()) AND pols_works_on(case_id)",
    ),
)  # fmt: skip


def upgrade() -> None:
    """Let a participant name who works on a case, and let the second fence ask it wherever it asked the organisation."""
    for statement in (*TABLE, *FUNCTIONS):
        op.execute(statement)
    for function, was, becomes in FUNCTIONS_CHANGED:
        found = _one("SELECT pg_get_functiondef(CAST(:what AS regprocedure))", what=function)
        op.execute(_changed(found, was, becomes))
    for policy, table, was, becomes in POLICIES_CHANGED:
        found = _one(
            "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy"
            " WHERE polname = :policy AND polrelid = CAST(:table AS regclass)", policy=policy, table=table,
        )  # fmt: skip
        op.execute(f"ALTER POLICY {policy} ON {table} USING ({_changed(found, was, becomes)})")


def _one(question: str, **facts: str) -> str:
    found = op.get_bind().scalar(text(question), facts)
    if not isinstance(found, str):
        msg = f"not there: {facts}"
        raise TypeError(msg)
    return found


def _changed(found: str, was: str, becomes: str) -> str:
    """What earlier migrations made of it stays; it must say once what is replaced."""
    if found.count(was) != 1:
        msg = f"expected once: {was} in {found}"
        raise ValueError(msg)
    return found.replace(was, becomes)
