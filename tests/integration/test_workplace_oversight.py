"""Emergency access and the explanation of access, as pages."""

import httpx2
import pytest
from sqlalchemy import text

from api.app import create_app
from api.ways import Ways
from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import AHouse, Story
from tests.integration.test_workplace import confirmed, csrf, signed_in

REASON = "Dreiging vanavond; de regisseur is onbereikbaar."


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    return await factories.a_case(db.web, house, Phase.MONITORING)


async def sent(client: httpx2.AsyncClient, address: str, **fields: str) -> httpx2.Response:
    """A form, sent."""
    return await client.post(address, data=csrf(client) | fields, follow_redirects=True)


async def the_code(db: Databases, story: Story) -> str:
    async with db.engine.engine.connect() as connection:
        lines = await connection.scalar(
            text("SELECT lines FROM outbox WHERE template = 'noodtoegang_code' AND :case = ANY (case_ids)"),
            {"case": story.case_id},
        )
    return str(lines[0]["code"])


async def opened(db: Databases, story: Story) -> str:
    case = f"/casussen/{story.case_id}"
    async with confirmed(db, story.house, "manager") as client:
        asked = await sent(client, f"{case}/noodtoegang", reden=REASON)
        address = asked.text.split('action="/noodtoegangen/')[1].split("/")[0]
        path = f"/noodtoegangen/{address}"
        await sent(client, f"{path}/bevestigen", code=await the_code(db, story))
    return path


async def test_the_manager_asks_confirms_and_reads(db: Databases, story: Story) -> None:
    case = f"/casussen/{story.case_id}"
    async with confirmed(db, story.house, "manager") as client:
        assert "Hendrik" not in (await client.get(case)).text
        asked = await sent(client, f"{case}/noodtoegang", reden=REASON)
        assert "U krijgt een code per mail" in asked.text
        address = asked.text.split('action="/noodtoegangen/')[1].split("/")[0]
        wrong = await sent(client, f"/noodtoegangen/{address}/bevestigen", code="1")
        assert "Deze code klopt niet" in wrong.text

        said = await sent(client, f"/noodtoegangen/{address}/bevestigen", code=await the_code(db, story))

        assert "De casus is geopend" in said.text
        assert "Hendrik" in (await client.get(case)).text


async def test_a_short_reason_is_sent_back(db: Databases, story: Story) -> None:
    case = f"/casussen/{story.case_id}"
    async with confirmed(db, story.house, "manager") as client:
        said = await sent(client, f"{case}/noodtoegang", reden="nood")

    assert said.status_code == 422
    assert "tien tekens" in said.text


async def test_the_regisseur_ends_and_the_privacy_officer_reviews(db: Databases, story: Story) -> None:
    path = await opened(db, story)

    async with signed_in(db, story.house, "regisseur") as client:
        ended = await sent(client, f"{path}/beeindigen")
    async with signed_in(db, story.house, "privacy") as client:
        said = await sent(client, f"{path}/beoordelen", oordeel="onterecht", toelichting="hij was er gewoon")

    assert "De toegang is beëindigd" in ended.text
    assert "Beoordeeld als onterecht: hij was er gewoon" in said.text
    async with signed_in(db, story.house, "manager") as client:
        assert "Hendrik" not in (await client.get(f"/casussen/{story.case_id}")).text


@pytest.mark.parametrize("who", ["politie", "ggz"])
async def test_a_partner_is_offered_nothing_of_it(db: Databases, story: Story, who: str) -> None:
    await opened(db, story)

    async with signed_in(db, story.house, who) as client:
        assert "oodtoegang" not in (await client.get(f"/casussen/{story.case_id}")).text
        assert "Dreiging" not in (await client.get("/noodtoegangen")).text


async def test_the_page_of_access_says_who_reads_and_why(db: Databases, story: Story) -> None:
    async with signed_in(db, story.house, "regisseur") as client:
        page = (await client.get(f"/casussen/{story.case_id}/toegang")).text

    assert "Ggz Fictief" in page
    assert "als betrokken deelnemer" in page


async def test_a_partner_is_explained_its_own_rights_only(db: Databases, story: Story) -> None:
    other = story.house.person("politie")
    async with signed_in(db, story.house, "ggz") as client:
        page = (await client.get(f"/casussen/{story.case_id}/toegang?persoon={other}")).text

    assert "Wat u met deze casus kunt" in page
    assert "Politie Fictief" not in page


