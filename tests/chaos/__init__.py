"""Pulling plugs: kills, outages, and a canary."""
