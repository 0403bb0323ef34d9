"""One's own work in one's own calendar: by a secret address, without names, and only while one may see it."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from uuid import UUID, uuid4

import httpx2
import pytest
import vobject
from fastapi import FastAPI
from icalendar import Calendar
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.app import create_app
from api.ways import Ways
from models.actors import ENGINE
from models.agenda import AHEAD
from models.brake import Brake, Limits
from models.casebook import feeds, invitees
from models.casebook.setup import hashed
from models.lookups import agenda
from models.lookups import meetings as meeting_lookup
from models.transactions import Database, reading_feed, unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, Story, a_case
from tests.integration.test_workplace import browsing, confirmed, csrf, signed_in


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A case whose conference is next week, to which everybody involved was invited."""
    return await in_focus(db, house)


async def in_focus(db: Databases, house: AHouse) -> Story:
    made = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    async with unit_of_work(ENGINE, db.engine) as work:
        meeting = await meeting_lookup.coming(work, made.case_id)
        assert meeting is not None
        await invitees.call(work, meeting.id)
    return made


async def a_feed(db: Databases, house: AHouse, key: str) -> str:
    """Somebody makes an address; answers where it is."""
    async with unit_of_work(house.actors[key], db.web) as work:
        _, secret = await feeds.make(work)
    return f"/agenda/{secret}.ics"


@cache
def doors_of(web: Database) -> FastAPI:
    """Made once: the interface writes its whole document."""
    return create_app(web, Ways(token_form=True))


