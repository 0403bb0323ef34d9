"""The door of the Prefect server: nothing answers without the credential but whether it is well.

Prefect asks its credential on its API only: the pages with its document are open, and before 3.6.22 more was. So this
stands in front of all of it. A WebSocket is asked for the credential by Prefect itself, in the first message; only the
three addresses that do so are let through.
"""

import base64
import hmac
import os
from binascii import Error

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

WELL = frozenset({"/api/health", "/api/ready"})
SOCKETS = frozenset({"/api/events/in", "/api/events/out", "/api/logs/out"})
_CREDENTIAL = "PREFECT_SERVER_API_AUTH_STRING"


class Door:
    """Lets in who brings the credential."""

    def __init__(self, app: ASGIApp, credential: str) -> None:
        self.app, self._credential = app, credential.encode()
        if not credential:
            msg = "a Prefect server of ours has a credential"
            raise ValueError(msg)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 401; a WebSocket is closed before it was opened (403)."""
        match scope["type"]:
            case "http" if not self._may(scope):
                await JSONResponse({"detail": "Unauthorized"}, 401)(scope, receive, send)
            case "websocket" if scope["path"] not in SOCKETS:
                await send({"type": "websocket.close", "code": 1008})
            case _:
                await self.app(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        if scope["path"] in WELL and scope["method"] == "GET":
            return True
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        try:
            brought = base64.b64decode(given, validate=True)
        except (Error, ValueError):
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(brought, self._credential)


def create() -> ASGIApp:
    """Prefect's application behind the door, for uvicorn."""
    from prefect.server.api.server import create_app  # noqa: PLC0415 - slow, and needed in this one process only

    return Door(create_app(), os.environ.get(_CREDENTIAL, ""))
