"""What a process answers that has more to do than it can: at once, without asking anything of what it is busy with."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from api.middleware import HEADERS, NOT_A_PAGE, AccessLog, SafeAnswers
from api.problems import BUSY, RETRY_AFTER, problem
from api.wire import BASE

_CLOSING = {**RETRY_AFTER, "Connection": "close"}


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await _said(Request(scope))(scope, receive, send)


def _said(request: Request) -> Response:
    """A sentence for who looks with a browser, a problem for a program."""
    if "text/html" in request.headers.get("accept", ""):
        return PlainTextResponse(BUSY, HTTPStatus.SERVICE_UNAVAILABLE, _CLOSING)
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, BUSY, headers=_CLOSING)


#: who is turned away is logged by the door they came to: which routes there are is not looked up now
_WORDS = frozenset({"", BASE.strip("/")})
_INTERFACE = AccessLog(SafeAnswers(_answer, HEADERS), _WORDS)
_OTHERS = AccessLog(SafeAnswers(_answer, NOT_A_PAGE), _WORDS)


async def turned_away(scope: Scope, receive: Receive, send: Send) -> None:
    """Come back later: 503 with `Retry-After`, and what every other answer carries."""
    inside = scope["path"] == BASE or scope["path"].startswith(f"{BASE}/")
    await (_INTERFACE if inside else _OTHERS)(scope, receive, send)
