"""Reading what a calendar answers by mail (RFC 6047): strictly, and only whether somebody comes.

Anybody can send such a mail. It is taken for what it says about one invitation by whoever that was for, and nothing
else in it is looked at.
"""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from uuid import UUID

from icalendar import Calendar, Event

from models.agenda import CalendarReply, Presence
from models.ical import is_address

MOST_BYTES = 200_000  #: of a mail; an answer of a calendar has some thousands
MOST_PARTS, MOST_LINES = 20, 2_000
_SAID = {"ACCEPTED": Presence.COMES, "DECLINED": Presence.NOT, "TENTATIVE": Presence.MAYBE}
_CHARSETS = frozenset({"utf-8", "us-ascii"})
_MAILTO = "mailto:"


def parse(raw: bytes) -> CalendarReply | None:
    """The answer in a mail; None when it is none, or not a plain one."""
    if len(raw) > MOST_BYTES:
        return None
    try:
        return _reply(BytesParser(policy=policy.default).parsebytes(raw))
    except Exception:  # noqa: BLE001 - what a stranger sends can break a parser in any way; then it is no answer
        return None


def _reply(mail: EmailMessage) -> CalendarReply | None:
    sender, body = _sender(mail), _body(mail)
    if sender is None or body is None:
        return None
    event = _only_event(Calendar.from_ical(body))
    if event is None:
        return None
    attendee = event.get("ATTENDEE")
    if attendee is None or isinstance(attendee, list) or _address(str(attendee)) != sender:
        return None
    said = _SAID.get(str(attendee.params.get("PARTSTAT", "")).upper())
    if said is None or "RECURRENCE-ID" in event or isinstance(event.get("UID"), list):
        return None
    return CalendarReply(UUID(str(event["UID"])), sender, said, max(0, int(event.get("SEQUENCE", 0))))


def _sender(mail: EmailMessage) -> str | None:
    """The one address it comes from."""
    headers = mail.get_all("From", [])
    if len(headers) != 1 or len(headers[0].addresses) != 1:
        return None
    found = str(headers[0].addresses[0].addr_spec).lower()
    return found if is_address(found) else None


def _address(value: str) -> str:
    return value[len(_MAILTO) :].strip().lower() if value.lower().startswith(_MAILTO) else ""


def _body(mail: EmailMessage) -> str | None:
    """The one calendar part that says it is an answer."""
    parts = [part for part, _ in zip(mail.walk(), range(MOST_PARTS), strict=False)]
    found = [
        one for one in parts
        if one.get_content_type() == "text/calendar" and str(one.get_param("method", "")).upper() == "REPLY"
    ]  # fmt: skip
    if len(found) != 1 or (found[0].get_content_charset() or "us-ascii") not in _CHARSETS:
        return None
    payload = found[0].get_payload(decode=True)
    body = payload.decode("utf-8") if isinstance(payload, bytes) else ""
    return body if body.count("\n") <= MOST_LINES else None


def _only_event(calendar: Calendar) -> Event | None:
    events = [one for one in calendar.subcomponents if one.name == "VEVENT"]
    if str(calendar.get("METHOD", "")).upper() != "REPLY" or len(events) != 1:
        return None
    return events[0] if isinstance(events[0], Event) else None
