"""References, links and pins: answering without signing in, and the fence around it."""

from alembic import op

revision = "2026_11_27_links"
down_revision = "2026_11_27_texts"

TABLES: tuple[str, ...] = (
    """
    CREATE TABLE reference (
      id uuid NOT NULL, house_id uuid NOT NULL, code text NOT NULL, person_id uuid NOT NULL, case_id uuid NOT NULL,
      duty_id uuid, made_at timestamptz NOT NULL, received_at timestamptz, more_time_at timestamptz,
      declined_at timestamptz,
      CONSTRAINT pk_reference PRIMARY KEY (id),
      CONSTRAINT uq_reference_code UNIQUE (code),
      CONSTRAINT ck_reference_code_is_readable CHECK (code ~ '^[2-9CDFGHJKMNPQRTVWX]{8}$'),
      CONSTRAINT fk_reference_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_reference_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
      CONSTRAINT fk_reference_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_reference_duty_id FOREIGN KEY (duty_id) REFERENCES duty (id) ON DELETE CASCADE
    )
    """,
    "CREATE UNIQUE INDEX ix_reference_of_duty ON reference (person_id, duty_id) WHERE duty_id IS NOT NULL",
    "CREATE UNIQUE INDEX ix_reference_of_case ON reference (person_id, case_id) WHERE duty_id IS NULL",
    "CREATE INDEX ix_reference_case_id ON reference (case_id)",
    "CREATE INDEX ix_reference_duty_id ON reference (duty_id)",
    """
    CREATE TABLE answer_link (
      id uuid NOT NULL, house_id uuid NOT NULL, reference_id uuid NOT NULL, message_id uuid, meeting_id uuid,
      token_hash bytea NOT NULL, code_hash bytea, made_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
      revoked_at timestamptz, opened_at timestamptz, answered_at timestamptz, code_used_at timestamptz,
      factor_hash bytea, factor_at timestamptz, factor text,
      CONSTRAINT pk_answer_link PRIMARY KEY (id),
      CONSTRAINT uq_answer_link_token_hash UNIQUE (token_hash),
      CONSTRAINT ck_answer_link_ends CHECK (expires_at > made_at AND expires_at <= made_at + interval '42 days'),
      CONSTRAINT ck_answer_link_factor_is_whole CHECK (num_nonnulls(factor_hash, factor_at, factor) IN (0, 3)),
      CONSTRAINT fk_answer_link_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_answer_link_reference_id FOREIGN KEY (reference_id) REFERENCES reference (id) ON DELETE CASCADE,
      CONSTRAINT fk_answer_link_message_id FOREIGN KEY (message_id) REFERENCES outbox (id) ON DELETE SET NULL,
      CONSTRAINT fk_answer_link_meeting_id FOREIGN KEY (meeting_id) REFERENCES meeting (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_answer_link_reference_id ON answer_link (reference_id, made_at)",
    "CREATE INDEX ix_answer_link_message_id ON answer_link (message_id)",
    "CREATE INDEX ix_answer_link_meeting_id ON answer_link (meeting_id)",
    "CREATE INDEX ix_answer_link_expires_at ON answer_link (expires_at)",
    """
    CREATE TABLE answer_pin (
      person_id uuid NOT NULL, house_id uuid NOT NULL, pin_hash text NOT NULL, set_at timestamptz NOT NULL,
      set_by uuid NOT NULL,
      CONSTRAINT pk_answer_pin PRIMARY KEY (person_id),
      CONSTRAINT fk_answer_pin_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
      CONSTRAINT fk_answer_pin_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_answer_pin_set_by FOREIGN KEY (set_by) REFERENCES person (id)
    )
    """,
)
_NEW = ("reference", "answer_link", "answer_pin")
SECURED = tuple(
    statement
    for table in _NEW
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"REVOKE ALL ON {table} FROM PUBLIC",
        f"CREATE POLICY operator ON {table} TO pols_owner USING (true) WITH CHECK (true)",
    )
)
#: who came in by link: settings of the transaction, beside those of `pols_begin`
CONTEXT = (
    """
    CREATE FUNCTION pols_link_case() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT nullif(current_setting('pols.link_case', true), '')::uuid $$
    """,
    """
    CREATE FUNCTION pols_link_duty() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT nullif(current_setting('pols.link_duty', true), '')::uuid $$
    """,
    """
    CREATE FUNCTION pols_link_proven() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT coalesce(current_setting('pols.link_proven', true), '') = 'ja' $$
    """,
)
POLICIES = (
    # a worker writes them when it takes a message; of what is secret it reads nothing back
    "CREATE POLICY engine ON reference TO pols_engine USING (true) WITH CHECK (true)",
    "CREATE POLICY engine ON answer_link TO pols_engine USING (true) WITH CHECK (true)",
    "GRANT SELECT, INSERT ON reference TO pols_engine",
    """
    GRANT SELECT (id, house_id, reference_id, message_id, meeting_id, made_at, expires_at, revoked_at, opened_at,
      answered_at, code_used_at, factor_at, factor) ON answer_link TO pols_engine
    """,
    "GRANT INSERT, UPDATE (revoked_at) ON answer_link TO pols_engine",
    # a reference is found by who may see what it stands for, and says of oneself what one said
    """
    CREATE POLICY web_read ON reference FOR SELECT TO pols_web USING (house_id = (SELECT pols_house())
      AND EXISTS (SELECT FROM cases c WHERE c.id = case_id)
      AND (duty_id IS NULL OR EXISTS (SELECT FROM duty d WHERE d.id = duty_id)))
    """,
    """
    CREATE POLICY own ON reference FOR UPDATE TO pols_web
      USING (house_id = (SELECT pols_house()) AND person_id = (SELECT pols_person()))
    """,
    "GRANT SELECT, UPDATE (received_at, more_time_at, declined_at) ON reference TO pols_web",
    # a pin is set by oneself or given by the manager; nobody reads it
    """
    CREATE POLICY own_or_manager ON answer_pin TO pols_web
      USING (house_id = (SELECT pols_house())
             AND (person_id = (SELECT pols_person()) OR ((SELECT pols_is_staff()) AND (SELECT pols_has('manager')))))
      WITH CHECK (house_id = (SELECT pols_house()) AND set_by = (SELECT pols_person())
             AND (person_id = (SELECT pols_person()) OR ((SELECT pols_is_staff()) AND (SELECT pols_has('manager')))))
    """,
    """
    GRANT SELECT (person_id, house_id, set_at, set_by), INSERT, UPDATE (house_id, pin_hash, set_at, set_by), DELETE
      ON answer_pin TO pols_web
    """,
    # Who comes in by link has no kind and no role here: nothing but this case and, in it, what an act on it reckons with
    # (`pols_acting`) is theirs; the answer to this duty after the second factor.
    """
    CREATE POLICY by_link ON cases TO pols_web USING (id = (SELECT pols_link_case()))
      WITH CHECK (id = (SELECT pols_link_case()))
    """,
    "CREATE POLICY by_link ON duty FOR SELECT TO pols_web USING (id = (SELECT pols_link_duty()))",
    """
    CREATE POLICY by_link ON answer FOR SELECT TO pols_web
      USING (duty_id = (SELECT pols_link_duty()) AND (SELECT pols_link_proven()))
    """,
    """
    CREATE POLICY by_link_this_one ON answer AS RESTRICTIVE FOR INSERT TO pols_web
      WITH CHECK (pols_link_case() IS NULL OR (duty_id = pols_link_duty() AND pols_link_proven()))
    """,
    # what the functions below note of the message that a link came with
    """
    CREATE POLICY by_link ON outbox FOR SELECT TO pols_owner
      USING (EXISTS (SELECT FROM answer_link l WHERE l.message_id = outbox.id))
    """,
    """
    CREATE POLICY by_link_noted ON outbox FOR UPDATE TO pols_owner
      USING (EXISTS (SELECT FROM answer_link l WHERE l.message_id = outbox.id))
    """,
    """
    CREATE POLICY by_reference ON duty FOR SELECT TO pols_owner
      USING (EXISTS (SELECT FROM reference r WHERE r.duty_id = duty.id))
    """,
)
#: what is one's own beside the case, where people meet, and what is written about people: never by link
_NOT_BY_LINK = (
    "api_token",
    "web_session",
    "answer_pin",
    "idempotency_key",
    "meeting_place",
    "assignment",
    "contact_way",
    "channel_choice",
    "preference",
)
_NOT_WRITTEN_BY_LINK = (
    "referral",
    "subject",
    "subject_address",
    "subject_relation",
    "subject_protection",
    "info_item",
    "attachment",
    "document",
    "progress",
    "criterion_judgement",
    "glass",
    "meeting_series",
    "house_policy",
    "commitment",
    "hold",
    "involvement",
)
FENCED = (
    *(
        f"CREATE POLICY not_by_link ON {table} AS RESTRICTIVE TO pols_web USING ((SELECT pols_link_case()) IS NULL)"
        for table in _NOT_BY_LINK
    ),
    *(
        f"CREATE POLICY not_by_link ON {table} AS RESTRICTIVE FOR INSERT TO pols_web WITH CHECK (pols_link_case() IS NULL)"
        for table in _NOT_WRITTEN_BY_LINK
    ),
    "CREATE POLICY not_by_link ON history AS RESTRICTIVE FOR SELECT TO pols_web USING ((SELECT pols_link_case()) IS NULL)",
    "CREATE POLICY not_by_link ON person AS RESTRICTIVE FOR UPDATE TO pols_web USING ((SELECT pols_link_case()) IS NULL)",
)
FUNCTIONS = (
    # An incidental third party takes part in nothing here, whoever writes.
    """
    CREATE FUNCTION pols_no_third_party() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM person p JOIN organisation o ON o.id = p.organisation_id
                     WHERE p.id = NEW.person_id AND p.house_id = NEW.house_id AND o.kind <> 'incidentele_derde') THEN
        RAISE EXCEPTION 'pols: an incidental third party gets none' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER no_third_party BEFORE INSERT OR UPDATE OF person_id, house_id ON reference
      FOR EACH ROW EXECUTE FUNCTION pols_no_third_party()
    """,
    """
    CREATE TRIGGER no_third_party BEFORE INSERT OR UPDATE OF person_id, house_id ON answer_pin
      FOR EACH ROW EXECUTE FUNCTION pols_no_third_party()
    """,
    # Whose link this is and what it is good for: while it lasts, while this person may come in (R6), and not while
    # somebody else stands in for them. `browser`: the secret of who gave the second factor with it.
    """
    CREATE FUNCTION pols_link(wanted bytea, browser bytea) RETURNS TABLE (link_id uuid, person_id uuid,
        organisation_id uuid, house_id uuid, kind text, roles text[], reference_id uuid, code text, case_id uuid,
        duty_id uuid, meeting_id uuid, proven boolean, factor text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT l.id, m.person_id, m.organisation_id, m.house_id, m.kind, m.roles, r.id, r.code, r.case_id, r.duty_id,
             l.meeting_id, coalesce(l.factor_hash = browser AND l.factor_at > pols_now() - interval '15 minutes', false),
             l.factor
      FROM answer_link l JOIN reference r ON r.id = l.reference_id
      CROSS JOIN LATERAL pols_may_enter(r.person_id) m
      WHERE l.token_hash = wanted AND l.revoked_at IS NULL AND l.expires_at > pols_now()
        AND m.kind IN ('publieke_deelnemer', 'private_deelnemer') AND m.roles <> '{leidinggevende}'
        AND NOT EXISTS (SELECT FROM person p WHERE p.id = r.person_id
                          AND pols_is_away(p.absent_from, p.absent_until, pols_now())
                          AND pols_stand_in(p.id, pols_now()) IS NOT NULL)
    $$
    """,
    """
    CREATE FUNCTION pols_enter_link(token bytea, browser bytea, purpose text) RETURNS TABLE (link_id uuid,
        person_id uuid, organisation_id uuid, house_id uuid, kind text, roles text[], reference_id uuid, code text,
        case_id uuid, duty_id uuid, meeting_id uuid, proven boolean, factor text, now_ timestamptz, replaces uuid[])
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    BEGIN
      SELECT l.link_id, l.person_id, l.organisation_id, l.house_id, l.kind, l.roles, l.reference_id, l.code, l.case_id,
             l.duty_id, l.meeting_id, l.proven, l.factor
        INTO link_id, person_id, organisation_id, house_id, kind, roles, reference_id, code, case_id, duty_id,
             meeting_id, proven, factor
      FROM pols_link(token, browser) l;
      IF NOT FOUND THEN RETURN; END IF;
      SELECT b.now_, b.replaces_ INTO now_, replaces
        FROM pols_begin(person_id, organisation_id, 'koppeling', house_id, '{}', purpose, NULL, NULL, NULL) b;
      PERFORM set_config('pols.link_case', case_id::text, true),
              set_config('pols.link_duty', coalesce(duty_id::text, ''), true),
              set_config('pols.link_proven', CASE WHEN proven THEN 'ja' ELSE '' END, true);
      RETURN NEXT;
    END $$
    """,
    # A person opened the page: by a button, not by following the link, which machines do too.
    """
    CREATE FUNCTION pols_link_opened(wanted bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
      UPDATE answer_link SET opened_at = pols_now() WHERE token_hash = wanted AND opened_at IS NULL;
      UPDATE outbox SET opened_at = pols_now()
        WHERE opened_at IS NULL AND id = (SELECT l.message_id FROM answer_link l WHERE l.token_hash = wanted);
    $$
    """,
    # Answered with this link; the message when nothing of what it asked is open any more.
    """
    CREATE FUNCTION pols_link_answered(wanted bytea) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = public AS $$
      UPDATE answer_link SET answered_at = pols_now() WHERE token_hash = wanted AND answered_at IS NULL;
      UPDATE outbox m SET answered_at = pols_now()
        WHERE m.answered_at IS NULL AND m.id = (SELECT l.message_id FROM answer_link l WHERE l.token_hash = wanted)
          AND NOT EXISTS (SELECT FROM jsonb_array_elements(m.lines) AS line
                          JOIN duty d ON d.id = CAST(line->>'taak' AS uuid)
                          WHERE d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL);
    $$
    """,
    """
    CREATE FUNCTION pols_link_prove(wanted bytea, browser bytea, how text) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = public AS $$
      UPDATE answer_link SET factor_hash = browser, factor_at = pols_now(), factor = how
        WHERE token_hash = wanted AND revoked_at IS NULL AND expires_at > pols_now();
    $$
    """,
    """
    CREATE FUNCTION pols_own_pin() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
      $$ SELECT p.pin_hash FROM answer_pin p WHERE p.person_id = pols_person() $$
    """,
    # What a typed code is compared with, by who asks: the newest links of a reference whose code was not used yet.
    """
    CREATE FUNCTION pols_codes_of(reference text) RETURNS TABLE (link_id uuid, code_hash bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT l.id, l.code_hash FROM reference r JOIN answer_link l ON l.reference_id = r.id
      WHERE r.code = pols_codes_of.reference AND l.code_hash IS NOT NULL AND l.code_used_at IS NULL
        AND l.revoked_at IS NULL AND l.expires_at > pols_now()
      ORDER BY l.made_at DESC, l.id LIMIT 5
    $$
    """,
    # A code is used once, and opens a link like the one it was sent with, which is over sooner.
    """
    CREATE FUNCTION pols_open_by_code(wanted uuid, given bytea, fresh uuid, token bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      UPDATE answer_link SET code_used_at = pols_now() WHERE id = wanted AND code_hash = given
        AND code_used_at IS NULL AND revoked_at IS NULL AND expires_at > pols_now();
      IF NOT FOUND THEN RETURN false; END IF;
      INSERT INTO answer_link (id, house_id, reference_id, message_id, meeting_id, token_hash, made_at, expires_at)
        SELECT fresh, l.house_id, l.reference_id, l.message_id, l.meeting_id, token, pols_now(),
               least(l.expires_at, pols_now() + interval '2 hours')
        FROM answer_link l WHERE l.id = wanted;
      RETURN true;
    END $$
    """,
    # Whoever has a duty no longer has no link to it: it was handed on, or given to somebody else.
    """
    CREATE FUNCTION pols_links_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      UPDATE answer_link l SET revoked_at = pols_now() FROM reference r
      WHERE r.duty_id = NEW.id AND l.reference_id = r.id AND l.revoked_at IS NULL
        AND r.person_id IS DISTINCT FROM NEW.owner_person_id;
      RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER links_follow AFTER UPDATE OF owner_person_id, owner_organisation_id, owner_role ON duty
      FOR EACH ROW WHEN ((OLD.owner_person_id, OLD.owner_organisation_id, OLD.owner_role)
                         IS DISTINCT FROM (NEW.owner_person_id, NEW.owner_organisation_id, NEW.owner_role))
      EXECUTE FUNCTION pols_links_follow()
    """,
    # Who left has none, also when they come back.
    """
    CREATE FUNCTION pols_links_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      UPDATE answer_link l SET revoked_at = pols_now() FROM reference r
        WHERE r.person_id = NEW.id AND l.reference_id = r.id AND l.revoked_at IS NULL;
      DELETE FROM answer_pin p WHERE p.person_id = NEW.id;
      RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER links_end AFTER UPDATE OF active ON person FOR EACH ROW
      WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION pols_links_end()
    """,
    # Every night: what was over a month ago.
    """
    CREATE FUNCTION pols_forget_links() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
      DELETE FROM answer_link WHERE expires_at <= pols_now() - interval '30 days'
    $$
    """,
)
FOR_THE_DOORS = (
    "pols_link(bytea, bytea)", "pols_enter_link(bytea, bytea, text)", "pols_link_opened(bytea)",
    "pols_link_answered(bytea)", "pols_link_prove(bytea, bytea, text)", "pols_own_pin()", "pols_codes_of(text)",
    "pols_open_by_code(uuid, bytea, uuid, bytea)",
)  # fmt: skip
FOR_NOBODY = ("pols_links_follow()", "pols_links_end()", "pols_forget_links()")


def upgrade() -> None:
    """Add them, each with its security."""
    for statement in (*TABLES, *SECURED, *CONTEXT, *POLICIES, *FENCED, *FUNCTIONS):
        op.execute(statement)
    for function in (*FOR_THE_DOORS, *FOR_NOBODY):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in FOR_THE_DOORS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO pols_web")
    op.execute("GRANT EXECUTE ON FUNCTION pols_forget_links() TO pols_engine")
