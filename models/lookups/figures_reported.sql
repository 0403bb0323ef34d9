-- A report is counted once: by the case it began with, or by what its erasure left.
WITH reported AS (
  SELECT date_trunc('quarter', c.reported_at AT TIME ZONE 'Europe/Amsterdam')::date AS quarter, c.reporter_organisation_id, c.municipality,
         c.themes, c.outcome, c.reported_at, {first} AS first_at, CAST(NULL AS int) AS waited
  FROM cases c
  WHERE c.house_id = :house AND c.reported_at >= :since AND c.reported_at < :until AND NOT c.beside
    AND (CAST(:own AS uuid) IS NULL OR c.reporter_organisation_id = CAST(:own AS uuid))
  UNION ALL
  SELECT e.reported_on, e.reporter_organisation_id, e.municipality, e.themes, e.outcome, NULL, NULL, e.waited
  FROM erased_report e
  WHERE e.house_id = :house AND e.reported_on >= CAST(:since_day AS date) AND e.reported_on <= CAST(:until_day AS date)
    AND (CAST(:own AS uuid) IS NULL OR e.reporter_organisation_id = CAST(:own AS uuid))
)
