"""Reading the mailbox where bounces come in, and what calendars answer: which of our messages a mail server could not
deliver for good, and who comes to a meeting (tasks/replies.py).

Of bounces only a report that servers write for each other counts (RFC 3464), and only by the marks that we gave the
message: never by a text, which anybody may write.
"""

import asyncio
import imaplib
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage, Message
from uuid import UUID

from models.agenda import CalendarReply
from tasks import replies

SECONDS = 15.0
MOST = 50  #: reports that are read at once
_MOST_BYTES = 200_000
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_TO = ("Delivered-To", "X-Original-To", "To")


def returned(raw: bytes) -> UUID | None:
    """Which of our messages this report says was not delivered for good; nothing when it says no such thing."""
    try:
        report = message_from_bytes(raw, policy=policy.default)
        if report.get_content_type() != "multipart/report" or not _is_lasting(report):
            return None
        return next((UUID(found) for found in _marks(report)), None)
    except Exception:  # noqa: BLE001 - what cannot be read is no report; the parser has many ways to stumble
        return None


def _is_lasting(report: EmailMessage) -> bool:
    """Every recipient it names failed for good: there was one."""
    blocks = [block for part in report.walk() if part.get_content_type() == "message/delivery-status"
              for block in part.get_payload() if isinstance(block, Message)]  # fmt: skip
    told = [block for block in blocks if block["Action"] is not None]
    return bool(told) and all(
        str(one["Action"]).strip().lower() == "failed" and str(one["Status"] or "").strip().startswith("5.")
        for one in told
    )


def _marks(report: EmailMessage) -> Iterator[str]:
    """The ids in it that we gave: in the envelope, in the headers that came back, in the address it was sent to."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in part.get_payload():
                if isinstance(block, Message):
                    yield from _ID.findall(_plain(str(block["Original-Envelope-Id"] or "")))
        elif kind == "message/rfc822":
            yield from _of_headers(part.get_content())
        elif kind == "text/rfc822-headers":
            yield from _of_headers(message_from_string(str(part.get_content()), policy=policy.default))
    for name in _TO:
        yield from _ID.findall(str(report[name] or ""))


def _of_headers(original: Message) -> Iterator[str]:
    for name in ("X-Pols-Bericht", "Message-ID"):
        yield from _ID.findall(str(original[name] or ""))


def _plain(xtext: str) -> str:
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), xtext)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mailbox where bounces come in, over IMAP with TLS and a verified certificate."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)

    @asynccontextmanager
    async def unread(self) -> AsyncIterator[list[UUID | CalendarReply]]:
        """The messages that came back, and what calendars said. What was read is cleared when the block ends well."""
        opened = await asyncio.to_thread(self._open)
        try:
            reports = await asyncio.to_thread(_read, opened)
            yield [found for found in reports.values() if found is not None]
            await asyncio.to_thread(_clear, opened, reports)
        finally:
            await asyncio.to_thread(_leave, opened)

    def _open(self) -> imaplib.IMAP4_SSL:
        opened = imaplib.IMAP4_SSL(
            self.host, self.port, ssl_context=ssl.create_default_context(), timeout=SECONDS
        )  # fmt: skip
        try:
            opened.login(self.user, self.password)
            opened.select("INBOX")
        except Exception:
            _leave(opened)
            raise
        return opened


def _read(opened: imaplib.IMAP4_SSL) -> dict[str, UUID | CalendarReply | None]:
    """Every unread letter, and what it says: what came back, or whether somebody comes."""
    _, found = opened.uid("SEARCH", "UNSEEN")
    uids = (found[0] or b"").decode("ascii").split()[:MOST]
    letters = {uid: _letter(opened, uid) for uid in uids}
    return {uid: returned(raw) or replies.parse(raw) for uid, raw in letters.items()}


def _letter(opened: imaplib.IMAP4_SSL, uid: str) -> bytes:
    _, parts = opened.uid("FETCH", uid, f"(BODY.PEEK[]<0.{_MOST_BYTES}>)")
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), b"")


def _clear(opened: imaplib.IMAP4_SSL, reports: dict[str, UUID | CalendarReply | None]) -> None:
    """A report that was understood goes: it holds an address. Anything else stays, as read, for a person to look at."""
    for uid, found in reports.items():
        opened.uid("STORE", uid, "+FLAGS", r"(\Seen)" if found is None else r"(\Seen \Deleted)")
    if any(found is not None for found in reports.values()):
        opened.expunge()


def _leave(opened: imaplib.IMAP4_SSL) -> None:
    try:
        opened.logout()
    except (OSError, imaplib.IMAP4.error):
        opened.shutdown()
