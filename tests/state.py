"""Places and processes for tests that start servers."""

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def fresh_state() -> Iterator[Path]:
    """Give a state directory without private parents, which a server that was started as root can reach."""
    parent = Path("/var/tmp") / f"pols-test-{secrets.token_hex(6)}"  # noqa: S108  the name is random, the mode is ours
    parent.mkdir()
    parent.chmod(0o711)
    try:
        yield parent / "state"
    finally:
        shutil.rmtree(parent, ignore_errors=True)


async def gone(pid: int, within_seconds: float = 15.0) -> None:
    """Wait until a process that is not our child has ended."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(watched, ended.set)
    try:
        await asyncio.wait_for(ended.wait(), within_seconds)
    finally:
        loop.remove_reader(watched)
        os.close(watched)
