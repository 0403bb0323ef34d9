"""The other roads: advice, the short track, a rejected report that is erased, and a worker that dies on the way."""

import signal

import pytest

from tests.acceptance import steps
from tests.acceptance.world import World

pytestmark = pytest.mark.acceptance

REPORT_TABLES = ("cases", "visit", "duty", "rung", "answer", "decision", "history", "journal_entry", "involvement")


async def test_advice_is_given_and_followed_up_by_a_call(world: World) -> None:
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    await world.decide("om", case_id, "advies_geven")
    advice = "betrek het wijkteam en plan een gesprek"
    await world.answer("triagist", case_id, "advies_uitbrengen", "uitgebracht", toelichting=advice)

    refused = await world.decide("triagist", case_id, "advies_afronden", expect=409)
    assert "nabellen" in refused["detail"]

    await world.pass_days(28)
    await world.answer("triagist", case_id, "nabellen", "gebeld")
    await world.decide("triagist", case_id, "advies_afronden")
    await world.settled()
    assert await world.phase(case_id) == "afgesloten"
    assert world.mailed("politie").count("Er is een uitkomst op uw aanmelding") >= 2


async def test_the_short_track_goes_to_agreements_without_a_meeting(world: World) -> None:
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    await steps.judged(world, case_id)
    involved = steps.organisation(world, "politie", "gemeente")
    await world.decide("om", case_id, "korte_route", organisaties=involved)
    await world.decide("manager", case_id, "procesregisseur_toewijzen", persoon=steps.person(world, "regisseur"))
    due = (await world.now()).date().replace(year=2027).isoformat()
    agreed = {"organisatie": involved[1], "domein": "zorg", "tekst": "gesprek aan huis", "uiterlijk": due}
    await world.post("regisseur", f"/casussen/{case_id}/afspraken", {"afspraken": [agreed]})
    await world.settled()
    assert "Uw antwoord wordt gevraagd" in world.mailed("gemeente")

    await world.answer("gemeente", case_id, "afspraak_aanvaarden", "aanvaard")

    assert await world.phase(case_id) == "monitoring"
    assert (await world.get("regisseur", f"/casussen/{case_id}/overleggen"))["resultaten"] == []


async def test_an_unanswered_plan_goes_on_after_five_working_days_with_who_answered(world: World) -> None:
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    await steps.admitted(world, case_id)
    await steps.prepared(world, case_id)
    await steps.conferred(world, case_id)
    assert await world.phase(case_id) == "plan"

    await world.pass_days(9)

    assert await world.phase(case_id) == "monitoring"
    taken = (await world.get("regisseur", f"/casussen/{case_id}/besluiten"))["resultaten"]
    by_rule = next(one for one in taken if one["soort"] == "plan_rond")
    assert by_rule["aanleiding"] == "de termijn om te antwoorden is voorbij"
    assert "afspraak_aanvaarden" in {one["soort"] for one in await world.duties("regisseur", case_id)}


async def test_a_rejected_report_is_erased_on_its_day_and_only_a_count_stays(world: World) -> None:
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    await world.decide("om", case_id, "afwijzen", toelichting="de lokale aanpak is nog niet benut")
    await world.pass_days(29)
    assert await world.phase(case_id, "politie") == "afgesloten"

    await world.pass_days(2)

    for key in ("triagist", "politie"):
        assert (await world.client(key).get(f"/casussen/{case_id}")).status_code == 404
    for table in REPORT_TABLES:
        column = "id" if table == "cases" else "case_id"
        assert await world.rows(f"SELECT 1 FROM {table} WHERE {column} = :case", case=case_id) == [], table
    erased = await world.rows("SELECT outcome FROM erased_report", as_operator=True)
    assert [one.outcome for one in erased].count("afgewezen") == 1
    listed = (await world.get("triagist", "/casussen"))["resultaten"]
    assert case_id not in {one["id"] for one in listed}


async def test_a_killed_worker_is_started_again_and_the_case_goes_on(world: World) -> None:
    case_id = await steps.reported(world)
    worker = world.stack.workers[0]

    worker.signal(signal.SIGKILL)
    await world.decide("triagist", case_id, "compleet_verklaren")
    await world.settled()

    assert worker.starts > 1
    assert world.mailed("gemeente").count("Uw antwoord wordt gevraagd") >= 1
    doubled = await world.rows("SELECT key FROM outbox GROUP BY key HAVING count(*) > 1")
    assert doubled == []
