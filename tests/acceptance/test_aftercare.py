"""S3: a man leaves prison without a house; one partner never answers, and everybody can see so.

The year is 2028: Easter Monday falls on 17 April and King's Day on Thursday 27 April, so that the ladder of a question
without an answer has to climb around both. What asks for information requests between houses is left out, and said.
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.actors import ENGINE, Actor
from models.casebook import setup
from models.clocks import AMSTERDAM
from models.transactions import unit_of_work
from models.words import OrganisationKind, Role
from tests.acceptance import steps
from tests.acceptance.world import World
from tests.everything import reveal
from tests.factories import FAR

pytestmark = pytest.mark.acceptance

TRIAGE = datetime(2028, 2, 28, 9, 30, tzinfo=AMSTERDAM)  #: eight weeks before the day of release
FIRST = datetime(2028, 3, 15, 14, 0, tzinfo=AMSTERDAM)
SECOND = datetime(2028, 4, 12, 14, 0, tzinfo=AMSTERDAM)
RELEASE = date(2028, 4, 26)
VICTIM = "Lindelaan 12 te Westerveen"

LEFT_OUT = (
    "the other house's supplier consents to sharing criminal data (asks for an information request between houses)",
    "what each partner supplies before a conference (asks for information requests)",
)
#: the ladder of the question that nobody answers, over Easter (17 April) and King's Day (27 April)
CLIMB = [
    ("remind", "Fri 14 Apr 09"), ("due", "Tue 18 Apr 17"), ("overdue", "Thu 20 Apr 09"), ("deputy", "Fri 21 Apr 09"),
    ("director", "Tue 25 Apr 09"), ("partner_manager", "Wed 26 Apr 09"), ("manager", "Mon 01 May 09"),
]  # fmt: skip


@pytest.mark.timeout(300)
async def test_an_ex_detainee_is_followed_over_his_release_and_the_partner_that_never_answers_is_chased(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await world.begin_at(TRIAGE)
    await _a_shelter(world)
    case_id = await _reported_and_taken_on(world)
    await _met_six_weeks_before(world, case_id)
    asked = await _met_two_weeks_before_without_the_shelter(world, case_id)
    await _chased_over_easter(world, case_id, asked)
    await _released_with_housing_in_the_red(world, case_id, asked)
    await _stalled_after_kings_day(world, case_id, asked)
    await _unblocked_with_one_click(world, case_id, asked)
    await _scaled_down_to_probation(world, case_id)
    await _never_told(world, VICTIM)
    await _nothing_copied(world, case_id)
    with capsys.disabled():
        print("\nS3, left out: " + "; ".join(LEFT_OUT))  # noqa: T201


async def _a_shelter(world: World) -> None:
    """A partner with two contacts, and somebody who leads there and has no access to any case."""
    people = (("opvang", Role.CONTACT), ("opvang2", Role.CONTACT), ("opvanghoofd", Role.PARTNER_LEAD))
    async with unit_of_work(ENGINE, world.databases.owner) as work:
        shelter = setup.add_organisation(work, world.house.id, "Opvang De Overkant", OrganisationKind.LID2)
        await work.session.flush()
        world.house.organisations["opvang"] = shelter.id
        for key, role in people:
            email = f"{key}@{world.house.slug}.example"
            person = setup.designate(work, shelter, key.title(), email, (role,), valid_until=FAR)
            await work.session.flush()
            world.house.tokens[key] = setup.issue_token(work, person, lasts=timedelta(days=4000))
            world.house.actors[key] = Actor(
                world.house.id, shelter.id, OrganisationKind.LID2, person.id, frozenset((role,))
            )


async def _reported_and_taken_on(world: World) -> str:
    """The municipality is stuck: no house in its own town, and he may not come near the victim there."""
    case_id = await steps.reported(
        world, by="gemeente", personen=[{"rol": "betrokkene", "naam": "Youssef K.", "bsn": "999990056"}],
        themas=["nazorg ex-gedetineerden"], reden="komt over acht weken vrij en heeft geen woning",
        doel="identiteit, inkomen, wonen, schulden en zorg op orde", besprokenMetBetrokkene=True,
        situatie=f"contactverbod met het slachtoffer, {VICTIM}; bedreigingen vanuit detentie",
    )  # fmt: skip
    await steps.screened(world, case_id)
    contact = "contactpersoon bij het andere huis is bekend"
    await world.answer("triagist", case_id, "bekendheid_andere_huizen", "bekend", toelichting=contact)
    for key in ("om", "politie"):
        await world.answer(key, case_id, "bekend_of_niet_bekend", "bekend")
    await steps.judged(world, case_id)
    await world.decide("om", case_id, "in_procesregie_nemen", hoogRisico=True)
    await world.decide("manager", case_id, "procesregisseur_toewijzen", persoon=steps.person(world, "regisseur"))
    involved = steps.organisation(world, "politie", "gemeente", "reclassering", "opvang")
    await world.decide("om", case_id, "betrokken_deelnemers_kiezen", organisaties=involved)
    await world.answer("gemeente", case_id, "betrokkene_informeren", "geinformeerd")
    return case_id


async def _met_six_weeks_before(world: World, case_id: str) -> None:
    """Everybody is there and pledges one of the five basic conditions."""
    await _convened(world, case_id, FIRST)
    await world.decide("regisseur", case_id, "voorbereid_verklaren")
    pledges = {"identiteitsbewijs": "gemeente", "inkomen": "gemeente", "schulden": "gemeente", "zorg": "reclassering"}
    await _conferred(world, case_id, FIRST, pledges, there=("gemeente", "politie", "reclassering", "opvang"))
    assert await world.phase(case_id) == "monitoring"
    await world.pass_days(13)
    await steps.evaluated(world, case_id, "doorgaan", by="gemeente")


async def _met_two_weeks_before_without_the_shelter(world: World, case_id: str) -> Any:
    """Looked at again after a fortnight; the housing that is asked of the shelter stays without an answer."""
    await world.move_to(SECOND - timedelta(days=1))
    await steps.evaluated(world, case_id, "bijstellen", by="gemeente")
    await _convened(world, case_id, SECOND)
    await _conferred(world, case_id, SECOND, {"wonen": "opvang"}, there=("gemeente", "politie", "reclassering"))
    assert await world.phase(case_id) == "plan"
    return await world.duty("opvang", case_id, "afspraak_aanvaarden")


async def _convened(world: World, case_id: str, at: datetime) -> None:
    body = {"begintOp": at.isoformat(), "plaats": "Stadhuis"}
    await world.post("regisseur", f"/casussen/{case_id}/overleggen", body)


async def _conferred(
    world: World, case_id: str, at: datetime, pledges: dict[str, str], *, there: tuple[str, ...]
) -> None:
    """The conference is held on its day: what was pledged, the minutes, the casusregisseur, the plan."""
    await world.move_to(at + timedelta(hours=2))
    meeting = (await world.get("regisseur", f"/casussen/{case_id}/overleggen"))["resultaten"][0]
    body = {
        "uitkomst": "de vijf basisvoorwaarden staan op de dag van vrijlating",
        "aanwezigen": steps.organisation(world, *there),
        "afspraken": [
            {"organisatie": steps.organisation(world, key)[0], "domein": "zorg", "tekst": what,
             "uiterlijk": RELEASE.isoformat()}
            for what, key in pledges.items()
        ],
    }  # fmt: skip
    await world.post("regisseur", f"/overleggen/{meeting['id']}/uitkomsten", body)
    await world.decide("gemeente", case_id, "casusregisseur_aanwijzen", persoon=steps.person(world, "gemeente"))
    await world.answer("regisseur", case_id, "uitkomst_bekendmaken", "gedaan")
    await steps.minuted(world, meeting["id"], steps.organisation(world, there[0])[0], "komt over negen weken vrij")
    await world.decide("regisseur", case_id, "plan_vaststellen")


async def _chased_over_easter(world: World, case_id: str, asked: Any) -> None:
    """Three working days from Wednesday 12 April end on Tuesday: Easter Monday is none. The plan goes on without."""
    assert asked["uiterlijk"] == "2028-04-18T15:00:00Z"
    term = await world.get("regisseur", f"/taken/{asked['id']}/termijn")
    assert "17 april (tweede paasdag)" in str(term).lower()
    await world.move_to(datetime(2028, 4, 21, 12, 0, tzinfo=AMSTERDAM))
    assert await _climbed(world, asked) == CLIMB[:4]
    assert await world.phase(case_id) == "monitoring"
    assert await world.told("opvang", asked["id"]) == ["remind", "due", "overdue", "deputy"]
    assert await world.told("opvanghoofd", asked["id"]) == []


async def _released_with_housing_in_the_red(world: World, case_id: str, asked: Any) -> None:
    """Four conditions are green on the day of release; of housing nobody knows. The regisseur sends the proposal."""
    await world.move_to(datetime(2028, 4, 26, 10, 0, tzinfo=AMSTERDAM))
    for key, times in (("gemeente", 3), ("reclassering", 1)):
        for _ in range(times):
            await world.answer(key, case_id, "afspraak_uitvoeren", "gereed")
    assert "partner_manager" in await world.told("regisseur", asked["id"])
    (late,) = [
        one for one in (await world.get("regisseur", "/stagnaties/taken"))["resultaten"] if one["taak"] == asked["id"]
    ]
    assert late["voorstel"] == "bericht_aan_leidinggevende"
    await world.post("regisseur", f"/taken/{asked['id']}/escalaties", {"aan": "leidinggevende"}, expect=204)
    assert world.mailed("opvanghoofd") == ["Een antwoord van uw organisatie blijft uit"]
    await _reads_nothing(world, "opvanghoofd", case_id)
    await _raised_to_the_managers(world, case_id, asked)


async def _raised_to_the_managers(world: World, case_id: str, asked: Any) -> None:
    """Level 2, with a day by the clock, King's Day or not."""
    body = {"taak": asked["id"], "trede": 2, "reden": "geen woning op de dag van vrijlating"}
    await world.post("regisseur", f"/casussen/{case_id}/escalaties", body)
    owed = await world.duty("manager", case_id, "escalatie_beantwoorden")
    assert datetime.fromisoformat(owed["uiterlijk"]) - await world.now() > timedelta(hours=23)
    assert owed["uiterlijk"].startswith("2028-04-27T")
    spoken = "hotelkamer tot de opvang antwoordt"
    await world.answer("manager", case_id, "escalatie_beantwoorden", "beantwoord", toelichting=spoken)
    [found] = (await world.get("regisseur", f"/casussen/{case_id}/escalaties"))["resultaten"]
    assert (found["naam"], found["antwoord"]) == ("managers", spoken)


