"""What is kept. Every table carries the house; row-level security stands behind each of them (migrations)."""

from models.tables import cases, duties, engine, meetings, people, referrals, trail
from models.tables.base import Base

__all__ = ["Base", "cases", "duties", "engine", "meetings", "people", "referrals", "trail"]
