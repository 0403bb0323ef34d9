"""Child processes: started on a leash, watched, restarted when they die, stopped in order.

A child gets a session of its own, so that Ctrl-C reaches only us and we choose the order of stopping. Start children
from the main thread: the kernel ties a child's life to the thread that made it.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from deployments import leash

GRACE_SECONDS = 10.0
BACK_OFF_SECONDS = (0.2, 1.0, 3.0, 10.0)
STEADY_SECONDS = 30.0  # a child that lived this long starts again without delay


def leashed(
    argv: Sequence[str], *, death_signal: signal.Signals = signal.SIGKILL, user: str | None = None
) -> list[str]:
    """Put a command on a leash: the same command, but it does not outlive the main thread of this process."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("start children from the main thread: they die with the thread that started them")
    launcher = [sys.executable, "-I", "-S", leash.__file__]
    return [*launcher, str(int(death_signal)), str(os.getpid()), user or leash.KEEP_USER, "--", *argv]


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; what a program writes there may be about people, so it is for our eyes only."""
    return open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))


class Child:
    """One supervised process: `start`, `stop`, `kill`, and started again by itself when it dies unasked."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        cwd: Path | None = None,
        restart: bool = True,
    ) -> None:
        self.name = name
        self.argv = list(argv)
        self.env = dict(env)
        self.log = log
        self.cwd = cwd
        self.restart = restart
        self.starts = 0
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def returncode(self) -> int | None:
        return self._process.returncode if self._process else None

    async def start(self) -> None:
        if self._watcher is not None:
            raise RuntimeError(f"{self.name} has been started already")
        await self._launch()
        self._watcher = asyncio.create_task(self._watch(), name=f"watch {self.name}")

    async def wait(self) -> int:
        """Wait until the present process ends."""
        if self._process is None:
            raise RuntimeError(f"{self.name} has not been started")
        return await self._process.wait()

    async def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Ask politely, then insist."""
        await self._unwatch()
        if self._process is None or self._process.returncode is not None:
            return
        self.signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), grace_seconds)
            return
        await self.kill()

    async def kill(self) -> None:
        """End it at once, without starting it again."""
        await self._unwatch()
        if self._process is not None:
            self.signal(signal.SIGKILL)
            await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; a watched child that dies of it starts again."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _launch(self) -> None:
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open_log(self.log) as log:
            self._process = await asyncio.create_subprocess_exec(
                *leashed(self.argv),
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.starts += 1

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            born = loop.time()
            await self.wait()
            if not self.restart:
                return
            failures = 0 if loop.time() - born >= STEADY_SECONDS else failures + 1
            await asyncio.sleep(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS)) - 1] if failures else 0)
            await self._launch()

    async def _unwatch(self) -> None:
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
