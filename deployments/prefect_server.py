"""The Prefect server: our settings, one process on loopback, watched, and never two of them on one database.

Prefect has one shared password and no roles, and whoever reaches its API can run code on the worker. So it listens on
loopback only, without a user interface, and only the engine and the worker hold the credential.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Self

import httpx2
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from deployments.processes import Child

LOOPBACK = "127.0.0.1"
START_SECONDS = 120.0
GUARD_SECONDS = 5.0
ONE_SERVER = 7_657_011  # our key among the advisory locks of Prefect's own database

# Nothing phones home: not the server, not the client, not their usage measurements.
SILENCE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
}
# Texts, results and printed lines could name a person; Prefect keeps none of them.
NOTHING_PERSONAL = {
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_LOG_PRINTS": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
# Our journal decides what is tried again and when.
NO_OWN_WILL = {
    "PREFECT_FLOWS_DEFAULT_RETRIES": "0",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "180",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_WORKER_PREFETCH_SECONDS": "1",
}
# CSRF protection is a pair: off on both sides, safe because no browser ever holds the credential.
# A worker fails fast when the engine is down, keeps its queue of events bounded, and says only what is wrong.
CLIENT = (
    SILENCE
    | NOTHING_PERSONAL
    | NO_OWN_WILL
    | {
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_CLIENT_MAX_RETRIES": "0",
        "PREFECT_API_REQUEST_TIMEOUT": "5",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_EVENTS_WORKER_MAX_QUEUE_SIZE": "10000",
    }
)
# Loopback, no pages, no other origin.
CLOSED = {
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_API_HOST": LOOPBACK,
    "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": "https://none.invalid",
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "false",
}
# A case rests for months, so no pause may expire; what has ended is swept after a week, since our history is elsewhere.
LONG_LIVED = {
    "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "604800",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "2d",
    "PREFECT_SERVER_API_MAX_PARAMETER_SIZE": "2048",
}
SERVER = CLIENT | CLOSED | LONG_LIVED

log = logging.getLogger(__name__)


class EngineRefused(Exception):
    """The Prefect server cannot be started; the message says why."""


class PrefectServer:
    """One Prefect server of ours, watched and restarted until `stop`."""

    def __init__(self, *, database_url: str, home: Path, port: int) -> None:
        _make_private(home)
        self.home = home
        self.port = port
        self.api_url = f"http://{LOOPBACK}:{port}/api"
        self._database_url = database_url
        self._only_one = OnlyOne(database_url)
        self._guard: asyncio.Task[None] | None = None
        self._child = self._new_child()

    @classmethod
    async def start(cls, *, database_url: str, home: Path, port: int | None = None) -> Self:
        """Bring Prefect's database up to date, start the server and return once it answers."""
        server = cls(database_url=database_url, home=home, port=port or free_port())
        try:
            await server._be_the_only_one()
            await server._upgrade_database()
            await server._child.start()
            await server.healthy()
        except BaseException:
            await server.stop()
            raise
        server._guard = asyncio.create_task(server._stay_the_only_one(), name="guard the Prefect server")
        return server

    @property
    def pid(self) -> int | None:
        return self._child.pid

    @property
    def starts(self) -> int:
        return self._child.starts

    def client_env(self) -> dict[str, str]:
        """Give what a process that talks to this server needs in its environment; no database, no other secret."""
        return CLIENT | {
            "PREFECT_API_URL": self.api_url,
            "PREFECT_API_AUTH_STRING": _credential(self.home),
            # Plain http on loopback, so there is no certificate; it saves building a TLS context per client.
            "PREFECT_API_TLS_INSECURE_SKIP_VERIFY": "true",
            "PREFECT_HOME": str(self.home),
        }

    def server_env(self) -> dict[str, str]:
        credential = _credential(self.home)
        return SERVER | {
            "PREFECT_SERVER_API_PORT": str(self.port),
            "PREFECT_SERVER_API_AUTH_STRING": credential,
            "PREFECT_API_AUTH_STRING": credential,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": self._database_url,
            "PREFECT_HOME": str(self.home),
            "PREFECT__SERVER_FINAL": "1",
            "PYTHONPATH": str(Path(__file__).parents[1]),  # the door stands in our own code
        }

    async def healthy(self, within_seconds: float = START_SECONDS) -> None:
        """Wait until the server answers."""
        try:
            async with asyncio.timeout(within_seconds), httpx2.AsyncClient(trust_env=False) as client:
                while not await _answers(client, self.api_url):  # noqa: ASYNC110  another process: nothing to wait on
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise EngineRefused(f"the Prefect server does not answer; see {self._child.log}") from None

    async def stop(self) -> None:
        """Stop the server and let another one take its place."""
        if self._guard is not None:
            self._guard.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._guard
        await self._child.stop()
        await self._only_one.release()

    async def kill(self) -> None:
        """End the server at once and leave it down, as a fault would; `revive` brings it back."""
        await self._child.kill()

    async def revive(self) -> None:
        """Start the server again after `kill`, on the same port."""
        self._child = self._new_child()
        await self._child.start()
        await self.healthy()

    def _new_child(self) -> Child:
        # uvicorn itself, not `prefect server start`: it ends on SIGTERM, and the command line adds only imports.
        serve = [
            "uvicorn",
            "--factory",
            "deployments.prefect_door:create",
            "--host",
            LOOPBACK,
            "--port",
            str(self.port),
        ]
        habits = ["--log-level", "warning", "--timeout-keep-alive", "60", "--timeout-graceful-shutdown", "3"]
        return self._program("prefect server", [*serve, *habits])

    def _program(self, name: str, module: list[str], *, restart: bool = True) -> Child:
        return Child(
            name,
            [sys.executable, "-P", "-m", *module],
            env=without_prefect(os.environ) | self.server_env(),
            log=self.home / "server.log",
            cwd=self.home,  # Prefect reads settings from the folder it is started in
            restart=restart,
        )

    async def _upgrade_database(self) -> None:
        """Run Prefect's migrations, unless this version has run them on this very database."""
        mark = f"prefect {version('prefect')}"
        if await self._only_one.remembered() == mark:
            return
        upgrade = self._program("upgrade", ["prefect", "server", "database", "upgrade", "-y"], restart=False)
        await upgrade.start()
        try:
            if await upgrade.wait() != 0:
                raise EngineRefused(f"Prefect's migrations failed; see {upgrade.log}")
        finally:
            await upgrade.stop()
        await self._only_one.remember(mark)

    async def _be_the_only_one(self) -> None:
        if not await self._only_one.acquire():
            raise EngineRefused("another Prefect server runs on this database: one is the rule")

    async def _stay_the_only_one(self) -> None:
        """Take the lock again after the database went away, and step back when another server has it."""
        while True:
            await asyncio.sleep(GUARD_SECONDS)
            if await self._only_one.lost():
                log.error("another Prefect server has taken over: stopping ours")
                await self._child.stop()
                return


