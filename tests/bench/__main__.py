"""Measure the real stack, beside other systems in the same run on the same PostgreSQL.

Prints one table and writes `build/bench.json`, and beside it the machine and when each group was measured. With
`--only` the rows of other groups stay. A bar that does not hold is reported, nothing more; what may never be (a large
table read from end to end) makes the run fail.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable

from deployments import embedded
from deployments.stack import Stack
from tests.bench import decisions, demo, layers, lists, mail, rest, rungs, slices, trail, wakes
from tests.bench.ground import TEMPLATE, Ground
from tests.bench.machine import Machine, note
from tests.bench.report import OUTCOME, QUICK, Row, keep, show
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
    "mail": mail.measure,
    "profile": layers.measure,
}
APART = {"profile"}  #: only when asked for: it says where time goes, and slows down what it looks at


async def measure(names: list[str], *, quick: bool, fresh: bool) -> tuple[list[Row], Machine, list[str]]:
    """Start one server and measure group after group. Also gives the machine, and what may never be."""
    outcome = QUICK if quick else OUTCOME
    with fresh_state() as state:
        stack = await Stack.begin(state)
        try:
            await embedded.create_from_template(stack.server, TEMPLATE, stack.database)
            await stack.catch_mail()
            ground, rows = Ground(stack, quick), list[Row]()
            machine = await Machine.here(ground)
            for name in names:
                began = time.monotonic()
                rows += await GROUPS[name](ground)
                keep(rows, outcome, fresh=fresh)
                note(machine, name, outcome, fresh=fresh and name == names[0])
                print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
            return rows, machine, ground.failures
        finally:
            await stack.stop()


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything works")
    parser.add_argument("--only", choices=GROUPS, action="append", help="one group (may be repeated)")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also then everything is stopped and cleared away
    names = chosen.only or [name for name in GROUPS if name not in APART]
    rows, machine, failures = asyncio.run(measure(names, quick=chosen.quick, fresh=not chosen.only))
    show(rows)
    print(f"\n{machine}\nkept in {QUICK if chosen.quick else OUTCOME}")  # noqa: T201
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
