-- Roles, context, the process clock, row-level security, and the few functions that step over it on purpose.

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pols_web') THEN
    CREATE ROLE pols_web LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pols_engine') THEN
    CREATE ROLE pols_engine LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO pols_web, pols_engine', current_database());
END $$;
GRANT USAGE ON SCHEMA public TO pols_web, pols_engine;
-- Somebody who waits for a case that another holds hears so soon, and does not keep a connection from everybody else.
ALTER ROLE pols_web SET lock_timeout = '5s';

-- The context of a transaction. After a transaction a setting is '', not null: hence nullif.
CREATE FUNCTION pols_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('pols.person', true), '')::uuid $$;
CREATE FUNCTION pols_org() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('pols.organisation', true), '')::uuid $$;
CREATE FUNCTION pols_house() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('pols.house', true), '')::uuid $$;
-- The case this transaction locked for a verb: who was allowed to lock it sees it until the transaction ends, also when
-- the act itself ends their access (closing, leaving). Set by lookups.cases.case_for_update, and gone with the commit.
CREATE FUNCTION pols_acting() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('pols.acting', true), '')::uuid $$;
CREATE FUNCTION pols_has(VARIADIC wanted text[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(string_to_array(nullif(current_setting('pols.roles', true), ''), ',') && wanted, false) $$;
CREATE FUNCTION pols_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('pols.kind', true), '') $$;
CREATE FUNCTION pols_is_staff() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT pols_kind() = 'huis' AND pols_has('triagist', 'procesregisseur', 'adviseur', 'manager') $$;
CREATE FUNCTION pols_at_table() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT pols_kind() = 'publieke_deelnemer' AND pols_has('triagelid') $$;
CREATE FUNCTION pols_is_participant() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT pols_kind() IN ('publieke_deelnemer', 'private_deelnemer') $$;

-- Process time: the clock of the database plus the shift of a test or a demo.
INSERT INTO clock (single, shift_seconds, locked) VALUES (true, 0, false);
CREATE FUNCTION pols_now() RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT clock_timestamp() + make_interval(secs => (SELECT shift_seconds FROM clock)) $$;

-- The first statement of every unit of work: says who acts, fences a lease, answers the moment.
CREATE FUNCTION pols_begin(person uuid, organisation uuid, kind text, house uuid, roles text[], purpose text,
                           behalf uuid, leased uuid, held bigint, OUT now_ timestamptz, OUT fenced_ boolean)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM set_config('pols.person', coalesce(person::text, ''), true),
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
END $$;

-- Who reads the content of a case; models/visibility.py says the same, one matrix tests both.
CREATE FUNCTION pols_reads(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM cases c
    WHERE c.id = wanted AND c.house_id = pols_house()
      AND (c.phase <> 'afgesloten' OR coalesce(c.unshielded_until > pols_now(), false))
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
$$;

CREATE FUNCTION pols_stands(wanted uuid, VARIADIC standings text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT pols_is_participant() AND EXISTS (
    SELECT FROM involvement i WHERE i.case_id = wanted AND i.organisation_id = pols_org()
      AND i.until IS NULL AND i.standing = ANY (standings))
$$;

-- The cases that this organisation stands to, or whose decision this person was named in and may still object to. As owner,
-- because the policies on cases and on involvement both ask it; it answers about nobody but who asks.
CREATE FUNCTION pols_stands_to() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT i.case_id FROM involvement i WHERE i.organisation_id = pols_org() AND i.until IS NULL
  UNION
  SELECT d.case_id FROM duty d
  WHERE d.owner_organisation_id = pols_org() AND d.owner_person_id = pols_person()
    AND d.kind = 'bezwaar_tegen_registratie'
    AND d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL
$$;
REVOKE ALL ON FUNCTION pols_stands_to() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pols_stands_to() TO pols_web, pols_engine;

-- Security on every table, forced: also the owner is bound by the policies.
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', t);
  END LOOP;
END $$;

-- The engine: process columns of all houses. A policy of its own per process table; content tables get none.
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['house', 'house_policy', 'organisation', 'person', 'cases', 'visit', 'duty', 'rung', 'hold',
                           'meeting', 'meeting_invitee', 'involvement', 'journal_entry', 'lease', 'engine_run',
                           'outbox', 'history', 'audit_line', 'audit_seal', 'decision', 'decision_decider', 'answer',
                           'commitment', 'erased_report'] LOOP
    EXECUTE format('CREATE POLICY engine ON %I TO pols_engine USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON house, house_policy, organisation, cases, visit, duty, rung, meeting, meeting_invitee,
  involvement, journal_entry, lease, engine_run, outbox, history, audit_line, audit_seal, decision_decider, clock
  TO pols_engine;
GRANT SELECT (id, house_id, organisation_id, name, email, roles, active, absent_from, absent_until, deputy_id)
  ON person TO pols_engine;
GRANT SELECT (id, house_id, case_id, visit_id, kind, at, decided_at, registered_by, on_behalf_of, triggered_by,
  meeting_id, corrects_id) ON decision TO pols_engine;
GRANT SELECT (id, house_id, case_id, duty_id, outcome, at, registered_by, organisation_id, spoke_at, corrected_at)
  ON answer TO pols_engine;
GRANT SELECT (id, house_id, case_id, meeting_id, organisation_id, person_id, domain, due_on, state, plan_version,
  made_at, ended_at) ON commitment TO pols_engine;
GRANT SELECT (id, house_id, case_id, duty_id, since, until, ended_at) ON hold TO pols_engine;
GRANT DELETE ON outbox TO pols_engine;
GRANT INSERT ON visit, duty, rung, journal_entry, lease, engine_run, outbox, history, audit_line, audit_seal, decision,
  document TO pols_engine;
GRANT UPDATE ON cases, visit, duty, rung, journal_entry, lease, engine_run, outbox TO pols_engine;
GRANT UPDATE (ended_at) ON hold TO pols_engine;
GRANT UPDATE (until) ON involvement TO pols_engine;
GRANT SELECT ON subject, referral, document TO pols_engine;

-- People, through the web.
CREATE POLICY web ON house TO pols_web USING (id = pols_house()) WITH CHECK (id = pols_house());
CREATE POLICY web ON organisation FOR SELECT TO pols_web USING (house_id = pols_house());
CREATE POLICY web ON person TO pols_web USING (house_id = pols_house())
  WITH CHECK (house_id = pols_house() AND (id = pols_person() OR pols_has('functioneel_beheerder', 'manager')));
CREATE POLICY web_read ON house_policy FOR SELECT TO pols_web USING (house_id = pols_house());
CREATE POLICY web_set ON house_policy FOR INSERT TO pols_web
  WITH CHECK (house_id = pols_house() AND pols_has('functioneel_beheerder', 'manager'));
CREATE POLICY web_ask ON support_question FOR INSERT TO pols_web WITH CHECK (house_id = pols_house());
CREATE POLICY web_read ON support_question FOR SELECT TO pols_web
  USING (house_id = pols_house() AND (pols_is_staff() OR pols_is_participant()));
CREATE POLICY web_answer ON support_question FOR UPDATE TO pols_web
  USING (house_id = pols_house() AND (pols_is_staff() OR pols_is_participant()));
CREATE POLICY anybody ON clock FOR SELECT TO pols_web, pols_engine USING (true);

CREATE POLICY web ON cases TO pols_web
  USING (house_id = (SELECT pols_house()) AND (
    (SELECT pols_is_staff()) OR id = (SELECT pols_acting())
    OR ((SELECT pols_at_table()) AND phase IN ('aanmelding', 'screening', 'regie', 'afschalen'))
    OR ((SELECT pols_is_participant()) AND (
          reporter_organisation_id = (SELECT pols_org()) OR id IN (SELECT pols_stands_to())))))
  WITH CHECK (house_id = (SELECT pols_house()));
-- Who stands to a case: seen by the house, by the table that chooses them, and by who stands to the same case.
CREATE POLICY web ON involvement TO pols_web
  USING (house_id = (SELECT pols_house()) AND (
    (SELECT pols_is_staff()) OR (SELECT pols_at_table()) OR organisation_id = (SELECT pols_org())
    OR case_id = (SELECT pols_acting()) OR case_id IN (SELECT pols_stands_to())))
  WITH CHECK (house_id = (SELECT pols_house()));

DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['visit', 'meeting', 'meeting_invitee', 'rung', 'journal_entry', 'lease'] LOOP
    EXECUTE format('CREATE POLICY web ON %I TO pols_web USING (house_id = pols_house() AND EXISTS '
                   '(SELECT FROM cases c WHERE c.id = %I.case_id)) WITH CHECK (house_id = pols_house())', t, t);
  END LOOP;
  -- An act reckons with commitments and judgements also when who registers it may not read them afterwards.
  FOREACH t IN ARRAY ARRAY['commitment', 'criterion_judgement'] LOOP
    EXECUTE format('CREATE POLICY content ON %I TO pols_web USING (house_id = pols_house() AND '
                   '(pols_reads(case_id) OR case_id = pols_acting())) WITH CHECK (house_id = pols_house())', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['progress', 'document'] LOOP
    EXECUTE format('CREATE POLICY content ON %I TO pols_web USING (house_id = pols_house() AND pols_reads(case_id)) '
                   'WITH CHECK (house_id = pols_house())', t);
  END LOOP;
END $$;
CREATE POLICY engine_letter ON document FOR INSERT TO pols_engine
  WITH CHECK (made_by = pols_person() AND pols_reads(case_id));
CREATE POLICY engine_letter_read ON document FOR SELECT TO pols_engine
  USING (house_id = pols_house() AND pols_reads(case_id));
-- Whether the person was told, and that telling was postponed, is not for the other partners (R12).
CREATE POLICY own_duties ON duty TO pols_web
  USING (house_id = (SELECT pols_house()) AND (
    (SELECT pols_is_staff()) OR case_id = (SELECT pols_acting())
    OR ((SELECT pols_is_participant()) AND owner_organisation_id = (SELECT pols_org()))
    OR (kind NOT IN ('betrokkene_informeren', 'uitstel_informeren_hertoetsen') AND (
          ((SELECT pols_at_table()) AND EXISTS (SELECT FROM cases c WHERE c.id = case_id))
          OR pols_stands(case_id, 'betrokken')
          OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.reporter_organisation_id = (SELECT pols_org()))))))
  WITH CHECK (house_id = (SELECT pols_house()));
CREATE POLICY web ON history TO pols_web
  USING (house_id = pols_house() AND EXISTS (SELECT FROM cases c WHERE c.id = case_id)
         AND (pols_is_staff() OR pols_at_table() OR organisation_id = pols_org() OR pols_stands(case_id, 'betrokken')
              OR case_id = pols_acting()))
  WITH CHECK (house_id = pols_house());
CREATE POLICY web_read ON decision FOR SELECT TO pols_web
  USING (house_id = pols_house() AND EXISTS (SELECT FROM cases c WHERE c.id = case_id
           AND (pols_is_staff() OR pols_at_table() OR c.reporter_organisation_id = pols_org()
                OR pols_stands(case_id, 'betrokken') OR case_id = pols_acting())));
-- A hold has a reason in words: for who may read the decision that made it, and for the act that reckons with it.
CREATE POLICY web ON hold TO pols_web
  USING (house_id = pols_house() AND EXISTS (SELECT FROM cases c WHERE c.id = case_id
           AND (pols_is_staff() OR pols_at_table() OR c.reporter_organisation_id = pols_org()
                OR pols_stands(case_id, 'betrokken') OR case_id = pols_acting())))
  WITH CHECK (house_id = pols_house());
CREATE POLICY web_take ON decision FOR INSERT TO pols_web
  WITH CHECK (house_id = pols_house() AND (registered_by = pols_person() OR (registered_by IS NULL AND triggered_by IS NOT NULL)));
CREATE POLICY web_read ON decision_decider FOR SELECT TO pols_web
  USING (house_id = pols_house() AND EXISTS (SELECT FROM decision d WHERE d.id = decision_id));
CREATE POLICY web_take ON decision_decider FOR INSERT TO pols_web WITH CHECK (house_id = pols_house());
CREATE POLICY web_read ON answer FOR SELECT TO pols_web
  USING (house_id = pols_house() AND ((pols_is_staff() AND pols_reads(case_id)) OR EXISTS (
    SELECT FROM cases c
    WHERE c.id = case_id AND (c.phase <> 'afgesloten' OR coalesce(c.unshielded_until > pols_now(), false))
      AND ((pols_is_participant() AND organisation_id = pols_org())
           OR (pols_is_staff() AND registered_by = pols_person())))));
CREATE POLICY web_give ON answer FOR INSERT TO pols_web
  WITH CHECK (house_id = pols_house() AND registered_by = pols_person());
CREATE POLICY web_correct ON answer FOR UPDATE TO pols_web
  USING (house_id = pols_house() AND (organisation_id = pols_org() OR registered_by = pols_person()));

CREATE POLICY own_or_read ON referral TO pols_web, pols_engine
  USING (house_id = pols_house() AND ((pols_is_participant() AND reporter_organisation_id = pols_org())
         OR EXISTS (SELECT FROM cases c WHERE c.referral_id = referral.id AND pols_reads(c.id))))
  WITH CHECK (house_id = pols_house());
-- Of several people in one report everybody reads those of their own case; who has no case is read with the report, and
-- once it is a case only by who reported and who leads it. An act on the case may give the others a case of their own.
CREATE POLICY own_or_read ON subject TO pols_web, pols_engine
  USING (house_id = pols_house() AND (
    (pols_is_participant() AND EXISTS (
       SELECT FROM referral r WHERE r.id = referral_id AND r.reporter_organisation_id = pols_org()))
    OR (case_id IS NOT NULL AND (pols_reads(case_id) OR pols_stands(case_id, 'bevraagd')))
    OR (pols_acting() IS NOT NULL AND EXISTS (
          SELECT FROM cases c WHERE c.id = pols_acting() AND c.referral_id = subject.referral_id))
    OR (case_id IS NULL AND EXISTS (
          SELECT FROM cases c WHERE c.referral_id = subject.referral_id AND pols_reads(c.id)
            AND (c.phase IN ('aanmelding', 'screening', 'advies') OR c.director_id = pols_person())))))
  WITH CHECK (house_id = pols_house());
CREATE POLICY items ON info_item TO pols_web
  USING (house_id = pols_house() AND EXISTS (
    SELECT FROM cases c WHERE c.id = case_id
      AND ((supplier_id = pols_org() AND (c.phase <> 'afgesloten' OR coalesce(c.unshielded_until > pols_now(), false)))
           OR (pols_reads(case_id) AND NOT pols_org() = ANY (excluded)))))
  WITH CHECK (house_id = pols_house());

CREATE POLICY web_write ON outbox FOR INSERT TO pols_web WITH CHECK (house_id = pols_house());
CREATE POLICY web_read ON outbox FOR SELECT TO pols_web USING (house_id = pols_house() AND pols_is_staff());
CREATE POLICY web_write ON audit_line FOR INSERT TO pols_web
  WITH CHECK (person_id IS NOT DISTINCT FROM pols_person() AND house_id IS NOT DISTINCT FROM pols_house());
CREATE POLICY officer_reads ON audit_line FOR SELECT TO pols_web
  USING (house_id = pols_house() AND pols_has('privacy_officer'));
CREATE POLICY web_read ON erased_report FOR SELECT TO pols_web USING (house_id = pols_house() AND pols_is_staff());

GRANT SELECT ON ALL TABLES IN SCHEMA public TO pols_web;
REVOKE SELECT ON api_token, web_session, engine_run, audit_seal FROM pols_web;
GRANT INSERT ON support_question, referral, subject, cases, visit, decision, decision_decider, involvement, hold,
  duty, rung, answer, meeting, meeting_invitee, commitment, progress, criterion_judgement, info_item, document,
  journal_entry, lease, outbox, history, audit_line, house_policy TO pols_web;
GRANT UPDATE ON support_question, referral, subject, cases, visit, involvement, hold, duty, rung, meeting,
  meeting_invitee, commitment, criterion_judgement, info_item TO pols_web;
GRANT UPDATE (corrected_at) ON answer TO pols_web;
GRANT UPDATE (last_number) ON house TO pols_web;
GRANT UPDATE (absent_from, absent_until, deputy_id) ON person TO pols_web;
GRANT DELETE ON subject, referral, meeting_invitee TO pols_web;

-- The operator, as owner: sets up houses and people and the clock; and the functions below run as owner.
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['house', 'house_policy', 'organisation', 'person', 'api_token', 'web_session', 'clock',
                           'erased_report'] LOOP
    EXECUTE format('CREATE POLICY operator ON %I TO pols_owner USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
CREATE POLICY who_stands ON involvement FOR SELECT TO pols_owner USING (true);
CREATE POLICY who_objects ON duty FOR SELECT TO pols_owner USING (kind = 'bezwaar_tegen_registratie');
CREATE POLICY erasure_reads ON cases FOR SELECT TO pols_owner USING (erase_at <= pols_now());
CREATE POLICY erasure ON cases FOR DELETE TO pols_owner USING (erase_at <= pols_now());
CREATE POLICY erasure_lock ON cases FOR UPDATE TO pols_owner USING (erase_at <= pols_now());
CREATE POLICY erasure_reads ON referral FOR SELECT TO pols_owner USING (true);
CREATE POLICY erasure ON referral FOR DELETE TO pols_owner USING (true);

-- Sign-in: who holds this token? (R6: active, designated, screened, trained.) Answers nothing for anybody else.
CREATE FUNCTION pols_sign_in(wanted bytea) RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid,
    kind text, roles text[], name text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT p.id, p.organisation_id, p.house_id, o.kind, p.roles, p.name
  FROM person p JOIN organisation o ON o.id = p.organisation_id
  WHERE p.active AND o.kind <> 'incidentele_derde'
    AND coalesce(p.screened_until >= pols_now()::date, false) AND coalesce(p.trained_until >= pols_now()::date, false)
    AND p.id = coalesce(
      (SELECT t.person_id FROM api_token t
        WHERE t.token_hash = wanted AND t.revoked_at IS NULL AND t.expires_at > pols_now()),
      (SELECT s.person_id FROM web_session s WHERE s.secret_hash = wanted AND s.expires_at > pols_now()))
$$;
CREATE FUNCTION pols_open_session(token bytea, secret bytea, id uuid, lasts interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE who record;
BEGIN
  SELECT * INTO who FROM pols_sign_in(token);
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO web_session (id, house_id, person_id, secret_hash, expires_at)
    VALUES (id, who.house_id, who.person_id, secret, pols_now() + lasts);
  RETURN true;
END $$;
CREATE FUNCTION pols_close_session(secret bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS
  $$ DELETE FROM web_session WHERE secret_hash = secret $$;
CREATE FUNCTION pols_house_by_slug(wanted text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public AS $$ SELECT id FROM house WHERE slug = wanted $$;

-- Erasure of a report that did not become a case (R5): only when its day has come; what stays is a count.
CREATE FUNCTION pols_erase_report(wanted uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE c record;
BEGIN
  SELECT * INTO c FROM cases WHERE id = wanted AND erase_at <= pols_now() AND phase = 'afgesloten' FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO erased_report (id, house_id, outcome, reported_on, erased_at, municipality)
    VALUES (gen_random_uuid(), c.house_id, c.outcome, c.reported_at::date, pols_now(), c.municipality);
  DELETE FROM cases WHERE id = wanted;
  DELETE FROM referral r WHERE r.id = c.referral_id;
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION pols_sign_in(bytea), pols_open_session(bytea, bytea, uuid, interval),
  pols_close_session(bytea), pols_house_by_slug(text), pols_erase_report(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pols_sign_in(bytea), pols_open_session(bytea, bytea, uuid, interval),
  pols_close_session(bytea), pols_house_by_slug(text) TO pols_web;
GRANT EXECUTE ON FUNCTION pols_erase_report(uuid) TO pols_engine;

-- Work left in a transaction wakes a worker when it commits.
CREATE FUNCTION pols_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('pols_wake', '');
  RETURN NULL;
END $$;
CREATE TRIGGER wake AFTER INSERT ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION pols_wake();
CREATE TRIGGER wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION pols_wake();

-- A clock that was moved (never in production) may make much due at once: every worker looks.
CREATE FUNCTION pols_clock_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('pols_clock', '');
  RETURN NULL;
END $$;
CREATE TRIGGER moved AFTER UPDATE ON clock FOR EACH STATEMENT EXECUTE FUNCTION pols_clock_moved();

CREATE FUNCTION pols_to_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_unsealed (line_id) SELECT id FROM added;
  RETURN NULL;
END $$;
CREATE TRIGGER to_seal AFTER INSERT ON audit_line REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION pols_to_seal();
CREATE POLICY anybody ON audit_unsealed FOR INSERT TO pols_web, pols_engine WITH CHECK (true);
CREATE POLICY sealer ON audit_unsealed TO pols_engine USING (true);
GRANT INSERT ON audit_unsealed TO pols_web, pols_engine;
GRANT SELECT, DELETE ON audit_unsealed TO pols_engine;
REVOKE SELECT ON audit_unsealed FROM pols_web;

-- The log and the decisions are written once.
CREATE FUNCTION pols_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'pols: % is written once', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_line
  FOR EACH STATEMENT EXECUTE FUNCTION pols_written_once();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION pols_written_once();
CREATE TRIGGER written_once BEFORE UPDATE OR TRUNCATE ON decision FOR EACH STATEMENT EXECUTE FUNCTION pols_written_once();
