"""Searching: by number and partner what one may know of, by a person only what one reads, for a reason and logged."""

import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from models.brake import Brake, Limits
from models.casebook import searching
from models.casebook.setup import hashed
from models.commands.cases import FindPerson
from models.lookups import search
from models.refusals import TooMany
from models.tables.base import new_id
from models.tables.cases import Involvement
from models.transactions import signed_in as entered
from models.transactions import unit_of_work
from models.words import Phase, SearchReason, Standing
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse, Story
from tests.integration.test_workplace import csrf, signed_in
from tests.unit.test_brake import Clock

WHY = {"reden": SearchReason.MEETING.value}


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    return await factories.a_case(db.web, house, Phase.MONITORING)


async def looked(db: Databases, house: AHouse, who: str, **asked: str) -> httpx2.Response:
    async with signed_in(db, house, who) as client:
        return await client.get("/zoeken", params=asked)


async def for_person(db: Databases, house: AHouse, who: str, **typed: str) -> httpx2.Response:
    async with signed_in(db, house, who) as client:
        return await client.post("/zoeken/personen", data=csrf(client) | typed)


async def searches(db: Databases, house: AHouse) -> list[dict[str, Any]]:
    statement = text("SELECT * FROM audit_line WHERE house_id = :house AND action = 'gezocht' ORDER BY at, id")
    async with db.engine.engine.connect() as connection:
        return [dict(one) for one in (await connection.execute(statement, {"house": house.id})).mappings()]


async def test_a_number_is_found_whole_without_its_house_and_by_its_end(
    db: Databases, house: AHouse, story: Story
) -> None:
    number = (await story.facts()).number
    year, end = number.removeprefix("ZVH-").split("-")
    for typed in (number, number.lower(), f"{year}-{end}", end, str(int(end)), f" {number} "):
        assert str(story.case_id) in (await looked(db, house, "regisseur", nummer=typed)).text, typed
    for typed in ("9999", "ZVH-1999-0001", "hendrik", "%", "' OR 1=1"):
        answer = await looked(db, house, "regisseur", nummer=typed)
        assert "Geen casus gevonden" in answer.text, typed


async def test_a_number_tells_nobody_of_a_case_that_they_may_not_know(db: Databases, house: AHouse) -> None:
    report = await factories.a_report(db.web, house)
    number = (await report.facts()).number

    known, hidden, absent = [
        (await looked(db, house, who, nummer=typed)).text
        for who, typed in (("politie", number), ("ggz", number), ("ggz", "ZVH-1999-0001"))
    ]

    assert str(report.case_id) in known
    assert str(report.case_id) not in hidden
    assert _told(hidden.replace(number, "")) == _told(absent.replace("ZVH-1999-0001", ""))


def _told(page: str) -> str:
    """A page without the token of its session and what it allows to run."""
    return re.sub(r'name="csrf" value="\w+"|nonce="[\w-]+"', "", page)


async def test_a_partner_finds_the_cases_it_is_involved_in_for_who_follows_them(
    db: Databases, house: AHouse, story: Story
) -> None:
    async with story.acting("regisseur") as work:
        work.session.add(
            Involvement(
                id=new_id(), house_id=house.id, case_id=story.case_id, standing=Standing.ASKED, since=work.now,
                organisation_id=house.organisations["reclassering"],
            )
        )  # fmt: skip
    ggz, reclassering = (str(house.organisations[one]) for one in ("ggz", "reclassering"))

    assert str(story.case_id) in (await looked(db, house, "regisseur", deelnemer=ggz)).text
    assert str(story.case_id) in (await looked(db, house, "gemeente", deelnemer=ggz)).text
    assert str(story.case_id) not in (await looked(db, house, "regisseur", deelnemer=reclassering)).text
    asked_only = (await looked(db, house, "reclassering", deelnemer=ggz)).text
    assert str(story.case_id) not in asked_only, "who knows only the shell does not learn who is involved"


async def test_a_person_is_found_by_the_beginning_of_a_name_or_by_number_in_what_one_reads(
    db: Databases, house: AHouse, story: Story
) -> None:
    for typed in ({"naam": "hendr"}, {"naam": "B. Hend"}, {"bsn": "999990044"}, {"bsn": "9999 900 44"}):
        answer = await for_person(db, house, "regisseur", **WHY, **typed)
        assert str(story.case_id) in answer.text, typed
        assert "999990044" not in answer.text
    for typed in ({"naam": "drik"}, {"naam": "%%%"}, {"bsn": "999990056"}):
        assert "Niemand gevonden" in (await for_person(db, house, "regisseur", **WHY, **typed)).text, typed


