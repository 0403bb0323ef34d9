"""When a message goes: by what somebody chose, never in quiet hours, few reminders a day; at once what hurries."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clocks import AMSTERDAM, WorkingCalendar
from models.messages import ALWAYS, CAPPED, GROUPS, URGENT, EventGroup, Language, MessageKind
from models.preferences import (
    MOST_REMINDERS,
    Happening,
    How,
    Prefer,
    Preferences,
    Told,
    When,
    after_quiet,
    errors,
    example_week,
    monday_of,
    next_digest,
    plan,
    preview,
)

CALENDAR = WorkingCalendar()
K = MessageKind
QUIET = Preferences(quiet_from=time(18), quiet_until=time(8))
ALL_IN_BUNDLE = Prefer(
    announcements=When.DIGEST, reminders=When.DIGEST, meetings=When.DIGEST, outcomes=When.DIGEST,
    own_report=When.DIGEST, digest_at=time(16),
).chosen()  # fmt: skip
NOTHING = Prefer(
    announcements=When.NEVER, meetings=When.NEVER, outcomes=When.NEVER, own_report=When.NEVER
).chosen()  # fmt: skip


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in June 2026; the first is a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=AMSTERDAM)


@st.composite
def chosen(draw: st.DrawFn) -> Preferences:
    """What somebody may choose."""
    clocks = st.times(max_value=time(23, 59)).map(lambda one: one.replace(second=0, microsecond=0))
    one = st.sampled_from(When)
    quiet = draw(st.none() | st.tuples(clocks, clocks))
    made = Preferences(
        draw(one), draw(one), draw(one), draw(one), draw(one), digest_at=draw(clocks),
        quiet_from=quiet and quiet[0], quiet_until=quiet and quiet[1],
        language=draw(st.sampled_from(Language)),
    )  # fmt: skip
    return made if not errors(made) else replace(made, announcements=When.AT_ONCE, quiet_from=None, quiet_until=None)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=AMSTERDAM))


def test_every_kind_is_in_a_group_or_says_why_it_always_comes() -> None:
    made_of_others = {K.DIGEST, K.WEEKLY}

    assert set(GROUPS) | set(ALWAYS) | made_of_others == set(K)
    assert set(GROUPS) & set(ALWAYS) == set()
    assert set(ALWAYS) >= URGENT
    assert set(GROUPS.values()) == set(EventGroup)


def test_who_chose_nothing_gets_everything_at_once() -> None:
    for kind in K:
        assert plan(Told(kind), Preferences(), CALENDAR, at(3, 22)) == plan(
            Told(kind, urgent=True), QUIET, CALENDAR, at(3, 22)
        )


@pytest.mark.parametrize("kind", sorted(URGENT))
@pytest.mark.parametrize("preferences", [QUIET, ALL_IN_BUNDLE, NOTHING])
def test_what_hurries_comes_at_once_whatever_somebody_chose(kind: MessageKind, preferences: Preferences) -> None:
    assert plan(Told(kind), preferences, CALENDAR, at(3, 3), reminded=99).at == at(3, 3)


@pytest.mark.parametrize("kind", sorted(set(ALWAYS) - URGENT))
@pytest.mark.parametrize("preferences", [ALL_IN_BUNDLE, NOTHING])
def test_what_has_legal_effect_or_escalates_is_not_bundled_and_not_switched_off(
    kind: MessageKind, preferences: Preferences
) -> None:
    assert plan(Told(kind), preferences, CALENDAR, at(3, 10)).how is How.GOES


def test_what_somebody_does_not_want_does_not_come() -> None:
    dropped = {kind for kind in K if plan(Told(kind), NOTHING, CALENDAR, at(3, 10)).how is How.DROPPED}

    assert dropped == {kind for kind, group in GROUPS.items() if group is not EventGroup.REMINDERS}


def test_a_reminder_that_a_colleague_sends_comes_also_to_who_wants_no_reminders() -> None:
    """The steps of a ladder are kept from them where they fire."""
    assert plan(Told(K.REMINDER), Preferences(reminders=When.NEVER), CALENDAR, at(3, 10)).how is How.GOES


def test_a_reminder_that_somebody_else_does_not_answer_is_no_matter_of_choice() -> None:
    assert plan(Told(K.REMINDER, escalates=True), ALL_IN_BUNDLE, CALENDAR, at(3, 10)).how is How.GOES


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        (at(3, 10), at(3, 16)), (at(3, 16), at(4, 16)), (at(3, 17), at(4, 16)),
        (at(5, 17), at(8, 16)), (at(6, 9), at(8, 16)),
    ],
)  # fmt: skip
def test_a_bundle_goes_at_somebodys_hour_on_a_working_day(now: datetime, goes: datetime) -> None:
    planned = plan(Told(K.QUESTION), ALL_IN_BUNDLE, CALENDAR, now)

    assert (planned.how, planned.at) == (How.BUNDLED, goes)


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        (at(3, 17, 59), at(3, 17, 59)), (at(3, 18), at(4, 8)), (at(3, 23), at(4, 8)), (at(4, 7, 59), at(4, 8)),
        (at(4, 8), at(4, 8)),
    ],
)  # fmt: skip
def test_in_quiet_hours_a_message_waits_until_they_are_over(now: datetime, goes: datetime) -> None:
    assert plan(Told(K.QUESTION), QUIET, CALENDAR, now).at == goes


def test_quiet_hours_within_a_day_and_on_the_night_the_clock_changes() -> None:
    noon = Preferences(quiet_from=time(12), quiet_until=time(13))
    assert after_quiet(noon, at(3, 12, 30)) == at(3, 13)
    night = datetime(2026, 10, 24, 23, tzinfo=AMSTERDAM)
    assert after_quiet(QUIET, night) == datetime(2026, 10, 25, 8, tzinfo=AMSTERDAM)


def test_what_is_one_reminder_too_many_waits_for_the_next_working_morning() -> None:
    planned = plan(Told(K.REMINDER), Preferences(), CALENDAR, at(5, 14), reminded=MOST_REMINDERS)

    assert planned.at == at(8, 9, 5)
    assert plan(Told(K.QUESTION), Preferences(), CALENDAR, at(5, 14), reminded=MOST_REMINDERS).at == at(5, 14)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"announcements": When.NEVER, "reminders": When.NEVER}, "herinneringen"),
        ({"quiet_from": time(18)}, "stilTot"), ({"quiet_until": time(18)}, "stilTot"),
        ({"quiet_from": time(18), "quiet_until": time(18)}, "stilTot"),
        ({"quiet_from": time(18), "quiet_until": time(11)}, "stilTot"),
        ({"quiet_from": time(8), "quiet_until": time(10)}, "dagbundelOm"),
        ({"digest_at": time(9, tzinfo=AMSTERDAM)}, "dagbundelOm"),
    ],
)  # fmt: skip
def test_what_cannot_be_chosen_is_said_by_its_field(wrong: dict[str, time], field: str) -> None:
    assert [one.field for one in errors(replace(Preferences(), **wrong))] == [field]  # type: ignore[arg-type]


def test_a_command_holds_the_same_as_the_rules_ask() -> None:
    assert Prefer().chosen() == Preferences()


messages = st.builds(Told, st.sampled_from(K), st.booleans(), st.booleans())


@given(chosen(), messages, moments, st.integers(0, 5))
def test_whatever_is_chosen_a_message_never_comes_in_quiet_hours_nor_before_its_time_and_urgent_ones_at_once(
    preferences: Preferences, told: Told, now: datetime, reminded: int
) -> None:
    planned = plan(told, preferences, CALENDAR, now, reminded)

    assert planned.at >= now
    if told.urgent or told.template in URGENT:
        assert (planned.how, planned.at) == (How.GOES, now)
    else:
        assert not preferences.is_quiet(planned.at) or planned.how is How.DROPPED
    if told.template in ALWAYS:
        assert planned.how is How.GOES
    if planned.how is How.BUNDLED:
        local = planned.at.astimezone(AMSTERDAM)
        assert CALENDAR.is_working_day(local.date())
        assert planned.at - now <= timedelta(days=8)


@given(chosen(), moments)
def test_the_next_bundle_lies_ahead_and_is_the_same_for_all_that_comes_before_it(
    preferences: Preferences, now: datetime
) -> None:
    goes = next_digest(preferences, CALENDAR, now)

    assert goes > now
    assert next_digest(preferences, CALENDAR, goes - timedelta(microseconds=1)) == goes


@given(chosen(), st.lists(st.tuples(st.integers(0, 6 * 24 * 60), st.booleans(), st.sampled_from(CAPPED)), max_size=60))
def test_nobody_gets_more_than_two_reminders_on_a_day_unless_they_hurry(
    preferences: Preferences, fired: list[tuple[int, bool, MessageKind]]
) -> None:
    """Each planned when it is due; what must wait is planned again when its new moment has come."""
    waiting = sorted((at(1, 0) + timedelta(minutes=minutes), urgent, kind) for minutes, urgent, kind in fired)
    came: Counter[date] = Counter()
    for _ in range(10_000):
        if not waiting:
            break
        now, urgent, kind = waiting.pop(0)
        today = now.astimezone(AMSTERDAM).date()
        planned = plan(Told(kind, urgent), preferences, CALENDAR, now, came[today])
        if planned.how is How.GOES and planned.at > now:
            waiting = sorted([*waiting, (planned.at, urgent, kind)])
        elif planned.how is How.GOES and not urgent:
            came[today] += 1
    assert not waiting
    assert max(came.values(), default=0) <= MOST_REMINDERS


def test_the_example_week_shows_what_comes_when_and_what_does_not() -> None:
    monday = monday_of(at(3, 12), CALENDAR)
    week = example_week(monday)

    assert monday == date(2026, 6, 1)
    assert {GROUPS[one.kind] for one in week if one.kind in GROUPS} == set(EventGroup)
    assert [one.at for one in preview(Preferences(), CALENDAR, week)] == [one.at for one in week]
    bundled = preview(replace(ALL_IN_BUNDLE, outcomes=When.NEVER), CALENDAR, week)
    assert [one.template for one in bundled].count(K.DIGEST) == 4
    assert [one.contents[0].kind for one in bundled if one.at is None] == [K.OUTCOME]


@given(chosen())
def test_in_the_example_week_everything_comes_once_or_is_said_not_to_come(preferences: Preferences) -> None:
    week = example_week(date(2026, 6, 1))

    shown = [one for arrival in preview(preferences, CALENDAR, week) for one in arrival.contents]

    assert sorted(shown, key=_order) == sorted(week, key=_order)


def _order(one: Happening) -> tuple[datetime, str]:
    return one.at, one.kind


def test_a_week_begins_on_its_first_working_day() -> None:
    assert monday_of(datetime(2026, 4, 8, 12, tzinfo=AMSTERDAM), CALENDAR) == date(2026, 4, 7), "Easter Monday"


def test_every_choice_of_every_group_is_kept_to() -> None:
    for group, when in product(EventGroup, When):
        mine = replace(Preferences(), **{_FIELD[group]: when})  # type: ignore[arg-type]  # of any group
        kinds = [kind for kind, one in GROUPS.items() if one is group]
        how = {plan(Told(kind), mine, CALENDAR, at(3, 10)).how for kind in kinds}
        wanted = {When.AT_ONCE: How.GOES, When.DIGEST: How.BUNDLED, When.NEVER: How.DROPPED}[when]
        assert how == {How.GOES if (group, when) == (EventGroup.REMINDERS, When.NEVER) else wanted}


_FIELD = {
    EventGroup.ANNOUNCEMENTS: "announcements", EventGroup.REMINDERS: "reminders", EventGroup.MEETINGS: "meetings",
    EventGroup.OUTCOMES: "outcomes", EventGroup.OWN_REPORT: "own_report",
}  # fmt: skip
