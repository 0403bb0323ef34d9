-- Takes messages that are due, what hurries and then the oldest first, no more than the relay may get in a minute.
-- A message waits for an earlier one to the same person that is on its way or will soon be tried again, so that they
-- arrive in their order; what hurries waits for nobody. A reminder says what is still true: a duty that was done, moved
-- or put on hold since is left out, and without any other the message goes too; so does what was announced long ago.
WITH room AS (
  SELECT least(CAST(:most AS bigint), CASE WHEN CAST(:per_minute AS bigint) > 0 THEN greatest(0, :per_minute
    - (SELECT count(*) FROM outbox WHERE sent_at > CAST(:now AS timestamptz) - interval '1 minute')
    - (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND gave_up_at IS NULL AND tries > 0 AND code IS NULL
         AND next_try_at > CAST(:now AS timestamptz))) END) AS many
), due AS MATERIALIZED (
  SELECT o.id, o.template, o.lines, o.created_at, o.rank FROM outbox o
  WHERE o.sent_at IS NULL AND o.gave_up_at IS NULL AND o.next_try_at <= :now AND o.planned_at IS NOT NULL
    AND (o.rank = 0 OR NOT EXISTS (
      SELECT FROM outbox e WHERE e.recipient_id = o.recipient_id AND e.sent_at IS NULL AND e.gave_up_at IS NULL
        AND e.tries BETWEEN 1 AND :patience AND e.next_try_at > :now AND (e.created_at, e.id) < (o.created_at, o.id)))
  ORDER BY o.rank, o.created_at, o.id LIMIT (SELECT many FROM room) FOR UPDATE OF o SKIP LOCKED
), said AS (
  SELECT due.id, jsonb_agg(line ORDER BY place) FILTER (
           WHERE d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL
             AND (due.template = ANY (CAST(:announcing AS text[]))
                  OR (d.due_at = CAST(line->>'uiterlijk' AS timestamptz)
                      AND (c.hold_since IS NULL OR d.kind <> ALL (CAST(:stops AS text[])))))) AS lines
  FROM due CROSS JOIN jsonb_array_elements(due.lines) WITH ORDINALITY AS l (line, place)
  LEFT JOIN LATERAL (SELECT * FROM duty WHERE id = CAST(line->>'taak' AS uuid) LIMIT 1) AS d ON true
  LEFT JOIN LATERAL (SELECT hold_since FROM cases WHERE id = d.case_id LIMIT 1) AS c ON true  -- by index, row by row
  WHERE due.template = ANY (CAST(:chasing AS text[]))
    OR (due.template = ANY (CAST(:announcing AS text[])) AND due.created_at <= CAST(:stale AS timestamptz))
  GROUP BY due.id
), untrue AS (
  DELETE FROM outbox WHERE id IN (SELECT id FROM said WHERE lines IS NULL)
), taken AS (
  UPDATE outbox o SET next_try_at = :until, tries = o.tries + 1, code = NULL,
    lines = coalesce((SELECT said.lines FROM said WHERE said.id = o.id), o.lines)
  WHERE o.id = ANY (ARRAY(SELECT due.id FROM due LEFT JOIN said USING (id)
                          WHERE said.id IS NULL OR said.lines IS NOT NULL))
  RETURNING o.id, o.recipient_id, o.template, o.lines, o.tries, o.house_id, o.created_at, o.rank
)
SELECT taken.id, recipient_id, taken.template, taken.lines, tries, p.email, h.name AS house, taken.created_at,
       taken.rank, :now AS now
FROM due LEFT JOIN taken USING (id) LEFT JOIN person p ON p.id = recipient_id
LEFT JOIN house h ON h.id = taken.house_id
ORDER BY due.rank, due.created_at, due.id
