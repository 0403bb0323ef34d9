"""A changed policy: what is open moves along in one operation, and each moved date says why."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from models.actors import ENGINE
from models.casebook import answers, policies
from models.casebook.follow_up import remind
from models.clocks import Unit, within_office_hours
from models.commands.cases import GiveAnswer
from models.ladder import Step
from models.lookups import projected
from models.lookups.paging import Page
from models.policy import LadderStep, Policy, Term
from models.tables.duties import ChangedTerm, Duty, Rung
from models.tables.trail import History
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, TermChange
from tests.conftest import Databases
from tests.doors import counted
from tests.factories import AHouse, Story, a_case, a_house
from tests.following import days_pass

DAY = 86400


async def saved(db: Databases, house: AHouse, policy: Policy, version: int = 1, key: str = "manager") -> None:
    """The policy of the house is this one from now."""
    async with unit_of_work(house.actors[key], db.web) as work:
        await policies.set_policy(work, house.id, version, policy)


def terms(**amounts: int) -> Policy:
    """A policy with these terms in working days."""
    return Policy(terms={DutyKind[kind]: Term(unit=Unit.WORKING_DAYS, amount=n) for kind, n in amounts.items()})


async def what_moved(story: Story, duty: Duty) -> list[tuple[TermChange, int, bool]]:
    rows = await story.all(ChangedTerm, ChangedTerm.duty_id == duty.id, key="triagist")
    return [(one.why, one.version, one.due_at > one.was_due_at) for one in rows]


async def test_an_open_duty_takes_the_new_term_from_its_own_anchor_and_says_why(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = await story.duty(DutyKind.KNOWN)

    await saved(db, house, terms(KNOWN=9))

    after = await story.duty(DutyKind.KNOWN)
    calendar = Policy().calendar(DutyKind.KNOWN)
    assert (after.amount, after.anchor, after.due_version) == (9, before.anchor, 2)
    assert after.due_at.date() == calendar.add_working_days(before.anchor.date(), 9)
    assert after.explanation.endswith("(het beleid is gewijzigd)")
    assert await what_moved(story, after) == [(TermChange.POLICY, 2, True)]
    change = (await story.all(ChangedTerm, ChangedTerm.duty_id == after.id, key="triagist"))[0]
    assert (change.policy_version, change.person_id) == (1, house.person("manager"))
    assert (change.was_due_at, change.due_at) == (before.due_at, after.due_at)


async def test_its_ladder_goes_along_and_nothing_of_the_old_one_is_left(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)

    await saved(db, house, terms(KNOWN=9))

    duty = await story.duty(DutyKind.KNOWN)
    armed = await story.armed(duty)
    assert {rung.due_version for rung in armed} == {2}
    assert [rung.step for rung in sorted(armed, key=lambda one: one.fire_at)] == [
        Step.REMIND, Step.DUE, Step.OVERDUE, Step.DEPUTY, Step.DIRECTOR, Step.PARTNER_MANAGER, Step.MANAGER,
    ]  # fmt: skip
    assert next(one.fire_at for one in armed if one.step is Step.DUE) == duty.due_at


async def test_each_case_gets_one_line_of_history_and_it_is_no_event(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = await story.facts()

    await saved(db, house, terms(KNOWN=9, ADMISSION=9))

    lines = await story.all(History, History.what == "termijn gewijzigd", key="triagist")
    moved = await story.all(ChangedTerm, key="triagist")
    assert [one.facts for one in lines] == [{"aantal": len(moved), "waarom": "het beleid is gewijzigd"}]
    assert (await story.facts()).last_event_at == before.last_event_at


async def test_what_other_terms_and_other_houses_have_stays(db: Databases, house: AHouse) -> None:
    story, neighbours = await a_case(db.web, house, Phase.SCREENING), await a_house(db.owner)
    elsewhere = await a_case(db.web, neighbours, Phase.SCREENING)

    await saved(db, house, terms(KNOWN=9))

    assert (await story.duty(DutyKind.JUDGE_CRITERIA)).due_version == 1
    assert (await elsewhere.duty(DutyKind.KNOWN)).due_version == 1
    assert await elsewhere.all(ChangedTerm, key="triagist") == []


async def test_what_was_done_already_does_not_move(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await story.answer("om", DutyKind.KNOWN, "niet_bekend")

    await saved(db, house, terms(KNOWN=9))

    done = next(one for one in await story.duties(DutyKind.KNOWN) if one.answered_at)
    assert (done.due_version, await story.armed(done)) == (1, [])


async def test_a_date_that_people_set_stays_and_its_ladder_follows_the_closing_day(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    meeting = await story.duty(DutyKind.HOLD_MEETING)
    before = {one.step: one.fire_at for one in await story.armed(meeting)}
    shut = Policy().calendar(meeting.kind).add_working_days(meeting.due_at.date(), 2)

    await saved(db, house, Policy(closing_days=frozenset({shut})))

    again = await story.duty(DutyKind.HOLD_MEETING)
    after = {one.step: one.fire_at for one in await story.armed(again)}
    assert (again.due_at, again.due_version) == (meeting.due_at, meeting.due_version)
    assert after[Step.OVERDUE] > before[Step.OVERDUE]
    assert (after.keys(), after[Step.DUE]) == (before.keys(), before[Step.DUE])
    assert not [one for one in await story.all(ChangedTerm, key="triagist") if one.why is TermChange.CALENDAR
                and one.duty_id == again.id]  # fmt: skip


async def test_a_closing_day_moves_what_is_counted_in_working_days(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    duty = await story.duty(DutyKind.KNOWN)

    await saved(db, house, Policy(closing_days=frozenset({duty.due_at.date()})))

    after = await story.duty(DutyKind.KNOWN)
    assert await what_moved(story, after) == [(TermChange.CALENDAR, 2, True)]
    assert "(sluitingsdag)" in after.explanation


async def test_what_fired_for_a_moment_that_stays_does_not_fire_again(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await db.shift(5 * DAY)
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        now = work.now
    await fire(db)
    fired = await rungs(story, DutyKind.JUDGE_CRITERIA)
    sooner = [LadderStep(step=Step.REMIND, after=-1), LadderStep(step=Step.DUE, after=0),
              LadderStep(step=Step.OVERDUE, after=1), LadderStep(step=Step.MANAGER, after=30)]  # fmt: skip

    await saved(db, house, Policy(ladders=dict.fromkeys(DutyKind, sooner)))
    await fire(db)

    duty = await story.duty(DutyKind.JUDGE_CRITERIA)
    after = await story.all(Rung, Rung.duty_id == duty.id, key="triagist")
    times = [one.step for one in after if one.fired_at is not None]
    assert len(times) == len(set(times)), "no step told twice"
    assert {step for step, at in fired if at} <= set(times)
    assert {one.due_version for one in after} == {1}
    assert next(one.fire_at for one in after if one.step is Step.MANAGER) > now + timedelta(days=30)
    assert next(one.dropped_at for one in after if one.step is Step.DIRECTOR) is not None


async def rungs(story: Story, kind: DutyKind) -> list[tuple[Step, bool]]:
    duty = await story.duty(kind)
    found = await story.all(Rung, Rung.duty_id == duty.id, key="triagist")
    return [(one.step, one.fired_at is not None) for one in found]


async def fire(db: Databases) -> None:
    """What is due is told."""
    async with unit_of_work(ENGINE, db.engine) as work:
        await remind(work)


async def test_a_step_that_was_dropped_comes_back_with_the_old_ladder(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = sorted((one.step, one.fire_at) for one in await story.armed(await story.duty(DutyKind.KNOWN)))
    steps = [LadderStep(step=Step.DUE, after=0), LadderStep(step=Step.MANAGER, after=8)]
    await saved(db, house, Policy(ladders={DutyKind.KNOWN: steps}))
    assert {one.step for one in await story.armed(await story.duty(DutyKind.KNOWN))} == {Step.DUE, Step.MANAGER}

    await saved(db, house, Policy(), version=2)

    after = sorted((one.step, one.fire_at) for one in await story.armed(await story.duty(DutyKind.KNOWN)))
    assert after == before


async def test_a_shorter_ladder_that_is_all_told_is_exhausted_and_a_longer_one_is_not(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await days_pass(db, 30)
    told = [LadderStep(step=Step.DUE, after=0), LadderStep(step=Step.MANAGER, after=8)]
    more = [*told, LadderStep(step=Step.MANAGER, after=80)]

    await saved(db, house, Policy(ladders={DutyKind.JUDGE_CRITERIA: told}))
    short = await story.duty(DutyKind.JUDGE_CRITERIA)
    await saved(db, house, Policy(ladders={DutyKind.JUDGE_CRITERIA: more}), version=2)
    long = await story.duty(DutyKind.JUDGE_CRITERIA)

    assert short.exhausted_at is not None
    assert (long.exhausted_at, long.due_version) == (None, short.due_version)
    assert await story.armed(long) != []


async def test_on_hold_the_moment_moves_and_nothing_is_armed(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    async with story.acting("triagist") as work:
        until = work.now + timedelta(days=20)
    await story.decide("triagist", D.HOLD, until=until)
    before = await story.duty(DutyKind.KNOWN)

    await saved(db, house, terms(KNOWN=9))
    during = await story.duty(DutyKind.KNOWN)
    armed = await story.armed(during)
    await story.decide("triagist", D.RESUME)

    assert (during.due_at > before.due_at, armed) == (True, [])
    after = await story.duty(DutyKind.KNOWN)
    assert (after.amount, await story.armed(after) != []) == (9, True)


async def test_a_duty_that_is_late_at_once_is_chased_at_once(db: Databases, house: AHouse) -> None:
    await saved(db, house, terms(KNOWN=60))
    story = await a_case(db.web, house, Phase.SCREENING)
    await db.shift(40 * DAY)

    await saved(db, house, terms(KNOWN=1), version=2)

    duty = await story.duty(DutyKind.KNOWN)
    async with story.acting("triagist") as work:
        assert duty.due_at < work.now
        opens = within_office_hours(work.now, Policy().calendar(duty.kind)) - work.now
    armed = await story.armed(duty)
    steps = [one.step for one in sorted(armed, key=lambda one: one.fire_at)]
    assert steps == [Step.OVERDUE, Step.DEPUTY, Step.DIRECTOR, Step.PARTNER_MANAGER, Step.MANAGER]
    await db.shift(opens.total_seconds() + 60)
    await fire(db)
    assert [one.step for one in await story.armed(duty)] != steps, "the owner hears first"
    await days_pass(db, 14)
    assert (await story.duty(DutyKind.KNOWN)).exhausted_at is not None


# Many at once


async def multiplied(db: Databases, story: Story, times: int) -> None:
    """So many cases like this one, with their open duties and the rungs that are armed."""
    given = {"case": story.case_id, "times": times}
    async with unit_of_work(story.house.actors["manager"], db.web) as work:
        await work.session.execute(text(_COPIES[0]), given)
    async with unit_of_work(ENGINE, db.engine) as work:
        for statement in _COPIES[1:]:
            await work.session.execute(text(statement), given)


#: the id of a copy follows from that of the original and its number
_COPIES = (
    """
    INSERT INTO cases SELECT (jsonb_populate_record(c, jsonb_build_object('id', md5(c.id || ' ' || n)::uuid,
      'number', 'K-' || n, 'visit_id', NULL))).*
    FROM cases c, generate_series(1, CAST(:times AS int)) n WHERE c.id = :case
    """,
    """
    INSERT INTO duty SELECT (jsonb_populate_record(d, jsonb_build_object('id', md5(d.id || ' ' || n)::uuid,
      'case_id', md5(d.case_id || ' ' || n)::uuid, 'visit_id', NULL))).*
    FROM duty d, generate_series(1, CAST(:times AS int)) n WHERE d.case_id = :case AND d.ended_as IS NULL
    """,
    """
    INSERT INTO rung SELECT (jsonb_populate_record(r, jsonb_build_object('id', md5(r.id || ' ' || n)::uuid,
      'case_id', md5(r.case_id || ' ' || n)::uuid, 'duty_id', md5(r.duty_id || ' ' || n)::uuid))).*
    FROM rung r, generate_series(1, CAST(:times AS int)) n
    WHERE r.case_id = :case AND r.fired_at IS NULL AND r.dropped_at IS NULL
    """,
)


async def test_thousands_of_open_duties_move_in_as_many_statements_as_a_few(db: Databases) -> None:
    house = await a_house(db.owner)
    story = await a_case(db.web, house, Phase.SCREENING)
    async with counted(db) as few:
        await saved(db, house, terms(KNOWN=5))
    await multiplied(db, story, 500)

    async with counted(db) as many:
        await saved(db, house, terms(KNOWN=9, ADMISSION=7), version=2)

    assert len(many) == len(few) <= 20
    async with unit_of_work(house.actors["manager"], db.web) as work:
        moved = await work.session.execute(text(
            "SELECT count(*), count(DISTINCT case_id) FROM term_change WHERE policy_version = 2"))  # fmt: skip
        stray = await work.session.scalar(text(
            "SELECT count(*) FROM rung r JOIN duty d ON d.id = r.duty_id"
            " WHERE r.fired_at IS NULL AND r.dropped_at IS NULL AND r.due_version <> d.due_version"))  # fmt: skip
        found = await projected.trial(work, house.id, terms(KNOWN=9, ADMISSION=7), Page(1))
    assert tuple(moved.one()) == (501 * 3, 501)
    assert stray == 0
    assert (found.all.sooner, found.all.later, found.all.rearmed) == (0, 0, 0), "and saving it again moves nothing"


async def test_a_verb_in_a_case_that_does_not_move_is_not_held_up(db: Databases, house: AHouse) -> None:
    moving, other = await a_case(db.web, house, Phase.SCREENING), await a_case(db.web, house, Phase.MONITORING)

    async with unit_of_work(house.actors["manager"], db.web) as work:
        await policies.set_policy(work, house.id, 1, terms(KNOWN=9))
        await asyncio.wait_for(other.decide("politie", D.INCIDENT), 4)

    assert (await moving.duty(DutyKind.KNOWN)).amount == 9


async def test_what_a_verb_did_meanwhile_counts(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    busy, go_on = asyncio.Event(), asyncio.Event()

    async def answering() -> None:
        duties = await story.duties(DutyKind.KNOWN)
        mine = next(one for one in duties if one.owner_organisation_id == house.organisations["om"])
        async with unit_of_work(house.actors["om"], db.web) as work:
            await answers.answer(work, mine.id, GiveAnswer(outcome="niet_bekend"))
            busy.set()
            await go_on.wait()

    verb = asyncio.create_task(answering())
    await busy.wait()
    saving = asyncio.create_task(saved(db, house, terms(KNOWN=9)))
    done, _waiting = await asyncio.wait({saving}, timeout=0.5)
    assert not done, "the case is locked by the verb"
    go_on.set()
    await asyncio.gather(verb, saving)

    answered = [one for one in await story.duties(DutyKind.KNOWN) if one.answered_at]
    assert [(one.due_version, one.amount) for one in answered] == [(1, 3)]
    assert await story.armed(answered[0]) == []
