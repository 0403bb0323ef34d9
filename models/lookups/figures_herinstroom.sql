SELECT 'herinstroom' AS what, quarter, word, n FROM pols_reinflow(:since, :until)
