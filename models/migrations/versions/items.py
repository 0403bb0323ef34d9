"""Visibility per information item: what an item says in full, its versions, and secret addresses behind a fence of their own."""

from alembic import op

revision = "2026_11_22_items"
down_revision = "2026_11_22_identity"

ITEM = (
    "ALTER TABLE info_item NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE subject NO FORCE ROW LEVEL SECURITY",
    """
    ALTER TABLE info_item
      DROP CONSTRAINT ck_info_item_category_is_named, DROP CONSTRAINT fk_info_item_subject_id,
      ADD COLUMN professional text NOT NULL DEFAULT '', ADD COLUMN written_by uuid,
      ADD COLUMN life_domain text NOT NULL DEFAULT '', ADD COLUMN route varchar(48),
      ADD COLUMN route_reason text NOT NULL DEFAULT '', ADD COLUMN source text NOT NULL DEFAULT '',
      ADD COLUMN reliability varchar(48) NOT NULL DEFAULT 'niet_beoordeeld',
      ADD COLUMN conditions text[] NOT NULL DEFAULT '{}', ADD COLUMN only_for uuid[] NOT NULL DEFAULT '{}',
      ADD COLUMN conditions_note text NOT NULL DEFAULT '', ADD COLUMN version integer NOT NULL DEFAULT 1,
      ADD COLUMN corrected_at timestamptz
    """,
    # free words of before become the word of the law that says most about them; nothing is thrown away
    """
    UPDATE info_item SET
      body = CASE WHEN withdrawn_at IS NOT NULL THEN '' ELSE body END,
      regime = CASE regime WHEN 'jeugd' THEN 'jeugdhulp' ELSE regime END,
      category = CASE
        WHEN category IN ('identificerend_en_contact', 'burgerservicenummer', 'huisvesting', 'financieel', 'inkomen',
          'gezondheid', 'politiegegevens', 'justitie_en_vervolging', 'relaties', 'toezicht_en_bestuurlijk', 'zorg',
          'begeleiding_en_hulp', 'aanmelding') THEN category
        WHEN category = 'melding' THEN 'aanmelding'
        WHEN regime = 'Wpg' THEN 'politiegegevens'
        WHEN regime = 'Wjsg' OR category = 'justitieel' THEN 'justitie_en_vervolging'
        WHEN category = 'wonen' THEN 'huisvesting'
        WHEN regime = 'medisch' THEN 'gezondheid'
        ELSE 'begeleiding_en_hulp' END
    """,
    """
    UPDATE info_item SET ground = CASE regime WHEN 'Wpg' THEN 'WGS 1.5, tweede lid; Wpg 20, derde lid'
      WHEN 'Wjsg' THEN 'WGS 1.5, tweede lid; Wjsg' WHEN 'AVG' THEN 'WGS 1.5, eerste lid'
      ELSE 'WGS 2.29, tweede lid' END
    WHERE ground = ''
    """,
    """
    ALTER TABLE info_item
      ALTER COLUMN professional DROP DEFAULT, ALTER COLUMN life_domain DROP DEFAULT,
      ALTER COLUMN route_reason DROP DEFAULT, ALTER COLUMN source DROP DEFAULT, ALTER COLUMN reliability DROP DEFAULT,
      ALTER COLUMN conditions DROP DEFAULT, ALTER COLUMN only_for DROP DEFAULT,
      ALTER COLUMN conditions_note DROP DEFAULT, ALTER COLUMN version DROP DEFAULT,
      ALTER COLUMN category TYPE varchar(48), ALTER COLUMN regime TYPE varchar(48),
      ADD CONSTRAINT fk_info_item_subject_id FOREIGN KEY (subject_id) REFERENCES subject (id) ON DELETE SET NULL,
      ADD CONSTRAINT fk_info_item_written_by FOREIGN KEY (written_by) REFERENCES person (id),
      ADD CONSTRAINT ck_info_item_category CHECK (category IN ('identificerend_en_contact', 'burgerservicenummer',
        'huisvesting', 'financieel', 'inkomen', 'gezondheid', 'politiegegevens', 'justitie_en_vervolging', 'relaties',
        'toezicht_en_bestuurlijk', 'zorg', 'begeleiding_en_hulp', 'aanmelding')),
      ADD CONSTRAINT ck_info_item_regime CHECK (regime IN ('AVG', 'Wpg', 'Wjsg', 'medisch', 'jeugdhulp')),
      ADD CONSTRAINT ck_info_item_secrecyroute CHECK (route IN ('uitdrukkelijke_toestemming', 'wettelijke_plicht',
        'wettelijke_bevoegdheid', 'goed_hulpverlenerschap')),
      ADD CONSTRAINT ck_info_item_reliability CHECK (reliability IN ('vastgesteld', 'aannemelijk', 'betwist',
        'niet_beoordeeld')),
      ADD CONSTRAINT ck_info_item_ground_is_named CHECK (ground <> ''),
      ADD CONSTRAINT ck_info_item_conditions_are_known CHECK (conditions <@ ARRAY['niet_aan_derden',
        'niet_in_verslag', 'niet_aan_betrokkene']),
      ADD CONSTRAINT ck_info_item_good_care_is_reasoned CHECK (
        route IS DISTINCT FROM 'goed_hulpverlenerschap' OR route_reason <> '' OR withdrawn_at IS NOT NULL),
      ADD CONSTRAINT ck_info_item_professional_by_name_and_contact CHECK (professional = ''
        OR (category = 'identificerend_en_contact' AND subject_id IS NULL AND life_domain = '')),
      ADD CONSTRAINT ck_info_item_withdrawn_is_empty CHECK ((withdrawn_at IS NULL) = (body <> '')),
      ADD CONSTRAINT ck_info_item_version_counts CHECK (version > 0)
    """,
    "ALTER TABLE history ADD COLUMN item_id uuid",
    "ALTER TABLE history NO FORCE ROW LEVEL SECURITY",
    """
    UPDATE history SET item_id = (facts->>'informatie')::uuid, facts = facts - 'informatie'
    WHERE what = 'informatie toegevoegd' AND facts ? 'informatie'
    """,
    "ALTER TABLE history FORCE ROW LEVEL SECURITY",
    """
    CREATE TABLE info_item_version (
      item_id uuid NOT NULL, version integer NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL,
      supplier_id uuid NOT NULL, replaced_at timestamptz NOT NULL, replaced_by uuid, reason text NOT NULL,
      content jsonb NOT NULL,
      CONSTRAINT pk_info_item_version PRIMARY KEY (item_id, version),
      CONSTRAINT fk_info_item_version_item_id FOREIGN KEY (item_id) REFERENCES info_item (id) ON DELETE CASCADE,
      CONSTRAINT fk_info_item_version_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_info_item_version_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE,
      CONSTRAINT fk_info_item_version_supplier_id FOREIGN KEY (supplier_id) REFERENCES organisation (id),
      CONSTRAINT fk_info_item_version_replaced_by FOREIGN KEY (replaced_by) REFERENCES person (id)
    )
    """,
    # a secret that was shared without a recorded route goes back to its supplier, who can supply it again with one:
    # no route is made up here (WGS 2.29(2))
    """
    INSERT INTO info_item_version (item_id, version, house_id, case_id, supplier_id, replaced_at, reason, content)
    SELECT id, 1, house_id, case_id, supplier_id, now(), 'zonder vastgelegde doorbrekingsgrond', jsonb_build_object(
      'category', category, 'body', body, 'regime', regime, 'ground', ground, 'subject_id', subject_id,
      'excluded', to_jsonb(excluded))
    FROM info_item WHERE regime IN ('medisch', 'jeugdhulp') AND withdrawn_at IS NULL
    """,
    """
    UPDATE info_item SET body = '', version = 2, withdrawn_at = now()
    WHERE regime IN ('medisch', 'jeugdhulp') AND withdrawn_at IS NULL
    """,
    """
    ALTER TABLE info_item ADD CONSTRAINT ck_info_item_secrecy_has_a_route CHECK (
      regime NOT IN ('medisch', 'jeugdhulp') OR route IS NOT NULL OR withdrawn_at IS NOT NULL)
    """,
    "ALTER TABLE info_item FORCE ROW LEVEL SECURITY",
)
PEOPLE = (
    """
    CREATE TABLE subject_address (
      subject_id uuid NOT NULL, house_id uuid NOT NULL, address text NOT NULL, school text NOT NULL,
      contact_channel text NOT NULL,
      CONSTRAINT pk_subject_address PRIMARY KEY (subject_id),
      CONSTRAINT fk_subject_address_subject_id FOREIGN KEY (subject_id) REFERENCES subject (id) ON DELETE CASCADE,
      CONSTRAINT fk_subject_address_house_id FOREIGN KEY (house_id) REFERENCES house (id)
    )
    """,
    """
    INSERT INTO subject_address (subject_id, house_id, address, school, contact_channel)
    SELECT id, house_id, address, '', contact_channel FROM subject
    """,
    "ALTER TABLE subject DROP COLUMN address, DROP COLUMN contact_channel",
    "ALTER TABLE subject ADD COLUMN secret_address boolean NOT NULL DEFAULT false",
    "ALTER TABLE subject ALTER COLUMN secret_address DROP DEFAULT",
    "ALTER TABLE subject FORCE ROW LEVEL SECURITY",
    # where somebody could be found is not kept in what a report said before: an address may become secret later
    "ALTER TABLE referral_version NO FORCE ROW LEVEL SECURITY",
    """
    UPDATE referral_version SET content = jsonb_set(content, '{subjects}', coalesce(
      (SELECT jsonb_agg(one - 'address' - 'contact_channel') FROM jsonb_array_elements(content->'subjects') AS one),
      '[]'))
    """,
    "ALTER TABLE referral_version FORCE ROW LEVEL SECURITY",
    """
    CREATE TABLE subject_protection (
      subject_id uuid NOT NULL, house_id uuid NOT NULL, organisations uuid[] NOT NULL, persons uuid[] NOT NULL,
      set_at timestamptz NOT NULL, set_by uuid NOT NULL,
      CONSTRAINT pk_subject_protection PRIMARY KEY (subject_id),
      CONSTRAINT fk_subject_protection_subject_id FOREIGN KEY (subject_id) REFERENCES subject (id) ON DELETE CASCADE,
      CONSTRAINT fk_subject_protection_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_subject_protection_set_by FOREIGN KEY (set_by) REFERENCES person (id)
    )
    """,
    """
    CREATE TABLE meeting_place (
      meeting_id uuid NOT NULL, house_id uuid NOT NULL, case_id uuid NOT NULL, place text NOT NULL,
      CONSTRAINT pk_meeting_place PRIMARY KEY (meeting_id),
      CONSTRAINT fk_meeting_place_meeting_id FOREIGN KEY (meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
      CONSTRAINT fk_meeting_place_house_id FOREIGN KEY (house_id) REFERENCES house (id),
      CONSTRAINT fk_meeting_place_case_id FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE CASCADE
    )
    """,
    "ALTER TABLE meeting NO FORCE ROW LEVEL SECURITY",
    """
    INSERT INTO meeting_place (meeting_id, house_id, case_id, place)
    SELECT id, house_id, case_id, place FROM meeting WHERE place <> ''
    """,
    "ALTER TABLE meeting DROP COLUMN place",
    "ALTER TABLE meeting FORCE ROW LEVEL SECURITY",
    *(
        statement.format(table=table)
        for table in ("info_item_version", "subject_address", "subject_protection", "meeting_place")
        for statement in (
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            "REVOKE ALL ON {table} FROM PUBLIC",
        )
    ),
)
# Three questions that a policy cannot ask as who looks, because who looks may not see the row that answers it. As owner;
# each answers yes or no, about who asks (or, to know whom to write, about a recipient).
FUNCTIONS = (
    "CREATE POLICY is_it_shut ON cases FOR SELECT TO pols_owner USING (phase = 'afgesloten')",
    "CREATE POLICY is_it_secret ON subject FOR SELECT TO pols_owner USING (secret_address)",
    "CREATE POLICY who_is_named ON subject_protection FOR SELECT TO pols_owner USING (true)",
    """
    CREATE FUNCTION pols_is_shut(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$
      SELECT EXISTS (SELECT FROM cases c WHERE c.id = wanted AND c.phase = 'afgesloten'
                       AND NOT coalesce(c.unshielded_until > pols_now(), false))
    $$
    """,
    """
    CREATE FUNCTION pols_may_find(wanted uuid, organisation uuid, person uuid) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public AS $$
      SELECT NOT EXISTS (
        SELECT FROM subject s LEFT JOIN subject_protection p ON p.subject_id = s.id
        WHERE s.id = wanted AND s.secret_address
          AND NOT coalesce(organisation = ANY (p.organisations), false) AND NOT coalesce(person = ANY (p.persons), false))
    $$
    """,
    """
    CREATE FUNCTION pols_may_find_in(wanted uuid, organisation uuid, person uuid) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public AS $$
      SELECT NOT EXISTS (
        SELECT FROM subject s LEFT JOIN subject_protection p ON p.subject_id = s.id
        WHERE s.case_id = wanted AND s.secret_address
          AND NOT coalesce(organisation = ANY (p.organisations), false) AND NOT coalesce(person = ANY (p.persons), false))
    $$
    """,
    "REVOKE ALL ON FUNCTION pols_is_shut(uuid), pols_may_find(uuid, uuid, uuid), pols_may_find_in(uuid, uuid, uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pols_is_shut(uuid), pols_may_find(uuid, uuid, uuid), pols_may_find_in(uuid, uuid, uuid) TO pols_web",
)
# models/visibility.py says the same: `reads_item`, `finds`
POLICIES = (
    "DROP POLICY items ON info_item",
    """
    CREATE POLICY items ON info_item FOR SELECT TO pols_web USING (house_id = pols_house() AND (
      (pols_is_participant() AND supplier_id = pols_org() AND NOT pols_is_shut(case_id))
      OR (pols_reads(case_id) AND NOT pols_org() = ANY (excluded) AND (only_for = '{}' OR pols_org() = ANY (only_for))
          AND (category NOT IN ('identificerend_en_contact', 'huisvesting')
               OR pols_may_find(subject_id, pols_org(), pols_person())))))
    """,
    """
    CREATE POLICY supply ON info_item FOR INSERT TO pols_web WITH CHECK (house_id = pols_house() AND (
      pols_is_staff() OR (pols_is_participant() AND supplier_id = pols_org())
      OR (pols_at_table() AND category = 'aanmelding')))
    """,
    """
    CREATE POLICY own ON info_item FOR UPDATE TO pols_web
      USING (house_id = pols_house() AND pols_is_participant() AND supplier_id = pols_org())
      WITH CHECK (house_id = pols_house() AND pols_is_participant() AND supplier_id = pols_org())
    """,
    "REVOKE UPDATE ON info_item FROM pols_web",
    """
    GRANT UPDATE (subject_id, professional, category, life_domain, regime, ground, route, route_reason, source,
      reliability, conditions, excluded, only_for, conditions_note, version, corrected_at, withdrawn_at, body)
      ON info_item TO pols_web
    """,
    """
    CREATE POLICY supplier ON info_item_version TO pols_web
      USING (house_id = pols_house() AND (pols_has('privacy_officer')
             OR (pols_is_participant() AND supplier_id = pols_org() AND NOT pols_is_shut(case_id))))
      WITH CHECK (house_id = pols_house() AND pols_is_participant() AND supplier_id = pols_org())
    """,
    "GRANT SELECT, INSERT ON info_item_version TO pols_web",
    """
    CREATE POLICY found ON subject_address TO pols_web
      USING (house_id = pols_house() AND EXISTS (SELECT FROM subject s WHERE s.id = subject_id)
             AND pols_may_find(subject_id, pols_org(), pols_person()))
      WITH CHECK (house_id = pols_house() AND EXISTS (SELECT FROM subject s WHERE s.id = subject_id))
    """,
    "GRANT SELECT, INSERT, UPDATE ON subject_address TO pols_web",
    "GRANT DELETE ON subject_relation TO pols_web",
    # who is named knows that they are; who reported and who leads keeps the list, without reading the address by that
    """
    CREATE POLICY named ON subject_protection FOR SELECT TO pols_web
      USING (house_id = pols_house() AND EXISTS (SELECT FROM subject s WHERE s.id = subject_id)
             AND (pols_org() = ANY (organisations) OR pols_person() = ANY (persons)))
    """,
    """
    CREATE POLICY keepers ON subject_protection TO pols_web
      USING (house_id = pols_house() AND EXISTS (SELECT FROM subject s WHERE s.id = subject_id AND (pols_is_staff()
               OR (pols_is_participant() AND EXISTS (SELECT FROM referral r WHERE r.id = s.referral_id
                     AND r.reporter_organisation_id = pols_org())))))
      WITH CHECK (house_id = pols_house())
    """,
    "GRANT SELECT, INSERT, UPDATE, DELETE ON subject_protection TO pols_web",
    """
    CREATE POLICY found ON meeting_place TO pols_web
      USING (house_id = pols_house() AND EXISTS (SELECT FROM meeting m WHERE m.id = meeting_id)
             AND pols_may_find_in(case_id, pols_org(), pols_person()))
      WITH CHECK (house_id = pols_house())
    """,
    "GRANT SELECT, INSERT ON meeting_place TO pols_web",
    # a line about an item is there for who may read the item
    "DROP POLICY web ON history",
    """
    CREATE POLICY web ON history TO pols_web
      USING (house_id = pols_house() AND EXISTS (SELECT FROM cases c WHERE c.id = case_id)
             AND (pols_is_staff() OR pols_at_table() OR organisation_id = pols_org() OR pols_stands(case_id, 'betrokken')
                  OR case_id = pols_acting())
             AND (item_id IS NULL OR EXISTS (SELECT FROM info_item i WHERE i.id = item_id)))
      WITH CHECK (house_id = pols_house())
    """,
    """
    ALTER POLICY officer ON history USING ((SELECT pols_is_officer()) AND house_id = (SELECT pols_house())
      AND case_id IN (SELECT pols_glass('toezicht'))
      AND (item_id IS NULL OR EXISTS (SELECT FROM info_item i WHERE i.id = item_id)))
    """,
)


def upgrade() -> None:
    """Add them, each with its security."""
    for statement in (*ITEM, *PEOPLE, *FUNCTIONS, *POLICIES):
        op.execute(statement)
