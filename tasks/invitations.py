"""The calendar part of a message: an invitation for its one recipient, its new moment, or that it is called off."""

from datetime import datetime
from typing import Any
from uuid import UUID

from models import agenda, ical
from models.agenda import Occasion
from models.ical import Host
from tasks.outgoing import CalendarMethod, CalendarPart


def part(message: Any, *, organiser: str, base_url: str, language: str = "nl") -> CalendarPart | None:  # noqa: ANN401 - a row of the outbox
    """What a calendar takes from this message; nothing when it is about no meeting, or goes to somebody else.

    `organiser` is the mailbox that answers of calendars come to. A message that is sent to a colleague instead carries
    no part: the event is in the calendar of who was invited.
    """
    line = next((one for one in message.lines if "agenda" in one), None)
    if line is None or line["agenda"]["voor"] != str(message.recipient_id):
        return None
    if not (ical.is_address(organiser) and ical.is_address(message.email)):
        return None
    occasion = _occasion(line, now=message.now, address=f"{base_url.rstrip('/')}/", language=language)
    method = CalendarMethod.CANCEL if occasion.cancelled else CalendarMethod.REQUEST
    return CalendarPart(method, ical.invitation(occasion, Host(organiser, message.house), message.email))


def _occasion(line: dict[str, Any], *, now: datetime, address: str, language: str) -> Occasion:
    event = line["agenda"]
    called = "" if event.get("meer") else line.get("kenmerk", "")
    return Occasion(
        uid=UUID(event["uid"]), title=agenda.title(called, language), begins=datetime.fromisoformat(event["begin"]),
        stamp=now, minutes=event["minuten"], sequence=event["nummer"], cancelled=bool(event.get("vervalt")),
        place=event.get("plaats") or agenda.SEE_POLS[language], text=agenda.text(address, language), address=address,
    )  # fmt: skip
