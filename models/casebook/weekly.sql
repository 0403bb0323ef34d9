-- What each participant that wants it has open, to each of its contacts, once a week: of a case only to who works on it,
-- of a role only to who holds it, and of somebody by name also to their colleagues who work on the case. Ids, kinds and
-- dates; nothing about anybody.
WITH week AS (
  SELECT * FROM unnest(CAST(:houses AS uuid[]), CAST(:by_policy AS boolean[])) AS h (house_id, by_policy)
), receiving AS (
  SELECT p.id AS person_id, p.house_id, p.organisation_id, p.roles
  FROM organisation o JOIN week w ON w.house_id = o.house_id
  JOIN person p ON p.organisation_id = o.id AND p.active AND 'partnercontact' = ANY (p.roles)
    AND NOT pols_is_away(p.absent_from, p.absent_until, :now)
  WHERE o.kind IN ('publieke_deelnemer', 'private_deelnemer') AND coalesce(o.weekly_overview, w.by_policy)
), open AS (
  SELECT r.person_id, r.house_id, d.case_id, d.due_at, jsonb_strip_nulls(jsonb_build_object(
           'taak', d.id, 'casus', c.number, 'soort', d.kind, 'uiterlijk', d.due_at, 'telefoon', l.phone)) AS line
  FROM receiving r
  JOIN duty d ON d.owner_organisation_id = r.organisation_id AND d.answered_at IS NULL AND d.lapsed_at IS NULL
    AND d.withdrawn_at IS NULL
  JOIN cases c ON c.id = d.case_id LEFT JOIN person l ON l.id = c.director_id
  WHERE CASE WHEN d.owner_person_id = r.person_id THEN true
             WHEN d.kind = ANY (CAST(:personal AS text[])) THEN false
             WHEN d.owner_role = 'partnercontact' OR d.owner_role IS NULL
               THEN pols_assigned(d.case_id, r.organisation_id, r.person_id)
             ELSE d.owner_role = ANY (r.roles) END
)
INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
SELECT gen_random_uuid(), house_id, 'weekoverzicht:' || person_id || ':' || CAST(:monday AS date), person_id,
       'weekoverzicht', array_agg(DISTINCT case_id), jsonb_agg(line ORDER BY due_at), :now, :now, 0
FROM open GROUP BY house_id, person_id
ON CONFLICT (key) DO NOTHING
