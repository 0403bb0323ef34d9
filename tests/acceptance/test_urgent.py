"""S2: a person with confused behaviour. Urgent, by the sector's own message, from report to closure; then a relapse.

Every MUST NOT of the scenario is asserted. Left out: what happens outside Pols (the crisismaatregel, the exploratory
investigation, the request for a zorgmachtiging) and a request of the person to see or correct what is kept.
"""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.clocks import AMSTERDAM, WorkingCalendar
from tests.acceptance import steps
from tests.acceptance.world import World

pytestmark = pytest.mark.acceptance

WHY_LATER = "veiligheid van omwonenden; politie, UAVG 41"
SECRECY = "behandelrelatie; delen schaadt de hulpverlening"
DIAGNOSIS, RISK = "psychotische stoornis", "gevaar voor anderen als hij niet slaapt"


async def test_a_person_with_confused_behaviour_is_conducted_from_an_urgent_report_to_closure_and_reported_again(
    world: World,
) -> None:
    reported_at = await world.now()
    case_id = await steps.reported_by_message(world, "hendrik-1", spoed=True, acuutGevaar=True)
    await _admitted_the_same_day(world, case_id)
    await _met_within_48_hours(world, case_id)
    again = await _informing_postponed(world, case_id)
    await world.answer("ggz", case_id, "afspraak_aanvaarden", "aanvaard")
    assert await world.phase(case_id) == "monitoring"

    await _evaluated_every_two_weeks(world, case_id, again)
    await steps.scaled_down(world, case_id)
    await steps.closed(world, case_id)
    await world.settled()
    assert await world.phase(case_id) == "afgesloten"
    assert await world.now() - reported_at < timedelta(days=45)

    await _relapse_is_a_new_decision(world, case_id)


async def _admitted_the_same_day(world: World, case_id: str) -> None:
    """One public participant decides by phone; the triage officer registers it and who decided hears so."""
    await world.decide("triagist", case_id, "compleet_verklaren")
    admission = await world.duty("triagist", case_id, "over_toelating_beslissen")
    assert steps.moment(admission["uiterlijk"]) - await world.now() < timedelta(days=3)  # the end of a working day
    await steps.judged(world, case_id)
    await world.decide(
        "triagist", case_id, "in_procesregie_nemen", hoogRisico=True, toelichting="telefonisch besloten om 10:12",
        beslissers=[steps.person(world, "om")],
    )  # fmt: skip
    await world.settled()
    assert "Er is een besluit namens u vastgelegd" in world.mailed("om")


async def _met_within_48_hours(world: World, case_id: str) -> None:
    """The conference is held in time; mental care keeps its secret, and the others only see that nothing came."""
    meeting = await world.duty("triagist", case_id, "overleg_houden")
    assert steps.moment(meeting["uiterlijk"]) - await world.now() <= timedelta(hours=48)
    await steps.prepared(world, case_id, in_days=1.5)
    await world.answer("ggz", case_id, "informatie_aanleveren", "geweigerd", waarom="geheim", toelichting=SECRECY)
    for key in ("politie", "gemeente", "regisseur"):
        seen = [str(await world.get(key, f"/casussen/{case_id}/{what}")) for what in ("tijdlijn", "taken")]
        assert SECRECY not in str(seen)
        assert "geweigerd" not in str(seen)
    await _shared_on_good_care_only(world, case_id)
    await _no_neighbour_and_no_ranking(world, case_id)
    await steps.conferred(world, case_id)


async def _shared_on_good_care_only(world: World, case_id: str) -> None:
    """Step 4, and MUST NOT: a diagnosis is not visible to the police, nor to a corporation, which has no account."""
    path = f"/casussen/{case_id}/informatie"
    police = str(world.house.organisations["politie"])
    diagnosis = {"categorie": "gezondheid", "regime": "medisch", "tekst": DIAGNOSIS, "nietVoor": [police]}
    await world.post("ggz", path, diagnosis | {"doorbrekingsgrond": "goed_hulpverlenerschap"}, expect=400)
    reasoned = {"doorbrekingsgrond": "goed_hulpverlenerschap", "motiveringDoorbreking": "direct gevaar voor anderen"}
    await world.post("ggz", path, diagnosis | reasoned)
    await world.post("ggz", path, diagnosis | reasoned | {"tekst": RISK, "nietVoor": []})
    case = f"/casussen/{case_id}"
    shown = str([await world.get("politie", one) for one in (path, case, f"{case}/tijdlijn")])
    assert (RISK in shown, DIAGNOSIS in shown) == (True, False)
    assert DIAGNOSIS in str(await world.get("gemeente", path))
    assert "corporatie" not in world.house.tokens


