"""The one door to outside: HTTPS to what is nobody's own network, or to what the operator names.

A name is looked up once; all it leads to is looked at, and the connection goes to what was looked at, so that a second
answer of a name server changes nothing. No redirect is followed, no proxy of the environment used, no more read than
needed.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import httpcore2

from models.egress import HTTPS, is_name, is_outside, parts_of

#: looks a name up: the addresses, as text
Resolve = Callable[[str], list[str]]
MOST_READ = 65_536
SYSTEM_PORTS = 1_023  #: where mail, databases of names and the like listen, and never a system of a participant
MOST_ADDRESSES = 3  #: that are tried, of a name that has many


class NotReached(Exception):
    """It was not reached, or may not be; a code of ours, never the words of the other side."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


NOT_ALLOWED = "adres niet toegestaan"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, and the beginning of a body."""

    status: int
    body: bytes

    @property
    def code(self) -> str | None:
        """Why this is no success; nothing when it is one. A redirect is none."""
        return None if 200 <= self.status < 300 else f"geweigerd ({self.status})"  # noqa: PLR2004 - HTTP


def look_up(host: str) -> list[str]:
    """All addresses that a name leads to now."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@cache
def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates are always checked; there is no setting against it. Made once: it reads them all."""
    made = ssl.create_default_context()
    if ca_file is not None:
        made.load_verify_locations(ca_file)
    return made


@dataclass(frozen=True, slots=True)
class Egress:
    """Where may be connected to. `own`: hosts (or host:port) of one's own network that the operator names."""

    own: frozenset[str] = frozenset()
    ca_file: Path | None = None  #: vouches for those, besides whom everybody trusts
    resolve: Resolve = look_up
    connect_seconds: float = 4.0
    seconds: float = 10.0  #: for all of it: who answers a byte at a time is not waited for

    def is_own(self, host: str, port: int) -> bool:
        """Whether the operator named this place."""
        return host in self.own or f"{host}:{port}" in self.own

    def addresses(self, host: str, port: int) -> list[str]:
        """Where a name leads, when all of it may be connected to. Raises NotReached."""
        own = self.is_own(host, port)
        if not own and not (is_name(host) and (port == HTTPS or port > SYSTEM_PORTS)):
            raise NotReached(NOT_ALLOWED)
        try:
            found = self.resolve(host)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise NotReached("naam onbekend")
        if not own and not all(is_outside(one) for one in found):
            raise NotReached(NOT_ALLOWED)
        return found[:MOST_ADDRESSES]

    def request(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One request, in a thread. Raises NotReached."""
        place = parts_of(url)
        if place is None:
            raise NotReached(NOT_ALLOWED)
        host = place[0] if place[1] == HTTPS else f"{place[0]}:{place[1]}"
        sent = {"Host": host, "Accept-Encoding": "identity", "Content-Length": str(len(body))} | dict(headers)
        try:
            return self._exchange(method, url, sent, body)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise NotReached(_why(error)) from None
        except httpcore2.TimeoutException:
            raise NotReached("geen antwoord") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, OSError, ValueError):
            raise NotReached("verbinding verbroken") from None

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self.connect_seconds)
        backend = _Guarded(self, monotonic() + self.seconds)
        with (
            httpcore2.ConnectionPool(trusting(self.ca_file), network_backend=backend, max_connections=1) as pool,
            pool.stream(
                method, url, headers=list(headers.items()), content=body, extensions={"timeout": timeout}
            ) as answer,
        ):  # fmt: skip
            return Answer(answer.status, _beginning(answer.iter_stream()))


def _beginning(chunks: Iterable[bytes]) -> bytes:
    read = b""
    for chunk in chunks:
        read += chunk
        if len(read) >= MOST_READ:
            break
    return read[:MOST_READ]


def _why(error: Exception) -> str:
    return (
        "certificaat niet vertrouwd" if any(isinstance(one, ssl.SSLError) for one in error.args) else "geen verbinding"
    )


class _Guarded(httpcore2.NetworkBackend):
    """Connects to what was looked at, and reads no longer than until a moment."""

    def __init__(self, egress: Egress, until: float) -> None:
        self._egress, self._until, self._plain = egress, until, httpcore2.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:  # fmt: skip
        failed: Exception = httpcore2.ConnectError()
        for address in self._egress.addresses(host, port):
            try:
                found = self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _Bounded(found, self._until)
        raise failed


class _Bounded(httpcore2.NetworkStream):
    """A connection that is over at a moment, however slowly the other side talks."""

    def __init__(self, stream: httpcore2.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def _left(self, timeout: float | None) -> float:
        left = self._until - monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _Bounded(inner, self._until)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the library has it
        return self._stream.get_extra_info(info)
