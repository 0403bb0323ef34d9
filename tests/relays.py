"""A mail server that misbehaves as it is told, over real connections: at which step, how, and how often."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DROP, HANG = "drop", "hang"
LOOPBACK = "127.0.0.1"
OFFERS = "250-odd.example\r\n250-8BITMIME\r\n250 SIZE"
USUAL = {
    "GREETING": "220 odd.example", "EHLO": OFFERS, "HELO": "250 odd.example", "STARTTLS": "220 go", "MAIL": "250 ok",
    "RCPT": "250 ok", "DATA": "354 go on", "TEXT": "250 taken", "RSET": "250 ok", "QUIT": "221 bye", "AUTH": "535 no",
}  # fmt: skip


@dataclass
class OddRelay:
    """`taken`: what it took, whether it said so or not. `odd`: per step what it does instead, and how often still.

    The step `TEXT` comes after the whole message: to drop the line there is to take it and not to say so.
    """

    taken: list[bytes] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    odd: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    calls: int = 0
    tls: ssl.SSLContext | None = None
    port: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _open: dict[asyncio.StreamWriter, asyncio.Task[None]] = field(default_factory=dict)

    def does(self, step: str, what: str, times: int = 1_000_000, only: str = "") -> None:
        """From now on, so often, when this is in the line that asks for it."""
        self.odd[step] = (what, times, only)

    def behaves(self) -> None:
        """As a relay should."""
        self.odd.clear()

    @property
    def messages(self) -> list[EmailMessage]:
        """What it took, read."""
        return [message_from_bytes(raw, policy=policy.default) for raw in self.taken]

    @property
    def ids(self) -> list[str]:
        """The ids of what it took."""
        return [str(one["X-Pols-Bericht"]) for one in self.messages]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.calls += 1
        if task := asyncio.current_task():
            self._open[writer] = task
        try:
            if await self._says(writer, "GREETING"):
                while await self._hears(reader, writer):
                    pass
        except OSError:
            pass
        finally:
            writer.close()

    async def _hears(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = (await reader.readline()).decode("ascii", "replace").rstrip()
        if not line:
            return False
        self.lines.append(line)
        step = line.split()[0].upper()
        is_odd = self._is_odd(step, line)
        if not await self._says(writer, step, line):
            return False
        if step == "STARTTLS" and self.tls is not None:
            await writer.start_tls(self.tls)
        if step == "DATA" and not is_odd:
            text = await reader.readuntil(b"\r\n.\r\n")
            self.taken.append(text[:-3].replace(b"\r\n..", b"\r\n."))
            return await self._says(writer, "TEXT")
        return step != "QUIT"

    def _is_odd(self, step: str, line: str) -> bool:
        _, left, only = self.odd.get(step, ("", 0, ""))
        return left > 0 and only in line

    async def _says(self, writer: asyncio.StreamWriter, step: str, line: str = "") -> bool:
        """False when the line is over."""
        said = USUAL.get(step, "500 what?")
        if self._is_odd(step, line):
            said, left, only = self.odd[step]
            self.odd[step] = (said, left - 1, only)
        if said == HANG:
            await self._over.wait()
        if said in {HANG, DROP}:
            return False
        writer.write(said.encode() + b"\r\n")
        await writer.drain()
        return True

    async def stop(self, server: asyncio.Server) -> None:
        """Let go of who waits."""
        self._over.set()
        server.close()
        for writer in self._open:
            writer.close()
        await asyncio.gather(*self._open.values())
        await server.wait_closed()


@asynccontextmanager
async def odd_relay(tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[OddRelay]:
    """One on loopback."""
    relay = OddRelay(tls=tls)
    server = await asyncio.start_server(relay.serve, LOOPBACK, port)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        await relay.stop(server)


def certified(directory: Path, *, name: str = LOOPBACK) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own for a name, and the file that who trusts it must have."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    alternative: x509.GeneralName = x509.IPAddress(ip_address(name)) if name == LOOPBACK else x509.DNSName(name)
    now = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    directory.mkdir(exist_ok=True)
    certificate, secret = directory / "cert.pem", directory / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return context, certificate
