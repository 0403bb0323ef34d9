"""Leaving out of a text who it is about. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.texts.vocabulary import DUTCH

OMITTED = "[weggelaten]"


@dataclass(frozen=True, slots=True)
class Identity:
    """What would tell who somebody is."""

    name: str
    bsn: str | None = None
    born_on: date | None = None
    places: tuple[str, ...] = ()  #: address, school, contact


_TELLING_PLACE = 5  #: a street with a number, a town; not a word that any text has
_PARTICLES = frozenset({"van", "der", "den", "ten", "ter", "het", "von", "dos", "del"})
_NINE_DIGITS = re.compile(r"(?<!\d)\d(?:[ .-]?\d){8}(?!\d)")


def without(text: str, people: Iterable[Identity]) -> str:
    """A text in which nobody of these can be recognised by name, number, date of birth or place."""
    found = _NINE_DIGITS.sub(OMITTED, text)
    for one in people:
        for said in _ways_to_name(one):
            found = re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", OMITTED, found, flags=re.IGNORECASE)
    return found


def _ways_to_name(one: Identity) -> Iterable[str]:
    """The longest first: a whole name before its parts."""
    whole = " ".join(one.name.split())
    parts = [part for part in re.split(r"[\s-]+", whole) if len(part.strip(".,")) > 2]  # noqa: PLR2004 - no initials
    said = {whole, *(part.strip(".,") for part in parts if part.casefold() not in _PARTICLES)}
    if one.born_on is not None:
        born = one.born_on
        said |= {
            f"{born:%d-%m-%Y}", f"{born:%Y-%m-%d}", f"{born:%d/%m/%Y}", f"{born.day}-{born.month}-{born.year}",
            DUTCH.day(born).partition(" ")[2],
        }  # fmt: skip
    for place in one.places:
        said |= {place.strip(), *(part.strip() for part in place.split(",") if len(part.strip()) >= _TELLING_PLACE)}
    return sorted(filter(None, said), key=len, reverse=True)
