"""Where a chaos test may pull the plug: named places, killed for real (SIGKILL). Else they cost one look-up."""

import os
import signal

_WANTED = os.environ.get("POLS_FAULT", "")
_COUNTS: dict[str, int] = {}


def step(name: str) -> None:
    """Kill this process here when a test asked for it: `POLS_FAULT=name` or `name@n` for the n-th time."""
    if not _WANTED:
        return
    wanted, _, nth = _WANTED.partition("@")
    if name != wanted:
        return
    _COUNTS[name] = _COUNTS.get(name, 0) + 1
    if _COUNTS[name] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
