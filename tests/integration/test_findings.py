"""The self-checks of the night: each finding is provoked for real, shown to who can act, and gone when it is gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.actors import ENGINE
from models.casebook import findings as verbs
from models.findings import MEANINGS, FindingKind, last_night
from models.lookups import findings
from models.lookups.findings import CHECKS
from models.tables.duties import OPEN
from models.transactions import Database, unit_of_work
from models.words import DecisionKind, DutyKind, Phase
from tasks import clocks
from tests import factories
from tests.behind import behind
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import AHouse, Story, a_case

K = FindingKind


async def look(db: Databases, house: AHouse) -> None:
    """The checks of a night, over one house."""
    async with unit_of_work(ENGINE, db.engine) as work:
        await verbs.check(work, house.id)


async def shown(door: Door, who: str = "manager", **asked: Any) -> list[dict[str, Any]]:
    """What somebody is shown."""
    found: list[dict[str, Any]] = (await door.get(who, "/bevindingen", **asked))["resultaten"]
    return found


EVALUATION = "(SELECT id FROM duty WHERE case_id = :case AND kind = 'evalueren')"
PROVOKED: dict[FindingKind, tuple[str, str]] = {
    K.NOTHING_OWED: (
        f"UPDATE duty SET withdrawn_at = pols_now() WHERE case_id = :case AND {OPEN}",
        "UPDATE duty SET withdrawn_at = NULL WHERE case_id = :case AND ended_as IS NULL",
    ),
    K.UNCHASED: (
        f"UPDATE rung SET dropped_at = pols_now() WHERE fired_at IS NULL AND duty_id = {EVALUATION}",
        "UPDATE duty SET exhausted_at = pols_now() WHERE case_id = :case AND kind = 'evalueren'",
    ),
    K.NOT_CONDUCTED: (
        "UPDATE journal_entry SET next_try_at = now() - interval '1 hour' WHERE case_id = :case AND done_at IS NULL",
        "UPDATE journal_entry SET done_at = now() WHERE case_id = :case AND done_at IS NULL",
    ),
    K.HOLD_WITHOUT_END: (
        "UPDATE cases SET hold_since = pols_now(), hold_until = pols_now() + interval '9 days' WHERE id = :case",
        "UPDATE cases SET hold_since = NULL, hold_until = NULL WHERE id = :case",
    ),
    K.PHASE_DIFFERS: (
        "UPDATE visit SET phase = 'plan' WHERE id = (SELECT visit_id FROM cases WHERE id = :case)",
        "UPDATE visit SET phase = 'monitoring' WHERE id = (SELECT visit_id FROM cases WHERE id = :case)",
    ),
}


@pytest.mark.parametrize("kind", list(PROVOKED))
async def test_what_cannot_be_right_is_found_shown_and_gone_when_it_is_gone(
    door: Door, db: Databases, kind: FindingKind
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    provoke, repair = PROVOKED[kind]
    await look(db, door.house)
    before = {one["soort"] for one in await shown(door)}

    await behind(db, provoke, case=story.case_id)
    await look(db, door.house)
    await look(db, door.house)
    found = [one for one in await shown(door) if one["soort"] == kind]
    await behind(db, repair, case=story.case_id)
    await look(db, door.house)

    assert kind not in before
    assert [one["casus"] for one in found] == [str(story.case_id)]
    assert (found[0]["betekenis"], found[0]["advies"]) == (MEANINGS[kind].meaning, MEANINGS[kind].advice)
    assert found[0]["gezienOp"] > found[0]["gevondenOp"]
    assert kind not in {one["soort"] for one in await shown(door)}
    assert [one["voorbijOp"] for one in await shown(door, voorbij=True) if one["soort"] == kind] != [None]


@pytest.mark.parametrize("change", ["active = false", "screened_until = '2020-01-01'", "trained_until = NULL"])
async def test_a_duty_of_somebody_who_may_not_work_here_now_is_found(door: Door, db: Databases, change: str) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    person = door.house.person("regisseur")

    await db.run(f"UPDATE person SET {change} WHERE id = :p", p=person)
    await look(db, door.house)
    found = [one for one in await shown(door) if one["soort"] == K.OWNER_GONE]

    theirs = [one for one in await story.duties(DutyKind.EVALUATION, key="manager") if one.owner_person_id == person]
    assert {one["persoon"] for one in found} == {str(person)}
    assert {str(one.id) for one in theirs} <= {one["taak"] for one in found}


async def test_a_reminder_about_what_is_done_is_dropped_and_said_to_be(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty = await story.duty(DutyKind.EVALUATION)
    await behind(db, "UPDATE duty SET answered_at = pols_now() WHERE id = :id", id=duty.id)
    await behind(
        db, "UPDATE rung SET fire_at = pols_now() + interval '1 day' WHERE duty_id = :id AND dropped_at IS NULL",
        id=duty.id,
    )  # fmt: skip
    assert await story.armed(duty)

    await look(db, door.house)

    assert await story.armed(duty) == []
    assert [one for one in await shown(door) if one["soort"] == K.RUNG_OF_ENDED] == []
    healed = [one for one in await shown(door, voorbij=True) if one["soort"] == K.RUNG_OF_ENDED]
    assert [(one["taak"], one["hersteldOp"] is not None) for one in healed] == [(str(duty.id), True)]


def test_every_kind_has_a_question_words_and_a_test() -> None:
    assert set(CHECKS) == set(MEANINGS) == set(FindingKind)
    assert set(PROVOKED) | {K.OWNER_GONE, K.RUNG_OF_ENDED} == set(FindingKind)


@pytest.mark.parametrize("phase", [one for one in Phase if one not in {Phase.CLOSED, Phase.ADVICE}])
async def test_a_case_as_the_casebook_makes_it_is_never_a_finding(door: Door, db: Databases, phase: Phase) -> None:
    await a_case(db.web, door.house, phase)

    await look(db, door.house)

    assert await shown(door) == []


async def test_a_case_on_hold_and_one_that_waits_for_information_are_no_findings(
    roving_door: Door, own_db: Databases
) -> None:
    story = await a_case(own_db.web, roving_door.house, Phase.MONITORING)
    waiting = await a_case(own_db.web, roving_door.house, Phase.SCREENING)
    async with unit_of_work(roving_door.house.actors["regisseur"], own_db.web) as work:
        until = work.now + timedelta(days=10)
    await story.decide("regisseur", DecisionKind.HOLD, until=until)
    asked = (roving_door.house.organisations["om"],)
    await waiting.decide("triagist", DecisionKind.MORE_INFORMATION, organisations=asked)

    await look(own_db, roving_door.house)

    assert await shown(roving_door) == []


async def provoked(db: Databases, house: AHouse) -> Story:
    """A case of the regisseur about which there is something to say."""
    story = await a_case(db.web, house, Phase.MONITORING)
    await behind(db, PROVOKED[K.PHASE_DIFFERS][0], case=story.case_id)
    await look(db, house)
    return story


async def test_findings_are_for_who_keeps_the_house_and_who_leads_the_case(door: Door, db: Databases) -> None:
    story = await provoked(db, door.house)
    neighbours = await factories.a_house(db.owner)

    seen = {who: len(await shown(door, who)) for who in ("manager", "beheerder", "regisseur", "regisseur2", "triagist")}
    for who in ("ggz", "politie", "privacy"):
        await door.refused(who, "/bevindingen", None, 403, "GET")

    assert seen == {"manager": 1, "beheerder": 1, "regisseur": 1, "regisseur2": 0, "triagist": 0}
    assert (await shown(door))[0]["nummer"] is not None
    assert (await shown(door, "beheerder"))[0]["casus"] == str(story.case_id)
    assert await shown(Door(door.client, neighbours)) == []
    assert await shown(door, soort="taak_zonder_herinnering") == []


async def test_a_house_is_looked_at_once_in_a_night_by_whatever_worker(
    own_db: Databases, engine_database: Database
) -> None:
    from models import transactions  # noqa: PLC0415

    transactions.use(own_db.engine)
    try:
        first, second = [await factories.a_house(own_db.owner) for _ in range(2)]
        looked = [await clocks.check_house() for _ in range(4)]
        async with unit_of_work(ENGINE, own_db.engine) as work:
            again = await findings.something_to_check(work, last_night(work.now))
        await own_db.shift(timedelta(days=1).total_seconds())
        async with unit_of_work(ENGINE, own_db.engine) as work:
            tomorrow = await findings.something_to_check(work, last_night(work.now))
    finally:
        transactions.use(engine_database)

    assert first.id != second.id
    assert looked == [True, True, False, False]
    assert (again, tomorrow) == (False, True)


async def test_a_house_that_cannot_be_looked_at_is_tried_again(own_db: Databases, engine_database: Database) -> None:
    from models import transactions  # noqa: PLC0415

    await factories.a_house(own_db.owner)
    transactions.use(own_db.engine)
    try:
        await own_db.run("ALTER TABLE finding RENAME TO finding_elsewhere")
        failed = await clocks.check_house()
        await own_db.run("ALTER TABLE finding_elsewhere RENAME TO finding")
        looked = await clocks.check_house()
    finally:
        transactions.use(engine_database)

    assert (failed, looked) == (False, True)


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 2, tzinfo=UTC)),
        (datetime(2026, 11, 24, 1, tzinfo=UTC), datetime(2026, 11, 23, 2, tzinfo=UTC)),
        (datetime(2026, 7, 1, 0, 59, tzinfo=UTC), datetime(2026, 6, 30, 1, tzinfo=UTC)),
        (datetime(2026, 7, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_night_ends_at_three_on_the_clock_of_the_house(now: datetime, night: datetime) -> None:
    assert last_night(now) == night


@pytest.mark.parametrize("kind", list(FindingKind))
async def test_a_question_never_reads_all_cases_duties_or_rungs(
    db: Databases, house: AHouse, kind: FindingKind
) -> None:
    async with unit_of_work(ENGINE, db.engine) as work:
        await work.session.execute(text("SET LOCAL enable_seqscan = off"))
        facts = await verbs.facts(work, house.id)
        plan = list(await work.session.scalars(text("EXPLAIN " + CHECKS[kind]), facts))

    scans = [line for line in plan if "Seq Scan on" in line]
    assert not [line for line in scans if any(f" on {one} " in line for one in ("cases", "duty", "rung"))], plan
