"""S2: a person with confused behaviour. Urgent: admitted the same day by one public participant, by phone; 48 hours."""

from datetime import timedelta

import pytest

from tests.acceptance import steps
from tests.acceptance.world import World

pytestmark = pytest.mark.acceptance


async def test_an_urgent_report_is_admitted_the_same_day_and_meets_within_48_hours(world: World) -> None:
    case_id = await steps.reported(world, spoed=True)
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
    meeting = await world.duty("triagist", case_id, "overleg_houden")
    assert steps.moment(meeting["uiterlijk"]) - await world.now() <= timedelta(hours=48)


async def test_informing_is_postponed_and_asked_again_on_the_day_named(world: World) -> None:
    case_id = await steps.reported(world, spoed=True)
    await steps.screened(world, case_id)
    await steps.admitted(world, case_id)
    await steps.prepared(world, case_id, in_days=1.5)
    again = await world.now() + timedelta(days=7)
    why = "veiligheid van omwonenden; politie, UAVG 41"
    await world.answer(
        "politie", case_id, "betrokkene_informeren", "uitgesteld", toelichting=why, hertoetsOp=again.isoformat()
    )

    await world.move_to(again + timedelta(days=4))  # past a weekend: nobody is reminded on a Sunday

    recheck = await world.duty("politie", case_id, "uitstel_informeren_hertoetsen")
    assert "due" in await world.told("politie", recheck["id"])
    open_ = {one["soort"] for one in await world.duties("politie", case_id)}
    assert "betrokkene_informeren" not in open_


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
