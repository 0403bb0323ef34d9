"""A changed policy: what is open moves along in one operation, each moved date says why, and it can be tried first."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from models.casebook import policies
from models.casebook.follow_up import remind
from models.clocks import Unit, working_days
from models.ladder import Step
from models.lookups import projected
from models.lookups.paging import Page
from models.owed import DUTIES
from models.policy import LadderStep, Policy, Term
from models.projection import calendar_for
from models.tables.duties import ChangedTerm, Duty, Rung
from models.tables.trail import History
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, TermChange
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, Story, a_case, a_house, a_report

DAY = 86400
KNOWN_FIVE = {"termijnen": {"bekend_of_niet_bekend": {"eenheid": "werkdagen", "aantal": 5}}}


async def saved(db: Databases, house: AHouse, policy: Policy, version: int = 1, key: str = "manager") -> None:
    """The policy of the house is this one from now."""
    async with unit_of_work(house.actors[key], db.web) as work:
        await policies.set_policy(work, house.id, version, policy)


def terms(**amounts: int) -> Policy:
    """A policy with these terms in working days."""
    return Policy(terms={DutyKind[kind]: Term(unit=Unit.WORKING_DAYS, amount=n) for kind, n in amounts.items()})


async def put(door: Door, body: dict[str, Any], version: int = 0, who: str = "manager") -> Any:
    """What comes of setting the policy over HTTP."""
    headers = {"If-Match": f'"{version}"'}
    return await door.call("PUT", f"/huizen/{door.house.id}/beleid", who, json=body, headers=headers)


async def what_moved(story: Story, duty: Duty) -> list[tuple[TermChange, int, bool]]:
    rows = await story.all(ChangedTerm, ChangedTerm.duty_id == duty.id, key="triagist")
    return [(one.why, one.version, one.due_at > one.was_due_at) for one in rows]


async def test_an_open_duty_takes_the_new_term_from_its_own_anchor_and_says_why(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = await story.duty(DutyKind.KNOWN)

    await saved(db, house, terms(KNOWN=9))

    after = await story.duty(DutyKind.KNOWN)
    calendar = calendar_for(Policy(), DutyKind.KNOWN)
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
        Step.REMIND, Step.DUE, Step.OVERDUE, Step.DEPUTY, Step.DIRECTOR, Step.MANAGER,
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


async def test_a_date_that_people_set_stays_and_its_ladder_follows_the_closing_day(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    meeting = await story.duty(DutyKind.HOLD_MEETING)
    before = {one.step: one.fire_at for one in await story.armed(meeting)}
    shut = calendar_for(Policy(), meeting.kind).add_working_days(meeting.due_at.date(), 2)

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

    await saved(db, house, Policy(ladders={kind: sooner for kind in DutyKind}))
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
    from models.actors import ENGINE  # noqa: PLC0415

    async with unit_of_work(ENGINE, db.engine) as work:
        await remind(work)


async def test_a_step_that_was_dropped_comes_back_with_the_old_ladder(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    before = sorted((one.step, one.fire_at) for one in await story.armed(await story.duty(DutyKind.KNOWN)))
    short = Policy(ladders={DutyKind.KNOWN: [LadderStep(step=Step.DUE, after=0)]})
    await saved(db, house, short)
    assert [one.step for one in await story.armed(await story.duty(DutyKind.KNOWN))] == [Step.DUE]

    await saved(db, house, Policy(), version=2)

    after = sorted((one.step, one.fire_at) for one in await story.armed(await story.duty(DutyKind.KNOWN)))
    assert after == before


async def test_a_shorter_ladder_that_is_all_told_is_exhausted_and_a_longer_one_is_not(db: Databases) -> None:
    house = await a_house(db.owner)
    story = await a_case(db.web, house, Phase.SCREENING)
    await db.shift(8 * DAY)
    await fire(db)
    told = [LadderStep(step=Step.DUE, after=0)]

    await saved(db, house, Policy(ladders={kind: told for kind in DutyKind}))
    short = await story.duty(DutyKind.JUDGE_CRITERIA)
    await saved(db, house, Policy(), version=2)
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
    assert [one.step for one in await story.armed(duty)] == [Step.MANAGER]
    await fire(db)
    assert (await story.duty(DutyKind.KNOWN)).exhausted_at is not None


async def test_who_administers_the_policy_moves_terms_of_cases_that_they_may_not_see(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    answer = await put(door, KNOWN_FIVE, who="beheerder")

    assert answer.status_code == 204, answer.text
    assert (await story.duty(DutyKind.KNOWN)).amount == 5
    async with unit_of_work(door.house.actors["beheerder"], db.web) as work:
        assert (await work.session.scalars(select(Duty))).all() == [], "and sees them no more afterwards"


@pytest.mark.parametrize("who", ["politie", "privacy", "ggz"])
async def test_nobody_else_reaches_the_terms_of_the_house(door: Door, db: Databases, who: str) -> None:
    await a_report(db.web, door.house, by="om")

    async with unit_of_work(door.house.actors[who], db.web) as work:
        before = await work.session.scalar(text("SELECT count(*) FROM duty"))
        await projected.reach(work)
        assert await work.session.scalar(text("SELECT count(*) FROM duty")) == before


# Trying it first


async def test_what_is_tried_is_what_saving_does(door: Door, db: Databases) -> None:
    stories = [await a_case(db.web, door.house, one) for one in (Phase.SCREENING, Phase.REGIE, Phase.MONITORING)]
    await stories[0].decide("triagist", D.MARK_URGENT)
    change = {
        "termijnen": {kind: {"eenheid": "werkdagen", "aantal": n} for n, kind in enumerate(DutyKind, 1)},
        "evaluatieDagen": 60, "sluitOm": "16:30:00", "spoedtermijnen": {
            "bekend_of_niet_bekend": {"eenheid": "klokuren", "aantal": 3}},
    }  # fmt: skip
    tried = await door.post("manager", f"/huizen/{door.house.id}/beleid/proef", change, 200)
    untouched = [await one.all(ChangedTerm, ChangedTerm.why == TermChange.POLICY) for one in stories]

    assert (await put(door, change)).status_code == 204

    async with unit_of_work(door.house.actors["manager"], db.web) as work:
        rows = (await work.session.scalars(select(ChangedTerm).where(ChangedTerm.policy_version == 1))).all()
    saved_ = {(str(one.duty_id), one.was_due_at, one.due_at, one.why) for one in rows}
    said = {
        (one["taak"], moment(one["was"]), moment(one["wordt"]), one["waarom"]) for one in tried["resultaten"]
    }
    assert untouched == [[], [], []]
    assert len(said) > 8
    assert said == saved_
    assert tried["totaal"]["vervroegd"] + tried["totaal"]["verlaat"] == len(rows)


def moment(said: str) -> Any:
    """A moment as it is sent."""
    from datetime import datetime  # noqa: PLC0415

    return datetime.fromisoformat(said)


async def test_trying_changes_nothing_and_counts_per_kind(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    before = await story.duty(DutyKind.KNOWN)

    found = await door.post("manager", f"/huizen/{door.house.id}/beleid/proef", KNOWN_FIVE, 200)

    known = next(one for one in found["perSoort"] if one["soort"] == "bekend_of_niet_bekend")
    asked = len(await story.duties(DutyKind.KNOWN))
    assert (known["bekeken"], known["verlaat"], known["vervroegd"], known["directTeLaat"]) == (asked, asked, 0, 0)
    assert found["totaal"]["verlaat"] == asked
    one = found["resultaten"][0]
    assert one["casus"]["naam"] == (await story.facts()).number
    assert (one["soort"], one["waarom"]) == ("bekend_of_niet_bekend", "beleid")
    assert one["organisatie"]["naam"] in {"Openbaar Ministerie", "Gemeente Westerveen"}
    after = await story.duty(DutyKind.KNOWN)
    assert (after.due_at, after.due_version) == (before.due_at, before.due_version)
    assert (await door.call("GET", f"/huizen/{door.house.id}/beleid", "manager")).headers["etag"] == '"0"'


async def test_trying_tells_what_would_be_late_at_once(roving_door: Door, own_db: Databases) -> None:
    story = await a_case(own_db.web, roving_door.house, Phase.MONITORING)
    await own_db.shift(20 * DAY)

    found = await roving_door.post("manager", f"/huizen/{story.house.id}/beleid/proef", {"evaluatieDagen": 14}, 200)

    evaluation = next(one for one in found["perSoort"] if one["soort"] == "evalueren")
    assert (evaluation["vervroegd"], evaluation["directTeLaat"]) == (1, 1)


async def test_moves_are_paged_the_largest_first(door: Door, db: Databases) -> None:
    await a_case(db.web, door.house, Phase.SCREENING)
    change = {"termijnen": {"over_toelating_beslissen": {"eenheid": "werkdagen", "aantal": 30}}} | {}
    change["termijnen"] |= KNOWN_FIVE["termijnen"]
    path = f"/huizen/{door.house.id}/beleid/proef"
    whole = (await door.post("manager", path, change, 200))["resultaten"]

    pages, following = [], None
    while following is not None or not pages:
        asked = {"paginaGrootte": 1} | ({"na": following} if following else {})
        answer = await door.call("POST", path, "manager", json=change, params=asked)
        pages.append(answer.json()["resultaten"])
        following = answer.json()["volgende"]

    assert [one for page in pages for one in page] == whole
    assert whole[0]["soort"] == "over_toelating_beslissen"
    assert len(pages) == len(whole) > 2


async def test_who_knows_no_case_is_told_the_dates_without_the_case(door: Door, db: Databases) -> None:
    await a_case(db.web, door.house, Phase.SCREENING)

    found = await door.post("beheerder", f"/huizen/{door.house.id}/beleid/proef", KNOWN_FIVE, 200)

    assert found["resultaten"]
    assert {one["casus"] for one in found["resultaten"]} == {None}


async def test_in_which_case_a_person_is_informed_is_counted_but_not_told_to_the_administrator(
    door: Door, db: Databases
) -> None:
    await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    change = {"termijnen": {"betrokkene_informeren": {"eenheid": "kalenderdagen", "aantal": 20}}}
    path = f"/huizen/{door.house.id}/beleid/proef"

    manager, keeper = [await door.post(who, path, change, 200) for who in ("manager", "beheerder")]

    assert manager["totaal"] == keeper["totaal"]
    assert ([one["soort"] for one in manager["resultaten"]], keeper["resultaten"]) == (["betrokkene_informeren"], [])


async def test_the_policy_of_another_house_is_not_tried(door: Door, db: Databases) -> None:
    other = await a_house(db.owner)

    assert (await door.call("POST", f"/huizen/{other.id}/beleid/proef", "manager", json={})).status_code == 404


# What cannot be counted


async def test_a_house_that_never_opens_is_refused_and_nothing_moves(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    today = date.today()  # noqa: DTZ011 - any days ahead will do
    shut = [(today + timedelta(days=n)).isoformat() for n in range(400)]

    for answer in (
        await put(door, {"sluitingsdagen": shut}),
        await door.call("POST", f"/huizen/{door.house.id}/beleid/proef", "manager", json={"sluitingsdagen": shut}),
    ):
        assert answer.status_code == 400
        assert [one["veld"] for one in answer.json()["velden"]] == ["sluitingsdagen"]
        assert "geen werkdag over" in answer.json()["velden"][0]["melding"]
    assert (await story.duty(DutyKind.KNOWN)).due_version == 1
    assert (await door.call("GET", f"/huizen/{door.house.id}/beleid", "manager")).headers["etag"] == '"0"'


NEVER = {"opentOm": "09:00:00", "sluitOm": "09:01:00"}


async def test_a_term_that_the_opening_hours_cannot_hold_is_refused(door: Door) -> None:
    hours = {"nabellen": {"eenheid": "werkuren", "aantal": 1500}}

    answer = await put(door, NEVER | {"termijnen": hours})

    assert answer.status_code == 400
    assert answer.json()["velden"][0]["veld"] == "termijnen"
    assert "nabellen" in answer.json()["velden"][0]["melding"]


async def test_a_decision_that_needs_a_term_that_cannot_be_counted_is_refused_whole(door: Door, db: Databases) -> None:
    story = await a_report(db.web, door.house)
    await behind_everybodys_back(db, door.house, "criteria_toetsen")

    problem = await door.refused(
        "triagist", f"/casussen/{story.case_id}/besluiten", {"soort": "compleet_verklaren", "toelichting": "ja"}, 409
    )

    assert "criteria toetsen" in problem["detail"]
    assert (await story.facts()).phase is Phase.INTAKE
    assert DutyKind.ADMISSION not in await story.open_kinds()


async def test_an_answer_that_needs_a_term_that_cannot_be_counted_is_refused_whole(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.PLAN)
    await behind_everybodys_back(db, door.house, "geweigerde_afspraak_vervangen")
    task = await door.task("ggz", story.case_id, "afspraak_aanvaarden")

    problem = await door.refused(
        "ggz", f"/taken/{task['id']}/antwoorden", {"uitkomst": "geweigerd", "toelichting": "geen plek"}, 409
    )

    assert "geweigerde afspraak vervangen" in problem["detail"]
    assert DutyKind.ACCEPT_COMMITMENT in await story.open_kinds()


async def behind_everybodys_back(db: Databases, house: AHouse, kind: str) -> None:
    """A policy from before this was refused."""
    body = '{"opens": "09:00", "closes": "09:01", "terms": {"%s": {"unit": "working_hours", "amount": 1500}}}' % kind
    await db.run(
        "INSERT INTO house_policy (house_id, version, body, set_at) VALUES (:house, 1, CAST(:body AS jsonb), now())",
        house=house.id, body=body,
    )  # fmt: skip


# Many at once


async def multiplied(db: Databases, story: Story, times: int) -> None:
    """So many cases like this one, with their open duties and the rungs that are armed."""
    async with db.engine.engine.begin() as connection:
        for statement in _COPIES:
            await connection.execute(text(statement), {"case": story.case_id, "times": times})


_COPIES = (
    "CREATE TEMP TABLE copies ON COMMIT DROP AS"
    " SELECT n, gen_random_uuid() AS id FROM generate_series(1, CAST(:times AS int)) n WHERE CAST(:case AS uuid) IS NOT NULL",
    """
    INSERT INTO cases SELECT (jsonb_populate_record(c, jsonb_build_object('id', copies.id,
      'number', 'K-' || left(copies.id::text, 13), 'visit_id', NULL))).*
    FROM cases c, copies WHERE c.id = :case AND CAST(:times AS int) > 0
    """,
    """
    CREATE TEMP TABLE owed ON COMMIT DROP AS SELECT copies.id AS case_id, d.id AS was, gen_random_uuid() AS id
    FROM duty d, copies WHERE d.case_id = :case AND d.ended_as IS NULL AND CAST(:times AS int) > 0
    """,
    """
    INSERT INTO duty SELECT (jsonb_populate_record(d, jsonb_build_object('id', owed.id, 'case_id', owed.case_id,
      'visit_id', NULL))).*
    FROM duty d JOIN owed ON owed.was = d.id WHERE CAST(:times AS int) > 0 AND CAST(:case AS uuid) IS NOT NULL
    """,
    """
    INSERT INTO rung (id, house_id, case_id, duty_id, step, due_version, fire_at)
    SELECT gen_random_uuid(), r.house_id, owed.case_id, owed.id, r.step, r.due_version, r.fire_at
    FROM rung r JOIN owed ON owed.was = r.duty_id
    WHERE r.fired_at IS NULL AND r.dropped_at IS NULL AND CAST(:times AS int) > 0 AND CAST(:case AS uuid) IS NOT NULL
    """,
)


async def test_thousands_of_open_duties_move_in_as_many_statements_as_a_few(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    story = await a_case(own_db.web, house, Phase.SCREENING)
    async with counted(own_db) as few:
        await saved(own_db, house, terms(KNOWN=5))
    await multiplied(own_db, story, 500)

    async with counted(own_db) as many:
        await saved(own_db, house, terms(KNOWN=9, ADMISSION=7), version=2)

    assert len(many) == len(few) <= 20
    async with unit_of_work(house.actors["manager"], own_db.web) as work:
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
        from models.casebook import answers  # noqa: PLC0415
        from models.commands import GiveAnswer  # noqa: PLC0415

        duties = await story.duties(DutyKind.KNOWN)
        mine = next(one for one in duties if one.owner_organisation_id == house.organisations["om"])
        async with unit_of_work(house.actors["om"], db.web) as work:
            await answers.answer(work, mine.id, GiveAnswer(outcome="niet_bekend"))
            busy.set()
            await go_on.wait()

    verb = asyncio.create_task(answering())
    await busy.wait()
    saving = asyncio.create_task(saved(db, house, terms(KNOWN=9)))
    await asyncio.sleep(0.3)
    assert not saving.done(), "the case is locked by the verb"
    go_on.set()
    await asyncio.gather(verb, saving)

    done = [one for one in await story.duties(DutyKind.KNOWN) if one.answered_at]
    assert [(one.due_version, one.amount) for one in done] == [(1, 3)]
    assert await story.armed(done[0]) == []


