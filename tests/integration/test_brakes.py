"""The brake on the doors themselves: refused with 429, for all processes together; an alarm when somebody reads on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from api.app import create_app
from api.brakes import address_of
from api.ways import Ways
from models.brake import Brake, Limits
from models.casebook import brakes
from models.policy import Policy
from models.transactions import Database, unit_of_work
from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse
from tests.unit.test_brake import Clock

QUESTION = {
    "naam": "W. Wijk",
    "organisatie": "Wijkteam",
    "emailadres": "w@wijk.example",
    "vraag": "Hoe pakken wij dit aan?",
}
LINES = text("SELECT person_id, result, facts FROM audit_line WHERE action = 'massaal gelezen'")


class Process:
    """One process of the doors: a pool and a brake of its own."""

    def __init__(self, db: Databases, clock: Clock, limits: Limits, house: AHouse) -> None:
        self.database = Database(db.server.url("pols_web", db.name), pool_size=3)
        self.database.brake = self.brake = Brake(limits, clock)
        self.app = create_app(self.database, Ways(token_form=True))
        self.house = house

    @asynccontextmanager
    async def door(self, address: str = "192.0.2.1") -> AsyncIterator[Door]:
        transport = httpx2.ASGITransport(app=self.app, client=(address, 4711))
        async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
            yield Door(client, self.house)

    async def share(self) -> None:
        await brakes.share(self.brake, self.database)


@pytest.fixture
async def start(db: Databases, house: AHouse) -> AsyncIterator[Any]:
    """Starts processes; the clock never reaches the moment at which they share by themselves."""
    started: list[Process] = []

    def begin(clock: Clock, **limits: int) -> Process:
        process = Process(db, clock, Limits(**limits), house)
        process.brake.is_due()
        started.append(process)
        return process

    yield begin
    for one in started:
        await one.database.close()


async def test_one_request_too_many_of_a_person_is_refused_as_a_problem_that_says_when_to_come_back(start: Any) -> None:
    clock = Clock()
    process = start(clock, person_per_minute=3)
    async with process.door() as door:
        answers = [await door.call("GET", "/mij", "politie") for _ in range(4)]
        other = await door.call("GET", "/mij", "ggz")
        clock.now += 60
        process.brake.is_due()
        later = await door.call("GET", "/mij", "politie")

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[3].headers["content-type"] == "application/problem+json"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert (other.status_code, later.status_code) == (200, 200)


async def test_an_address_is_refused_before_anything_is_asked_of_the_database(start: Any) -> None:
    process = start(Clock(), address_per_minute=2)
    async with process.door() as door, process.door("192.0.2.2") as elsewhere:
        answers = [await door.client.get("/aanmelden") for _ in range(3)] + [await door.call("GET", "/mij", "politie")]
        other = await elsewhere.call("GET", "/mij", "politie")

    assert [one.status_code for one in answers] == [200, 200, 429, 429]
    assert "Even wachten" in answers[2].text
    assert answers[3].json()["title"] == "Te veel verzoeken"
    assert other.status_code == 200


async def test_what_is_open_to_everybody_is_counted_by_all_processes_at_once(start: Any, house: AHouse) -> None:
    clock = Clock()
    one, two = start(clock, open_per_hour=3), start(clock, open_per_hour=3)
    statuses = []
    for number in range(5):
        async with (one if number % 2 else two).door("198.51.100.7") as door:
            answer = await door.call("POST", "/hulpvragen", json=QUESTION | {"huis": house.slug})
            statuses.append(answer.status_code)
    async with one.door("198.51.100.8") as neighbour:
        other = await neighbour.call("POST", "/hulpvragen", json=QUESTION | {"huis": house.slug})

    assert statuses == [201, 201, 201, 429, 429]
    assert other.status_code == 201


async def test_what_processes_count_they_know_of_each_other_after_sharing(start: Any) -> None:
    clock = Clock()
    one, two = start(clock, person_per_minute=4), start(clock, person_per_minute=4)
    async with one.door() as first, two.door() as second:
        for _ in range(2):
            await first.call("GET", "/mij", "om")
            await second.call("GET", "/mij", "om")
        await one.share()
        await two.share()
        two_knows = await second.call("GET", "/mij", "om")
        one_does_not = await first.call("GET", "/mij", "om")
        await one.share()
        now_it_does = await first.call("GET", "/mij", "om")

    assert [answer.status_code for answer in (two_knows, one_does_not, now_it_does)] == [429, 200, 429]


async def test_a_request_asks_the_database_nothing_more_for_its_brake(start: Any, db: Databases) -> None:
    process = start(Clock())
    braked: Databases = type(db)(db.name, db.server, db.owner, process.database, db.engine)
    async with process.door() as door:
        await door.call("GET", "/mij", "politie")
        async with counted(braked) as with_brake:
            await door.call("GET", "/mij", "politie")
        process.database.brake = None
        async with counted(braked) as without:
            await door.call("GET", "/mij", "politie")

    assert with_brake == without
    assert without


async def test_who_opens_too_many_different_cases_is_stopped_logged_and_reported(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner, policy=Policy(most_cases_read=10))
    stories = [await factories.a_case(own_db.web, house, Phase.SCREENING) for _ in range(11)]
    process = Process(own_db, Clock(), Limits(), house)
    process.brake.is_due()
    try:
        async with process.door() as door:
            first = await door.call("GET", f"/casussen/{stories[0].case_id}", "triagist")
            await process.share()  # the amount of the house is known from here
            answers = [await door.call("GET", f"/casussen/{one.case_id}", "triagist") for one in stories]
            again = await door.call("GET", f"/casussen/{stories[10].case_id}/tijdlijn", "triagist")
            known = await door.call("GET", f"/casussen/{stories[3].case_id}", "triagist")
            other = await door.call("GET", f"/casussen/{stories[10].case_id}", "politie")
            page = await _as_page(door, stories[10].case_id)
    finally:
        await process.database.close()

    assert [one.status_code for one in (first, *answers)] == [200] * 11 + [429]
    assert "10 verschillende casussen" in answers[10].json()["detail"]
    assert (again.status_code, known.status_code, other.status_code, page.status_code) == (429, 200, 200, 429)
    assert "privacy officer" in page.text
    await _alarmed(own_db, house)


async def _as_page(door: Door, case_id: object) -> httpx2.Response:
    await door.client.post("/aanmelden", data={"token": door.house.tokens["triagist"]})
    return await door.client.get(f"/casussen/{case_id}")


async def _alarmed(db: Databases, house: AHouse) -> None:
    """One line in the log and one message to the privacy officer, however often it was refused."""
    async with unit_of_work(house.actors["privacy"], db.web) as work:
        lines = [tuple(row) for row in await work.session.execute(LINES)]
    async with db.engine.engine.connect() as connection:
        told = [
            tuple(row) for row in await connection.execute(
                text("SELECT recipient_id, case_ids, lines FROM outbox WHERE template = 'massaal_gelezen'")
            )
        ]  # fmt: skip
    assert lines == [(house.person("triagist"), "geweigerd", {"casussen": 10, "minuten": 10})]
    assert told == [(house.person("privacy"), [], [{"casus": "", "casussen": 10}])]


async def test_the_doors_add_to_the_counts_and_cannot_take_away(db: Databases) -> None:
    for statement in ("SELECT * FROM brake_count", "DELETE FROM brake_count", "UPDATE brake_count SET times = 0"):
        with pytest.raises(Exception, match="permission denied"):
            async with db.web.engine.begin() as connection:
                await connection.execute(text(statement))


async def test_what_no_longer_counts_is_dropped(own_db: Databases) -> None:
    clock = Clock()
    clock.now = 1_000_000.0  # long ago
    brake = Brake(Limits(), clock)
    brake.asked_from("192.0.2.1")
    await brakes.share(brake, own_db.web)
    brake.asked_from("192.0.2.2")
    await brakes.share(brake, own_db.web)

    async with own_db.owner.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM brake_count")) == 1


async def test_a_process_that_stops_first_shares_what_it_was_about_to(own_db: Databases) -> None:
    house, clock = await factories.a_house(own_db.owner), Clock()
    process = Process(own_db, clock, Limits(), house)
    async with process.door() as door:
        process.brake.is_due()
        clock.now += 60
        await door.call("GET", "/mij", "politie")
    await process.database.close()

    async with own_db.owner.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM brake_count")) > 0
    assert process.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_process_brakes_by_itself_while_the_database_is_away(tmp_path: Any) -> None:
    nowhere = Database(f"postgresql+asyncpg://pols_web@/pols?host={tmp_path}&port=1", pool_size=1)
    nowhere.brake = Brake(Limits(open_per_hour=1), Clock())
    transport = httpx2.ASGITransport(app=create_app(nowhere, workplace=False))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        statuses = [(await client.post("/v1/hulpvragen", json=QUESTION | {"huis": "x"})).status_code for _ in range(2)]
    await nowhere.close()

    assert statuses == [503, 429]


@pytest.mark.parametrize(
    ("client", "counted_as"),
    [
        (("192.0.2.1", 1), "192.0.2.1"), (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.1", 1), "192.0.2.1"), (None, ""), (("niets", 1), ""),
    ],
)  # fmt: skip
def test_an_address_is_that_of_one_subscriber(client: Any, counted_as: str) -> None:
    assert address_of({"type": "http", "client": client}) == counted_as
