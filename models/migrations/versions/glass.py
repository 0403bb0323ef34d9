"""Emergency access and supervision: a case opened for a short while, with a reason, in plain view."""

from alembic import op

revision = "2026_11_22_glass"
down_revision = "2026_11_22_plans"

TABLE = (
    """
    CREATE TABLE glass (
      id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, person_id uuid NOT NULL,
      kind varchar(48) NOT NULL, reason text NOT NULL, asked_at timestamptz NOT NULL, code_hash bytea NOT NULL,
      tries integer NOT NULL, confirmed_at timestamptz, confirmed_by uuid, until timestamptz, ended_at timestamptz,
      verdict varchar(48), review text NOT NULL, reviewed_at timestamptz, reviewed_by uuid,
      CONSTRAINT pk_glass PRIMARY KEY (id),
      CONSTRAINT ck_glass_glasskind CHECK (kind IN ('noodtoegang', 'toezicht')),
      CONSTRAINT ck_glass_glassverdict CHECK (verdict IN ('terecht', 'onterecht')),
      CONSTRAINT ck_glass_has_a_reason CHECK (reason <> ''),
      CONSTRAINT ck_glass_ends CHECK ((confirmed_at IS NULL) = (until IS NULL)),
      CONSTRAINT ck_glass_is_short CHECK (until <= confirmed_at + interval '8 hours'),
      CONSTRAINT ck_glass_is_reviewed_by_another CHECK (reviewed_by <> person_id),
      CONSTRAINT ck_glass_verdict_has_a_moment CHECK ((reviewed_at IS NULL) = (verdict IS NULL)),
      CONSTRAINT fk_glass_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_glass_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_glass_person_id FOREIGN KEY (person_id) REFERENCES person (id),
      CONSTRAINT fk_glass_confirmed_by FOREIGN KEY (confirmed_by) REFERENCES person (id),
      CONSTRAINT fk_glass_reviewed_by FOREIGN KEY (reviewed_by) REFERENCES person (id)
    )
    """,
    "CREATE INDEX ix_glass_confirmed ON glass (person_id, case_id, until) WHERE confirmed_at IS NOT NULL",
    "CREATE INDEX ix_glass_house_id ON glass (house_id, asked_at, id)",
    "CREATE INDEX ix_glass_case_id ON glass (case_id)",
    "ALTER TABLE glass ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE glass FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON glass FROM PUBLIC",
    "GRANT SELECT, INSERT ON glass TO pols_web",
    """
    GRANT UPDATE (tries, confirmed_at, confirmed_by, until, ended_at, verdict, review, reviewed_at, reviewed_by)
      ON glass TO pols_web
    """,
    # Who asked it, who leads the case, and the manager and the privacy officer, who confirm, follow and review.
    """
    CREATE POLICY web ON glass TO pols_web
      USING (house_id = (SELECT pols_house()) AND (person_id = (SELECT pols_person())
             OR ((SELECT pols_kind()) = 'huis' AND (SELECT pols_has('manager', 'privacy_officer')))
             OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.director_id = (SELECT pols_person()))))
      WITH CHECK (house_id = (SELECT pols_house()))
    """,
)

