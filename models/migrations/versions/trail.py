"""The log per house: where an act came from, the policy in force, seals per house; and Logboek Dataverwerkingen.

What was sealed before is checked here first, and the migration refuses to go on when it does not hold. The one chain over
all houses ends: its last number and hash are the first line of the chain of nobody, and every line is sealed again in the
chain of its house, in its new form, by the first sealer that runs.
"""

import hashlib
import json

from alembic import op
from sqlalchemy import text

revision = "2026_11_22_trail"
down_revision = "2026_11_22_glass"

_OLD = (
    "id, house_id, at, action, object_kind, object_id, case_id, person_id, organisation_id, on_behalf_of, roles,"
    " purpose, result, facts"
)
_ROLES = (
    "triagist", "procesregisseur", "adviseur", "manager", "functioneel_beheerder", "privacy_officer",
    "functionaris_gegevensbescherming", "auditor", "triagelid", "partnercontact", "contactpunt",
)  # fmt: skip
_READERS = "'privacy_officer', 'functionaris_gegevensbescherming', 'auditor'"

LINES = (
    "ALTER TABLE audit_line ADD COLUMN referral_id uuid",
    "ALTER TABLE audit_line ADD COLUMN door text NOT NULL DEFAULT ''",
    "ALTER TABLE audit_line ALTER COLUMN door DROP DEFAULT",
    "ALTER TABLE audit_line ADD COLUMN address text",
    "ALTER TABLE audit_line ADD COLUMN via_id uuid",
    "ALTER TABLE audit_line ADD COLUMN glass_id uuid",
    "ALTER TABLE audit_line ADD COLUMN policy_version integer",
    "ALTER TABLE audit_line ADD COLUMN trace_id text NOT NULL DEFAULT ''",
    "ALTER TABLE audit_line ALTER COLUMN trace_id DROP DEFAULT",
    "ALTER TABLE audit_line ADD COLUMN span_id text NOT NULL DEFAULT ''",
    "ALTER TABLE audit_line ALTER COLUMN span_id DROP DEFAULT",
    # what was about a report is found by it; the one thing that is added to old lines, before they are sealed again
    "ALTER TABLE audit_line DISABLE TRIGGER written_once",
    "UPDATE audit_line SET referral_id = object_id WHERE object_kind = 'aanmelding' AND action <> 'gewist'",
    "ALTER TABLE audit_line ENABLE TRIGGER written_once",
    "DROP INDEX ix_audit_line_house_at",
    "DROP INDEX ix_audit_line_case_id",
    "CREATE INDEX ix_audit_line_house_at ON audit_line (house_id, at, id)",
    "CREATE INDEX ix_audit_line_house_action ON audit_line (house_id, action, at, id)",
    "CREATE INDEX ix_audit_line_refused ON audit_line (house_id, at, id) WHERE result <> 'ok'",
    "CREATE INDEX ix_audit_line_case_at ON audit_line (case_id, at, id) WHERE case_id IS NOT NULL",
    "CREATE INDEX ix_audit_line_referral_at ON audit_line (referral_id, at, id) WHERE referral_id IS NOT NULL",
    # the policy in force, whoever writes and however many lines at once
    """
    CREATE FUNCTION pols_policy_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.policy_version := (
        SELECT p.version FROM house_policy p WHERE p.house_id = NEW.house_id ORDER BY p.version DESC LIMIT 1);
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER policy_in_force BEFORE INSERT ON audit_line
      FOR EACH ROW EXECUTE FUNCTION pols_policy_in_force()
    """,
    "DROP POLICY officer_reads ON audit_line",
    f"""
    CREATE POLICY officer_reads ON audit_line FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_has({_READERS})))
    """,
)
SEALS = (
    "DROP TABLE audit_seal",
    """
    CREATE TABLE audit_seal (
      chain uuid NOT NULL, seq bigint NOT NULL, line_id uuid NOT NULL, previous_hash bytea NOT NULL,
      hash bytea NOT NULL, sealed_at timestamptz NOT NULL,
      CONSTRAINT pk_audit_seal PRIMARY KEY (chain, seq),
      CONSTRAINT uq_audit_seal_line_id UNIQUE (line_id)
    )
    """,
    "ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE audit_seal FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON audit_seal FROM PUBLIC",
    "CREATE POLICY engine ON audit_seal TO pols_engine USING (true) WITH CHECK (true)",
    "GRANT SELECT, INSERT ON audit_seal TO pols_engine",
    """
    CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
      FOR EACH STATEMENT EXECUTE FUNCTION pols_written_once()
    """,
)
RECORDS = (
    """
    CREATE TABLE processing (
      id uuid NOT NULL, house_id uuid NOT NULL, trace_id text NOT NULL, span_id text NOT NULL, parent_span_id text,
      activity text NOT NULL, name text NOT NULL, status text NOT NULL, started_at timestamptz NOT NULL,
      ended_at timestamptz NOT NULL, subject_id uuid NOT NULL, subject_kind text NOT NULL,
      CONSTRAINT pk_processing PRIMARY KEY (id),
      CONSTRAINT fk_processing_house_id FOREIGN KEY (house_id) REFERENCES house (id)
    )
    """,
    "CREATE INDEX ix_processing_house_id_started_at ON processing (house_id, started_at, id)",
    "ALTER TABLE processing ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE processing FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON processing FROM PUBLIC",
    "CREATE POLICY engine ON processing TO pols_engine USING (true) WITH CHECK (true)",
    "CREATE POLICY web_write ON processing FOR INSERT TO pols_web WITH CHECK (house_id = pols_house())",
    f"""
    CREATE POLICY officer_reads ON processing FOR SELECT TO pols_web
      USING (house_id = (SELECT pols_house()) AND (SELECT pols_has({_READERS})))
    """,
    "GRANT SELECT, INSERT ON processing TO pols_web, pols_engine",
    """
    CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON processing
      FOR EACH STATEMENT EXECUTE FUNCTION pols_written_once()
    """,
)
# Signing in also says which token or session it was.
SIGNING_IN = (
    "DROP FUNCTION pols_enter(bytea, text)",
    "DROP FUNCTION pols_sign_in(bytea)",
    """
    CREATE FUNCTION pols_sign_in(wanted bytea) RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid,
        kind text, roles text[], name text, via_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
      SELECT p.id, p.organisation_id, p.house_id, o.kind, p.roles, p.name, v.id
      FROM (
        SELECT t.id, t.person_id FROM api_token t
          WHERE t.token_hash = wanted AND t.revoked_at IS NULL AND t.expires_at > pols_now()
        UNION ALL
        SELECT s.id, s.person_id FROM web_session s WHERE s.secret_hash = wanted AND s.expires_at > pols_now()
        LIMIT 1) AS v
      JOIN person p ON p.id = v.person_id JOIN organisation o ON o.id = p.organisation_id
      WHERE p.active AND o.kind <> 'incidentele_derde'
        AND coalesce(p.screened_until >= pols_now()::date, false)
        AND coalesce(p.trained_until >= pols_now()::date, false)
    $$
    """,
    """
    CREATE FUNCTION pols_enter(token bytea, purpose text)
    RETURNS TABLE (person_id uuid, organisation_id uuid, house_id uuid, kind text, roles text[], name text,
                   via_id uuid, now_ timestamptz)
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      SELECT s.person_id, s.organisation_id, s.house_id, s.kind, s.roles, s.name, s.via_id
        INTO person_id, organisation_id, house_id, kind, roles, name, via_id FROM pols_sign_in(token) s;
      IF NOT FOUND THEN RETURN; END IF;
      SELECT b.now_ INTO now_
        FROM pols_begin(person_id, organisation_id, kind, house_id, roles, purpose, NULL, NULL, NULL) b;
      RETURN NEXT;
    END $$
    """,
    "REVOKE ALL ON FUNCTION pols_sign_in(bytea), pols_enter(bytea, text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_sign_in(bytea), pols_enter(bytea, text) TO pols_web",
)
# Whose file somebody in a report has, for who reads the log: the ids of the case and of the report, nothing else.
READING = (
    f"""
    CREATE FUNCTION pols_files_of(wanted uuid) RETURNS TABLE (case_id uuid, referral_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT s.case_id, s.referral_id FROM subject s
      WHERE s.id = wanted AND s.house_id = pols_house() AND pols_has({_READERS})
    $$
    """,
    f"""
    CREATE POLICY log_reader ON subject FOR SELECT TO pols_owner
      USING (house_id = pols_house() AND pols_has({_READERS}))
    """,
    "REVOKE ALL ON FUNCTION pols_files_of(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_files_of(uuid) TO pols_web",
)


