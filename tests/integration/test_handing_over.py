"""Scaling down: a package the receiver accepts itself, when to report again, a watch with an end, and raising."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.casebook import policies
from models.casebook.frame import open_frame
from models.clocks import Unit
from models.lookups import cases
from models.policy import EscalationLevel, Term
from models.refusals import GateOpen, InvalidFields, NotAllowed, NotPossible
from models.tables.meetings import Commitment
from models.words import CommitmentState, DutyKind, EscalatedTo, Phase
from models.words import DecisionKind as D
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case, a_report
from tests.integration.test_workplace import signed_in

CRITERIA = {
    "criteria": [
        {"criterium": "weer dreiging tegen de buren", "watTeDoen": "meld opnieuw", "wieBellen": "wijkagent Jansen"}
    ]
}


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    """A case that is scaled down; the police watches and the ggz treats."""
    return await a_case(db.web, door.house, Phase.CLOSING)


async def pledged(story: Story) -> list[Commitment]:
    return await story.all(Commitment)


async def package(story: Story, **facts: Any) -> dict[str, Any]:
    """The commitment of the ggz is handed over to itself, that of the police is dropped."""
    police = story.house.organisations["politie"]
    lines = [
        {"afspraak": str(one.id), "wijze": "vervalt", "toelichting": "niet meer nodig"}
        if one.organisation_id == police else {"afspraak": str(one.id), "wijze": "overgedragen"}
        for one in await pledged(story)
    ]  # fmt: skip
    return {"ontvanger": str(story.house.organisations["ggz"]), "afspraken": lines} | facts


async def offered(door: Door, story: Story, **facts: Any) -> Any:
    path = f"/casussen/{story.case_id}/overdrachten"
    return await door.call("POST", path, "regisseur", json=await package(story, **facts))


async def handovers(door: Door, story: Story) -> list[dict[str, Any]]:
    return list((await door.get("regisseur", f"/casussen/{story.case_id}/overdrachten"))["resultaten"])


async def wrong(answer: Any) -> set[str]:
    assert answer.status_code == 400, answer.text
    return {one["veld"] for one in answer.json()["velden"]}


async def test_the_receiver_accepts_and_no_commitment_is_left_open(door: Door, story: Story) -> None:
    assert (await offered(door, story)).status_code == 201
    assert DutyKind.HANDOVER in await story.open_kinds()

    await story.answer("ggz", DutyKind.ACCEPT_HANDOVER, "aanvaard")

    states = {one.organisation_id: one.state for one in await pledged(story)}
    police, ggz = story.organisations("politie", "ggz")
    assert states == {police: CommitmentState.DROPPED, ggz: CommitmentState.HANDED_OVER}
    kinds = await story.open_kinds()
    assert {DutyKind.HANDOVER, DutyKind.ACCEPT_HANDOVER, DutyKind.COMMITMENT}.isdisjoint(kinds)
    assert (await handovers(door, story))[0]["aanvaard"] is True


async def test_refused_it_is_back_with_the_regisseur_who_has_the_time_to_arrange_it(door: Door, story: Story) -> None:
    await offered(door, story)
    before = await story.duty(DutyKind.HANDOVER)
    with pytest.raises(InvalidFields, match="toelichting"):
        await story.answer("ggz", DutyKind.ACCEPT_HANDOVER, "geweigerd")

    await story.answer("ggz", DutyKind.ACCEPT_HANDOVER, "geweigerd", note="geen plek tot mei")

    after = await story.duty(DutyKind.HANDOVER)
    assert (after.ended_as, after.due_version) == (None, before.due_version + 1)
    assert (await handovers(door, story))[0]["redenWeigering"] == "geen plek tot mei"
    assert [one.state for one in await pledged(story)] == [CommitmentState.PLEDGED] * 2
    assert (await offered(door, story)).status_code == 201


async def test_only_the_receiver_accepts_also_not_by_phone(door: Door, story: Story) -> None:
    await offered(door, story)
    async with story.acting("regisseur") as work:
        called = {"spoke_to": "de behandelaar", "spoke_at": work.now}

    with pytest.raises(NotAllowed):
        await story.answer("regisseur", DutyKind.ACCEPT_HANDOVER, "aanvaard", **called)
    with pytest.raises(NotAllowed):
        await story.answer("politie", DutyKind.ACCEPT_HANDOVER, "aanvaard")
    with pytest.raises(NotPossible, match="overdrachtspakket"):
        await story.answer("regisseur", DutyKind.HANDOVER, "aanvaard", note="zeggen ze")


async def test_of_every_open_commitment_it_is_said_what_becomes_of_it(door: Door, story: Story) -> None:
    whole = (await package(story))["afspraken"]
    silent = [one | {"wijze": "vervangen", "toelichting": " "} for one in whole]

    assert await wrong(await offered(door, story, afspraken=whole[:1])) == {"afspraken"}
    assert await wrong(await offered(door, story, afspraken=[*whole, whole[0]])) == {"afspraken"}
    assert "afspraken[0].toelichting" in await wrong(await offered(door, story, afspraken=silent))
    assert await handovers(door, story) == []


async def test_who_is_not_involved_is_no_receiver(door: Door, story: Story) -> None:
    other = str(story.house.organisations["reclassering"])

    assert await wrong(await offered(door, story, ontvanger=other)) == {"ontvanger"}
    assert await wrong(await offered(door, story, ontvanger=None)) == {"ontvanger"}


async def test_information_goes_with_it_that_the_receiver_may_read_and_no_other(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    item = {"categorie": "zorg", "tekst": "stabiel"}
    path = f"/casussen/{story.case_id}/informatie"
    for_all = (await door.post("politie", path, item))["id"]
    kept = (await door.post("politie", path, item | {"nietVoor": [str(door.house.organisations["ggz"])]}))["id"]
    await story.decide("politie", D.SCALE_DOWN)

    assert await wrong(await offered(door, story, informatie=[kept])) == {"informatie"}
    assert (await offered(door, story, informatie=[for_all])).status_code == 201


async def test_outside_pols_acceptance_is_noted_by_name_and_date_and_no_information_goes(
    door: Door, story: Story
) -> None:
    outside = {"ontvanger": None, "ontvangerBuitenPols": "Wijkteam Noord"}
    by = {"aanvaardDoor": "W. Wijk", "aanvaardOp": "2026-01-05"}

    assert await wrong(await offered(door, story, **outside)) == {"aanvaardDoor", "aanvaardOp"}
    item = str(story.case_id)
    assert await wrong(await offered(door, story, **outside, **by, informatie=[item])) == {"informatie"}
    assert (await offered(door, story, **outside, **by)).status_code == 201

    [found] = await handovers(door, story)
    assert (found["aanvaardDoor"], found["aanvaardOp"], found["aanvaard"]) == ("W. Wijk", "2026-01-05", True)
    assert DutyKind.HANDOVER not in await story.open_kinds()


async def test_without_a_receiver_what_is_open_is_dropped(story: Story) -> None:
    await story.answer("regisseur", DutyKind.HANDOVER, "niet_nodig")

    assert [one.state for one in await pledged(story)] == [CommitmentState.DROPPED] * 2


# When to report again


async def closed(story: Story) -> None:
    for who, kind, outcome in (
        ("regisseur", DutyKind.FINAL_EVALUATION, "gedaan"), ("regisseur", DutyKind.HANDOVER, "niet_nodig"),
        ("regisseur", DutyKind.CLOSING_LETTER, "verzonden"), ("politie", DutyKind.INFORM_PERSON, "geinformeerd"),
    ):  # fmt: skip
        await story.answer(who, kind, outcome, note="vastgelegd")
    await story.decide("om", D.CLOSE)


async def test_criteria_are_a_list_that_is_shielded_with_the_case(door: Door, story: Story) -> None:
    path = f"/casussen/{story.case_id}/heraanmeldcriteria"
    assert (await door.call("PUT", path, "regisseur", json=CRITERIA)).status_code == 204
    assert DutyKind.REREFERRAL_CRITERIA not in await story.open_kinds()
    assert (await door.get("ggz", path))["resultaten"] == CRITERIA["criteria"]

    await closed(story)

    for who in ("regisseur", "triagist", "ggz", "politie"):
        assert (await door.get(who, path))["resultaten"] == []


async def test_who_screens_a_new_report_sees_that_there_are_criteria_and_not_which(
    door: Door, story: Story, db: Databases
) -> None:
    path = f"/casussen/{story.case_id}/heraanmeldcriteria"
    await door.call("PUT", path, "regisseur", json=CRITERIA)
    again = await a_report(db.web, door.house)
    assert (await door.get("triagist", f"/casussen/{again.case_id}/heraanmeldcriteria"))["eerdereCriteria"] is False
    await closed(story)

    told = await door.get("triagist", f"/casussen/{again.case_id}/heraanmeldcriteria")

    assert told == {"resultaten": [], "eerdereCriteria": True}
    for who in ("manager", "regisseur", "politie"):
        assert (await door.get(who, f"/casussen/{again.case_id}/heraanmeldcriteria"))["eerdereCriteria"] is False
    async with signed_in(db, door.house, "triagist") as client:
        page = (await client.get(f"/casussen/{again.case_id}")).text
    assert "Er zijn heraanmeldcriteria" in page
    assert "dreiging tegen de buren" not in page


async def test_criteria_said_in_words_are_the_list(door: Door, story: Story) -> None:
    await story.answer("regisseur", DutyKind.REREFERRAL_CRITERIA, "gedaan", note="weer overlast")

    [found] = (await door.get("regisseur", f"/casussen/{story.case_id}/heraanmeldcriteria"))["resultaten"]
    assert found["criterium"] == "weer overlast"


# A watch


async def test_an_involved_participant_keeps_watch_and_signals(door: Door, story: Story) -> None:
    until = (await story.facts()).last_event_at + timedelta(days=60)
    await story.decide("om", D.START_WATCH, reason="let op de woning", until=until,
                       organisations=story.organisations("ggz"))  # fmt: skip
    seen = {
        who: (await door.get(who, f"/casussen/{story.case_id}/waakvlammen"))["resultaten"]
        for who in ("om", "ggz", "triagist")
    }
    assert [one["waarop"] for one in seen["om"] + seen["ggz"]] == ["let op de woning"] * 2
    assert seen["triagist"] == []

    await story.answer("ggz", DutyKind.WATCH, "signaal", note="ruit ingegooid")

    [found] = (await door.get("regisseur", f"/casussen/{story.case_id}/waakvlammen"))["resultaten"]
    assert (found["signaal"], found["beeindigdOp"] is None) == (True, False)
    assert DutyKind.INCIDENT in await story.open_kinds()


async def test_a_watch_has_an_end_and_a_watcher_of_the_case(story: Story) -> None:
    now = (await story.facts()).last_event_at
    with pytest.raises(InvalidFields, match="datum"):
        await story.decide("om", D.START_WATCH, until=now + timedelta(days=200))
    with pytest.raises(InvalidFields, match="organisaties"):
        await story.decide(
            "om", D.START_WATCH, until=now + timedelta(days=20), organisations=story.organisations("reclassering")
        )


# Raising what is stuck


async def raised(door: Door, story: Story, **body: Any) -> Any:
    path = f"/casussen/{story.case_id}/escalaties"
    return await door.call("POST", path, "regisseur", json={"reden": "al drie weken geen woning"} | body)


async def escalations(door: Door, story: Story) -> list[dict[str, Any]]:
    return list((await door.get("regisseur", f"/casussen/{story.case_id}/escalaties"))["resultaten"])


async def test_the_second_level_is_the_managers_within_a_day_by_the_clock(door: Door, story: Story) -> None:
    pledge = str((await pledged(story))[0].id)

    assert (await raised(door, story, afspraak=pledge, trede=2)).status_code == 201

    owed = await story.duty(DutyKind.ESCALATION)
    assert (owed.owner_role, owed.owner_person_id) == ("manager", None)
    assert owed.due_at - owed.opened_at == timedelta(hours=24)
    await story.answer("manager", DutyKind.ESCALATION, "beantwoord", note="hotelkamer voor een week")
    [found] = await escalations(door, story)
    assert (found["naam"], found["uitkomst"], found["antwoord"]) == (
        "managers", "beantwoord", "hotelkamer voor een week",
    )  # fmt: skip
    lines = await door.get("ggz", f"/casussen/{story.case_id}/tijdlijn")
    assert "Geëscaleerd naar trede 2: managers" in str(lines)


async def test_level_by_level_what_was_asked_below_is_over(door: Door, story: Story) -> None:
    for _ in range(3):
        assert (await raised(door, story)).status_code == 201
    beyond = await raised(door, story)
    assert beyond.status_code == 409

    found = await escalations(door, story)

    assert [(one["trede"], one["uitkomst"]) for one in found] == [(3, None), (2, "hoger"), (1, "hoger")]
    open_ = [one for one in await story.duties(DutyKind.ESCALATION) if one.ended_as is None]
    assert [one.owner_person_id for one in open_] == [story.house.person("regisseur")]
    assert await wrong(await raised(door, story, trede=1)) == {"trede"}


async def test_it_is_taken_back_when_it_solved_itself_and_holds_up_closing_until_then(door: Door, story: Story) -> None:
    made = (await raised(door, story)).json()["id"]
    with pytest.raises(GateOpen, match="escalatie beantwoorden"):
        await story.decide("om", D.CLOSE)

    path = f"/casussen/{story.case_id}/escalaties/{made}/intrekkingen"
    assert (await door.call("POST", path, "regisseur")).status_code == 204

    assert (await escalations(door, story))[0]["uitkomst"] == "ingetrokken"
    assert DutyKind.ESCALATION not in await story.open_kinds()
    assert (await door.call("POST", path, "regisseur")).status_code == 409


async def test_only_who_leads_the_case_raises_and_a_house_has_its_own_levels(door: Door, story: Story) -> None:
    path = f"/casussen/{story.case_id}/escalaties"
    for who in ("ggz", "triagist", "manager"):
        assert (await door.call("POST", path, who, json={"reden": "vast"})).status_code == 403
    level = EscalationLevel(
        name="driehoek", who=EscalatedTo.OUTSIDE, term=Term(unit=Unit.WORKING_DAYS, amount=2)
    )  # fmt: skip
    async with story.acting("beheerder") as work:
        version, policy = await cases.house_policy(work, story.house.id)
        own = policy.model_copy(update={"escalation_levels": (level,)})
        await policies.set_policy(work, story.house.id, version + 1, own)

    await raised(door, story)

    assert [one["naam"] for one in await escalations(door, story)] == ["driehoek"]
    assert (await raised(door, story)).status_code == 409


# The tables say it too


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE handover SET accepted = false, answered_at = now(), reason = ''", "refused_with_a_reason"),
        ("UPDATE handover SET answered_at = now()", "answered_at_a_moment"),
        ("UPDATE escalation SET ended_at = now()", "ends_one_way"),
    ],
)
async def test_the_tables_refuse_what_the_rules_refuse(door: Door, story: Story, statement: str, name: str) -> None:
    await offered(door, story)
    await raised(door, story)

    with pytest.raises((IntegrityError, DBAPIError), match=name):
        async with story.acting("regisseur") as work:
            await open_frame(work, story.case_id)
            await work.session.execute(text(f"{statement} WHERE case_id = :case"), {"case": story.case_id})


@pytest.mark.parametrize("table", ["handover", "handover_line", "rereferral_criterion", "watch", "escalation"])
async def test_nobody_outside_the_case_finds_a_row(door: Door, story: Story, table: str) -> None:
    await offered(door, story)
    await raised(door, story)
    await door.call("PUT", f"/casussen/{story.case_id}/heraanmeldcriteria", "regisseur", json=CRITERIA)
    until = (await story.facts()).last_event_at + timedelta(days=60)
    await story.decide("om", D.START_WATCH, until=until)
    found = {}
    for who in ("regisseur", "ggz", "reclassering", "triagist", "manager", "beheerder"):
        async with story.acting(who) as work:
            asked = text(f"SELECT count(*) FROM {table} WHERE case_id = :case")
            found[who] = await work.session.scalar(asked, {"case": story.case_id})

    assert found["regisseur"] == found["ggz"] > 0
    assert {found[who] for who in ("reclassering", "triagist", "manager", "beheerder")} == {0}