@asynccontextmanager
async def a_calendar(db: Databases) -> AsyncIterator[httpx2.AsyncClient]:
    """A program that asks at addresses."""
    transport = httpx2.ASGITransport(app=doors_of(db.web), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as made:
        yield made


async def asked(db: Databases, address: str, **headers: str) -> httpx2.Response:
    async with a_calendar(db) as client:
        return await client.get(address, headers=headers)


async def titles(db: Databases, address: str) -> list[str]:
    """What stands in the calendar at an address, in order."""
    answer = await asked(db, address)
    assert answer.status_code == 200, answer.text
    return [str(one["SUMMARY"]) for one in Calendar.from_ical(answer.text).walk("VEVENT")]


# What is in it


async def test_a_partner_sees_their_meetings_and_terms_without_a_number(db: Databases, story: Story) -> None:
    answer = await asked(db, await a_feed(db, story.house, "ggz"))

    found = [str(one["SUMMARY"]) for one in Calendar.from_ical(answer.text).walk("VEVENT")]
    assert "Overleg Zorg- en Veiligheidshuis" in found
    assert "Uiterlijk vandaag: informatie aanleveren" in found
    case, duty = await story.facts(), await story.duty(DutyKind.INFORMATION)
    names = [case.number, str(case.id), str(duty.id), "Hendrik", "Fictief", "Stadhuis"]
    assert [one for one in names if one in answer.text] == []


async def test_the_house_sees_its_own_numbers(db: Databases, story: Story) -> None:
    number = (await story.facts()).number

    found = await titles(db, await a_feed(db, story.house, "regisseur"))

    assert f"Overleg Zorg- en Veiligheidshuis ({number})" in found
    assert all(number in one for one in found)
    assert not any("overleg houden" in one for one in found), "the meeting is there itself"


async def test_two_readers_read_the_same_and_a_term_is_a_whole_day(db: Databases, story: Story) -> None:
    body = (await asked(db, await a_feed(db, story.house, "ggz"))).text

    one = {str(each["UID"]): each["DTSTART"].dt for each in Calendar.from_ical(body).walk("VEVENT")}  # type: ignore[union-attr]
    other = {each.uid.value: each.dtstart.value for each in vobject.readOne(body).vevent_list}
    assert one == other
    duty = await story.duty(DutyKind.INFORMATION)
    assert duty.due_at.date() in one.values()


async def test_a_reference_stands_where_a_partner_knows_something_by_one(db: Databases, story: Story) -> None:
    mine = next(
        one for one in await story.duties(DutyKind.INFORMATION)
        if one.owner_organisation_id == story.house.organisations["ggz"]
    )  # fmt: skip
    async with unit_of_work(story.house.actors["ggz"], db.web) as work:
        known = {mine.id: "K7QF-3M9P", story.case_id: "W2RT-8XKD"}
        found = await agenda.occasions(work, uuid4(), "https://pols.example/", known)

    assert {one.title for one in found} >= {
        "Uiterlijk vandaag: informatie aanleveren (K7QF-3M9P)", "Overleg Zorg- en Veiligheidshuis (W2RT-8XKD)",
    }  # fmt: skip


async def test_what_stands_still_has_no_day(db: Databases, story: Story) -> None:
    address = await a_feed(db, story.house, "ggz")
    async with story.acting("regisseur") as work:
        until = work.now + timedelta(days=20)
    await story.decide("regisseur", D.HOLD, until=until)

    assert not any("informatie aanleveren" in one for one in await titles(db, address))


async def test_a_moved_meeting_moves_in_the_feed_and_one_that_is_off_is_gone(db: Databases, story: Story) -> None:
    address = await a_feed(db, story.house, "regisseur")
    async with story.acting("regisseur") as work:
        meeting = await meeting_lookup.coming(work, story.case_id)
        assert meeting is not None
        later = (meeting.starts_at + timedelta(days=14)).replace(microsecond=0)
    await story.decide("regisseur", D.ADJOURN, until=later)

    begins = [
        one["DTSTART"].dt for one in Calendar.from_ical((await asked(db, address)).text).walk("VEVENT")  # type: ignore[union-attr]
        if "Overleg" in str(one["SUMMARY"])
    ]  # fmt: skip
    await story.decide("regisseur", D.END_REGIE, deciders=(story.house.person("om"),))

    assert begins == [later]
    assert not any("Overleg" in one for one in await titles(db, address))


async def test_the_feed_ends_a_year_ahead(db: Databases, story: Story) -> None:
    address = await a_feed(db, story.house, "regisseur")
    async with story.acting("regisseur") as work:
        far = work.now + AHEAD + timedelta(days=2)
    await story.decide("regisseur", D.ADJOURN, until=far)

    assert not any("Overleg" in one for one in await titles(db, address))


async def test_the_number_of_questions_does_not_grow_with_the_work(db: Databases, story: Story) -> None:
    address = await a_feed(db, story.house, "ggz")
    numbers = []
    for _ in range(2):
        await asked(db, address)  # the first of the day writes, too
        async with counted(db) as seen:
            found = await titles(db, address)
        numbers.append((len(found), len(seen)))
        for _ in range(3):
            await in_focus(db, story.house)

    assert numbers[0][0] < numbers[1][0]
    assert numbers[0][1] == numbers[1][1] <= 7


# Only while one may see it


async def test_a_case_that_is_left_is_gone_from_the_feed_the_next_time(db: Databases, story: Story) -> None:
    address = await a_feed(db, story.house, "ggz")
    before = await titles(db, address)
    await story.decide(
        "triagist", D.RELEASE, organisations=story.organisations("ggz"), deciders=(story.house.person("om"),)
    )

    assert (len(before) > 1, await titles(db, address)) == (True, [])


@pytest.mark.parametrize(
    "change",
    ["active = false", "screened_until = '2020-01-01'", "trained_until = NULL"],
    ids=["who left", "who is no longer screened", "who is not trained"],
)
async def test_nothing_is_there_for_who_may_not_come_in(db: Databases, story: Story, change: str) -> None:
    address = await a_feed(db, story.house, "ggz")
    before = await asked(db, address)

    await db.run(f"UPDATE person SET {change} WHERE id = :p", p=story.house.person("ggz"))

    answer = await asked(db, address)
    assert (before.status_code, answer.status_code, answer.text) == (200, 404, "Niet gevonden")


async def test_who_left_and_comes_back_finds_their_old_address_gone(db: Databases, story: Story) -> None:
    address = await a_feed(db, story.house, "ggz")
    for change in ("false", "true"):
        await db.run(f"UPDATE person SET active = {change} WHERE id = :p", p=story.house.person("ggz"))

    assert (await asked(db, address)).status_code == 404


async def test_an_address_that_is_none_one_that_was_renewed_and_one_that_was_ended_are_the_same(
    db: Databases, house: AHouse
) -> None:
    renewed = await a_feed(db, house, "ggz")
    ended = await a_feed(db, house, "ggz")
    async with unit_of_work(house.actors["ggz"], db.web) as work:
        await feeds.revoke(work)

    odd = ("/agenda/.ics", "/agenda/%00.ics", "/agenda/%C3%A9.ics", f"/agenda/{'x' * 5000}.ics", "/agenda/x.ics")
    answers = [await asked(db, address) for address in (renewed, ended, *odd[1:])]

    assert {(one.status_code, one.text) for one in answers} == {(404, "Niet gevonden")}
    assert (await asked(db, odd[0])).status_code == 404


async def test_a_session_or_a_token_opens_no_feed_and_a_feed_opens_nothing_else(db: Databases, house: AHouse) -> None:
    address = await a_feed(db, house, "ggz")
    secret = address.removeprefix("/agenda/").removesuffix(".ics")
    async with a_calendar(db) as client:
        token = await client.get(f"/agenda/{house.tokens['ggz']}.ics")
        door = await client.get("/v1/taken", headers={"Authorization": f"Bearer {secret}"})
        cookie = await client.get("/", headers={"Cookie": f"__Host-pols_sessie={secret}"})

    assert (token.status_code, door.status_code) == (404, 401)
    assert (cookie.status_code, cookie.headers["location"]) == (303, "/aanmelden")


# Asking again and again


async def test_a_calendar_that_has_it_already_is_told_so(own_db: Databases) -> None:
    db = own_db
    story = await in_focus(db, await factories.a_house(db.owner))
    address = await a_feed(db, story.house, "ggz")
    first = await asked(db, address)
    tag = first.headers["etag"]

    again = await asked(db, address, **{"If-None-Match": f'W/"iets", {tag}'})
    await db.shift(600)
    later = await asked(db, address, **{"If-None-Match": tag})
    await story.answer("ggz", DutyKind.INFORMATION, "niet_bekend")
    changed = await asked(db, address, **{"If-None-Match": tag})

    assert [(one.status_code, one.content) for one in (again, later)] == [(304, b""), (304, b"")]
    assert again.headers["etag"] == tag
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["referrer-policy"] == "no-referrer"


async def test_the_log_has_one_line_for_a_day_and_not_for_each_time(own_db: Databases) -> None:
    db, house = own_db, await factories.a_house(own_db.owner)
    address = await a_feed(db, house, "ggz")
    for _ in range(3):
        await asked(db, address)
    await db.shift(86400)
    await asked(db, address)

    async with unit_of_work(ENGINE, db.engine) as work:
        rows = await work.session.execute(
            text("SELECT person_id, via_id, facts FROM audit_line WHERE action = 'agendafeed gelezen' ORDER BY at")
        )
        lines = rows.all()
    assert [line.person_id for line in lines] == [house.person("ggz")] * 2
    assert {str(line.facts) for line in lines} == {"{}"}


async def test_who_asks_too_often_waits(db: Databases, house: AHouse) -> None:
    address = await a_feed(db, house, "ggz")
    seconds = [1_800_000_000.0]
    braked = Database(db.server.url("pols_web", db.name), pool_size=2)
    braked.brake = Brake(Limits(feed_per_hour=2), lambda: seconds[0])
    transport = httpx2.ASGITransport(app=create_app(braked, Ways(token_form=True)), raise_app_exceptions=False)
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
            found = [await client.get(address) for _ in range(3)]
            seconds[0] += 3600
            after = await client.get(address)
    finally:
        await braked.close()

    assert [one.status_code for one in (*found, after)] == [200, 200, 429, 200]
    assert int(found[2].headers["retry-after"]) > 0


# The secret


async def test_the_address_is_kept_nowhere(db: Databases, story: Story, caplog: pytest.LogCaptureFixture) -> None:
    address = await a_feed(db, story.house, "ggz")
    secret = address.removeprefix("/agenda/").removesuffix(".ics")
    with caplog.at_level("DEBUG"):
        await asked(db, address)
        await asked(db, address.replace(".ics", "x.ics"))

    connection = await db.server.connect(database=db.name)
    try:
        tables = [row["t"] for row in await connection.fetch(
            "SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public'")]  # fmt: skip
        found = [
            name for name in tables
            if await connection.fetchval(f'SELECT 1 FROM "{name}" AS t WHERE t::text LIKE $1 LIMIT 1', f"%{secret}%")
        ]  # fmt: skip
        mine = "SELECT token_hash FROM calendar_feed WHERE person_id = $1"
        kept = await connection.fetchval(mine, story.house.person("ggz"))
    finally:
        await connection.close()
    assert (found, kept) == ([], hashlib.sha256(secret.encode()).digest())
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]  # what asks logs, too
    assert not any(secret in one for one in ours)
    assert "GET /agenda/* 200" in ours
    assert len(secret) == 43


