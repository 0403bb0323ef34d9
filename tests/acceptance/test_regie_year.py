"""A plain case under regie, over a year: every phase, every reminder on its day, two rounds, an adjustment, closure.

The year starts on a fixed Monday, so that the ledger beside this file says of every message on which day who got it.
"""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.clocks import AMSTERDAM
from tests.acceptance import steps
from tests.acceptance.world import World

pytestmark = pytest.mark.acceptance

MONDAY = datetime(2027, 1, 11, 9, 30, tzinfo=AMSTERDAM)
LEDGER = Path(__file__).with_name("regie_year_mail.txt")


@pytest.mark.timeout(600)
async def test_a_case_is_conducted_from_report_to_closure_over_a_year_with_every_message_on_its_day(
    world: World,
) -> None:
    await world.begin_at(MONDAY)
    case_id = await _taken_on_late(world)
    await _conferred_late(world, case_id)
    await _two_rounds(world, case_id)
    await _adjusted(world, case_id)
    await _closed_late(world, case_id)

    await world.settled()
    assert await world.phase(case_id) == "afgesloten"
    assert await world.now() - MONDAY > timedelta(days=365)
    ledger = await _ledger(world)
    assert ledger == LEDGER.read_text(encoding="utf-8").splitlines()
    assert await _delivered(world) == len(ledger)


async def _taken_on_late(world: World) -> str:
    """The desk is slow, the municipality does not say whether it knows the person, the table decides late."""
    case_id = await steps.reported(world)
    await world.pass_days(3)
    await steps.screened(world, case_id)
    await steps.judged(world, case_id)
    await world.pass_days(12)
    await world.decide("om", case_id, "in_procesregie_nemen")
    await world.settled()
    assert await world.phase(case_id) == "regie"
    return case_id


async def _conferred_late(world: World, case_id: str) -> None:
    """The manager needs to be reminded, mental care supplies nothing before the meeting and accepts late."""
    await world.pass_days(2)
    await steps.prepared(world, case_id, in_days=11)
    assert await world.phase(case_id) == "focusoverleg"
    await steps.conferred(world, case_id)
    assert await world.phase(case_id) == "plan"
    await world.pass_days(4)
    await world.answer("ggz", case_id, "afspraak_aanvaarden", "aanvaard")
    assert await world.phase(case_id) == "monitoring"


async def _two_rounds(world: World, case_id: str) -> None:
    """Two evaluations of six weeks, the first too late: progress is asked anew per owner organisation per round."""
    for days, expected in ((47, 2), (41, 3)):
        await world.pass_days(days)
        await world.answer("politie", case_id, "voortgang_melden", "op_schema")
        await steps.evaluated(world, case_id, "doorgaan", by="politie")
        facts: dict[str, Any] = await world.get("regisseur", f"/casussen/{case_id}")
        assert facts["ronde"] == expected


async def _adjusted(world: World, case_id: str) -> None:
    """The plan no longer fits: back to the focusoverleg in a new visit, and out again with a new version."""
    await steps.evaluated(world, case_id, "bijstellen", by="gemeente")
    assert await world.phase(case_id) == "focusoverleg"
    await steps.convened(world, case_id, in_days=9)
    await steps.conferred(world, case_id)
    await world.answer("ggz", case_id, "afspraak_aanvaarden", "aanvaard")
    assert (await world.get("regisseur", f"/casussen/{case_id}"))["planVersie"] == 2
    await world.pass_days(20)
    await world.answer("politie", case_id, "afspraak_uitvoeren", "gereed")
    await world.pass_days(205)


async def _closed_late(world: World, case_id: str) -> None:
    """Scaling down takes longer than agreed; then everything that closing asks is done."""
    await steps.scaled_down(world, case_id)
    await world.pass_days(20)
    await steps.closed(world, case_id)


async def _ledger(world: World) -> list[str]:
    """Every message of the year: its day, who got it, what it was, and the steps of the ladders it told of."""
    names = {world.house.person(key): key for key in world.house.actors}
    rows = await world.rows("SELECT recipient_id, template, lines, sent_at FROM outbox WHERE sent_at IS NOT NULL")
    told = [
        (row.sent_at.astimezone(AMSTERDAM).date(), names[row.recipient_id], row.template, _steps(row.lines))
        for row in rows
    ]
    return [" ".join(map(str, one)).rstrip() for one in sorted(told)]


def _steps(lines: list[dict[str, str]]) -> str:
    return ", ".join(sorted(f"{one['soort']} {one['stap']}" for one in lines if "stap" in one))


async def _delivered(world: World) -> int:
    """How many messages lie in the mailboxes, each of them once."""
    counted = Counter(one.message["X-Pols-Bericht"] for one in world.mail.messages)
    assert max(counted.values()) == 1
    return len(counted)
