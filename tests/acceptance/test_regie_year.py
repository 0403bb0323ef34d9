"""A plain case under regie, over a year: every phase, every reminder on its day, two rounds, an adjustment, closure."""

from datetime import timedelta
from typing import Any

import pytest

from tests.acceptance import steps
from tests.acceptance.world import World

pytestmark = pytest.mark.acceptance


async def test_a_case_is_conducted_from_report_to_closure_over_a_year(world: World) -> None:
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    await steps.admitted(world, case_id)
    await steps.prepared(world, case_id)
    assert await world.phase(case_id) == "focusoverleg"

    await steps.conferred(world, case_id)
    assert await world.phase(case_id) == "plan"
    await world.answer("ggz", case_id, "afspraak_aanvaarden", "aanvaard")
    assert await world.phase(case_id) == "monitoring"

    await _two_rounds(world, case_id)
    await _adjusted(world, case_id)
    await steps.scaled_down(world, case_id)
    await steps.closed(world, case_id)

    await world.settled()
    assert await world.phase(case_id) == "afgesloten"
    assert "Een casus is afgesloten" in world.mailed("ggz")


async def _two_rounds(world: World, case_id: str) -> None:
    """Two evaluations of six weeks: go on each time; progress is asked anew per owner organisation per round."""
    for expected in (2, 3):
        await world.pass_days(41)
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
    await world.pass_days(200)


async def test_who_does_not_answer_is_chased_on_the_agreed_days_until_somebody_must_call(world: World) -> None:
    """Remind a working day before, at due, two and three days after; then the desk, then the manager; each once."""
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    asked = await world.duty("gemeente", case_id, "bekend_of_niet_bekend")

    await world.move_to(steps.moment(asked["uiterlijk"]) + timedelta(days=21))

    rungs = await world.rungs(asked["id"])
    assert [one.step for one in rungs] == ["remind", "due", "overdue", "deputy", "director", "manager"]
    assert all(timedelta(0) <= one.fired_at - one.fire_at < timedelta(minutes=2) for one in rungs)
    assert await world.told("gemeente", asked["id"]) == ["remind", "due", "overdue", "deputy"]
    assert await world.told("triagist", asked["id"]) == ["director"]
    assert await world.told("manager", asked["id"]) == ["manager"]
    assert await _cause(world, case_id) == {"ladder_uitgeput"}


async def test_an_answer_stops_the_chasing_at_once(world: World) -> None:
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    asked = await world.duty("gemeente", case_id, "bekend_of_niet_bekend")
    await world.move_to(steps.moment(asked["uiterlijk"]) + timedelta(days=1))

    await world.answer("gemeente", case_id, "bekend_of_niet_bekend", "niet_bekend")
    await world.pass_days(20)

    assert await world.told("gemeente", asked["id"]) == ["remind", "due"]


async def _cause(world: World, case_id: str) -> set[str]:
    stalled = (await world.get("triagist", "/stagnaties"))["stilgevallen"]
    return {cause["soort"] for one in stalled if one["casus"] == case_id for cause in one["oorzaken"]}
