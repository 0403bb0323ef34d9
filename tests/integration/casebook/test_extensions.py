"""More time: for whom, how much, for what, and what is refused and why."""

from datetime import timedelta

import pytest

from models.casebook import extensions
from models.clocks import Unit, working_days
from models.clocks import due as due_
from models.commands.cases import ExtendTerm
from models.lookups import duties as duty_lookup
from models.policy import Policy, Term
from models.refusals import AlreadySettled, InvalidFields, NotAllowed, NotFound, NotPossible
from models.tables.duties import ChangedTerm, Duty
from models.tables.trail import History
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, TermChange
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house

DAY = 86400


async def extend(story: Story, key: str, kind: DutyKind, amount: int, reason: str = "wacht op uitslag") -> int:
    """More time for the open duty of this kind (of who asks, when several owe it); what is left of it."""
    async with story.acting(key) as work:
        found = await duty_lookup.open_in_case(work, story.case_id, {kind})
        mine = [one for one in found if one.owner_organisation_id == work.actor.organisation_id] or found
        _duty, left = await extensions.extend(work, mine[0].id, ExtendTerm(amount=amount, reason=reason))
        return left


async def of(story: Story, kind: DutyKind, key: str) -> Duty:
    """The duty of this kind of somebody's organisation."""
    wanted = story.house.actors[key].organisation_id
    return next(one for one in await story.duties(kind) if one.owner_organisation_id == wanted)


async def test_the_term_counts_on_from_the_same_anchor_and_the_ladder_is_armed_anew(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = await story.duty(DutyKind.JUDGE_CRITERIA)

    left = await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 2)

    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    calendar = Policy().calendar(after.kind)
    assert after.due_at == due_(before.anchor, working_days(6), calendar).moment
    assert (after.amount, after.extra, after.due_version, left) == (4, 2, 2, 3)
    assert "waarvan 2 werkdagen verlenging (verlengd met 2 werkdagen)" in after.explanation
    assert {one.due_version for one in await story.armed(after)} == {2}
    change = (await story.all(ChangedTerm, ChangedTerm.duty_id == after.id, key="triagist"))[0]
    assert (change.why, change.added, change.reason) == (TermChange.EXTENDED, 2, "wacht op uitslag")
    lines = await story.all(History, History.what == "termijn verlengd", key="triagist")
    assert [one.facts["met"] for one in lines] == ["2 werkdagen"]
    assert "uitslag" not in str(lines[0].facts), "the reason is not for everybody who follows the case"


async def test_all_extensions_together_stay_within_the_cap_and_what_is_left_is_said(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 3)

    with pytest.raises(InvalidFields) as much:
        await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 3)
    assert "ten hoogste nog 2 werkdagen" in much.value.errors[0].message
    assert await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 2) == 0
    with pytest.raises(NotPossible, match="al verlengd met 5 werkdagen"):
        await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 1)
    assert (await story.duty(DutyKind.JUDGE_CRITERIA)).extra == 5


async def test_the_owner_takes_a_little_more_time_once(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)

    with pytest.raises(InvalidFields, match="aantal"):
        await extend(story, "om", DutyKind.KNOWN, 3)
    assert await extend(story, "om", DutyKind.KNOWN, 1) == 0
    with pytest.raises(NotPossible, match="al een keer verlengd"):
        await extend(story, "om", DutyKind.KNOWN, 1)

    assert (await of(story, DutyKind.KNOWN, "om")).extra == 1
    assert (await of(story, DutyKind.KNOWN, "gemeente")).extra == 0, "each has a term of their own"


async def test_the_regisseur_may_give_more_to_who_took_their_time(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.REGIE)
    await extend(story, "manager", DutyKind.ASSIGN_DIRECTOR, 1)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await extend(story, "regisseur", DutyKind.SET_MEETING, 2)

    assert await extend(story, "regisseur", DutyKind.SET_MEETING, 3) == 0
    with pytest.raises(NotAllowed):
        await extend(story, "regisseur2", DutyKind.SET_MEETING, 1)
    with pytest.raises(NotAllowed, match="procesregisseur"):
        await extend(story, "triagist", DutyKind.SET_MEETING, 1)


