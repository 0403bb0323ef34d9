"""A worker that dies (SIGKILL) at any boundary of a case: the next one goes on, and nothing is done twice."""

import os
import signal

import pytest

from models.words import Phase
from tests import factories
from tests.chaos.conftest import Broken

pytestmark = pytest.mark.chaos

EFFECTS = (
    "confirm_receipt", "announce_duties", "ask_partners", "feed_back", "invite", "publish", "closing_letter",
    "tell_closed",
)  # fmt: skip
#: every boundary, in the order in which a case that was decided through to the end meets them
EVERY = ["run:before", "run:created", "run:recorded"]
EVERY += [f"{effect}:{place}" for effect in EFFECTS for place in ("before", "uncommitted", "after")]
EVERY[-1] = "slice:after"  # after the last effect nothing is owed, so that this is where its slice can still die
EVERY.insert(EVERY.index("confirm_receipt:after") + 1, "deliver:sent")  # the first message: sent, and not yet noted
#: the small form: once around making the run, and before each commit
SOME = [
    "run:created",
    "confirm_receipt:after",
    "deliver:sent",
    *(f"{effect}:uncommitted" for effect in EFFECTS[1:]),
    "tell_closed:after",
]


@pytest.mark.timeout(900)
async def test_a_worker_killed_at_every_boundary_of_a_case_does_nothing_twice_and_loses_nothing(broken: Broken) -> None:
    story = await factories.a_case(broken.web, broken.house, Phase.CLOSED)

    died = []
    for fault in EVERY if os.environ.get("POLS_CHAOS") == "full" else SOME:
        worker = await broken.worker(POLS_FAULT=fault)
        await worker.wait()
        assert worker.returncode == -signal.SIGKILL, fault
        died.append(fault)
    last = await broken.worker()
    await broken.databases.shift(180)  # what a dead worker had claimed to send comes free after two minutes
    await broken.at_rest()

    assert died
    entries = await broken.rows("SELECT done_at FROM journal_entry WHERE case_id = :case", case=story.case_id)
    assert entries
    assert all(one.done_at is not None for one in entries)
    assert await broken.rows("SELECT epoch FROM engine_run WHERE case_id = :case", case=story.case_id) == [(1,)]
    await broken.nothing_twice(kills=len(died))
    await last.stop()
