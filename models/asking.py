"""How an information request stands: for everybody but who was asked, not delivered is one thing. Pure."""

from datetime import datetime
from enum import StrEnum


class Supplied(StrEnum):
    """What became of a request, as others see it: refused, kept secret and expired look the same (R12)."""

    ASKED = "gevraagd"
    UNKNOWN = "niet_bekend"
    DELIVERED = "geleverd"
    PARTLY = "deels"
    NOT = "niet_geleverd"
    ANSWERED = "beantwoord"  #: for who may not read what was answered


def delivery(*, ended_as: str | None, due_at: datetime, now: datetime) -> Supplied:
    """From the deadline on nothing came; so it is too when the question lapsed before."""
    if ended_as in set(Supplied) - {Supplied.ASKED, Supplied.NOT}:
        return Supplied(ended_as)
    return Supplied.ASKED if ended_as is None and now < due_at else Supplied.NOT
