-- Who is told about a duty, for a step of its ladder, and in which words. Given: duties, steps and, of what somebody put
-- off for themselves, that person, as arrays. Who is away is replaced by who stands in and may do what the step asks;
-- without anybody it stays theirs, and the contact of their organisation (of the house: the manager) hears, without
-- content and once a day, that something waits. It is a cause of its own (stalled). What comes after this sends it.
WITH asked AS (
  SELECT * FROM unnest(CAST(:duties AS uuid[]), CAST(:steps AS text[]), CAST(:people AS uuid[])) AS a (duty_id, step, who)
), facing AS (
  -- A message to who leads at a partner ('lead') is a proposal to the regisseur, unless it hurries or the house chose so.
  SELECT a.duty_id, CASE
           WHEN a.step <> 'partner_manager' THEN a.step
           WHEN d.owner_organisation_id = h.id THEN 'manager'
           WHEN d.lead_told_at IS NOT NULL THEN 'nobody'
           WHEN NOT EXISTS (SELECT FROM person p WHERE p.organisation_id = d.owner_organisation_id AND p.active
                              AND 'leidinggevende' = ANY (p.roles)) THEN 'partner_manager_unknown'
           WHEN d.house_id = ANY (CAST(:by_itself AS uuid[])) OR (d.urgent AND d.kind = ANY (CAST(:hourly AS text[])))
             THEN 'lead'
           ELSE a.step END AS step,
         a.who, d.house_id, d.case_id, d.kind, d.due_at, d.owner_organisation_id, d.owner_role, d.owner_person_id,
         c.number, c.director_id, c.case_director_id
  FROM asked a JOIN duty d ON d.id = a.duty_id JOIN cases c ON c.id = d.case_id
  JOIN organisation h ON h.house_id = d.house_id AND h.kind = 'huis'
), chosen AS (
  SELECT f.*, p.id AS person_id, p.organisation_id, CAST(o.kind AS text) AS kind_of_organisation,
         CASE WHEN f.step IN ('director', 'partner_manager', 'partner_manager_unknown')
                THEN CASE WHEN f.director_id IS NOT NULL THEN 'procesregisseur' ELSE 'triagist' END
              WHEN f.step = 'manager' THEN 'manager' WHEN f.step = 'lead' THEN 'leidinggevende'
              ELSE CAST(f.owner_role AS text) END AS role_asked
  FROM facing f JOIN person p ON p.house_id = f.house_id AND p.active
  JOIN organisation o ON o.id = p.organisation_id AND o.kind <> 'incidentele_derde'
  WHERE CASE
    WHEN f.step = 'nobody' THEN false
    WHEN f.step = 'snoozed' THEN p.id = f.who
    WHEN f.step = 'lead' THEN p.organisation_id = f.owner_organisation_id AND 'leidinggevende' = ANY (p.roles)
    WHEN f.step IN ('director', 'partner_manager', 'partner_manager_unknown') THEN
      CASE WHEN f.director_id IS NOT NULL THEN p.id = f.director_id
           ELSE o.kind = 'huis' AND 'triagist' = ANY (p.roles) END
    WHEN f.step = 'manager' THEN o.kind = 'huis' AND 'manager' = ANY (p.roles)
    WHEN f.step = 'deputy' THEN
      CASE WHEN f.owner_role = 'triagelid' THEN o.kind = 'publieke_deelnemer' AND 'triagelid' = ANY (p.roles)
           ELSE p.organisation_id = f.owner_organisation_id AND p.id IS DISTINCT FROM f.owner_person_id
                AND CASE WHEN o.kind = 'huis' THEN 'manager' = ANY (p.roles) OR f.owner_role = ANY (p.roles)
                         WHEN 'partnercontact' = ANY (p.roles) AND pols_assigned(f.case_id, p.organisation_id, p.id)
                           THEN true
                         WHEN 'contactpunt' = ANY (p.roles) AND f.kind = ANY (CAST(:informing AS text[])) THEN true
                         ELSE p.id IS NOT DISTINCT FROM f.case_director_id END END
    WHEN f.owner_person_id IS NOT NULL THEN p.id = f.owner_person_id
    WHEN f.owner_role = 'triagelid' THEN o.kind = 'publieke_deelnemer' AND 'triagelid' = ANY (p.roles)
    WHEN f.owner_role IS NOT NULL THEN p.organisation_id = f.owner_organisation_id AND f.owner_role = ANY (p.roles)
    ELSE p.organisation_id = f.owner_organisation_id AND 'partnercontact' = ANY (p.roles)
         AND pols_assigned(f.case_id, p.organisation_id, p.id)
  END
), away AS MATERIALIZED (
  SELECT p.id, pols_stand_in(p.id, :now) AS stand_in FROM person p
  WHERE p.id IN (SELECT person_id FROM chosen) AND pols_is_away(p.absent_from, p.absent_until, :now)
), present AS (
  SELECT c.duty_id, c.step, c.house_id, c.case_id, c.kind, c.due_at, c.number, c.organisation_id, c.kind_of_organisation, c.director_id,
         coalesce(s.id, c.person_id) AS person_id, a.id IS NULL OR s.id IS NOT NULL AS is_there
  FROM chosen c LEFT JOIN away a ON a.id = c.person_id
  LEFT JOIN person s ON s.id = a.stand_in AND pols_may_stand_in(c.kind_of_organisation, s.roles, c.role_asked)
    AND (c.kind_of_organisation = 'huis' OR pols_assigned(c.case_id, c.organisation_id, s.id))
    AND NOT (c.kind = ANY (CAST(:personal AS text[])) AND c.step NOT IN ('director', 'manager', 'partner_manager', 'partner_manager_unknown'))
), unattended AS (
  SELECT duty_id, step FROM present WHERE kind <> ALL (CAST(:personal AS text[]))
  GROUP BY duty_id, step HAVING NOT bool_or(is_there)
), notified AS (
  SELECT DISTINCT t.house_id, t.case_id, p.id AS person_id
  FROM unattended u JOIN present t ON t.duty_id = u.duty_id AND t.step = u.step
  JOIN person p ON p.organisation_id = t.organisation_id AND p.active
    AND CASE t.kind_of_organisation WHEN 'huis' THEN 'manager' ELSE 'partnercontact' END = ANY (p.roles)
    AND NOT pols_is_away(p.absent_from, p.absent_until, :now)
), said AS (
  SELECT p.duty_id, p.step, p.house_id, p.case_id, p.person_id,
         d.urgent AND d.kind = ANY (CAST(:hourly AS text[])) AS hurried,
         CASE WHEN p.step = 'lead' THEN 'leidinggevende' ELSE :template END AS template,
         jsonb_strip_nulls(jsonb_build_object(
           'taak', p.duty_id, 'casus', p.number, 'soort', p.kind, 'uiterlijk', p.due_at, 'stap', p.step,
           'spoed', nullif(d.urgent, false),
           'telefoon', CASE WHEN p.kind_of_organisation <> 'huis' THEN r.phone END)) || CAST(:more AS jsonb) AS line
  FROM present p JOIN duty d ON d.id = p.duty_id LEFT JOIN person r ON r.id = p.director_id
)
