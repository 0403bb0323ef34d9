"""Preferences and the words of the house on a page: choosing, looking first, and who may not."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from models.lookups import preferences as lookup
from models.messages import Language
from models.preferences import NONE_CHOSEN
from models.transactions import unit_of_work
from tests.conftest import Databases
from tests.factories import AHouse
from tests.integration.test_workplace import csrf, signed_in
from tests.integration.test_workplace_pages import Outline

FORM = {
    "aankondigingen": "dagbundel", "herinneringen": "meteen", "overleggen": "meteen", "uitkomsten": "niet",
    "eigenAanmelding": "meteen", "dagbundelOm": "16:00", "stilVan": "18:00", "stilTot": "08:00", "taal": "en",
}  # fmt: skip
WORDS = {"bericht": "vraag", "taal": "nl", "voor": "partner", "versie": "0", "opening": "Fijn dat u meewerkt."}


@pytest.fixture
async def partner(db: Databases, house: AHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """A contact of the ggz."""
    async with signed_in(db, house, "ggz") as client:
        yield client


@pytest.fixture
async def keeper(db: Databases, house: AHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """The functional administrator."""
    async with signed_in(db, house, "beheerder") as client:
        yield client


async def chosen(db: Databases, house: AHouse) -> object:
    async with unit_of_work(house.actors["ggz"], db.web) as work:
        return await lookup.own(work)


async def test_looking_first_keeps_nothing_and_shows_what_it_would_give(
    db: Databases, house: AHouse, partner: httpx2.AsyncClient
) -> None:
    page = await partner.get("/mijn/voorkeuren")
    assert "Een week als voorbeeld" in page.text
    assert "komt niet" not in page.text

    tried = await partner.post("/mijn/voorkeuren", data=csrf(partner) | FORM | {"doe": "bekijk"})

    assert tried.status_code == 200
    assert "Er is nog niets bewaard" in tried.text
    assert "komt niet" in tried.text
    assert "Uw berichten van vandaag" in tried.text
    assert await chosen(db, house) == NONE_CHOSEN


async def test_what_is_kept_is_on_the_page_the_next_time(
    db: Databases, house: AHouse, partner: httpx2.AsyncClient
) -> None:
    kept = await partner.post("/mijn/voorkeuren", data=csrf(partner) | FORM | {"doe": "bewaar"})

    assert (kept.status_code, kept.headers["location"]) == (303, "/mijn/voorkeuren?gezegd=gekozen")
    page = (await partner.get("/mijn/voorkeuren")).text
    assert 'value="16:00"' in page
    assert '<option value="en" selected>' in page
    assert getattr(await chosen(db, house), "language", None) is Language.ENGLISH


@pytest.mark.parametrize(
    "wrong",
    [
        {"uitkomsten": "soms"}, {"dagbundelOm": "straks"}, {"stilTot": ""}, {"stilVan": "25:00"}, {"taal": ""},
        {"aankondigingen": "niet", "herinneringen": "niet"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("doe", ["bekijk", "bewaar"])
async def test_what_cannot_be_chosen_is_a_page_that_says_so(
    db: Databases, house: AHouse, partner: httpx2.AsyncClient, wrong: dict[str, str], doe: str
) -> None:
    sent = await partner.post("/mijn/voorkeuren", data=csrf(partner) | FORM | wrong | {"doe": doe})

    assert sent.status_code == 422
    assert await chosen(db, house) == NONE_CHOSEN


async def test_a_form_without_the_token_of_the_session_changes_nothing(
    db: Databases, house: AHouse, partner: httpx2.AsyncClient, keeper: httpx2.AsyncClient
) -> None:
    assert (await partner.post("/mijn/voorkeuren", data=FORM)).status_code == 403
    assert (await partner.post("/mijn/weekoverzicht", data={"weekoverzicht": "ja"})).status_code == 403
    assert (await keeper.post("/teksten", data=WORDS | {"doe": "bewaar"})).status_code == 403
    assert await chosen(db, house) == NONE_CHOSEN


async def test_a_contact_asks_for_the_overview_of_their_organisation(
    db: Databases, house: AHouse, partner: httpx2.AsyncClient
) -> None:
    assert "zoals het huis bepaalt: niet" in (await partner.get("/mijn/voorkeuren")).text

    await partner.post("/mijn/weekoverzicht", data=csrf(partner) | {"weekoverzicht": "ja"})

    assert '<option value="ja" selected>' in (await partner.get("/mijn/voorkeuren")).text
    assert (await partner.post("/mijn/weekoverzicht", data=csrf(partner) | {"weekoverzicht": "?"})).status_code == 422
    async with signed_in(db, house, "regisseur") as client:
        assert "Weekoverzicht" not in (await client.get("/mijn/voorkeuren")).text


async def test_who_keeps_the_people_sees_what_a_partner_would_get_and_nobody_else_does(
    house: AHouse, partner: httpx2.AsyncClient, keeper: httpx2.AsyncClient
) -> None:
    await partner.post("/mijn/voorkeuren", data=csrf(partner) | FORM | {"doe": "bewaar"})

    page = await keeper.get(f"/voorkeuren?persoon={house.person('ggz')}")

    assert "van 18:00 tot 08:00" in page.text
    assert "komt niet" in page.text
    assert (await partner.get(f"/voorkeuren?persoon={house.person('om')}")).status_code == 403
    assert (await keeper.get("/voorkeuren?persoon=niemand")).status_code == 200


async def test_the_words_of_the_house_are_looked_at_first_and_then_kept(keeper: httpx2.AsyncClient) -> None:
    tried = await keeper.post("/teksten", data=csrf(keeper) | WORDS | {"doe": "bekijk"})
    assert "Er is nog niets bewaard" in tried.text
    assert tried.text.count("Fijn dat u meewerkt.") == 2, "in the field and in the message"
    assert "Fijn" not in (await keeper.get("/teksten?bericht=vraag&taal=nl")).text

    kept = await keeper.post("/teksten", data=csrf(keeper) | WORDS | {"doe": "bewaar"})

    assert (kept.status_code, kept.headers["location"]) == (303, "/teksten?gezegd=bewaard")
    assert "Fijn dat u meewerkt." in (await keeper.get("/teksten?bericht=vraag&taal=nl")).text
    assert "Fijn" not in (await keeper.get("/teksten?bericht=herinnering&taal=nl")).text
    assert "Fijn" not in (await keeper.get("/teksten?bericht=vraag&taal=en")).text


async def test_an_older_page_does_not_undo_what_a_colleague_kept(keeper: httpx2.AsyncClient) -> None:
    await keeper.post("/teksten", data=csrf(keeper) | WORDS | {"doe": "bewaar"})

    late = await keeper.post("/teksten", data=csrf(keeper) | WORDS | {"opening": "Anders.", "doe": "bewaar"})

    assert late.status_code == 409
    assert "Fijn dat u meewerkt." in (await keeper.get("/teksten?bericht=vraag&taal=nl")).text


@pytest.mark.parametrize(
    "wrong",
    [{"opening": "Kijk op www.elders.example"}, {"afsluiting": "{{ adres }}"}, {"bericht": "onzin"}, {"taal": "de"},
     {"ondertekening": "a" * 3000}],
)  # fmt: skip
@pytest.mark.parametrize("doe", ["bekijk", "bewaar"])
async def test_words_that_will_not_do_are_a_page_that_says_so(
    keeper: httpx2.AsyncClient, wrong: dict[str, str], doe: str
) -> None:
    sent = await keeper.post("/teksten", data=csrf(keeper) | WORDS | wrong | {"doe": doe})

    assert sent.status_code == 422
    assert "Nog niet goed ingevuld" in sent.text


@pytest.mark.parametrize("who", ["ggz", "regisseur", "privacy"])
async def test_the_words_of_the_house_are_for_who_makes_its_policy(db: Databases, house: AHouse, who: str) -> None:
    async with signed_in(db, house, who) as client:
        assert (await client.get("/teksten")).status_code == 403
        assert (await client.post("/teksten", data=csrf(client) | WORDS | {"doe": "bewaar"})).status_code == 403
        assert "/teksten" not in (await client.get("/mijn")).text


async def test_the_pages_are_made_as_every_page_is(keeper: httpx2.AsyncClient, partner: httpx2.AsyncClient) -> None:
    for client, path in ((partner, "/mijn/voorkeuren"), (keeper, "/teksten"), (keeper, "/voorkeuren")):
        outline = Outline((await client.get(path)).text)
        named = {attrs.get("for") for attrs in outline.all("label")}
        fields = [a for a in outline.all("input", "select", "textarea") if a.get("type") != "hidden"]

        assert len(outline.all("h1")) == 1, path
        assert fields, path
        assert [one for one in fields if one.get("id") not in named] == [], path
        assert outline.all("style") + [one for one in outline.all("script") if "src" not in one] == [], path
        assert [attrs for _, attrs in outline.tags if "style" in attrs] == [], path