#: the second fence, as `models.rights` has it
SECURITY = (
    """
    CREATE FUNCTION pols_glass(wanted text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
      SELECT g.case_id FROM glass g
      WHERE g.person_id = pols_person() AND g.confirmed_at IS NOT NULL AND g.ended_at IS NULL
        AND g.until > pols_now() AND g.kind = wanted
        AND CASE wanted WHEN 'toezicht' THEN pols_has('privacy_officer') ELSE pols_is_staff() END
    $$
    """,
    """
    CREATE FUNCTION pols_is_officer() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT pols_kind() = 'huis' AND pols_has('privacy_officer') $$
    """,
    """
    CREATE OR REPLACE FUNCTION pols_reads(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT EXISTS (
        SELECT FROM cases c
        WHERE c.id = wanted AND c.house_id = pols_house() AND (
          ((c.phase <> 'afgesloten' OR coalesce(c.unshielded_until > pols_now(), false))
           AND CASE WHEN c.phase IN ('aanmelding', 'screening', 'advies') THEN
                      (pols_is_staff() AND pols_has('triagist', 'adviseur'))
                      OR (pols_at_table() AND c.phase <> 'advies')
                      OR (pols_is_participant() AND c.reporter_organisation_id = pols_org())
                    ELSE
                      (pols_is_staff() AND c.director_id = pols_person())
                      OR (NOT pols_is_staff() AND pols_is_participant() AND EXISTS (
                            SELECT FROM involvement i WHERE i.case_id = c.id AND i.organisation_id = pols_org()
                             AND i.standing = 'betrokken' AND i.until IS NULL))
               END)
          OR (pols_is_officer() AND wanted IN (SELECT pols_glass('toezicht')))
          OR (c.phase <> 'afgesloten' AND pols_is_staff() AND wanted IN (SELECT pols_glass('noodtoegang')))))
    $$
    """,
    """
    CREATE POLICY officer ON cases TO pols_web
      USING ((SELECT pols_is_officer()) AND house_id = (SELECT pols_house())) WITH CHECK (false)
    """,
    # A lock asks the right to change; who only oversees gets the lock and changes nothing.
    """
    CREATE POLICY officer_changes_nothing ON cases AS RESTRICTIVE FOR UPDATE TO pols_web
      USING (true) WITH CHECK (NOT (SELECT pols_is_officer()) OR (SELECT pols_is_staff()))
    """,
    # Who takes part is no content: the officer explains with it who sees what.
    """
    CREATE POLICY officer ON involvement FOR SELECT TO pols_web
      USING ((SELECT pols_is_officer()) AND house_id = (SELECT pols_house()))
    """,
    """
    CREATE POLICY officer ON answer FOR SELECT TO pols_web
      USING ((SELECT pols_is_officer()) AND house_id = (SELECT pols_house())
             AND case_id IN (SELECT pols_glass('toezicht')))
    """,
    """
    ALTER POLICY own_duties ON duty USING (house_id = (SELECT pols_house()) AND (
      (SELECT pols_is_staff()) OR case_id = (SELECT pols_acting())
      OR ((SELECT pols_is_participant()) AND owner_organisation_id = (SELECT pols_org()))
      OR (kind NOT IN ('betrokkene_informeren', 'uitstel_informeren_hertoetsen', 'noodtoegang_beoordelen') AND (
            ((SELECT pols_at_table()) AND EXISTS (SELECT FROM cases c WHERE c.id = case_id))
            OR pols_stands(case_id, 'betrokken')
            OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.reporter_organisation_id = (SELECT pols_org()))
            OR ((SELECT pols_is_officer()) AND case_id IN (SELECT pols_glass('toezicht')))))
      OR ((SELECT pols_is_officer()) AND kind IN ('noodtoegang_beoordelen', 'bezwaar_tegen_registratie'))))
    """,
    "ALTER TABLE duty DROP CONSTRAINT ck_duty_dutykind",
)


def upgrade() -> None:
    """Add the table, let both fences know of it, and of the duty to review."""
    for statement in (*TABLE, *SECURITY):
        op.execute(statement)
    for table in ("history", "decision", "hold"):
        op.execute(
            f"CREATE POLICY officer ON {table} FOR SELECT TO pols_web USING ((SELECT pols_is_officer())"
            " AND house_id = (SELECT pols_house()) AND case_id IN (SELECT pols_glass('toezicht')))"
        )
    op.execute(f"ALTER TABLE duty ADD CONSTRAINT ck_duty_dutykind CHECK (kind IN ({_DUTIES}))")


_DUTIES = ", ".join(
    f"'{one}'"
    for one in (
        "ontvangst_bevestigen", "compleetheid_toetsen", "aanmelding_aanvullen", "bekendheid_andere_huizen",
        "bekend_of_niet_bekend", "criteria_toetsen", "over_toelating_beslissen", "nadere_informatie_geven",
        "doorverwijzing_aanvaarden", "melder_terugkoppelen", "advies_uitbrengen", "nabellen",
        "procesregisseur_toewijzen", "betrokken_deelnemers_kiezen", "grond_tegen_informeren_melden",
        "betrokkene_informeren", "uitstel_informeren_hertoetsen", "overleg_plannen", "overleg_houden",
        "informatie_aanleveren", "casusregisseur_aanwijzen", "uitkomst_bekendmaken", "verslag_vaststellen",
        "verslag_corrigeren", "plan_vaststellen", "afspraak_aanvaarden", "geweigerde_afspraak_vervangen",
        "plan_rond_krijgen", "afspraak_uitvoeren", "voortgang_melden", "evalueren", "eindevaluatie_houden",
        "heraanmeldcriteria_vastleggen", "overdracht_regelen", "partners_terugkoppelen", "slotbrief_versturen",
        "over_afsluiten_beslissen", "waakvlam_bewaken", "opschorting_heroverwegen", "overname_aanvaarden",
        "incident_beoordelen", "bezwaar_tegen_registratie", "noodtoegang_beoordelen",
    )
)  # fmt: skip
