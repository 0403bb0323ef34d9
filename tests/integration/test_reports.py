"""The figures of a house of which they are known: who reads which, small counts kept back, and taking them along."""

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from api.sheets import CSV, XLSX
from models import figures
from models.actors import ENGINE
from models.casebook import erasure
from models.figures import Quarter, Report
from models.lookups import figures as lookup
from models.lookups import reports
from models.policy import Policy
from models.tables.base import new_id
from models.tables.cases import ErasedReport, ErasedVisit
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import Outcome, Phase
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, a_case, a_house
from tests.reporting import PERIOD, SPRING, SUMMER, Past, a_known_past

KEPT, LEAST = "afgeschermd", "ten minste"


@pytest.fixture
async def past(db: Databases, house: AHouse) -> Past:
    return await a_known_past(db, house)


def said(cell: dict[str, Any]) -> str:
    """A number of the wire as a page says it."""
    if cell["waarde"] is None:
        return KEPT if cell["afgeschermd"] else "-"
    return f"{LEAST} {cell['waarde']}" if cell["tenMinste"] else str(cell["waarde"])


def table(found: dict[str, Any], place: int = 0) -> dict[str, list[str]]:
    """A table of a report: per row its figures."""
    sheet = found["tabellen"][place]
    rows = [*sheet["rijen"], *([sheet["totaal"]] if sheet["totaal"] else [])]
    return {row["naam"]: [said(one) for one in row["getallen"]] for row in rows}