async def _stalled_after_kings_day(world: World, case_id: str, asked: Any) -> None:
    """King's Day is skipped: the manager hears on Monday 1 May. Then waiting does not help, and the list says so."""
    await world.move_to(datetime(2028, 4, 28, 23, 0, tzinfo=AMSTERDAM))
    assert await _cause(world, case_id, asked) is None
    await world.move_to(datetime(2028, 5, 1, 12, 0, tzinfo=AMSTERDAM))
    assert await _climbed(world, asked) == CLIMB
    assert await world.told("manager", asked["id"]) == ["manager"]
    cause = await _cause(world, case_id, asked)
    assert cause["soort"] == "ladder_uitgeput"
    assert cause["wachtOp"]["organisatie"] == steps.organisation(world, "opvang")[0]
    assert cause["kanHandelen"]["personen"] == [steps.person(world, "regisseur")]


async def _unblocked_with_one_click(world: World, case_id: str, asked: Any) -> None:
    """One of the acts that the list offers: the other contact of the shelter gets it, and answers."""
    cause = await _cause(world, case_id, asked)
    offered = {one["handeling"]: one["href"].removeprefix("/v1") for one in cause["handelingen"]}
    other = {"persoon": steps.person(world, "opvang2"), "reden": "afwezig"}
    await world.post("regisseur", offered["toewijzen"], other, expect=204)
    assert await _cause(world, case_id, asked) is None
    assert "taak" in world.mailed("opvang2")[-1].lower()
    await world.answer("opvang2", case_id, "afspraak_aanvaarden", "aanvaard")
    await world.pass_days(3)
    assert await _climbed(world, asked) == CLIMB, "nothing more is sent after the answer"


