-- Who is told about a duty, for a step of its ladder. Given: pairs (duty, step) as arrays. An absent person is replaced
-- by the deputy they named; without one it stays theirs: an absent owner without a deputy is a cause of its own (stalled).
WITH asked AS (
  SELECT * FROM unnest(CAST(:duties AS uuid[]), CAST(:steps AS text[])) AS a (duty_id, step)
), facing AS (
  SELECT a.duty_id, a.step, d.house_id, d.case_id, d.kind, d.due_at, d.owner_organisation_id, d.owner_role,
         d.owner_person_id, c.number, c.director_id
  FROM asked a JOIN duty d ON d.id = a.duty_id JOIN cases c ON c.id = d.case_id
), chosen AS (
  SELECT f.*, p.id AS person_id
  FROM facing f JOIN person p ON p.house_id = f.house_id AND p.active
  JOIN organisation o ON o.id = p.organisation_id AND o.kind <> 'incidentele_derde'
  WHERE CASE
    WHEN f.step = 'director' THEN
      CASE WHEN f.director_id IS NOT NULL THEN p.id = f.director_id
           ELSE o.kind = 'huis' AND 'triagist' = ANY (p.roles) END
    WHEN f.step = 'manager' THEN o.kind = 'huis' AND 'manager' = ANY (p.roles)
    WHEN f.step = 'deputy' THEN
      CASE WHEN f.owner_role = 'triagelid' THEN o.kind = 'publieke_deelnemer' AND 'triagelid' = ANY (p.roles)
           ELSE p.organisation_id = f.owner_organisation_id AND p.id IS DISTINCT FROM f.owner_person_id
                AND (o.kind <> 'huis' OR 'manager' = ANY (p.roles) OR f.owner_role = ANY (p.roles)) END
    WHEN f.owner_person_id IS NOT NULL THEN p.id = f.owner_person_id
    WHEN f.owner_role = 'triagelid' THEN o.kind = 'publieke_deelnemer' AND 'triagelid' = ANY (p.roles)
    WHEN f.owner_role IS NOT NULL THEN p.organisation_id = f.owner_organisation_id AND f.owner_role = ANY (p.roles)
    ELSE p.organisation_id = f.owner_organisation_id AND 'partnercontact' = ANY (p.roles)
         AND pols_assigned(f.case_id, p.organisation_id, p.id)
  END
), present AS (
  SELECT c.duty_id, c.step, c.house_id, c.case_id, c.kind, c.due_at, c.number,
         CASE WHEN p.absent_from <= :now AND (p.absent_until IS NULL OR p.absent_until > :now)
              THEN coalesce(p.deputy_id, p.id) ELSE p.id END AS person_id
  FROM chosen c JOIN person p ON p.id = c.person_id
)
INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
SELECT gen_random_uuid(), house_id, :key || ':' || person_id, person_id, :template, array_agg(DISTINCT case_id),
       jsonb_agg(DISTINCT jsonb_build_object('taak', duty_id, 'casus', number, 'soort', kind, 'uiterlijk', due_at,
                                             'stap', step)),
       :now, :now, 0
FROM present GROUP BY house_id, person_id
ON CONFLICT (key) DO NOTHING
