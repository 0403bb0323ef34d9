-- Puts messages in the bundle of the day of who they are for: one message at the hour that person chose. What went into a
-- bundle is done: it keeps its key, so that it is not said again, and points at the bundle. A bundle whose hour has come is
-- not added to. Answers what it took up; the rest goes by itself.
WITH going AS (
  SELECT o.id, o.house_id, o.recipient_id, o.template, o.case_ids, o.lines, w.at,
         'dagbundel:' || o.recipient_id || ':' || CAST(w.at AT TIME ZONE 'UTC' AS text) AS key
  FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS w (id, at) JOIN outbox o ON o.id = w.id
), said AS (
  -- Of a duty that several of them are about, the newest is said.
  SELECT DISTINCT ON (g.key, coalesce(line ->> 'taak', g.id || ':' || place)) g.key, g.id, place,
         line || jsonb_build_object('bericht', g.template) AS line
  FROM going g CROSS JOIN jsonb_array_elements(g.lines) WITH ORDINALITY AS l (line, place)
  ORDER BY g.key, coalesce(line ->> 'taak', g.id || ':' || place), g.id DESC
), bundles AS (
  INSERT INTO outbox AS b (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
  SELECT gen_random_uuid(), g.house_id, g.key, g.recipient_id, 'dagbundel',
         (SELECT coalesce(array_agg(DISTINCT one), '{}') FROM going a CROSS JOIN unnest(a.case_ids) AS one WHERE a.key = g.key),
         (SELECT coalesce(jsonb_agg(s.line ORDER BY s.id, s.place), '[]') FROM said s WHERE s.key = g.key), :now, g.at, 0
  FROM going g GROUP BY g.house_id, g.recipient_id, g.key, g.at ORDER BY g.key
  ON CONFLICT (key) DO UPDATE SET
    lines = coalesce((SELECT jsonb_agg(line) FROM jsonb_array_elements(b.lines) AS line
                      WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(excluded.lines) AS newer
                                        WHERE newer ->> 'taak' = line ->> 'taak')), '[]') || excluded.lines,
    case_ids = ARRAY(SELECT DISTINCT unnest(b.case_ids || excluded.case_ids))
  WHERE b.planned_at IS NULL AND b.sent_at IS NULL AND b.gave_up_at IS NULL
  RETURNING b.id, b.key
)
UPDATE outbox o SET sent_at = :now, planned_at = :now, part_of = b.id
FROM going g JOIN bundles b ON b.key = g.key WHERE o.id = g.id
RETURNING o.id
