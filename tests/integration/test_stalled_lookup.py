"""Late and stalled through the database: what the SQL finds is what the definition says, under row-level security."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Interval, bindparam, event, text

from models import ages
from models.actors import Actor
from models.casebook.nudge import nudge
from models.clocks import Unit
from models.ladder import Step
from models.lookups import stalled, waiting
from models.lookups.stalled import StalledFilter, StalledRow
from models.lookups.stalledcounts import COUNTS
from models.refusals import AlreadySettled, NotAllowed, NotFound, NotPossible
from models.stalled import Cause
from models.tables.assigned import Assignment
from models.tables.base import new_id
from models.tables.cases import Case, Hold, Visit
from models.tables.duties import Duty, Rung
from models.tables.engine import JournalEntry, Message
from models.transactions import Work, unit_of_work
from models.words import DecisionKind, DutyKind, Phase, Role, WorkKind
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse, with_more_people

KINDS = (
    DutyKind.INFORMATION, DutyKind.COMMITMENT, DutyKind.FEEDBACK, DutyKind.EVALUATION, DutyKind.ADMISSION,
    DutyKind.CORRECT_MINUTES, DutyKind.INFORM_PERSON,
)  # fmt: skip
WAITS = (-90, -40, -21, -8, -3, -1, 1, 5, 30)  # days from now


@dataclass
class Chance:
    """Draws cases that no story would make, straight into the tables."""

    work: Work
    house: AHouse
    random: Random
    made: list[Any] = field(default_factory=list)

    def day(self, *, past: bool = False) -> datetime:
        """A moment around now, never exactly now."""
        days = self.random.choice([one for one in WAITS if one < 0] if past else WAITS)
        return self.work.now + timedelta(days=days, seconds=self.random.randint(1, 3000))

    def maybe(self, moment: datetime, chance: float = 0.5) -> datetime | None:
        """Perhaps this moment."""
        return moment if self.random.random() < chance else None

    def case(self) -> UUID:
        """A case in some phase, perhaps on hold, with some duties, messages and work."""
        random, house = self.random, self.house
        phase = random.choice([*Phase, Phase.MONITORING, Phase.MONITORING])
        since = self.maybe(self.day(past=True), 0.3)
        case = Case(
            id=new_id(), house_id=house.id, number=f"KANS-{new_id().hex[-10:]}", phase=phase, themes=[],
            reporter_organisation_id=house.organisations["politie"], reporter_person_id=house.person("politie"),
            sponsor_organisation_id=house.organisations["politie"], process_version=1, reported_at=self.work.now,
            director_id=random.choice([None, house.person("regisseur")]), last_event_at=self.day(past=True),
            closed_at=self.work.now if phase is Phase.CLOSED else None, hold_since=since,
            hold_until=self.day() if since else None, urgent=random.random() < 0.2,
        )  # fmt: skip
        visit = Visit(id=new_id(), house_id=house.id, case_id=case.id, phase=phase, entered_at=self.work.now)
        self.made += [case, visit]
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            self.duty(case.id)
        for _ in range(random.choice((0, 0, 0, 1, 2))):
            self.message(case.id)
        if random.random() < 0.3:
            self.entry(case.id, visit.id)
        return case.id

    def duty(self, case_id: UUID) -> None:
        """A duty of the table, of an organisation, of a role of the house or of one person; perhaps ended."""
        random, now, house = self.random, self.work.now, self.house
        key, role, person = random.choice((
            ("huis", Role.TRIAGE_MEMBER, None), ("huis", Role.TRIAGE_OFFICER, None), ("huis", Role.MANAGER, None),
            ("huis", Role.PROCESS_DIRECTOR, "regisseur"), ("ggz", None, "ggz"), ("ggz", None, None),
            ("reclassering", None, None), ("corporatie", None, None), ("om", None, "om"), ("om", None, "ggz"),
        ))  # fmt: skip
        due = self.day()
        duty = Duty(
            id=new_id(), house_id=house.id, case_id=case_id, kind=random.choice(KINDS), owner_role=role,
            owner_organisation_id=house.organisations[key], owner_person_id=house.person(person) if person else None,
            batch_id=new_id(), anchor=now, unit=Unit.WORKING_DAYS, amount=5, due_at=due, opened_at=self.day(past=True),
            answered_at=self.maybe(now, 0.2), exhausted_at=self.maybe(self.day(past=True), 0.3) if due < now else None,
        )  # fmt: skip
        self.made.append(duty)
        self.rung(duty)
        if random.random() < 0.2:
            self.made.append(
                Hold(id=new_id(), house_id=house.id, case_id=case_id, duty_id=duty.id, since=self.day(past=True),
                     until=self.day(), ended_at=self.maybe(now, 0.3), reason="wacht op informatie")
            )  # fmt: skip

    def rung(self, duty: Duty) -> None:
        """Perhaps a step of its ladder that was given up, of this version of its due moment or of an older one."""
        random = Random(len(self.made))  # noqa: S311 - the same cases in every run, and the others as they were
        if random.random() < 0.2:
            over = self.work.now - timedelta(days=random.randint(1, 90))
            given_up, version = random.choice((over, over, None)), random.choice((1, 1, 0))
            self.made.append(
                Rung(
                    id=new_id(), house_id=duty.house_id, case_id=duty.case_id, duty_id=duty.id, step=Step.DUE,
                    due_version=version, fire_at=over, dropped_at=over, gave_up_at=given_up,
                )
            )  # fmt: skip

    def message(self, case_id: UUID) -> None:
        """A message to somebody that was given up, sent, or is still owed."""
        given_up = self.maybe(self.day(past=True), 0.7)
        self.made.append(
            Message(
                id=new_id(), house_id=self.house.id, key=new_id().hex, template="vraag", case_ids=[case_id], lines=[],
                recipient_id=self.house.person(self.random.choice(("ggz", "om"))), created_at=self.work.now,
                next_try_at=self.work.now, gave_up_at=given_up,
                sent_at=None if given_up else self.maybe(self.day(past=True)),
            )
        )  # fmt: skip

    def entry(self, case_id: UUID, visit_id: UUID) -> None:
        """Outside work: done, waiting, or given up."""
        self.made.append(
            JournalEntry(
                id=new_id(), house_id=self.house.id, case_id=case_id, visit_id=visit_id, key=new_id().hex,
                kind=WorkKind.ASK, about_id=new_id(), opened_at=self.work.now, done_at=self.maybe(self.work.now, 0.3),
                next_try_at=self.work.now - timedelta(minutes=self.random.choice((-5, 5, 15, 600))),
                gave_up_at=self.maybe(self.day(past=True), 0.3),
            )
        )  # fmt: skip


async def drawn(db: Databases, house: AHouse, seed: int, count: int) -> list[UUID]:
    """So many random cases, with people who are away; for some cases their organisation named who works on them."""
    if "psychiater" not in house.actors:
        await with_more_people(db.owner, house)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        chance = Chance(work, house, Random(seed))  # noqa: S311 - the same cases in every run
        case_ids = [chance.case() for _ in range(count)]
        for one in chance.made:
            work.session.add(one)
            if isinstance(one, Case | Visit | Duty):
                await work.session.flush()
        colleague = house.person("psychiater") if seed % 2 else None
        await work.session.execute(
            text("UPDATE person SET absent_from = :since, deputy_id = :deputy WHERE id = :id"),
            [
                {"id": house.person("ggz"), "since": chance.day(past=True), "deputy": colleague},
                {"id": house.person("reclassering"), "since": chance.day(), "deputy": None},
                {"id": house.person("triagist"), "since": chance.day(past=True), "deputy": house.person("manager")},
                {"id": house.person("regisseur"), "since": chance.day(), "deputy": house.person("regisseur2")},
                {"id": house.person("regisseur2"), "since": chance.day(), "deputy": None},
            ],
        )  # fmt: skip
    for key, some in (("ggz", case_ids[::3]), ("psychiater", case_ids[1::3]), ("psychiater", case_ids[::6])):
        await _name(db, house, key, some)
    return case_ids


async def _name(db: Databases, house: AHouse, key: str, case_ids: list[UUID]) -> None:
    async with unit_of_work(house.actors["ggz"], db.web) as work:
        work.session.add_all(
            Assignment(
                id=new_id(), house_id=house.id, case_id=case_id, organisation_id=house.organisations["ggz"],
                person_id=house.person(key), since=work.now, named_by=house.person("ggz"),
            )
            for case_id in case_ids
        )  # fmt: skip


async def seen(db: Databases, actor: Actor) -> list[stalled.StalledRow]:
    async with unit_of_work(actor, db.web) as work:
        return await stalled.overview(work, limit=1000)


@pytest.mark.parametrize("seed", range(6))
async def test_what_the_database_finds_is_what_the_definition_says(db: Databases, house: AHouse, seed: int) -> None:
    case_ids = await drawn(db, house, seed, 40)
    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        defined = {one: stalls for one, stalls in (await stalled.of_all(work, case_ids)).items() if stalls}
        rows = await stalled.overview(work, limit=1000)
        counted = (await stalled.board(work)).counts
        days = await stalled.calendar(work)

    per_cause = {cause: sum(any(s.cause is cause for s in stalls) for stalls in defined.values()) for cause in Cause}
    assert defined, "no stalled cases: this test would guard nothing"
    assert {row.case_id: row.stalls for row in rows} == defined
    assert rows == sorted(rows, key=lambda row: (row.since, row.case_id))
    assert counted.causes == {cause: count for cause, count in per_cause.items() if count}
    assert counted.stalled == len(defined)
    waits = Counter(org for stalls in defined.values() for org in {one.waits_on.organisation_id for one in stalls})
    assert counted.per_organisation == waits
    assert counted.per_director == Counter(row.director_id for row in rows)
    assert counted.per_phase == Counter(row.phase for row in rows)
    old = [ages.age(row.since, work.now, days) for row in rows]
    assert counted.ages == {
        one: sum(one.since <= days < (one.until or 10_000) for days in old) for one in ages.CLASSES
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
async def test_every_filter_leaves_what_the_definition_says_of_it(db: Databases, house: AHouse, seed: int) -> None:
    await drawn(db, house, seed + 20, 40)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        everything, days = await stalled.overview(work, limit=1000), await stalled.calendar(work)
        org, director = house.organisations["ggz"], house.person("regisseur")
        wanted: list[tuple[StalledFilter, Callable[[StalledRow], bool]]] = [
            (StalledFilter(phase=Phase.MONITORING), lambda row: row.phase is Phase.MONITORING),
            (StalledFilter(director_id=director), lambda row: row.director_id == director),
            (StalledFilter(organisation_id=org),
             lambda row: any(one.waits_on.organisation_id == org for one in row.stalls)),
            (StalledFilter(Cause.EXHAUSTED, organisation_id=org), lambda row: any(
                one.waits_on.organisation_id == org and one.cause is Cause.EXHAUSTED for one in row.stalls)),
            (StalledFilter(urgent=True), lambda row: row.urgent),
            (StalledFilter(age=10), lambda row: ages.age(row.since, work.now, days) >= 10),
        ]  # fmt: skip
        for one, fits in wanted:
            expected = [row for row in everything if fits(row)]
            board = await stalled.board(work, one, limit=1000)

            assert await stalled.overview(work, one, limit=1000) == expected, one
            assert (board.stalled, board.counts.stalled) == (expected, len(expected)), one


async def test_late_duties_are_found_per_phase_owner_regisseur_and_age(db: Databases, house: AHouse) -> None:
    await drawn(db, house, 31, 60)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        everything, days = await stalled.late(work, limit=1000), await stalled.calendar(work)
        org, director = house.organisations["ggz"], house.person("regisseur")
        wanted: list[tuple[StalledFilter, Callable[[waiting.Waiting], bool]]] = [
            (StalledFilter(phase=Phase.MONITORING), lambda one: one.phase is Phase.MONITORING),
            (StalledFilter(director_id=director), lambda one: one.director_id == director),
            (StalledFilter(organisation_id=org), lambda one: one.duty.owner.organisation_id == org),
            (StalledFilter(age=5), lambda one: ages.age(one.duty.due_at, work.now, days) >= 5),
        ]
        for one, fits in wanted:
            expected = [late for late in everything if fits(late)]

            assert expected
            assert await stalled.late(work, one, limit=1000) == expected, one
            assert (await stalled.board(work, one)).counts.late == len(expected), one


async def test_every_cause_is_drawn_somewhere(db: Databases, house: AHouse) -> None:
    await drawn(db, house, 7, 60)

    assert {stall.cause for row in await seen(db, house.actors["manager"]) for stall in row.stalls} == set(Cause)


async def test_pages_join_up_to_the_whole_without_a_gap_or_a_repeat(db: Databases, house: AHouse) -> None:
    await drawn(db, house, 11, 30)
    whole = await seen(db, house.actors["manager"])
    pages: list[stalled.StalledRow] = []
    async with unit_of_work(house.actors["manager"], db.web) as work:
        after = None
        while page := await stalled.overview(work, limit=4, after=after):
            pages += page
            after = (page[-1].since, page[-1].case_id)

    assert len(whole) > 4
    assert pages == whole


async def test_late_is_what_is_past_due_with_its_clock_running(db: Databases, house: AHouse) -> None:
    await drawn(db, house, 5, 40)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        rows = await stalled.late(work, limit=1000)
        total = (await stalled.board(work)).counts.late

    assert rows
    assert len(rows) == total
    assert all(one.duty.due_at <= work.now and not one.duty.stands_still for one in rows)
    assert all(one.duty.exhausted_at is None for one in rows)


async def test_a_partner_sees_its_own_late_duties_and_no_stalled_cases(db: Databases, house: AHouse) -> None:
    await drawn(db, house, 10, 90)
    async with unit_of_work(house.actors["om"], db.web) as work:
        rows = await stalled.late(work, limit=1000)
        table = [one for one in rows if one.duty.owner.role is Role.TRIAGE_MEMBER]
        own = [one for one in rows if one.duty.owner.organisation_id == house.organisations["om"]]
        counted = (await stalled.board(work)).counts

        assert await stalled.overview(work) == []
    assert own
    assert table
    assert {one.duty.id for one in own + table} == {one.duty.id for one in rows}
    assert (counted.late, counted.stalled, counted.causes) == (len(rows), 0, {})


async def test_another_house_sees_nothing(db: Databases, house: AHouse) -> None:
    await drawn(db, house, 5, 40)
    other = await factories.a_house(db.owner)
    async with unit_of_work(other.actors["manager"], db.web) as work:
        counted = (await stalled.board(work)).counts

        assert await stalled.overview(work) == []
        assert await stalled.late(work) == []
    assert (sum(counted.phases.values()), counted.late, counted.stalled) == (0, 0, 0)


@asynccontextmanager
async def counting(db: Databases) -> AsyncIterator[list[str]]:
    """The statements sent as `pols_web`."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.web.engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.web.engine.sync_engine, "before_cursor_execute", note)


