"""What careless use found: ladders that remind twice, a case on hold, a deputy who leads, an act that cannot be yet."""

from datetime import timedelta

from models.ladder import Step
from models.stalled import STOPS_ON_HOLD
from models.transactions import unit_of_work
from models.words import DecisionKind, DutyKind, Phase
from tests.behind import behind
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.factories import a_case, a_lead, with_more_people
from tests.integration.test_absence import away
from tests.integration.test_corrections import phoned, told
from tests.integration.test_unblocking import EXHAUSTED, SPENT, a_colleague, causes, deeds, exhausted

TWICE = [
    {"trede": "due", "na": 0}, {"trede": "overdue", "na": 2}, {"trede": "overdue", "na": 4},
    {"trede": "partner_manager", "na": 6}, {"trede": "manager", "na": 8},
]  # fmt: skip


async def ladders(door: Door, *kinds: DutyKind) -> None:
    """The house reminds twice of what is late."""
    answer = await door.call(
        "PUT", f"/huizen/{door.house.id}/beleid", "manager", json={"ladders": dict.fromkeys(kinds, TWICE)},
        headers={"If-Match": '"0"'},
    )  # fmt: skip
    assert answer.status_code == 204, answer.text


async def test_a_ladder_that_reminds_twice_does_so_again_of_a_duty_that_is_assigned(door: Door, db: Databases) -> None:
    await ladders(door, DutyKind.COMMITMENT)
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id, colleague = await exhausted(db, story), await a_colleague(db, door)

    body = {"persoon": str(colleague), "reden": "werkdruk"}
    await door.post("regisseur", f"/taken/{duty_id}/toewijzingen", body, status=204)

    duty = next(one for one in await story.duties(DutyKind.COMMITMENT) if one.id == duty_id)
    assert sorted((one.step, one.nth) for one in await story.armed(duty)) == [
        (Step.MANAGER, 1), (Step.OVERDUE, 1), (Step.OVERDUE, 2), (Step.PARTNER_MANAGER, 1),
    ]  # fmt: skip


async def test_who_leads_at_the_house_is_no_step_of_a_duty_of_the_house(door: Door, db: Databases) -> None:
    await ladders(door, DutyKind.JUDGE_CRITERIA)
    story = await a_case(db.web, door.house, Phase.SCREENING)
    duty, colleague = await story.duty(DutyKind.JUDGE_CRITERIA), await a_colleague(db, door, "triagist")
    await behind(db, EXHAUSTED, id=duty.id)
    await behind(db, SPENT, id=duty.id)

    body = {"persoon": str(colleague), "reden": "werkdruk"}
    await door.post("manager", f"/taken/{duty.id}/toewijzingen", body, status=204)

    assert {one.step for one in await story.armed(duty)} == {Step.OVERDUE, Step.MANAGER}


async def test_nobody_is_reminded_of_a_term_that_stands_still(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    async with unit_of_work(door.house.actors["regisseur"], db.web) as work:
        until = work.now + timedelta(days=3)
    await story.decide("regisseur", DecisionKind.HOLD, until=until)
    found = (await door.get("regisseur", f"/casussen/{story.case_id}/taken"))["resultaten"]
    still = next(one for one in found if one["soort"] in STOPS_ON_HOLD)
    runs = next(one for one in found if one["soort"] == DutyKind.COMMITMENT)
    before = await rows(db, door.house)

    refused = await door.refused("regisseur", f"/taken/{still['id']}/herinneringen", None, 409)

    assert "opgeschort" in refused["detail"]
    assert await rows(db, door.house) == before
    await door.post("regisseur", f"/taken/{runs['id']}/herinneringen", status=204)


async def test_who_stands_in_for_the_regisseur_unblocks_and_extends_as_she_does(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id, colleague = await exhausted(db, story), await a_colleague(db, door)
    offered = deeds((await causes(door, story))[0])
    progress = next(
        one for one in (await door.get("regisseur", f"/casussen/{story.case_id}/taken"))["resultaten"]
        if one["soort"] == DutyKind.PROGRESS
    )  # fmt: skip
    assign = f"/taken/{duty_id}/toewijzingen", {"persoon": str(colleague), "reden": "afwezig"}
    extend = f"/taken/{progress['id']}/verlengingen", {"aantal": 1, "reden": "vakantie"}
    for path, body in (assign, extend):
        await door.refused("regisseur2", path, body, 403)

    await away(door, db, "regisseur", "regisseur2")

    assert deeds((await causes(door, story, "regisseur2"))[0]) == offered
    await door.post("regisseur2", *assign, status=204)
    await door.post("regisseur2", *extend)
    await door.post("regisseur2", *extend)


async def test_escalating_is_not_offered_before_the_term_is_over(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    await away(door, db, "ggz")

    absent = [one for one in await causes(door, story) if one["soort"] == "eigenaar_afwezig"]

    assert absent
    for one in absent:
        runs = (await door.get("regisseur", f"/taken/{one['taak']}"))["teLaat"] is False
        assert runs
        assert "escaleren" not in deeds(one)
        await door.refused("regisseur", f"/taken/{one['taak']}/escalaties", {"aan": "manager"}, 409)


async def test_who_reads_no_case_is_no_deputy_of_a_contact(door: Door, db: Databases) -> None:
    await with_more_people(db.owner, door.house)
    await a_lead(db.owner, door.house, "ggz")

    for nobody in ("secretariaat", "leiding_ggz"):
        answer = await away(door, db, "ggz", nobody)
        assert answer.status_code == 400
        assert "geen contactpersoon" in answer.text
    assert (await away(door, db, "ggz", "psychiater")).status_code == 204


async def test_nobody_is_told_to_extend_with_more_than_can_be(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty = await story.duty(DutyKind.PROGRESS)
    moved = "UPDATE duty SET anchor = anchor - interval '90 days', due_at = due_at - interval '90 days' WHERE id = :id"
    await behind(db, moved, id=duty.id)

    for amount, advice in ((2, "verleng met meer"), (5, "meer kan niet")):
        body = {"aantal": amount, "reden": "drukte"}
        refused = await door.refused("regisseur", f"/taken/{duty.id}/verlengingen", body, 400)
        assert refused["velden"][0]["melding"].endswith(advice)


async def test_who_stands_in_hears_that_a_phone_answer_was_corrected(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id = await phoned(door, story, DutyKind.COMMITMENT, "gereed")
    await away(door, db, "regisseur", "regisseur2")

    await door.post("ggz", f"/taken/{duty_id}/correcties", {"uitkomst": "niet_gelukt", "toelichting": "het lukte niet"})

    assert [one.recipient_id for one in await told(db, story)] == [door.house.person("regisseur2")]
