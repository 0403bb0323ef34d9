"""A referral with everything its reporter is asked: persons in order and their relations, problems, facts, consequences."""

from alembic import op

revision = "2026_11_22_full_referral"
down_revision = "2026_11_22_first"

#: what was free text before becomes part of the situation; the sector's incidents and contacts get our names
STATEMENTS = (
    "ALTER TABLE referral NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE subject NO FORCE ROW LEVEL SECURITY",
    """
    ALTER TABLE referral
      ADD COLUMN reporter_function text NOT NULL DEFAULT '', ADD COLUMN reporter_contact text NOT NULL DEFAULT '',
      ADD COLUMN facts text NOT NULL DEFAULT '', ADD COLUMN consequences text[] NOT NULL DEFAULT '{}',
      ADD COLUMN problems jsonb NOT NULL DEFAULT '[]', ADD COLUMN criminogenic_factors text[] NOT NULL DEFAULT '{}'
    """,
    """
    UPDATE referral SET situation = left(concat_ws(E'\\n\\n', consequence, nullif(situation, '')), 50000)
    WHERE consequence <> ''
    """,
    """
    UPDATE referral SET service = 'procesregie' WHERE service NOT IN ('advies', 'procesregie', 'scenarioteam')
    """,
    """
    UPDATE referral SET
      incidents = coalesce((SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'body', left(coalesce(nullif(one->>'omschrijving', ''), one::text), 50000), 'place', left(one->>'locatie', 500),
          'happened_at', CASE WHEN one->>'datumTijd' ~ '^20[0-8][0-9]-.+(Z|[+-][0-9][0-9].[0-9][0-9])$'
            THEN one->>'datumTijd' END,
          'ended_at', CASE WHEN one->>'tot' ~ '^20[0-8][0-9]-.+(Z|[+-][0-9][0-9].[0-9][0-9])$'
            THEN one->>'tot' END)))
        FROM jsonb_array_elements(incidents) AS one), '[]'),
      partners = coalesce((SELECT jsonb_agg(jsonb_build_object(
          'name', left(coalesce(one->>'naam', ''), 500), 'organisation', left(coalesce(one->>'organisatie', ''), 500),
          'contact', left(concat_ws(' ', one->>'emailadres', one->>'telefoonnummer', one->>'contact'), 500)))
        FROM jsonb_array_elements(partners) AS one), '[]')
    """,
    """
    ALTER TABLE referral
      DROP COLUMN consequence, ALTER COLUMN service TYPE varchar(48),
      ALTER COLUMN reporter_function DROP DEFAULT, ALTER COLUMN reporter_contact DROP DEFAULT,
      ALTER COLUMN facts DROP DEFAULT, ALTER COLUMN consequences DROP DEFAULT,
      ALTER COLUMN problems DROP DEFAULT, ALTER COLUMN criminogenic_factors DROP DEFAULT,
      ADD CONSTRAINT ck_referral_consequences_are_known CHECK (consequences <@ ARRAY['ernstige_overlast',
        'criminaliteit', 'onveilig_voor_personen', 'onveilig_in_gebied']),
      ADD CONSTRAINT ck_referral_service CHECK (service IN ('advies', 'procesregie', 'scenarioteam'))
    """,
    "ALTER TABLE subject ADD COLUMN position integer",
    """
    UPDATE subject SET position = numbered.place
    FROM (SELECT id, row_number() OVER (PARTITION BY referral_id ORDER BY standing, id) AS place FROM subject) AS numbered
    WHERE subject.id = numbered.id
    """,
    "ALTER TABLE subject ALTER COLUMN position SET NOT NULL",
    "ALTER TABLE referral FORCE ROW LEVEL SECURITY",
    "ALTER TABLE subject FORCE ROW LEVEL SECURITY",
    """
    CREATE TABLE subject_relation (
      id uuid NOT NULL, house_id uuid NOT NULL, referral_id uuid NOT NULL, of_id uuid NOT NULL, to_id uuid NOT NULL,
      kind varchar(48) NOT NULL,
      CONSTRAINT pk_subject_relation PRIMARY KEY (id),
      CONSTRAINT ck_subject_relation_is_between_two CHECK (of_id <> to_id),
      CONSTRAINT ck_subject_relation_relationkind CHECK (kind IN ('partner', 'ex_partner', 'ouder', 'kind',
        'broer_of_zus', 'ander_familielid', 'huisgenoot', 'direct_sociaal_contact')),
      CONSTRAINT uq_subject_relation_of_id_to_id_kind UNIQUE (of_id, to_id, kind),
      CONSTRAINT fk_subject_relation_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_subject_relation_referral_id FOREIGN KEY (referral_id) REFERENCES referral (id) ON DELETE CASCADE,
      CONSTRAINT fk_subject_relation_of_id FOREIGN KEY (of_id) REFERENCES subject (id) ON DELETE CASCADE,
      CONSTRAINT fk_subject_relation_to_id FOREIGN KEY (to_id) REFERENCES subject (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_subject_relation_referral_id ON subject_relation (referral_id)",
    "CREATE INDEX ix_subject_relation_to_id ON subject_relation (to_id)",
    "ALTER TABLE subject_relation ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE subject_relation FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON subject_relation FROM PUBLIC",
    # who may read both people may read what they are to each other
    """
    CREATE POLICY both_read ON subject_relation TO pols_web
      USING (house_id = pols_house() AND EXISTS (SELECT FROM subject s WHERE s.id = of_id)
             AND EXISTS (SELECT FROM subject s WHERE s.id = to_id))
      WITH CHECK (house_id = pols_house())
    """,
    "GRANT SELECT, INSERT ON subject_relation TO pols_web",
)


def upgrade() -> None:
    """Add what the referral lacked."""
    for statement in STATEMENTS:
        op.execute(statement)
