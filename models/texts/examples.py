"""A message of every kind as it could be, to look at before a house changes its words: numbers that do not exist."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from models.messages import MessageKind
from models.words import DutyKind, GlassKind

_PHONE = "070 000 00 00"
_CASE = "018f0000-0000-7000-8000-0000000000c1"


def _line(number: int, kind: DutyKind, days: int, step: str = "opened", **more: object) -> dict[str, Any]:
    """A line about a task, so many days from now."""
    return {
        "taak": f"018f0000-0000-7000-8000-00000000000{number}", "casus": f"ZVH-2026-000{number}",
        "kenmerk": f"K7QF-3M9{number}", "soort": kind.value, "uiterlijk": timedelta(days=days), "stap": step,
    } | more  # fmt: skip


_ABOUT = {"casus": "ZVH-2026-0001", "kenmerk": "K7QF-3M91"}
_WEEK, _HOUR = timedelta(days=7), timedelta(hours=1)
_ASKED = [_line(1, DutyKind.INFORMATION, 5), _line(2, DutyKind.KNOWN, 3)]
_REMINDED = [_line(1, DutyKind.INFORMATION, -3, "overdue"), _line(2, DutyKind.KNOWN, 0, "due")]
_K = MessageKind
#: what a message of a kind is about; a period counts from now
_EXAMPLES: Mapping[MessageKind, list[dict[str, Any]]] = {
    _K.ANNOUNCEMENT: _ASKED,
    _K.QUESTION: _ASKED[:1],
    _K.HANDED_OVER: _ASKED,
    _K.REMINDER: [*_REMINDED, _line(3, DutyKind.INCIDENT, 1, "remind", spoed=True)],
    _K.LEAD: [_line(1, DutyKind.INFORMATION, -5, "lead", telefoon=_PHONE)],
    _K.INVITATION: [_ABOUT | {"uiterlijk": _WEEK}],
    _K.CALLED_OFF: [_ABOUT | {"uiterlijk": _WEEK}],
    _K.OUTCOME: [_ABOUT | {"eigenAfspraak": True}],
    _K.DECIDED_FOR_YOU: [_line(1, DutyKind.OBJECTION, 2)],
    _K.COPY: [_line(1, DutyKind.INFORMATION, 5, herstelbaarTot=_WEEK, dossier=_CASE)],
    _K.ANSWER_CORRECTED: [_ABOUT | {"soort": DutyKind.KNOWN.value, "nakijken": True}],
    _K.GLASS: [_ABOUT | {"soort": GlassKind.EMERGENCY.value, "uiterlijk": _HOUR}],
    _K.GLASS_CODE: [_ABOUT | {"soort": GlassKind.EMERGENCY.value, "uiterlijk": _HOUR, "code": "12345678"}],
    _K.WAY_CODE: [{"uiterlijk": _HOUR, "code": "12345678"}],
    _K.READ_MUCH: [{"casus": "", "casussen": 60}],
    _K.MORE_TIME: _ASKED[:1],
    _K.NOT_MINE: _ASKED[1:],
    _K.NOBODY_STANDS_IN: [],
    _K.DIGEST: [
        *(one | {"bericht": _K.QUESTION.value} for one in _ASKED[:1]),
        *(one | {"bericht": _K.REMINDER.value} for one in _REMINDED[1:]),
        _ABOUT | {"bericht": _K.OUTCOME.value},
    ],
    _K.WEEKLY: _ASKED,
}


def lines(kind: MessageKind, now: datetime, *, of_house: bool, with_links: bool = False) -> list[dict[str, Any]]:
    """The lines of an example; outside the house with the number of the regisseur, as they really go."""
    made = []
    for place, one in enumerate(_EXAMPLES.get(kind, [_ABOUT]), start=1):
        line = {key: (now + it).isoformat() if isinstance(it, timedelta) else it for key, it in one.items()}
        line |= {} if of_house else {"telefoon": _PHONE}
        link = {"pad": f"/a/voorbeeld-{place}", "antwoordcode": "WXYZ-2345"}
        made.append(line | (link if with_links and "taak" in line else {}))
    return made
