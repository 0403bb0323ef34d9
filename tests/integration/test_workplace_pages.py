"""What every page of the workplace is made of: a language, one heading, labels, and nothing our policy would block."""

from html.parser import HTMLParser

import pytest
from sqlalchemy import exc
from starlette.requests import Request

from models.casebook import ways
from models.transactions import Database, unit_of_work
from models.ways import AddWay, WayKind
from models.words import DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.entering import Entrance, invited, new_accounts
from tests.factories import AHouse
from tests.integration.test_workplace import a_duty, browsing, csrf, signed_in


class Outline(HTMLParser):
    """What a page is made of: its language, headings, labels and fields, and anything that our policy would block."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in tags]


async def pages(db: Databases, house: AHouse) -> dict[str, str]:
    story = await factories.a_case(db.web, house, Phase.PLAN)
    found = {}
    case = f"/casussen/{story.case_id}"
    closing = f"/casussen/{(await factories.a_case(db.web, house, Phase.CLOSING)).case_id}"
    term = f"/taken/{(await story.duty(DutyKind.EVALUATION)).id}/termijn"
    system = f"/abonnementen/{(await factories.ways_and_systems(db.web, house, 'ggz'))['abonnementen']}"
    async with unit_of_work(house.actors["ggz"], db.web) as work:
        await ways.add(work, house.person("ggz"), AddWay(kind=WayKind.SMS, address="06 12345678"))
    for key in ("regisseur", "ggz", "manager"):
        async with signed_in(db, house, key) as client:
            for path in (
                "/", "/casussen", case, f"{case}/toegang", term, "/noodtoegangen", "/nergens", "/mijn", "/berichten",
                "/mijn/voorkeuren", "/teksten", "/voorkeuren", "/bevestigen",
                "/mijn/agenda", "/aanmeldingen", f"{case}/screening",
                "/mijn/agenda", "/zoeken", "/zoeken?nummer=1", closing,
                "/mijn/kanalen", "/abonnementen", system,
                "/beleid", "/beleid/geschiedenis", "/mensen", f"/mensen/{house.person('ggz')}", "/organisaties",
                "/inrichting",
            ):  # fmt: skip
                found[f"{key} {path}"] = (await client.get(path)).text
    async with browsing(db) as client:
        found["/aanmelden"] = (await client.get("/aanmelden")).text
    entrance = Entrance.on(db.web, new_accounts())
    async with entrance.browser() as client:
        for path in ("/aanmelden", "/aanmelden/account"):
            found[f"account {path}"] = (await client.get(path)).text
        sent = {"uitnodiging": await invited(db, house, "regisseur")}
        found["account instellen"] = (await client.post("/aanmelden/account", data=sent)).text
    return found


async def test_every_page_has_a_language_one_heading_labels_and_nothing_inline(db: Databases, house: AHouse) -> None:
    for name, html in (await pages(db, house)).items():
        outline = Outline(html)
        ids = [str(attrs["id"]) for _, attrs in outline.tags if "id" in attrs]
        named = {attrs.get("for") for attrs in outline.all("label")}
        fields = [a for a in outline.all("input", "select", "textarea") if a.get("type") != "hidden"]

        assert outline.all("html") == [{"lang": "nl"}], name
        assert len(outline.all("h1")) == 1, name
        assert [field for field in fields if field.get("id") not in named] == [], name
        assert len(ids) == len(set(ids)), name
        assert outline.all("style") == [], name
        assert [set(one) - {"src", "nonce", "defer"} for one in outline.all("script") if "src" in one] in ([], [set()])
        assert [one for one in outline.all("script") if "src" not in one] == [], name
        assert [
            attrs for _, attrs in outline.tags if "style" in attrs or any(a.startswith("on") for a in attrs)
        ] == [], name
        sends = sum(form.get("method") == "post" for form in outline.all("form"))
        assert html.count('name="csrf"') == (0 if "/aanmelden" in name or name.startswith("account") else sends), name


async def test_the_first_thing_on_a_page_leads_past_the_menu(db: Databases, house: AHouse) -> None:
    for name, html in (await pages(db, house)).items():
        outline = Outline(html)

        assert outline.all("a")[0]["href"] == "#inhoud", name
        assert outline.all("main")[0]["id"] == "inhoud", name


# What a form may hold


async def answering(db: Databases, house: AHouse, note: str) -> tuple[int, str]:
    story = await factories.a_case(db.web, house, Phase.PLAN)
    async with signed_in(db, house, "ggz") as client:
        duty = await a_duty(story, DutyKind.ACCEPT_COMMITMENT, "ggz")
        form = csrf(client) | {"uitkomst": "geweigerd", "toelichting": note}
        answer = await client.post(f"/taken/{duty}/antwoorden", data=form)
    return answer.status_code, answer.text


async def test_a_character_that_cannot_be_kept_is_refused_on_a_page(db: Databases, house: AHouse) -> None:
    status, html = await answering(db, house, "alleen\0de huisarts")

    assert (status, Outline(html).all("h1") != []) == (400, True)
    assert "niet te bewaren" in html
    assert "Traceback" not in html


async def test_a_form_that_is_too_large_is_refused_on_a_page(db: Databases, house: AHouse) -> None:
    status, html = await answering(db, house, "x" * 1_000_001)

    assert (status, "groter dan 1 MB" in html) == (413, True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OSError("geheim"), 503), (exc.TimeoutError("geheim"), 503),
        (exc.InterfaceError("geheim", {}, Exception("geheim")), 503), (OverflowError("geheim"), 400),
        (ValueError("geheim"), 400),
    ],
    ids=["unreachable", "no connection free", "connection lost", "too far away", "no text"],
)  # fmt: skip
async def test_trouble_is_a_page_that_tells_nothing_of_it(
    db: Databases, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def broken(_request: Request) -> Database:
        raise error

    monkeypatch.setattr("api.workplace.visits.database_of", broken)
    async with browsing(db) as client:
        answer = await client.post("/aanmelden", data={"token": "iets"})

    assert (answer.status_code, "geheim" in answer.text) == (status, False)
    assert ("retry-after" in answer.headers) is (status == 503)
    assert answer.headers["x-frame-options"] == "DENY"