async def _scaled_down_to_probation(world: World, case_id: str) -> None:
    for _ in range(2):
        await world.pass_days(14)
        await steps.evaluated(world, case_id, "doorgaan", by="gemeente")
    rounds = (await world.get("reclassering", f"/casussen/{case_id}/rondes"))["resultaten"]
    assert [one["nummer"] for one in rounds] == list(range(1, len(rounds) + 1))
    assert all(one["volgendeOp"] for one in rounds)
    await steps.scaled_down(world, case_id)
    await _handed_over(world, case_id)
    await steps.closed(world, case_id)
    assert await world.phase(case_id) == "afgesloten"


async def _handed_over(world: World, case_id: str) -> None:
    """Probation goes on with what is still open, having accepted it itself; and it is said when to report again."""
    listed = (await world.get("regisseur", f"/casussen/{case_id}/afspraken"))["resultaten"]
    lines = [
        {"afspraak": one["id"], "wijze": "overgedragen"} for one in listed
        if one["status"] in {"voorgesteld", "toegezegd", "geweigerd"}
    ]  # fmt: skip
    assert lines, "without an open commitment this proves nothing"
    body = {"ontvanger": steps.organisation(world, "reclassering")[0], "afspraken": lines}
    await world.post("regisseur", f"/casussen/{case_id}/overdrachten", body)
    await world.answer("reclassering", case_id, "overdracht_aanvaarden", "aanvaard")
    criteria = {"criteria": [{"criterium": "meldt zich niet meer bij de reclassering", "watTeDoen": "opnieuw melden"}]}
    path = f"/casussen/{case_id}/heraanmeldcriteria"
    assert (await world.client("regisseur").put(path, json=criteria)).is_success
    left = (await world.get("regisseur", f"/casussen/{case_id}/afspraken"))["resultaten"]
    assert [one for one in left if one["status"] in {"voorgesteld", "toegezegd", "geweigerd"}] == []


