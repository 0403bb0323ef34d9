"""Screening and triage: who is asked, what stops which clock, who admits and how a report ends otherwise."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from models.actors import ENGINE
from models.casebook import setup
from models.clocks import AMSTERDAM, WEEKDAYS, WorkingCalendar
from models.commands.cases import Judgement
from models.commands.referrals import DescribeIncident, DescribeProblem, DescribeSubject
from models.lights import working_days_between
from models.lookups import referrals
from models.policy import CutOff, Policy
from models.refusals import GateOpen, InvalidFields, MayNotDecide, NotFound, NotPossible
from models.tables.cases import Case, CriterionJudgement, Decision, Involvement
from models.tables.engine import JournalEntry, Lease
from models.tables.items import InfoItem
from models.tables.referrals import Subject
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Outcome, Phase, Standing, WorkKind
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house, a_report

DAY = 86400
TERM = 5  #: working days that the table has to decide on admission


async def screened(db: Databases, house: AHouse, **facts: object) -> Story:
    return await a_case(db.web, house, Phase.SCREENING, **facts)


async def beside(story: Story) -> list[Case]:
    """The cases that were made beside this one."""
    async with story.acting("triagist") as work:
        first = (await story.facts()).referral_id
        return list(await work.session.scalars(select(Case).where(Case.referral_id == first, Case.beside)))


async def test_the_known_round_asks_public_participants_and_not_the_reporter(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)

    asked = {one.owner_organisation_id for one in await story.duties(DutyKind.KNOWN)}

    assert asked == set(story.organisations("om", "gemeente"))
    standing = await story.all(Involvement, key="triagist")
    assert {(one.organisation_id, one.standing) for one in standing} == {(one, Standing.ASKED) for one in asked}


async def test_a_house_may_ask_fewer_public_participants(db: Databases, house: AHouse) -> None:
    async with unit_of_work(ENGINE, db.owner) as work:
        setup.set_policy(work, house.id, 1, Policy(ask_known=frozenset({house.organisations["om"]})))
    house.ready.clear()
    story = await screened(db, house)

    assert [one.owner_organisation_id for one in await story.duties(DutyKind.KNOWN)] == [house.organisations["om"]]


async def test_who_did_not_say_whether_they_know_the_person_is_recorded_as_no_answer(
    db: Databases, house: AHouse
) -> None:
    story = await screened(db, house)
    await story.answer("gemeente", DutyKind.KNOWN, "niet_bekend")

    await story.judge()
    await story.decide("om", D.ADMIT)

    ended = {one.owner_organisation_id: one.ended_as for one in await story.duties(DutyKind.KNOWN)}
    assert ended == {house.organisations["gemeente"]: "niet_bekend", house.organisations["om"]: "geen_antwoord"}
    assert all(one.until is not None for one in await story.all(Involvement, key="triagist"))


async def test_admission_waits_for_the_criteria_to_be_judged(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)

    with pytest.raises(GateOpen, match="criteria toetsen"):
        await story.decide("om", D.ADMIT)


async def test_admission_needs_all_four_criteria(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    judged = tuple(Judgement(criterion=c, met=c != "d", motivation="zie melding") for c in "abcd")
    await story.answer("triagist", DutyKind.JUDGE_CRITERIA, "getoetst", judgements=judged)

    with pytest.raises(NotPossible, match="vier criteria"):
        await story.decide("om", D.ADMIT)

    assert (await story.facts()).phase is Phase.SCREENING


async def test_a_judgement_is_given_for_each_criterion(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    three = tuple(Judgement(criterion=c, met=True, motivation="zie melding") for c in "abc")

    with pytest.raises(InvalidFields, match="criteria"):
        await story.answer("triagist", DutyKind.JUDGE_CRITERIA, "getoetst", judgements=three)


async def test_who_admits_adopts_the_judgement(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))

    adopted = {one.adopted_by for one in await story.all(CriterionJudgement)}
    admitted = [one.id for one in await story.all(Decision) if one.kind is D.ADMIT]

    assert adopted == set(admitted)


@pytest.mark.parametrize("who", ["triagist", "regisseur", "manager"])
async def test_the_house_never_admits_itself(db: Databases, house: AHouse, who: str) -> None:
    story = await screened(db, house)
    await story.judge()

    with pytest.raises(MayNotDecide, match="publieke deelnemers"):
        await story.decide(who, D.ADMIT)


async def test_a_private_participant_never_admits_not_even_its_own_report(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house, by="ggz")
    await story.decide("triagist", D.COMPLETE)
    await story.judge()

    with pytest.raises(MayNotDecide):
        await story.decide("ggz", D.ADMIT)
    with pytest.raises(NotFound):
        await story.decide("reclassering", D.ADMIT)


async def test_the_reporters_own_organisation_does_not_admit_alone(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    await story.judge()

    with pytest.raises(MayNotDecide, match="niet alleen"):
        await story.decide("politie", D.ADMIT)
    both = (house.person("politie"), house.person("om"))
    with pytest.raises(MayNotDecide, match="alleen uw eigen besluit"):  # naming a colleague is not asking one
        await story.decide("politie", D.ADMIT, deciders=both)
    await story.decide("triagist", D.ADMIT, deciders=both)

    assert (await story.facts()).phase is Phase.REGIE


@pytest.mark.parametrize("who", ["triagist", "manager"])
async def test_the_house_registers_an_admission_by_phone(db: Databases, house: AHouse, who: str) -> None:
    story = await screened(db, house)
    await story.judge()

    await story.decide(who, D.ADMIT, deciders=(house.person("om"),))

    assert (await story.facts()).phase is Phase.REGIE


async def test_a_house_may_let_the_reporter_decide_alone(db: Databases) -> None:
    house = await a_house(db.owner, policy=Policy(reporter_may_decide_alone=True))
    story = await screened(db, house)
    await story.judge()

    await story.decide("politie", D.ADMIT)

    assert (await story.facts()).outcome is Outcome.ADMITTED


async def test_each_admitted_person_gets_a_case_of_their_own(db: Databases, house: AHouse) -> None:
    people = tuple(DescribeSubject(name=name) for name in ("Hendrik B.", "Anja B.", "Kees B."))
    story = await screened(db, house, subjects=people)
    async with story.acting("triagist") as work:
        found = await work.session.get(Case, story.case_id)
        assert found is not None
        assert found.referral_id is not None
        there = {one.name: one.id for one in await referrals.subjects(work, found.referral_id)}
    await story.judge(others=(there["Anja B."],))

    await story.decide("om", D.ADMIT, subjects=(there["Hendrik B."], there["Anja B."]))

    made = await beside(story)
    assert [one.linked_to for one in made] == [None]  # nothing hangs together by itself (R19)
    assert [(one.phase, one.outcome) for one in made] == [(Phase.REGIE, Outcome.ADMITTED)]
    other = Story(db.web, house, made[0].id)
    assert set(await other.open_kinds()) == set(await story.open_kinds()) - {
        DutyKind.CONFIRM_RECEIPT, DutyKind.FEEDBACK,
    }  # fmt: skip
    assert [one.name for one in await other.all(Subject, key="politie")] == ["Anja B."]
    assert [one.name for one in await story.all(Subject, key="politie")] == ["Hendrik B."]
    async with other.acting("triagist") as work:
        assert await work.session.get(Lease, other.case_id) is not None


async def of_two(db: Databases, house: AHouse) -> tuple[Story, UUID]:
    people = tuple(DescribeSubject(name=name) for name in ("Kevin D.", "Monique D."))
    story = await screened(db, house, subjects=people)
    async with story.acting("triagist") as work:
        referral_id = (await work.session.get_one(Case, story.case_id)).referral_id
        assert referral_id is not None
        return story, next(one.id for one in await referrals.subjects(work, referral_id) if one.name == "Monique D.")


async def test_the_criteria_are_judged_per_person(db: Databases, house: AHouse) -> None:
    """BGS 2.20(1) speaks of the person: what was found of Kevin says nothing of Monique (R4)."""
    story, monique = await of_two(db, house)
    await story.judge()

    with pytest.raises(NotPossible, match="toets ze per persoon"):
        await story.decide("om", D.ADMIT, subjects=(monique,))

    assert (await story.facts()).phase is Phase.SCREENING
    assert await beside(story) == []


async def test_who_does_not_meet_the_criteria_gets_no_case(db: Databases, house: AHouse) -> None:
    story, lisa = await of_two(db, house)
    judged = [Judgement(criterion=c, met=True, motivation="zie melding") for c in "abcd"]
    judged += [Judgement(subject_id=lisa, criterion=c, met=c != "c", motivation="is kind") for c in "abcd"]
    await story.answer("triagist", DutyKind.JUDGE_CRITERIA, "getoetst", judgements=tuple(judged))

    with pytest.raises(NotPossible, match="toets ze per persoon"):
        await story.decide("om", D.ADMIT, subjects=(lisa,))
    await story.decide("om", D.ADMIT)

    assert await beside(story) == []


async def test_what_was_judged_of_a_person_stands_with_their_own_case(db: Databases, house: AHouse) -> None:
    story, monique = await of_two(db, house)
    judged = [Judgement(criterion=c, met=True, motivation="van Kevin") for c in "abcd"]
    judged += [Judgement(subject_id=monique, criterion=c, met=True, motivation="van Monique") for c in "abcd"]
    await story.answer("triagist", DutyKind.JUDGE_CRITERIA, "getoetst", judgements=tuple(judged))
    await story.decide("om", D.ADMIT, subjects=(monique,))
    [other] = await beside(story)
    for one in (story, Story(db.web, house, other.id)):
        await one.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "ggz"))

    found = {
        one: {
            row.motivation
            for row in await Story(db.web, house, one).all(CriterionJudgement, key="politie")
            if row.subject_id is None
        }
        for one in (story.case_id, other.id)
    }

    assert found == {story.case_id: {"van Kevin"}, other.id: {"van Monique"}}


async def test_nobody_but_people_of_the_report_is_judged_and_each_criterion_once(db: Databases, house: AHouse) -> None:
    story, monique = await of_two(db, house)
    own = tuple(Judgement(criterion=c, met=True, motivation="zie melding") for c in "abcd")

    def of(person: UUID, criteria: str) -> tuple[Judgement, ...]:
        more = (Judgement(subject_id=person, criterion=c, met=True, motivation="zie melding") for c in criteria)
        return (*own, *more)

    for wrong in (of(monique, "abc"), of(story.case_id, "abcd"), of(monique, "abcd")[4:]):
        with pytest.raises(InvalidFields, match="criteria"):
            await story.answer("triagist", DutyKind.JUDGE_CRITERIA, "getoetst", judgements=wrong)


async def test_third_parties_and_private_participants_are_not_asked_before_admission(
    db: Databases, house: AHouse
) -> None:
    """Design 3: public participants only; who is involved later is asked then; a third party never."""
    story = await screened(db, house)
    await story.judge()
    await story.decide("om", D.ADMIT)
    before = {one.owner_organisation_id for one in await story.duties(DutyKind.KNOWN)}
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    with pytest.raises(InvalidFields):
        await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("corporatie", "ggz"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "ggz"))

    after = {one.owner_organisation_id for one in await story.duties(DutyKind.KNOWN)} - before

    assert before == set(story.organisations("om", "gemeente"))
    assert after == set(story.organisations("politie", "ggz"))


async def test_a_round_without_answers_holds_up_neither_admission_nor_meeting(db: Databases, house: AHouse) -> None:
    """That nobody answered is written down as a fact when the round is over."""
    story = await screened(db, house)
    await story.judge()
    await story.decide("om", D.ADMIT)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "ggz"))
    await story.convene()

    await story.decide("regisseur", D.PREPARED)

    assert (await story.facts("regisseur")).phase is Phase.FOCUSOVERLEG
    assert {one.ended_as for one in await story.duties(DutyKind.KNOWN, key="regisseur")} == {"geen_antwoord"}


async def test_more_information_stops_only_the_clock_of_the_admission(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    before = {one.kind: one.due_at for one in await story.duties(*DutyKind)}

    await story.decide("triagist", D.MORE_INFORMATION, organisations=story.organisations("politie", "gemeente"))

    admission = await story.duty(DutyKind.ADMISSION)
    assert await story.armed(admission) == []
    assert await story.armed(await story.duty(DutyKind.JUDGE_CRITERIA)) != []
    after = {one.kind: one.due_at for one in await story.duties(*before)}
    assert after == before
    asked = {one.owner_organisation_id for one in await story.duties(DutyKind.MORE_INFORMATION)}
    assert asked == set(story.organisations("politie", "gemeente"))


async def test_the_clock_of_the_admission_runs_on_when_all_that_was_asked_has_come(
    db: Databases, house: AHouse
) -> None:
    story = await screened(db, house)
    await story.decide("triagist", D.MORE_INFORMATION, organisations=story.organisations("politie", "gemeente"))
    first = await story.duty(DutyKind.ADMISSION)
    await db.shift(14 * DAY)

    await story.answer("politie", DutyKind.MORE_INFORMATION, "gegeven", note="hij woont bij zijn moeder")
    assert (await story.duty(DutyKind.ADMISSION)).due_version == first.due_version
    await story.answer("gemeente", DutyKind.MORE_INFORMATION, "niet_te_geven")

    resumed = await story.duty(DutyKind.ADMISSION)
    async with story.acting("triagist") as work:
        again = work.now.astimezone(AMSTERDAM)  # this day counts again when the house is yet to close
    held = again.date() - timedelta(days=again.time() < WorkingCalendar().closes)
    assert _left_after(first.anchor.astimezone(AMSTERDAM).date(), first.due_at) == TERM
    assert _left_after(held, resumed.due_at) == TERM
    assert resumed.due_version == first.due_version + 1
    assert {rung.due_version for rung in await story.armed(resumed)} == {resumed.due_version}
    assert "informatie is er" in resumed.explanation


def _left_after(day: date, due_at: datetime) -> int:
    """The working days after a day, up to and including the one on which it is due."""
    return working_days_between(day, due_at.astimezone(AMSTERDAM).date(), WorkingCalendar())


async def test_a_report_is_referred_on_only_when_the_receiver_accepts(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    await story.decide("om", D.REFER_ON, receiver="Veilig Thuis")
    assert (await story.facts()).phase is Phase.SCREENING
    with pytest.raises(GateOpen, match="doorverwijzing aanvaarden"):
        await story.decide("om", D.REJECT)

    await story.answer("triagist", DutyKind.REFERRAL_ACCEPTANCE, "aanvaard", note="mw. Jansen neemt het aan")

    case = await story.facts()
    assert (case.phase, case.outcome) == (Phase.CLOSED, Outcome.REFERRED)
    assert case.erase_at is not None
    rule = [one for one in await story.all(Decision, key="triagist") if one.kind is D.REFERRED_ON]
    assert [(one.registered_by, one.triggered_by) for one in rule] == [(None, "de ontvanger heeft aanvaard")]


async def test_a_referral_that_is_refused_comes_back_to_the_triage_table(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    await story.decide("om", D.REFER_ON, receiver="Veilig Thuis")

    await story.answer("triagist", DutyKind.REFERRAL_ACCEPTANCE, "geweigerd", note="hoort hier niet")

    assert (await story.facts()).phase is Phase.SCREENING
    assert DutyKind.ADMISSION in await story.open_kinds()
    await story.decide("om", D.REJECT)


async def test_a_report_is_bundled_with_another_open_case(db: Databases, house: AHouse) -> None:
    other = await a_case(db.web, house, Phase.REGIE)
    story = await screened(db, house)

    with pytest.raises(NotPossible, match="andere, openstaande"):
        await story.decide("om", D.BUNDLE, other_case=story.case_id)
    await story.decide("om", D.BUNDLE, other_case=other.case_id)

    case = await story.facts()
    assert (case.phase, case.outcome, case.linked_to) == (Phase.CLOSED, Outcome.BUNDLED, other.case_id)
    incident = await other.duty(DutyKind.INCIDENT)
    assert (incident.case_id, incident.ended_as) == (other.case_id, None)
    assert WorkKind.ALERT in {one.kind for one in await other.all(JournalEntry, key="triagist")}


async def test_what_a_bundled_report_said_stays_with_the_other_case(db: Databases, house: AHouse) -> None:
    other = await a_case(db.web, house, Phase.REGIE)
    told = {
        "facts": "drie aangiften", "consequences": ("ernstige_overlast",), "criminogenic_factors": ("schulden",),
        "problems": (DescribeProblem(life_domain="wonen", body="ontruiming dreigt"),),
        "incidents": (DescribeIncident(body="ruit stuk", place="Dorpsstraat"),),
    }  # fmt: skip
    story = await a_case(db.web, house, Phase.SCREENING, **told)

    await story.decide("om", D.BUNDLE, other_case=other.case_id)

    (kept,) = await other.all(InfoItem, key="politie")
    for words in ("veertien meldingen", "drie aangiften", "ernstige overlast", "schulden", "wonen: ontruiming dreigt",
                  "Dorpsstraat: ruit stuk", "wijkteam"):  # fmt: skip
        assert words in kept.body


async def test_a_report_is_not_bundled_with_what_is_closed_or_unseen(db: Databases, house: AHouse) -> None:
    closed = await screened(db, house)
    await closed.decide("om", D.REJECT)
    elsewhere = await a_report(db.web, await a_house(db.owner))
    story = await screened(db, house)

    with pytest.raises(NotFound):
        await story.decide("om", D.BUNDLE, other_case=elsewhere.case_id)
    with pytest.raises(NotPossible):
        await story.decide("triagist", D.BUNDLE, other_case=closed.case_id, deciders=(house.person("om"),))


async def test_after_a_rejection_the_reporter_asks_reconsideration_and_it_is_judged_anew(
    db: Databases, house: AHouse
) -> None:
    story = await screened(db, house)
    await story.judge(met=False)
    await story.decide("om", D.REJECT)
    case = await story.facts()
    assert (case.phase, case.outcome) == (Phase.CLOSED, Outcome.REJECTED)
    with pytest.raises(MayNotDecide):
        await story.decide("triagist", D.RECONSIDER)

    await story.decide("politie", D.RECONSIDER)
    again = await story.facts()
    assert (again.phase, again.outcome, again.closed_at, again.erase_at) == (Phase.SCREENING, None, None, None)
    await story.judge()
    await story.decide("om", D.ADMIT)

    assert (await story.facts()).outcome is Outcome.ADMITTED


async def test_a_rejection_before_any_judgement_is_no_dead_end_after_reconsideration(
    db: Databases, house: AHouse
) -> None:
    story = await screened(db, house)
    await story.decide("om", D.REJECT)

    await story.decide("politie", D.RECONSIDER)

    assert {DutyKind.JUDGE_CRITERIA, DutyKind.ADMISSION} <= set(await story.open_kinds())


async def test_reconsideration_is_asked_within_five_working_days(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    await story.decide("om", D.REJECT)
    late = await screened(db, house)
    await late.decide("om", D.REJECT)
    await db.shift(4 * DAY)
    await story.decide("politie", D.RECONSIDER)

    await db.shift(12 * DAY)

    with pytest.raises(NotPossible, match="termijn"):
        await late.decide("politie", D.RECONSIDER)


async def test_only_a_rejection_is_reconsidered(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house)
    await story.decide("politie", D.WITHDRAW)

    with pytest.raises(NotPossible, match="na een afwijzing"):
        await story.decide("politie", D.RECONSIDER)


async def test_advice_ends_when_it_was_given_and_the_professional_was_called(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    await story.decide("om", D.ADVISE)
    assert {DutyKind.ADVICE, DutyKind.FOLLOW_UP_CALL} <= set(await story.open_kinds())
    with pytest.raises(InvalidFields, match="toelichting"):
        await story.answer("triagist", DutyKind.ADVICE, "uitgebracht")
    await story.answer("triagist", DutyKind.ADVICE, "uitgebracht", note="houd de regie lokaal")
    with pytest.raises(GateOpen, match="nabellen"):
        await story.decide("triagist", D.ADVICE_DONE)

    await story.answer("triagist", DutyKind.FOLLOW_UP_CALL, "gebeld")
    await story.decide("triagist", D.ADVICE_DONE)

    case = await story.facts()
    assert (case.phase, case.outcome) == (Phase.CLOSED, Outcome.ADVISED)


async def test_who_is_not_reached_by_phone_is_called_again_on_the_next_working_day(
    db: Databases, house: AHouse
) -> None:
    story = await screened(db, house)
    await story.decide("om", D.ADVISE)

    await story.answer("triagist", DutyKind.FOLLOW_UP_CALL, "niet_bereikt")

    again = await story.duty(DutyKind.FOLLOW_UP_CALL)
    assert again.answered_at is None
    assert again.due_at.astimezone(AMSTERDAM).time() == time(17)
    assert timedelta() < again.due_at - again.opened_at <= timedelta(days=6)
    assert DutyKind.FOLLOW_UP_CALL in await story.open_kinds()


async def test_the_short_track_goes_to_the_plan_with_the_partners_it_names(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    await story.judge()

    await story.decide("om", D.SHORT_TRACK, organisations=story.organisations("politie", "ggz"))

    case = await story.facts()
    assert (case.phase, case.outcome) == (Phase.PLAN, Outcome.SHORT)
    kinds = set(await story.open_kinds())
    assert {DutyKind.ASSIGN_DIRECTOR, DutyKind.INFORM_PERSON, DutyKind.PLAN_ANSWERS} <= kinds
    involved = [one for one in await story.all(Involvement, key="triagist") if one.standing is Standing.INVOLVED]
    assert {one.organisation_id for one in involved} == set(story.organisations("politie", "ggz"))


async def test_a_third_party_is_never_involved(db: Databases, house: AHouse) -> None:
    story = await screened(db, house)
    await story.judge()

    with pytest.raises(InvalidFields, match="organisaties"):
        await story.decide("om", D.SHORT_TRACK, organisations=story.organisations("politie", "corporatie"))


TUESDAYS = Policy(weekly_cutoff=CutOff(weekday=0, at=time(12), triage_weekday=1))


async def test_with_a_weekly_cut_off_admission_is_due_at_a_triage(db: Databases) -> None:
    house = await a_house(db.owner, policy=TUESDAYS)
    story = await screened(db, house)

    owed = await story.duty(DutyKind.ADMISSION)
    held = owed.due_at.astimezone(AMSTERDAM)

    assert held.weekday() <= 1 or "overgeslagen" in owed.explanation  # a Tuesday, or another day for a holiday
    assert held.time() == time(17)
    assert owed.explanation.startswith("binnen vóór ")
    assert f"12.00 uur: triage van {WEEKDAYS[held.weekday()]} {held.day} " in owed.explanation


async def test_urgent_knows_no_weekly_cut_off(db: Databases) -> None:
    house = await a_house(db.owner, policy=TUESDAYS)
    story = await screened(db, house, urgent=True)
    later = await screened(db, house)

    await later.decide("triagist", D.MARK_URGENT)

    usual = await (await screened(db, house)).duty(DutyKind.ADMISSION)
    assert (await story.duty(DutyKind.ADMISSION)).unit != usual.unit
    assert (await later.duty(DutyKind.ADMISSION)).unit != usual.unit


async def test_a_triage_that_went_by_during_a_hold_is_followed_by_the_next(db: Databases) -> None:
    house = await a_house(db.owner, policy=TUESDAYS)
    story = await screened(db, house)
    await story.decide("triagist", D.MORE_INFORMATION, organisations=story.organisations("politie"))
    await db.shift(21 * DAY)

    await story.answer("politie", DutyKind.MORE_INFORMATION, "niet_te_geven")

    admission = await story.duty(DutyKind.ADMISSION)
    async with story.acting("triagist") as work:
        assert admission.due_at > work.now
    assert admission.explanation.startswith("binnen vóór ")
