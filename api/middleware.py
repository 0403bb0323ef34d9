"""What every answer carries, and what no request may exceed. Plain ASGI: nothing is buffered."""

import asyncio
import logging
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

VERSION = "1.0.0"
MOST_BYTES = 1_000_000
#: a file may be larger than a form
MOST_BYTES_OF_FILE = 10_100_000
#: how long a body may take to come in (seconds); a file of 10 MB over a slow line gets more
BODY_SECONDS = 15.0
FILE_SECONDS = 120.0
_FILES = "/bijlagen"

_NOTHING = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
#: nothing of what we answer is a page, and nobody may take it for one
NO_PAGE = _NOTHING.format(forms="'none'")
#: what a browser may do with a file it opens: nothing
SANDBOX = f"{NO_PAGE}; sandbox"
_FEATURES = (
    "accelerometer", "autoplay", "camera", "display-capture", "fullscreen", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "usb", "xr-spatial-tracking",
)  # fmt: skip
#: on every answer, whatever it is and whoever asks (ASVS 5.0: 3.4, 14.3.2)
EVERYWHERE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{one}=()" for one in _FEATURES),
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NOT_A_PAGE: Mapping[str, str] = {**EVERYWHERE, "Content-Security-Policy": NO_PAGE}
#: on every answer of the interface
HEADERS: Mapping[str, str] = {**NOT_A_PAGE, "API-Version": VERSION}

_log = logging.getLogger("pols.api")
_access = logging.getLogger("pols.access")


def page_policy(nonce: str) -> str:
    """The policy of one page: our own style and forms, only the scripts that know this nonce, and asking only us."""
    ours = _NOTHING.format(forms="'self'")
    return f"{ours}; style-src 'self'; img-src 'self'; script-src 'nonce-{nonce}'; connect-src 'self'"


def page_without_scripts() -> str:
    """The policy of a page on which no script runs at all."""
    ours = _NOTHING.format(forms="'self'")
    return f"{ours}; style-src 'self'; img-src 'self'"


class SafeAnswers:
    """Every answer carries its security headers; an error ends here, logged by its class only."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = HEADERS) -> None:
        self.app, self.headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add what is missing to whatever comes back."""
        started = False
        added = self.headers_of(scope)

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception as error:
            if not started:
                raise
            _log.error("request failed error=%s", type(error).__name__)

    def headers_of(self, _scope: Scope) -> Mapping[str, str]:
        """What this answer lacks unless it says otherwise."""
        return self.headers


class SafePages(SafeAnswers):
    """The same for pages; each answer has a nonce of its own, which its page finds in the state of the request."""

    def headers_of(self, scope: Scope) -> Mapping[str, str]:
        """The headers with the policy of this one answer."""
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        return {**EVERYWHERE, "Content-Security-Policy": page_policy(nonce)}


class AccessLog:
    """One line per request: what, which address without its query, how it ended. For an operator without a proxy.

    Of an address are kept the words of our own routes, ids, days and numbers: what else somebody typed may be a name.
    """

    def __init__(self, app: ASGIApp, words: Collection[str]) -> None:
        self.app, self.words = app, words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log when the answer begins."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _access.info("%s %s %d", scope["method"], self._known(scope["path"]), message["status"])
            await send(message)

        await self.app(scope, receive, noted if scope["type"] == "http" else send)

    def _known(self, path: str) -> str:
        parts = (one if one in self.words or _ID.fullmatch(one) else "*" for one in path.split("/")[:20])
        return "/".join(parts)


#: an id, a day or a small number
_ID = re.compile(r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d|\d{1,4}")


def words_of(paths: Iterable[str]) -> frozenset[str]:
    """The words of these routes; what is filled in is none of them."""
    return frozenset(one for path in paths for one in path.split("/") if one and "{" not in one)


class SmallBodies:
    """A body that is too large or too slow is refused, whether it says its length or not."""

    def __init__(
        self, app: ASGIApp, most: int = MOST_BYTES, *, seconds: float = BODY_SECONDS, file_seconds: float = FILE_SECONDS
    ) -> None:
        self.app, self.most, self.seconds, self.file_seconds = app, most, seconds, file_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in, and how long it takes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_file = scope["path"].endswith(_FILES)
        most = MOST_BYTES_OF_FILE if is_file else self.most
        body = _Body(receive, most, self.file_seconds if is_file else self.seconds, _declared(scope))
        await self.app(scope, body.receive, send)


class _Body:
    """One body on its way in."""

    def __init__(self, receive: Receive, most: int, seconds: float, declared: int) -> None:
        self._receive, self._most, self._seconds = receive, most, seconds
        self._declared, self._seen, self._until, self._ended = declared, 0, 0.0, False

    async def receive(self) -> Message:
        """The next part. Raises HTTPException: 413 when it is too large, 408 when it takes too long."""
        if self._ended:  # what comes now is only that the client has gone
            return await self._receive()
        if self._declared > self._most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        message = await self._in_time()
        self._ended = not message.get("more_body", False)
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    async def _in_time(self) -> Message:
        self._until = self._until or asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._until):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None


def _declared(scope: Scope) -> int:
    """How long the body says it is; nothing when it does not say so in digits."""
    said: Any = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isdecimal() and len(said) <= 18 else 0  # noqa: PLR2004 - more digits is no length