async def _no_neighbour_and_no_ranking(world: World, case_id: str) -> None:
    """MUST NOT: the neighbour stored as a person with full categories; people ranked by the number of reports."""
    path = f"/casussen/{case_id}/informatie"
    about = {"categorie": "politiegegevens", "regime": "Wpg", "tekst": "werd met een mes bedreigd"}
    for wrong in ({"persoon": str(uuid4())}, {"beroepskracht": "de buurman"}):
        await world.post("politie", path, about | wrong, expect=400)
    known = (await world.get("regisseur", f"/casussen/{case_id}"))["betrokkenen"]
    assert [one["naam"] for one in known] == ["Hendrik B."]
    listed = (await world.get("regisseur", "/casussen"))["resultaten"]
    assert {name for one in listed for name in one if re.search("score|rang|risico", name.lower())} <= {"hoogRisico"}
    received = [one["gemeldOp"] for one in listed]
    assert received == sorted(received, reverse=True)


async def _informing_postponed(world: World, case_id: str) -> Any:
    """Telling the person is put off for safety, with a day on which it is looked at again."""
    again = await world.now() + timedelta(days=7)
    await world.answer(
        "politie", case_id, "betrokkene_informeren", "uitgesteld", toelichting=WHY_LATER, hertoetsOp=again.isoformat()
    )
    return again


async def _evaluated_every_two_weeks(world: World, case_id: str, again: Any) -> None:
    """High risk: every fourteen days; and on the day named it is asked again whether the person can be told."""
    for expected in (2, 3):
        before = await world.now()
        evaluation = await world.duty("regisseur", case_id, "evalueren")
        fortnight = before.astimezone(AMSTERDAM).date() + timedelta(days=14)
        due = steps.moment(evaluation["uiterlijk"]).astimezone(AMSTERDAM).date()
        assert due <= WorkingCalendar().add_working_days(fortnight, 0)  # the day itself, or the next working day
        await world.pass_days(13)
        await steps.evaluated(world, case_id, "doorgaan", by="politie")
        facts: dict[str, Any] = await world.get("regisseur", f"/casussen/{case_id}")
        assert facts["ronde"] == expected
        if expected == 2:
            recheck = await world.duty("politie", case_id, "uitstel_informeren_hertoetsen")
            assert steps.moment(recheck["uiterlijk"]).date() == again.date()
            assert "due" in await world.told("politie", recheck["id"])
            await world.answer("politie", case_id, "uitstel_informeren_hertoetsen", "geinformeerd")


async def _relapse_is_a_new_decision(world: World, case_id: str) -> None:
    """Within a year the person is reported again: nothing is reopened, it is judged anew under its own number."""
    refused = await world.decide("regisseur", case_id, "doorgaan", expect=409)
    assert refused["status"] == 409
    await world.pass_days(60)
    relapse = await steps.reported_by_message(world, "hendrik-2", spoed=True)
    assert relapse != case_id
    assert await world.phase(relapse, "politie") == "aanmelding"
    assert await world.phase(case_id, "politie") == "afgesloten"
    await world.decide("triagist", relapse, "compleet_verklaren")
    await steps.admitted(world, relapse)


async def test_an_incident_at_high_risk_is_judged_within_four_hours_and_the_regisseur_is_warned(world: World) -> None:
    case_id = await steps.reported(world, spoed=True)
    await steps.screened(world, case_id)
    await steps.admitted(world, case_id, hoogRisico=True)
    await steps.prepared(world, case_id, in_days=1.5)

    await world.decide("politie", case_id, "incident_melden", toelichting="nieuwe bedreiging")
    await world.settled()

    incident = await world.duty("regisseur", case_id, "incident_beoordelen")
    assert steps.moment(incident["uiterlijk"]) - await world.now() <= timedelta(hours=4)
    assert "Vandaag uw aandacht gevraagd" in world.mailed("regisseur")
    await world.answer("regisseur", case_id, "incident_beoordelen", "niets")
