"""From the mail in a mailbox to a duty that is done, on a telephone: without signing in and without a script."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.ways import Ways
from api.workplace.app import create_workplace
from deployments.deliver import Post
from deployments.mailcatcher import Mailcatcher
from models import transactions
from models.actors import ENGINE
from models.casebook import outbox
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tasks.mail import Relay
from tests import factories
from tests.browser.driving import Tab, telephone
from tests.browser.test_pages import CHROMIUM
from tests.conftest import Databases
from tests.factories import Story
from tests.linked import a_pin, duty_of
from tests.serving import serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no /usr/bin/chromium here: apt-get install chromium"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the library that hands mail over, when it is loaded
]


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[Mailcatcher]:
    started = await Mailcatcher.start(tmp_path / "mail")
    yield started
    await started.stop()


async def sent(db: Databases, catcher: Mailcatcher, story: Story, *, kind: DutyKind, who: str, base: str) -> str:
    """Somebody is asked; the text of the mail that arrives."""
    duty = await duty_of(db, story, kind, who)
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.tell_about_duties(work, [(duty.id, "opened")], template="vraag", key="telefoon")
    transactions.use(db.engine)
    try:
        post = Post(Relay("127.0.0.1", catcher.smtp_port, "pols@pols.example"), base)
        while await post.deliver():
            pass
        await post.aclose()
    finally:
        transactions.use(None)
    return catcher.to(f"{who}@{story.house.slug}.example")[-1].text


def found(pattern: str, mail: str) -> str:
    match = re.search(pattern, mail)
    assert match, mail
    return match[1]


async def fits(tab: Tab, pictures: Path, name: str) -> None:
    """Nothing sticks out of the screen; a picture for who wants to look (POLS_PICTURES)."""
    wide, screen = await tab.size()
    assert wide <= screen, name
    await tab.picture(pictures / f"{name}.png")


def kept(tmp_path: Path) -> Path:
    wanted = Path(os.environ.get("POLS_PICTURES", str(tmp_path)))
    wanted.mkdir(parents=True, exist_ok=True)
    return wanted


@pytest.mark.parametrize("width", [360, 320])
async def test_from_the_mail_to_a_duty_that_is_done(
    own_db: Databases, catcher: Mailcatcher, tmp_path: Path, width: int
) -> None:
    house = await factories.a_house(own_db.owner)
    await own_db.run("UPDATE person SET phone = '06 1234 5678' WHERE id = :id", id=house.person("regisseur"))
    story = await factories.a_case(own_db.web, house, Phase.PLAN)
    pin, pictures = await a_pin(own_db, story, "ggz"), kept(tmp_path)
    async with serving(create_workplace(own_db.web, Ways(token_form=True))) as base:
        mail = await sent(own_db, catcher, story, kind=DutyKind.ACCEPT_COMMITMENT, who="ggz", base=base)
        async with telephone(tmp_path / "profile", width=width) as tab:
            await tab.go(found(r"(http://\S+/a/\S+)", mail))
            await fits(tab, pictures, f"{width}-1-link")
            async with tab.loaded():
                await tab.click("form[action^='/a/'] button")
            await fits(tab, pictures, f"{width}-2-verder")
            await tab.type("#pincode", "000001")
            async with tab.loaded():
                await tab.press("Enter")
            assert "Deze pincode klopt niet" in await tab.html()
            await tab.type("#pincode", pin)
            async with tab.loaded():
                await tab.click("form[action$='/pincode'] button")
            await fits(tab, pictures, f"{width}-3-pincode")
            await tab.click("label[for='uitkomst-aanvaard']")
            async with tab.loaded():
                await tab.click("section[aria-labelledby='antwoorden'] form button")
            await fits(tab, pictures, f"{width}-4-geantwoord")
            assert "de herinneringen stoppen" in await tab.html()

    duty = await story.duty(DutyKind.ACCEPT_COMMITMENT)
    assert (duty.ended_as, await story.armed(duty)) == ("aanvaard", [])


async def test_with_the_keyboard_alone_and_without_following_a_link(
    own_db: Databases, catcher: Mailcatcher, tmp_path: Path
) -> None:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.SCREENING)
    pin, pictures = await a_pin(own_db, story, "om"), kept(tmp_path)
    async with serving(create_workplace(own_db.web, Ways(token_form=True))) as base:
        mail = await sent(own_db, catcher, story, kind=DutyKind.KNOWN, who="om", base=base)
        async with telephone(tmp_path / "profile") as tab:
            await tab.go(found(r"(http://\S+/antwoord)", mail))
            await fits(tab, pictures, "5-kenmerk")
            await tab.type("#kenmerk", found(r"kenmerk (\w{4}-\w{4})", mail))
            await tab.type("#code", found(r"code (\w{4}-\w{4})", mail).lower())
            async with tab.loaded():
                await tab.press("Enter")
            await tab.focus("form[action^='/a/'] button")
            async with tab.loaded():
                await tab.press("Enter")
            await tab.type("#pincode", pin)
            async with tab.loaded():
                await tab.press("Enter")
            await tab.focus("#uitkomst-niet_bekend")
            await tab.press("Space")
            async with tab.loaded():
                await tab.press("Enter")
            await fits(tab, pictures, "6-toetsenbord")
            assert "afgedaan op" in await tab.html()

    assert (await duty_ended(story)) == "niet_bekend"


async def duty_ended(story: Story) -> str | None:
    """How the duty of the public prosecutor ended."""
    at = story.house.organisations["om"]
    return next(one.ended_as for one in await story.duties(DutyKind.KNOWN) if one.owner_organisation_id == at)
