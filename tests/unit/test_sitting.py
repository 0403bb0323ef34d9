"""Who should come, who must be there, and when each case has its turn."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import sitting
from models.policy import Quorum
from models.sitting import Because
from models.words import OrganisationKind

POLICE, TOWN, OTHER_TOWN, GGZ = (UUID(int=number) for number in range(1, 5))
BEGINS = datetime(2026, 12, 1, 9, tzinfo=UTC)
LOCAL = {TOWN: ("Westerveen",), OTHER_TOWN: ("Oosterveen", "Noordhoek")}


@pytest.mark.parametrize(
    ("municipality", "other"),
    [("Westerveen", Because.ELSEWHERE), ("WESTERVEEN", Because.ELSEWHERE), ("", Because.LOCAL)],
)
def test_the_reporter_the_region_and_the_own_municipality_come(municipality: str, other: Because) -> None:
    found = sitting.candidates(
        [POLICE, TOWN, OTHER_TOWN, GGZ], reporter=POLICE, municipality=municipality, local=LOCAL
    )  # fmt: skip

    assert [one.because for one in found] == [Because.REPORTER, Because.LOCAL, other, Because.REGIONAL]
    assert [one.comes for one in found] == [True, True, other is Because.LOCAL, True]


def test_who_is_not_involved_is_never_named() -> None:
    assert sitting.candidates([], reporter=POLICE, municipality="Westerveen", local=LOCAL) == []


@pytest.mark.parametrize(
    ("quorum", "missing"),
    [
        (None, ""),
        (Quorum(public=1), ""),
        (Quorum(public=3), "2 publieke deelnemers"),
        (Quorum(public=2, private=2), "1 publieke deelnemer, 1 private deelnemer"),
        (Quorum(organisations=frozenset({TOWN})), "Gemeente"),
        (Quorum(organisations=frozenset({POLICE})), ""),
    ],
)
def test_a_quorum_says_in_words_who_is_missing(quorum: Quorum | None, missing: str) -> None:
    present = {POLICE: OrganisationKind.LID1, GGZ: OrganisationKind.LID2}

    assert sitting.lacking(quorum, present, {TOWN: "Gemeente"}) == missing


@given(
    st.lists(st.integers(1, 90), max_size=20), st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60)), max_size=5)
)
def test_turns_follow_each_other_and_overlap_nothing_that_is_there(
    minutes: list[int], there: list[tuple[int, int]]
) -> None:
    taken = [(BEGINS + timedelta(minutes=at), lasts) for at, lasts in there]

    found = sitting.turns(BEGINS, minutes, taken)

    ends = [at + timedelta(minutes=lasts) for at, lasts in taken]
    assert len(found) == len(minutes)
    assert all(one >= max([BEGINS, *ends]) for one in found)
    steps = [after - before for before, after in pairwise(found)]
    assert steps == [timedelta(minutes=one) for one in minutes[: max(len(minutes) - 1, 0)]]
