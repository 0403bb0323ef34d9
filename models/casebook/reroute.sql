-- What came back goes once to whoever else may know: of a participant the other contacts who work on that case, of the
-- house its manager; never to a third party, and never what was meant for one person. What already went out in another's
-- place goes no further. The message that came back stays a cause (stalled): an address is wrong, and somebody must see.
WITH returned AS (
  UPDATE outbox SET rerouted_at = :now WHERE id IN (
    SELECT id FROM outbox WHERE bounced_at IS NOT NULL AND rerouted_at IS NULL
    ORDER BY bounced_at LIMIT 200 FOR UPDATE SKIP LOCKED)
  RETURNING id, house_id, recipient_id, template, lines, case_ids, resends
), receiving AS (
  SELECT m.*, c.id AS case_id, c.number, r.id AS person_id
  FROM returned m CROSS JOIN unnest(m.case_ids) AS about JOIN cases c ON c.id = about AND c.closed_at IS NULL
  JOIN person p ON p.id = m.recipient_id
  JOIN organisation o ON o.id = p.organisation_id AND o.kind <> 'incidentele_derde'
  JOIN person r ON r.organisation_id = p.organisation_id AND r.id <> p.id AND r.active
    AND CASE WHEN o.kind = 'huis' THEN 'manager' = ANY (r.roles)
        ELSE 'partnercontact' = ANY (r.roles) AND pols_assigned(c.id, r.organisation_id, r.id) END
  WHERE m.resends IS NULL AND m.template <> ALL (CAST(:never AS text[]))
)
INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries, resends,
                    by_itself)
SELECT gen_random_uuid(), house_id, 'omgeleid:' || id || ':' || case_id || ':' || person_id, person_id, template,
       ARRAY[case_id],
       (SELECT coalesce(jsonb_agg(line), '[]') FROM jsonb_array_elements(lines) AS line WHERE line ->> 'casus' = number),
       :now, :now, 0, id, true
FROM receiving
ON CONFLICT (key) DO NOTHING
