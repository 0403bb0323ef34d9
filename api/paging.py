"""Lists by page: the same words in every question, the same shape in every answer, and a `Link` to what follows."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from api.wire import Incoming, dutch
from models.commands.base import Moment
from models.lookups.paging import Between, Page, Place

#: the fields that every page has, and every question for one
PAGE = {"results": "resultaten", "following": "volgende"}
ASKED = {"size": "paginaGrootte", "after": "na"}
BETWEEN = {"since": "vanaf", "until": "tot", **ASKED}

_MICROSECOND = timedelta(microseconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_MOMENTS = (datetime.max.replace(tzinfo=UTC) - _FIRST) // _MICROSECOND


def cursor(place: Place) -> str:
    """A place in a list as it is sent: nobody needs to know what is in it, and it holds no name."""
    moment = (place.at - _FIRST) // _MICROSECOND
    return "~" + urlsafe_b64encode(bytes([place.part]) + moment.to_bytes(10) + place.id.bytes).decode()


def place(sent: str) -> Place:
    """The place that a cursor stands for. One that we never sent is a place too, in nobody's list."""
    raw = urlsafe_b64decode(sent.removeprefix("~"))
    moment = min(int.from_bytes(raw[1:11]), _MOMENTS)
    return Place(UUID(bytes=raw[11:]), _FIRST + moment * _MICROSECOND, raw[0])


CURSOR = "^~[A-Za-z0-9_-]{36}$"
Cursor = Annotated[str, Field(pattern=CURSOR)]


def came_after(sent: str) -> Place | None:
    """Where the page before ended, in an address that people can change; what is no cursor begins at the beginning."""
    return place(sent) if re.fullmatch(CURSOR, sent) else None


class Blad(Incoming):
    """Welke bladzijde van een lijst wordt gevraagd."""

    model_config = dutch(**ASKED)

    size: int = Field(default=25, ge=1, le=100, description="Hoeveel er ten hoogste op een bladzijde staan")
    after: Cursor | None = Field(default=None, description="De waarde van `volgende` op de vorige bladzijde")

    def page(self) -> Page:
        """As the lookups take it."""
        return Page(self.size, place(self.after) if self.after is not None else None)


class Tijdvak(Blad):
    """Welke bladzijde, van wat er in een tijdvak is."""

    model_config = dutch(**BETWEEN)

    since: Moment | None = Field(default=None, description="Vanaf dit tijdstip")
    until: Moment | None = Field(default=None, description="Tot dit tijdstip; wat precies dan is, hoort er niet bij")

    def between(self) -> Between:
        """As the lookups take it."""
        return Between(self.since, self.until)


def goes_on(request: Request, response: Response, following: Place | None) -> str | None:
    """Where the list goes on, as the answer says it; the `Link` header says it as an address."""
    if following is None:
        return None
    sent = cursor(following)
    address = request.url.include_query_params(na=sent)
    response.headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
    return sent
