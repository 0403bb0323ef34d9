"""A worker that dies (SIGKILL) at any boundary of a case: the next one goes on, and nothing is done twice."""

import os
import signal

import pytest

from models.words import DecisionKind, Phase, WorkKind
from tests import factories
from tests.chaos.conftest import Broken

pytestmark = pytest.mark.chaos

#: every effect, in the order in which a case that was decided through to the end meets them
EFFECTS = (
    "confirm_receipt", "announce_duties", "ask_partners", "feed_back", "invite", "publish", "send_copy", "cancel",
    "alert", "closing_letter", "tell_closed", "notice_deciders",
)  # fmt: skip
EVERY = ["run:before", "run:created", "run:recorded"]
EVERY += [f"{effect}:{place}" for effect in EFFECTS for place in ("before", "uncommitted", "after")]
EVERY[-1] = "slice:after"  # after the last effect nothing is owed, so that this is where its slice can still die
EVERY.insert(EVERY.index("confirm_receipt:after") + 1, "deliver:sent")  # the first message: sent, and not yet noted
#: the small form: around making the run, around the first message, and before the commit of a few effects along the way
SOME = ["run:created", "confirm_receipt:after", "deliver:sent"]
SOME += [f"{effect}:uncommitted" for effect in ("ask_partners", "invite", "closing_letter", "notice_deciders")]
FULL = os.environ.get("POLS_CHAOS") == "full"
#: what the clock does, each before its commit and the messages also after it
CLOCK = ("remind:uncommitted", "remind:after", "lapse:uncommitted")


async def _dies(broken: Broken, *faults: str) -> None:
    for fault in faults:
        worker = await broken.worker(POLS_FAULT=fault)
        await worker.wait()
        assert worker.returncode == -signal.SIGKILL, fault


@pytest.mark.timeout(900)
async def test_a_worker_killed_at_every_boundary_of_a_case_does_nothing_twice_and_loses_nothing(broken: Broken) -> None:
    story = await factories.an_eventful_case(broken.web, broken.house)
    boundaries = EVERY if FULL else SOME

    await _dies(broken, *boundaries)
    last = await broken.worker()
    await broken.databases.shift(180)  # what a dead worker had claimed to send comes free after two minutes
    await broken.at_rest()

    entries = await broken.rows("SELECT kind, done_at FROM journal_entry WHERE case_id = :case", case=story.case_id)
    assert {one.kind for one in entries} == set(
        WorkKind
    )  # a kind of work that no boundary covers would be missing here
    assert all(one.done_at is not None for one in entries)
    assert await broken.rows("SELECT epoch FROM engine_run WHERE case_id = :case", case=story.case_id) == [(1,)]
    await broken.nothing_twice(kills=len(boundaries))
    await last.stop()


@pytest.mark.timeout(300)
async def test_a_worker_killed_while_the_clock_works_fires_ends_and_erases_each_thing_once(broken: Broken) -> None:
    broken.begin()
    worker = await broken.worker()
    waiting = await factories.a_case(broken.web, broken.house, Phase.PLAN)
    rejected = await factories.a_case(broken.web, broken.house, Phase.SCREENING)
    await rejected.decide("om", DecisionKind.REJECT)
    await broken.at_rest()
    await worker.stop()

    await broken.days_later(20)
    await _dies(broken, *CLOCK)
    await broken.days_later(20)
    await _dies(broken, "erase:uncommitted")
    last = await broken.worker()
    await broken.databases.shift(180)
    await broken.until(
        "NOT EXISTS (SELECT FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL AND fire_at <= pols_now())"
    )
    await broken.until("NOT EXISTS (SELECT FROM cases WHERE erase_at <= pols_now())")
    await broken.at_rest()

    by_rule = "SELECT 1 FROM decision WHERE case_id = :case AND kind = 'plan_rond'"
    assert len(await broken.rows(by_rule, case=waiting.case_id)) == 1
    assert await broken.rows("SELECT 1 FROM visit WHERE case_id = :case", case=rejected.case_id) == []
    await broken.nothing_twice(kills=len(CLOCK) + 1, erased=True)
    await last.stop()
