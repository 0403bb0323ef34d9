-- Open cases that do not move by themselves: one row per case and thing it waits on, as models/stalled.py defines it,
-- with the organisation it waits on. Each part begins at the partial index of its own cause; a test compares the whole
-- with the definition. OFFSET 0 keeps the planner from beginning elsewhere: at all open cases or duties of a house.
WITH itself AS MATERIALIZED (
  SELECT id FROM organisation WHERE house_id = :house AND kind = 'huis'
), present AS MATERIALIZED (
  SELECT p.id, p.organisation_id, o.kind, p.roles, p.absent_from,
         pols_is_away(p.absent_from, p.absent_until, :now) AS absent,
         CASE WHEN pols_is_away(p.absent_from, p.absent_until, :now) THEN pols_stand_in(p.id, :now) END AS stand_in
  FROM person p JOIN organisation o ON o.id = p.organisation_id
  WHERE p.house_id = :house AND p.active AND o.kind <> 'incidentele_derde'
), hand AS MATERIALIZED (
  SELECT p.*, s.roles AS deputy_roles FROM present p LEFT JOIN present s ON s.id = p.stand_in
), desk AS MATERIALIZED (
  -- The triage table is one desk of all public participants; it has no organisation of its own.
  SELECT CASE WHEN role = 'triagelid' THEN CAST(:house AS uuid) ELSE organisation_id END AS organisation_id, role,
         bool_and(absent AND NOT (stand_in IS NOT NULL AND pols_may_stand_in(kind, deputy_roles, role))) AS away,
         max(absent_from) AS away_since
  FROM hand CROSS JOIN unnest(roles) AS role
  WHERE role <> 'triagelid' OR kind = 'publieke_deelnemer'
  GROUP BY 1, 2
), touched AS MATERIALIZED (
  -- Where somebody who was named is away; who is not designated, screened and trained does not count.
  SELECT DISTINCT a.case_id, a.organisation_id
  FROM hand h JOIN assignment a ON a.person_id = h.id AND a.until IS NULL
  WHERE h.absent AND h.kind <> 'huis'
), named AS MATERIALIZED (
  SELECT t.case_id, t.organisation_id, max(h.absent_from) AS away_since,
         bool_and(h.absent AND NOT EXISTS (
           SELECT FROM assignment s WHERE s.case_id = t.case_id AND s.organisation_id = t.organisation_id
             AND s.person_id = h.stand_in AND s.until IS NULL)) AS away
  FROM touched t JOIN assignment a ON a.case_id = t.case_id AND a.organisation_id = t.organisation_id AND a.until IS NULL
  JOIN hand h ON h.id = a.person_id AND 'partnercontact' = ANY (h.roles)
    AND h.id IN (SELECT f.id FROM hand f WHERE pols_is_fit(f.id, :now))
  GROUP BY 1, 2
), stalled AS (
  SELECT CASE WHEN d.kind = ANY (CAST(:by_flow AS text[])) THEN 'motor_loopt_achter' ELSE 'ladder_uitgeput' END AS cause,
         d.case_id, d.exhausted_at AS since,
         CASE WHEN d.kind = ANY (CAST(:by_flow AS text[])) THEN (SELECT id FROM itself)
              ELSE d.owner_organisation_id END AS organisation_id,
         c.phase, c.director_id, c.urgent
  FROM (SELECT * FROM duty o WHERE o.house_id = :house AND o.exhausted_at IS NOT NULL AND o.answered_at IS NULL
          AND o.lapsed_at IS NULL AND o.withdrawn_at IS NULL OFFSET 0) d
  JOIN cases c ON c.id = d.case_id
  WHERE c.closed_at IS NULL AND {runs}
  UNION ALL
  SELECT 'opschorting_verlopen', c.id, c.hold_until, (SELECT id FROM itself), c.phase, c.director_id, c.urgent
  FROM cases c WHERE c.house_id = :house AND c.hold_until <= :now AND c.closed_at IS NULL
  UNION ALL
  SELECT 'niets_open', c.id, c.last_event_at, (SELECT id FROM itself), c.phase, c.director_id, c.urgent
  FROM cases c WHERE c.house_id = :house AND c.closed_at IS NULL
    AND (SELECT true FROM duty d  -- one look into the index per open case; a join would read every duty of the house
         WHERE d.case_id = c.id AND d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL
           AND d.kind <> ALL (CAST(:by_flow AS text[]))
           AND CASE WHEN d.owner_person_id IS NOT NULL
                    THEN (d.owner_organisation_id, d.owner_person_id) IN (SELECT organisation_id, id FROM hand)
                    ELSE {desk} IN (SELECT organisation_id, role FROM desk) END
         LIMIT 1) IS NULL
  UNION ALL
  -- Who is away comes first, one by one: mostly nobody is, and then no duty need be looked at.
  SELECT 'eigenaar_afwezig', d.case_id, greatest(d.opened_at, h.absent_from), d.owner_organisation_id,
         c.phase, c.director_id, c.urgent
  FROM hand h CROSS JOIN LATERAL (
    SELECT * FROM duty o WHERE o.owner_organisation_id = h.organisation_id AND o.owner_person_id = h.id
      AND o.answered_at IS NULL AND o.lapsed_at IS NULL AND o.withdrawn_at IS NULL
      AND o.kind <> ALL (CAST(:by_flow AS text[])) OFFSET 0) d
  JOIN cases c ON c.id = d.case_id AND c.closed_at IS NULL
  WHERE h.absent AND NOT (h.stand_in IS NOT NULL AND pols_may_stand_in(h.kind, h.deputy_roles, d.owner_role)) AND {runs}
  UNION ALL
  SELECT 'eigenaar_afwezig', d.case_id, greatest(d.opened_at, k.away_since), d.owner_organisation_id,
         c.phase, c.director_id, c.urgent
  FROM desk k CROSS JOIN LATERAL (
    SELECT * FROM duty d
    WHERE d.house_id = :house AND d.owner_person_id IS NULL AND {desk} = (k.organisation_id, k.role)
      AND d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL
      AND d.kind <> ALL (CAST(:by_flow AS text[])) OFFSET 0) d
  JOIN cases c ON c.id = d.case_id AND c.closed_at IS NULL
  WHERE k.away AND {runs}
  UNION ALL
  -- Of a participant that named who works on a case, only they count, and stand in for each other.
  SELECT 'eigenaar_afwezig', d.case_id, greatest(d.opened_at, n.away_since), d.owner_organisation_id,
         c.phase, c.director_id, c.urgent
  FROM named n JOIN desk k ON (k.organisation_id, k.role) = (n.organisation_id, 'partnercontact') AND NOT k.away
  CROSS JOIN LATERAL (
    SELECT * FROM duty o WHERE o.case_id = n.case_id AND o.owner_organisation_id = n.organisation_id
      AND o.owner_person_id IS NULL AND coalesce(o.owner_role, 'partnercontact') = 'partnercontact'
      AND o.answered_at IS NULL AND o.lapsed_at IS NULL AND o.withdrawn_at IS NULL
      AND o.kind <> ALL (CAST(:by_flow AS text[])) OFFSET 0) d
  JOIN cases c ON c.id = d.case_id AND c.closed_at IS NULL
  WHERE n.away AND {runs}
  UNION ALL
  SELECT 'bericht_onbezorgbaar', c.id, coalesce(m.bounced_at, m.gave_up_at),
         (SELECT p.organisation_id FROM person p WHERE p.id = m.recipient_id), c.phase, c.director_id, c.urgent
  FROM outbox m CROSS JOIN unnest(m.case_ids) AS about JOIN cases c ON c.id = about
  WHERE m.house_id = :house AND (m.gave_up_at IS NOT NULL OR m.bounced_at IS NOT NULL) AND c.closed_at IS NULL
    AND coalesce(m.bounced_at, m.gave_up_at) >= c.last_event_at
    AND coalesce(m.code, '') <> ALL (CAST(:settled AS text[]))
    AND NOT EXISTS (SELECT FROM outbox s WHERE s.case_ids @> ARRAY[about] AND s.recipient_id = m.recipient_id
                      AND s.sent_at > coalesce(m.bounced_at, m.gave_up_at) AND s.bounced_at IS NULL)
    AND NOT EXISTS (SELECT FROM outbox r WHERE r.resends = m.id AND NOT r.by_itself AND r.case_ids @> ARRAY[about])
  UNION ALL
  SELECT 'geen_gebeurtenis', c.id, c.last_event_at, (SELECT id FROM itself), c.phase, c.director_id, c.urgent
  FROM cases c WHERE c.house_id = :house AND c.phase = 'monitoring' AND c.last_event_at <= :silent_since
    AND (c.hold_since IS NULL OR c.hold_until <= :now)
  UNION ALL
  SELECT 'motor_loopt_achter', j.case_id, coalesce(j.gave_up_at, j.next_try_at), (SELECT id FROM itself),
         c.phase, c.director_id, c.urgent
  FROM journal_entry j JOIN cases c ON c.id = j.case_id
  WHERE j.house_id = :house AND j.done_at IS NULL AND c.closed_at IS NULL
    AND (j.gave_up_at IS NOT NULL OR j.next_try_at < now() - CAST(:grace AS interval))
  UNION ALL
  SELECT 'motor_loopt_achter', d.case_id, r.gave_up_at, (SELECT id FROM itself), c.phase, c.director_id, c.urgent
  FROM rung r JOIN duty d ON d.id = r.duty_id AND d.due_version = r.due_version
    AND d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL
  JOIN cases c ON c.id = d.case_id AND c.closed_at IS NULL
  WHERE r.house_id = :house AND r.gave_up_at IS NOT NULL AND {runs}
), chosen AS (
  -- The cases that are asked for, each by the oldest of what it waits on.
  SELECT case_id, min(since) AS since FROM stalled
  WHERE (CAST(:phase AS text) IS NULL OR phase = CAST(:phase AS text))
    AND (CAST(:director AS uuid) IS NULL OR director_id = CAST(:director AS uuid))
    AND (CAST(:urgent AS boolean) IS NULL OR urgent = CAST(:urgent AS boolean))
  GROUP BY case_id
  HAVING bool_or((CAST(:cause AS text) IS NULL OR cause = CAST(:cause AS text))
                 AND (CAST(:organisation AS uuid) IS NULL OR organisation_id = CAST(:organisation AS uuid)))
    AND (CAST(:until AS timestamptz) IS NULL OR min(since) < CAST(:until AS timestamptz))
)
