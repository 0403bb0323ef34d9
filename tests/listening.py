"""A real HTTPS server on loopback with a certificate of its own; it keeps what it was sent, answers what a test wants.

It stands for a provider of SMS, a homeserver of Matrix, a workflow of Teams, or a system of a participant.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: the names that its certificate is for; none of them is looked up anywhere
NAMES = ("ontvanger.example", "sms.example", "matrix.example", "teams.example", "localhost")


@dataclass
class Request:
    """What came in."""

    verb: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body as it was meant."""
        return json.loads(self.body)


Answers = Callable[[Request], tuple[int, dict[str, str], bytes]]


def taken(_request: Request) -> tuple[int, dict[str, str], bytes]:
    """The answer of who takes everything."""
    return 200, {"Content-Type": "application/json"}, b"{}"


@dataclass
class Listening:
    """A server while it runs."""

    port: int
    ca_file: Path
    answers: Answers = taken
    requests: list[Request] = field(default_factory=list)

    def resolve(self, _host: str) -> list[str]:
        """A name server by which every name leads here."""
        return ["127.0.0.1"]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fictief")])
    now = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, private = folder / "ca.crt", folder / "ca.private"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    return pem, private


@contextmanager
def listening(folder: Path, *, address: str = "127.0.0.1") -> Iterator[Listening]:
    """Listen on a port nobody else has."""
    pem, private = certificate(folder)
    state = Listening(0, pem)

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            came = Request(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
            state.requests.append(came)
            status, headers, body = state.answers(came)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _any  # noqa: N815 - as the library has it

        def log_message(self, *_given: Any) -> None:
            """Nothing on the screen of a test."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_given: Any) -> None:
            """Who hangs up in the middle is no news."""

    with Server((address, 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, private)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        state.port = server.server_port
        running = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        running.start()
        try:
            yield state
        finally:
            server.shutdown()
            running.join()