async def test_the_number_of_questions_does_not_grow_with_the_cases(db: Databases, house: AHouse) -> None:
    asked = []
    for seed, count in ((1, 3), (2, 30)):
        await drawn(db, house, seed, count)
        async with counting(db) as sent:
            await seen(db, house.actors["manager"])
        asked.append(len(sent))

    assert asked[0] == asked[1]


@pytest.mark.parametrize("what", [stalled._PAGE, COUNTS])
async def test_looking_for_what_stalls_never_reads_all_cases_duties_or_rungs(
    db: Databases, house: AHouse, what: str
) -> None:
    async with unit_of_work(house.actors["manager"], db.web) as work:
        await work.session.execute(text("SET LOCAL enable_seqscan = off"))
        question = str(stalled._asking(what))
        asked = text(f"EXPLAIN {question}").bindparams(bindparam("grace", type_=Interval()))
        facts = await stalled.asked_of(work, limit=50)
        plan = list(await work.session.scalars(asked, facts))

    scans = [line for line in plan if "Seq Scan on" in line]
    assert not [line for line in scans if any(f" on {one} " in line for one in ("cases", "duty", "rung"))], plan


async def test_a_case_whose_regisseur_is_away_waits_for_a_deputy_until_one_is_named(
    db: Databases, house: AHouse
) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        await work.session.execute(
            text("UPDATE person SET absent_from = pols_now() - interval '1 day' WHERE id = pols_person()")
        )
    away = [row for row in await seen(db, house.actors["manager"]) if row.case_id == story.case_id]
    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        await work.session.execute(
            text("UPDATE person SET deputy_id = :deputy WHERE id = pols_person()"),
            {"deputy": house.person("regisseur2")},
        )

    assert {stall.cause for row in away for stall in row.stalls} == {Cause.OWNER_ABSENT}
    assert story.case_id not in {row.case_id for row in await seen(db, house.actors["manager"])}


