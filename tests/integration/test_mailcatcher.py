"""The mail catcher: a real SMTP conversation, kept, shown, and refused when told to."""

import asyncio
import smtplib
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from deployments.mailcatcher import Mailcatcher


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[Mailcatcher]:
    catcher = await Mailcatcher.start(tmp_path / "mail", http_port=0)
    yield catcher
    await catcher.stop()


def a_message(subject: str = "Er staat een taak voor u klaar", text: str = "Dag één & <twee>\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "pols@example.org"
    message["To"] = "partner@example.org"
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative("<p>opmaak</p>", subtype="html")
    return message


def hand_over(port: int, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.send_message(message)


async def send(catcher: Mailcatcher, message: EmailMessage) -> None:
    await asyncio.to_thread(hand_over, catcher.smtp_port, message)


async def test_a_message_is_kept_with_its_text_decoded(catcher: Mailcatcher) -> None:
    await send(catcher, a_message())

    [caught] = await catcher.wait_for(1)

    assert caught.subject == "Er staat een taak voor u klaar"
    assert caught.text == "Dag één & <twee>\n"
    assert caught.recipients == ("partner@example.org",)
    assert catcher.to("partner@example.org") == [caught]
    assert [path.name for path in catcher.directory.iterdir()] == ["000001.eml"]


async def test_a_message_in_base64_or_html_only_is_readable_too(catcher: Mailcatcher) -> None:
    message = EmailMessage()
    message["To"] = "partner@example.org"
    message["From"] = "pols@example.org"
    message.set_content("<p>Één</p>", subtype="html", cte="base64")

    await send(catcher, message)

    assert catcher.messages[0].text.strip() == "<p>Één</p>"


@pytest.mark.parametrize("code", [451, 550])
async def test_it_refuses_for_as_long_as_it_is_told(catcher: Mailcatcher, code: int) -> None:
    catcher.refuse(f"{code} not now", times=2)

    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            await send(catcher, a_message())
        assert refusal.value.smtp_code == code
    await send(catcher, a_message("derde"))

    assert [caught.subject for caught in catcher.messages] == ["derde"]
    assert catcher.refused == 2


async def test_it_refuses_until_it_may_accept_again(catcher: Mailcatcher) -> None:
    catcher.refuse()
    with pytest.raises(smtplib.SMTPDataError):
        await send(catcher, a_message())

    catcher.accept()
    await send(catcher, a_message())

    assert len(catcher.messages) == 1


async def test_a_person_reads_the_mail_on_a_page_and_nothing_in_it_is_markup(catcher: Mailcatcher) -> None:
    await send(catcher, a_message(text="Open https://pols.example.org/a?b=1&c=2. <script>alert(1)</script>\n"))

    async with httpx2.AsyncClient(base_url=catcher.http_url, trust_env=False) as browser:
        page = await browser.get("/")
        [listed] = (await browser.get("/berichten")).json()
        one = await browser.get("/berichten/1")
        missing = await browser.get("/berichten/2")

    assert '<a href="https://pols.example.org/a?b=1&amp;c=2">' in page.text
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert listed["aan"] == ["partner@example.org"]
    assert one.text.startswith("Open https://")
    assert missing.status_code == 404


async def test_what_was_caught_before_is_there_after_a_restart(tmp_path: Path) -> None:
    first = await Mailcatcher.start(tmp_path)
    await send(first, a_message("eerste"))
    await first.stop()

    second = await Mailcatcher.start(tmp_path)
    await send(second, a_message("tweede"))

    assert [(caught.number, caught.subject) for caught in second.messages] == [(1, "eerste"), (2, "tweede")]
    assert second.messages[0].recipients == ("partner@example.org",)
    await second.stop()


async def test_as_a_program_it_refuses_to_start_without_a_directory() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deployments.mailcatcher", "--smtp-port", "0", stderr=asyncio.subprocess.PIPE
    )

    _, complaint = await program.communicate()

    assert program.returncode == 2
    assert b"--dir" in complaint
