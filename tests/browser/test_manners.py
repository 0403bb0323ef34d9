"""Every page of the workplace in a real browser: accessible, in both languages, light and dark, and on a narrow screen.

One browser goes through all pages once. Of each page axe-core says what is wrong by WCAG 2.2 AA and its own good
practices, nothing sticks out at 320 pixels, and the page does nothing that its own policy forbids.
"""

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api.ways import Ways
from api.workplace.app import create_workplace
from api.workplace.visits import csrf_of
from models.casebook import sittings
from models.commands.sittings import MakeSitting
from models.words import DutyKind, Phase, SeriesKind
from tests import factories
from tests.browser.driving import Tab, telephone
from tests.browser.test_pages import CHROMIUM, PLAIN
from tests.conftest import Databases
from tests.following import days_pass
from tests.minuting import meeting_of
from tests.serving import serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no /usr/bin/chromium here: apt-get install chromium"),
]

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549", "best-practice"]
ALL = f"axe.run({{runOnly: {json.dumps(RULES)}, resultTypes: ['violations']}})"
#: what a colour scheme can change, and what a narrow screen can
COLOURS = "axe.run({runOnly: ['color-contrast', 'link-in-text-block'], resultTypes: ['violations']})"
NARROW = "axe.run({runOnly: ['target-size', 'scrollable-region-focusable'], resultTypes: ['violations']})"
FOUND = """{}.then(found => found.violations.flatMap(rule => rule.nodes.map(
  one => [rule.id, one.target.join(' '), ...one.any.map(check => check.message)].join(' '))))"""
#: asked of the page itself, before anything of it runs
WATCH = "window.stopped = []; addEventListener('securitypolicyviolation', e => stopped.push(e.violatedDirective))"
STATUS = "performance.getEntriesByType('navigation')[0].responseStatus"
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
#: what is lower than what it holds, so that the next thing stands over it
OVERLAPS = """[...document.querySelectorAll('main td, main th, main li, main p, main form, main section')]
  .filter(one => one.clientHeight && one.scrollHeight > one.clientHeight + 3 && !one.closest('thead'))
  .map(one => one.outerHTML.slice(0, 80))"""
NOBODY = "niemand"
#: no page, or one that leads on to another
NOT_LOOKED_AT = re.compile(
    r"/stijl/|\.(ics|json|csv|xlsx)$|^/taken/{duty_id:uuid}$|^/aanmelden/terug|/a/{token}|^/bijlagen/"
)


def addresses(app: Starlette, ids: dict[str, str]) -> Iterator[str]:
    """Every page that can be asked for, of the things that there are."""
    for route in app.routes:
        if isinstance(route, Route) and "GET" in (route.methods or ()) and not NOT_LOOKED_AT.search(route.path):
            yield re.sub(r"{(\w+):uuid}", lambda found: ids[found[1]], route.path)


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with telephone(tmp_path / "profile", width=1280, height=900, scripts=True) as made:
        await made.call("Network.enable")
        await made.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        yield made


async def shown(tab: Tab, *, width: int = 1280, dark: bool = False) -> None:
    """How wide the screen is, and in which scheme."""
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    await tab.call("Emulation.setEmulatedMedia", features=scheme)
    await tab.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 700
    )


async def opened(tab: Tab, address: str, language: str) -> int:
    """Go to a page in a language; answers how it ended."""
    await tab.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
    await shown(tab)
    await tab.go(address)
    return int(await tab.run(STATUS))


async def judged(tab: Tab, name: str, language: str) -> list[str]:
    """What is wrong with the page that is open, in every way of showing it."""
    wrong = [f"CSP {one}" for one in await tab.run("stopped")]
    await tab.run(AXE)
    wrong += await tab.run(FOUND.format(ALL))
    if language == "nl":  # another language has the same colours
        await shown(tab, dark=True)
        wrong += [f"dark {one}" for one in await tab.run(FOUND.format(COLOURS))]
    await shown(tab, width=320)
    wide, screen = await tab.run(WIDTHS)
    wrong += [f"320px: {wide} wide"] if wide > screen else []
    wrong += [f"320px overlaps: {one}" for one in await tab.run(OVERLAPS)]
    wrong += [f"320px {one}" for one in await tab.run(FOUND.format(NARROW))]
    if await tab.run("document.documentElement.lang") != language:
        wrong.append(f"not in {language}")
    await _kept(tab, name, language)
    return wrong


async def _kept(tab: Tab, name: str, language: str) -> None:
    """Pictures for who wants to look (POLS_PICTURES)."""
    if "POLS_PICTURES" not in os.environ:
        return
    folder, name = Path(os.environ["POLS_PICTURES"]), re.sub(r"[0-9a-f-]{36}", "x", name).replace("/", "_")
    folder.mkdir(parents=True, exist_ok=True)
    await tab.picture(folder / f"{name}-{language}-320.png")
    await shown(tab, dark=language == "en")
    await tab.picture(folder / f"{name}-{language}-1280.png")


