"""One message and a real mail server: taken, refused, put off, broken off; why it failed is a code of ours."""

import logging
import ssl
from pathlib import Path

import pytest

from deployments.mailcatcher import Mailcatcher
from models.delivery import Failure
from tasks.mail import Line, Relay, send, send_over
from tasks.outgoing import Outgoing, Sent
from tests.relays import DROP, HANG, OddRelay, certified, odd_relay

ID = "0198d2c5-0000-7000-8000-00000000abcd"
OUT = Outgoing(ID, "Zorg- en Veiligheidshuis", "Pols: Er staat een taak", "Dag één\n.punt\n", html="<p>Dag</p>")
TO = "jan@politie.example"


def relay_at(relay: OddRelay, **more: object) -> Relay:
    known: dict[str, object] = {"host": "127.0.0.1", "port": relay.port, "sender": "pols@huis.example"}
    return Relay(**known | more)  # type: ignore[arg-type]


async def test_a_message_arrives_whole_with_its_marks(tmp_path: Path) -> None:
    catcher = await Mailcatcher.start(tmp_path)

    sent = await send(Relay("127.0.0.1", catcher.smtp_port, "pols@huis.example"), OUT, TO)

    [caught] = catcher.messages
    assert (sent, caught.recipients, caught.sender) == (Sent(), (TO,), "pols@huis.example")
    assert caught.text == "Dag één\n.punt\n"
    assert caught.message["Message-ID"] == f"<{ID}@huis.example>"
    await catcher.stop()


