"""How soon somebody who starts the demonstration again has a page in front of them."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from deployments.prefect_server import free_port, without_prefect
from deployments.processes import leashed
from tests.bench.ground import Ground
from tests.bench.report import Row, at_most
from tests.state import fresh_state

FILLED, STARTED = "Ctrl-C stopt alles", "De motor draait"


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group. The quick form leaves the filling out: `run` starts the same stack on an empty house."""
    verb = "run" if ground.quick else "demo"
    with fresh_state() as state:
        async with _pols(state, verb, free_port()) as first:
            await asyncio.wait_for(_said(first, FILLED), 420)
        port, began = free_port(), time.perf_counter()
        async with _pols(state, verb, port) as second:
            await asyncio.wait_for(_first_page(f"http://127.0.0.1:{port}/"), 120)
            page = time.perf_counter() - began
            await asyncio.wait_for(_said(second, STARTED), 120)
    return [at_most(f"second start of `make {verb}`, first page", page, "s", 15)]


@asynccontextmanager
async def _pols(state: Path, verb: str, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command of `make demo`, ended as Ctrl-C does."""
    command = [sys.executable, "-m", "deployments.cli", verb, "--port", str(port)]
    env = without_prefect(os.environ) | {"POLS_STATE": str(state)}
    process = await asyncio.create_subprocess_exec(*leashed(command), env=env, stdout=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 60)


async def _said(process: asyncio.subprocess.Process, words: str) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        if words in line.decode():
            return
    raise RuntimeError(f"it ended before it said: {words}")


async def _first_page(address: str) -> None:
    async with httpx2.AsyncClient(timeout=5, trust_env=False, follow_redirects=True) as browser:
        while True:
            try:
                if (await browser.get(address)).status_code == httpx2.codes.OK:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.05)
