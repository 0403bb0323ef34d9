"""How a house stands, on the page, on the interface and from `pols doctor`: the same facts, of this house only."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from deployments.cli import app
from models.actors import ENGINE
from models.casebook import findings, heartbeats, sealer
from models.health import Check, Outcome, Verdict
from models.lookups import health
from models.messages import MessageKind
from models.policy import Policy
from models.refusals import NotAllowed
from models.transactions import unit_of_work
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door, own_client
from tests.factories import AHouse, a_case, a_house, with_more_people
from tests.following import chase, put
from tests.integration.test_workplace import signed_in


@pytest.fixture
async def db(own_db: Databases) -> Databases:
    """Nothing else happens in it."""
    return own_db


async def looked(db: Databases, house: AHouse, who: str = "beheerder") -> dict[Check, Outcome]:
    async with unit_of_work(house.actors[who], db.web) as work:
        parts = await health.of_house(work, house.id, ends=None)
        return {one.check: one for part in parts for one in part}


async def beat(db: Databases, *, engine_answers: bool = True) -> None:
    async with unit_of_work(ENGINE, db.engine) as work:
        await heartbeats.beat(work, uuid4(), engine_answers=engine_answers)


async def test_a_worker_that_says_it_is_there_is_seen_until_it_is_not(db: Databases, house: AHouse) -> None:
    before = await looked(db, house)
    await beat(db)
    there = await looked(db, house)
    await db.shift(timedelta(minutes=4).total_seconds())
    gone = await looked(db, house)

    assert [one[Check.WORKER].verdict for one in (before, there, gone)] == [Verdict.WRONG, Verdict.GOOD, Verdict.WRONG]
    assert [one[Check.ENGINE].verdict for one in (before, there, gone)] == [Verdict.WRONG, Verdict.GOOD, Verdict.WRONG]


async def test_a_worker_without_an_engine_says_so_and_is_forgotten_in_the_end(db: Databases, house: AHouse) -> None:
    await beat(db, engine_answers=False)

    found = await looked(db, house)
    await db.shift(timedelta(days=3).total_seconds())
    await beat(db)

    assert (found[Check.WORKER].verdict, found[Check.ENGINE].verdict) == (Verdict.GOOD, Verdict.WRONG)
    async with unit_of_work(ENGINE, db.engine) as work:
        assert await work.session.scalar(text("SELECT count(*) FROM heartbeat")) == 1


async def test_what_waits_too_long_is_counted_for_its_own_house_only(db: Databases, house: AHouse) -> None:
    other = await a_house(db.owner)
    await a_case(db.web, house, Phase.SCREENING)
    await db.shift(timedelta(days=20).total_seconds())
    await chase(db)
    await db.shift(timedelta(days=1).total_seconds())

    mine, theirs = await looked(db, house), await looked(db, other)

    for check in (Check.RUNGS, Check.MESSAGES, Check.ENTRIES, Check.SEAL):
        assert mine[check].verdict is Verdict.WRONG, mine[check]
    for check in (Check.RUNGS, Check.MESSAGES, Check.ENTRIES):
        assert (theirs[check].verdict, theirs[check].found) == (Verdict.GOOD, "niets wacht")


async def test_the_last_seal_and_the_last_night_are_told(db: Databases, house: AHouse) -> None:
    await a_case(db.web, house, Phase.SCREENING)
    async with unit_of_work(ENGINE, db.engine) as work:
        await sealer.seal_lines(work)
        await findings.check_next(work)

    found = await looked(db, house)

    assert (found[Check.SEAL].verdict, found[Check.NIGHT].verdict) == (Verdict.GOOD, Verdict.GOOD)
    assert found[Check.SEAL].found.startswith("laatst ")


async def test_a_relay_that_is_away_is_told_in_plain_words(db: Databases, house: AHouse) -> None:
    await a_case(db.web, house, Phase.SCREENING)
    await db.shift(timedelta(days=20).total_seconds())
    await chase(db)
    await put(db, "UPDATE outbox SET code = 'mailserver_onbereikbaar', tries = 1")

    found = await looked(db, house)

    assert (found[Check.RELAY].verdict, found[Check.RELAY].found) == (Verdict.WRONG, "de mailserver is niet bereikbaar")


async def test_the_database_is_of_this_version_and_the_clock_is_said_to_be_moved(db: Databases, house: AHouse) -> None:
    assert (await looked(db, house))[Check.DATABASE].verdict is Verdict.GOOD
    assert (await looked(db, house))[Check.CLOCK].verdict is Verdict.GOOD
    await db.shift(3600)
    assert (await looked(db, house))[Check.CLOCK].found == "1 uur verzet"


async def test_who_is_missing_is_named(db: Databases, house: AHouse) -> None:
    found = await looked(db, house)
    assert (found[Check.ROLES].verdict, found[Check.ROLES].found) == (Verdict.WRONG, "contactpunt")
    assert found[Check.CONTACTS].verdict is Verdict.GOOD

    await with_more_people(db.owner, house)
    await db.run("UPDATE person SET screened_until = '2001-01-01' WHERE id = :id", id=house.person("privacy"))
    await db.run("UPDATE person SET active = false WHERE id IN (:a, :b)",
                 a=house.person("ggz"), b=house.person("psychiater"))  # fmt: skip

    found = await looked(db, house)
    assert found[Check.ROLES].found == "privacy officer"
    assert found[Check.CONTACTS].found == "GGZ Westerveen"
    assert found[Check.VALIDITY].found == "1 persoon"


def test_a_message_that_cannot_be_made_is_found_before_it_should_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert list(health.unsayable(Policy(), now)) == []

    def made(kind: MessageKind, *_told: object, **_facts: object) -> None:
        if kind is MessageKind.REMINDER:
            raise KeyError

    monkeypatch.setattr(health, "message", made)

    assert list(health.unsayable(Policy(), now)) == ["herinnering (nl)", "herinnering (en)"]


@pytest.mark.parametrize("who", ["triagist", "regisseur", "privacy", "politie"])
async def test_others_do_not_see_how_the_house_stands(db: Databases, house: AHouse, who: str) -> None:
    with pytest.raises(NotAllowed):
        await looked(db, house, who)
    async with signed_in(db, house, who) as client:
        assert (await client.get("/inrichting")).status_code == 403


async def test_nobody_sees_how_another_house_stands(db: Databases, house: AHouse) -> None:
    other = await a_house(db.owner)

    async with unit_of_work(house.actors["manager"], db.web) as work:
        with pytest.raises(NotAllowed):
            await health.figures(work, other.id)


async def test_the_page_and_the_interface_tell_the_same(db: Databases, house: AHouse) -> None:
    await beat(db)
    async with own_client(db) as client:
        told: dict[str, Any] = await Door(client, house).get("beheerder", f"/huizen/{house.id}/gezondheid")

    async with signed_in(db, house, "beheerder") as client:
        page = (await client.get("/inrichting")).text

    listed = [*told["verwerking"], *told["inrichting"]]
    assert [one["controle"] for one in listed] == [one.value for one in Check]
    assert told["oordeel"] == "mis", "nobody is a contactpunt"
    for one in listed:
        assert one["naam"] in page
        if one["oordeel"] != "goed":
            assert one["advies"] in page


async def test_the_doctor_of_the_operator_tells_it_of_every_house(db: Databases, house: AHouse) -> None:
    environment = {"POLS_DATABASE_ENGINE_URL": db.server.url("pols_engine", db.name), "POLS_MAIL_PORT": "1"}

    found = await asyncio.to_thread(CliRunner().invoke, app, ["doctor"], env=environment)

    assert found.exit_code == 1
    assert house.slug in found.output
    assert "mailserver" in found.output
    assert "127.0.0.1:1 antwoordt niet" in found.output
    assert "contactpunt" in found.output
