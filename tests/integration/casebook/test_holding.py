"""Holds: another end, ended early, twice in a row, over a weekend and over the change of the clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from models import clocks
from models.clocks import AMSTERDAM, Hold, Unit
from models.lookups import stalled
from models.owed import DUTIES
from models.policy import Policy, Term
from models.refusals import InvalidFields
from models.stalled import Cause, Stall
from models.tables.cases import Hold as HoldRow
from models.tables.duties import ChangedTerm, Duty
from models.transactions import Work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, TermChange
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house

DAY = 86400


async def now(story: Story) -> datetime:
    async with story.acting("triagist") as work:
        return work.now


async def hold(story: Story, days: float) -> datetime:
    """On hold until so many days from now, or until then when it was already."""
    until = await now(story) + timedelta(days=days)
    await story.decide("triagist", D.HOLD, until=until, reason=f"nog {days} dagen")
    return until


async def by_the_ledger(story: Story, duty: Duty) -> datetime:
    """When a duty is due by its anchor, its term and the holds that are written down."""
    rows = await story.all(HoldRow, HoldRow.duty_id.is_(None), key="triagist")
    holds = [Hold(one.since, one.until) for one in rows]
    budget = clocks.Budget(duty.unit, duty.amount)
    return clocks.due(duty.anchor, budget, Policy().calendar(duty.kind), holds).moment


async def why(story: Story, duty: Duty) -> list[TermChange]:
    rows = await story.all(ChangedTerm, ChangedTerm.duty_id == duty.id, key="triagist")
    return [one.why for one in sorted(rows, key=lambda one: one.version)]


async def move_to(db: Databases, story: Story, moment: datetime) -> None:
    await db.shift((moment - await now(story)).total_seconds())


def next_(weekday: int, start: datetime) -> datetime:
    """The first such weekday from then on, at ten in the morning here."""
    local = start.astimezone(AMSTERDAM) + timedelta(days=1)
    day = local + timedelta(days=(weekday - local.weekday()) % 7)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


async def test_a_hold_moves_what_it_stops_and_says_so(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = await story.duty(DutyKind.JUDGE_CRITERIA)
    receipt = await story.duty(DutyKind.CONFIRM_RECEIPT)

    await hold(story, 14)

    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    assert after.due_at == await by_the_ledger(story, after) > before.due_at
    assert await why(story, after) == [TermChange.HELD]
    assert await story.armed(after) == []
    kept = DUTIES[DutyKind.CONFIRM_RECEIPT].stops_on_hold
    assert ((await story.duty(DutyKind.CONFIRM_RECEIPT)).due_at != receipt.due_at) is kept


async def test_ended_early_the_real_end_counts(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await hold(story, 60)
    thought = await story.duty(DutyKind.JUDGE_CRITERIA)
    await db.shift(7 * DAY)

    await story.decide("triagist", D.RESUME)

    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    assert after.due_at == await by_the_ledger(story, after) < thought.due_at
    assert await why(story, after) == [TermChange.HELD, TermChange.RESUMED]
    assert await story.armed(after) != []


async def test_on_hold_a_case_gets_another_end_and_both_reasons_stay(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await hold(story, 5)
    since = (await story.facts()).hold_since
    first = await story.duty(DutyKind.JUDGE_CRITERIA)
    await db.shift(2 * DAY)

    until = await hold(story, 20)

    case, ends = await story.facts(), await story.duties(DutyKind.END_OF_HOLD)
    ledger = await story.all(HoldRow, key="triagist")
    assert (case.hold_since, case.hold_until) == (since, until)
    assert [(one.reason, one.ended_at is None) for one in ledger] == [("nog 5 dagen", False), ("nog 20 dagen", True)]
    assert ledger[0].until == ledger[1].since
    assert [(one.due_at, one.ended_as) for one in ends] == [(until, None)], "one end, which moved"
    assert await story.armed(ends[0]) != []
    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    assert after.due_at == await by_the_ledger(story, after) > first.due_at
    assert await why(story, ends[0]) == [TermChange.MOVED]
    with pytest.raises(InvalidFields, match="datum"):
        await story.decide("triagist", D.HOLD, until=await now(story) - timedelta(days=1), reason="terug")


@pytest.mark.parametrize("again", [True, False])
async def test_an_expired_hold_is_stalled_until_it_is_prolonged_or_resumed(
    db: Databases, house: AHouse, *, again: bool
) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await hold(story, 3)
    await db.shift(10 * DAY)
    assert Cause.HOLD_EXPIRED in await causes(story)

    await (hold(story, 5) if again else story.decide("triagist", D.RESUME))

    assert Cause.HOLD_EXPIRED not in await causes(story)
    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    assert after.due_at == await by_the_ledger(story, after) > await now(story)
    assert (await story.armed(after) == []) is again


async def causes(story: Story) -> set[Cause]:
    async with story.acting("triagist") as work:
        return {one.cause for one in await _stalls(work, story)}


async def test_held_twice_in_a_row_counts_both(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = await story.duty(DutyKind.JUDGE_CRITERIA)
    await hold(story, 7)
    await db.shift(7 * DAY)
    await story.decide("triagist", D.RESUME)
    await db.shift(60)
    await hold(story, 7)
    await db.shift(7 * DAY)
    await story.decide("triagist", D.RESUME)

    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    assert after.due_at == await by_the_ledger(story, after)
    assert after.due_at - before.due_at >= timedelta(days=11)
    assert after.due_version == 5


async def test_a_hold_over_a_weekend_costs_the_working_days_only(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    friday = next_(4, await now(story))
    await move_to(db, story, friday)
    await story.decide("triagist", D.MORE_INFORMATION, organisations=story.organisations("ggz"))
    before = await story.duty(DutyKind.MORE_INFORMATION)
    await hold(story, 3)
    await db.shift(3 * DAY)

    await story.decide("triagist", D.RESUME)

    after = await story.duty(DutyKind.MORE_INFORMATION)
    calendar = Policy().calendar(after.kind)
    assert after.due_at == await by_the_ledger(story, after)
    assert clocks.due(after.anchor, clocks.working_days(5), calendar).moment == before.due_at == after.due_at


@pytest.mark.parametrize(("year", "month"), [(2027, 3), (2027, 10)])
async def test_a_hold_in_hours_over_the_change_of_the_clocks_is_to_the_second(
    db: Databases, year: int, month: int
) -> None:
    asked = {DutyKind.MORE_INFORMATION: Term(unit=Unit.CLOCK_HOURS, amount=30)}
    story = await a_case(db.web, await a_house(db.owner, policy=Policy(terms=asked)), Phase.SCREENING)
    days = [datetime(year, month, day, tzinfo=UTC) for day in range(25, 32)]
    await move_to(db, story, next(one for one in days if one.weekday() == 6) - timedelta(hours=12))
    await story.decide("triagist", D.MORE_INFORMATION, organisations=story.organisations("ggz"))
    before = await story.duty(DutyKind.MORE_INFORMATION)
    await hold(story, 1)
    since = (await story.facts()).hold_since
    await db.shift(DAY)

    await story.decide("triagist", D.RESUME)

    after = await story.duty(DutyKind.MORE_INFORMATION)
    whole = [one for one in await story.all(HoldRow, key="triagist") if one.duty_id is None]
    assert since is not None
    assert whole[0].ended_at is not None
    assert after.due_at - before.due_at == whole[0].ended_at - since


async def test_the_admission_waits_for_what_was_asked_whatever_else_moves(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await story.decide("triagist", D.MORE_INFORMATION, organisations=story.organisations("ggz"))
    await hold(story, 5)

    await story.decide("triagist", D.RESUME)

    admission = await story.duty(DutyKind.ADMISSION)
    assert admission.due_at - await now(story) < timedelta(days=60), "not the year that its own hold may last"
    assert await story.armed(admission) == [], "its own clock still stands still"
    await db.shift(60)
    await story.answer("ggz", DutyKind.MORE_INFORMATION, "gegeven", note="zie bijlage")
    assert await story.armed(await story.duty(DutyKind.ADMISSION)) != []


async def test_urgent_during_a_hold_gives_what_runs_on_its_hours_from_now(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    until = await now(story) + timedelta(days=30)
    await story.decide("regisseur", D.HOLD, until=until)
    await story.decide("politie", D.INCIDENT)

    await story.decide("politie", D.MARK_URGENT)

    incident = await story.duty(DutyKind.INCIDENT)
    assert incident.due_at - await now(story) <= timedelta(hours=72), "a hold does not stop it"
    assert await story.armed(incident) != []


async def _stalls(work: Work, story: Story) -> tuple[Stall, ...]:
    row = await stalled.of_case(work, story.case_id)
    return row.stalls if row is not None else ()
