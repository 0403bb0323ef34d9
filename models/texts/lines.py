"""What a line of a message may hold, and how it reads. What does not fit here never gets into a template."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from models.clocks import AMSTERDAM
from models.ladder import Step
from models.messages import MessageKind
from models.texts.vocabulary import Vocabulary
from models.words import DutyKind, GlassKind

_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d(:?\d\d)?|Z)"
_ID = r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"
#: steps that are no rung of a ladder, but say why somebody is told
_STEPS = (*Step, "opened", "overgedragen", "partner_manager_unknown", "lead")
#: all that a line may say, and how it is written: codes, numbers of our own, moments, and a phone number of work.
#: There is no key for a name or a text, and none in which a number of a person would fit.
FITS: Mapping[str, re.Pattern[str]] = {
    key: re.compile(pattern)
    for key, pattern in {
        "taak": _ID,
        "casus": r"(ZVH-\d{4}-\d{4,7}(-[0-9a-f]{4})?)?",
        "kenmerk": r"([0-9A-Z]{3,6}(-[0-9A-Z]{3,6}){1,3})?",
        "soort": "|".join((*DutyKind, *GlassKind)),
        "stap": "|".join(_STEPS),
        "bericht": "|".join(MessageKind),
        "uiterlijk": _MOMENT,
        "herstelbaarTot": _MOMENT,
        "dossier": _ID,
        "overleg": _ID,
        "eerder": _MOMENT,
        "gaatDoor": "True|False",
        "pad": r"/(?!/)[A-Za-z0-9/_.?=#-]{1,200}",
        "antwoordcode": r"[0-9A-Z]{4}-[0-9A-Z]{4}",
        "telefoon": r"(?!(\D*\d){9}\D*$)\+?[0-9(][0-9 ()/-]{5,24}",  # nine digits would be a BSN
        "kanaal": _ID,
        "code": r"\d{6,8}",
        "casussen": r"\d{1,4}",
        "spoed": "True|False",
        "nakijken": "True|False",
        "eigenAfspraak": "True|False",
    }.items()
}
_CALENDAR = "agenda"  #: what a calendar part is made of: no template sees it
_A_DAY, _SOON = 24, 4  # hours; days before the term


class DoesNotFit(ValueError):
    """A line holds something that no message may say. What it was stays unsaid here too."""

    def __init__(self, key: str) -> None:
        super().__init__(f"a line of a message cannot hold this {key if key in FITS else 'key'}")


def checked(line: Mapping[str, Any]) -> dict[str, Any]:
    """The line, when every part of it fits. Raises DoesNotFit.

    A number that is written in a way of its own is left out: nobody misses a message because of it.
    """
    spoken_of = {key: value for key, value in line.items() if key != _CALENDAR}
    held = {key: value for key, value in spoken_of.items() if key != "telefoon" or _fits(key, value)}
    for key, value in held.items():
        if not _fits(key, value):
            raise DoesNotFit(key)
    return held


def _fits(key: str, value: object) -> bool:
    return key in FITS and FITS[key].fullmatch(str(value)) is not None


def standing(line: Mapping[str, Any], now: datetime | None, words: Vocabulary) -> str:
    """How the term of a duty stands when the message is sent."""
    if now is None or "uiterlijk" not in line:
        return ""
    due, today = datetime.fromisoformat(line["uiterlijk"]), now.astimezone(AMSTERDAM).date()
    days, hours = (today - due.astimezone(AMSTERDAM).date()).days, (now - due) // timedelta(hours=1)
    if days > 0 and not (line.get("spoed") and hours < _A_DAY):
        return f"{days} {words.late_days[days != 1]}"
    if hours > 0:
        return f"{hours} {words.late_hours[hours != 1]}"
    return words.due_today if days == 0 else words.due_soon if days >= -_SOON else ""


def reference(line: Mapping[str, Any], words: Vocabulary, *, of_house: bool) -> str:
    """What tells the reader which case it is: at the house its number, elsewhere a reference that is theirs alone.

    Without a reference nothing is said: the kind of task and its date must do.
    """
    if of_house:
        return f"{words.case} {line['casus']}" if line.get("casus") else ""
    return f"{words.reference} {line['kenmerk']}" if line.get("kenmerk") else ""


def spoken(
    line: Mapping[str, Any], words: Vocabulary, *, of_house: bool, base_url: str, now: datetime | None
) -> dict[str, Any]:  # fmt: skip
    """A line as a template sees it: the same names for every line, and what is not there is empty."""
    held = checked(line)
    of_ladder = held.get("bericht", MessageKind.REMINDER) == MessageKind.REMINDER
    stand = [standing(held, now, words) if of_ladder else "", words.steps.get(held.get("stap", ""), "")]
    return {
        "wat": words.task(held["soort"]) if "soort" in held else "",
        "verwijzing": reference(held, words, of_house=of_house),
        "uiterlijk": words.moment(held["uiterlijk"]) if "uiterlijk" in held else "",
        "stand": "; ".join(one for one in stand if one),
        "stap": words.steps.get(held.get("stap", ""), ""),
        "spoed": bool(held.get("spoed")),
        "bericht": held.get("bericht", ""),
        "pad": base_url + held["pad"] if held.get("pad") else "",
        "antwoordcode": held.get("antwoordcode", ""),
        "telefoon": held.get("telefoon", ""),
        "herstelbaarTot": words.moment(held["herstelbaarTot"]) if "herstelbaarTot" in held else "",
        "dossier": f"{base_url}/casussen/{held['dossier']}" if "dossier" in held else "",
        "nakijken": bool(held.get("nakijken")),
        "eigenAfspraak": bool(held.get("eigenAfspraak")),
        "eerder": words.moment(held["eerder"]) if "eerder" in held else "",
        "gaatDoor": bool(held.get("gaatDoor")),
        "casussen": held.get("casussen", ""),
        "code": held.get("code", ""),
    }


def in_order(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What hurries first, then what is due first."""
    return sorted(lines, key=lambda line: (not line.get("spoed"), line.get("uiterlijk") or "", line.get("casus") or ""))


def earliest(lines: list[dict[str, Any]]) -> str | None:
    """The first moment before which something is asked; of none when no line has one."""
    moments = [line["uiterlijk"] for line in lines if "uiterlijk" in line]
    return min(moments, key=datetime.fromisoformat) if moments else None