async def come_in(tab: Tab, base: str, token: str) -> None:
    """Sign in, freshly enough for everything, and give the browser the session."""
    async with httpx2.AsyncClient(base_url=base) as client:
        await client.post("/aanmelden", data={"token": token})
        sent = {"csrf": csrf_of(client.cookies[PLAIN]), "token": token, "terug": "/"}
        assert (await client.post("/bevestigen", data=sent)).status_code == 303
        await tab.call("Network.setCookie", name=PLAIN, value=client.cookies[PLAIN], url=base, httpOnly=True)


@pytest.fixture
async def ids(own_db: Databases) -> dict[str, Any]:
    """A house in which there is something to see on every page."""
    house = await factories.a_house(own_db.owner)
    for phase in (Phase.SCREENING, Phase.REGIE, Phase.PLAN):
        await factories.a_case(own_db.web, house, phase)
    systems = await factories.ways_and_systems(own_db.web, house, "ggz")
    await days_pass(own_db, 20)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    duty = await story.duty(DutyKind.EVALUATION)
    await days_pass(own_db, 2)
    async with story.acting("triagist") as work:
        day = await sittings.make(work, MakeSitting(kind=SeriesKind.CONFERENCE, starts_at=work.now + timedelta(days=6)))
    return {
        "meeting_id": await meeting_of(story), "sitting_id": str(day.id), "person_id": str(house.person("ggz")),
        "referral_id": str((await story.facts()).referral_id),
        "house": house, "case_id": str(story.case_id), "duty_id": str(duty.id),
        "subscription_id": systems["abonnementen"],
    }  # fmt: skip


@pytest.mark.timeout(600)
async def test_every_page_is_accessible_in_both_languages_light_dark_and_narrow(
    own_db: Databases, tab: Tab, ids: dict[str, Any]
) -> None:
    house, wrong, met = ids["house"], dict[str, list[str]](), set[object]()
    app = create_workplace(own_db.web, Ways(token_form=True))
    async with serving(app) as base:
        for who in (NOBODY, "regisseur", "politie", "ggz", "manager", "beheerder", "privacy"):
            if who != NOBODY:
                await come_in(tab, base, house.tokens[who])
            for path in addresses(app, ids):
                for language in ("nl", "en"):
                    address = base + path + ("?doel=rechtmatigheid" if path.startswith("/logboek") else "")
                    page = await _page_of(tab, address, path, language, who)
                    if page in met:  # as it was looked at before
                        continue
                    met.add(page)
                    if found := await judged(tab, f"{who} {path}", language):
                        wrong[f"{who} {path} {language}"] = found

    assert wrong == {}
    assert len(met) > 50


async def _page_of(tab: Tab, address: str, path: str, language: str, who: str) -> object:
    """Which page somebody gets: what they may not see is one page for all, and most pages are made of the same."""
    status = await opened(tab, address, language)
    assert status < 500, path
    if status != 200:
        return status, language
    where = await tab.run("location.pathname")
    return where, language, who if path == "/" and language == "nl" else who == NOBODY


async def test_what_is_wrong_with_a_page_is_found(tab: Tab) -> None:
    style = "width:600px;color:#ccc;background:#fff"
    narrow = "<meta name=viewport content=width=device-width>"
    bad = f"<!doctype html><html>{narrow}<main><h1>x</h1><p style='{style}'>te licht</p><input></main></html>"
    await opened(tab, f"data:text/html,{quote(bad)}", "nl")

    wrong = await judged(tab, "slecht", "nl")

    assert {"html-has-lang", "label", "color-contrast", "not"} <= {one.split()[0] for one in wrong}
    assert [one for one in wrong if re.match(r"320px: 6\d\d wide", one)]


#: answers when there is word of what came of a form
TOLD = """new Promise(done => { const look = () => document.querySelector('[role=status]')
  ? done([window.here, document.activeElement.textContent, location.search]) : setTimeout(look, 50); look() })"""


async def test_reminding_from_a_list_leaves_the_page_where_it_was_and_says_so(
    own_db: Databases, tab: Tab, ids: dict[str, Any]
) -> None:
    async with serving(create_workplace(own_db.web, Ways(token_form=True))) as base:
        await come_in(tab, base, ids["house"].tokens["regisseur"])
        await opened(tab, f"{base}/?bereik=huis", "nl")
        await tab.run("window.here = 'same page'; document.querySelector('form[action$=herinneren] button').click()")

        assert await tab.run(TOLD) == ["same page", "De herinnering is verstuurd.", "?bereik=huis"]
        assert await tab.run("stopped") == []


async def test_the_first_tab_shows_the_way_past_the_menu_and_focus_can_be_seen(tab: Tab, own_db: Databases) -> None:
    async with serving(create_workplace(own_db.web, Ways(token_form=True))) as base:
        await opened(tab, f"{base}/aanmelden", "nl")
        await tab.press("Tab")
        first = await tab.run(
            "[document.activeElement.textContent, document.activeElement.getBoundingClientRect().top]"
        )
        await tab.press("Tab")
        seen = await tab.run("getComputedStyle(document.activeElement).outlineStyle")

    assert first[0] == "Naar de inhoud"
    assert first[1] >= 0
    assert seen == "solid"
