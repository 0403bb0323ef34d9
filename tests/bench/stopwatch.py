"""The doors with a stopwatch in every layer: where the time of a request goes. Only for measuring.

`python -m tests.bench.stopwatch PORT PROCESSES FOLDER` serves as `pols api` does. On SIGUSR1 each process writes what
it counted into the folder and begins anew. Each moment of CPU counts for the innermost layer of the request that has
it; what is waited for counts as waiting of that layer. What no request has is the loop's: sockets, HTTP, answers of the
database on their way in.
"""

import json
import os
import re
import signal
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from fastapi import routing
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import QueuePool

from api import signin
from deployments import doors
from deployments.serving import serve
from deployments.settings import Settings
from models import transactions
from models.casebook import decisions
from models.transactions import _Session

ROUTING, SIGNING_IN, FIELDS, VERB, ANSWER = "routing, middleware", "signing in", "fields", "verb", "answer"
ASKING, WRITING, DRIVER, COMMIT, POOL = "ORM: asking", "ORM: writing", "driver", "commit", "pool"
_KIND = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)", re.IGNORECASE)


class Counted:
    """What one process counted: per layer CPU and waiting, per kind of statement waiting, all in seconds."""

    def __init__(self) -> None:
        self.requests = 0
        self.took = 0.0
        self.cpu: dict[str, float] = defaultdict(float)
        self.waited: dict[str, float] = defaultdict(float)
        self.statements: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
        self.process = time.process_time()

    def written(self) -> dict[str, Any]:
        """As it is kept."""
        spent = time.process_time() - self.process
        return {
            "requests": self.requests, "took": self.took, "cpu": self.cpu, "waited": self.waited,
            "statements": self.statements, "process": spent,
        }  # fmt: skip


class _Now:
    counted = Counted()


class Request:
    """One request on its way through the layers."""

    def __init__(self) -> None:
        self.layers = [ROUTING]
        self.mark = time.thread_time()

    def charge(self) -> None:
        """What was spent since the last time, on the layer where we are."""
        now = time.thread_time()
        _Now.counted.cpu[self.layers[-1]] += now - self.mark
        self.mark = now


_request: ContextVar[Request | None] = ContextVar("request", default=None)


@contextmanager
def layer(name: str) -> Iterator[None]:
    """Everything inside is of this layer, unless a deeper one has it."""
    request = _request.get()
    if request is None:
        yield
        return
    request.charge()
    request.layers.append(name)
    try:
        yield
    finally:
        request.charge()
        request.layers.pop()


class _Stepwise:
    """A coroutine of which every step is charged, and every pause is waiting."""

    def __init__(self, steps: Any, request: Request) -> None:
        self.steps, self.request = steps, request

    def __await__(self) -> Generator[Any, Any, Any]:
        sent, error = None, None
        while True:
            self.request.mark = time.thread_time()
            try:
                wanted = self.steps.send(sent) if error is None else self.steps.throw(error)
            except StopIteration as ended:
                return ended.value
            finally:
                self.request.charge()
            paused, sent, error = time.perf_counter(), None, None
            try:
                sent = yield wanted
            except BaseException as thrown:  # noqa: BLE001 - it is the coroutine's to handle
                error = thrown
            _Now.counted.waited[self.request.layers[-1]] += time.perf_counter() - paused


class Timed:
    """An application of which each request is followed through the layers."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Follow a decision; what is not one is only served."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        request, began = Request(), time.perf_counter()
        known = _request.set(request)
        try:
            await _Stepwise(self.app(scope, receive, send), request)
        finally:
            _request.reset(known)
            _Now.counted.requests += 1
            _Now.counted.took += time.perf_counter() - began


def kind_of(statement: str) -> str:
    """What a statement is, without what makes it long."""
    if "pols_enter" in statement:
        return "sign in, context, what may be seen"
    verb, table = _KIND.match(statement), _TABLE.search(statement)
    return f"{verb[1].upper() if verb else statement.split(maxsplit=1)[0]} {table[1] if table else ''}".strip()


def _around(owner: Any, name: str, layer_: str) -> None:
    """Every call of this function is a layer."""
    inner = getattr(owner, name)
    if _is_async(inner):

        async def later(*given: Any, **named: Any) -> Any:
            with layer(layer_):
                return await inner(*given, **named)

        setattr(owner, name, later)
        return

    def now(*given: Any, **named: Any) -> Any:
        with layer(layer_):
            return inner(*given, **named)

    setattr(owner, name, now)


def _is_async(function: Callable[..., Any]) -> bool:
    return bool(getattr(function, "__code__", None) and function.__code__.co_flags & 0x80)


def _sign_in() -> None:
    inner = transactions.signed_in

    @asynccontextmanager
    async def signed_in(*given: Any, **named: Any) -> AsyncIterator[Any]:
        both = inner(*given, **named)
        with layer(SIGNING_IN):
            entered = await both.__aenter__()
        try:
            yield entered
        except BaseException as error:
            if not await both.__aexit__(type(error), error, error.__traceback__):
                raise
        else:
            with layer(COMMIT):
                await both.__aexit__(None, None, None)

    signin.__dict__["signed_in"] = signed_in


def _statements(engine: Engine) -> None:
    def before(_connection: object, _cursor: object, _statement: str, _facts: object, context: Any, _m: object) -> None:
        if (request := _request.get()) is not None:
            request.charge()
            request.layers.append(DRIVER)
        context.began = time.perf_counter()

    def after(_connection: object, _cursor: object, statement: str, _facts: object, context: Any, _m: object) -> None:
        if (request := _request.get()) is not None:
            request.charge()
            request.layers.pop()
            told = _Now.counted.statements[kind_of(statement)]
            told[0] += 1
            told[1] += time.perf_counter() - context.began

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


def application() -> Any:
    """The doors, with the stopwatch in them."""
    _sign_in()
    _around(decisions, "decide", VERB)
    _around(routing, "solve_dependencies", FIELDS)
    _around(routing, "serialize_response", ANSWER)
    for asking in ("execute", "scalars", "scalar", "get"):
        _around(AsyncSession, asking, ASKING)
    _around(_Session, "flush", WRITING)
    _around(transactions, "_write", WRITING)
    _around(QueuePool, "_do_get", POOL)
    made = doors.application()
    engine = made.state.database.engine.sync_engine
    _statements(engine)
    _around(engine.dialect, "do_commit", f"{COMMIT}: WAL")
    folder = Path(os.environ["POLS_STOPWATCH"])

    def tell(_number: int, _frame: object) -> None:
        written = json.dumps(_Now.counted.written())
        (folder / f"{os.getpid()}.new").write_text(written, encoding="utf-8")
        (folder / f"{os.getpid()}.new").rename(folder / f"{os.getpid()}.json")
        _Now.counted = Counted()

    signal.signal(signal.SIGUSR1, tell)
    (folder / f"{os.getpid()}.pid").touch()
    return Timed(made)


if __name__ == "__main__":
    port, processes, os.environ["POLS_STOPWATCH"] = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    here = "tests.bench.stopwatch:application"
    serve(Settings(), host="127.0.0.1", port=port, processes=processes, application=here)
