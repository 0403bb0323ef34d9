"""The verbs, one file a subject: each test plays on a copy of the same stage."""
