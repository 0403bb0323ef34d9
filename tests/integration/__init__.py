"""Verbs, lookups, servers and migrations, against the real thing."""
