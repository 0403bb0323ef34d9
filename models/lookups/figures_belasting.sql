WITH late AS (
  SELECT d.case_id, count(*) AS n FROM duty d
  WHERE d.house_id = :house AND d.due_at < :now AND d.answered_at IS NULL AND d.lapsed_at IS NULL
    AND d.withdrawn_at IS NULL
  GROUP BY d.case_id
)
SELECT c.director_id, c.phase, count(*) AS cases, coalesce(sum(late.n), 0) AS late
FROM cases c LEFT JOIN late ON late.case_id = c.id
WHERE c.house_id = :house AND c.closed_at IS NULL
GROUP BY c.director_id, c.phase
