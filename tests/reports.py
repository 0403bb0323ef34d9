"""Reports about messages that could not be delivered, as mail servers write them; and the mailbox they come in."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"


def postfix(
    message_id: str, *, action: str = "failed", status: str = "5.1.1", envelope: bool = True, original: bool = True,
    to: str = "terug@huis.example",
) -> bytes:  # fmt: skip
    """As Postfix writes it. `envelope`: our ENVID came along; `original`: the headers of the message did."""
    marks = f"Original-Envelope-Id: {message_id}\n" if envelope else ""
    headers = (
        f"From: Huis <pols@huis.example>\nTo: jan@politie.example\nMessage-ID: <{message_id}@huis.example>\n"
        f"X-Pols-Bericht: {message_id}\nSubject: Pols: Er staat een taak\n"
    )  # fmt: skip
    returned = (
        f"--B\nContent-Description: Undelivered Message Headers\nContent-Type: text/rfc822-headers\n\n{headers}\n"
    )
    return (
        "Return-Path: <>\nDate: Fri, 27 Nov 2026 10:00:00 +0100 (CET)\n"
        "From: MAILER-DAEMON@relay.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n"
        f"To: {to}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n'
        "\nThis is a MIME-encapsulated message.\n\n--B\nContent-Description: Notification\n"
        "Content-Type: text/plain; charset=us-ascii\n\nI'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients.\n\n<jan@politie.example>: host mx.politie.example said: 550 5.1.1\n"
        "    User unknown (in reply to RCPT TO command)\n\n--B\nContent-Description: Delivery report\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n{marks}"
        "X-Postfix-Queue-ID: 4X1234\nArrival-Date: Fri, 27 Nov 2026 09:59:00 +0100 (CET)\n\n"
        f"Final-Recipient: rfc822; jan@politie.example\nOriginal-Recipient: rfc822;jan@politie.example\n"
        f"Action: {action}\nStatus: {status}\nRemote-MTA: dns; mx.politie.example\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n"
        f"{returned if original else ''}--B--\n"
    ).replace("\n", "\r\n").encode()  # fmt: skip


@dataclass
class Letters:
    """What is in a mailbox, and what was done with it."""

    letters: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    signed_in: list[str] = field(default_factory=list)
    port: int = 0

    def put(self, *letters: bytes) -> None:
        """These came in."""
        for letter in letters:
            uid = max(self.flags, default=0) + 1
            self.letters[uid], self.flags[uid] = letter, set()

    def answer(self, tag: str, line: str) -> bytes:
        """What the server says to one line."""
        if line.startswith("LOGIN "):
            self.signed_in.append(line.split()[1])
            if line.split()[2] != '"geheim"':
                return f"{tag} NO who?\r\n".encode()
        return self._said(line) + f"{tag} OK done\r\n".encode()

    def _said(self, line: str) -> bytes:
        match line.split(maxsplit=3):
            case ["SELECT", *_]:
                return f"* {len(self.letters)} EXISTS\r\n".encode()
            case ["UID", "SEARCH", *_]:
                unread = " ".join(str(uid) for uid in self.letters if "\\Seen" not in self.flags[uid])
                return f"* SEARCH {unread}\r\n".encode()
            case ["UID", "FETCH", uid, _]:
                raw = self.letters[int(uid)]
                head = f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}\r\n".encode()
                return head + raw + b")\r\n"
            case ["UID", "STORE", uid, rest]:
                self.flags[int(uid)] |= set(re.findall(r"\\\w+", rest))
            case ["EXPUNGE", *_]:
                for gone in [one for one in self.letters if "\\Deleted" in self.flags[one]]:
                    del self.letters[gone]
            case ["CAPABILITY", *_]:
                return b"* CAPABILITY IMAP4rev1\r\n"
            case ["LOGOUT", *_]:
                return b"* BYE\r\n"
        return b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            writer.write(b"* OK ready\r\n")
            while line := (await reader.readline()).decode().rstrip():
                tag, _, rest = line.partition(" ")
                writer.write(self.answer(tag, rest))
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def mailbox(tls: ssl.SSLContext) -> AsyncIterator[Letters]:
    """A mailbox on loopback that speaks as much IMAP as is asked of it, over TLS."""
    letters = Letters()
    server = await asyncio.start_server(letters.serve, LOOPBACK, 0, ssl=tls)
    letters.port = server.sockets[0].getsockname()[1]
    try:
        yield letters
    finally:
        server.close()
        await server.wait_closed()
