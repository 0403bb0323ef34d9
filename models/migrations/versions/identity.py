"""Who somebody is: local accounts, identities of a provider, sessions that end by themselves, tokens with a scope."""

from alembic import op
from sqlalchemy.util import await_only

revision = "2026_11_22_identity"
down_revision = "2026_11_22_glass_in_log"

TABLES = """
    CREATE TABLE local_account (
      person_id uuid NOT NULL, house_id uuid NOT NULL, login text NOT NULL, password_hash text,
      totp_secret bytea, totp_step bigint NOT NULL, invite_hash bytea, invite_until timestamptz, enrolled_at timestamptz,
      CONSTRAINT pk_local_account PRIMARY KEY (person_id),
      CONSTRAINT uq_local_account_login UNIQUE (login),
      CONSTRAINT uq_local_account_invite_hash UNIQUE (invite_hash),
      CONSTRAINT ck_local_account_login_is_in_small_letters CHECK (login = lower(login)),
      CONSTRAINT ck_local_account_enrolled_with_both_factors
        CHECK (enrolled_at IS NULL OR (password_hash IS NOT NULL AND totp_secret IS NOT NULL)),
      CONSTRAINT ck_local_account_invited_until CHECK ((invite_hash IS NULL) = (invite_until IS NULL)),
      CONSTRAINT fk_local_account_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
      CONSTRAINT fk_local_account_house_id FOREIGN KEY (house_id) REFERENCES house (id)
    );
    CREATE TABLE identity (
      issuer text NOT NULL, subject text NOT NULL, house_id uuid NOT NULL, person_id uuid NOT NULL,
      bound_at timestamptz NOT NULL,
      CONSTRAINT pk_identity PRIMARY KEY (issuer, subject),
      CONSTRAINT uq_identity_person_id_issuer UNIQUE (person_id, issuer),
      CONSTRAINT fk_identity_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_identity_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
    );
    CREATE TABLE known_device (
      id uuid NOT NULL, house_id uuid NOT NULL, person_id uuid NOT NULL, secret_hash bytea NOT NULL,
      expires_at timestamptz NOT NULL,
      CONSTRAINT pk_known_device PRIMARY KEY (id),
      CONSTRAINT uq_known_device_secret_hash UNIQUE (secret_hash),
      CONSTRAINT fk_known_device_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_known_device_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
    );
    CREATE INDEX ix_known_device_person_id ON known_device (person_id);
    CREATE TABLE sign_in_budget (
      key bytea NOT NULL, failures integer NOT NULL, last_at timestamptz NOT NULL,
      CONSTRAINT pk_sign_in_budget PRIMARY KEY (key),
      CONSTRAINT ck_sign_in_budget_counts_up CHECK (failures >= 0)
    );
    CREATE INDEX ix_sign_in_budget_last_at ON sign_in_budget (last_at);
    CREATE TABLE sign_in_flow (
      state_hash bytea NOT NULL, browser_hash bytea NOT NULL, expires_at timestamptz NOT NULL, facts jsonb NOT NULL,
      CONSTRAINT pk_sign_in_flow PRIMARY KEY (state_hash)
    );
    CREATE INDEX ix_sign_in_flow_expires_at ON sign_in_flow (expires_at);
    ALTER TABLE web_session ADD COLUMN opened_at timestamptz NOT NULL DEFAULT now(),
      ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN factor_at timestamptz,
      ADD COLUMN how varchar(48) NOT NULL DEFAULT 'token',
      ADD CONSTRAINT ck_web_session_signedinby CHECK (how IN ('token', 'wachtwoord', 'organisatie'));
    ALTER TABLE web_session ALTER COLUMN opened_at DROP DEFAULT, ALTER COLUMN last_seen_at DROP DEFAULT,
      ALTER COLUMN how DROP DEFAULT;
    CREATE INDEX ix_web_session_person_id ON web_session (person_id);
    CREATE INDEX ix_web_session_expires_at ON web_session (expires_at);
    ALTER TABLE api_token ADD COLUMN name text NOT NULL DEFAULT '', ADD COLUMN scope varchar(48) NOT NULL DEFAULT 'alles',
      ADD COLUMN made_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN made_by uuid, ADD COLUMN last_used_on date,
      ADD CONSTRAINT ck_api_token_tokenscope CHECK (scope IN ('lezen', 'alles', 'melden')),
      ADD CONSTRAINT fk_api_token_made_by FOREIGN KEY (made_by) REFERENCES person (id);
    ALTER TABLE api_token ALTER COLUMN name DROP DEFAULT, ALTER COLUMN scope DROP DEFAULT,
      ALTER COLUMN made_at DROP DEFAULT;
    CREATE INDEX ix_api_token_house_id_id ON api_token (house_id, id);
"""