async def test_a_case_on_hold_moves_again_by_resuming_and_is_stalled_when_nobody_does(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    async with unit_of_work(house.actors["regisseur"], own_db.web) as work:
        until = work.now + timedelta(days=10)
    await story.decide("regisseur", DecisionKind.HOLD, until=until)
    during = await seen(own_db, house.actors["manager"])
    await own_db.shift(timedelta(days=11).total_seconds())
    after = [stall.cause for row in await seen(own_db, house.actors["manager"]) for stall in row.stalls]
    await story.decide("regisseur", DecisionKind.RESUME)

    assert during == []
    assert after == [Cause.HOLD_EXPIRED]
    assert await seen(own_db, house.actors["manager"]) == []


async def a_duty(db: Databases, house: AHouse) -> UUID:
    """A duty of a partner in a fresh case."""
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        open_ = await waiting.open_in(work, [story.case_id])
        return next(one.duty.id for one in open_[story.case_id] if one.duty.kind is DutyKind.COMMITMENT)


async def test_a_nudge_tells_the_owner_and_stands_in_the_timeline_once_a_day(db: Databases, house: AHouse) -> None:
    duty_id = await a_duty(db, house)
    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        before = (await nudge(work, duty_id)).case_id
        lines = await work.session.scalars(
            text("SELECT what FROM history WHERE facts ->> 'taak' = :id"), {"id": str(duty_id)}
        )
        mails = await work.session.scalars(
            text("SELECT template FROM outbox WHERE key LIKE :key"), {"key": f"nudge:{duty_id}:%"}
        )

        assert before is not None
        assert (list(lines), list(mails)) == (["herinnerd"], ["herinnering"])
    with pytest.raises(NotPossible, match="vandaag al"):
        async with unit_of_work(house.actors["manager"], db.web) as work:
            await nudge(work, duty_id)


async def test_a_nudge_is_no_event_of_the_case(db: Databases, house: AHouse) -> None:
    duty_id = await a_duty(db, house)
    moment = text("SELECT last_event_at FROM cases WHERE id = (SELECT case_id FROM duty WHERE id = :id)")
    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        before = await work.session.scalar(moment, {"id": duty_id})
        await nudge(work, duty_id)

        assert await work.session.scalar(moment, {"id": duty_id}) == before


async def test_only_staff_nudge_and_only_about_what_is_open(db: Databases, house: AHouse) -> None:
    duty_id = await a_duty(db, house)
    other = await factories.a_house(db.owner)
    with pytest.raises(NotAllowed):
        async with unit_of_work(house.actors["ggz"], db.web) as work:
            await nudge(work, duty_id)
    with pytest.raises(NotFound):
        async with unit_of_work(other.actors["manager"], db.web) as work:
            await nudge(work, duty_id)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        await work.session.execute(
            text("UPDATE duty SET answered_at = now(), ended_as = 'gereed' WHERE id = :id"), {"id": duty_id}
        )
    with pytest.raises(AlreadySettled, match="gereed"):
        async with unit_of_work(house.actors["manager"], db.web) as work:
            await nudge(work, duty_id)


async def test_a_nudge_that_reaches_nobody_says_so(db: Databases, house: AHouse) -> None:
    duty_id = await a_duty(db, house)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        await work.session.execute(
            text("UPDATE duty SET owner_organisation_id = :third, owner_person_id = NULL WHERE id = :id"),
            {"third": house.organisations["corporatie"], "id": duty_id},
        )
    with pytest.raises(NotPossible, match="niemand"):
        async with unit_of_work(house.actors["manager"], db.web) as work:
            await nudge(work, duty_id)
