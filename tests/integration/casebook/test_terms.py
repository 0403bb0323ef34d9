"""Clocks that are stopped, moved or hurried: holds, urgency, and the ladders that move along."""

from datetime import datetime, timedelta

import pytest

from models.casebook import setup
from models.clocks import AMSTERDAM, Hold, Unit, WorkingCalendar, due, working_days
from models.owed import DUTIES
from models.policy import Policy, Term
from models.refusals import InvalidFields, MayNotDecide, NotPossible
from models.tables.cases import Hold as HoldRow
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house

DAY = 86400


async def at(story: Story, days: float) -> datetime:
    """A moment so many days from now."""
    async with story.acting("triagist") as work:
        return work.now + timedelta(days=days)


async def held(db: Databases, house: AHouse, phase: Phase, days: float = 28) -> Story:
    """A case on hold for so many days."""
    story = await a_case(db.web, house, phase)
    await story.decide("triagist" if phase is Phase.SCREENING else "regisseur", D.HOLD, until=await at(story, days))
    return story


async def test_a_hold_stops_the_process_terms_and_not_what_must_go_on(db: Databases, house: AHouse) -> None:
    story = await held(db, house, Phase.MONITORING)

    for kind in set(await story.open_kinds()):
        armed = bool(await story.armed(await story.duty(kind)))
        expected = not DUTIES[kind].stops_on_hold and kind is not DutyKind.CONFIRM_RECEIPT
        assert armed is expected, kind


async def test_the_end_of_a_hold_is_owed_itself(db: Databases, house: AHouse) -> None:
    story = await held(db, house, Phase.MONITORING)

    case = await story.facts()
    owed = await story.duty(DutyKind.END_OF_HOLD)

    assert (owed.due_at, owed.owner_person_id) == (case.hold_until, story.house.person("regisseur"))
    assert [one.reason for one in await story.all(HoldRow)] == ["omdat het nodig is"]


