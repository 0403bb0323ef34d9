"""The policy of a house on its pages: reading, changing a chapter, seeing first what moves, and who changed what."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from api.v1.policy import Beleid
from api.workplace.policyforms import blocks, chapters, differences, read, understood, wire
from api.workplace.policywords import ELSEWHERE
from models.lookups import cases
from models.policy import Policy
from models.tables.duties import ChangedTerm, Duty
from models.transactions import unit_of_work
from models.words import DutyKind, Phase, TermChange
from tests.conftest import Databases
from tests.factories import AHouse, a_case, a_house
from tests.integration.test_workplace import confirmed, csrf, signed_in
from tests.integration.test_workplace_pages import Outline

WHY = "op verzoek van de stuurgroep"
FIVE = {"termijnen.bekend_of_niet_bekend.aantal": "5", "termijnen.bekend_of_niet_bekend.eenheid": "werkdagen"}


@pytest.fixture
async def keeper(db: Databases, house: AHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """The functional administrator, who just proved who they are."""
    async with confirmed(db, house, "beheerder") as client:
        yield client


@pytest.fixture
async def manager(db: Databases, house: AHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """The manager, who just did so too."""
    async with confirmed(db, house, "manager") as client:
        yield client


@pytest.fixture
async def other_house(db: Databases) -> AHouse:
    """A house besides."""
    return await a_house(db.owner)


async def policy_of(db: Databases, house: AHouse) -> tuple[int, Policy]:
    async with unit_of_work(house.actors["manager"], db.web) as work:
        return await cases.house_policy(work, house.id)


def hidden(html: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', html)
    assert found, f"no {name} on the page"
    return unescape(found[1])


async def looked(client: httpx2.AsyncClient, chapter: str, fields: dict[str, str], version: int = 0) -> httpx2.Response:
    """The form of a chapter as it stands, with these fields filled in anew."""
    page = (await client.get(f"/beleid/{chapter}")).text
    form = as_it_stands(page) | {"versie": str(version)} | fields
    return await client.post(f"/beleid/{chapter}", data=csrf(client) | form)


def as_it_stands(page: str) -> dict[str, str]:
    """What a browser would send of a form without anybody touching it."""
    form: dict[str, str] = {}
    for attrs in Outline(page).all("input"):
        name, ticked = str(attrs.get("name")), "checked" in attrs
        if name != "csrf" and (attrs.get("type") != "checkbox" or ticked):
            form[name] = attrs.get("value") or ""
    for name, text in re.findall(r'<textarea id="[^"]*" name="([^"]*)"[^>]*>([^<]*)</textarea>', page):
        form[name] = unescape(text)
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else ""
    return form


async def settled(client: httpx2.AsyncClient, trial: str, reason: str = WHY) -> httpx2.Response:
    form = {"versie": hidden(trial, "versie"), "voorstel": hidden(trial, "voorstel"), "reden": reason}
    return await client.post("/beleid/vaststellen", data=csrf(client) | form)


# Looking first


async def test_what_is_shown_beforehand_is_what_happens(
    db: Databases, house: AHouse, manager: httpx2.AsyncClient
) -> None:
    for phase in (Phase.SCREENING, Phase.REGIE, Phase.MONITORING):
        await a_case(db.web, house, phase)
    fields = {f"termijnen.{kind}.aantal": str(n) for n, kind in enumerate(DutyKind, 1)}
    fields |= {f"termijnen.{kind}.eenheid": "werkdagen" for kind in DutyKind}

    tried = await looked(manager, "termijnen", fields)
    before = await policy_of(db, house)
    done = await settled(manager, tried.text)

    assert before[0] == 0, "looking changes nothing"
    assert (done.status_code, done.headers["location"]) == (303, "/beleid?gezegd=beleid_vastgesteld")
    async with unit_of_work(house.actors["manager"], db.web) as work:
        moved = (await work.session.scalars(select(ChangedTerm).where(ChangedTerm.policy_version == 1))).all()
    shown = sorted(re.findall(r'<time datetime="([^"]*)">', tried.text))
    assert len(moved) > 4
    assert shown == sorted(moment.isoformat() for one in moved for moment in (one.was_due_at, one.due_at))
    assert {one.why for one in moved} == {TermChange.POLICY}
    sooner = sum(one.due_at < one.was_due_at for one in moved)
    assert f"<dt>Eerder af</dt><dd>{sooner}</dd>" in tried.text
    assert f"<dt>Later af</dt><dd>{len(moved) - sooner}</dd>" in tried.text


async def test_earlier_reminders_are_counted_before_they_go(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    await a_case(db.web, house, Phase.SCREENING)
    ladder = "herinneren | werkdagen | -2\ntermijn | werkdagen | 0\nmanager | werkdagen | 8"

    tried = await looked(keeper, "herinneringen", {"ladders.bekend_of_niet_bekend": ladder})

    async with unit_of_work(house.actors["manager"], db.web) as work:
        asked = await work.session.scalars(select(Duty).where(Duty.kind == DutyKind.KNOWN))
        count = len(asked.all())
    assert count
    assert f"<dd>{count}</dd></div>\n  </dl>" in tried.text, tried.text
    assert "Geen enkele termijn verschuift" in tried.text


async def test_the_administrator_sees_dates_and_no_case(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)

    tried = await looked(keeper, "termijnen", FIVE)

    assert "niet voor u" in tried.text
    assert str(story.case_id) not in tried.text
    async with confirmed(db, house, "manager") as manager:
        assert f"/casussen/{story.case_id}" in (await looked(manager, "termijnen", FIVE)).text


# Who, and with whom


@pytest.mark.parametrize("who", ["triagist", "privacy", "politie"])
async def test_others_do_not_change_the_policy(db: Databases, house: AHouse, who: str) -> None:
    async with confirmed(db, house, who) as client:
        form = csrf(client) | {"versie": "0", "voorstel": "{}", "reden": WHY}

        assert (await client.get("/beleid/termijnen")).status_code == 403
        assert (await client.post("/beleid/termijnen", data=form | FIVE)).status_code == 403
        assert (await client.post("/beleid/vaststellen", data=form)).status_code == 403
        assert (await client.post("/beleid/invoeren", data=form)).status_code == 403
        assert (await client.get("/beleid")).status_code == (403 if who == "politie" else 200)
    assert (await policy_of(db, house))[0] == 0


async def test_changing_the_policy_asks_the_second_factor_again_and_comes_back(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "manager") as client:
        answer = await client.get("/beleid/termijnen")

        assert (answer.status_code, answer.headers["location"]) == (
            303, "/bevestigen?gezegd=bevestig&terug=/beleid/termijnen",
        )  # fmt: skip


async def test_of_two_at_once_the_second_hears_that_it_changed(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    mine = (await looked(keeper, "termijnen", FIVE)).text
    async with confirmed(db, house, "manager") as other:
        await settled(other, (await looked(other, "overleg", {"overlegMinuten": "60"})).text)

    late = await settled(keeper, mine)
    form = await looked(keeper, "termijnen", FIVE, version=0)

    assert late.status_code == form.status_code == 409
    assert "door een ander gewijzigd" in late.text
    version, policy = await policy_of(db, house)
    assert (version, policy.meeting_minutes, policy.terms) == (1, 60, {})


# What was filled in


@pytest.mark.parametrize(
    "wrong",
    [
        ("overleg", "overlegMinuten", "5", "is ten minste 15"),
        ("overleg", "overlegMinuten", "lang", "is een geheel getal"),
        ("overleg", "woordVoorOverleg", "borrel", "kies uit"),
        ("kalender", "sluitOm", "08:00", "gaat open voordat het sluit"),
        ("kalender", "sluitingsdagen", "2026-12-24\n2026-12-35", "regel 2: is geen geldige datum"),
        ("kalender", "namenVanSluitingsdagen", "kerst", "regel 1: zet een dubbele punt"),
        ("termijnen", "termijnen.bekend_of_niet_bekend.aantal", "-1", "is ten minste 0"),
        ("herinneringen", "ladders.bekend_of_niet_bekend", "bellen | werkdagen | 1", "regel 1, trede: kies uit"),
        ("herinneringen", "ladders.bekend_of_niet_bekend", "manager | werkdagen | 1 | x", "regel 1: schrijf"),
        ("herinneringen", "escalatietreden", "", "heeft er ten minste 1"),
        ("lijsten", "interventies", "gesprek | zorg | wandelen", "onbekend: wandelen"),
        ("deelnemers", "systemenVoorGebeurtenissen", "http://x", "regel 1: "),
        ("spoed", "spoedtermijnen.bekend_of_niet_bekend.aantal", "9999", "is ten hoogste 1500"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field_and_above_the_form(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient, wrong: tuple[str, str, str, str]
) -> None:
    chapter, field, value, told = wrong
    units = {"eenheid": "werkdagen"}
    extra = {f"{field.rpartition('.')[0]}.{name}": word for name, word in units.items()} if "aantal" in field else {}

    answer = await looked(keeper, chapter, extra | {field: value})

    assert answer.status_code == 422, answer.text
    assert answer.text.count(told) >= 1, answer.text
    assert 'role="alert"' in answer.text
    kept = as_it_stands(answer.text)[field]
    assert value in {kept, "borrel"}, "what was filled in is still there, but for what no list has"
    assert (await policy_of(db, house))[0] == 0


async def test_an_error_is_tied_to_its_input(keeper: httpx2.AsyncClient) -> None:
    page = (await looked(keeper, "overleg", {"overlegMinuten": "5"})).text

    assert '<a href="#veld-overlegMinuten">' in page
    assert 'aria-describedby="uitleg-overlegMinuten fout-overlegMinuten" aria-invalid="true"' in page


async def test_nothing_filled_in_is_no_change(keeper: httpx2.AsyncClient) -> None:
    for chapter in chapters():
        answer = await looked(keeper, chapter.slug, {})
        assert (answer.status_code, "niets anders" in answer.text) == (409, True), (chapter.slug, answer.text)


@pytest.mark.parametrize("reason", ["", "x" * 501])
async def test_a_change_needs_a_reason(db: Databases, house: AHouse, keeper: httpx2.AsyncClient, reason: str) -> None:
    tried = await looked(keeper, "termijnen", FIVE)

    assert (await settled(keeper, tried.text, reason)).status_code == 422
    assert (await policy_of(db, house))[0] == 0


@pytest.mark.parametrize("proposal", ["", "[]", "{", '{"onzin": 1}', '{"overlegMinuten": 1}', "[" * 60_000])
async def test_a_proposal_that_was_tampered_with_is_refused(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient, proposal: str
) -> None:
    form = {"versie": "0", "voorstel": proposal, "reden": WHY}

    assert (await keeper.post("/beleid/vaststellen", data=csrf(keeper) | form)).status_code == 422
    assert (await policy_of(db, house))[0] == 0


# History


async def test_the_history_tells_who_changed_what_when_and_why(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    await settled(keeper, (await looked(keeper, "termijnen", FIVE)).text)
    await settled(keeper, (await looked(keeper, "overleg", {"woordVoorOverleg": "rondetafel"}, 1)).text, "nieuw woord")

    async with signed_in(db, house, "privacy") as officer:
        page = (await officer.get("/beleid/geschiedenis")).text

    assert page.index("Versie 2") < page.index("Versie 1")
    assert "Beheerder Fictief: nieuw woord" in page
    assert 'Woord voor het overleg: <span class="zacht">Focusoverleg</span> → <strong>Rondetafel</strong>' in page
    assert 'Bekend of niet bekend: <span class="zacht">zoals Pols</span> → <strong>eenheid werkdagen' in page


async def test_the_history_goes_on_on_a_next_page(keeper: httpx2.AsyncClient) -> None:
    for n in range(21):
        await settled(keeper, (await looked(keeper, "overleg", {"overlegMinuten": str(100 + n)}, n)).text)

    first = (await keeper.get("/beleid/geschiedenis")).text
    address = unescape(re.search(r'href="(/beleid/geschiedenis\?na=[^"]*)"', first)[1])  # type: ignore[index]
    second = (await keeper.get(address)).text

    assert [f"Versie {n}<" in first for n in (21, 2, 1)] == [True, True, False]
    assert "Versie 1<" in second
    assert "Oudere versies" not in second


# As a file


async def test_a_policy_goes_out_as_a_file_and_comes_in_elsewhere(
    db: Databases, house: AHouse, other_house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    await settled(keeper, (await looked(keeper, "termijnen", FIVE)).text)
    sent = await keeper.get("/beleid/beleid.json")

    async with confirmed(db, other_house, "manager") as client:
        file = {"bestand": ("beleid.json", sent.content, "application/json")}
        tried = await client.post("/beleid/invoeren", data=csrf(client), files=file)
        done = await settled(client, tried.text, "overgenomen")

    assert "attachment" in sent.headers["content-disposition"]
    assert (tried.status_code, done.status_code) == (200, 303)
    assert (await policy_of(db, other_house))[1] == (await policy_of(db, house))[1]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"geen json", b"[]", b'{"termijnen": 4}', b"x" * 600_000])
async def test_a_file_that_is_no_policy_is_refused(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient, content: bytes
) -> None:
    answer = await keeper.post("/beleid/invoeren", data=csrf(keeper), files={"bestand": ("x.json", content)})

    assert answer.status_code == 422
    assert (await policy_of(db, house))[0] == 0


# Whatever fields a policy has


def test_every_field_is_on_a_form_or_has_a_page_of_its_own() -> None:
    shown = [name for one in chapters() for name in one.fields]

    assert sorted([*shown, *ELSEWHERE]) == sorted(Beleid.model_fields)


def test_what_a_form_shows_is_read_as_it_was() -> None:
    names = {UUID(int=n): f"Organisatie {n}" for n in (1, 2)}
    known = wire(Policy()) | {
        "adresdomeinen": {str(UUID(int=1)): ["politie.nl"]}, "bekendheidVragenAan": [str(UUID(int=2))],
        "weeksluiting": {"weekdag": 1, "tijd": "12:00:00", "triageWeekdag": 3},
        "sluitingsdagen": ["2026-12-24"], "namenVanSluitingsdagen": {"2026-12-24": "kerst: avond"},
        "verlengingen": {"bekend_of_niet_bekend": 0}, "leidinggevendeVanzelfBerichten": True,
        "spoedtermijnen": {"bekend_of_niet_bekend": {"eenheid": "klokuren", "aantal": 3}},
        "ladders": {"bekend_of_niet_bekend": [{"trede": "herinneren", "eenheid": "werkdagen", "na": -1}]},
    }  # fmt: skip
    given: dict[str, Any] = dict(known)
    for chapter in chapters():
        form = {one.name: one.value for block in blocks(chapter, known, names) for one in block.inputs}
        given = read(chapter, lambda name, form=form: form.get(name, ""), given, names)  # type: ignore[misc]

    assert understood(given) == understood(known)
    assert differences(known, wire(understood(given)), names) == []


def test_a_list_tells_only_what_came_and_what_went() -> None:
    old, new = wire(Policy()), wire(Policy(themes=("stalking", "woonoverlast")))

    (one,) = differences(old, new, {})

    assert (one.field, one.becomes) == ("Thema's", "woonoverlast")
    assert "stalking" not in one.was
    assert json.dumps(one.was)
