"""Idempotency keys: a POST with `Idempotency-Key` is done once, however often it is sent within a day."""

import hashlib
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.bounded import Bounded
from models.casebook import once
from models.refusals import FieldError, InvalidFields
from models.transactions import Work

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEPT = ("location", "etag")
_KEY = re.compile(r'^"?([\x21\x23-\x7e]{8,200})"?$')
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _Again(Exception):
    def __init__(self, answer: once.Answered) -> None:
        super().__init__("answered before")
        self.answer = answer


async def first_time(request: Request, work: Work) -> None:
    """Take the key of this request, in the transaction of its act. Raises InvalidFields, KeyUsedBefore.

    When it was answered before, the act is not done again: the route answers what it did then.
    """
    given = request.headers.get(HEADER)
    if given is None or request.method != "POST" or isinstance(request.scope["route"], Anew):
        return
    key = _KEY.match(given)
    if key is None:
        raise InvalidFields(
            [FieldError(HEADER, "is een tekst van 8 tot 200 tekens zonder spaties, bijvoorbeeld een UUID")]
        )
    before = await once.claim(work, key[1], await _fingerprint(request))
    if before is not None:
        raise _Again(before)
    request.state.once = (work, key[1])


async def _fingerprint(request: Request) -> bytes:
    return hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode() + await request.body()).digest()


class Once(APIRoute):
    """A route whose POST remembers its answer with the key that came with it, and whose JSON stays within bounds."""

    #: fields of the answer that are told once and never kept
    told_once: ClassVar[tuple[str, ...]] = ()

    def get_route_handler(self) -> Handler:
        """The handler of FastAPI; the transaction of the act is still open around it."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                response = await handle(Bounded(request.scope, request.receive))
            except _Again as again:
                return _as_before(again.answer)
            taken = getattr(request.state, "once", None)
            if taken is not None:
                work, key = taken
                await once.keep(work, key, _kept(response, self.told_once))
            return response

        return answered


class Anew(APIRoute):
    """A route whose answer is never kept, with a key or without: sent again, it is done again. JSON within bounds."""

    def get_route_handler(self) -> Handler:
        """The handler of FastAPI, on a request that stays within bounds."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            return await handle(Bounded(request.scope, request.receive))

        return answered


class OnceSecret(Once):
    """A route that answers a secret: who sends the request again hears that it was done, and not the secret."""

    told_once = ("token",)


def _kept(response: Response, told_once: tuple[str, ...]) -> once.Answered:
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    body = bytes(response.body).decode()
    if told_once and body:
        body = json.dumps(json.loads(body) | dict.fromkeys(told_once))
    return once.Answered(response.status_code, headers, body)


def _as_before(answer: once.Answered) -> Response:
    media = "application/json" if answer.body else None
    return Response(answer.body, answer.status, answer.headers | {REPLAYED: "true"}, media)
