"""The workplace in Debian's Chromium: nothing sticks out at 1280 and 320 pixels, and a picture can be made of it."""

import asyncio
import re
import shutil
import struct
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.ways import Ways
from api.workplace.app import create_workplace
from api.workplace.visits import COOKIE, csrf_of
from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.following import days_pass
from tests.serving import serving

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--accept-lang=nl",
)  # fmt: skip
PNG_SIZE = slice(16, 24)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no /usr/bin/chromium here: apt-get install chromium"),
]

#: shows a page in a frame of the width asked, since a window of Chromium is never as narrow as a phone; and measures it
FRAME = """<!doctype html><html><body style="margin:0">
<iframe src="{src}" style="border:0;width:{width}px;height:900px"></iframe>
<script>onload = () => {{
  const page = document.querySelector('iframe').contentDocument.documentElement;
  document.title = page.scrollWidth + '/' + page.clientWidth;
}}</script></body></html>"""


async def chromium(profile: Path, *arguments: str) -> str:
    """Run the browser once; answers what it printed."""
    process = await asyncio.create_subprocess_exec(
        CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *arguments, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    printed, _ = await asyncio.wait_for(process.communicate(), 90)
    return printed.decode()


@pytest.fixture
async def pages(own_db: Databases, tmp_path: Path) -> dict[str, Path]:
    """The pages as they are served, kept as files beside their style sheet."""
    house = await factories.a_house(own_db.owner)
    for phase in (Phase.SCREENING, Phase.REGIE, Phase.PLAN, Phase.MONITORING):
        story = await factories.a_case(own_db.web, house, phase)
    await days_pass(own_db, 20)
    kept = {}
    async with (
        serving(create_workplace(own_db.web, Ways(token_form=True))) as base,
        httpx2.AsyncClient(base_url=base) as client,
    ):
        (tmp_path / "pols.css").write_bytes((await client.get("/stijl/pols.css")).content)
        paths = {
            "aanmelden": "/aanmelden",
            "overzicht": "/",
            "casussen": "/casussen",
            "zoeken": "/zoeken?nummer=1",
            "casus": f"/casussen/{story.case_id}",
            "logboek": f"/logboek?doel=rechtmatigheid&casus={story.case_id}",
            "inzage": f"/logboek/casussen/{story.case_id}?doel=rechtmatigheid",
        }
        for name, path in paths.items():
            if name in {"overzicht", "logboek"}:
                who = "regisseur" if name == "overzicht" else "privacy"
                await client.post("/aanmelden", data={"token": house.tokens[who]})
                assert PLAIN in client.cookies
                sent = {"csrf": csrf_of(client.cookies[PLAIN]), "token": house.tokens[who], "terug": "/"}
                assert (await client.post("/bevestigen", data=sent)).status_code == 303
            answer = await client.get(path)
            assert answer.status_code == 200
            kept[name] = tmp_path / f"{name}.html"
            kept[name].write_text(answer.text.replace("/stijl/pols.css", "pols.css"), encoding="utf-8")
    return kept


@pytest.mark.parametrize("width", [1280, 320])
async def test_no_page_is_wider_than_the_screen(pages: dict[str, Path], tmp_path: Path, width: int) -> None:
    measured = {}
    for name, page in pages.items():
        frame = tmp_path / f"{name}-{width}-frame.html"
        frame.write_text(FRAME.format(src=page.name, width=width), encoding="utf-8")
        printed = await chromium(
            tmp_path / "profile", "--allow-file-access-from-files", "--dump-dom", "--virtual-time-budget=4000",
            frame.as_uri(),
        )  # fmt: skip
        found = re.search(r"<title>(\d+)/(\d+)</title>", printed)
        assert found, f"{name}: the browser did not measure the page"
        measured[name] = (int(found[1]), int(found[2]))

    assert {client for _, client in measured.values()} <= set(range(width - 20, width + 1))
    assert {name: sizes for name, sizes in measured.items() if sizes[0] > sizes[1]} == {}


@pytest.mark.parametrize("flags", [(), ("--force-dark-mode",)], ids=["light", "dark"])
async def test_a_picture_can_be_made_of_the_overview(
    pages: dict[str, Path], tmp_path: Path, flags: tuple[str, ...]
) -> None:
    picture = tmp_path / "overzicht.png"
    await chromium(
        tmp_path / "profile", *flags, "--window-size=1280,1600", f"--screenshot={picture}", pages["overzicht"].as_uri()
    )

    assert struct.unpack(">II", picture.read_bytes()[PNG_SIZE]) == (1280, 1600)


async def test_a_browser_is_shown_the_style_and_no_rule_of_ours_stops_it(own_db: Databases, tmp_path: Path) -> None:
    async with serving(create_workplace(own_db.web, Ways(token_form=True))) as base:
        printed = await chromium(tmp_path / "profile", "--dump-dom", "--virtual-time-budget=4000", f"{base}/aanmelden")

    assert "<h1>Aanmelden</h1>" in printed


#: how a cookie is called on a loopback without https
PLAIN = COOKIE.removeprefix("__Host-")


class Visiting:
    """The workplace as somebody who is signed in finds it, with something of ours added to every page when asked."""

    def __init__(self, app: Any, cookie: str, added: bytes = b"") -> None:
        self.app, self.cookie, self.added = app, cookie.encode(), added

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["headers"] = [*scope["headers"], (b"cookie", PLAIN.encode() + b"=" + self.cookie)]

        async def with_more(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [one for one in message["headers"] if one[0] != b"content-length"]
            elif b"</body>" in message["body"]:
                message["body"] = message["body"].replace(b"</body>", self.added + b"</body>")
            await send(message)

        await self.app(scope, receive, with_more)


async def console(profile: Path, picture: Path, address: str) -> list[str]:
    """What the browser has to say about a page while it makes a picture of it."""
    process = await asyncio.create_subprocess_exec(
        CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--enable-logging=stderr", "--window-size=1280,1000",
        f"--screenshot={picture}", address, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await asyncio.wait_for(process.communicate(), 90)
    return [line for line in said.decode().splitlines() if ":CONSOLE" in line or "Content Security Policy" in line]


async def test_no_page_does_what_its_own_policy_forbids_and_a_page_that_does_is_stopped(
    own_db: Databases, tmp_path: Path
) -> None:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    workplace = create_workplace(own_db.web, Ways(token_form=True))
    async with serving(workplace) as base, httpx2.AsyncClient(base_url=base) as client:
        await client.post("/aanmelden", data={"token": house.tokens["regisseur"]})
        cookie = client.cookies[PLAIN]
    said = {}
    async with serving(Visiting(workplace, cookie)) as base:
        for name, path in {
            "begin": "/",
            "casussen": "/casussen",
            "casus": f"/casussen/{story.case_id}",
            "fout": "/x",
        }.items():
            said[name] = await console(tmp_path / "profile", tmp_path / f"{name}.png", base + path)
    async with serving(Visiting(workplace, cookie, b"<p style='color:red'>x</p><script>1</script>")) as base:
        stopped = await console(tmp_path / "profile", tmp_path / "gestopt.png", base + "/")

    assert {name: lines for name, lines in said.items() if name != "fout" and lines} == {}
    assert [line for line in said["fout"] if "Content Security Policy" in line] == []  # a 404 is told as well
    assert len([line for line in stopped if "Content Security Policy" in line]) >= 2
    assert all((tmp_path / f"{name}.png").stat().st_size > 5_000 for name in said)
