-- What each line of the claimed messages is about, what it is called for this recipient, and whether they may answer it
-- with a link: of a participant, not shut out (R6), owing it now, and not who only leads there. Never a third party.
WITH asked AS (
  SELECT * FROM unnest(CAST(:messages AS uuid[]), CAST(:people AS uuid[]), CAST(:places AS integer[]),
                       CAST(:duties AS uuid[]), CAST(:numbers AS text[]), CAST(:steps AS text[]),
                       CAST(:meetings AS uuid[]))
    AS a (message_id, person_id, place, duty_id, number, step, meeting_id)
)
SELECT a.message_id, a.place, p.house_id, a.person_id, c.id AS case_id, d.id AS duty_id, mt.id AS meeting_id,
       coalesce(d.due_at, mt.starts_at) AS due_at, r.id AS reference_id, r.code,
       coalesce(o.kind IN ('publieke_deelnemer', 'private_deelnemer') AND pols_is_fit(p.id, :now) AND CASE
         WHEN d.id IS NOT NULL THEN
           a.step IS DISTINCT FROM 'lead' AND d.kind = ANY (CAST(:linked AS text[]))
           AND d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL
           AND d.owner_organisation_id = o.id
           AND (d.owner_person_id = p.id OR c.case_director_id = p.id OR d.owner_role = ANY (p.roles)
                OR (d.kind = ANY (CAST(:informing AS text[])) AND 'contactpunt' = ANY (p.roles))
                OR ('partnercontact' = ANY (p.roles) AND pols_assigned(c.id, o.id, p.id)))
         ELSE
           mt.held_at IS NULL AND mt.moved_at IS NULL AND mt.cancelled_at IS NULL AND mt.starts_at > :now
           AND 'partnercontact' = ANY (p.roles) AND pols_assigned(c.id, o.id, p.id)
           AND EXISTS (SELECT FROM meeting_invitee i WHERE i.meeting_id = mt.id AND i.organisation_id = o.id)
         END, false) AS may
FROM asked a
JOIN person p ON p.id = a.person_id
JOIN organisation o ON o.id = p.organisation_id AND o.kind <> 'incidentele_derde'
JOIN outbox m ON m.id = a.message_id
LEFT JOIN duty d ON d.id = a.duty_id
LEFT JOIN cases n ON d.id IS NULL AND n.id = ANY (m.case_ids) AND n.number = a.number
JOIN cases c ON c.id = coalesce(d.case_id, n.id)
LEFT JOIN meeting mt ON mt.id = a.meeting_id AND mt.case_id = c.id
LEFT JOIN reference r ON r.person_id = p.id AND r.case_id = c.id AND r.duty_id IS NOT DISTINCT FROM d.id
ORDER BY a.person_id, d.id, c.id, a.message_id, a.place
