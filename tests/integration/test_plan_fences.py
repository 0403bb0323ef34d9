"""What of a plan is kept from somebody leaves no trace: in decisions, numbers, packages and what waits for what."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from models.casebook import plans
from models.lookups import cases, decisions, plan
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.everything import reveal
from tests.factories import Story, a_case, a_house
from tests.integration.test_action_plan import added, clashing, owed, told, two_cases, where
from tests.integration.test_api_plan import commitment_of, in_days, pledge


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    """A plan in execution: the police supervise, the ggz does an intake."""
    return await a_case(db.web, door.house, Phase.MONITORING)


async def later(door: Door, story: Story, commitment: str, days: int = 60, **more: Any) -> str:
    """A small change: another day for a commitment. Answers the decision."""
    day = (await in_days(story, days)).date().isoformat()
    body = {"soort": "kleine_wijziging", "toelichting": "wachtlijst", "afspraak": commitment, "uiterlijk": day} | more
    return str((await door.post("regisseur", where(story, "besluiten"), body))["id"])


async def apart(door: Door, story: Story) -> str:
    """A commitment of the ggz that is kept from the police."""
    politie = str(door.house.organisations["politie"])
    [made] = await added(door, story, await pledge(story, "ggz", tekst="schuilplaats", nietVoor=[politie]))
    return made


async def listed(door: Door, story: Story, who: str) -> set[str]:
    return {one["id"] for one in (await door.get(who, where(story, "besluiten"), paginaGrootte=100))["resultaten"]}


async def test_a_decision_about_a_commitment_is_for_who_may_know_of_it(door: Door, story: Story) -> None:
    decision = await later(door, story, await apart(door, story))
    wrong = {"soort": "herstellen", "toelichting": "verkeerde dag", "besluit": decision}
    corrected = (await door.post("regisseur", where(story, "besluiten"), wrong))["id"]

    for who, knows in (("politie", False), ("gemeente", True), ("ggz", True), ("regisseur", True), ("manager", True)):
        assert ({decision, corrected} <= await listed(door, story, who)) is knows, who
    for one in (decision, corrected):
        await door.refused("politie", where(story, f"besluiten/{one}"), None, 404, "GET")


async def test_the_first_fence_alone_keeps_it_too(own_db: Databases) -> None:
    """For who sees every row nothing is kept by the database."""
    house = await a_house(own_db.owner)
    story = await a_case(own_db.web, house, Phase.MONITORING)
    async with story.acting("regisseur") as work:
        kept = story.pledge(work, "ggz", "schuilplaats", excluded=story.organisations("politie"))
        [made] = await plans.add_commitments(work, story.case_id, (kept,))
        day = (work.now + timedelta(days=60)).date()
    await story.decide("regisseur", D.SMALL_CHANGE, commitment_id=made.id, due_on=day)
    await reveal(own_db)

    for who, knows in (("politie", False), ("gemeente", True), ("ggz", True), ("regisseur", True)):
        async with unit_of_work(house.actors[who], own_db.owner) as work:
            _case, facts = await cases.seen(work, story.case_id)
            kinds = {one.decision.kind for one in await decisions.taken(work, story.case_id, facts)}
            counted = (await plan.versions(work, story.case_id, facts))[0].version
        assert (D.SMALL_CHANGE in kinds, counted) == ((True, 3) if knows else (False, 1)), who


async def test_the_numbers_of_the_plan_do_not_tell_of_a_change_that_is_kept(door: Door, story: Story) -> None:
    hidden = await apart(door, story)
    await later(door, story, hidden)
    mine = (await commitment_of(door, story, "ggz"))["id"]
    await later(door, story, mine, 50)

    seen = {who: await door.get(who, where(story, "plan")) for who in ("politie", "gemeente", "regisseur")}
    numbers = {who: [one["versie"] for one in plan["versies"]] for who, plan in seen.items()}
    cases_ = {who: (await door.get(who, f"/casussen/{story.case_id}"))["planVersie"] for who in (*seen, "manager")}
    [fresh] = await added(door, story, await pledge(story, "politie", tekst="vaker langs"))

    assert numbers == {"politie": [2, 1], "gemeente": [4, 3, 2, 1], "regisseur": [4, 3, 2, 1]}
    assert {who: plan["versie"] for who, plan in seen.items()} == {"politie": 2, "gemeente": 4, "regisseur": 4}
    assert cases_ == {"politie": 2, "gemeente": 4, "regisseur": 4, "manager": 4}
    assert [one["sinds"] for one in seen["politie"]["versies"]] == [
        seen["regisseur"]["versies"][n]["sinds"] for n in (0, 3)
    ]  # fmt: skip
    assert {who: (await told(door, story, who))[fresh]["planVersie"] for who in seen} == {
        "politie": 3, "gemeente": 5, "regisseur": 5,
    }  # fmt: skip


async def test_a_plan_that_is_adopted_again_is_a_version_for_everybody(door: Door, story: Story) -> None:
    """Also for who sees nothing change: that it was adopted is known to all who are involved."""
    await apart(door, story)
    before = (await door.get("politie", where(story, "plan")))["versie"]

    await story.decide(
        "regisseur", D.ADJUST, criteria_met=True, necessity="nog nodig", deciders=(story.house.person("politie"),)
    )
    await story.convene()
    await story.record()
    await story.adopt()

    assert (await door.get("politie", where(story, "plan")))["versie"] == before + 1


# Handing over


async def test_nobody_is_handed_a_commitment_that_is_kept_from_them(door: Door, story: Story) -> None:
    hidden = await apart(door, story)
    await story.decide("politie", D.SCALE_DOWN)
    open_ = [one for one in (await told(door, story)) if one != hidden]
    handed = [{"afspraak": one, "wijze": "overgedragen"} for one in open_]
    police, care = map(str, story.organisations("politie", "ggz"))

    both = [*handed, {"afspraak": hidden, "wijze": "overgedragen"}]
    path = where(story, "overdrachten")
    refused = await door.refused("regisseur", path, {"ontvanger": police, "afspraken": both}, 400)
    await door.post("regisseur", path, {"ontvanger": care, "afspraken": both})
    dropped = [*handed, {"afspraak": hidden, "wijze": "vervalt", "toelichting": "niet meer nodig"}]
    await door.post("regisseur", path, {"ontvanger": police, "afspraken": dropped})

    assert [one["veld"] for one in refused["velden"]] == [f"afspraken[{len(handed)}].afspraak"]
    assert "niet voor de ontvanger" in refused["velden"][0]["melding"]
    shown = (await door.get("politie", where(story, "overdrachten")))["resultaten"]
    assert hidden not in str(shown)


async def test_a_commitment_goes_to_no_owner_it_is_kept_from(door: Door, story: Story) -> None:
    hidden = await apart(door, story)
    body = {"soort": "kleine_wijziging", "toelichting": "anders verdeeld", "afspraak": hidden}
    police, town = map(str, story.organisations("politie", "gemeente"))

    refused = await door.refused("regisseur", where(story, "besluiten"), body | {"organisaties": [police]}, 400)
    await door.post("regisseur", where(story, "besluiten"), body | {"organisaties": [town]})

    assert [one["veld"] for one in refused["velden"]] == ["organisaties"]
    assert (await told(door, story))[hidden]["organisatie"]["id"] == town


# What waits for what


async def test_what_replaces_a_commitment_is_read_by_who_reads_what_waits_for_it(door: Door, story: Story) -> None:
    first, _waits = await added(
        door, story, await pledge(story, "ggz"), await pledge(story, "gemeente", wachtOpNieuwe=[1])
    )
    police = str(door.house.organisations["politie"])
    instead = await pledge(story, "ggz", tekst="schuilplaats", vervangt=first)

    refused = await door.refused("regisseur", where(story), {"afspraken": [instead | {"nietVoor": [police]}]}, 400)
    [made] = await added(door, story, instead)
    narrow = await pledge(story, "ggz", vervangt=made, alleenVoor=[str(door.house.organisations["ggz"])])
    again = await door.refused("regisseur", where(story), {"afspraken": [narrow]}, 400)

    for problem in (refused, again):
        assert [one["veld"] for one in problem["velden"]] == ["afspraken[0].vervangt"]


async def test_a_new_owner_reads_what_the_commitment_waits_for(door: Door, story: Story) -> None:
    town, police = map(str, story.organisations("gemeente", "politie"))
    _first, waits = await added(
        door, story, await pledge(story, "ggz", alleenVoor=[town]),
        await pledge(story, "gemeente", alleenVoor=[town], wachtOpNieuwe=[1]),
    )  # fmt: skip
    body = {"soort": "kleine_wijziging", "toelichting": "anders verdeeld", "afspraak": waits, "organisaties": [police]}

    refused = await door.refused("regisseur", where(story, "besluiten"), body, 400)

    assert [one["veld"] for one in refused["velden"]] == ["organisaties"]


# Plans that contradict each other


async def test_what_a_participant_links_is_searched_without_showing_them_anything(door: Door, db: Databases) -> None:
    one, other = await two_cases(door, db)
    [link] = (await door.get("gemeente", where(one, "samenhangen")))["resultaten"]
    await door.post("gemeente", f"/samenhangen/{link['id']}/beeindigingen", {"toelichting": "nog niet"}, 204)
    await clashing(door, db)
    ban = await pledge(one, "politie", tekst="niet bij de woning", domein=None, interventie="contactverbod")
    therapy = await pledge(other, "ggz", tekst="samen in gesprek", domein=None, interventie="systeemtherapie")
    await door.post("regisseur", where(one), {"afspraken": [ban]})
    await door.post("regisseur2", where(other), {"afspraken": [therapy]})
    test = {"kring": "moeder en zoon", "afhankelijkheid": "haar hulp en zijn gedrag", "noodzaak": "één aanpak"}

    answer = await door.call("POST", where(one, "samenhangen"), "gemeente", json=test | {"casus": str(other.case_id)})
    assert answer.status_code == 201
    assert (len(await owed(one)), len(await owed(other))) == (1, 1)
    [seen] = (await door.get("regisseur", where(one, "conflicten")))["resultaten"]
    assert (seen["gevondenDoor"], seen["andereCasus"]["id"]) == ("regel", str(other.case_id))
    assert (await door.get("gemeente", where(one, "conflicten")))["resultaten"] == []
    assert answer.json().keys() == {"id"}
    assert await marked_by(db, one) == [door.house.person("gemeente")]


async def marked_by(db: Databases, story: Story) -> list[UUID]:
    """Who the log says marked it."""
    async with db.engine.engine.connect() as connection:
        found = await connection.scalars(
            text("SELECT person_id FROM audit_line WHERE case_id = :case AND action = 'tegenstrijdigheid gemarkeerd'"),
            {"case": story.case_id},
        )  # fmt: skip
        return list(found)
