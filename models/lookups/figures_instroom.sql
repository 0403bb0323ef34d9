SELECT 'organisatie' AS what, quarter, coalesce(reporter_organisation_id::text, '') AS word, count(*) AS n
FROM reported GROUP BY 2, 3
UNION ALL SELECT 'gemeente', quarter, municipality, count(*) FROM reported GROUP BY 2, 3
UNION ALL SELECT 'thema', quarter, theme, count(*)
FROM reported CROSS JOIN unnest(CASE WHEN themes = '{{}}' THEN ARRAY[''] ELSE themes END) AS theme GROUP BY 2, 3
