-- working days: of each day a list says how many there were up to and including it
, answered AS (
  SELECT quarter, coalesce(waited,
           (CAST(:days AS int[]))[(first_at AT TIME ZONE 'Europe/Amsterdam')::date - CAST(:first AS date) + 1]
           - (CAST(:days AS int[]))[(reported_at AT TIME ZONE 'Europe/Amsterdam')::date - CAST(:first AS date) + 1]) AS waited
  FROM reported)
SELECT 'reactie' AS what, quarter, CASE WHEN waited IS NULL THEN '' ELSE least(greatest(waited, 0), 6)::text END AS word, count(*) AS n
FROM answered GROUP BY 2, 3
