"""HTTP with an end to its patience: the head of a request has a few seconds and a few kilobytes, or the line is closed.

uvicorn bounds how long a connection rests between two requests, but not how long the head of one may take. It does
bound how many it serves at once; what it would say to one too many is not how we say it.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.busy import turned_away

HEAD_SECONDS = 10.0
HEAD_BYTES = 64_000


class Patient(HttpToolsProtocol):
    """uvicorn's own protocol, which hangs up on who sends the head of a request drop by drop or without end."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as uvicorn makes it
        super().__init__(*args, **options)
        self._hanging_up: asyncio.TimerHandle | None = None
        self._head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._hanging_up is None and self.cycle.response_complete:
            self._wait_for_head()  # the next request on this connection
        if self._hanging_up is not None:
            self._head += len(data)
        super().data_received(data)
        if self._hanging_up is not None and self._head > HEAD_BYTES:
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self._head_is_there()
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:  # noqa: ANN401 - as uvicorn has it
        """Begin with a request; one too many hears it from us."""
        answering: Any = turned_away if app is service_unavailable else app
        super()._start_asgi_task(cycle, answering)

    def _wait_for_head(self) -> None:
        self._head = 0
        self._hanging_up = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_is_there(self) -> None:
        if self._hanging_up is not None:
            self._hanging_up.cancel()
            self._hanging_up = None
