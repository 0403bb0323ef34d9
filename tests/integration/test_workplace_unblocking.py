"""The buttons of the workplace that get a stalled case moving: who sees them, what they do, and what a slip says."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import text

from models.transactions import unit_of_work
from models.words import DecisionKind, DutyKind, Phase
from tests import factories
from tests.behind import behind
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import AHouse, Story
from tests.integration.test_findings import PROVOKED, K, look
from tests.integration.test_unblocking import a_colleague, exhausted, of_ggz
from tests.integration.test_workplace import csrf, signed_in


async def sent(client: httpx2.AsyncClient, path: str, **fields: Any) -> str:
    """Send a form, and read the page it leads to."""
    answer = await client.post(path, data=csrf(client) | fields)
    assert answer.status_code == 303, answer.text
    return (await client.get(answer.headers["location"])).text


async def owner(db: Databases, duty_id: UUID) -> UUID | None:
    """Whose duty it is by name."""
    async with db.engine.engine.connect() as connection:
        found: UUID | None = await connection.scalar(
            text("SELECT owner_person_id FROM duty WHERE id = :id"), {"id": duty_id}
        )
        return found


async def number(story: Story) -> str:
    """The number of a case."""
    return (await story.facts("manager")).number


async def test_a_regisseur_sees_her_own_stalled_cases_first_and_the_house_one_click_away(
    db: Databases, house: AHouse
) -> None:
    story, other = [await factories.a_case(db.web, house, Phase.MONITORING) for _ in range(2)]
    for one in (story, other):
        await exhausted(db, one)
    await behind(
        db, "UPDATE cases SET director_id = :who WHERE id = :id", who=house.person("regisseur2"), id=other.case_id
    )
    mine, theirs = await number(story), await number(other)

    async with signed_in(db, house, "regisseur") as client:
        own, whole = (await client.get("/")).text, (await client.get("/?bereik=huis")).text
    async with signed_in(db, house, "manager") as client:
        managed = (await client.get("/")).text

    stalled = [page.partition('id="laat"')[0] for page in (own, whole, managed)]
    assert mine in stalled[0]
    assert theirs not in stalled[0]
    assert all(mine in page and theirs in page for page in stalled[1:])
    assert 'href="/?bereik=mijn#stil" aria-current="true"' in own
    assert "Mijn casussen</a>" not in managed
    assert "Geteld per oorzaak" in own
    assert "GGZ Westerveen</a> <b>2</b>" in managed


async def test_a_duty_is_given_to_a_colleague_from_the_overview(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    duty_id = await exhausted(db, story)
    async with signed_in(db, house, "regisseur") as client:
        colleague = await a_colleague(db, Door(client, house))
        before = (await client.get("/")).text
        unsaid = await client.post(f"/taken/{duty_id}/toewijzen", data=csrf(client) | {"persoon": str(colleague)})
        after = await sent(client, f"/taken/{duty_id}/toewijzen", persoon=str(colleague), reden="geen_antwoord")

    assert f'action="/taken/{duty_id}/toewijzen"' in before
    assert f'<option value="{colleague}">C. Collega</option>' in before
    assert (unsaid.status_code, "kies uit" in unsaid.text) == (422, True)
    assert await owner(db, duty_id) == colleague
    assert "wie haar nu heeft krijgt bericht" in after


async def test_what_did_not_arrive_is_sent_again_with_one_click(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    duty_id = await of_ggz(story, DutyKind.COMMITMENT)
    async with signed_in(db, house, "regisseur") as client:
        await sent(client, f"/taken/{duty_id}/herinneren", terug="casus")
        await behind(
            db, "UPDATE outbox SET gave_up_at = pols_now() WHERE case_ids = ARRAY[CAST(:c AS uuid)]", c=story.case_id
        )
        before = (await client.get("/")).text
        path = f"/casussen/{story.case_id}/omleiden"
        after = await sent(client, path, aan="ontvanger", ontvanger=str(house.person("ggz")), terug="casus")

    assert f'action="{path}"' in before
    assert "Verzend opnieuw" in before
    assert "Het bericht gaat opnieuw uit." in after
    assert "Bericht dat niet aankwam opnieuw verzonden" in after


async def test_an_expired_hold_is_ended_with_a_reason(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    async with unit_of_work(house.actors["regisseur"], own_db.web) as work:
        until = work.now + timedelta(days=2)
    await story.decide("regisseur", DecisionKind.HOLD, until=until)
    await own_db.shift(timedelta(days=3).total_seconds())
    path = f"/casussen/{story.case_id}/hervatten"
    async with signed_in(own_db, house, "regisseur") as client:
        page = (await client.get(f"/casussen/{story.case_id}")).text
        unsaid = await client.post(path, data=csrf(client))
        after = await sent(client, path, toelichting="weer bereikbaar", terug="casus")

    assert f'action="{path}"' in page
    assert unsaid.status_code == 422
    assert "De casus is hervat." in after
    assert (await story.facts("regisseur")).hold_since is None


async def test_a_phone_answer_is_noted_on_the_case_and_put_right_by_the_partner(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    duty_id = await of_ggz(story, DutyKind.COMMITMENT)
    said = {"uitkomst": "gereed", "gesprokenMet": "mw. Jansen", "gesprokenOp": "2026-01-05T10:30"}
    case = f"/casussen/{story.case_id}"
    async with signed_in(db, house, "regisseur") as client:
        page = (await client.get(case)).text
        nobody = await client.post(f"/taken/{duty_id}/telefonisch", data=csrf(client) | said | {"gesprokenMet": ""})
        odd = await client.post(f"/taken/{duty_id}/telefonisch", data=csrf(client) | said | {"gesprokenOp": "straks"})
        after = await sent(client, f"/taken/{duty_id}/telefonisch", **said)
    async with signed_in(db, house, "manager") as client:
        managed = (await client.get(case)).text
    async with signed_in(db, house, "ggz") as client:
        shown = (await client.get(case)).text
        right = await sent(client, f"/taken/{duty_id}/herstellen", uitkomst="niet_gelukt", toelichting="toch niet")

    assert f'action="/taken/{duty_id}/telefonisch"' in page
    assert f'action="/taken/{duty_id}/telefonisch"' not in managed
    assert (nobody.status_code, "wie antwoordde telefonisch?" in nobody.text) == (422, True)
    assert (odd.status_code, "is geen tijdstip" in odd.text) == (422, True)
    assert "De partner krijgt een afschrift." in after
    assert "volgens mw. Jansen, maandag 5 januari 2026, 10:30" in shown
    assert "Het antwoord is hersteld." in right
    assert "Telefonisch voor u vastgelegd" not in right


async def test_what_the_night_found_is_on_the_overview_of_who_can_do_something_about_it(
    db: Databases, house: AHouse
) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    await behind(db, PROVOKED[K.PHASE_DIFFERS][0], case=story.case_id)
    await look(db, house)
    seen = {}
    for who in ("manager", "beheerder", "regisseur", "regisseur2", "ggz"):
        async with signed_in(db, house, who) as client:
            seen[who] = "Bevindingen van de nachtelijke controle" in (await client.get("/")).text

    assert seen == {"manager": True, "beheerder": True, "regisseur": True, "regisseur2": False, "ggz": False}


async def test_a_form_of_another_session_changes_nothing(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    duty_id = await exhausted(db, story)
    async with signed_in(db, house, "regisseur") as client:
        for path in ("toewijzen", "telefonisch", "herstellen"):
            assert (await client.post(f"/taken/{duty_id}/{path}", data={"csrf": "0" * 64})).status_code == 403
        for path in ("omleiden", "hervatten"):
            answer = await client.post(f"/casussen/{story.case_id}/{path}", data={"csrf": "0" * 64})
            assert answer.status_code == 403