async def test_the_database_shows_nobody_elses_feed_and_no_secret(db: Databases, house: AHouse) -> None:
    await a_feed(db, house, "ggz")
    async with unit_of_work(house.actors["manager"], db.web) as work:
        assert await agenda.own_feed(work) is None
        for change in ("DELETE FROM calendar_feed", "UPDATE calendar_feed SET last_used_on = '2020-01-01'"):
            assert (await work.session.execute(text(change))).rowcount == 0  # type: ignore[attr-defined]
    with pytest.raises(DBAPIError, match="permission denied"):
        async with unit_of_work(house.actors["ggz"], db.web) as work:
            await work.session.execute(text("SELECT token_hash FROM calendar_feed"))


async def test_who_reads_a_feed_acts_as_its_person(db: Databases, house: AHouse) -> None:
    address = await a_feed(db, house, "ggz")
    secret = address.removeprefix("/agenda/").removesuffix(".ics")

    async with reading_feed(hashed(secret), db.web) as (work, name):
        seen: UUID | None = await work.session.scalar(text("SELECT pols_person()"))

    assert (seen, work.actor.person_id, name) == (house.person("ggz"), house.person("ggz"), "Ggz Fictief")
    assert work.entry.scope == "lezen"


# Making, seeing and ending it


async def test_an_address_is_shown_once_on_the_page_and_can_be_ended(db: Databases, house: AHouse) -> None:
    async with confirmed(db, house, "ggz") as client:
        made = (await client.post("/mijn/agenda", data=csrf(client))).text
        address = made.partition("<code>https://pols.example")[2].partition("</code>")[0]
        used = await client.get(address)
        shown = (await client.get("/mijn/agenda")).text
        ended = await client.post("/mijn/agenda/intrekken", data=csrf(client))
        after = await client.get(address)

    assert address.startswith("/agenda/")
    assert (used.status_code, after.status_code) == (200, 404)
    assert address not in shown
    assert "laatst gebruikt: " in shown
    assert ended.headers["location"] == "/mijn/agenda?gezegd=agenda_ingetrokken"