@pytest.mark.parametrize(
    ("step", "said", "expected"),
    [
        ("RCPT", "550 5.1.1 jan@politie.example unknown", Sent(Failure.REFUSED, lasting=True)),
        ("RCPT", "450 4.2.0 greylisted", Sent(Failure.DEFERRED)),
        ("RCPT", "452 4.2.2 mailbox full", Sent(Failure.DEFERRED)),
        ("DATA", "554 5.7.1 no", Sent(Failure.REFUSED, lasting=True)),
        ("DATA", "451 4.3.0 no", Sent(Failure.DEFERRED)),
        ("TEXT", "554 5.7.1 looks like spam", Sent(Failure.REFUSED, lasting=True)),
        ("TEXT", "451 4.7.1 try again later", Sent(Failure.DEFERRED)),
        ("TEXT", "421 4.3.2 closing", Sent(Failure.DEFERRED)),
        ("MAIL", "550 5.7.1 who are you", Sent(Failure.SENDER)),
        ("MAIL", "451 4.3.0 busy", Sent(Failure.UNREACHABLE)),
        ("GREETING", "554 no", Sent(Failure.UNREACHABLE)),
        ("GREETING", "421 busy", Sent(Failure.UNREACHABLE)),
        ("GREETING", DROP, Sent(Failure.UNREACHABLE)),
        ("GREETING", HANG, Sent(Failure.UNREACHABLE)),
        ("MAIL", DROP, Sent(Failure.NO_ANSWER)),
        ("RCPT", HANG, Sent(Failure.NO_ANSWER)),
        ("DATA", DROP, Sent(Failure.NO_ANSWER)),
        ("TEXT", DROP, Sent(Failure.UNSURE)),
        ("TEXT", HANG, Sent(Failure.UNSURE)),
    ],
)
async def test_every_way_to_fail_is_told_apart_and_none_in_the_words_of_the_relay(
    step: str, said: str, expected: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with odd_relay() as relay:
        relay.does(step, said)

        patience = 0.5 if said == HANG else 15.0
        assert await send(relay_at(relay, timeout=patience), OUT, TO) == expected

        assert len(relay.taken) == (step == "TEXT")
    assert "politie" not in caplog.text
    assert "spam" not in caplog.text


async def test_without_anybody_there_the_relay_is_unreachable() -> None:
    async with odd_relay() as relay:
        pass

    assert await send(relay_at(relay), OUT, TO) == Sent(Failure.UNREACHABLE)


async def test_an_address_that_is_none_is_not_even_tried() -> None:
    async with odd_relay() as relay:
        assert await send(relay_at(relay), OUT, "jan\r\nRCPT TO:<x@y.example>") == Sent(Failure.ADDRESS, lasting=True)

        assert relay.calls == 0


# One kept connection


async def test_messages_share_a_connection_and_a_refusal_does_not_end_it() -> None:
    async with odd_relay() as relay:
        line = Line(relay_at(relay))
        relay.does("RCPT", "550 no", times=1)

        found = [await send_over(line, OUT, TO) for _ in range(4)]

        assert [one.code for one in found] == [Failure.REFUSED, None, None, None]
        assert (relay.calls, len(relay.taken)) == (1, 3)
        line.close()


async def test_a_kept_connection_that_is_gone_is_made_anew_without_a_word() -> None:
    async with odd_relay() as relay:
        line = Line(relay_at(relay))
        assert await send_over(line, OUT, TO) == Sent()
        relay.does("MAIL", DROP, times=1)

        assert await send_over(line, OUT, TO) == Sent()

        relay.does("MAIL", "421 4.4.2 idle too long", times=1)
        assert await send_over(line, OUT, TO) == Sent()
        assert (relay.calls, len(relay.taken)) == (3, 3)
        line.close()


async def test_what_may_have_been_taken_is_not_sent_again_in_the_same_breath() -> None:
    async with odd_relay() as relay:
        line = Line(relay_at(relay))
        assert await send_over(line, OUT, TO) == Sent()
        relay.does("TEXT", DROP, times=1)

        assert await send_over(line, OUT, TO) == Sent(Failure.UNSURE)

        assert len(relay.taken) == 2
        assert await send_over(line, OUT, TO) == Sent()
        assert {str(one["Message-ID"]) for one in relay.messages} == {f"<{ID}@huis.example>"}
        line.close()


async def test_a_connection_is_not_held_on_to_for_ever() -> None:
    async with odd_relay() as relay:
        line = Line(relay_at(relay))

        for _ in range(101):
            assert await send_over(line, OUT, TO) == Sent()

        assert relay.calls == 2
        line.close()


# Safe, and by name


async def test_a_certificate_that_is_not_to_be_trusted_gets_no_mail(tmp_path: Path) -> None:
    context, _ = certified(tmp_path)
    async with odd_relay(context) as relay:
        relay.does("EHLO", "250-odd\r\n250 STARTTLS")

        assert await send(relay_at(relay, secure=True), OUT, TO) == Sent(Failure.NOT_SECURE)

        assert relay.taken == []
        assert [line.split()[0] for line in relay.lines] == ["ehlo", "STARTTLS"]


async def test_a_certificate_for_another_name_gets_no_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = certified(tmp_path, name="elders.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with odd_relay(context) as relay:
        relay.does("EHLO", "250-odd\r\n250 STARTTLS")

        assert await send(relay_at(relay, secure=True), OUT, TO) == Sent(Failure.NOT_SECURE)


async def test_a_relay_that_offers_no_safe_line_gets_no_mail_and_no_password() -> None:
    async with odd_relay() as relay:
        found = await send(relay_at(relay, secure=True, user="pols", password="geheim"), OUT, TO)

        assert found == Sent(Failure.NOT_SECURE)
        assert relay.taken == []
        assert not [line for line in relay.lines if line.upper().startswith("AUTH")]


async def test_over_a_trusted_line_mail_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert ssl.create_default_context().cert_store_stats()["x509_ca"] == 1
    async with odd_relay(context) as relay:
        relay.does("EHLO", "250-odd\r\n250 STARTTLS")

        assert await send(relay_at(relay, secure=True), OUT, TO) == Sent()

        assert len(relay.taken) == 1


async def test_a_relay_that_does_not_know_us_is_a_fault_of_the_relay_and_not_of_the_message() -> None:
    async with odd_relay() as relay:
        relay.does("EHLO", "250-odd\r\n250 AUTH PLAIN")

        assert await send(relay_at(relay, user="pols", password="fout"), OUT, TO) == Sent(Failure.SIGN_IN)


async def test_a_relay_that_reports_failures_is_asked_to_and_told_which_message_it_is() -> None:
    async with odd_relay() as relay:
        relay.does("EHLO", "250-odd\r\n250 DSN")

        assert await send(relay_at(relay, bounces="terug+{}@huis.example"), OUT, TO) == Sent()

        assert f"mail FROM:<terug+{ID}@huis.example> RET=HDRS ENVID={ID}" in relay.lines
        assert f"rcpt TO:<{TO}> NOTIFY=FAILURE" in relay.lines
