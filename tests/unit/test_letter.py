"""A letter: what is in it, and that nothing anybody chose gets into its headers or its envelope."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tasks.letterbox import Letter, Relay, address_of
from tasks.outgoing import CalendarMethod, CalendarPart, Outgoing

RELAY = Relay("relay.example", 25, "pols@huis.example")
ID = "0198d2c5-0000-7000-8000-00000000abcd"
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Pols-Bericht",
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Language",
}  # fmt: skip
#: what somebody could type who wants a header, a recipient or a whole message of their own
HOSTILE = (
    "\r\nBcc: dief@elders.example", "\nBcc: dief@elders.example", "\rBcc: dief@elders.example", "\r\n\r\n<script>",
    "\u2028Bcc: dief@elders.example", "\u2029Bcc: x", "\x85Bcc: x", "\x0bBcc: x", "\x0cBcc: x", "\x1cBcc: x", "\x00",
    "\x7f", "==?utf-8?b?DQpCY2M6IHg=?=", "=\u2028?utf-8?q?=0ABcc:_x?=",
    "=?utf-8?q?=0D=0ABcc:_dief@elders.example?=", "\u202egpj.exe", "\ufeff", "a\u0300" * 500, "é" * 5000, "x" * 20_000,
    "\r\n.\r\nMAIL FROM:<dief@elders.example>", "%0d%0aBcc: x", "\ud7ff\ue000", "Subject: nog een\r\n Bcc: x",
)  # fmt: skip


def letter(to: str = "jan@politie.example", **facts: object) -> EmailMessage:
    known: dict[str, object] = {
        "id": ID,
        "house": "Huis",
        "subject": "Pols: Er staat een taak",
        "text": "Dag één\n.\nx",
    }
    made = Letter.of(RELAY, Outgoing(**known | facts), to)  # type: ignore[arg-type]
    return message_from_bytes(made.body, policy=policy.default)


@pytest.mark.parametrize("bad", HOSTILE)
def test_a_hostile_subject_or_name_stays_one_header(bad: str) -> None:
    found = letter(subject=f"Pols: {bad}", house=f"Huis {bad}")

    assert set(found.keys()) <= HEADERS
    assert len(found.keys()) == len(set(found.keys()))
    assert found["To"].addresses[0].addr_spec == "jan@politie.example"
    assert len(found["From"].addresses) == 1
    assert found["From"].addresses[0].addr_spec == "pols@huis.example"
    assert len(str(found["Subject"])) <= 150
    assert all(len(line) <= 998 for line in Letter.of(RELAY, Outgoing(ID, bad, bad, "x"), "a@b.nl").body.split(b"\r\n"))


@pytest.mark.parametrize("bad", HOSTILE)
@pytest.mark.parametrize("where", ["jan{}@politie.example", "jan@politie{}.example", "jan@politie.example{}", "{}"])
def test_a_hostile_address_is_refused_or_one_address(bad: str, where: str) -> None:
    try:
        found = address_of(where.format(bad))
    except ValueError:
        return

    assert found.isascii()
    assert found.isprintable()
    assert " " not in found
    assert found.count("@") == 1


@pytest.mark.parametrize(
    "bad",
    [
        "", "@", "jan", "jan@", "@politie.example", "jan@politie..example", "jan@-x.example", "a b@politie.example",
        "jan@politie.example,dief@elders.example", "<jan@politie.example>", "jan@[127.0.0.1]", '"jan"@politie.example',
        "jan@politie.example jan@elders.example", "jan@dief@politie.example", "x" * 65 + "@politie.example",
        "jan@" + "x" * 64 + ".example", "jan@" + ".".join(["xxxxxxxxx"] * 30), "jän@politie.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        address_of(bad)


def test_a_domain_with_other_letters_goes_on_the_wire_as_what_it_is() -> None:
    assert address_of("jan@politie-zuid.example") == "jan@politie-zuid.example"
    assert address_of("jan@bücher.example") == "jan@xn--bcher-kva.example"
    # a Cyrillic letter that looks like ours is another domain, and shows as one
    assert address_of("jan@politi\u0435.example").startswith("jan@xn--")


def test_a_letter_carries_its_marks_and_the_same_id_at_every_try() -> None:
    first, second = letter(), letter()

    assert first["Message-ID"] == second["Message-ID"] == f"<{ID}@huis.example>"
    assert first["X-Pols-Bericht"] == ID
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Content-Language"] == "nl"
    assert first["Date"].datetime is not None
    assert first.get_content().replace("\r\n", "\n") == "Dag één\n.\nx\n"


def test_a_long_domain_does_not_break_the_id() -> None:
    relay = Relay("relay", 25, "pols@een-heel-lange-naam-van-een-huis.veiligheidshuizen-van-het-land.example.org")
    found = message_from_bytes(Letter.of(relay, Outgoing(ID, "h", "s", "t"), "a@b.nl").body, policy=policy.default)

    assert found["Message-ID"] == f"<{ID}@{relay.domain}>"


def test_an_invitation_is_an_alternative_for_calendars_and_a_file_for_people() -> None:
    body = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    found = letter(html="<p>Dag</p>", language="en", calendar=CalendarPart(CalendarMethod.REQUEST, body))

    kinds = [part.get_content_type() for part in found.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    invitation = next(part for part in found.walk() if part.get_content_type() == "text/calendar")
    assert invitation.get_param("method") == "REQUEST"
    assert invitation.get_payload(decode=True) == body
    assert next(found.iter_attachments()).get_filename() == "afspraak.ics"
    assert found["Content-Language"] == "en"


def test_what_comes_back_goes_to_an_address_that_names_the_message() -> None:
    relay = Relay("relay", 25, "pols@huis.example", bounces="terug+{}@huis.example")

    assert Letter.of(relay, Outgoing(ID, "h", "s", "t"), "a@b.nl").sender == f"terug+{ID}@huis.example"
    assert Letter.of(RELAY, Outgoing(ID, "h", "s", "t"), "a@b.nl").sender == "pols@huis.example"
