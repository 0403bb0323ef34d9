-- Writes down what became of messages that were tried. A late word about a claim that ran out changes nothing, except
-- that a message was sent: that stays true, also when somebody gave it up meanwhile.
UPDATE outbox o SET
  sent_at = CASE WHEN r.how = 'verzonden' THEN CAST(:now AS timestamptz) END,
  gave_up_at = CASE WHEN r.how = 'opgegeven' THEN CAST(:now AS timestamptz) END,
  next_try_at = coalesce(r.next_try_at, o.next_try_at), code = r.code,
  tries = o.tries - CASE WHEN r.how = 'terug' THEN 1 ELSE 0 END
FROM unnest(CAST(:ids AS uuid[]), CAST(:tries AS integer[]), CAST(:hows AS text[]), CAST(:codes AS text[]),
            CAST(:next AS timestamptz[])) AS r (id, tries, how, code, next_try_at)
WHERE o.id = r.id AND o.sent_at IS NULL AND (r.how = 'verzonden' OR (o.tries = r.tries AND o.gave_up_at IS NULL))
