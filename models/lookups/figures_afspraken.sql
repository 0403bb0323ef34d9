SELECT CASE WHEN d.answered_at <= d.due_at THEN 'op_tijd' WHEN d.answered_at IS NOT NULL THEN 'te_laat' ELSE 'open' END
         AS what, date_trunc('quarter', d.due_at AT TIME ZONE 'Europe/Amsterdam')::date AS quarter,
       d.owner_organisation_id::text AS word, count(*) AS n
FROM duty d
WHERE d.house_id = :house AND d.kind = 'afspraak_uitvoeren' AND d.due_at >= :since AND d.due_at < :until
  AND d.withdrawn_at IS NULL AND d.lapsed_at IS NULL AND (d.answered_at IS NOT NULL OR d.due_at < :now)
  AND (CAST(:own AS uuid) IS NULL OR d.owner_organisation_id = CAST(:own AS uuid))
GROUP BY 1, 2, 3
