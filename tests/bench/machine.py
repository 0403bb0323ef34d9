"""What the figures were measured on: the machine, what ran on it, when, and of which state of the code."""

import json
import os
import re
import subprocess
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import machine as architecture
from platform import python_version
from typing import Any, Self

from tests.bench.ground import Ground, run

RIVALS = ("dbos", "procrastinate")
_TELL = "import sys, json; from importlib.metadata import version; print(json.dumps(list(map(version, sys.argv[1:]))))"


@dataclass(frozen=True)
class Machine:
    """The machine and the versions of everything that is measured on it."""

    model: str
    ghz: float | None
    cores: int
    memory_gib: float
    versions: dict[str, str]
    date: str
    commit: str

    @classmethod
    async def here(cls, ground: Ground) -> Self:
        """This machine, now."""
        connection = await ground.stack.server.connect()
        try:
            server = str(await connection.fetchval("SHOW server_version"))
        finally:
            await connection.close()
        versions = {"PostgreSQL": server, "Python": python_version(), "Prefect": version("prefect")}
        if ground.rivals is not None:
            found = json.loads(await run(ground.rivals, "-c", _TELL, *RIVALS))
            versions |= {"DBOS": found[0], "procrastinate": found[1]}
        model, ghz = processor(_read("/proc/cpuinfo"))
        today = datetime.fromtimestamp(time.time(), UTC).date().isoformat()
        return cls(model, ghz, len(os.sched_getaffinity(0)), memory(_read("/proc/meminfo")), versions, today, _commit())

    def __str__(self) -> str:
        speed = "" if self.ghz is None else f" at {self.ghz:g} GHz"
        versions = ", ".join(f"{name} {one}" for name, one in self.versions.items())
        where = f"{self.model}{speed}, {self.cores} cores, {self.memory_gib:g} GiB"
        return f"{where}; {versions}; {self.date}, commit {self.commit}"


def processor(said: str) -> tuple[str, float | None]:
    """The name of the processor and its clock, when the system tells."""
    model = re.search(r"^model name\s*:\s*(.+)$", said, re.MULTILINE)
    clock = re.search(r"^cpu MHz\s*:\s*([\d.]+)$", said, re.MULTILINE)
    return model[1] if model else architecture(), round(float(clock[1]) / 1000, 1) if clock else None


def memory(said: str) -> float:
    """How much memory there is, in GiB."""
    total = re.search(r"^MemTotal:\s*(\d+) kB$", said, re.MULTILINE)
    return round(int(total[1]) / 2**20, 1) if total else 0.0


def note(machine: Machine, group: str, outcome: Path, *, fresh: bool) -> None:
    """Write beside the figures where and when this group was measured. What other groups say stays, unless fresh."""
    path = outcome.with_name(f"{outcome.stem}-machine.json")
    known: dict[str, Any] = {} if fresh or not path.exists() else json.loads(path.read_text(encoding="utf-8"))
    measured = known.get("measured", {}) | {group: {"date": machine.date, "commit": machine.commit}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(machine) | {"measured": measured}, indent=2) + "\n", encoding="utf-8")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:  # another system than Linux
        return ""


def _commit() -> str:
    """The commit, with a plus when something was changed since; unknown outside a repository."""
    told = [_git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")]
    return f"{told[0]}{'+' if told[1] else ''}" if told[0] else "unknown"


def _git(*asked: str) -> str:
    try:
        answered = subprocess.run(["git", *asked], capture_output=True, text=True, check=False)
    except OSError:  # there is no git here
        return ""
    return answered.stdout.strip()
