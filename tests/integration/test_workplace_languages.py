"""The workplace in the language of who looks at it: as they chose, else as their browser asks, else Dutch."""

import re

import pytest

from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse
from tests.integration.test_workplace import browsing, csrf, signed_in
from tests.integration.test_workplace_preferences import FORM

ENGLISH = {"accept-language": "en-GB,en;q=0.9,nl;q=0.8"}


def spoken(html: str) -> tuple[str, str]:
    """The language of a page and its heading."""
    language, heading = re.search(r'<html lang="(\w+)"', html), re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    assert language
    assert heading
    return language[1], re.sub(r"<.*?>", "", heading[1]).strip()


@pytest.mark.parametrize(
    ("accepted", "heading"),
    [
        ("", ("nl", "Aanmelden")), ("en", ("en", "Sign in")), ("en-US,nl;q=0.5", ("en", "Sign in")),
        ("de-DE,nl;q=0.5,en;q=0.1", ("nl", "Aanmelden")), ("fr", ("nl", "Aanmelden")),
    ],
)  # fmt: skip
async def test_a_page_is_in_the_first_language_of_the_browser_that_there_is(
    db: Databases, accepted: str, heading: tuple[str, str]
) -> None:
    async with browsing(db) as client:
        page = await client.get("/aanmelden", headers={"accept-language": accepted})

    assert spoken(page.text) == heading


async def test_what_somebody_chose_goes_before_what_their_browser_asks(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "ggz") as client:
        before = (await client.get("/", headers=ENGLISH)).text
        await client.post("/mijn/voorkeuren", data=csrf(client) | FORM | {"taal": "en", "doe": "bewaar"})
        chosen = (await client.get("/")).text
        await client.post("/mijn/voorkeuren", data=csrf(client) | FORM | {"taal": "nl", "doe": "bewaar"})
        back = (await client.get("/", headers=ENGLISH)).text

    assert [spoken(one)[0] for one in (before, chosen, back)] == ["en", "en", "nl"]


async def test_a_visitor_after_another_does_not_get_their_language(db: Databases) -> None:
    async with browsing(db) as client:
        await client.get("/aanmelden", headers=ENGLISH)
        after = await client.get("/aanmelden")

    assert spoken(after.text) == ("nl", "Aanmelden")


async def test_the_timeline_the_terms_and_the_words_of_a_case_are_translated(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.PLAN)

    async with signed_in(db, house, "regisseur") as client:
        page = (await client.get(f"/casussen/{story.case_id}", headers=ENGLISH)).text

    assert spoken(page)[0] == "en"
    for said in ("Open tasks", "Report submitted", "The case is now in the phase Completing the plan", "working day"):
        assert said in page, said
    for dutch in ("Aanmelding ingediend", "werkdag te laat", "Afspraak aanvaarden", "Uiterlijk"):
        assert dutch not in page, dutch


async def test_what_is_dutch_on_an_english_page_says_so(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.PLAN)

    async with signed_in(db, house, "regisseur") as client:
        page = (await client.get(f"/casussen/{story.case_id}", headers=ENGLISH)).text

    assert re.search(r'<span lang="nl">\d+ werkdagen na ', page)


async def test_a_page_about_what_went_wrong_is_in_the_language_too(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "ggz") as client:
        page = await client.get("/nergens", headers=ENGLISH)

    assert (page.status_code, spoken(page.text)) == (404, ("en", "Not found"))