SECURITY = """
    DO $$ DECLARE t text; BEGIN
      FOREACH t IN ARRAY ARRAY['local_account', 'identity', 'known_device', 'sign_in_budget', 'sign_in_flow'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', t);
        EXECUTE format('CREATE POLICY operator ON %I TO pols_owner USING (true) WITH CHECK (true)', t);
      END LOOP;
      -- what counts attempts, and what begins a sign-in: only while somebody signs in, and nothing in it is about a case
      FOREACH t IN ARRAY ARRAY['known_device', 'sign_in_budget', 'sign_in_flow'] LOOP
        EXECUTE format('CREATE POLICY entrance ON %I TO pols_web '
                       'USING (current_setting(''pols.purpose'', true) = ''aanmelden'') '
                       'WITH CHECK (current_setting(''pols.purpose'', true) = ''aanmelden'')', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO pols_web', t);
      END LOOP;
    END $$;
    -- the operator gives accounts, and that is in the log
    CREATE POLICY operator_writes ON audit_line FOR INSERT TO pols_owner WITH CHECK (person_id IS NULL);
    CREATE POLICY operator_writes ON audit_unsealed FOR INSERT TO pols_owner WITH CHECK (true);
    -- one's own sessions: when and how, never the hash
    CREATE POLICY own ON web_session TO pols_web USING (person_id = pols_person()) WITH CHECK (person_id = pols_person());
    GRANT SELECT (id, house_id, person_id, opened_at, last_seen_at, expires_at, factor_at, how) ON web_session TO pols_web;
    GRANT UPDATE (secret_hash, factor_at), DELETE ON web_session TO pols_web;
    -- one's own tokens, and for the functional administrator those of systems
    CREATE POLICY own_or_system ON api_token FOR SELECT TO pols_web
      USING (person_id = pols_person()
             OR (house_id = pols_house() AND scope = 'melden' AND pols_has('functioneel_beheerder')));
    CREATE POLICY make_own ON api_token FOR INSERT TO pols_web
      WITH CHECK (house_id = pols_house() AND made_by = pols_person()
                  AND ((person_id = pols_person() AND scope IN ('lezen', 'alles'))
                       OR (scope = 'melden' AND pols_has('functioneel_beheerder'))));
    CREATE POLICY revoke_own ON api_token FOR UPDATE TO pols_web
      USING (person_id = pols_person()
             OR (house_id = pols_house() AND scope = 'melden' AND pols_has('functioneel_beheerder')));
    GRANT SELECT (id, house_id, person_id, name, scope, made_at, made_by, expires_at, revoked_at, last_used_on)
      ON api_token TO pols_web;
    GRANT INSERT ON api_token TO pols_web;
    GRANT UPDATE (revoked_at) ON api_token TO pols_web;
"""

