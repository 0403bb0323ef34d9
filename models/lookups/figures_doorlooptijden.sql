-- working days: of each day a list says how many there were up to and including it
WITH gone AS (
  SELECT date_trunc('quarter', v.left_at AT TIME ZONE 'Europe/Amsterdam')::date AS quarter, v.phase,
         (CAST(:days AS int[]))[(v.left_at AT TIME ZONE 'Europe/Amsterdam')::date - CAST(:first AS date) + 1]
           - (CAST(:days AS int[]))[(v.entered_at AT TIME ZONE 'Europe/Amsterdam')::date - CAST(:first AS date) + 1] AS took
  FROM visit v WHERE v.house_id = :house AND v.left_at >= :since AND v.left_at < :until
  UNION ALL
  SELECT e.left_in, e.phase, e.working_days FROM erased_visit e
  WHERE e.house_id = :house AND e.left_in >= CAST(:since_day AS date) AND e.left_in <= CAST(:until_day AS date)
)
SELECT quarter, phase, count(*) AS n, percentile_disc(0.5) WITHIN GROUP (ORDER BY took) AS half,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY took) AS most
FROM gone WHERE took IS NOT NULL GROUP BY quarter, phase