async def read(door: Door, who: str, report: str, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = await door.get(who, f"/rapportages/{report}", **(query or PERIOD))
    return found


# Figures


@pytest.mark.usefixtures("past")
async def test_inflow_per_organisation_keeps_a_small_count_back_and_its_total_exact(door: Door) -> None:
    found = table(await read(door, "manager", "instroom"))

    assert found["Totaal"] == ["11", "38", "49"]
    assert found["GGZ Westerveen"] == ["0", KEPT, KEPT]
    summer = [cells[1] for name, cells in found.items() if name != "Totaal"]
    assert (len(summer), summer.count(KEPT)) == (5, 3), "two more are kept back, whatever their size"
    assert set(summer) - {KEPT} <= {"12", "8", "9", "7"}


@pytest.mark.usefixtures("past")
async def test_inflow_per_municipality_and_theme(door: Door) -> None:
    found = await read(door, "manager", "instroom")

    assert table(found, 1) == {
        "Oosterzee": ["0", "8", "8"], "Westerveen": ["11", "30", "41"], "Totaal": ["11", "38", "49"],
    }  # fmt: skip
    assert table(found, 2) == {"stalking": ["11", "38", "49"], "verward gedrag": ["0", "12", "12"]}


@pytest.mark.usefixtures("past")
async def test_the_first_response_is_told_in_working_days(door: Door) -> None:
    found = table(await read(door, "manager", "eerste-reactie"))

    assert found == {
        "dezelfde werkdag": ["0", "12", "12"], "3 werkdagen": ["0", "8", "8"], "geen reactie": ["11", "18", "29"],
        "Totaal": ["11", "38", "49"],
    }  # fmt: skip


@pytest.mark.usefixtures("past")
async def test_outcomes_are_of_the_reports_of_a_quarter(door: Door) -> None:
    found = table(await read(door, "manager", "uitkomsten"))

    assert found == {
        "in procesregie genomen": ["6", KEPT, f"{LEAST} 6"], "doorverwezen": ["5", KEPT, f"{LEAST} 5"],
        "Totaal": ["11", "38", "49"],
    }  # fmt: skip


@pytest.mark.usefixtures("past")
async def test_lead_times_are_told_from_so_many_cases_on(door: Door) -> None:
    found = await read(door, "manager", "doorlooptijden")

    assert table(found, 0) == {"Screening en triage": ["-", "3"], "Regie voorbereiden": ["-", KEPT]}
    assert table(found, 1)["Screening en triage"] == ["-", KEPT], "nine out of ten needs twice as many"
    assert table(found, 2) == {"Screening en triage": ["-", "5"], "Regie voorbereiden": ["-", KEPT]}


@pytest.mark.usefixtures("past")
async def test_commitments_are_on_time_or_late_per_partner(door: Door) -> None:
    found = table(await read(door, "manager", "afspraken"))

    flat = [cell for cells in found.values() for cell in cells[:3]]
    assert set(found) == {"GGZ Westerveen", "Politie", "Reclassering"}
    assert sorted(one for one in flat if one not in {"0", KEPT}) in (["6"], ["7"], ["9"]), "two more, and the two"
    assert flat.count(KEPT) == 3


async def test_who_came_back_is_counted_and_nobody_learns_of_whom(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    first = await a_case(own_db.web, house, Phase.CLOSED)
    again = await a_case(own_db.web, house, Phase.REGIE)
    other = await a_house(own_db.owner)
    await a_case(own_db.web, other, Phase.REGIE)
    asked: dict[str, Any] = {}
    for who in ("manager", "privacy", "regisseur", "politie"):
        async with unit_of_work(house.actors[who], own_db.web) as work:
            period = figures.period(None, None, work.now)
            found = await lookup.counts(work, Report.REINFLOW, period, Policy().calendar())
            asked[who] = dict(found.get("herinstroom", {})).get(period.running, {})

    assert first.case_id != again.case_id
    assert asked == {
        "manager": {"nieuw": 1, "eerder": 1},
        "privacy": {"nieuw": 1, "eerder": 1},
        "regisseur": {},
        "politie": {},
    }


async def test_the_load_of_each_regisseur_is_for_the_manager_and_is_not_taken_along(db: Databases, door: Door) -> None:
    await a_case(db.web, door.house, Phase.MONITORING)
    await a_case(db.web, door.house, Phase.SCREENING)

    found = await read(door, "manager", "belasting")
    refused = await door.call("GET", "/rapportages/belasting", "manager", headers={"Accept": CSV})

    columns, rows = found["tabellen"][0]["kolommen"], table(found)
    [led] = [cells for name, cells in rows.items() if name not in {"nog niemand", "Totaal"}]
    assert dict(zip(columns, led, strict=True))["Uitvoering en monitoring"] == "1"
    assert dict(zip(columns, rows["nog niemand"], strict=True))["Screening en triage"] == "1"
    assert (found["van"], found["afgeschermdOnder"]) == (None, 0)
    assert refused.status_code == 400


# What was erased


async def test_an_erased_report_still_counts_by_quarter_organisation_and_theme(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    story = await a_case(own_db.web, house, Phase.SCREENING)
    await story.judge(met=False)
    await story.decide("triagist", D.REJECT, deciders=(house.person("om"),))
    before = await _all_counts(own_db, house)
    await own_db.shift(31 * 86400)

    async with unit_of_work(ENGINE, own_db.engine) as work:
        assert await erasure.erase(work, story.case_id)

    after = await _all_counts(own_db, house)
    assert before == after
    assert before["instroom"]["organisatie"] == {str(house.organisations["politie"]): 1}
    assert before["uitkomsten"]["uitkomst"] == {"afgewezen": 1}
    assert before["eerste-reactie"]["reactie"] == {"0": 1}
    assert before["doorlooptijden"]["aanmelding"] == (1, 0, 0)


async def _all_counts(db: Databases, house: AHouse) -> dict[str, Any]:
    async with unit_of_work(house.actors["manager"], db.web) as work:
        period = figures.period(None, None, work.now)
        found: dict[str, Any] = {}
        for report in (Report.INFLOW, Report.OUTCOMES, Report.RESPONSE):
            counts = await lookup.counts(work, report, period, Policy().calendar())
            found[report] = {
                what: {word: n for one in per.values() for word, n in one.items()} for what, per in counts.items()
            }
        times = await lookup.lead_times(work, period, Policy().calendar())
        found["doorlooptijden"] = {
            phase: said for per in times.values() for phase, said in per.items() if phase != "afgesloten"
        }
        return found


async def test_nothing_that_stays_of_an_erased_report_tells_a_day(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    past = Past(house)
    past.made.append(
        ErasedReport(
            id=new_id(), house_id=house.id, outcome=Outcome.REJECTED, reported_on=date(2026, 8, 3), erased_at=SUMMER,
            municipality="", themes=[],
        )
    )  # fmt: skip
    with pytest.raises(Exception, match="ck_erased_report_no_day"):
        await past.keep(own_db)

    past.made = [
        ErasedVisit(id=new_id(), house_id=house.id, phase=Phase.INTAKE, left_in=date(2026, 8, 3), working_days=1)
    ]
    with pytest.raises(Exception, match="ck_erased_visit_no_day"):
        await past.keep(own_db)


# For whom


@pytest.mark.parametrize(
    ("who", "reports"),
    [
        ("manager", set(Report)),
        ("privacy", {Report.INFLOW, Report.LEAD_TIMES, Report.OUTCOMES, Report.REINFLOW}),
        ("ggz", {Report.INFLOW, Report.RESPONSE, Report.COMMITMENTS, Report.OUTCOMES}),
        ("regisseur", set()), ("triagist", set()), ("beheerder", set()),
    ],
)  # fmt: skip
async def test_each_sees_the_reports_that_are_theirs_and_no_others(door: Door, who: str, reports: set[Report]) -> None:
    listed = await door.call("GET", "/rapportages", who)
    statuses = {report: (await door.call("GET", f"/rapportages/{report}", who)).status_code for report in Report}

    assert {report for report, status in statuses.items() if status == 200} == reports
    assert {status for report, status in statuses.items() if report not in reports} <= {403}
    assert listed.status_code == (200 if reports else 403)
    assert {one["naam"] for one in listed.json().get("resultaten", ())} == reports


@pytest.mark.usefixtures("past")
async def test_a_participant_reads_about_its_own_organisation_only(door: Door) -> None:
    theirs = await read(door, "politie", "instroom")

    assert theirs["eigenOrganisatie"]
    assert [sheet["rijenZijn"] for sheet in theirs["tabellen"]] == ["Gemeente", "Thema"]
    assert table(theirs)["Totaal"] == ["6", "12", "18"]
    assert set(table(await read(door, "ggz", "afspraken"))) == {"GGZ Westerveen"}


async def test_another_house_counts_nothing_of_this_one(db: Databases, door: Door, past: Past) -> None:
    neighbours = Door(door.client, await a_house(db.owner))

    assert past.house.id != neighbours.house.id
    for report in Report:
        found = await read(neighbours, "manager", report)
        assert [sheet["rijen"] for sheet in found["tabellen"] if sheet["rijen"]] == [], report


@pytest.mark.usefixtures("past")
async def test_the_privacy_officer_counts_what_the_manager_counts(door: Door) -> None:
    for report in ("instroom", "uitkomsten", "doorlooptijden", "herinstroom"):
        assert await read(door, "privacy", report) == await read(door, "manager", report)


# Periods and thresholds


@pytest.mark.usefixtures("past")
async def test_a_quarter_is_the_same_in_every_period(door: Door) -> None:
    both = table(await read(door, "manager", "instroom"))
    alone = table(await read(door, "manager", "instroom", van="2026-07-01", tot="2026-09-30"))

    assert {name: cells[0] for name, cells in alone.items()} == {name: cells[1] for name, cells in both.items()}


@pytest.mark.parametrize(
    "query", [{"van": "2026-04-02"}, {"tot": "2026-04-30"}, {"van": "2026-07-01", "tot": "2026-06-30"}]
)
async def test_another_period_than_whole_quarters_is_refused(door: Door, query: dict[str, str]) -> None:
    answer = await door.call("GET", "/rapportages/instroom", "manager", params=query)

    assert answer.status_code == 400
    assert "kies" in answer.json()["velden"][0]["melding"]


async def test_a_house_may_keep_more_back(own_db: Databases) -> None:
    house = await a_house(own_db.owner, policy=Policy(figures_least=9))
    await a_known_past(own_db, house)
    async with unit_of_work(house.actors["manager"], own_db.web) as work:
        found = await reports.of(work, Report.INFLOW, date(2026, 4, 1), date(2026, 9, 30))

    assert found.least == 9
    values = [cell.value for sheet in found.sheets for line in sheet.lines for cell in line.cells[:2]]
    assert values
    assert [one for one in values if one is not None and 0 < one < 9] == []


# Taking along


@pytest.mark.usefixtures("past")
async def test_a_file_opens_in_a_dutch_spreadsheet_and_says_what_the_page_says(door: Door) -> None:
    answer = await door.call("GET", "/rapportages/instroom", "manager", params=PERIOD, headers={"Accept": CSV})

    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="instroom.csv"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    [total] = [
        one for one in rows if one["rij"] == "Totaal" and "organisatie" in one["tabel"] and one["kolom"] == "samen"
    ]
    assert (total["waarde"], total["opmerking"]) == ("49", "")
    assert {(one["waarde"], one["opmerking"]) for one in rows if one["rij"] == "GGZ Westerveen"} == {
        ("0", ""),
        ("", KEPT),
    }


@pytest.mark.usefixtures("past")
async def test_a_workbook_opens_with_an_explanation_and_a_sheet_for_each_table(door: Door) -> None:
    answer = await door.call("GET", "/rapportages/instroom", "manager", params=PERIOD, headers={"Accept": XLSX})

    book = load_workbook(BytesIO(answer.content))
    assert len(book.sheetnames) == 4
    assert "afgeschermd" in " ".join(str(row[0].value) for row in book["Uitleg"].iter_rows())
    last = [one.value for one in list(book[book.sheetnames[1]].iter_rows())[-1]]
    assert last == ["Totaal", 11, 38, 49]


async def test_a_name_that_looks_like_a_formula_is_a_text(db: Databases, door: Door) -> None:
    past = Past(door.house)
    wicked = ('=HYPERLINK("https://evil.example";"klik")', "\uff1d1+1", "@SUM(A1)", "-2+3", "\t=1", "  +1")
    for name in wicked:
        past.report("politie", SUMMER, 6, municipality=name)
    await past.keep(db)

    sheet = await door.call("GET", "/rapportages/instroom", "manager", params=PERIOD, headers={"Accept": CSV})
    work = await door.call("GET", "/rapportages/instroom", "manager", params=PERIOD, headers={"Accept": XLSX})

    rows = list(csv.reader(StringIO(sheet.content.decode("utf-8-sig")), delimiter=";"))
    named = {row[1] for row in rows}
    assert {f"'{name}" for name in wicked} <= named
    cells = [cell for page in load_workbook(BytesIO(work.content)) for row in page.iter_rows() for cell in row]
    assert set(wicked) <= {str(cell.value) for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell for cell in cells if cell.hyperlink] == []


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/csv", "text/csv"), ("application/json", "application/json"), ("*/*", "application/json"),
        ("text/csv;q=0.4, application/json", "application/json"), ("application/json;q=0.2,text/csv;q=0.9", "text/csv"),
        ("text/csv;q=x", "application/json"), (XLSX, XLSX), ("text/html", "application/json"),
    ],
)  # fmt: skip
async def test_what_is_accepted_decides_the_form(door: Door, accept: str, form: str) -> None:
    answer = await door.call("GET", "/rapportages/instroom", "manager", headers={"Accept": accept})

    assert answer.headers["content-type"].startswith(form)


async def test_looking_and_taking_along_are_lines_in_the_log(db: Databases, door: Door) -> None:
    await door.get("manager", "/rapportages/instroom")
    await door.call("GET", "/rapportages/instroom", "manager", headers={"Accept": XLSX})

    async with unit_of_work(door.house.actors["privacy"], db.web) as work:
        found = (await work.session.execute(
            text("SELECT action, facts, case_id FROM audit_line WHERE object_kind = 'rapportage' ORDER BY at, id")
        )).all()  # fmt: skip
    assert [tuple(row) for row in found] == [
        ("inzien", {"rapport": "instroom"}, None),
        ("cijfers gedownload", {"rapport": "instroom", "vorm": "xlsx"}, None),
    ]  # fmt: skip


# Cost


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("report", [one for one in Report if one is not Report.WORKLOAD])
async def test_a_report_is_one_question_however_much_there_is(db: Databases, door: Door, report: Report) -> None:
    async with counted(db) as statements:
        await read(door, "manager", report)

    asked = [one for one in statements if "date_trunc('quarter'" in one or "pols_reinflow" in one]
    assert len(asked) == 1
    assert len(statements) <= 8, statements


def test_the_past_is_in_quarters_that_are_over() -> None:
    assert (Quarter.of(SPRING.date()), Quarter.of(SUMMER.date())) == (Quarter(2026, 2), Quarter(2026, 3))
