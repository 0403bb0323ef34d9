"""Absence, deputies and people who left."""

from alembic import op

revision = "2026_11_27_absence"
down_revision = "2026_11_27_followers"

#: a deputy who could not have been named is none
PEOPLE = (
    "UPDATE person SET absent_from = NULL, absent_until = NULL WHERE absent_until <= coalesce(absent_from, absent_until)",
    """
    UPDATE person p SET deputy_id = NULL
    WHERE deputy_id = id OR absent_from IS NULL OR NOT EXISTS (
      SELECT FROM person d WHERE d.id = p.deputy_id AND d.organisation_id = p.organisation_id AND d.house_id = p.house_id)
    """,
    """
    ALTER TABLE person
      ADD CONSTRAINT ck_person_deputy_is_another CHECK (deputy_id <> id),
      ADD CONSTRAINT ck_person_absence_ends_after_it_begins CHECK (absent_until > absent_from),
      ADD CONSTRAINT ck_person_absence_has_a_beginning
        CHECK (absent_from IS NOT NULL OR (absent_until IS NULL AND deputy_id IS NULL)),
      ADD CONSTRAINT uq_person_id_organisation_id_house_id UNIQUE (id, organisation_id, house_id),
      DROP CONSTRAINT fk_person_deputy_id
    """,
    """
    ALTER TABLE person ADD CONSTRAINT fk_person_deputy_id_organisation_id_house_id
      FOREIGN KEY (deputy_id, organisation_id, house_id) REFERENCES person (id, organisation_id, house_id)
    """,
    "CREATE INDEX ix_person_deputy_id ON person (deputy_id) WHERE deputy_id IS NOT NULL",
    "CREATE INDEX ix_person_absent_from ON person (house_id, absent_from) WHERE absent_from IS NOT NULL",
    # Absence is entered by oneself, by a contact of the own organisation, and by who keeps the people of the house.
    """
    ALTER POLICY web ON person WITH CHECK (house_id = pols_house() AND (
      id = pols_person() OR pols_has('functioneel_beheerder', 'manager')
      OR (organisation_id = pols_org() AND pols_has('partnercontact'))))
    """,
    "GRANT UPDATE (active) ON person TO pols_web",
    # Through the doors somebody only leaves, and only the house says so; who comes back is designated by the operator.
    """
    CREATE FUNCTION pols_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF current_user = 'pols_web' AND (NEW.active OR pols_kind() <> 'huis'
                                        OR NOT pols_has('functioneel_beheerder', 'manager')) THEN
        RAISE EXCEPTION 'pols: the house says who left' USING ERRCODE = 'insufficient_privilege';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER leaves BEFORE UPDATE OF active ON person FOR EACH ROW
      WHEN (OLD.active IS DISTINCT FROM NEW.active) EXECUTE FUNCTION pols_leaves()
    """,
)
#: who stands in for whom, worked out when it is asked: nothing has to be moved back. models/absence.py says the same
STANDING_IN = (
    """
    CREATE FUNCTION pols_is_away(since timestamptz, until timestamptz, moment timestamptz) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
      $$ SELECT coalesce(since <= moment AND (until IS NULL OR until > moment), false) $$
    """,
    # As owner, because the engine does not read until when somebody was screened or trained (R6). Answers yes or no.
    """
    CREATE FUNCTION pols_is_fit(wanted uuid, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$
      SELECT EXISTS (
        SELECT FROM person p JOIN organisation o ON o.id = p.organisation_id
        WHERE p.id = wanted AND p.active AND o.kind <> 'incidentele_derde'
          AND coalesce(p.screened_until >= moment::date, false) AND coalesce(p.trained_until >= moment::date, false))
    $$
    """,
    # Who stands in now for somebody who is away: their deputy, or the deputy's deputy when that one is away too.
    """
    CREATE FUNCTION pols_stand_in(wanted uuid, moment timestamptz) RETURNS uuid LANGUAGE sql STABLE AS $$
      WITH RECURSIVE chain AS (
        SELECT p.deputy_id AS id, 1 AS steps FROM person p
        WHERE p.id = wanted AND p.active AND p.deputy_id IS NOT NULL
          AND pols_is_away(p.absent_from, p.absent_until, moment)
        UNION ALL
        SELECT p.deputy_id, c.steps + 1 FROM chain c JOIN person p ON p.id = c.id
        WHERE c.steps < 3 AND p.deputy_id IS NOT NULL AND pols_is_away(p.absent_from, p.absent_until, moment)
          AND pols_is_fit(p.id, moment)
      )
      SELECT p.id FROM chain c JOIN person p ON p.id = c.id
      WHERE NOT pols_is_away(p.absent_from, p.absent_until, moment) AND pols_is_fit(p.id, moment)
    $$
    """,
    # The same the other way round: for whom somebody stands in.
    """
    CREATE FUNCTION pols_replaces(wanted uuid, moment timestamptz) RETURNS uuid[] LANGUAGE sql STABLE AS $$
      WITH RECURSIVE away AS (
        SELECT p.id, 1 AS steps FROM person p
        WHERE p.deputy_id = wanted AND p.active AND pols_is_away(p.absent_from, p.absent_until, moment)
        UNION ALL
        SELECT p.id, a.steps + 1 FROM away a JOIN person p ON p.deputy_id = a.id
        WHERE a.steps < 3 AND p.active AND pols_is_away(p.absent_from, p.absent_until, moment)
          AND pols_is_fit(a.id, moment)
      )
      SELECT coalesce(array_agg(DISTINCT away.id), '{}') FROM away
      WHERE pols_is_fit(wanted, moment) AND EXISTS (
        SELECT FROM person m WHERE m.id = wanted AND NOT pols_is_away(m.absent_from, m.absent_until, moment))
    $$
    """,
    # Whether somebody with these roles may stand in where this role is asked.
    """
    CREATE FUNCTION pols_may_stand_in(kind text, roles text[], asked text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN asked = 'triagelid' THEN kind = 'publieke_deelnemer' AND asked = ANY (roles)
                  WHEN kind = 'huis' AND asked IS NOT NULL THEN asked = ANY (roles)
                  ELSE true END
    $$
    """,
    "REVOKE ALL ON FUNCTION pols_is_fit(uuid, timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_is_fit(uuid, timestamptz) TO pols_web, pols_engine",
    # For whom who acts stands in: the context of the transaction, as it was when it began.
    """
    CREATE FUNCTION pols_replaced() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT string_to_array(nullif(current_setting('pols.replaces', true), ''), ',')::uuid[] $$
    """,
    """
    CREATE FUNCTION pols_leads(director uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT coalesce(director = pols_person(), false)
             OR (pols_has('procesregisseur') AND coalesce(director = ANY (pols_replaced()), false))
    $$
    """,
)
#: the first statement of a unit of work also says for whom who acts stands in
BEGINNING = (
    "DROP FUNCTION pols_enter(bytea, text)",
    "DROP FUNCTION pols_begin(uuid, uuid, text, uuid, text[], text, uuid, uuid, bigint)",
    """
    CREATE FUNCTION pols_begin(person uuid, organisation uuid, kind text, house uuid, roles text[], purpose text,
                               behalf uuid, leased uuid, held bigint,
                               OUT now_ timestamptz, OUT fenced_ boolean, OUT replaces_ uuid[])
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      PERFORM set_config('pols.person', coalesce(pols_begin.person::text, ''), true),
              set_config('pols.organisation', coalesce(organisation::text, ''), true),
              set_config('pols.kind', coalesce(kind, ''), true),
              set_config('pols.house', coalesce(house::text, ''), true),
              set_config('pols.roles', array_to_string(roles, ','), true),
              set_config('pols.purpose', coalesce(purpose, ''), true),
              set_config('pols.behalf', coalesce(behalf::text, ''), true);
      fenced_ := true;
      IF leased IS NOT NULL THEN
        UPDATE lease SET holder = holder WHERE case_id = leased AND token = held;
        fenced_ := FOUND;
      END IF;
      now_ := pols_now();
      replaces_ := '{}';
      IF pols_begin.person IS NOT NULL AND EXISTS (SELECT FROM person p WHERE p.deputy_id = pols_begin.person) THEN
        replaces_ := pols_replaces(pols_begin.person, now_);
      END IF;
      PERFORM set_config('pols.replaces', array_to_string(replaces_, ','), true);
    END $$
    """,
    """
    CREATE FUNCTION pols_enter(token bytea, purpose text)
    RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid, kind text, roles text[], name text,
                   now_ timestamptz, scope text, session_id uuid, factor_at timestamptz, how text,
                   via_id uuid, replaces uuid[])
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      SELECT s.person_id, s.organisation_id, s.house_id, s.kind, s.roles, s.name, s.scope, s.session_id, s.factor_at,
             s.how, s.via_id
        INTO person_id, organisation_id, house_id, kind, roles, name, scope, session_id, factor_at, how, via_id
      FROM pols_sign_in(token) s;
      IF NOT FOUND THEN RETURN; END IF;
      SELECT b.now_, b.replaces_ INTO now_, replaces
        FROM pols_begin(person_id, organisation_id, kind, house_id, roles, purpose, NULL, NULL, NULL) b;
      RETURN NEXT;
    END $$
    """,
    "REVOKE ALL ON FUNCTION pols_enter(bytea, text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_enter(bytea, text) TO pols_web",
)
#: the second fence, as `models.rights` has it: who leads, or stands in for who leads
FENCES = (
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
                      (pols_is_staff() AND pols_leads(c.director_id))
                      OR (NOT pols_is_staff() AND pols_is_participant() AND EXISTS (
                            SELECT FROM involvement i WHERE i.case_id = c.id AND i.organisation_id = pols_org()
                             AND i.standing = 'betrokken' AND i.until IS NULL))
               END)
          OR (pols_is_officer() AND wanted IN (SELECT pols_glass('toezicht')))
          OR (c.phase <> 'afgesloten' AND pols_is_staff() AND wanted IN (SELECT pols_glass('noodtoegang')))))
    $$
    """,
    """
    ALTER POLICY web ON glass
      USING (house_id = (SELECT pols_house()) AND (person_id = (SELECT pols_person())
             OR ((SELECT pols_kind()) = 'huis' AND (SELECT pols_has('manager', 'privacy_officer')))
             OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND pols_leads(c.director_id))))
    """,
    """
    ALTER POLICY own_or_read ON subject USING (house_id = pols_house() AND (
      (pols_is_participant() AND EXISTS (
         SELECT FROM referral r WHERE r.id = referral_id AND r.reporter_organisation_id = pols_org()))
      OR (case_id IS NOT NULL AND (pols_reads(case_id) OR pols_stands(case_id, 'bevraagd')))
      OR (pols_acting() IS NOT NULL AND EXISTS (
            SELECT FROM cases c WHERE c.id = pols_acting() AND c.referral_id = subject.referral_id))
      OR (case_id IS NULL AND EXISTS (
            SELECT FROM cases c WHERE c.referral_id = subject.referral_id AND pols_reads(c.id)
              AND (c.phase IN ('aanmelding', 'screening', 'advies') OR pols_leads(c.director_id))))))
    """,
    # What somebody sees and does in the place of an absent regisseur says so in the log. Nobody else pays for it.
    """
    CREATE FUNCTION pols_in_place_of() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE director uuid;
    BEGIN
      SELECT c.director_id INTO director FROM cases c WHERE c.id = NEW.case_id;
      IF director IS DISTINCT FROM NEW.person_id AND pols_leads(director) AND NOT NEW.facts ? 'vervangt' THEN
        NEW.facts := NEW.facts || jsonb_build_object('vervangt', director);
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER in_place_of BEFORE INSERT ON audit_line FOR EACH ROW
      WHEN (NEW.case_id IS NOT NULL AND nullif(current_setting('pols.replaces', true), '') IS NOT NULL)
      EXECUTE FUNCTION pols_in_place_of()
    """,
)


def upgrade() -> None:
    """Let a deputy stand in."""
    for statement in (*PEOPLE, *STANDING_IN, *BEGINNING, *FENCES):
        op.execute(statement)
