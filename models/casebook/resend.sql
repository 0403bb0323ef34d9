-- What was given up about one case or came back goes out again, to who it was for or to the other contacts of their organisation.
-- A message that told about several cases is repeated for this one only; the old row stays, and the new point at it.
WITH given AS (
  SELECT m.id, m.house_id, m.recipient_id, m.template, m.lines FROM outbox m
  WHERE m.house_id = :house AND (m.gave_up_at IS NOT NULL OR m.bounced_at IS NOT NULL)
    AND m.case_ids @> ARRAY[CAST(:case AS uuid)]
    AND m.template <> ALL (CAST(:never AS text[]))
    AND (CAST(:who AS uuid) IS NULL OR m.recipient_id = CAST(:who AS uuid))
    AND NOT EXISTS (SELECT FROM outbox r WHERE r.resends = m.id AND NOT r.by_itself
                      AND r.case_ids @> ARRAY[CAST(:case AS uuid)])
), receiving AS (
  SELECT g.*, r.id AS person_id
  FROM given g JOIN person p ON p.id = g.recipient_id
  JOIN person r ON r.house_id = g.house_id AND r.active AND CASE WHEN CAST(:to AS text) = 'ontvanger' THEN r.id = p.id
    ELSE r.organisation_id = p.organisation_id AND r.id <> p.id AND 'partnercontact' = ANY (r.roles)
         AND pols_assigned(CAST(:case AS uuid), r.organisation_id, r.id) END
  JOIN organisation o ON o.id = r.organisation_id AND o.kind <> 'incidentele_derde'
)
INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries, resends)
SELECT gen_random_uuid(), house_id, 'opnieuw:' || id || ':' || CAST(:case AS uuid) || ':' || person_id, person_id,
       template, ARRAY[CAST(:case AS uuid)],
       (SELECT coalesce(jsonb_agg(line), '[]') FROM jsonb_array_elements(lines) AS line WHERE line ->> 'casus' = :number),
       :now, :now, 0, id
FROM receiving
ON CONFLICT (key) DO NOTHING
