"""What a house adds to its messages itself: plain sentences at named places, checked, never a template. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from models.messages import Language, MessageKind

LONGEST, MOST_LINES = 600, 8
_LONGEST_HOURS = 120


class Place(StrEnum):
    """Where a house may say something of its own."""

    OPENING = "opening"  #: after what is asked
    CLOSING = "afsluiting"  #: before the signature
    SIGNATURE = "ondertekening"  #: instead of the name of the house
    PHONE_HOURS = "telefonisch_bereikbaar"  #: behind the number of the regisseur


_WEB = re.compile(r"://|\bwww\.|\b[\w-]+\.(nl|com|org|net|eu|info|example|gov|be|de)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d(?:[ .\-]?\d)*")
_CASE = re.compile(r"\b(19|20)\d\d-\d{4,}")
_BIRTH = re.compile(r"\b\d{1,2}[-/. ]\d{1,2}[-/. ](19|20)\d\d\b|\b(19|20)\d\d-\d\d-\d\d\b")
_MOBILE = re.compile(r"^(0|0031|31)6")


def faults(text: str, place: Place) -> list[str]:
    """What is wrong with words of a house, in Dutch."""
    lines = text.splitlines()
    found = []
    longest, most = (_LONGEST_HOURS, 1) if place is Place.PHONE_HOURS else (LONGEST, MOST_LINES)
    if not text.strip():
        found.append("is leeg; laat deze tekst dan weg")
    if len(text) > longest or len(lines) > most:
        found.append(f"is te lang: ten hoogste {longest} tekens op {most} {'regel' if most == 1 else 'regels'}")
    if re.search(r"[{}%<>\[\]`\\]", text):
        found.append("bevat een teken dat hier niet kan: geen accolades, procenttekens, punthaken of rechte haken")
    if any(unicodedata.category(one) in {"Cc", "Cf", "Co", "Cs", "Cn"} for one in text if one != "\n"):
        found.append("bevat een onzichtbaar teken")
    if "@" in text:
        found.append("bevat een e-mailadres; een antwoord per mail zou over personen kunnen gaan")
    elif _WEB.search(text):
        found.append("bevat een internetadres; Pols zet zelf het adres erbij, en verwijst nergens anders naartoe")
    return [*found, *_numbers(text)]


def _numbers(text: str) -> Iterable[str]:
    """Numbers that belong to somebody or to a case."""
    if _CASE.search(text):
        yield "bevat een casusnummer"
    if _BIRTH.search(text):
        yield "bevat een datum; Pols zet zelf de termijnen erbij"
    groups = [re.sub(r"\D", "", one) for one in _DIGITS.findall(text)]
    if any(_is_bsn(one) for one in groups):
        yield "bevat een getal dat een BSN kan zijn"
    if any(_MOBILE.match(one) for one in groups):
        yield "bevat een mobiel nummer; Pols zet zelf het nummer van de procesregisseur erbij"


def _is_bsn(digits: str) -> bool:
    """The eleven test, over eight or nine digits."""
    if not 8 <= len(digits) <= 9 or not int(digits):  # noqa: PLR2004 - the length of a BSN
        return False
    figures = [int(one) for one in digits.zfill(9)]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(one * weight for one, weight in zip(figures, weights, strict=True)) % 11 == 0


def words_for(
    place: Place, kind: MessageKind, language: Language,
    said: Iterable[tuple[Place, MessageKind | None, Language, str]],
) -> str:  # fmt: skip
    """What a house says at a place of a message: of this kind, else of every kind; nothing when it says nothing."""
    found = {one: text for where, one, spoken, text in said if (where, spoken) == (place, language)}
    return found.get(kind) or found.get(None) or ""
