"""JSON within bounds: looked at before it is understood, so that a small message cannot ask for much work."""

import json
import re
from http import HTTPStatus
from typing import Any, NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request

DEEPEST = 20  #: lists and objects inside each other; a referral needs six
MOST_NAMES = 200  #: fields of one object; a policy has the most, one for each kind of duty
MOST_DIGITS = 30  #: of one number

_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NO_BRACKETS = bytes(one for one in range(256) if one not in b"[]{}")


class TooElaborate(HTTPException):
    """A message that is built in a way that no message of ours is."""

    def __init__(self, why: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST)
        self.why = why


def parsed(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """The JSON in a body. Raises TooElaborate, or JSONDecodeError when it is no JSON."""
    if _depth(body) > DEEPEST:
        raise TooElaborate(f"bevat meer dan {DEEPEST} lagen van lijsten en objecten in elkaar")
    return json.loads(
        body, parse_int=_whole, parse_float=_broken, parse_constant=_no_constant, object_pairs_hook=_fields
    )


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for bracket in _STRINGS.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > deepest:
            deepest = depth
            if deepest > DEEPEST:
                break
    return deepest


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


class Bounded(Request):
    """A request whose JSON stays within bounds."""

    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """The JSON of the body, once. Raises TooElaborate, JSONDecodeError."""
        if not hasattr(self, "_json"):
            self._json = parsed(await self.body())
        return self._json
