"""Calendar files (RFC 5545): UTC moments, local days, nothing that a reader could take for a second line. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vCalAddress, vDuration

from models.agenda import Occasion

PRODUCT = "-//Pols//Pols 1//NL"
#: what some reader or other takes for the end of a line, and what nothing readable is made of
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


@dataclass(frozen=True, slots=True)
class Host:
    """Who invites: the mailbox and the name of the house."""

    address: str
    name: str


def is_address(value: str) -> bool:
    """Whether this can stand in a calendar as an address of mail."""
    return bool(_ADDRESS.fullmatch(value))


def clean(words: str) -> str:
    """The same words on lines of our own only."""
    return _CONTROL.sub(" ", words.replace("\r\n", "\n"))


def invitation(occasion: Occasion, host: Host, guest: str) -> bytes:
    """One event for one guest, and nobody else in it: a REQUEST, or a CANCEL of what was asked before (RFC 5546)."""
    calendar = _calendar("CANCEL" if occasion.cancelled else "REQUEST")
    event = _event(occasion)
    organiser = vCalAddress(f"mailto:{host.address}")
    organiser.params["CN"] = clean(host.name).replace('"', "'").replace("\n", " ")
    event.add("organizer", organiser)
    attendee = vCalAddress(f"mailto:{guest}")
    attendee.params["CUTYPE"], attendee.params["ROLE"] = "INDIVIDUAL", "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"], attendee.params["RSVP"] = "NEEDS-ACTION", "FALSE" if occasion.cancelled else "TRUE"
    event.add("attendee", attendee)
    calendar.add_component(event)
    return _written(calendar)


def feed(occasions: Iterable[Occasion], *, name: str, refresh: timedelta) -> bytes:
    """A calendar to subscribe to; it says how often to ask again, in both ways that calendars understand."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", clean(name))
    calendar.add("refresh-interval", vDuration(refresh), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(refresh))
    for one in occasions:
        calendar.add_component(_event(one))
    return _written(calendar)


def _calendar(method: str) -> Calendar:
    made = Calendar()
    for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", method)):
        made.add(name, value)
    return made


def _event(one: Occasion) -> Event:
    facts: dict[str, Any] = {
        "uid": str(one.uid), "dtstamp": _second(one.stamp), "sequence": one.sequence, "summary": clean(one.title),
        "class": "PRIVATE", "status": "CANCELLED" if one.cancelled else "CONFIRMED",
    }  # fmt: skip
    facts |= _when(one)
    facts |= {name: clean(value) for name, value in (("location", one.place), ("description", one.text)) if value}
    made = Event()
    for name, value in facts.items():
        made.add(name, value)
    if one.address:
        made.add("url", clean(one.address))
    return made


def _when(one: Occasion) -> dict[str, Any]:
    if isinstance(one.begins, datetime):
        begins = _second(one.begins)
        return {"dtstart": begins, "dtend": begins + timedelta(minutes=one.minutes), "transp": "OPAQUE"}
    return {"dtstart": one.begins, "dtend": _next(one.begins), "transp": "TRANSPARENT"}


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _second(moment: datetime) -> datetime:
    """In UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _written(calendar: Calendar) -> bytes:
    made: bytes = calendar.to_ical(sorted=False)
    return made
