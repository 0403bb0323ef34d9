"""The brake in front of an application: how much one address may ask, and how often for what is open to everybody."""

import logging
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from models.brake import Brake
from models.casebook import brakes
from models.refusals import TooMany
from models.transactions import Database

Refuse = Callable[[Request, Exception], Awaitable[Response]]

_log = logging.getLogger("pols.api")


class Braked:
    """Refuses who asks too much before anything else is done. What one person asks is counted where they sign in."""

    def __init__(
        self, app: ASGIApp, database: Database, refuse: Refuse, *, is_open: Callable[[Scope], bool] = lambda _: False
    ) -> None:
        self.app, self.database, self.refuse, self.is_open = app, database, refuse, is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, and pass the request on unless it is one too many."""
        brake = self.database.brake
        if brake is None or scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self._judge(brake, scope)
        except TooMany as refusal:
            response = await self.refuse(Request(scope), refusal)
            await response(scope, receive, send)
        else:
            await self.app(scope, receive, send)
        if brake.is_due():
            self.database.beside(self._share(brake))

    async def _judge(self, brake: Brake, scope: Scope) -> None:
        address = address_of(scope)
        brake.asked_from(address)
        if self.is_open(scope):  # seldom asked, and by anybody: all processes count as one, also within this second
            brake.count_open(address)
            await self._share(brake)
            brake.check_open(address)

    async def _share(self, brake: Brake) -> None:
        try:
            await brakes.share(brake, self.database)
        except (SQLAlchemyError, OSError) as error:  # each process brakes by itself until the database is back
            _log.warning("counts not shared error=%s", type(error).__name__)


def address_of(scope: Scope) -> str:
    """Where a request came from; of IPv6 the network of one subscriber, who has as many addresses as they like."""
    client = scope.get("client")
    try:
        found = ip_address(client[0] if client else "")
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