async def test_who_does_not_see_it_does_not_find_it(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    duty = await of(story, DutyKind.KNOWN, "om")

    async with unit_of_work(house.actors["ggz"], db.web) as work:
        with pytest.raises(NotFound):
            await extensions.extend(work, duty.id, ExtendTerm(amount=1, reason="ziek"))


@pytest.mark.parametrize(
    ("phase", "key", "kind", "said"),
    [
        (Phase.FOCUSOVERLEG, "regisseur", DutyKind.INFORM_PERSON, "ligt vast"),
        (Phase.FOCUSOVERLEG, "regisseur", DutyKind.HOLD_MEETING, "vast moment"),
        (Phase.MONITORING, "regisseur", DutyKind.COMMITMENT, "ligt vast"),
        (Phase.PLAN, "regisseur", DutyKind.PLAN_ANSWERS, "ligt vast"),
        (Phase.INTAKE, "triagist", DutyKind.CONFIRM_RECEIPT, "doet Pols zelf"),
    ],
)
async def test_what_the_house_does_not_set_itself_it_does_not_extend(
    db: Databases, house: AHouse, *, phase: Phase, key: str, kind: DutyKind, said: str
) -> None:
    story = await a_case(db.web, house, phase)

    with pytest.raises(NotPossible, match=said):
        await extend(story, key, kind, 1)


async def test_the_house_says_how_much_for_which_duty_and_never_is_never(db: Databases) -> None:
    policy = Policy(extension_most=9, extension_by_owner=0, extensions={DutyKind.ADMISSION: 0, DutyKind.KNOWN: 1})
    house = await a_house(db.owner, policy=policy)
    story = await a_case(db.web, house, Phase.SCREENING)

    with pytest.raises(NotPossible, match="geen verlenging toe"):
        await extend(story, "triagist", DutyKind.ADMISSION, 1)
    with pytest.raises(NotPossible, match="alleen de procesregisseur"):
        await extend(story, "om", DutyKind.KNOWN, 1)
    assert await extend(story, "triagist", DutyKind.KNOWN, 1) == 0
    assert await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 9) == 0


async def test_a_term_in_hours_is_extended_in_hours(db: Databases) -> None:
    house = await a_house(db.owner, policy=Policy(terms={DutyKind.KNOWN: Term(unit=Unit.CLOCK_HOURS, amount=20)}))
    story = await a_case(db.web, house, Phase.SCREENING)
    before = await of(story, DutyKind.KNOWN, "om")

    with pytest.raises(InvalidFields) as much:
        await extend(story, "om", DutyKind.KNOWN, 17)
    await extend(story, "om", DutyKind.KNOWN, 16)

    assert "16 uur" in much.value.errors[0].message
    after = await of(story, DutyKind.KNOWN, "om")
    assert after.due_at - before.due_at == timedelta(hours=16)


async def test_a_late_and_exhausted_duty_gets_a_new_ladder_when_there_is_time_again(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    duty = await story.duty(DutyKind.JUDGE_CRITERIA)
    await db.shift((duty.due_at - duty.opened_at).total_seconds() + 60)
    async with story.acting("triagist") as work:
        found = await work.session.get(Duty, duty.id)
        assert found is not None
        found.exhausted_at = work.now

    await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 2)

    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    async with story.acting("triagist") as work:
        assert after.due_at > work.now
    assert (after.exhausted_at, await story.armed(after) != []) == (None, True)


async def test_an_extension_that_leaves_it_late_is_no_extension(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await db.shift(30 * DAY)

    with pytest.raises(InvalidFields, match="aantal"):
        await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 1)

    assert (await story.duty(DutyKind.JUDGE_CRITERIA)).extra == 0


async def test_what_is_done_is_not_extended_and_a_reason_is_needed(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    duty = await of(story, DutyKind.KNOWN, "om")
    with pytest.raises(InvalidFields, match="reden"):
        await extend(story, "triagist", DutyKind.KNOWN, 1, reason="  ")
    await story.answer("om", DutyKind.KNOWN, "niet_bekend")

    async with story.acting("om") as work:
        with pytest.raises(AlreadySettled):
            await extensions.extend(work, duty.id, ExtendTerm(amount=1, reason="ziek"))


async def test_urgent_takes_the_extension_away_with_the_days(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await extend(story, "triagist", DutyKind.JUDGE_CRITERIA, 5)

    await story.decide("triagist", D.MARK_URGENT)

    after = await story.duty(DutyKind.JUDGE_CRITERIA)
    assert (after.unit, after.amount, after.extra) == (Unit.CLOCK_HOURS, 4, 0)
