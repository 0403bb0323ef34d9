"""Figures: whole quarters, and small counts that nobody can work out."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import figures
from models.actors import Actor
from models.calendars import WorkingCalendar
from models.figures import KEPT_BACK, NOTHING, Cell, Guarded, Quarter, Report, guard
from models.refusals import InvalidFields
from models.words import OrganisationKind, Role

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LEAST = 3  #: small, so that everything that could lie behind a table can be tried out
ROWS = ("a", "b", "c", "d")


def outcome(counts: Sequence[int], least: int = LEAST) -> tuple[tuple[int | None, ...] | None, int | None]:
    """What a reader sees of these counts."""
    rows = ROWS[: len(counts)]
    found = guard({row: count for row, count in zip(rows, counts, strict=True) if count}, rows, least)
    shown = None if found.cells is None else tuple(found.cells.get(row, 0) for row in rows)
    return shown, found.total


def _splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in _splits(total - first, parts - 1))


@cache
def could_be(seen: tuple[tuple[int | None, ...] | None, int | None], rows: int) -> list[tuple[int, ...]]:
    """Every table that would have looked exactly like this: also to a reader who knows how Pols keeps counts back."""
    totals = range(1, LEAST) if seen[1] is None else [seen[1]]
    return [one for total in totals for one in _splits(total, rows) if outcome(one) == seen]


@settings(deadline=None)  # the first of a kind tries out thousands of tables
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_no_small_count_can_be_worked_out_from_what_is_shown(counts: list[int]) -> None:
    seen = outcome(counts)

    possible = could_be(seen, len(counts))

    assert tuple(counts) in possible
    for place, count in enumerate(counts):
        if 0 < count < LEAST and len(counts) > 1:
            assert len({one[place] for one in possible}) > 1, (counts, seen)
            assert seen[0] is None or seen[0][place] is None


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(3, 20))
def test_what_is_shown_is_right_and_what_is_kept_back_is_never_one_alone(counts: list[int], least: int) -> None:
    rows = [f"r{n:02}" for n in range(len(counts))]

    found = guard(dict(zip(rows, counts, strict=True)), rows, least)

    assert found.total in {sum(counts), None}
    assert (found.total is None) is (0 < sum(counts) < least)
    if found.cells is not None:
        kept = [row for row, count in found.cells.items() if count is None]
        assert all(count in {None, counts[rows.index(row)]} for row, count in found.cells.items())
        assert not any(count is not None and 0 < count < least for count in found.cells.values())
        hidden = [counts[rows.index(row)] for row in kept]
        assert len([count for count in hidden if count >= least]) >= (2 if kept else 0)
        assert not kept or sum(hidden) >= 2 * least + len(kept)


def test_every_table_of_three_rows_keeps_its_small_counts() -> None:
    found_out = [
        (counts, place)
        for counts in product(range(7), repeat=3)
        for place, count in enumerate(counts)
        if 0 < count < LEAST and len({one[place] for one in could_be(outcome(counts), 3)}) == 1
    ]

    assert found_out == []


def test_a_table_without_small_counts_is_shown_whole() -> None:
    assert guard({"a": 5, "b": 9}, ROWS, 5) == Guarded({"a": 5, "b": 9}, 14)


def test_two_larger_counts_are_kept_back_with_a_small_one_whatever_their_size() -> None:
    counts = {"a": 2, "b": 90, "c": 8, "d": 7}

    assert guard(counts, ROWS, 5) == Guarded({"a": None, "b": None, "c": None, "d": 7}, 107)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(3, 9))
def test_who_knows_a_count_as_their_own_cannot_work_out_a_small_one(counts: list[int], least: int) -> None:
    rows = [f"r{n:02}" for n in range(len(counts))]

    found = guard(dict(zip(rows, counts, strict=True)), rows, least)

    hidden = [] if found.cells is None else [counts[rows.index(row)] for row, one in found.cells.items() if one is None]
    for place, own in enumerate(hidden):
        rest = hidden[:place] + hidden[place + 1 :]
        small = [one for one in rest if one < least]
        assert not small or (len(rest) > 1 and sum(rest) > len(rest)), (own, hidden)


def test_a_table_without_two_larger_counts_beside_a_small_one_is_kept_back_whole() -> None:
    assert guard({"a": 2, "b": 90}, ROWS, 5) == Guarded(None, 92)
    assert guard({"a": 1, "b": 5, "c": 5}, ROWS, 5) == Guarded(None, 11)


def test_five_counts_of_one_are_not_told_apart_by_their_total() -> None:
    assert guard(dict.fromkeys("abcde", 1), "abcde", 5) == Guarded(None, 5)


def test_a_total_that_is_too_small_is_kept_back_itself() -> None:
    assert guard({"a": 4}, ROWS, 5) == Guarded(None, None)


# Two periods


def test_a_longer_period_tells_what_its_quarters_show_and_nothing_more() -> None:
    first, second = Quarter(2026, 1), Quarter(2026, 2)
    counts = {first: {"a": 9, "b": 8, "c": 7, "d": 6}, second: {"a": 2, "b": 6, "c": 7, "d": 9}}
    labels = {one: one.upper() for one in ROWS}
    both = figures.by_quarter("t", "h", figures.guarded(counts, (first, second), 5), labels)
    apart = figures.by_quarter("t", "h", figures.guarded(counts, (second,), 5), labels)

    assert [[cell.text for cell in line.cells] for line in both.lines] == [
        ["9", "afgeschermd", "ten minste 9"],
        ["8", "afgeschermd", "ten minste 8"],
        ["7", "afgeschermd", "ten minste 7"],
        ["6", "9", "15"],
    ]
    assert [line.cells[0].text for line in apart.lines] == ["afgeschermd", "afgeschermd", "afgeschermd", "9"]
    assert both.total is not None
    assert [cell.text for cell in both.total.cells] == ["30", "24", "54"]


@given(st.lists(st.dictionaries(st.sampled_from(ROWS), st.integers(1, 12)), min_size=2, max_size=5))
def test_a_quarter_looks_the_same_in_every_period(counts: list[dict[str, int]]) -> None:
    quarters = [Quarter(2025, 1).after(n) for n in range(len(counts))]
    per = dict(zip(quarters, counts, strict=True))

    whole = figures.guarded(per, quarters, 5)

    for quarter in quarters:
        assert figures.guarded({quarter: per[quarter]}, (quarter,), 5)[quarter] == whole[quarter]


def test_a_share_is_told_only_when_nothing_of_it_is_kept_back() -> None:
    assert figures.share(Cell(9), [Cell(9), Cell(3)]).text == "75 %"
    assert figures.share(Cell(9), [Cell(9), KEPT_BACK]) == KEPT_BACK
    assert figures.share(Cell(9), [Cell(9), Cell(3, at_least=True)]) == KEPT_BACK
    assert figures.share(Cell(0), [Cell(0)]) == NOTHING


# Quarters


def test_a_period_is_whole_quarters_by_the_clock_of_the_house() -> None:
    asked = figures.period(date(2025, 10, 1), date(2026, 3, 31), NOW)

    assert [one.label for one in asked.quarters] == ["4e kwartaal 2025", "1e kwartaal 2026"]
    assert (asked.since, asked.until) == (
        datetime(2025, 9, 30, 22, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC),
    )  # fmt: skip
    assert not asked.provisional


def test_without_days_a_period_is_the_running_quarter_and_four_before() -> None:
    asked = figures.period(None, None, NOW)

    assert (asked.first, asked.last, asked.provisional) == (date(2025, 10, 1), date(2026, 12, 31), True)


def test_a_quarter_begins_at_midnight_here() -> None:
    assert figures.period(None, None, datetime(2026, 12, 31, 23, 30, tzinfo=UTC)).running == Quarter(2027, 1)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (date(2026, 1, 2), None, "van"), (None, date(2026, 3, 30), "tot"), (date(2026, 4, 1), date(2026, 3, 31), "tot"),
        (None, date(2027, 3, 31), "tot"), (date(2020, 1, 1), None, "van"), (date(1900, 1, 1), None, "van"),
        (date(2027, 1, 1), None, "tot"),
    ],
)  # fmt: skip
def test_another_period_is_refused_with_what_to_choose(since: date | None, until: date | None, field: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        figures.period(since, until, NOW)

    assert field in {one.field for one in refused.value.errors}
    assert "kies" in refused.value.errors[0].message


def test_quarters_follow_each_other_over_the_years() -> None:
    assert Quarter(2025, 4).after(1) == Quarter(2026, 1)
    assert Quarter(2026, 1).after(-5) == Quarter(2024, 4)
    assert (Quarter(2026, 1).first, Quarter(2026, 4).last) == (date(2026, 1, 1), date(2026, 12, 31))


def test_working_days_are_counted_up_to_and_including_each_day() -> None:
    found = figures.working_days_since(date(2026, 1, 1), date(2026, 1, 6), WorkingCalendar())

    assert found == [0, 1, 1, 1, 2, 3]  # New Year on a Thursday, then a weekend


# For whom


def _actor(kind: OrganisationKind, *roles: Role) -> Actor:
    return Actor(organisation_kind=kind, roles=frozenset(roles))


def test_the_manager_sees_all_and_the_privacy_officer_what_is_not_about_duties() -> None:
    assert figures.open_to(_actor(OrganisationKind.HOUSE, Role.MANAGER)) == tuple(Report)
    officer = figures.open_to(_actor(OrganisationKind.HOUSE, Role.PRIVACY_OFFICER))
    assert set(officer) == {Report.INFLOW, Report.LEAD_TIMES, Report.OUTCOMES, Report.REINFLOW}


def test_a_participant_sees_figures_of_its_own_only_and_nobody_else_sees_any() -> None:
    contact = figures.open_to(_actor(OrganisationKind.LID2, Role.CONTACT))
    assert set(contact) == {Report.INFLOW, Report.RESPONSE, Report.COMMITMENTS, Report.OUTCOMES}
    for kind, role in (
        (OrganisationKind.HOUSE, Role.PROCESS_DIRECTOR), (OrganisationKind.HOUSE, Role.ADMINISTRATOR),
        (OrganisationKind.LID1, Role.TRIAGE_MEMBER), (OrganisationKind.LID1, Role.PARTNER_LEAD),
        (OrganisationKind.THIRD_PARTY, Role.CONTACT),
    ):  # fmt: skip
        assert figures.open_to(_actor(kind, role)) == ()


def test_every_report_says_what_it_is() -> None:
    assert set(figures.WORDS) == set(Report)
