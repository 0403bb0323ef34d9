SELECT 'uitkomst' AS what, quarter, coalesce(outcome, '') AS word, count(*) AS n FROM reported GROUP BY 2, 3