async def test_making_an_address_asks_first_who_it_is(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "ggz") as client:
        answer = await client.post("/mijn/agenda", data=csrf(client))
    async with browsing(db) as client:
        nobody = await client.get("/mijn/agenda")

    assert answer.headers["location"].startswith("/bevestigen")
    assert nobody.headers["location"] == "/aanmelden"


async def test_the_interface_makes_shows_and_ends_ones_own_feed(db: Databases, house: AHouse) -> None:
    async with a_calendar(db) as client:
        door, path = Door(client, house), f"/personen/{house.person('ggz')}/agendafeed"
        await door.refused("ggz", path, None, 404, "GET")
        first = await door.post("ggz", path)
        second = await door.post("ggz", path)
        status = [(await client.get(f"/agenda/{one['token']}.ics")).status_code for one in (first, second)]
        shown = await door.get("ggz", path)
        others = [(await door.call(verb, path, "manager")).status_code
                       for verb in ("GET", "POST", "DELETE")]  # fmt: skip
        ended = await door.call("DELETE", path, "ggz")
        again = await door.call("DELETE", path, "ggz")

    assert status == [404, 200]
    assert shown["id"] == second["id"] != first["id"]
    assert (shown["laatsteDagGebruikt"] is not None, "token" in shown) == (True, False)
    assert others == [404, 404, 404]
    assert (ended.status_code, again.status_code) == (204, 404)


async def test_a_request_that_is_sent_again_tells_no_secret(db: Databases, house: AHouse) -> None:
    async with a_calendar(db) as client:
        door, path, key = Door(client, house), f"/personen/{house.person('ggz')}/agendafeed", uuid4().hex
        answers = [
            (await door.call("POST", path, "ggz", headers={"Idempotency-Key": key})).json() for _ in range(2)
        ]  # fmt: skip

    assert answers[0]["id"] == answers[1]["id"]
    assert (answers[0]["token"] is not None, answers[1]["token"]) == (True, None)
