"""Calendar files as two readers see them, and the answers that calendars send back."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from models import agenda, ical
from models.agenda import CalendarReply, Occasion, Presence
from models.ical import Host
from models.words import DutyKind
from tasks import invitations, replies
from tasks.outgoing import CalendarMethod

NOW = datetime(2026, 11, 24, 9, 0, 12, 345, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
UID = UUID("6a1f3c58-5f0e-4b8e-9d5a-0c1d2e3f4a5b")
PERSON = uuid4()
SAYS = (
    "Plaats en voorbereiding vindt u in Pols: https://pols.example/\\n"
    "Deze afspraak bevat met opzet geen inhoud over personen."
)
HOST, GUEST = "overleg@huis.example", "contact@politie.example"


@dataclass
class Claimed:
    """A message as the outbox gives it to who sends it."""

    lines: list[dict[str, Any]]
    template: str = "uitnodiging"
    recipient_id: UUID = PERSON
    email: str = GUEST
    house: str = "Zorg- en Veiligheidshuis Westerveen"
    now: datetime = NOW
    id: UUID = field(default_factory=uuid4)


def line(begins: datetime, number: int = 0, **event: Any) -> dict[str, Any]:
    facts = {"voor": str(PERSON), "uid": str(UID), "nummer": number, "begin": begins.isoformat(), "minuten": 90} | event
    return {"casus": "2026-0012", "kenmerk": "K7QF-3M9P", "uiterlijk": begins.isoformat(), "agenda": facts}


def part_of(*lines: dict[str, Any], **facts: Any) -> bytes:
    made = invitations.part(Claimed(list(lines), **facts), organiser=HOST, base_url="https://pols.example")
    assert made is not None
    return made.body


def lines_of(body: bytes) -> list[str]:
    """The lines of a file as they were before they were folded."""
    return body.decode().replace("\r\n ", "").split("\r\n")


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=AMSTERDAM)  # type: ignore[misc,arg-type]


# What is invited to


def test_an_invitation_asks_one_guest_and_says_nothing_about_a_case() -> None:
    body = part_of(line(local(2026, 12, 3, 13, 30)))

    assert lines_of(body) == [
        "BEGIN:VCALENDAR", "PRODID:-//Pols//Pols 1//NL", "VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:REQUEST",
        "BEGIN:VEVENT", f"UID:{UID}", "DTSTAMP:20261124T090012Z", "SEQUENCE:0",
        "SUMMARY:Overleg Zorg- en Veiligheidshuis (K7QF-3M9P)", "CLASS:PRIVATE", "STATUS:CONFIRMED",
        "DTSTART:20261203T123000Z", "DTEND:20261203T140000Z", "TRANSP:OPAQUE", "LOCATION:zie Pols",
        f"DESCRIPTION:{SAYS}", "URL:https://pols.example/",
        f'ORGANIZER;CN="Zorg- en Veiligheidshuis Westerveen":mailto:{HOST}',
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{GUEST}",
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    assert b"2026-0012" not in body


def test_a_meeting_that_is_called_off_takes_the_same_event_away() -> None:
    made = invitations.part(
        Claimed([line(local(2026, 12, 3, 13, 30), 2, vervalt=True)]), organiser=HOST, base_url="https://pols.example"
    )

    assert made is not None
    assert made.method is CalendarMethod.CANCEL
    assert {"METHOD:CANCEL", f"UID:{UID}", "SEQUENCE:2", "STATUS:CANCELLED"} <= set(lines_of(made.body))


def test_several_cases_on_one_day_have_no_reference_in_the_title() -> None:
    body = part_of(line(local(2026, 12, 3, 13, 30), meer=True))

    assert "SUMMARY:Overleg Zorg- en Veiligheidshuis" in lines_of(body)


def test_a_calendar_says_the_place_only_when_it_is_the_public_one() -> None:
    assert "LOCATION:Stadhuis\\, zaal 3" in lines_of(part_of(line(NOW, plaats="Stadhuis, zaal 3")))


@pytest.mark.parametrize(
    "facts",
    [
        {"lines": [{"casus": "2026-0012", "uiterlijk": NOW.isoformat()}]}, {"recipient_id": uuid4()},
        {"email": "x@y.example\r\nATTENDEE:mailto:z@y.example"}, {"email": "geen adres"},
    ],
    ids=["about no meeting", "sent to a colleague instead", "an address of two lines", "no address"],
)  # fmt: skip
def test_a_message_that_invites_nobody_carries_no_calendar(facts: dict[str, Any]) -> None:
    message = Claimed(**{"lines": [line(NOW)]} | facts)

    assert invitations.part(message, organiser=HOST, base_url="https://pols.example") is None


def test_an_english_invitation_is_english() -> None:
    made = invitations.part(Claimed([line(NOW)]), organiser=HOST, base_url="https://pols.example/", language="en")

    assert made is not None
    assert {"SUMMARY:Meeting Zorg- en Veiligheidshuis (K7QF-3M9P)", "LOCATION:see Pols"} <= set(lines_of(made.body))


# Clocks


@pytest.mark.parametrize(
    ("begins", "written"),
    [
        (local(2026, 3, 28, 10, 0), "20260328T090000Z"), (local(2026, 3, 29, 10, 0), "20260329T080000Z"),
        (local(2026, 10, 24, 10, 0), "20261024T080000Z"), (local(2026, 10, 25, 10, 0), "20261025T090000Z"),
    ],
    ids=["before the clock goes ahead", "after it", "before the clock goes back", "after it"],
)  # fmt: skip
def test_a_meeting_is_at_the_same_local_hour_whatever_the_clock_did(begins: datetime, written: str) -> None:
    body = part_of(line(begins.astimezone(UTC)))

    assert f"DTSTART:{written}" in lines_of(body)
    for reader in (_read, _read_otherwise):
        assert reader(body)["begins"].astimezone(AMSTERDAM) == begins


@pytest.mark.parametrize(
    ("due", "day"),
    [
        (local(2026, 11, 24, 17, 0), date(2026, 11, 24)), (local(2026, 11, 25, 0, 0), date(2026, 11, 24)),
        (local(2026, 11, 24, 0, 30), date(2026, 11, 24)), (local(2026, 7, 1, 0, 30), date(2026, 7, 1)),
        (local(2026, 3, 29, 23, 59), date(2026, 3, 29)), (local(2026, 10, 25, 0, 0), date(2026, 10, 24)),
    ],
    ids=["at closing time", "at midnight", "after midnight", "in summer", "the clock goes ahead", "and back"],
)  # fmt: skip
def test_a_term_ends_on_its_last_local_day(due: datetime, day: date) -> None:
    assert agenda.due_day(due.astimezone(UTC)) == day


# The feed


def a_feed(*found: Occasion) -> bytes:
    return ical.feed(found, name="Pols", refresh=timedelta(hours=1))


def test_a_feed_says_how_often_to_ask_and_shows_a_due_day_as_a_whole_day() -> None:
    body = a_feed(Occasion(UID, agenda.task_title(DutyKind.INFORMATION, "K7QF-3M9P"), date(2026, 12, 31), NOW))

    found = lines_of(body)
    assert {"METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"} <= set(found)
    assert {"DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "TRANSP:TRANSPARENT"} <= set(found)
    assert "SUMMARY:Uiterlijk vandaag: informatie aanleveren (K7QF-3M9P)" in found
    assert "ATTENDEE" not in body.decode()
    assert "ORGANIZER" not in body.decode()


@pytest.mark.parametrize("kind", sorted(agenda.UNSAID))
def test_what_others_may_not_know_of_is_a_task_in_a_calendar(kind: DutyKind) -> None:
    assert agenda.task_title(kind) == "Uiterlijk vandaag: taak"


@pytest.mark.parametrize(
    ("said", "together"),
    [
        ([], None), ([None], None), ([Presence.NOT, None], None), ([Presence.NOT, Presence.NOT], Presence.NOT),
        ([Presence.NOT, Presence.MAYBE], Presence.MAYBE), ([None, Presence.COMES], Presence.COMES),
    ],
)  # fmt: skip
def test_an_organisation_stays_away_only_when_all_its_people_do(
    said: list[Presence | None], together: Presence | None
) -> None:
    assert agenda.said_by_all(said) is together


# Whatever it says


def _read(body: bytes) -> dict[str, Any]:
    event: Any
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    return {
        "uid": str(event["UID"]), "title": str(event["SUMMARY"]), "text": str(event["DESCRIPTION"]),
        "begins": event["DTSTART"].dt, "ends": event["DTEND"].dt, "place": str(event["LOCATION"]),
    }  # fmt: skip


def _read_otherwise(body: bytes) -> dict[str, Any]:
    event = vobject.readOne(body.decode()).vevent
    return {
        "uid": event.uid.value, "title": event.summary.value, "text": event.description.value,
        "begins": event.dtstart.value, "ends": event.dtend.value, "place": event.location.value,
    }  # fmt: skip


WORDS = st.text(min_size=1, max_size=200).filter(lambda found: bool(ical.clean(found).strip()))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(AMSTERDAM))


@given(title=WORDS, text=WORDS, place=WORDS, begins=MOMENTS, minutes=st.integers(15, 480))
def test_two_readers_read_what_was_meant_whatever_the_words(
    title: str, text: str, place: str, begins: datetime, minutes: int
) -> None:
    meant = Occasion(UID, title, begins, NOW, minutes=minutes, text=text, place=place)

    body = ical.invitation(meant, Host(HOST, title), GUEST)

    first, second = _read(body), _read_otherwise(body)
    assert first == second
    assert (first["title"], first["text"], first["place"]) == tuple(map(ical.clean, (title, text, place)))
    assert first["begins"] == begins.astimezone(UTC).replace(microsecond=0)
    assert first["ends"] - first["begins"] == timedelta(minutes=minutes)
    _is_well_formed(body)


def _is_well_formed(body: bytes) -> None:
    assert body.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", body), "a line ends with CR and LF"
    assert all(len(one) <= 75 for one in body.split(b"\r\n")), "a line has at most 75 octets"
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", body)
    names = [one.partition(":")[0].partition(";")[0] for one in lines_of(body)]
    assert (names.count("BEGIN"), names.count("ATTENDEE"), names.count("ORGANIZER")) == (2, 1, 1)


@given(name=st.text(max_size=80))
def test_no_name_of_a_house_becomes_a_line_of_its_own(name: str) -> None:
    body = ical.invitation(Occasion(UID, "Overleg", NOW, NOW, minutes=60), Host(HOST, name), GUEST)

    _is_well_formed(body)


# What a calendar answers


def a_reply(**facts: Any) -> EmailMessage:
    """What Outlook, Google and others send: a text, and the calendar part that says REPLY."""
    told: dict[str, Any] = {
        "partstat": "ACCEPTED", "uid": str(UID), "attendee": GUEST, "sender": f"Contact <{GUEST}>", "sequence": "1",
        "method": "REPLY", "charset": "utf-8", "events": 1,
    } | facts  # fmt: skip
    event = (
        f"BEGIN:VEVENT\r\nUID:{told['uid']}\r\nDTSTAMP:20261124T100000Z\r\nSEQUENCE:{told['sequence']}\r\n"
        f"ATTENDEE;PARTSTAT={told['partstat']}:mailto:{told['attendee']}\r\n"
        f"ORGANIZER:mailto:{HOST}\r\nCOMMENT:Ik ben met Hendrik op pad\r\nEND:VEVENT\r\n"
    )
    body = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{told['method']}\r\n{event * told['events']}END:VCALENDAR\r\n"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = told["sender"], HOST, "Geaccepteerd: Overleg"
    mail.set_content("Ik kom.")
    how = {"method": told["method"], "charset": told["charset"]}
    mail.add_alternative(body.encode(), maintype="text", subtype="calendar", params=how)
    return mail


@pytest.mark.parametrize(
    ("partstat", "presence"),
    [("ACCEPTED", Presence.COMES), ("DECLINED", Presence.NOT), ("TENTATIVE", Presence.MAYBE)],
)
def test_an_answer_of_a_calendar_says_whether_somebody_comes_and_no_more(partstat: str, presence: Presence) -> None:
    found = replies.parse(a_reply(partstat=partstat).as_bytes())

    assert found == CalendarReply(UID, GUEST, presence, 1)


@pytest.mark.parametrize(
    "facts",
    [
        {"partstat": "DELEGATED"}, {"partstat": "NEEDS-ACTION"}, {"method": "REQUEST"}, {"method": "COUNTER"},
        {"uid": "geen uid"}, {"attendee": "ander@politie.example"}, {"sender": "ander@politie.example"},
        {"sender": f"{GUEST}, ander@politie.example"}, {"events": 0}, {"events": 2}, {"charset": "utf-16"},
        {"sequence": "veel"},
    ],
    ids=lambda facts: "-".join(f"{name}={value}" for name, value in facts.items()),
)  # fmt: skip
def test_what_is_no_plain_answer_is_none(facts: dict[str, Any]) -> None:
    assert replies.parse(a_reply(**facts).as_bytes()) is None


def test_two_answers_in_one_mail_are_none() -> None:
    mail = a_reply()
    mail.add_attachment(
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", maintype="text", subtype="calendar",
        params={"method": "REPLY"},
    )  # fmt: skip

    assert replies.parse(mail.as_bytes()) is None


def test_an_answer_that_is_very_large_is_not_read() -> None:
    mail = a_reply()
    mail.add_attachment(b"x" * replies.MOST_BYTES, maintype="application", subtype="octet-stream")

    assert replies.parse(mail.as_bytes()) is None


@given(st.binary(max_size=2000))
def test_nothing_that_a_stranger_sends_breaks_the_reader(raw: bytes) -> None:
    assert replies.parse(raw) is None


@given(st.data())
def test_an_answer_with_something_broken_in_it_is_no_answer_or_the_same(data: st.DataObject) -> None:
    whole = a_reply().as_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    found = replies.parse(whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + 1 :])

    assert found is None or found == replace(found, address=GUEST)
