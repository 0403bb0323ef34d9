"""Rapportages on pages: a chart with a table beside it, in words that explain, and files to take along."""

import pytest

from api.workplace.charts import MOST_BARS, charts
from models.figures import Cell, Line, Report, Sheet
from tests.conftest import Databases
from tests.factories import AHouse
from tests.integration.test_workplace import signed_in
from tests.integration.test_workplace_pages import Outline
from tests.reporting import PERIOD, Past, a_known_past


@pytest.fixture
async def past(db: Databases, house: AHouse) -> Past:
    return await a_known_past(db, house)


async def shown(db: Databases, house: AHouse, who: str, path: str, **query: str) -> str:
    async with signed_in(db, house, who) as client:
        answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.usefixtures("past")
async def test_a_report_has_a_chart_with_words_and_the_same_in_a_table(db: Databases, house: AHouse) -> None:
    html = await shown(db, house, "manager", "/rapportages/instroom", **PERIOD)

    outline = Outline(html)
    ids = {str(attrs["id"]) for _, attrs in outline.tags if "id" in attrs}
    pictures = outline.all("svg")
    assert pictures
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(str(picture["aria-labelledby"]).split()) <= ids
    assert len(outline.all("title")) == 1 + len(pictures)
    assert len(outline.all("table")) == 3
    assert "3e kwartaal 2026: 38" in html
    assert ">49<" in html
    assert "afgeschermd" in html
    assert "/rapportages/instroom.xlsx?van=2026-04-01&amp;tot=2026-09-30" in html


@pytest.mark.usefixtures("past")
async def test_every_report_is_a_page_of_one_heading_with_labels_and_nothing_inline(
    db: Databases, house: AHouse
) -> None:
    async with signed_in(db, house, "manager") as client:
        for path in ("/rapportages", *(f"/rapportages/{one}" for one in Report)):
            html = (await client.get(path, params=PERIOD if path.count("/") > 1 else {})).text
            outline = Outline(html)
            ids = [str(attrs["id"]) for _, attrs in outline.tags if "id" in attrs]
            named = {attrs.get("for") for attrs in outline.all("label")}
            fields = [a for a in outline.all("input", "select") if a.get("type") != "hidden"]

            assert len(outline.all("h1")) == 1, path
            assert [field for field in fields if field.get("id") not in named] == [], path
            assert len(ids) == len(set(ids)), path
            assert outline.all("style") + [one for one in outline.all("script") if "src" not in one] == [], path
            assert [attrs for _, attrs in outline.tags if "style" in attrs] == [], path


async def test_a_period_without_anything_says_what_to_do(db: Databases, house: AHouse) -> None:
    html = await shown(db, house, "manager", "/rapportages/instroom", **PERIOD)

    assert "Kies hierboven een andere periode" in html
    assert "<table" not in html


async def test_a_running_quarter_is_called_provisional(db: Databases, house: AHouse) -> None:
    assert "voorlopig" in await shown(db, house, "manager", "/rapportages/uitkomsten")
    assert "voorlopig" not in await shown(db, house, "manager", "/rapportages/uitkomsten", **PERIOD)


async def test_the_menu_and_the_pages_are_for_whom_there_are_reports(db: Databases, house: AHouse) -> None:
    for who, status in (("manager", 200), ("privacy", 200), ("ggz", 200), ("regisseur", 403), ("beheerder", 403)):
        async with signed_in(db, house, who) as client:
            first = (await client.get("/")).text
            answer = await client.get("/rapportages")
            load = await client.get("/rapportages/belasting")
            file = await client.get("/rapportages/instroom.csv")

        assert ('href="/rapportages"' in first, answer.status_code) == (status == 200, status), who
        assert load.status_code == (200 if who == "manager" else 403), who
        assert file.status_code == status, who


@pytest.mark.usefixtures("past")
async def test_a_file_of_the_page_is_the_file_of_the_interface(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "manager") as client:
        sheet = await client.get("/rapportages/instroom.csv", params=PERIOD)
        book = await client.get("/rapportages/instroom.xlsx", params=PERIOD)
        load = await client.get("/rapportages/belasting.csv")

    assert sheet.headers["content-disposition"] == 'attachment; filename="instroom.csv"'
    assert sheet.headers["cache-control"] == "no-store"
    assert "tabel" in sheet.text.splitlines()[0]
    assert book.content.startswith(b"PK")
    assert load.status_code == 404


@pytest.mark.parametrize("query", [{"van": "gisteren"}, {"van": "2026-02-01"}, {"tot": "2090-12-31"}])
async def test_another_period_is_refused_on_a_page_that_says_what_to_choose(
    db: Databases, house: AHouse, query: dict[str, str]
) -> None:
    async with signed_in(db, house, "manager") as client:
        answer = await client.get("/rapportages/instroom", params=query)

    assert answer.status_code == 422
    assert "kies" in answer.text


# Charts


def _sheet(count: int, *values: int | None) -> Sheet:
    cells = values or tuple(range(count))
    lines = tuple(Line(f"rij {n}", (Cell(value, hidden=value is None),)) for n, value in enumerate(cells))
    return Sheet("Titel", "Rij", ("samen",), lines, drawn=0)


def test_the_longest_bar_is_the_whole_width_and_what_is_kept_back_has_none() -> None:
    [chart] = charts(_sheet(0, 4, None, 8), "g0")

    assert [(bar.value, bar.width, bar.hidden) for bar in chart.bars] == [
        ("8", 100.0, False), ("4", 50.0, False), ("afgeschermd", 0.0, True),
    ]  # fmt: skip
    assert chart.told == "rij 2: 8; rij 0: 4; rij 1: afgeschermd"


def test_a_chart_has_so_many_bars_and_the_table_has_them_all() -> None:
    [chart] = charts(_sheet(30), "g0")

    assert len(chart.bars) == MOST_BARS
    assert chart.bars[0].label == "rij 29"


def test_there_is_no_chart_of_one_row_or_of_nothing() -> None:
    assert charts(_sheet(0, 5), "g0") == []
    assert charts(_sheet(0, None, None), "g0") == []


def test_a_long_name_is_cut_in_the_chart_only() -> None:
    long = "Stichting voor zeer uitvoerige naamgeving in de regio"
    sheet = Sheet("T", "R", ("samen",), (Line(long, (Cell(3),)), Line("b", (Cell(1),))), drawn=0)

    [chart] = charts(sheet, "g0")

    assert chart.bars[0].label.endswith("…")
    assert long in chart.told
