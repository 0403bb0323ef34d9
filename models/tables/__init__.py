"""What is kept. Every table carries the house; row-level security stands behind each of them (migrations)."""

from models.tables import (
    assigned,
    attached,
    brakes,
    cases,
    duties,
    engine,
    entrance,
    events,
    findings,
    glass,
    items,
    meetings,
    once,
    people,
    referrals,
    trail,
    ways,
)
from models.tables.base import Base

__all__ = [
    "Base", "assigned", "attached", "brakes", "cases", "duties", "engine", "entrance", "events", "findings", "glass",
    "items", "meetings", "once", "people", "referrals", "trail", "ways",
]  # fmt: skip
