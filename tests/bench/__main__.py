"""Measure the real stack, beside other systems in the same run on the same PostgreSQL.

Prints one table and writes `build/bench.json`. A bar that does not hold is reported, nothing more.
"""

import argparse
import asyncio
import signal
import time
from collections.abc import Awaitable, Callable

from deployments import embedded
from deployments.stack import Stack
from tests.bench import decisions, demo, lists, profile, rest, rungs, slices, trail, wakes
from tests.bench.ground import TEMPLATE, Ground
from tests.bench.report import Row, keep, show
from tests.state import fresh_state

GROUPS: dict[str, Callable[[Ground], Awaitable[list[Row]]]] = {
    "demo": demo.measure,
    "decisions": decisions.measure,
    "wakes": wakes.measure,
    "slices": slices.measure,
    "lists": lists.measure,
    "rungs": rungs.measure,
    "rest": rest.measure,
    "trail": trail.measure,
    "profile": profile.measure,
}
APART = {"profile"}  #: only when asked for: it says where time goes, and slows down what it looks at


async def measure(names: list[str], *, quick: bool) -> list[Row]:
    """Start one server and measure group after group."""
    with fresh_state() as state:
        stack = await Stack.begin(state)
        try:
            await embedded.create_from_template(stack.server, TEMPLATE, stack.database)
            await stack.catch_mail()
            ground, rows = Ground(stack, quick), list[Row]()
            for name in names:
                began = time.monotonic()
                rows += await GROUPS[name](ground)
                keep(rows)
                print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
            return rows
        finally:
            await stack.stop()


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything works")
    parser.add_argument("--only", choices=GROUPS, action="append", help="one group (may be repeated)")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also then everything is stopped and cleared away
    show(asyncio.run(measure(chosen.only or [name for name in GROUPS if name not in APART], quick=chosen.quick)))


if __name__ == "__main__":
    main()
