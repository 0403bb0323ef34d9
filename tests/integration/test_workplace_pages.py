"""What every page of the workplace is made of: a language, one heading, labels, and nothing our policy would block."""

from html.parser import HTMLParser

from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse
from tests.integration.test_workplace import browsing, signed_in


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
    for key in ("regisseur", "ggz"):
        async with signed_in(db, house, key) as client:
            for path in ("/", "/casussen", f"/casussen/{story.case_id}", "/nergens"):
                found[f"{key} {path}"] = (await client.get(path)).text
    async with browsing(db) as client:
        found["/aanmelden"] = (await client.get("/aanmelden")).text
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
        assert outline.all("script", "style") == [], name
        assert [
            attrs for _, attrs in outline.tags if "style" in attrs or any(a.startswith("on") for a in attrs)
        ] == [], name
        sends = sum(form.get("method") == "post" for form in outline.all("form"))
        assert html.count('name="csrf"') == (0 if name == "/aanmelden" else sends), name


async def test_the_first_thing_on_a_page_leads_past_the_menu(db: Databases, house: AHouse) -> None:
    for name, html in (await pages(db, house)).items():
        outline = Outline(html)

        assert outline.all("a")[0]["href"] == "#inhoud", name
        assert outline.all("main")[0]["id"] == "inhoud", name
