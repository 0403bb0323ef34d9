"""What is kept. Every table carries the house; row-level security stands behind each of them (migrations)."""

from models.tables import (
    agenda,
    assigned,
    attached,
    brakes,
    cases,
    coaching,
    duties,
    engine,
    entrance,
    events,
    findings,
    following,
    glass,
    items,
    links,
    meetings,
    once,
    people,
    preferences,
    referrals,
    trail,
    ways,
)
from models.tables.base import Base

__all__ = [
    "Base", "agenda", "assigned", "attached", "brakes", "cases", "coaching", "duties", "engine", "entrance", "events",
    "findings", "following", "glass", "items", "links", "meetings", "once", "people", "preferences", "referrals",
    "trail", "ways",
]  # fmt: skip
