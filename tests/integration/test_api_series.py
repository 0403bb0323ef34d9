"""Meetings that come back: their days, and the cases on one of them, each with its own outcome."""

from typing import Any

import pytest

from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story

SERIES = {
    "soort": "casusoverleg", "titel": "Casusoverleg Westerveen", "weekdag": 3, "tijd": "13:30:00",
    "vanaf": "2026-01-01", "plaats": "Stadhuis",
}  # fmt: skip


async def a_series(door: Door, **facts: Any) -> tuple[str, list[dict[str, Any]]]:
    """A series of the house with its coming days."""
    made = await door.post("regisseur", "/overlegreeksen", SERIES | facts)
    days = (await door.get("regisseur", f"/overlegreeksen/{made['id']}/zittingen"))["resultaten"]
    return str(made["id"]), days


async def in_regie(door: Door, db: Databases) -> Story:
    """A case that is being prepared by the regisseur."""
    story = await factories.a_case(db.web, door.house, Phase.MONITORING)
    return Story(db.web, door.house, story.case_id)


def _present(meeting: dict[str, Any]) -> set[str]:
    return {one["organisatie"]["naam"] for one in meeting["genodigden"] if one["aanwezig"]}


async def test_several_cases_are_on_one_day_and_each_gets_its_own_outcome(door: Door, db: Databases) -> None:
    series_id, days = await a_series(door)
    cases = [await in_regie(door, db) for _ in range(2)]
    body = {"reeks": series_id, "reeksDatum": days[1]["datum"]}
    meetings = [await door.post("regisseur", f"/casussen/{one.case_id}/overleggen", body) for one in cases]

    day = await door.get("regisseur", f"/overlegreeksen/{series_id}/zittingen/{days[1]['datum']}")
    read = await door.get("regisseur", f"/overleggen/{meetings[0]['id']}")

    assert {one["overleg"] for one in day["casussen"]} == {one["id"] for one in meetings}
    assert (read["begintOp"], read["reeks"], read["casus"]) == (days[1]["begintOp"], series_id, str(cases[0].case_id))
    other = await door.get("regisseur", f"/overlegreeksen/{series_id}/zittingen/{days[0]['datum']}")
    assert other["casussen"] == []

    for meeting, one, word, came in zip(
        meetings, cases, ("wonen eerst", "behandeling eerst"), ("politie", "ggz"), strict=True
    ):
        outcome = {"uitkomst": word, "aanwezigen": [str(who) for who in one.organisations(came)]}
        await door.post("regisseur", f"/overleggen/{meeting['id']}/uitkomsten", outcome)

    first, second = [await door.get("regisseur", f"/overleggen/{one['id']}") for one in meetings]
    assert (first["uitkomst"], second["uitkomst"]) == ("wonen eerst", "behandeling eerst")
    assert [_present(one) for one in (first, second)] == [{"Politie"}, {"GGZ Westerveen"}]
    day = await door.get("regisseur", f"/overlegreeksen/{series_id}/zittingen/{days[1]['datum']}")
    assert all(one["gehoudenOp"] for one in day["casussen"])


async def test_who_has_no_part_in_a_case_does_not_see_it_on_the_day(door: Door, db: Databases) -> None:
    series_id, days = await a_series(door)
    story = await in_regie(door, db)
    body = {"reeks": series_id, "reeksDatum": days[0]["datum"]}
    await door.post("regisseur", f"/casussen/{story.case_id}/overleggen", body)

    path = f"/overlegreeksen/{series_id}/zittingen/{days[0]['datum']}"

    assert len((await door.get("ggz", path))["casussen"]) == 1
    assert (await door.get("reclassering", path))["casussen"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "begintOp"),
        ({"begintOp": "2090-01-01T10:00:00Z", "reeksDatum": "2090-01-05"}, "begintOp"),
        ({"reeks": "SERIES"}, "reeksDatum"),
        ({"reeks": "SERIES", "reeksDatum": "2027-01-01"}, "reeksDatum"),
        ({"reeks": "SERIES", "reeksDatum": "2027-01-08"}, "reeksDatum"),
    ],
)
async def test_a_meeting_is_at_a_moment_or_on_a_day_of_its_series(
    door: Door, db: Databases, body: dict[str, str], field: str
) -> None:
    series_id, _ = await a_series(door)
    story = await in_regie(door, db)
    told = {key: series_id if value == "SERIES" else value for key, value in body.items()}

    problem = await door.refused("regisseur", f"/casussen/{story.case_id}/overleggen", told, 400)

    assert [one["veld"] for one in problem["velden"]] == [field]


async def test_a_series_that_was_ended_has_no_days_after_its_last(door: Door) -> None:
    series_id, days = await a_series(door)

    await door.post("triagist", f"/overlegreeksen/{series_id}/beeindigingen", {"tot": days[1]["datum"]}, 204)

    left = (await door.get("ggz", f"/overlegreeksen/{series_id}/zittingen"))["resultaten"]
    assert left == days[:2]
    assert (await door.get("ggz", f"/overlegreeksen/{series_id}"))["tot"] == days[1]["datum"]


async def test_who_is_involved_is_invited_later_on(door: Door, db: Databases) -> None:
    story = await in_regie(door, db)
    meeting = await story.convene("politie")
    ggz = str(door.house.organisations["ggz"])
    stranger = str(door.house.organisations["reclassering"])

    await door.post("regisseur", f"/overleggen/{meeting.id}/genodigden", {"organisaties": [ggz]})
    refused = await door.refused("regisseur", f"/overleggen/{meeting.id}/genodigden", {"organisaties": [stranger]}, 400)

    names = {one["organisatie"]["naam"] for one in (await door.get("ggz", f"/overleggen/{meeting.id}"))["genodigden"]}
    assert names == {"Politie", "GGZ Westerveen"}
    assert "niet betrokken" in refused["velden"][0]["melding"]
