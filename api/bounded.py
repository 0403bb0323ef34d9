"""JSON within bounds: looked at before it is understood, so that a small message cannot ask for much work."""

import json
import re
from http import HTTPStatus
from itertools import accumulate
from typing import Any, NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request

DEEPEST = 20  #: lists and objects inside each other; a referral needs six
MOST_NAMES = 200  #: fields of one object; a policy has the most, one for each kind of duty
MOST_DIGITS = 400  #: of one number; the largest that a computer reckons with has 309
MOST_PARTS = 20_000  #: lists, objects and values together; the largest message of ours has some hundreds

_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_TOO_MUCH = f"bevat meer dan {MOST_PARTS} onderdelen"
_NO_BRACKETS = bytes(one for one in range(256) if one not in b"[]{}")


class TooElaborate(HTTPException):
    """A message that is built in a way that no message of ours is."""

    def __init__(self, why: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST)
        self.why = why


def parsed(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """The JSON in a body. Raises TooElaborate, or ValueError when it is no JSON (in UTF-8)."""
    opened = body.count(b"[") + body.count(b"{")
    if opened > DEEPEST or body.count(b",") > MOST_PARTS // 2:  # most messages have fewer, also with those in texts
        _look_closer(body)
    return _DECODER.decode(body.decode("utf-8-sig"))


def _look_closer(body: bytes) -> None:
    """Count what stands outside texts. Raises TooElaborate."""
    if body.count(b'"') > 4 * MOST_PARTS:  # a name and a text have four
        raise TooElaborate(_TOO_MUCH)
    outside = _STRINGS.sub(b"", body)
    brackets = outside.translate(None, _NO_BRACKETS)
    if len(brackets) + outside.count(b",") > MOST_PARTS:
        raise TooElaborate(_TOO_MUCH)
    if _depth(brackets) > DEEPEST:
        raise TooElaborate(f"bevat meer dan {DEEPEST} lagen van lijsten en objecten in elkaar")


def _depth(brackets: bytes) -> int:
    return max(accumulate(1 if one in b"[{" else -1 for one in brackets), default=0)


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise TooElaborate(f"bevat een getal van meer dan {MOST_DIGITS} cijfers")
    return int(digits)


def _broken(digits: str) -> float:
    if len(digits) > MOST_DIGITS:
        raise TooElaborate(f"bevat een getal van meer dan {MOST_DIGITS} cijfers")
    return float(digits)


def _no_constant(_name: str) -> NoReturn:
    raise TooElaborate("bevat een getal dat geen getal is")


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_NAMES:
        raise TooElaborate(f"bevat een object met meer dan {MOST_NAMES} velden")
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TooElaborate("noemt een veld meer dan eens")
    return found


_DECODER = json.JSONDecoder(
    parse_int=_whole, parse_float=_broken, parse_constant=_no_constant, object_pairs_hook=_fields
)


class Bounded(Request):
    """A request whose JSON stays within bounds."""

    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """The JSON of the body, once. Raises TooElaborate, JSONDecodeError."""
        if not hasattr(self, "_json"):
            self._json = parsed(await self.body())
        return self._json