SIGNING_IN = """
    DROP FUNCTION pols_enter(bytea, text);
    DROP FUNCTION pols_open_session(bytea, bytea, uuid, interval);
    DROP FUNCTION pols_sign_in(bytea);

    -- R6: designated and active, screened, trained; nobody comes out for anybody else. Runs within the functions below.
    CREATE FUNCTION pols_may_enter(wanted uuid) RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid,
        kind text, roles text[], name text) LANGUAGE sql STABLE AS $$
      SELECT p.id, p.organisation_id, p.house_id, o.kind, p.roles, p.name
      FROM person p JOIN organisation o ON o.id = p.organisation_id
      WHERE p.id = wanted AND p.active AND o.kind <> 'incidentele_derde'
        AND coalesce(p.screened_until >= pols_now()::date, false) AND coalesce(p.trained_until >= pols_now()::date, false)
    $$;

    -- Who holds this token or session, and what it is good for. A session that was not used for half an hour is no more.
    -- That it is used is written once a minute, a token's once a day; who is busy writing so is not waited for.
    CREATE FUNCTION pols_sign_in(wanted bytea) RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid,
        kind text, roles text[], name text, scope text, session_id uuid, factor_at timestamptz, how text, via_id uuid)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
    #variable_conflict use_column
    DECLARE
      moment timestamptz := pols_now();
      token uuid;
      holder uuid;
      used date;
      seen timestamptz;
    BEGIN
      SELECT t.id, t.person_id, t.scope, t.last_used_on INTO token, holder, scope, used
      FROM api_token t WHERE t.token_hash = wanted AND t.revoked_at IS NULL AND t.expires_at > moment;
      IF token IS NULL THEN
        SELECT s.id, s.person_id, 'alles', s.factor_at, s.how, s.last_seen_at
          INTO session_id, holder, scope, factor_at, how, seen
        FROM web_session s WHERE s.secret_hash = wanted AND s.expires_at > moment
          AND s.last_seen_at > moment - interval '30 minutes';
      END IF;
      SELECT m.person_id, m.organisation_id, m.house_id, m.kind, m.roles, m.name
        INTO person_id, organisation_id, house_id, kind, roles, name FROM pols_may_enter(holder) m;
      IF NOT FOUND THEN RETURN; END IF;
      via_id := coalesce(token, session_id);
      IF token IS NOT NULL AND used IS DISTINCT FROM moment::date THEN
        UPDATE api_token SET last_used_on = moment::date
        WHERE id IN (SELECT t.id FROM api_token t WHERE t.id = token FOR UPDATE SKIP LOCKED);
      ELSIF seen < moment - interval '1 minute' THEN
        UPDATE web_session SET last_seen_at = moment
        WHERE id IN (SELECT s.id FROM web_session s WHERE s.id = session_id FOR UPDATE SKIP LOCKED);
      END IF;
      RETURN NEXT;
    END $$;

    CREATE FUNCTION pols_enter(token bytea, purpose text)
    RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid, kind text, roles text[], name text,
                   now_ timestamptz, scope text, session_id uuid, factor_at timestamptz, how text,
                   via_id uuid)
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      SELECT s.person_id, s.organisation_id, s.house_id, s.kind, s.roles, s.name, s.scope, s.session_id, s.factor_at, s.how,
             s.via_id
        INTO person_id, organisation_id, house_id, kind, roles, name, scope, session_id, factor_at, how, via_id
      FROM pols_sign_in(token) s;
      IF NOT FOUND THEN RETURN; END IF;
      SELECT b.now_ INTO now_
        FROM pols_begin(person_id, organisation_id, kind, house_id, roles, purpose, NULL, NULL, NULL) b;
      RETURN NEXT;
    END $$;

    -- Opening a session: by the three ways in, each with its own proof. Within them.
    CREATE FUNCTION pols_new_session(wanted uuid, secret bytea, session uuid, lasts interval, way text, proven boolean)
    RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE who record;
    BEGIN
      SELECT * INTO who FROM pols_may_enter(wanted);
      IF NOT FOUND THEN RETURN false; END IF;
      INSERT INTO web_session (id, house_id, person_id, secret_hash, opened_at, last_seen_at, expires_at, factor_at, how)
        VALUES (session, who.house_id, who.person_id, secret, pols_now(), pols_now(), pols_now() + lasts,
                CASE WHEN proven THEN pols_now() END, way);
      RETURN true;
    END $$;

    CREATE FUNCTION pols_open_session(token bytea, secret bytea, session uuid, lasts interval) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      RETURN pols_new_session(
        (SELECT s.person_id FROM pols_sign_in(token) s WHERE s.scope = 'alles' AND s.session_id IS NULL),
        secret, session, lasts, 'token', false);
    END $$;

    -- What a sign-in with a password is checked against; the check itself is done by who asks.
    CREATE FUNCTION pols_account(wanted text) RETURNS TABLE (person_id uuid, house_id uuid, password_hash text,
        totp_secret bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT a.person_id, a.house_id, a.password_hash, a.totp_secret FROM local_account a
      WHERE a.login = wanted AND a.enrolled_at IS NOT NULL
    $$;
    CREATE FUNCTION pols_own_factor() RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT a.totp_secret FROM local_account a WHERE a.person_id = pols_person() AND a.enrolled_at IS NOT NULL
    $$;
    -- A code of the second factor is good once: its step, and every one before it, is used.
    CREATE FUNCTION pols_take_step(wanted uuid, step bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      UPDATE local_account a SET totp_step = step
      WHERE a.person_id = wanted AND a.enrolled_at IS NOT NULL AND a.totp_step < step;
      RETURN FOUND;
    END $$;
    CREATE FUNCTION pols_open_account_session(wanted uuid, step bigint, secret bytea, session uuid, lasts interval)
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      RETURN pols_take_step(wanted, step) AND pols_new_session(wanted, secret, session, lasts, 'wachtwoord', true);
    END $$;

    -- Enrolling: by who holds the invitation, as long as it lasts, until it is done.
    CREATE FUNCTION pols_invited(invitation bytea) RETURNS TABLE (person_id uuid, house_id uuid, login text,
        totp_secret bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT a.person_id, a.house_id, a.login, a.totp_secret FROM local_account a
      WHERE a.invite_hash = invitation AND a.invite_until > pols_now()
    $$;
    CREATE FUNCTION pols_enrolling(invitation bytea, secret bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
      UPDATE local_account SET totp_secret = secret
      WHERE invite_hash = invitation AND invite_until > pols_now() AND totp_secret IS NULL
    $$;
    CREATE FUNCTION pols_enrolled(invitation bytea, password text, step bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      UPDATE local_account SET password_hash = password, totp_step = step, enrolled_at = pols_now(),
        invite_hash = NULL, invite_until = NULL
      WHERE invite_hash = invitation AND invite_until > pols_now() AND totp_secret IS NOT NULL AND totp_step < step;
      RETURN FOUND;
    END $$;

    -- An identity belongs to one person: bound by an address that the provider verified and that one designated person
    -- has; from then on by its subject only. Nobody gets a second identity of the same provider by an address.
    CREATE FUNCTION pols_bind(from_issuer text, wanted text, email text, OUT holder uuid, OUT bound boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE candidates uuid[];
    BEGIN
      bound := false;
      SELECT i.person_id INTO holder FROM identity i WHERE i.issuer = from_issuer AND i.subject = wanted;
      IF FOUND OR email IS NULL THEN RETURN; END IF;
      SELECT array_agg(p.id) INTO candidates FROM person p
      WHERE lower(p.email) = lower(pols_bind.email) AND EXISTS (SELECT FROM pols_may_enter(p.id));
      IF coalesce(cardinality(candidates), 0) <> 1 THEN RETURN; END IF;
      INSERT INTO identity (issuer, subject, house_id, person_id, bound_at)
        SELECT from_issuer, wanted, p.house_id, p.id, pols_now() FROM person p WHERE p.id = candidates[1]
        ON CONFLICT DO NOTHING
        RETURNING person_id INTO holder;
      bound := holder IS NOT NULL;
    END $$;
    CREATE FUNCTION pols_open_identity_session(from_issuer text, wanted text, secret bytea, session uuid, lasts interval)
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      RETURN pols_new_session((SELECT i.person_id FROM identity i WHERE i.issuer = from_issuer AND i.subject = wanted),
                              secret, session, lasts, 'organisatie', true);
    END $$;
    -- The same person proved again who they are, with the same provider: the session goes on under a new secret.
    CREATE FUNCTION pols_confirm_identity(wanted uuid, from_issuer text, of text, secret bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      UPDATE web_session s SET factor_at = pols_now(), secret_hash = secret, last_seen_at = pols_now()
      WHERE s.id = wanted AND s.expires_at > pols_now() AND s.last_seen_at > pols_now() - interval '30 minutes'
        AND s.person_id = (SELECT i.person_id FROM identity i WHERE i.issuer = from_issuer AND i.subject = of);
      RETURN FOUND;
    END $$;

    -- Who is no longer active has no session left, also when they become active again.
    CREATE FUNCTION pols_shut_out() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      DELETE FROM web_session WHERE person_id = NEW.id;
      DELETE FROM known_device WHERE person_id = NEW.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER shut_out AFTER UPDATE OF active ON person FOR EACH ROW
      WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION pols_shut_out();

    -- What is over is removed (every night).
    CREATE FUNCTION pols_forget_sign_ins() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
      DELETE FROM web_session WHERE expires_at <= pols_now() OR last_seen_at <= pols_now() - interval '30 minutes';
      DELETE FROM sign_in_flow WHERE expires_at <= pols_now();
      DELETE FROM sign_in_budget WHERE last_at <= pols_now() - interval '1 day';
      DELETE FROM known_device WHERE expires_at <= pols_now();
      UPDATE local_account SET invite_hash = NULL, invite_until = NULL, totp_secret = NULL
        WHERE invite_until <= pols_now();
    $$;
"""

