"""What processes spent, from `/proc`: of CPU, since they began."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def spent(pids: Iterable[int]) -> float:
    """CPU seconds of these processes, those of children that have ended included."""
    total = 0
    for pid in pids:
        try:
            total += sum(map(int, _fields(pid)[11:15]))
        except OSError:  # it ended just now
            continue
    return total / TICKS


def children(parent: int) -> dict[int, str]:
    """The children of a process, with what they call themselves."""
    found: dict[int, str] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid = int(stat.parent.name)
            if int(_fields(pid)[1]) == parent:
                found[pid] = (stat.parent / "cmdline").read_text().replace("\0", " ").strip()
        except OSError:
            continue
    return found


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
