"""Links and pins by themselves: what they look like, how long they are good, and what may be said with them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import links, pins
from models.links import AFTERWARDS, ALPHABET, LENGTH, LONGEST, OUTCOMES, SENTENCES, Act, Reason
from models.owed import DUTIES
from models.refusals import InvalidFields
from models.words import ClosedBy, DutyKind

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)
CODES = st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH)


def test_a_reference_has_nothing_that_looks_like_something_else_and_is_no_word() -> None:
    made = {links.new_code() for _ in range(500)}

    assert len(made) == 500
    assert not set("".join(made)) & set("01OILUAEYBSZ")
    assert {len(one) for one in made} == {LENGTH}


def test_a_token_has_256_random_bits() -> None:
    assert {len(links.new_token()) for _ in range(50)} == {43}


@given(CODES)
def test_what_is_read_aloud_is_understood_however_it_is_typed(code: str) -> None:
    said = links.grouped(code)

    assert len(said) == LENGTH + 1
    assert {links.typed(one) for one in (said, said.lower(), f" {said.replace('-', ' ')} ", code)} == {code}


@given(st.text(max_size=40))
def test_what_cannot_be_a_code_is_nothing(text: str) -> None:
    found = links.typed(text)

    assert len(found) in {0, LENGTH}
    assert set(found) <= set(ALPHABET)


def test_a_letter_that_is_taken_for_a_digit_is_that_digit() -> None:
    assert links.typed("bsz2-3456") == "85223456"
    assert links.typed("OIL2-3456") == ""


def test_the_same_code_is_kept_differently_for_each_link() -> None:
    kept = {links.code_hash("BCDFGHJK", ONE), links.code_hash("BCDFGHJK", OTHER), links.code_hash("BCDFGHJM", ONE)}

    assert len(kept) == 3
    assert links.code_hash("BCDFGHJK", ONE) in kept


@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_a_link_is_good_for_at_least_two_weeks_and_at_most_six(ahead: timedelta) -> None:
    until = links.good_until(NOW + ahead, NOW)

    assert NOW + AFTERWARDS <= until <= NOW + LONGEST
    assert until == min(max(NOW, NOW + ahead) + AFTERWARDS, NOW + LONGEST)


def test_what_is_answered_by_link_is_an_answer_that_the_duty_takes() -> None:
    assert [kind for kind, outcomes in OUTCOMES.items() if set(outcomes) - set(DUTIES[kind].answers)] == []
    assert OUTCOMES.keys() <= links.LINKED
    assert {DUTIES[kind].closed_by for kind in links.LINKED} == {ClosedBy.ANSWER}


def test_whether_somebody_is_known_and_what_is_written_about_people_is_never_said_with_the_link_alone() -> None:
    answers = {outcome for spec in DUTIES.values() for outcome in spec.answers}

    assert {one.value for one in Act} & answers == set()
    assert DutyKind.INFORMATION not in OUTCOMES
    assert DutyKind.MORE_INFORMATION not in OUTCOMES


@pytest.mark.parametrize("kind", OUTCOMES)
def test_what_must_be_explained_is_explained_by_a_sentence_from_the_list(kind: DutyKind) -> None:
    for outcome in OUTCOMES[kind]:
        if outcome not in DUTIES[kind].explained:
            assert links.note_of(kind, outcome, "") == ""
            continue
        assert {links.note_of(kind, outcome, one) for one in Reason} == set(SENTENCES.values())
        for reason in ("", "omdat hij dreigt"):
            with pytest.raises(InvalidFields):
                links.note_of(kind, outcome, reason)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (DutyKind.KNOWN, "aanvaard"), (DutyKind.INFORMATION, "geleverd"), (DutyKind.COMMITMENT, ""),
        (DutyKind.WATCH, "gedaan"),
    ],
)  # fmt: skip
def test_nothing_else_is_answered_by_link(kind: DutyKind, outcome: str) -> None:
    with pytest.raises(InvalidFields):
        links.note_of(kind, outcome, Reason.CALL_ME)


def test_a_pin_that_pols_gives_is_one_that_may_be_chosen() -> None:
    made = [pins.new_pin() for _ in range(300)]

    for one in made:
        pins.check(one)
    assert len(set(made)) > 290


@pytest.mark.parametrize(
    "pin",
    [
        "", "12345", "1234567890123", "abcdef", "12 34 56", "٤٨١٦٢٠", "111111", "123456", "654321", "890123", "135791",
        "121212", "123123", "112112", "898989", "100000",
    ],
)  # fmt: skip
def test_a_pin_is_no_series_no_repetition_and_nothing_but_digits(pin: str) -> None:
    with pytest.raises(InvalidFields):
        pins.check(pin)


def test_a_pin_of_some_digits_may_be_chosen() -> None:
    for one in ("481620", "902714", "271828182", "993017465821"):
        pins.check(one)
