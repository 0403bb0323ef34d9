"""The pages about where one is reached and about systems that hear of events: without scripts, word for word."""

import html
import re
from contextlib import aclosing
from pathlib import Path

import pytest

from api.ways import Ways
from api.workplace.app import create_workplace
from deployments.deliver import Post
from deployments.mailcatcher import Mailcatcher
from models import signing, transactions
from models.credentials import Seal
from tasks.mail import Relay
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse, a_house
from tests.integration.test_workplace import confirmed, csrf, signed_in

PAGE = "/mijn/kanalen"


@pytest.fixture
async def house(own_db: Databases) -> AHouse:
    return await a_house(own_db.owner)


@pytest.mark.filterwarnings("ignore:'imghdr'")  # which Apprise asks for when it is loaded
async def test_from_a_second_mailbox_to_a_choice_with_the_code_that_came_there(
    own_db: Databases, house: AHouse, tmp_path: Path
) -> None:
    transactions.use(own_db.engine)
    catcher = await Mailcatcher.start(tmp_path / "mail")
    relay = Relay("127.0.0.1", catcher.smtp_port, "pols@huis.example")
    address = f"team@{house.slug}.example"
    try:
        async with confirmed(own_db, house, "ggz") as client, aclosing(Post(relay, "https://pols.example")) as post:
            added = await client.post(PAGE, data=csrf(client) | {"soort": "e-mail", "adres": address})
            waiting = (await client.get(added.headers["location"])).text
            await post.deliver()
            [mail] = catcher.messages
            code = re.search(r"\b[0-9]{8}\b", mail.text)
            assert code is not None
            way = re.search(r"/mijn/kanalen/([0-9a-f-]{36})/bevestigen", waiting)
            assert way is not None
            wrong = await client.post(f"{PAGE}/{way[1]}/bevestigen", data=csrf(client) | {"code": "00000000"})
            right = await client.post(f"{PAGE}/{way[1]}/bevestigen", data=csrf(client) | {"code": code[0]})
            chosen = await client.post(f"{PAGE}/keuzen", data=csrf(client) | {"herinnering": way[1], "taak": ""})
            shown = (await client.get(chosen.headers["location"])).text
            ended = await client.post(f"{PAGE}/{way[1]}/beeindigen", data=csrf(client))
    finally:
        transactions.use(None)
        await catcher.stop()

    assert mail.recipients == (address,)
    assert "Er is een code naar dit adres gestuurd" in waiting
    assert (wrong.status_code, "klopt niet" in wrong.text) == (403, True)
    assert right.headers["location"] == f"{PAGE}?gezegd=kanaalbevestigd"
    assert f'<option value="{way[1]}" selected>' in shown
    assert shown.count("selected") == 1
    assert ended.headers["location"] == f"{PAGE}?gezegd=kanaalbeeindigd"


async def test_a_way_is_added_only_by_who_just_proved_again_who_they_are(own_db: Databases, house: AHouse) -> None:
    async with signed_in(own_db, house, "ggz") as client:
        answer = await client.post(PAGE, data=csrf(client) | {"soort": "sms", "adres": "06 12345678"})

    assert answer.headers["location"] == f"/bevestigen?gezegd=bevestig&terug={PAGE}"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"soort": "sms", "adres": "0900"}, "mobiel nummer"), ({"soort": "fax", "adres": "x"}, "kies een soort"),
        ({"soort": "teams", "adres": "https://127.0.0.1/"}, "geen webadres"), ({"soort": "e-mail"}, "vul een adres in"),
        ({"soort": "matrix", "adres": "<script>"}, "Matrix-adres"),
    ],
)  # fmt: skip
async def test_what_is_no_address_is_said_on_a_page(
    own_db: Databases, house: AHouse, sent: dict[str, str], said: str
) -> None:
    async with confirmed(own_db, house, "ggz") as client:
        answer = await client.post(PAGE, data=csrf(client) | sent)

    assert (answer.status_code, said in html.unescape(answer.text)) == (422, True)


async def test_who_keeps_the_house_subscribes_a_system_tries_it_out_and_ends_it(
    own_db: Databases, house: AHouse
) -> None:
    await factories.ways_and_systems(own_db.web, house)
    seal = Seal(Seal.new_key())
    async with confirmed(own_db, house, "beheerder") as client:
        client._transport.app = create_workplace(own_db.web, Ways(token_form=True), event_seal=seal)  # type: ignore[attr-defined]
        before = (await client.get("/abonnementen")).text
        sent = {
            "organisatie": str(house.organisations["ggz"]), "adres": "https://systeem.ggz.example/pols",
            "soorten": ["taak_geopend", "taak_beantwoord"],
        }  # fmt: skip
        made = await client.post("/abonnementen", data=csrf(client) | sent)
        secret = re.search(r"whsec_[A-Za-z0-9+/=]+", html.unescape(made.text))
        listed = (await client.get("/abonnementen")).text
        about = re.findall(r'href="(/abonnementen/[0-9a-f-]{36})"', listed)[-1]
        tried = await client.post(f"{about}/proeven", data=csrf(client))
        looked = (await client.get(tried.headers["location"])).text
        event = re.search(r"/bezorgingen/[0-9a-f-]{36}/herhalen", looked)
        assert event is not None
        again = await client.post(event[0], data=csrf(client) | {"terug": about.rsplit("/", 1)[1]})
        ended = await client.post(f"{about}/beeindigen", data=csrf(client))
        after = (await client.get("/abonnementen")).text

    assert "systeem.ggz.example" in before, "where the policy lets it go"
    assert "https://systeem.ggz.example/pols" not in before
    assert secret is not None
    assert signing.is_secret(secret[0])
    assert "whsec_" not in listed
    assert "Er is een proefgebeurtenis verstuurd" in looked
    assert again.headers["location"] == f"{about}?gezegd=opnieuw"
    assert ended.headers["location"] == "/abonnementen?gezegd=beeindigd"
    assert "https://systeem.ggz.example/pols" not in after


async def test_others_are_not_shown_the_systems(own_db: Databases, house: AHouse) -> None:
    for who in ("regisseur", "politie", "privacy"):
        async with confirmed(own_db, house, who) as client:
            answers = [
                await client.get("/abonnementen"), await client.post("/abonnementen", data=csrf(client)),
            ]  # fmt: skip
            assert [one.status_code for one in answers] == [403, 403]
            assert "/abonnementen" not in (await client.get("/")).text
