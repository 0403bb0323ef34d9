"""Casussen through the interface: lists by page, what each sees of a case, and how many questions a list costs."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import text

from models.transactions import Database, unit_of_work
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, a_case, a_report

MOST_QUESTIONS = 15


async def many(database: Database, house: AHouse, count: int) -> list[str]:
    """So many reports of the police, the oldest first."""
    return [str((await a_report(database, house)).case_id) for _ in range(count)]


async def test_pages_follow_each_other_without_gap_or_double(door: Door, db: Databases) -> None:
    made = await many(db.web, door.house, 5)

    seen: list[str] = []
    path = "/casussen?paginaGrootte=2&fase=aanmelding"
    while path:
        answer = await door.call("GET", path, "triagist")
        seen += [one["id"] for one in answer.json()["resultaten"]]
        link = answer.headers.get("link", "")
        assert bool(link) is (answer.json()["volgende"] is not None)
        assert not link or link.endswith('>; rel="next"')
        path = link.partition(">")[0].removeprefix("</v1")

    assert seen == made[::-1]


async def test_a_list_is_filtered_by_process_facts(door: Door, db: Databases) -> None:
    await a_report(db.web, door.house)
    urgent = await a_report(db.web, door.house, urgent=True, municipality="Oosterveen", themes=("stalking",))
    led = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)

    async def found(**query: object) -> list[str]:
        return [one["id"] for one in (await door.get("triagist", "/casussen", **query))["resultaten"]]

    assert await found(spoed="true") == [str(urgent.case_id)]
    assert await found(gemeente="Oosterveen") == [str(urgent.case_id)]
    assert await found(thema="stalking") == [str(urgent.case_id)]
    assert await found(procesregisseur=str(door.house.person("regisseur"))) == [str(led.case_id)]
    assert await found(fase="focusoverleg") == [str(led.case_id)]
    assert len(await found(fase=["focusoverleg", "aanmelding"])) == 3


async def test_a_wrong_question_is_named(door: Door) -> None:
    answer = await door.call("GET", "/casussen?paginaGrootte=0&fase=overal&naam=Hendrik", "triagist")

    assert answer.status_code == 400
    assert {one["veld"] for one in answer.json()["velden"]} == {"paginaGrootte", "fase[0]", "naam"}


async def test_who_is_only_asked_sees_the_shell_and_cannot_search_behind_it(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    more = {"soort": "nadere_informatie_vragen", "toelichting": "wat weet u?"}
    asked = more | {"organisaties": [str(door.house.organisations["ggz"])]}
    await door.post("triagist", f"/casussen/{story.case_id}/besluiten", asked)

    listed = (await door.get("ggz", "/casussen"))["resultaten"]

    assert [one["id"] for one in listed] == [str(story.case_id)]
    assert (listed[0]["themas"], listed[0]["gemeente"], listed[0]["melder"]) == (None, None, None)
    assert (await door.get("ggz", "/casussen", thema="verward gedrag"))["resultaten"] == []
    assert (await door.get("ggz", f"/casussen/{story.case_id}"))["betrokkenen"] is None


async def test_the_content_is_for_who_reads_it_and_looking_is_logged(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    path = f"/casussen/{story.case_id}"

    reads = await door.get("ggz", path)
    shell = await door.get("manager", path)

    assert reads["betrokkenen"][0]["bsn"] == "999990044"
    assert (shell["betrokkenen"], shell["criteria"]) == (None, None)
    assert shell["fase"] == "monitoring"
    assert await _looks(db, door.house, "inzien") == 1


async def _looks(db: Databases, house: AHouse, action: str) -> int:
    async with unit_of_work(house.actors["privacy"], db.web) as work:
        statement = text("SELECT count(*) FROM audit_line WHERE action = :action AND object_kind = 'casus'")
        return int(await work.session.scalar(statement, {"action": action}) or 0)


async def test_missing_and_forbidden_are_the_same_answer(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    for path in ("", "/tijdlijn", "/besluiten", "/taken", "/overleggen", "/afspraken", "/informatie"):
        forbidden = await door.refused("reclassering", f"/casussen/{story.case_id}{path}", None, 404, "GET")
        missing = await door.refused("reclassering", f"/casussen/{uuid4()}{path}", None, 404, "GET")
        assert forbidden | {"instance": ""} == missing | {"instance": ""}


async def test_the_timeline_tells_what_happened_the_newest_first(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    lines = (await door.get("politie", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]

    assert lines[-1]["tekst"] == "Aanmelding ingediend"
    assert lines[-1]["wie"] == "Politie Fictief"
    assert all(one["op"].endswith("Z") for one in lines)
    async with unit_of_work(door.house.actors["privacy"], db.web) as work:
        looked = text("SELECT count(*) FROM audit_line WHERE action = 'inzien' AND object_kind = 'tijdlijn'")
        assert await work.session.scalar(looked) == 1


def _lists(case_id: object) -> dict[str, str]:
    return {
        "/casussen": "triagist", "/taken": "triagist", "/stagnaties": "triagist", "/aanmeldingen": "politie",
        "/hulpvragen": "triagist", "/organisaties": "ggz", "/personen": "ggz",
        f"/casussen/{case_id}/besluiten": "om", f"/casussen/{case_id}/taken": "om",
        f"/casussen/{case_id}/tijdlijn": "om",
    }  # fmt: skip


async def questions(door: Door, db: Databases, path: str, who: str) -> int:
    """How many statements a list costs, signing in and beginning included."""
    async with counted(db) as seen:
        await door.get(who, path)
    return len(seen)


async def test_a_list_of_thirty_costs_as_many_questions_as_one_of_three(
    door: Door, db: Databases, record_property: Callable[[str, object], None]
) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    await many(db.web, door.house, 2)
    few = {path: await questions(door, db, path, who) for path, who in _lists(story.case_id).items()}

    await many(db.web, door.house, 27)
    more = {path: await questions(door, db, path, who) for path, who in _lists(story.case_id).items()}

    for path, count in more.items():
        record_property(path.replace(str(story.case_id), "{id}"), count)
    assert more == few
    assert max(more.values()) <= MOST_QUESTIONS


@pytest.mark.parametrize("path", ["", "/besluiten", "/tijdlijn"])
async def test_one_case_costs_few_questions(door: Door, db: Databases, path: str) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)

    assert await questions(door, db, f"/casussen/{story.case_id}{path}", "ggz") <= MOST_QUESTIONS
