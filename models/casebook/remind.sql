-- Sends what tell.sql found, as reminders. What hurries goes at once. Of the rest everybody gets at most one message on a
-- working day: the first of the day, with all that is due then; what comes later waits for the next working morning and
-- is merged with what is due there. A message that a sender took is never added to: its row is locked while it is taken.
, kept AS (
  -- Not to who put it off for themselves; of one duty everybody hears one thing, the furthest.
  SELECT DISTINCT ON (s.person_id, s.duty_id) s.*
  FROM said s
  WHERE NOT (s.step IN ('remind', 'due', 'overdue') AND EXISTS (
    SELECT FROM rung r WHERE r.duty_id = s.duty_id AND r.person_id = s.person_id
      AND r.fired_at IS NULL AND r.dropped_at IS NULL))
    -- Nor to who wants no reminders: the ladder goes on without them, and what hurries they hear all the same.
    AND NOT (s.step IN ('remind', 'due', 'overdue') AND NOT s.hurried AND EXISTS (
      SELECT FROM preference f WHERE f.person_id = s.person_id AND f.reminders = 'niet'))
  ORDER BY s.person_id, s.duty_id, array_position(CAST(:order AS text[]), s.step) DESC NULLS FIRST
), leads AS (
  -- Also when a later step fired with it: then the regisseur hears that one, and the proposal stands with the duty.
  -- Where nobody leads there is nothing to propose: the regisseur is told that nobody is known.
  UPDATE duty SET lead_told_at = CASE WHEN k.told THEN :now END, lead_proposed_at = CASE WHEN NOT k.told AND EXISTS (
      SELECT FROM person p WHERE p.organisation_id = duty.owner_organisation_id AND p.active
        AND 'leidinggevende' = ANY (p.roles)) THEN :now END
  FROM (SELECT a.duty_id, t.duty_id IS NOT NULL AS told FROM (SELECT DISTINCT duty_id FROM asked) a
        LEFT JOIN (SELECT DISTINCT duty_id FROM kept WHERE step = 'lead') t ON t.duty_id = a.duty_id) k
  WHERE duty.id = k.duty_id AND duty.lead_told_at IS NULL AND duty.lead_proposed_at IS NULL AND EXISTS (
    SELECT FROM rung r WHERE r.duty_id = duty.id AND r.step = 'partner_manager' AND r.due_version = duty.due_version
      AND r.person_id IS NULL AND r.fired_at IS NOT NULL)
), day AS (
  SELECT * FROM unnest(CAST(:houses AS uuid[]), CAST(:days AS date[]), CAST(:goes_at AS timestamptz[]),
                       CAST(:next_days AS date[]), CAST(:next_at AS timestamptz[]))
    AS h (house_id, today, goes_at, next_day, next_at)
), hurried AS (
  INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
  SELECT gen_random_uuid(), house_id, :key || ':' || template || ':' || person_id, person_id, template,
         array_agg(DISTINCT case_id), jsonb_agg(line), :now, :now, 0
  FROM kept WHERE hurried GROUP BY house_id, person_id, template
), bundled AS (
  SELECT k.house_id, k.person_id, k.template, k.template || ':' || k.person_id || ':' AS stem,
         array_agg(DISTINCT k.case_id) AS case_ids, jsonb_agg(k.line) AS lines
  FROM kept k WHERE NOT k.hurried GROUP BY k.house_id, k.person_id, k.template
), first AS (
  INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
  SELECT gen_random_uuid(), b.house_id, b.stem || d.today, b.person_id, b.template, b.case_ids, b.lines, :now, d.goes_at, 0
  FROM bundled b JOIN day d USING (house_id) ORDER BY b.person_id, b.template
  ON CONFLICT (key) DO UPDATE SET {merged}
  RETURNING recipient_id, template
)
INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
SELECT gen_random_uuid(), b.house_id, b.stem || d.next_day, b.person_id, b.template, b.case_ids, b.lines, :now, d.next_at, 0
FROM bundled b JOIN day d USING (house_id)
WHERE (b.person_id, b.template) NOT IN (SELECT recipient_id, template FROM first)
ORDER BY b.person_id, b.template
ON CONFLICT (key) DO UPDATE SET {merged}