def upgrade() -> None:
    """Check what was sealed, then change the log and its seals."""
    op.execute("ALTER TABLE audit_line NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_seal NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_unsealed NO FORCE ROW LEVEL SECURITY")
    seq, last = _checked()
    for statement in LINES + SEALS:
        op.execute(statement)
    op.execute("DELETE FROM audit_unsealed")
    if seq:
        _begin_anew(seq, last)
    op.execute("INSERT INTO audit_unsealed (line_id) SELECT id FROM audit_line ON CONFLICT DO NOTHING")
    op.execute("ALTER TABLE audit_unsealed FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_line FORCE ROW LEVEL SECURITY")
    for statement in RECORDS + SIGNING_IN + READING:
        op.execute(statement)
    op.execute("ALTER TABLE duty DROP CONSTRAINT ck_duty_role")
    listed = ", ".join(f"'{one}'" for one in _ROLES)
    op.execute(f"ALTER TABLE duty ADD CONSTRAINT ck_duty_role CHECK (owner_role IN ({listed}))")


def _checked() -> tuple[int, bytes]:
    """The last number and hash of the old chain. Raises RuntimeError when it does not hold."""
    rows = op.get_bind().execute(
        text(
            f"SELECT seq, previous_hash, hash, {_OLD} FROM audit_seal LEFT JOIN audit_line ON id = line_id ORDER BY seq"
        )
    )
    seq, previous = 0, b"\x00" * 32
    for row in rows.mappings():
        line = {name: row[name].isoformat() if name == "at" and row[name] else row[name] for name in _OLD.split(", ")}
        written = json.dumps(line, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=True)
        good = row["seq"] == seq + 1 and row["previous_hash"] == previous and row["id"] is not None
        if not good or row["hash"] != hashlib.sha256(previous + written.encode()).digest():
            msg = f"the log does not hold from line {seq + 1}: find out why before it is sealed anew"
            raise RuntimeError(msg)
        seq, previous = row["seq"], row["hash"]
    return seq, previous


def _begin_anew(seq: int, last: bytes) -> None:
    facts = json.dumps({"laatste_regel": seq, "laatste_zegel": last.hex()})
    op.get_bind().execute(
        text(
            "INSERT INTO audit_line (id, at, action, object_kind, roles, purpose, result, door, trace_id, span_id, facts)"
            " VALUES ('00000000-0000-7000-8000-000000000001', pols_now(), 'keten vernieuwd', 'logboek', '{}',"
            " 'procesvoering', 'ok', 'beheer', '', '', CAST(:facts AS jsonb))"
        ),
        {"facts": facts},
    )