class OnlyOne:
    """The advisory lock that makes this the only Prefect server of a database, on a connection of its own."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_async_engine(database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection: AsyncConnection | None = None

    async def acquire(self) -> bool:
        self._connection = await self._engine.connect()
        return await self._ask("SELECT pg_try_advisory_lock(:key)", key=ONE_SERVER) is True

    async def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(DBAPIError, OSError):
                await connection.close()
        await self._engine.dispose()

    async def lost(self) -> bool:
        """Tell whether another holds the lock; while the database is away nobody does."""
        try:
            await self._ask("SELECT 1")
        except (DBAPIError, OSError, EngineRefused):  # the last: an earlier try to come back failed too
            await self.release()
            with contextlib.suppress(DBAPIError, OSError):
                return not await self.acquire()
        return False

    async def remembered(self) -> object:
        """Read which Prefect migrated this database. The note is on a table of Prefect's, so it goes when that goes."""
        return await self._ask("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')")

    async def remember(self, mark: str) -> None:
        await self._connected().exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{mark}'")

    async def _ask(self, question: str, **facts: object) -> object:
        return (await self._connected().execute(text(question), facts)).scalar()

    def _connected(self) -> AsyncConnection:
        if self._connection is None:
            raise EngineRefused("not connected to Prefect's database")
        return self._connection


def without_prefect(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what somebody's shell says about Prefect: only our settings count."""
    return {name: value for name, value in environment.items() if not name.startswith("PREFECT_")}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Say whether nobody listens on this port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) != 0


async def _answers(client: httpx2.AsyncClient, api_url: str) -> bool:
    try:
        return (await client.get(f"{api_url}/health")).status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False


def _make_private(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    for leftovers in ("dlq", "storage"):  # what a client could not deliver: never kept
        shutil.rmtree(home / leftovers, ignore_errors=True)


def _credential(home: Path) -> str:
    """Read the password of this installation, made at the first start; remove the file to change it."""
    secret = home / "credential"
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as made:
            made.write(f"pols:{secrets.token_urlsafe(32)}")
    return secret.read_text()
