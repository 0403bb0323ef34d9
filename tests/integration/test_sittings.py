"""Meetings above cases: each with its own turn, filled from what is due, moved and called off as one."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.agenda import Presence, RepliedBy
from models.casebook import invitees, meetings, moving, policies, sittings
from models.clocks import AMSTERDAM, Unit
from models.commands.meetings import Convene
from models.commands.sittings import CallOff, MakeSitting, MoveSitting, PutCase, PutCases
from models.lookups import agenda, cases
from models.lookups import meetings as meeting_lookup
from models.lookups import sittings as lookup
from models.policy import CutOff, Policy, Quorum
from models.refusals import InvalidFields, NotPossible
from models.tables.agenda import Invitation
from models.tables.base import new_id
from models.tables.cases import Case
from models.tables.duties import Duty, Rung
from models.tables.meetings import Meeting, MeetingInvitee
from models.tables.sittings import Sitting, SittingSlot
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, SeriesKind
from tests import factories
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, Story, a_case, a_house, a_report, onward
from tests.integration.test_invitations import done, events

pytestmark = pytest.mark.usefixtures("engine_database")

WHY = {"reden": "de zaal is bezet"}


async def a_prepared_case(db: Databases, house: AHouse, **facts: Any) -> Story:
    """In regie with who is involved, and no date yet."""
    story = await a_case(db.web, house, Phase.REGIE, **facts)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "gemeente", "ggz"))
    return story


async def a_sitting(door: Door, days: float = 7, **facts: Any) -> str:
    """A day of the house on which nothing stands yet."""
    begins = await moment(door, days)
    made = await door.post("triagist", "/overlegdagen", {"soort": "casusoverleg", "begintOp": begins} | facts)
    return str(made["id"])


async def moment(door: Door, days: float) -> str:
    """So many days from now, on the hour."""
    async with unit_of_work(door.house.actors["triagist"], _web(door)) as work:
        return (work.now + timedelta(days=days)).replace(minute=0, second=0, microsecond=0).isoformat()


def _web(door: Door) -> Any:
    return door.client._transport.app.state.database  # type: ignore[attr-defined]


async def put(door: Door, sitting: str, *stories: Story, who: str = "triagist", **facts: Any) -> None:
    """These cases on a day, one after another."""
    listed = [{"casus": str(one.case_id)} | facts for one in stories]
    await door.post(who, f"/overlegdagen/{sitting}/casussen", {"casussen": listed}, 204)


async def coming(story: Story) -> Meeting:
    """The meeting that a case waits for."""
    async with story.acting("regisseur") as work:
        found = await meeting_lookup.coming(work, story.case_id)
    assert found is not None
    return found


async def test_several_cases_follow_each_other_and_each_has_its_own_meeting(door: Door, db: Databases) -> None:
    stories = [await a_prepared_case(db, door.house) for _ in range(2)]
    sitting = await a_sitting(door, plaats="Stadhuis")

    await put(door, sitting, *stories, minuten=45)

    read = await door.get("regisseur", f"/overlegdagen/{sitting}")
    first, second = read["casussen"]
    assert [one["casus"]["id"] for one in read["casussen"]] == [str(one.case_id) for one in stories]
    gap = datetime.fromisoformat(second["begintOp"]) - datetime.fromisoformat(first["begintOp"])
    assert gap == timedelta(minutes=45)
    meeting = await door.get("regisseur", f"/overleggen/{second['overleg']}")
    assert (meeting["begintOp"], meeting["minuten"], meeting["plaats"]) == (second["begintOp"], 45, "Stadhuis")
    assert meeting["voorzitter"] == str(door.house.person("regisseur"))
    held = await stories[0].duty(DutyKind.HOLD_MEETING)
    assert (str(held.about_id), held.due_at) == (first["overleg"], datetime.fromisoformat(first["begintOp"]))
    assert (await stories[0].duty(DutyKind.SET_MEETING)).answered_at is not None


async def test_who_attends_sees_the_turns_of_their_own_cases_and_no_trace_of_others(door: Door, db: Databases) -> None:
    before, own, after = [await a_prepared_case(db, door.house) for _ in range(3)]
    for other in (before, after):
        await other.decide("om", D.RELEASE, organisations=other.organisations("ggz"))
    full, single = await a_sitting(door, plaats="Stadhuis"), await a_sitting(door, plaats="Stadhuis")
    await put(door, full, before, own, after, minuten=30)

    seen = await door.get("ggz", f"/overlegdagen/{full}")
    listed = await door.get("ggz", "/overlegdagen")

    turn = next(one for one in (await door.get("triagist", f"/overlegdagen/{full}"))["casussen"]
                if one["casus"]["id"] == str(own.case_id))  # fmt: skip
    assert seen == {
        "id": full, "soort": "casusoverleg", "begintOp": turn["begintOp"], "plaats": None, "reeks": None,
        "voorzitter": None, "notulist": None, "verdaagdNaar": None, "afgelastOp": None, "casussen": [turn],
        "aanwezigen": [],
    }  # fmt: skip
    assert [one["id"] for one in listed["resultaten"]] == [full]
    assert listed["resultaten"][0]["begintOp"] == turn["begintOp"]
    assert (await door.call("GET", f"/overlegdagen/{single}", "ggz")).status_code == 404
    assert (await door.get("reclassering", "/overlegdagen"))["resultaten"] == []
    assert (await door.call("GET", f"/overlegdagen/{full}", "reclassering")).status_code == 404


async def test_the_database_shows_a_participant_neither_sittings_nor_turns_of_others(door: Door, db: Databases) -> None:
    own, other = [await a_prepared_case(db, door.house) for _ in range(2)]
    await other.decide("om", D.RELEASE, organisations=other.organisations("ggz"))
    await put(door, await a_sitting(door), other, own)

    async with own.acting("ggz") as work:
        slots = list(await work.session.scalars(select(SittingSlot.case_id)))
        days = list(await work.session.scalars(select(Sitting.id)))

    assert (slots, days) == ([own.case_id], [])


async def test_a_participant_writes_neither_a_sitting_nor_a_turn(door: Door, db: Databases) -> None:
    story = await a_prepared_case(db, door.house)
    await put(door, await a_sitting(door), story)

    async with story.acting("politie") as work:
        changed = await work.session.execute(text("UPDATE sitting_slot SET minutes = 1"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
    with pytest.raises(DBAPIError, match="row-level security"):
        async with story.acting("politie") as work:
            work.session.add(
                Sitting(id=new_id(), house_id=door.house.id, kind=SeriesKind.TRIAGE, starts_at=work.now, place="",
                        made_at=work.now, made_by=door.house.person("politie"))
            )  # fmt: skip
            await work.session.flush()


async def test_taking_one_case_off_moves_nobody_else(door: Door, db: Databases) -> None:
    first, second = [await a_prepared_case(db, door.house) for _ in range(2)]
    sitting = await a_sitting(door)
    await put(door, sitting, first, second)
    stands = await coming(second)

    await door.post("regisseur", f"/overlegdagen/{sitting}/casussen/{first.case_id}/afgelastingen", WHY, 204)

    left = (await door.get("triagist", f"/overlegdagen/{sitting}"))["casussen"]
    assert [(one["casus"]["id"], one["overleg"]) for one in left] == [(str(second.case_id), str(stands.id))]
    assert (await coming(second)).starts_at == stands.starts_at
    assert DutyKind.SET_MEETING in await first.open_kinds()
    assert (await door.get("ggz", f"/overlegdagen/{sitting}"))["begintOp"] == left[0]["begintOp"]


async def test_the_proposal_holds_what_is_due_by_then_urgent_first_and_each_case_once(
    door: Door, db: Databases
) -> None:
    calm, urgent, late = [await a_prepared_case(db, door.house) for _ in range(3)]
    on_agenda = await a_prepared_case(db, door.house)
    await urgent.decide("regisseur", D.MARK_URGENT)
    await late.decide("regisseur", D.HOLD, until=(await _now(late)) + timedelta(days=20))
    far = await a_case(db.web, door.house, Phase.MONITORING)
    sitting = await a_sitting(door, 25)
    await put(door, await a_sitting(door, 3), on_agenda)

    async with counted(db) as asked:
        found = (await door.get("triagist", f"/overlegdagen/{sitting}/voorstel"))["resultaten"]

    ids = [one["casus"]["id"] for one in found]
    assert ids == [str(urgent.case_id), str(calm.case_id)]
    assert found[0]["spoed"]
    assert str(far.case_id) not in ids
    assert sum("duty" in one for one in asked) == 1
    assert all(one["gereed"] for one in found)
    assert (await door.get("triagist", f"/overlegdagen/{sitting}"))["casussen"] == []  # nothing by itself


async def _now(story: Story) -> datetime:
    async with story.acting("regisseur") as work:
        return work.now


async def test_an_evaluation_that_is_due_is_proposed_for_a_casusoverleg_and_not_for_a_focusoverleg(
    door: Door, db: Databases
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    due = {kind: await a_sitting(door, 60, soort=kind) for kind in ("casusoverleg", "focusoverleg")}

    found = {kind: await door.get("triagist", f"/overlegdagen/{one}/voorstel") for kind, one in due.items()}

    listed = {kind: [(one["casus"]["id"], one["taak"]) for one in what["resultaten"]] for kind, what in found.items()}
    assert listed == {"casusoverleg": [(str(story.case_id), "evalueren")], "focusoverleg": []}


async def test_who_comes_follows_from_the_case_and_another_choice_needs_a_reason(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    await _local(own_db, house, ggz=("Oosterveen",), gemeente=("Westerveen",))
    story = await a_prepared_case(own_db, house, municipality="Westerveen")
    async with story.acting("triagist") as work:
        found = {one.organisation_id: one.because.value for one in await lookup.candidates(work, story.case_id)}
        sitting = await sittings.make(
            work, MakeSitting(kind=SeriesKind.CONFERENCE, starts_at=work.now + timedelta(days=5))
        )

    assert found == {
        house.organisations["politie"]: "melder", house.organisations["gemeente"]: "lokaal",
        house.organisations["ggz"]: "andere_gemeente",
    }  # fmt: skip
    everybody = story.organisations("politie", "gemeente", "ggz")
    for named, reason, refused in (
        (everybody, "", "reden"), ((*everybody, house.organisations["om"]), "omdat", "organisaties"),
    ):  # fmt: skip
        with pytest.raises(InvalidFields) as problem:
            await _put_one(story, sitting.id, organisations=named, reason=reason)
        assert [one.field for one in problem.value.errors] == [refused]
    await _put_one(story, sitting.id)
    async with story.acting("triagist") as work:
        invited = set(await work.session.scalars(select(MeetingInvitee.organisation_id).join(
            Meeting, Meeting.id == MeetingInvitee.meeting_id).where(
                Meeting.case_id == story.case_id, Meeting.cancelled_at.is_(None))))  # fmt: skip
    assert invited == set(story.organisations("politie", "gemeente"))


async def _put_one(story: Story, sitting_id: Any, **facts: Any) -> None:
    async with story.acting("triagist") as work:
        await sittings.put(work, sitting_id, PutCases(cases=(PutCase(case_id=story.case_id, **facts),)))


async def _local(db: Databases, house: AHouse, **names: tuple[str, ...]) -> None:
    parties = {house.organisations[key]: listed for key, listed in names.items()}
    await _policy(db, house, local_parties=parties)


async def _policy(db: Databases, house: AHouse, **facts: Any) -> None:
    async with unit_of_work(house.actors["beheerder"], db.web) as work:
        version, policy = await cases.house_policy(work, house.id)
        await policies.set_policy(work, house.id, version + 1, policy.model_copy(update=facts))


async def twenty(db: Databases, house: AHouse, *, many: int = 20) -> tuple[list[Story], Any]:
    """So many cases on one sitting, everybody invited."""
    stories = [await a_prepared_case(db, house) for _ in range(many)]
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        begins = (work.now + timedelta(days=9)).replace(minute=0, second=0, microsecond=0)
        sitting = await sittings.make(work, MakeSitting(kind=SeriesKind.CONFERENCE, starts_at=begins))
        await work.session.flush()
        wanted = tuple(PutCase(case_id=one.case_id, minutes=10) for one in stories)
        await sittings.put(work, sitting.id, PutCases(cases=wanted))
    return stories, sitting


async def test_moving_twenty_cases_takes_as_many_statements_as_moving_two_and_their_clocks_follow(
    own_db: Databases,
) -> None:
    house = await a_house(own_db.owner)
    few, small = await twenty(own_db, house, many=2)
    many, large = await twenty(own_db, house)
    until = timedelta(days=4)
    asked: dict[int, int] = {}
    before = {one.case_id: await coming(one) for one in (*few, *many)}

    for stories, sitting in ((few, small), (many, large)):
        async with counted(own_db) as seen, unit_of_work(house.actors["triagist"], own_db.web) as work:
            wanted = MoveSitting(starts_at=sitting.starts_at + until, reason="ziekte")
            await moving.move(work, sitting.id, wanted)
        asked[len(stories)] = len(seen)

    assert asked[20] == asked[2]
    for story in many:
        now, was = await coming(story), before[story.case_id]
        assert now.starts_at == was.starts_at + until
        held = await story.duty(DutyKind.HOLD_MEETING)
        assert (held.about_id, held.due_at) == (now.id, now.starts_at)
        async with story.acting("regisseur") as work:
            old = await work.session.get_one(Meeting, was.id)
            fires = list(await work.session.scalars(
                select(Rung.due_version).where(Rung.duty_id == held.id, Rung.dropped_at.is_(None),
                                               Rung.fired_at.is_(None))))  # fmt: skip
        assert old.moved_at is not None
        assert set(fires) == {held.due_version}


async def test_calling_twenty_cases_off_takes_as_many_statements_as_two_and_asks_for_another_date(
    own_db: Databases,
) -> None:
    house = await a_house(own_db.owner)
    asked: dict[int, int] = {}
    for many in (2, 20):
        stories, sitting = await twenty(own_db, house, many=many)
        async with counted(own_db) as seen, unit_of_work(house.actors["triagist"], own_db.web) as work:
            await moving.call_off(work, sitting.id, CallOff(reason="sneeuw"))
        asked[many] = len(seen)

    assert asked[20] == asked[2]
    for story in stories:
        assert {DutyKind.SET_MEETING, DutyKind.HOLD_MEETING} <= set(await story.open_kinds())
        assert (await story.duty(DutyKind.HOLD_MEETING)).about_id is None


async def test_calendars_see_one_event_move_and_the_answer_is_asked_anew(door: Door, db: Databases) -> None:
    story = await a_prepared_case(db, door.house)
    sitting = await a_sitting(door, 8)
    await put(door, sitting, story, minuten=30)
    await done(db, story)
    was = await coming(story)
    async with story.acting("politie") as work:
        await invitees.respond(work, was.id, door.house.person("politie"), Presence.COMES, RepliedBy.POLS)
    later = await moment(door, 11)

    await door.post("manager", f"/overlegdagen/{sitting}/verplaatsingen", {"begintOp": later} | WHY, 204)
    await done(db, story)

    first, second = await events(db, story, "politie")
    assert (first["uid"], second["sequence"]) == (second["uid"], first["sequence"] + 1)
    assert (second["method"], second["begins"]) == ("REQUEST", datetime.fromisoformat(later))
    becomes = await coming(story)
    async with story.acting("regisseur") as work:
        key = (becomes.id, door.house.person("politie"))
        invitation = await work.session.get_one(Invitation, key)
    assert invitation.reaction is None


async def test_information_that_is_asked_moves_along(door: Door, db: Databases) -> None:
    story = await a_prepared_case(db, door.house)
    sitting = await a_sitting(door, 3)
    await put(door, sitting, story)
    question = {"organisatie": str(door.house.organisations["ggz"]), "vraag": "Loopt er een behandeling?"}
    await door.post("regisseur", f"/casussen/{story.case_id}/informatieverzoeken", question)
    was = (await story.duty(DutyKind.INFORMATION)).due_at

    await door.post("triagist", f"/overlegdagen/{sitting}/verplaatsingen",
                    {"begintOp": await moment(door, 30)} | WHY, 204)  # fmt: skip

    assert (await story.duty(DutyKind.INFORMATION)).due_at > was


async def test_what_was_treated_stays_and_the_rest_goes_to_another_day(door: Door, db: Databases) -> None:
    treated, left = [await a_case(db.web, door.house, Phase.MONITORING) for _ in range(2)]
    sitting = await a_sitting(door)
    await put(door, sitting, treated, left)
    await treated.record(present=("politie",))
    later = await moment(door, 14)

    refused = await door.refused("triagist", f"/overlegdagen/{sitting}/verplaatsingen", {"begintOp": later} | WHY, 409)
    other = (await door.post("triagist", f"/overlegdagen/{sitting}/verdagingen", {"begintOp": later} | WHY))["id"]

    assert "verdaag de rest" in refused["detail"]
    was, now = [await door.get("triagist", f"/overlegdagen/{one}") for one in (sitting, other)]
    assert [one["casus"]["id"] for one in was["casussen"]] == [str(treated.case_id)]
    assert was["verdaagdNaar"] == other
    turns = [(one["casus"]["id"], datetime.fromisoformat(one["begintOp"])) for one in now["casussen"]]
    assert turns == [(str(left.case_id), datetime.fromisoformat(later))]
    again = await door.refused("triagist", f"/overlegdagen/{sitting}/afgelastingen", WHY, 409)
    assert "verdaagd" in again["detail"]


async def test_a_meeting_without_quorum_is_not_held_and_the_refusal_names_who_is_missing(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    wanted = Quorum(public=2, organisations=frozenset({house.organisations["ggz"]}))
    story = await a_case(own_db.web, house, Phase.MONITORING)
    await _policy(own_db, house, quorum={SeriesKind.CONFERENCE: wanted})
    await story.convene()

    with pytest.raises(NotPossible, match="1 publieke deelnemer, GGZ Westerveen"):
        await story.record(present=("politie",))
    await story.record(present=("politie", "gemeente", "ggz"))


async def a_triage(db: Databases, house: AHouse, *reports: Story, hours: int = 72) -> Any:
    """Reports in screening on the agenda of a triage."""
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        begins = (work.now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        sitting = await sittings.make(work, MakeSitting(kind=SeriesKind.TRIAGE, starts_at=begins))
        await work.session.flush()
        await sittings.put(work, sitting.id, PutCases(cases=tuple(PutCase(case_id=one.case_id) for one in reports)))
    return sitting


async def a_screened_report(db: Databases, house: AHouse, by: str = "politie") -> Story:
    """A report that waits for the triage."""
    story = await a_report(db.web, house, by=by)
    await onward(story, Phase.INTAKE, Phase.SCREENING)
    return story


async def test_at_the_triage_a_private_participant_sees_its_own_reports_and_public_ones_all(
    door: Door, db: Databases
) -> None:
    theirs, own = [await a_screened_report(db, door.house, by) for by in ("politie", "ggz")]
    sitting = await a_triage(db, door.house, theirs, own)

    seen = {who: await door.get(who, f"/overlegdagen/{sitting.id}") for who in ("om", "ggz", "triagist")}

    listed = {who: [one["casus"]["id"] for one in what["casussen"]] for who, what in seen.items()}
    both = [str(theirs.case_id), str(own.case_id)]
    assert listed == {"om": both, "ggz": both[1:], "triagist": both}
    assert seen["ggz"]["begintOp"] == seen["om"]["casussen"][1]["begintOp"]
    assert (await door.call("GET", f"/overlegdagen/{sitting.id}", "reclassering")).status_code == 404
    begins, minutes = await _in_feed(db, door.house, "ggz", sitting)
    assert (begins, minutes) == ([datetime.fromisoformat(seen["ggz"]["begintOp"])], [10])
    begins, minutes = await _in_feed(db, door.house, "om", sitting)
    assert (begins, minutes) == ([sitting.starts_at], [20])
    assert await _in_feed(db, door.house, "reclassering", sitting) == ([], [])


async def _in_feed(db: Databases, house: AHouse, who: str, sitting: Any) -> tuple[list[Any], list[int]]:
    async with unit_of_work(house.actors[who], db.web) as work:
        found = await agenda.occasions(work, new_id(), "https://pols.example")
    day = sitting.starts_at.astimezone(AMSTERDAM).date()
    there = [
        one for one in found if isinstance(one.begins, datetime) and one.begins.astimezone(AMSTERDAM).date() == day
    ]
    return [one.begins for one in there], [one.minutes for one in there]


async def test_a_house_may_show_private_participants_the_whole_triage_by_number(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    theirs = await a_screened_report(own_db, house)
    sitting = await a_triage(own_db, house, theirs)
    await _policy(own_db, house, triage_private_own_only=False)

    async with unit_of_work(house.actors["ggz"], own_db.web) as work:
        turns = await lookup.turns(work, sitting.id)
        known = await work.session.get(Case, theirs.case_id)

    assert [one.slot.case_id for one in turns] == [theirs.case_id]
    assert known is None  # the agenda, and nothing of the report


async def test_without_a_public_participant_at_the_table_nothing_is_decided(door: Door, db: Databases) -> None:
    story = await a_screened_report(db, door.house)
    sitting = await a_triage(db, door.house, story)
    await story.judge()
    path = f"/overlegdagen/{sitting.id}/aanwezigen"
    ggz, om = (str(door.house.organisations[key]) for key in ("ggz", "om"))
    await door.post("triagist", path, {"organisaties": [ggz]}, 204)

    decide = {"soort": "in_procesregie_nemen", "toelichting": "nodig"}
    refused = await door.refused("om", f"/casussen/{story.case_id}/besluiten", decide, 409)
    await door.post("triagist", path, {"organisaties": [ggz, om]}, 204)
    await door.post("om", f"/casussen/{story.case_id}/besluiten", decide)

    assert "1 publieke deelnemer" in refused["detail"]
    read = await door.get("triagist", f"/overlegdagen/{sitting.id}")
    assert {one["id"] for one in read["aanwezigen"]} == {ggz, om}
    assert not read["casussen"][0]["nogTeBehandelen"]


async def test_a_term_that_is_the_triage_of_that_day_moves_with_it(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    async with unit_of_work(house.actors["beheerder"], own_db.web) as work:
        local = work.now.astimezone(AMSTERDAM)
        cutoff = CutOff(weekday=(local.weekday() + 1) % 7, at="12:00", triage_weekday=(local.weekday() + 3) % 7)
    await _policy(own_db, house, weekly_cutoff=cutoff)
    story = await a_screened_report(own_db, house)
    was = await story.duty(DutyKind.ADMISSION)
    assert was.unit is Unit.FIXED
    async with story.acting("triagist") as work:
        sitting = await sittings.make(work, MakeSitting(kind=SeriesKind.TRIAGE, starts_at=_morning(was)))
        await work.session.flush()
        await sittings.put(work, sitting.id, PutCases(cases=(PutCase(case_id=story.case_id),)))
    async with story.acting("triagist") as work:
        later = sitting.starts_at + timedelta(days=2)
        await moving.move(work, sitting.id, MoveSitting(starts_at=later, reason="feestdag"))

    assert (await story.duty(DutyKind.ADMISSION)).due_at == later


def _morning(duty: Duty) -> datetime:
    return duty.due_at.astimezone(AMSTERDAM).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "begintOp"),
        ({"begintOp": "2020-01-01T10:00:00Z", "soort": "casusoverleg"}, "begintOp"),
        ({"begintOp": "2089-01-01T10:00:00Z"}, "soort"),
        ({"begintOp": "2089-01-01T10:00:00Z", "soort": "casusoverleg", "voorzitter": "POLITIE"}, "voorzitter"),
    ],
)
async def test_a_day_has_a_moment_a_kind_and_seats_of_the_house(door: Door, body: dict[str, str], field: str) -> None:
    told = {key: str(door.house.person("politie")) if one == "POLITIE" else one for key, one in body.items()}

    problem = await door.refused("triagist", "/overlegdagen", told, 400)

    assert [one["veld"] for one in problem["velden"]] == [field]


async def test_a_case_is_on_one_agenda_at_a_time_and_only_where_its_phase_fits(door: Door, db: Databases) -> None:
    listed, early = await a_prepared_case(db, door.house), await a_screened_report(db, door.house)
    sitting = await a_sitting(door)
    await put(door, sitting, listed)

    for story, told in ((listed, "staat al op een agenda"), (early, "is niet in regie")):
        body = {"casussen": [{"casus": str(story.case_id)}]}
        problem = await door.refused("triagist", f"/overlegdagen/{sitting}/casussen", body, 400)
        assert told in problem["velden"][0]["melding"]


async def test_seats_are_named_for_the_meetings_to_come(door: Door, db: Databases) -> None:
    story = await a_prepared_case(db, door.house)
    sitting = await a_sitting(door)
    await put(door, sitting, story)
    seats = {"voorzitter": str(door.house.person("manager")), "notulist": str(door.house.person("triagist"))}

    await door.post("triagist", f"/overlegdagen/{sitting}/zetels", seats, 204)

    read = await door.get("ggz", f"/overleggen/{(await coming(story)).id}")
    assert {name: read[name] for name in seats} == seats


async def test_a_case_that_its_regisseur_moves_alone_leaves_the_day(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    sitting = await a_sitting(door)
    await put(door, sitting, story)
    await story.decide("politie", D.SCALE_DOWN)

    assert (await door.get("triagist", f"/overlegdagen/{sitting}"))["casussen"] == []
    assert (await door.call("GET", f"/overlegdagen/{sitting}", "ggz")).status_code == 404


async def test_a_day_of_a_series_takes_its_kind_place_and_chair(door: Door) -> None:
    chair = str(door.house.person("manager"))
    body = {"soort": "casusoverleg", "titel": "Donderdag", "weekdag": 3, "tijd": "13:30:00", "vanaf": "2026-01-01",
            "plaats": "Stadhuis", "voorzitter": chair}  # fmt: skip
    series = (await door.post("regisseur", "/overlegreeksen", body))["id"]
    days = (await door.get("regisseur", f"/overlegreeksen/{series}/zittingen"))["resultaten"]
    wanted = {"reeks": series, "reeksDatum": days[1]["datum"]}

    made = (await door.post("regisseur", "/overlegdagen", wanted))["id"]
    twice = await door.refused("regisseur", "/overlegdagen", wanted, 409)

    read = await door.get("regisseur", f"/overlegdagen/{made}")
    assert (read["begintOp"], read["plaats"], read["voorzitter"]) == (days[1]["begintOp"], "Stadhuis", chair)
    assert "al een overlegdag" in twice["detail"]


def test_a_house_has_a_quorum_for_its_triage_and_none_elsewhere_unless_it_says_so() -> None:
    assert Policy().quorum == {SeriesKind.TRIAGE: Quorum(public=1)}
    assert Policy().triage_private_own_only


async def test_a_meeting_of_one_case_has_its_regisseur_in_the_chair(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    async with story.acting("regisseur") as work:
        wanted = Convene(starts_at=work.now + timedelta(days=3), secretary_id=door.house.person("triagist"))
        made = await meetings.convene(work, story.case_id, wanted)

    assert (made.chair_id, made.secretary_id) == (door.house.person("regisseur"), door.house.person("triagist"))
    assert factories.FAR.year > made.starts_at.year
