"""The terms of a house through the interface: setting its policy, and trying one before it is set."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from models.lookups import projected
from models.tables.duties import ChangedTerm, Duty
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, TermChange
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import AHouse, a_case, a_house, a_report

DAY = 86400
KNOWN_FIVE = {"termijnen": {"bekend_of_niet_bekend": {"eenheid": "werkdagen", "aantal": 5}}}


async def put(door: Door, body: dict[str, Any], version: int = 0, who: str = "manager") -> Any:
    """What comes of setting the policy over HTTP."""
    headers = {"If-Match": f'"{version}"'}
    return await door.call("PUT", f"/huizen/{door.house.id}/beleid", who, json=body, headers=headers)


async def test_who_administers_the_policy_moves_terms_of_cases_that_they_may_not_see(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    answer = await put(door, KNOWN_FIVE, who="beheerder")

    assert answer.status_code == 204, answer.text
    assert (await story.duty(DutyKind.KNOWN)).amount == 5
    async with unit_of_work(door.house.actors["beheerder"], db.web) as work:
        assert (await work.session.scalars(select(Duty))).all() == [], "and sees them no more afterwards"


@pytest.mark.parametrize("who", ["politie", "privacy", "ggz"])
async def test_nobody_else_reaches_the_terms_of_the_house(door: Door, db: Databases, who: str) -> None:
    await a_report(db.web, door.house, by="om")

    async with unit_of_work(door.house.actors[who], db.web) as work:
        before = await work.session.scalar(text("SELECT count(*) FROM duty"))
        await projected.reach(work)
        assert await work.session.scalar(text("SELECT count(*) FROM duty")) == before


# Trying it first


async def test_what_is_tried_is_what_saving_does(door: Door, db: Databases) -> None:
    stories = [await a_case(db.web, door.house, one) for one in (Phase.SCREENING, Phase.REGIE, Phase.MONITORING)]
    await stories[0].decide("triagist", D.MARK_URGENT)
    change = {
        "termijnen": {kind: {"eenheid": "werkdagen", "aantal": n} for n, kind in enumerate(DutyKind, 1)},
        "evaluatieDagen": 60, "sluitOm": "16:30:00", "spoedtermijnen": {
            "bekend_of_niet_bekend": {"eenheid": "klokuren", "aantal": 3}},
    }  # fmt: skip
    tried = await door.post("manager", f"/huizen/{door.house.id}/beleid/proef", change, 200)
    untouched = [await one.all(ChangedTerm, ChangedTerm.why == TermChange.POLICY) for one in stories]

    assert (await put(door, change)).status_code == 204

    async with unit_of_work(door.house.actors["manager"], db.web) as work:
        rows = (await work.session.scalars(select(ChangedTerm).where(ChangedTerm.policy_version == 1))).all()
    saved_ = {(str(one.duty_id), one.was_due_at, one.due_at, one.why) for one in rows}
    said = {
        (one["taak"], datetime.fromisoformat(one["was"]), datetime.fromisoformat(one["wordt"]), one["waarom"])
        for one in tried["resultaten"]
    }
    assert untouched == [[], [], []]
    assert len(said) > 8
    assert said == saved_
    assert tried["totaal"]["vervroegd"] + tried["totaal"]["verlaat"] == len(rows)


async def test_trying_changes_nothing_and_counts_per_kind(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    before = await story.duty(DutyKind.KNOWN)

    found = await door.post("manager", f"/huizen/{door.house.id}/beleid/proef", KNOWN_FIVE, 200)

    known = next(one for one in found["perSoort"] if one["soort"] == "bekend_of_niet_bekend")
    asked = len(await story.duties(DutyKind.KNOWN))
    assert (known["bekeken"], known["verlaat"], known["vervroegd"], known["directTeLaat"]) == (asked, asked, 0, 0)
    assert found["totaal"]["verlaat"] == asked
    one = found["resultaten"][0]
    assert one["casus"]["naam"] == (await story.facts()).number
    assert (one["soort"], one["waarom"]) == ("bekend_of_niet_bekend", "beleid")
    assert one["organisatie"]["naam"] in {"Openbaar Ministerie", "Gemeente Westerveen"}
    after = await story.duty(DutyKind.KNOWN)
    assert (after.due_at, after.due_version) == (before.due_at, before.due_version)
    assert (await door.call("GET", f"/huizen/{door.house.id}/beleid", "manager")).headers["etag"] == '"0"'


async def test_trying_tells_what_would_be_late_at_once(roving_door: Door, own_db: Databases) -> None:
    story = await a_case(own_db.web, roving_door.house, Phase.MONITORING)
    await own_db.shift(20 * DAY)

    found = await roving_door.post("manager", f"/huizen/{story.house.id}/beleid/proef", {"evaluatieDagen": 14}, 200)

    evaluation = next(one for one in found["perSoort"] if one["soort"] == "evalueren")
    assert (evaluation["vervroegd"], evaluation["directTeLaat"]) == (1, 1)


async def test_moves_are_paged_the_largest_first(door: Door, db: Databases) -> None:
    await a_case(db.web, door.house, Phase.SCREENING)
    change = {"termijnen": {"over_toelating_beslissen": {"eenheid": "werkdagen", "aantal": 30}}} | {}
    change["termijnen"] |= KNOWN_FIVE["termijnen"]
    path = f"/huizen/{door.house.id}/beleid/proef"
    whole = (await door.post("manager", path, change, 200))["resultaten"]

    pages: list[Any] = []
    following = None
    while following is not None or not pages:
        asked = {"paginaGrootte": 1} | ({"na": following} if following else {})
        answer = await door.call("POST", path, "manager", json=change, params=asked)
        pages.append(answer.json()["resultaten"])
        following = answer.json()["volgende"]

    assert [one for page in pages for one in page] == whole
    assert whole[0]["soort"] == "over_toelating_beslissen"
    assert len(pages) == len(whole) > 2


async def test_who_knows_no_case_is_told_the_dates_without_the_case(door: Door, db: Databases) -> None:
    await a_case(db.web, door.house, Phase.SCREENING)

    found = await door.post("beheerder", f"/huizen/{door.house.id}/beleid/proef", KNOWN_FIVE, 200)

    assert found["resultaten"]
    assert {one["casus"] for one in found["resultaten"]} == {None}


async def test_in_which_case_a_person_is_informed_is_counted_but_not_told_to_the_administrator(
    door: Door, db: Databases
) -> None:
    await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    change = {"termijnen": {"betrokkene_informeren": {"eenheid": "kalenderdagen", "aantal": 20}}}
    path = f"/huizen/{door.house.id}/beleid/proef"

    manager, keeper = [await door.post(who, path, change, 200) for who in ("manager", "beheerder")]

    assert manager["totaal"] == keeper["totaal"]
    assert ([one["soort"] for one in manager["resultaten"]], keeper["resultaten"]) == (["betrokkene_informeren"], [])


async def test_the_policy_of_another_house_is_not_tried(door: Door, db: Databases) -> None:
    other = await a_house(db.owner)

    assert (await door.call("POST", f"/huizen/{other.id}/beleid/proef", "manager", json={})).status_code == 404


# What cannot be counted


async def test_a_house_that_never_opens_is_refused_and_nothing_moves(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    first = (await story.duty(DutyKind.KNOWN)).opened_at.date()
    shut = [(first + timedelta(days=n)).isoformat() for n in range(400)]

    for answer in (
        await put(door, {"sluitingsdagen": shut}),
        await door.call("POST", f"/huizen/{door.house.id}/beleid/proef", "manager", json={"sluitingsdagen": shut}),
    ):
        assert answer.status_code == 400
        assert [one["veld"] for one in answer.json()["velden"]] == ["sluitingsdagen"]
        assert "geen werkdag over" in answer.json()["velden"][0]["melding"]
    assert (await story.duty(DutyKind.KNOWN)).due_version == 1
    assert (await door.call("GET", f"/huizen/{door.house.id}/beleid", "manager")).headers["etag"] == '"0"'


NEVER = {"opentOm": "09:00:00", "sluitOm": "09:01:00"}


async def test_a_term_that_the_opening_hours_cannot_hold_is_refused(door: Door) -> None:
    hours = {"nabellen": {"eenheid": "werkuren", "aantal": 1500}}

    answer = await put(door, NEVER | {"termijnen": hours})

    assert answer.status_code == 400
    assert answer.json()["velden"][0]["veld"] == "termijnen"
    assert "nabellen" in answer.json()["velden"][0]["melding"]


async def test_a_decision_that_needs_a_term_that_cannot_be_counted_is_refused_whole(door: Door, db: Databases) -> None:
    story = await a_report(db.web, door.house)
    await behind_everybodys_back(db, door.house, "criteria_toetsen")

    problem = await door.refused(
        "triagist", f"/casussen/{story.case_id}/besluiten", {"soort": "compleet_verklaren", "toelichting": "ja"}, 409
    )

    assert "criteria toetsen" in problem["detail"]
    assert (await story.facts()).phase is Phase.INTAKE
    assert DutyKind.ADMISSION not in await story.open_kinds()


async def test_an_answer_that_needs_a_term_that_cannot_be_counted_is_refused_whole(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.PLAN)
    await behind_everybodys_back(db, door.house, "geweigerde_afspraak_vervangen")
    task = await door.task("ggz", story.case_id, "afspraak_aanvaarden")

    problem = await door.refused(
        "ggz", f"/taken/{task['id']}/antwoorden", {"uitkomst": "geweigerd", "toelichting": "geen plek"}, 409
    )

    assert "geweigerde afspraak vervangen" in problem["detail"]
    assert DutyKind.ACCEPT_COMMITMENT in await story.open_kinds()


async def behind_everybodys_back(db: Databases, house: AHouse, kind: str) -> None:
    """A policy from before this was refused."""
    term = {kind: {"unit": "working_hours", "amount": 1500}}
    body = json.dumps({"opens": "09:00", "closes": "09:01", "terms": term})
    await db.run(
        "INSERT INTO house_policy (house_id, version, body, set_at) VALUES (:house, 1, CAST(:body AS jsonb), now())",
        house=house.id, body=body,
    )  # fmt: skip
