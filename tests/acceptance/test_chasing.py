"""Chasing: whoever owes something is reminded on the agreed days, until an answer comes or somebody must call."""

from datetime import timedelta

import pytest

from tests.acceptance import steps
from tests.acceptance.world import World

pytestmark = pytest.mark.acceptance


async def test_who_does_not_answer_is_chased_on_the_agreed_days_until_somebody_must_call(world: World) -> None:
    """Remind a day before, at due, two and three days after; then the desk, twice, then the manager; each once."""
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    asked = await world.duty("gemeente", case_id, "bekend_of_niet_bekend")

    await world.move_to(steps.moment(asked["uiterlijk"]) + timedelta(days=21))

    rungs = await world.rungs(asked["id"])
    assert [one.step for one in rungs] == [
        "remind", "due", "overdue", "deputy", "director", "partner_manager", "manager",
    ]  # fmt: skip
    assert all(timedelta(0) <= one.fired_at - one.fire_at < timedelta(minutes=2) for one in rungs)
    assert await world.told("gemeente", asked["id"]) == ["remind", "due", "overdue", "deputy"]
    assert await world.told("triagist", asked["id"]) == ["director", "partner_manager_unknown"]
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