FOR_THE_DOORS = (
    "pols_sign_in(bytea)", "pols_enter(bytea, text)", "pols_open_session(bytea, bytea, uuid, interval)",
    "pols_account(text)", "pols_own_factor()", "pols_take_step(uuid, bigint)",
    "pols_open_account_session(uuid, bigint, bytea, uuid, interval)", "pols_invited(bytea)",
    "pols_enrolling(bytea, bytea)", "pols_enrolled(bytea, text, bigint)", "pols_bind(text, text, text)",
    "pols_open_identity_session(text, text, bytea, uuid, interval)", "pols_confirm_identity(uuid, text, text, bytea)",
)  # fmt: skip
FOR_NOBODY = (
    "pols_may_enter(uuid)", "pols_new_session(uuid, bytea, uuid, interval, text, boolean)", "pols_shut_out()",
    "pols_forget_sign_ins()",
)  # fmt: skip


def upgrade() -> None:
    """Sessions that are open now end: they do not know when they were last used."""
    op.execute("DELETE FROM web_session")
    driver = op.get_bind().connection.driver_connection
    for part in (TABLES, SECURITY, SIGNING_IN):
        await_only(driver.execute(part))  # type: ignore[union-attr]  # many statements at once: asyncpg's own execute
    for function in (*FOR_THE_DOORS, *FOR_NOBODY):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in FOR_THE_DOORS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO pols_web")
    op.execute("GRANT EXECUTE ON FUNCTION pols_forget_sign_ins() TO pols_engine")
