"""What becomes of a message: the states, the words for what went wrong, and when it is tried again."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from models import delivery
from models.delivery import BACK_OFF, Delivery, Failure, Moments, WhyGivenUp, said, state
from models.tables.base import new_id

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        (Moments(), Delivery.WAITING),
        (Moments(sent_at=AT), Delivery.SENT),
        (Moments(gave_up_at=AT), Delivery.GIVEN_UP),
        (Moments(sent_at=AT, bounced_at=AT), Delivery.BOUNCED),
        (Moments(sent_at=AT, opened_at=AT), Delivery.OPENED),
        (Moments(sent_at=AT, bounced_at=AT, opened_at=AT), Delivery.OPENED),
        (Moments(sent_at=AT, opened_at=AT, answered_at=AT), Delivery.ANSWERED),
        (Moments(sent_at=AT, bounced_at=AT, answered_at=AT), Delivery.ANSWERED),
        (Moments(gave_up_at=AT, answered_at=AT), Delivery.ANSWERED),
        (Moments(answered_at=AT), Delivery.WAITING),
    ],
)
def test_a_state_is_the_best_that_is_known_of_a_message(moments: Moments, expected: Delivery) -> None:
    assert state(moments) is expected


def test_every_state_can_be_reached_and_every_combination_of_moments_has_one() -> None:
    found = {state(Moments(*moments)) for moments in product((None, AT), repeat=5)}

    assert found == set(Delivery) == set(delivery.MEANING)


@pytest.mark.parametrize("code", [*Failure, *WhyGivenUp])
def test_every_code_of_ours_is_said_in_plain_words(code: str) -> None:
    assert said(code)
    assert code not in said(code)


def test_a_code_that_is_not_ours_is_a_mistake_of_ours_and_no_code_is_nothing() -> None:
    assert said("KeyError") == "er ging iets mis in Pols (KeyError)"
    assert said(None) == ""


def test_a_message_is_tried_for_more_than_a_day_and_later_each_time() -> None:
    one = new_id()
    waits = [delivery.wait(nth, one) for nth in range(1, len(BACK_OFF) + 1)]

    assert all(wait is not None for wait in waits)
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert sum(known, timedelta()) > timedelta(days=1, hours=12)
    assert delivery.wait(len(BACK_OFF) + 1, one) is None


def test_what_failed_together_is_not_tried_together_again() -> None:
    waits = {delivery.wait(5, new_id()) for _ in range(200)}

    assert len(waits) > 100
    assert all(wait is not None and 0.8 * BACK_OFF[4] <= wait <= BACK_OFF[4] for wait in waits)


def test_a_relay_that_stays_away_is_asked_less_and_less_but_at_least_every_five_minutes() -> None:
    pauses = [delivery.pause(times) for times in range(1, 50)]

    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(seconds=10)
    assert pauses[-1] == timedelta(minutes=5)
