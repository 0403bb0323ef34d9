"""The embedded stack: PostgreSQL, mail catcher, web application, Prefect server and worker; started, stopped in order.

The web application serves before the engine is up; nothing that it started outlives it.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx2

from deployments import embedded
from deployments.anchors import new_key
from deployments.embedded import EmbeddedServer
from deployments.identity import own_key
from deployments.mailcatcher import Mailcatcher
from deployments.prefect_server import PrefectServer, free_port, without_prefect
from deployments.processes import Child
from models.migrations import migrate

DATABASE, ENGINE_DATABASE = "pols", "pols_prefect"


@dataclass
class Stack:
    """Everything that Pols needs, on one machine, with loopback and a Unix socket only."""

    state: Path
    server: EmbeddedServer
    database: str = DATABASE
    mail: Mailcatcher | None = None
    prefect: PrefectServer | None = None
    api: Child | None = None
    workers: list[Child] = field(default_factory=list)
    port: int = 0

    @classmethod
    async def begin(cls, state: Path, *, durable: bool = True) -> Self:
        """Start PostgreSQL and bring the case database to the newest step. Raises ServerRefused."""
        state.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - once, before anything else runs
        server = EmbeddedServer.start(state, durable=durable)
        await embedded.prepare(server)
        await migrate(server.url("pols_owner", DATABASE))
        return cls(state, server)

    @property
    def base_url(self) -> str:
        """Where people find Pols."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of this stack is told."""
        mail = self.mail
        return without_prefect(os.environ) | {
            "POLS_DATABASE_WEB_URL": self.server.url("pols_web", self.database),
            "POLS_DATABASE_ENGINE_URL": self.server.url("pols_engine", self.database),
            "POLS_BASE_URL": self.base_url,
            "POLS_MAIL_HOST": "127.0.0.1",
            "POLS_MAIL_PORT": str(mail.smtp_port if mail else 25),
            "POLS_PRODUCTION": "false",
            "POLS_ACCOUNT_KEY_FILE": str(own_key(self.state).resolve()),
            "POLS_EVENT_KEY_FILE": str(own_key(self.state, "gebeurtenis.key").resolve()),
            "POLS_TICK_SECONDS": "1",
            "POLS_BUNDLE_SECONDS": "0",
            "POLS_MAIL_PER_MINUTE": "0",  # the catcher takes all there is
            "POLS_ANCHOR_FOLDER": str(self.state / "ankers" / self.database),
            "POLS_ANCHOR_KEY_FILE": str(self._anchor_key()),
            "POLS_PERSON_REQUESTS": "0",  # who fills a demonstration or measures is one person who works very hard
            "POLS_ADDRESS_REQUESTS": "0",
            "POLS_OPEN_REQUESTS": "0",
        } | more  # fmt: skip

    def _anchor_key(self) -> Path:
        """The key of this stack, made the first time: for trying out, beside what it protects."""
        path = self.state / "anker.pem"
        if not path.exists():
            new_key(path)
        return path

    async def catch_mail(self, *, http_port: int | None = None) -> None:
        """Start the mail catcher."""
        self.mail = await Mailcatcher.start(self.state / "mail", http_port=http_port)

    async def serve(self, port: int | None = None, *, processes: int = 1, **more: str) -> None:
        """Start the web application and wait until it answers."""
        self.port = port or free_port()
        argv = ["api", "--port", str(self.port), "--processes", str(processes)]
        self.api = self._child("api", argv, self.environment(**more))
        await self.api.start()
        await answers(f"{self.base_url}/gezondheid")

    async def start_engine(self, port: int | None = None) -> None:
        """Start the Prefect server; cases taken in before it was up are conducted as soon as it is."""
        url = self.server.url("pols_prefect", ENGINE_DATABASE)
        self.prefect = await PrefectServer.start(database_url=url, home=self.state / "prefect", port=port)

    async def start_worker(self, **more: str) -> Child:
        """Start one worker more."""
        if self.prefect is None:
            msg = "start the engine first"
            raise RuntimeError(msg)
        env = self.environment() | self.prefect.client_env() | more
        worker = self._child(f"worker{len(self.workers) + 1}", ["worker"], env, restart="POLS_FAULT" not in more)
        await worker.start()
        self.workers.append(worker)
        return worker

    def _child(self, name: str, argv: list[str], env: Mapping[str, str], *, restart: bool = True) -> Child:
        command = [sys.executable, "-m", "deployments.cli", *argv]
        return Child(name, command, env=env, log=self.state / f"{name}.log", restart=restart)

    async def stop(self) -> None:
        """Stop everything in order: who works first, what they work on last."""
        for child in (*self.workers, self.api):
            if child is not None:
                await child.stop()
        if self.prefect is not None:
            await self.prefect.stop()
        if self.mail is not None:
            await self.mail.stop()
        self.server.stop()


async def answers(url: str, *, within: float = 30.0) -> None:
    """Wait until an address answers. Raises TimeoutError."""

    async def ask() -> None:
        async with httpx2.AsyncClient(timeout=2) as client:
            while True:
                try:
                    if (await client.get(url)).status_code < httpx2.codes.INTERNAL_SERVER_ERROR:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.1)

    await asyncio.wait_for(ask(), within)
