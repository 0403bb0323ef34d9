"""What is kept. Every table carries the house; row-level security stands behind each of them (migrations)."""

from models.tables import (
    agenda,
    asking,
    assigned,
    attached,
    brakes,
    cases,
    coaching,
    coherence,
    duties,
    engine,
    entrance,
    events,
    findings,
    following,
    glass,
    guests,
    items,
    keeping,
    links,
    meetings,
    minutes,
    once,
    people,
    plans,
    preferences,
    referrals,
    risk,
    sittings,
    trail,
    ways,
)
from models.tables.base import Base

__all__ = [
    "Base", "agenda", "asking", "assigned", "attached", "brakes", "cases", "coaching", "coherence", "duties",
    "engine", "entrance", "events", "findings", "following", "glass", "guests", "items", "keeping", "links",
    "meetings", "minutes", "once", "people", "plans", "preferences", "referrals", "risk", "sittings", "trail", "ways",
]  # fmt: skip