# The second factor again (ASVS 7.5.3)


async def test_opening_asks_the_second_factor_again_and_leads_back_to_the_case(db: Databases, story: Story) -> None:
    case = f"/casussen/{story.case_id}"
    async with signed_in(db, story.house, "manager") as client:
        answer = await client.post(f"{case}/noodtoegang", data=csrf(client) | {"reden": REASON})

        assert (answer.status_code, answer.headers["location"]) == (303, f"/bevestigen?gezegd=bevestig&terug={case}")
        assert REASON not in (await client.get("/noodtoegangen")).text


async def test_confirming_asks_it_again_too_and_counts_no_code(db: Databases, story: Story) -> None:
    async with confirmed(db, story.house, "manager") as client:
        asked = await sent(client, f"/casussen/{story.case_id}/noodtoegang", reden=REASON)
        address = asked.text.split('action="/noodtoegangen/')[1].split("/")[0]
    path, code = f"/noodtoegangen/{address}/bevestigen", await the_code(db, story)

    async with signed_in(db, story.house, "manager") as client:
        answer = await client.post(path, data=csrf(client) | {"code": code})
        assert (answer.status_code, answer.headers["location"]) == (
            303, "/bevestigen?gezegd=bevestig&terug=/noodtoegangen",
        )  # fmt: skip
    async with confirmed(db, story.house, "manager") as client:
        assert "De casus is geopend" in (await sent(client, path, code=code)).text


@pytest.mark.parametrize("path", ["/logboek", "/logboek/casussen/{case}"])
async def test_the_log_asks_it_again_of_who_may_read_it_and_of_nobody_else(
    db: Databases, story: Story, path: str
) -> None:
    address = path.format(case=story.case_id)
    async with signed_in(db, story.house, "privacy") as client:
        answer = await client.get(address, params={"doel": "rechtmatigheid"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/bevestigen?gezegd=bevestig&terug={address}")
    async with signed_in(db, story.house, "manager") as client:
        assert (await client.get(address)).status_code == 403
    async with confirmed(db, story.house, "privacy") as client:
        assert (await client.get(address, params={"doel": "rechtmatigheid"})).status_code == 200


FAR_REACHING = (
    ("GET", "/logboek?doel=rechtmatigheid", "privacy"),
    ("GET", "/verwerkingen?doel=rechtmatigheid", "privacy"),
    ("GET", "/casussen/{case}/inzage?doel=rechtmatigheid", "privacy"),
    ("POST", "/casussen/{case}/noodtoegangen", "manager"),
    ("POST", "/casussen/{case}/noodtoegangen", "privacy"),
    ("POST", "/noodtoegangen/{glass}/bevestigingen", "manager"),
)


@pytest.mark.parametrize("wanted", FAR_REACHING)
async def test_in_production_no_token_reads_the_log_or_opens_a_case(
    db: Databases, story: Story, door: Door, wanted: tuple[str, str, str]
) -> None:
    verb, path, who = wanted
    asked = await Door(door.client, story.house).post(
        "manager", f"/casussen/{story.case_id}/noodtoegangen", {"reden": REASON}
    )
    body = {"code": await the_code(db, story)} if "{glass}" in path else {"reden": REASON} if verb == "POST" else None
    address = path.format(case=story.case_id, glass=asked["id"])

    transport = httpx2.ASGITransport(app=create_app(db.web, Ways(), workplace=False))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        answer = await Door(client, story.house).call(verb, address, who, json=body)
        other = await Door(client, story.house).call("GET", f"/casussen/{story.case_id}", who)

    assert (answer.status_code, other.status_code) == (403, 200)
    assert "alleen in de werkplek" in answer.json()["detail"]
    assert not await reads(db, story, who)


async def reads(db: Databases, story: Story, who: str) -> bool:
    async with db.engine.engine.connect() as connection:
        held = await connection.scalar(
            text("SELECT count(*) FROM glass WHERE case_id = :case AND person_id = :who AND confirmed_at IS NOT NULL"),
            {"case": story.case_id, "who": story.house.person(who)},
        )
    return bool(held)
