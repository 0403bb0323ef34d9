"""A report from beginning to end with the keyboard alone, on a telephone of 320 pixels, without a script."""

import os
from pathlib import Path

import pytest

from api.ways import Ways
from api.workplace.app import create_workplace
from models.casebook import referrals
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from tests import factories
from tests.browser.driving import Tab, telephone
from tests.browser.test_pages import CHROMIUM
from tests.conftest import Databases
from tests.serving import serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no /usr/bin/chromium here: apt-get install chromium"),
]
#: per step what is typed, in the order in which the Tab key passes the fields; a space ticks, `v` chooses the next
TYPED: tuple[tuple[tuple[str, str], ...], ...] = (
    (("gemeente", "Westerveen"), ("themas", " "), ("spoed", " "), ("functieMelder", "wijkagent")),
    (("personen-1-naam", "Hendrik B."), ("personen-1-geboortedatum", "29-2-1980"), ("personen-1-bsn", "999990044")),
    (("reden", "veertien meldingen in zes weken"), ("situatie", "dreiging in de buurt"),
     ("problemen-1-leefgebied", "v"), ("problemen-1-omschrijving", "schulden"),
     ("incidenten-1-omschrijving", "ruit ingegooid"), ("incidenten-1-dag", "1-9-2026"), ("gevolgen", " ")),
    (("eerderGeprobeerd", "het wijkteam kwam drie keer langs"), ("partners-1-organisatie", "GGZ Westerveen")),
    tuple((f"criteria-{one}", f"criterium {one} is voldaan, zie hiernaast") for one in "abcd"),
    (("doel", "één plan"), ("besprokenMetBetrokkene", " "), ("kwaliteitsverklaring", " ")),
)  # fmt: skip


def kept(tmp_path: Path) -> Path:
    wanted = Path(os.environ.get("POLS_PICTURES", str(tmp_path)))
    wanted.mkdir(parents=True, exist_ok=True)
    return wanted


async def looked_at(tab: Tab, pictures: Path, name: str) -> None:
    """Nothing sticks out of the screen; a picture for who wants to look (POLS_PICTURES)."""
    wide, screen = await tab.size()
    assert wide <= screen, name
    await tab.picture(pictures / f"{name}.png")


async def fill(tab: Tab, fields: tuple[tuple[str, str], ...]) -> None:
    for field, typed in fields:
        await tab.tab_to(f"#{field}")
        if typed in {" ", "v"}:
            await tab.press("Space" if typed == " " else "ArrowDown")
        else:
            await tab.call("Input.insertText", text=typed)


async def go(tab: Tab, selector: str) -> None:
    """To another page, by Tab and Enter."""
    await tab.tab_to(selector)
    async with tab.loaded():
        await tab.press("Enter")


@pytest.mark.parametrize("width", [320])
async def test_a_report_is_made_with_the_keyboard_alone(own_db: Databases, tmp_path: Path, width: int) -> None:
    house, pictures = await factories.a_house(own_db.owner), kept(tmp_path)
    async with (
        serving(create_workplace(own_db.web, Ways(token_form=True))) as base,
        telephone(tmp_path / "profile", width=width) as tab,
    ):
        await signed_in(tab, base, house.tokens["politie"])
        await go(tab, "a[href='/aanmeldingen']")
        await looked_at(tab, pictures, f"aanmeldingen-{width}")
        await go(tab, "form[action='/aanmeldingen'] button")
        for number, fields in enumerate(TYPED, start=1):
            await fill(tab, fields)
            await looked_at(tab, pictures, f"stap-{number}-{width}")
            await go(tab, ".knoppen button[value='verder']")
        await looked_at(tab, pictures, f"stap-7-{width}")
        await go(tab, ".knoppen a")
        html = await tab.html()
        assert "Dit ontbreekt nog" not in html, html
        await looked_at(tab, pictures, f"stap-8-{width}")
        await go(tab, "form[action$='/indienen'] button")
        html = await tab.html()
        await looked_at(tab, pictures, f"ingediend-{width}")

    assert "Uw aanmelding is ingediend" in html
    assert "Wat er nu gebeurt" in html


async def signed_in(tab: Tab, base: str, token: str) -> None:
    await tab.go(f"{base}/aanmelden")
    await tab.type("#token", token)
    async with tab.loaded():
        await tab.press("Enter")


SCREENS = [(320, "dark"), (1280, "light")]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_the_screening_fits_the_screen(own_db: Databases, tmp_path: Path, width: int, scheme: str) -> None:
    house, pictures = await factories.a_house(own_db.owner), kept(tmp_path)
    story = await factories.a_report(own_db.web, house, facts="drie aangiften", criminogenic_factors=("schulden",))
    await story.decide("triagist", D.COMPLETE)
    async with (
        serving(create_workplace(own_db.web, Ways(token_form=True))) as base,
        telephone(tmp_path / "profile", width=width) as tab,
    ):
        await tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await signed_in(tab, base, house.tokens["triagist"])
        await tab.go(f"{base}/casussen/{story.case_id}/screening")
        await looked_at(tab, pictures, f"screening-{width}-{scheme}")
        await tab.focus("form[action$='/toetsing'] button")
        async with tab.loaded():
            await tab.press("Enter")
        assert "Dit moet u nog aanpassen" in await tab.html()
        await looked_at(tab, pictures, f"screening-fout-{width}-{scheme}")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_what_is_wrong_fits_the_screen(own_db: Databases, tmp_path: Path, width: int, scheme: str) -> None:
    house, pictures = await factories.a_house(own_db.owner), kept(tmp_path)
    async with unit_of_work(house.actors["politie"], own_db.web) as work:
        report = await referrals.draft(work, factories.described(quality_statement=False, goal=""))
    async with (
        serving(create_workplace(own_db.web, Ways(token_form=True))) as base,
        telephone(tmp_path / "profile", width=width) as tab,
    ):
        await tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await signed_in(tab, base, house.tokens["politie"])
        address = f"{base}/aanmeldingen/{report.id}/invullen"
        await tab.go(f"{address}?stap=personen")
        await tab.type("#personen-1-geboortedatum", "gisteren")
        async with tab.loaded():
            await tab.press("Enter")
        assert "schrijf de datum als" in await tab.html()
        await looked_at(tab, pictures, f"fout-{width}-{scheme}")
        for step in ("waarover", "situatie", "criteria", "wens", "bijlagen", "controleren"):
            await tab.go(f"{address}?stap={step}")
            await looked_at(tab, pictures, f"{step}-{width}-{scheme}")