async def test_a_case_is_held_until_a_moment_that_comes(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    with pytest.raises(InvalidFields, match="datum"):
        await story.decide("triagist", D.HOLD, until=await at(story, -1))
    with pytest.raises(NotPossible, match="niet opgeschort"):
        await story.decide("triagist", D.RESUME)

    assert (await story.facts()).hold_until is None


async def test_only_who_leads_the_case_holds_it(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)

    for who in ("regisseur2", "politie"):
        with pytest.raises(MayNotDecide):
            await story.decide(who, D.HOLD, until=await at(story, 5))


async def test_resuming_moves_every_term_by_the_working_days_that_were_held(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = await story.duty(DutyKind.JUDGE_CRITERIA)
    await story.decide("triagist", D.HOLD, until=await at(story, 60))
    since = (await story.facts()).hold_since
    assert since is not None
    await db.shift(14 * DAY)

    await story.decide("triagist", D.RESUME)

    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    ledger = [Hold(one.since, one.until) for one in await story.all(HoldRow, key="triagist")]
    assert after.due_at == due(after.anchor, working_days(4), WorkingCalendar(), ledger).moment
    assert timedelta(days=12) <= after.due_at - before.due_at <= timedelta(days=16)
    assert (after.due_version, after.explanation.endswith("(hervat na opschorting)")) == (3, True)
    assert "opgeschort van" in after.explanation


async def test_resuming_arms_the_ladders_again_for_the_new_moment_only(db: Databases, house: AHouse) -> None:
    story = await held(db, house, Phase.SCREENING)
    await db.shift(14 * DAY)

    await story.decide("triagist", D.RESUME)

    for kind in (DutyKind.ADMISSION, DutyKind.KNOWN):
        owed = await story.duty(kind)
        armed = await story.armed(owed)
        assert {rung.due_version for rung in armed} == {3}
        assert min(rung.fire_at for rung in armed) > await at(story, 0)
    case = await story.facts()
    assert (case.hold_since, case.hold_until) == (None, None)
    assert (await story.duty(DutyKind.END_OF_HOLD)).ended_as == "besloten"


async def test_a_fixed_moment_stays_whatever_is_held(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    before = await story.duty(DutyKind.HOLD_MEETING)
    await story.decide("regisseur", D.HOLD, until=await at(story, 3))
    await db.shift(2 * DAY)

    await story.decide("regisseur", D.RESUME)

    assert (await story.duty(DutyKind.HOLD_MEETING)).due_at == before.due_at
    assert await story.armed(await story.duty(DutyKind.HOLD_MEETING)) != []


async def test_what_opens_during_a_hold_waits_for_the_resume(db: Databases, house: AHouse) -> None:
    story = await held(db, house, Phase.SCREENING)
    await story.decide("triagist", D.MORE_INFORMATION, organisations=story.organisations("ggz"))
    asked = await story.duty(DutyKind.MORE_INFORMATION)
    assert await story.armed(asked) == []
    await db.shift(7 * DAY)

    await story.decide("triagist", D.RESUME)

    again = await story.duty(DutyKind.MORE_INFORMATION)
    assert again.due_at > asked.due_at
    assert await story.armed(again) != []


async def test_closing_a_case_on_hold_ends_the_hold_in_the_ledger(db: Databases, house: AHouse) -> None:
    story = await held(db, house, Phase.SCREENING)

    await story.decide("om", D.REJECT)

    assert [one.ended_at is not None for one in await story.all(HoldRow, key="triagist")] == [True]
    await story.decide("politie", D.RECONSIDER)
    assert await story.armed(await story.duty(DutyKind.ADMISSION)) != []


async def test_urgent_gives_hours_instead_of_days_from_now_with_ladders_to_match(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)

    await story.decide("triagist", D.MARK_URGENT)

    now = await at(story, 0)
    known = (await story.duties(DutyKind.KNOWN))[0]
    assert (known.unit, known.amount, known.due_version, known.urgent) == (Unit.CLOCK_HOURS, 24, 2, True)
    assert abs(known.due_at - now - timedelta(hours=24)) < timedelta(minutes=1)
    assert max(rung.fire_at for rung in await story.armed(known)) == known.due_at + timedelta(hours=24)
    elsewhere = await story.duty(DutyKind.KNOWN_ELSEWHERE)
    assert (elsewhere.due_version, elsewhere.urgent) == (1, False), "it has no urgent term"


async def test_urgent_never_gives_more_time_than_there_was(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    before = await story.duty(DutyKind.EVALUATION)
    await db.shift(38 * DAY)

    await story.decide("politie", D.MARK_URGENT)

    after = await story.duty(DutyKind.EVALUATION)
    assert (after.due_at, after.due_version) == (before.due_at, before.due_version)


async def test_urgent_is_given_once(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING, urgent=True)

    with pytest.raises(NotPossible, match="al spoed"):
        await story.decide("triagist", D.MARK_URGENT)


async def test_an_urgent_term_of_the_house_counts_also_where_there_is_no_default(db: Databases) -> None:
    policy = Policy(urgent_terms={DutyKind.KNOWN_ELSEWHERE: Term(unit=Unit.CLOCK_HOURS, amount=12)})
    house = await a_house(db.owner, policy=policy)
    story = await a_case(db.web, house, Phase.SCREENING)

    await story.decide("triagist", D.MARK_URGENT)

    elsewhere = await story.duty(DutyKind.KNOWN_ELSEWHERE)
    assert (elsewhere.unit, elsewhere.amount) == (Unit.CLOCK_HOURS, 12)


async def test_an_urgent_report_is_urgent_from_the_start(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING, urgent=True)

    admission = await story.duty(DutyKind.ADMISSION)

    assert (admission.urgent, admission.unit, admission.amount) == (True, Unit.WORKING_DAYS, 0)
    assert admission.due_at.astimezone(AMSTERDAM).hour == 17


async def test_a_new_policy_counts_for_what_opens_from_then_on(db: Databases, house: AHouse) -> None:
    first = await a_case(db.web, house, Phase.SCREENING)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        policy = Policy(terms={DutyKind.KNOWN: Term(unit=Unit.WORKING_DAYS, amount=9)})
        setup.set_policy(work, house.id, 1, policy)

    second = await a_case(db.web, house, Phase.SCREENING)

    assert ((await first.duty(DutyKind.KNOWN)).amount, (await second.duty(DutyKind.KNOWN)).amount) == (3, 9)