async def _climbed(world: World, asked: Any) -> list[tuple[str, str]]:
    """The steps that were told, with the local moment each was told at."""
    return [(one.step, f"{one.fired_at.astimezone(AMSTERDAM):%a %d %b %H}") for one in await world.rungs(asked["id"])]


async def _cause(world: World, case_id: str, asked: Any) -> Any:
    """Why this case is stalled because of this question, as the regisseur sees it; None when it is not."""
    listed = (await world.get("regisseur", "/stagnaties/casussen"))["resultaten"]
    found = [cause for one in listed if one["casus"] == case_id for cause in one["oorzaken"]]
    return next((one for one in found if one["taak"] == asked["id"]), None)


async def _reads_nothing(world: World, key: str, case_id: str) -> None:
    for path in (f"/casussen/{case_id}", f"/casussen/{case_id}/taken", f"/casussen/{case_id}/tijdlijn"):
        assert (await world.client(key).get(path)).status_code in {403, 404}


async def _never_told(world: World, words: str) -> None:
    """Where the victim lives is in no message, and not in the letter that the person gets."""
    read = [
        str(part.get_content()) for one in world.mail.messages for part in one.message.walk() if not part.is_multipart()
    ]
    assert read
    assert [one for one in (*read, *(one.subject for one in world.mail.messages)) if words in one] == []
    await reveal(world.databases)
    letters = await world.rows("SELECT body FROM document WHERE kind = 'slotbrief'", as_operator=True)
    assert letters, "without a letter this proves nothing"
    assert [one for one in letters if words in str(one.body)] == []


async def _nothing_copied(world: World, case_id: str) -> None:
    """What regular aftercare knew came with nobody: the case holds what was reported, or supplied on a ground."""
    items = await world.rows("SELECT id, supplier_id, ground, category FROM info_item", as_operator=True)
    assert [one for one in items if not one.ground or one.supplier_id is None] == []
    minuted = await world.rows("SELECT item_id FROM minute_line WHERE item_id IS NOT NULL", as_operator=True)
    assert {one.id for one in items} == {one.item_id for one in minuted}, "nothing but what was said in its meetings"
    reports = await world.rows("SELECT 1 FROM referral", as_operator=True)
    assert len(reports) == 1, case_id