async def test_who_does_not_read_a_case_finds_nobody_in_it_whatever_their_role(
    db: Databases, house: AHouse, story: Story
) -> None:
    answers = {}
    for who in ("ggz", "politie", "regisseur", "triagist", "manager", "reclassering", "om"):
        answer = await for_person(db, house, who, **WHY, naam="Hendrik")
        answers[who] = str(story.case_id) in answer.text

    involved = {"ggz", "politie", "regisseur"}
    assert {who for who, found in answers.items() if found} == involved


async def test_a_closed_case_is_shielded_from_searching(db: Databases, house: AHouse) -> None:
    closed = await factories.a_case(db.web, house, Phase.CLOSED)

    answer = await for_person(db, house, "regisseur", **WHY, naam="Hendrik")

    assert str(closed.case_id) not in answer.text


@pytest.mark.parametrize("typed", [
    {"naam": "Hendrik"}, {"naam": "Hendrik", "reden": "zomaar"}, {"naam": "He"} | WHY, {"bsn": "12"} | WHY, WHY,
    {"naam": "Hendrik", "bsn": "999990044"} | WHY, {"bsn": chr(0xFF19) * 9} | WHY,
])  # fmt: skip
async def test_without_a_reason_or_enough_to_go_by_nothing_is_searched(
    db: Databases, house: AHouse, story: Story, typed: dict[str, str]
) -> None:
    before = len(await searches(db, house))

    answer = await for_person(db, house, "regisseur", **typed)

    assert answer.status_code == 422
    assert 'class="fout"' in answer.text
    assert str(story.case_id) not in answer.text
    assert len(await searches(db, house)) == before


async def test_the_log_says_that_and_why_was_searched_and_not_for_whom(
    db: Databases, house: AHouse, story: Story
) -> None:
    await for_person(db, house, "regisseur", **WHY, naam="Hendrik")
    await for_person(db, house, "regisseur", **WHY, bsn="999990044")
    await for_person(db, house, "regisseur", **WHY, naam="Niemandsnaam")

    lines = await searches(db, house)
    general = [one for one in lines if one["object_kind"] == "casussen"]
    about = [one for one in lines if one["case_id"] == story.case_id]
    assert [one["facts"]["op"] for one in general] == ["naam", "bsn", "naam"]
    assert general[-1]["facts"]["gevonden"] == 0
    assert len(about) == 2
    assert {one["facts"]["reden"] for one in lines} == {SearchReason.MEETING}
    told = str(lines).lower()
    assert not [one for one in ("hendrik", "999990044", "niemandsnaam") if one in told]


async def test_a_person_is_never_searched_by_an_address(db: Databases, house: AHouse, story: Story) -> None:
    async with signed_in(db, house, "regisseur") as client:
        assert (await client.get("/zoeken/personen", params={"naam": "Hendrik"} | WHY)).status_code == 405
        assert str(story.case_id) not in (await client.get("/zoeken", params={"naam": "Hendrik"} | WHY)).text
        without = await client.post("/zoeken/personen", data={"naam": "Hendrik"} | WHY)
        assert without.status_code == 403, "a form of another session searches nothing"


async def test_nobody_tries_numbers_one_by_one(db: Databases, house: AHouse) -> None:
    db.web.brake = Brake(Limits(people_per_hour=3), Clock())
    secret = hashed(house.tokens["regisseur"])
    try:
        for number in range(3):
            async with entered(secret, db.web) as (work, _name):
                await searching.find_person(work, _asks(f"99999{number:04d}"))
        with pytest.raises(TooMany):
            async with entered(secret, db.web) as (work, _name):
                await searching.find_person(work, _asks("999990044"))
    finally:
        db.web.brake = None


def _asks(bsn: str) -> FindPerson:
    return FindPerson(bsn=bsn, reason=SearchReason.MEETING)


async def test_many_of_one_name_are_cut_off_and_said_to_be(
    db: Databases, house: AHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST", 1)
    for _ in range(2):
        await factories.a_report(db.web, house)

    async with unit_of_work(house.actors["triagist"], db.web) as work:
        found, more = await search.people(work, name="hendrik")

    assert (len(found), more) == (1, True)
