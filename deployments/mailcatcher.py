"""A mail server that keeps what it gets, for the demo and the tests: it really speaks SMTP and delivers nothing.

Each message stays in memory and as .eml in a directory, and a page shows them, since in the demo the links and codes
that people would get by mail have to be read somewhere. It can refuse for a while, as real mail servers do.
"""

import argparse
import asyncio
import contextlib
import html
import re
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

LOOPBACK = "127.0.0.1"
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;)]")
NO_SCRIPTS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}
PAGE = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Opgevangen berichten</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:1rem/1.5 sans-serif;max-width:60rem;
margin:1rem auto;padding:0 1rem}}
pre{{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f3f3;padding:1rem}}</style>
</head>
<body><h1>Opgevangen berichten</h1><p>Dit zijn de berichten die Pols verstuurde. Er gaat niets echt de deur uit.</p>
{messages}</body></html>"""


@dataclass(frozen=True)
class Caught:
    """One message as it arrived: the envelope's addresses, and the message itself."""

    number: int
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """The text a person reads, decoded; of an HTML-only message the HTML."""
        part = self.message.get_body(("plain", "html"))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""

    def summary(self) -> dict[str, object]:
        return {
            "nummer": self.number,
            "van": self.sender,
            "aan": list(self.recipients),
            "onderwerp": self.subject,
            "tekst": self.text,
        }


class Mailcatcher:
    """The catcher: `messages` in order of arrival, `refuse` and `accept`, `wait_for` the next."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory = directory
        self.messages: list[Caught] = []
        self.refused = 0
        self._answer: str | None = None
        self._refusals_left: int | None = None
        self._arrived = asyncio.Condition()
        self._smtp: asyncio.Server | None = None
        self._web: _Page | None = None

    @classmethod
    async def start(cls, directory: Path, *, smtp_port: int = 0, http_port: int | None = None) -> Self:
        """Listen on loopback; port 0 is any free one, and without `http_port` there is no page."""
        catcher = cls(directory)
        catcher.messages += _kept(directory)
        loop = asyncio.get_running_loop()
        catcher._smtp = await loop.create_server(
            lambda: SMTP(_Handler(catcher), hostname="mailcatcher.invalid", enable_SMTPUTF8=True, loop=loop),
            LOOPBACK,
            smtp_port,
        )
        if http_port is not None:
            catcher._web = await _Page.start(catcher, http_port)
        return catcher

    @property
    def smtp_port(self) -> int:
        if self._smtp is None:
            raise RuntimeError("the mail catcher has stopped")
        return int(self._smtp.sockets[0].getsockname()[1])

    @property
    def http_url(self) -> str:
        if self._web is None:
            raise RuntimeError("the mail catcher has no page")
        return f"http://{LOOPBACK}:{self._web.port}/"

    def to(self, address: str) -> list[Caught]:
        return [caught for caught in self.messages if address in caught.recipients]

    def refuse(self, answer: str = "451 4.7.1 try again later", *, times: int | None = None) -> None:
        """Answer every message, or the next so many, with this code: 4xx means later, 5xx means never."""
        self._answer, self._refusals_left = answer, times

    def accept(self) -> None:
        self._answer, self._refusals_left = None, None

    async def wait_for(self, count: int, *, within_seconds: float = 10.0) -> list[Caught]:
        """Wait until at least so many messages are in."""
        async with asyncio.timeout(within_seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self.messages) >= count)
        return self.messages

    async def stop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()
            await smtp.wait_closed()
        if self._web is not None:
            await self._web.stop()

    async def take(self, envelope: Envelope) -> str:
        """Answer one message over SMTP: refuse it or keep it."""
        if self._answer and self._refusals_left != 0:
            self.refused += 1
            self._refusals_left = None if self._refusals_left is None else self._refusals_left - 1
            return self._answer
        number = self.messages[-1].number + 1 if self.messages else 1
        sender, recipients = envelope.mail_from or "", tuple(envelope.rcpt_tos)
        # The envelope is no part of the message, so it travels along in headers of our own.
        note = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(recipients)}\r\n"
        caught = Caught(number, sender, recipients, note.encode() + (envelope.original_content or b""))
        await asyncio.to_thread((self.directory / f"{number:06}.eml").write_bytes, caught.raw)
        async with self._arrived:
            self.messages.append(caught)
            self._arrived.notify_all()
        return "250 OK"


class _Handler:
    """What aiosmtpd calls, under the name it wants."""

    def __init__(self, catcher: Mailcatcher) -> None:
        self._catcher = catcher

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        return await self._catcher.take(envelope)


class _Page:
    """The page and its JSON, served by uvicorn on the same event loop."""

    def __init__(self, server: uvicorn.Server, port: int, serving: asyncio.Task[None]) -> None:
        self.port = port
        self._server = server
        self._serving = serving

    @classmethod
    async def start(cls, catcher: Mailcatcher, port: int) -> Self:
        config = uvicorn.Config(
            _page(catcher), log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        server = _Uvicorn(config)
        listening = socket.create_server((LOOPBACK, port))
        serving = asyncio.create_task(server.serve([listening]), name="mail catcher's page")
        return cls(server, int(listening.getsockname()[1]), serving)

    async def stop(self) -> None:
        self._server.should_exit = True
        await self._serving


class _Uvicorn(uvicorn.Server):
    """uvicorn without its own handling of signals, which are the caller's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _page(catcher: Mailcatcher) -> Starlette:
    async def overview(_request: Request) -> Response:
        messages = "".join(_shown(caught) for caught in reversed(catcher.messages)) or "<p>Er is nog niets.</p>"
        return HTMLResponse(PAGE.format(messages=messages), headers=NO_SCRIPTS)

    async def listed(_request: Request) -> Response:
        return JSONResponse([caught.summary() for caught in catcher.messages])

    async def one(request: Request) -> Response:
        number = request.path_params["number"]
        found = [caught for caught in catcher.messages if caught.number == number]
        return PlainTextResponse(found[0].text) if found else PlainTextResponse("Dit bericht is er niet.", 404)

    return Starlette(
        routes=[Route("/", overview), Route("/berichten", listed), Route("/berichten/{number:int}", one)],
    )


def _shown(caught: Caught) -> str:
    links = LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', html.escape(caught.text))
    heading = html.escape(f"{caught.number}. {caught.subject} — aan {', '.join(caught.recipients)}")
    return f"<details><summary>{heading}</summary><pre>{links}</pre></details>"


def _kept(directory: Path) -> list[Caught]:
    return [_read(path) for path in sorted(directory.glob("*.eml"))]


def _read(path: Path) -> Caught:
    raw = path.read_bytes()
    envelope = message_from_bytes(raw, policy=policy.default)
    recipients = str(envelope["X-Envelope-To"] or "").split(", ")
    return Caught(int(path.stem), str(envelope["X-Envelope-From"] or ""), tuple(recipients), raw)


async def serve(smtp_port: int, http_port: int, directory: Path) -> None:
    """Run until SIGTERM or Ctrl-C."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    catcher = await Mailcatcher.start(directory, smtp_port=smtp_port, http_port=http_port)
    try:
        await asked.wait()
    finally:
        await catcher.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deployments.mailcatcher", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.smtp_port, given.http_port, given.dir))


if __name__ == "__main__":
    main()
