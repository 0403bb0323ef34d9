"""One's own absence on a page: entering it, being back early, and what colleagues see meanwhile."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from models.clocks import AMSTERDAM
from models.words import Phase
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case
from tests.integration.test_workplace import csrf, signed_in


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    return await a_case(db.web, house, Phase.MONITORING)


@pytest.fixture
async def browser(db: Databases, house: AHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """The regisseur's."""
    async with signed_in(db, house, "regisseur") as client:
        yield client


async def form(story: Story, deputy: str | None = "regisseur2") -> dict[str, str]:
    """From today, for twelve days."""
    async with story.acting("manager") as work:
        today = work.now.astimezone(AMSTERDAM).date()
    return {
        "van": today.isoformat(), "tot": (today + timedelta(days=12)).isoformat(),
        "vervanger": str(story.house.person(deputy)) if deputy else "",
    }  # fmt: skip


async def page_of(db: Databases, story: Story, key: str, path: str = "") -> str:
    async with signed_in(db, story.house, key) as client:
        return (await client.get(path or f"/casussen/{story.case_id}")).text


async def test_she_says_that_she_is_away_and_her_page_says_who_stands_in(
    browser: httpx2.AsyncClient, story: Story
) -> None:
    assert "Leg afwezigheid vast" in (await browser.get("/mijn")).text

    sent = await browser.post("/mijn/afwezigheid", data=csrf(browser) | await form(story))

    assert (sent.status_code, sent.headers["location"]) == (303, "/mijn?gezegd=afwezig")
    assert "Regisseur2 Fictief vervangt u." in (await browser.get("/mijn")).text


async def test_only_colleagues_can_be_chosen(browser: httpx2.AsyncClient, story: Story) -> None:
    html = (await browser.get("/mijn")).text

    assert str(story.house.person("regisseur2")) in html
    assert not any(str(story.house.person(key)) in html for key in ("politie", "ggz"))
    sent = await browser.post("/mijn/afwezigheid", data=csrf(browser) | await form(story, "politie"))
    assert sent.status_code == 422


async def test_meanwhile_the_case_says_so_and_her_deputy_sees_her_cases_and_duties(
    db: Databases, browser: httpx2.AsyncClient, story: Story
) -> None:
    await browser.post("/mijn/afwezigheid", data=csrf(browser) | await form(story))

    assert "vervangen door Regisseur2 Fictief" in await page_of(db, story, "politie")
    case = await page_of(db, story, "regisseur2")
    assert "Hendrik B." in case
    overview = await page_of(db, story, "regisseur2", "/")
    assert "namens Regisseur Fictief, afwezig tot" in overview
    assert "Mijn casussen" in overview


async def test_without_a_deputy_the_case_says_that_nobody_stands_in(
    db: Databases, browser: httpx2.AsyncClient, story: Story
) -> None:
    await browser.post("/mijn/afwezigheid", data=csrf(browser) | await form(story, None))

    assert "niemand vervangt" in await page_of(db, story, "triagist")


async def test_she_is_back_early_with_one_click(db: Databases, browser: httpx2.AsyncClient, story: Story) -> None:
    await browser.post("/mijn/afwezigheid", data=csrf(browser) | await form(story))

    sent = await browser.post("/mijn/afwezigheid/einde", data=csrf(browser))

    assert (sent.status_code, sent.headers["location"]) == (303, "/mijn?gezegd=terug")
    assert "vervangen door" not in await page_of(db, story, "politie")
    assert "Hendrik B." not in await page_of(db, story, "regisseur2")


@pytest.mark.parametrize(
    "wrong", [{"van": ""}, {"van": "morgen"}, {"tot": "31-12"}, {"van": "0001-01-01"}, {"vervanger": "iemand"}]
)
async def test_what_is_no_date_or_nobody_is_a_page_that_says_so(
    browser: httpx2.AsyncClient, story: Story, wrong: dict[str, str]
) -> None:
    sent = await browser.post("/mijn/afwezigheid", data=csrf(browser) | await form(story) | wrong)

    assert sent.status_code == 422
    assert "Nog niet goed ingevuld" in sent.text


async def test_a_form_without_the_token_of_the_session_changes_nothing(
    browser: httpx2.AsyncClient, story: Story
) -> None:
    sent = await browser.post("/mijn/afwezigheid", data=await form(story))

    assert sent.status_code == 403
    assert "U bent afwezig" not in (await browser.get("/mijn")).text
