"""The brake: how much is too much, counted here and with the other processes. The clock is moved, never waited for."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.actors import Actor
from models.brake import MINUTE, READING, Brake, Count, Limits, Tally
from models.policy import Policy
from models.refusals import ReadTooMuch, TooMany
from models.tables.base import new_id

MOST = Policy().most_cases_read


class Clock:
    """Seconds since 1970, moved by a test."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def braking(**limits: int) -> tuple[Brake, Clock]:
    clock = Clock()
    return Brake(Limits(**limits), clock), clock


def somebody() -> Actor:
    return Actor(house_id=new_id(), person_id=new_id())


def exchange(*brakes: Brake) -> None:
    """What the database does: add up what each process counted, and tell all of them."""
    totals: dict[tuple[bytes, bytes], Count] = {}
    for one in brakes:
        for count in one.tally.take():
            before = totals.get((count.who, count.what))
            totals[count.who, count.what] = Count(
                count.who, count.what, count.until, count.times + (before.times if before else 0)
            )
    for one in brakes:
        one.tally.learn(totals.values())


def test_a_person_who_asks_too_much_is_told_how_long_to_wait_and_may_go_on_after_it() -> None:
    brake, clock = braking(person_per_minute=5)
    actor = somebody()
    for _ in range(5):
        brake.asked_by(actor)

    with pytest.raises(TooMany) as refused:
        brake.asked_by(actor)

    assert 1 <= refused.value.seconds <= MINUTE
    brake.asked_by(somebody())
    clock.now += refused.value.seconds
    brake.asked_by(actor)


def test_no_limit_is_no_limit() -> None:
    brake, _ = braking(person_per_minute=0, address_per_minute=0, open_per_hour=0)
    actor = somebody()
    for _ in range(10_000):
        brake.asked_by(actor)
        brake.asked_from("192.0.2.1")
        brake.count_open("192.0.2.1")
        brake.check_open("192.0.2.1")


def test_processes_that_share_count_as_one() -> None:
    clock = Clock()
    one, two = (Brake(Limits(address_per_minute=10), clock) for _ in range(2))
    for _ in range(5):
        one.asked_from("192.0.2.1")
        two.asked_from("192.0.2.1")
    exchange(one, two)

    for brake in (one, two):
        with pytest.raises(TooMany):
            brake.asked_from("192.0.2.1")
        brake.asked_from("192.0.2.2")


def test_who_opens_many_different_cases_is_stopped_and_keeps_those_they_had() -> None:
    brake, clock = braking()
    actor, cases = somebody(), [uuid4() for _ in range(MOST)]
    for case in cases * 3:
        brake.opens(actor, case)

    with pytest.raises(ReadTooMuch) as refused:
        brake.opens(actor, uuid4())

    assert (refused.value.most, refused.value.actor) == (MOST, actor)
    for case in cases:
        brake.opens(actor, case)
    brake.opens(somebody(), uuid4())
    clock.now += READING
    brake.opens(actor, uuid4())


def test_cases_opened_through_another_process_count_and_stay_open() -> None:
    clock = Clock()
    one, two = Brake(Limits(), clock), Brake(Limits(), clock)
    actor, cases = somebody(), [uuid4() for _ in range(MOST)]
    for number, case in enumerate(cases):
        (one if number % 2 else two).opens(actor, case)
    exchange(one, two)

    for brake in (one, two):
        with pytest.raises(ReadTooMuch):
            brake.opens(actor, uuid4())
        for case in cases:
            brake.opens(actor, case)


def test_the_amount_is_that_of_the_house_once_it_is_known() -> None:
    brake, clock = braking()
    actor = somebody()
    assert actor.house_id is not None
    brake.opens(actor, uuid4())
    assert brake.houses_to_ask() == {actor.house_id}
    brake.house_says(actor.house_id, 2)
    brake.opens(actor, uuid4())

    with pytest.raises(ReadTooMuch):
        brake.opens(actor, uuid4())

    assert brake.houses_to_ask() == set()
    clock.now += 61
    brake.most_cases(actor.house_id)
    assert brake.houses_to_ask() == {actor.house_id}


def test_the_engine_reads_what_it_must() -> None:
    brake, _ = braking()
    for _ in range(MOST + 1):
        brake.opens(Actor(), uuid4())


def test_the_alarm_sounds_once_in_ten_minutes_for_each_person() -> None:
    brake, clock = braking()
    one, other = new_id(), new_id()

    assert [brake.first_alarm(one), brake.first_alarm(one), brake.first_alarm(other)] == [True, False, True]
    clock.now += READING + 1
    assert brake.first_alarm(one)


def test_counts_are_shared_once_a_second_and_each_once() -> None:
    brake, clock = braking()
    brake.asked_from("192.0.2.1")

    assert (brake.is_due(), brake.is_due()) == (True, False)
    assert [one.times for one in brake.tally.take()] == [1]
    assert brake.tally.take() == []
    clock.now += 1
    assert brake.is_due()


def test_addresses_without_end_take_no_memory_without_end() -> None:
    tally = Tally(most_kept=100)
    for number in range(10_000):
        tally.add(tally.who("adres", str(number)), b"", 1.0)

    assert len(tally._kept) == 101
    tally.forget(2.0)
    assert (tally._kept, tally.take()) == ({}, [])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.booleans()), max_size=60))
def test_however_often_they_share_the_count_is_the_sum(steps: list[tuple[int, int, bool]]) -> None:
    tallies, store = [Tally(), Tally(), Tally()], dict[bytes, int]()
    for which, what, share in steps:
        tallies[which].add(b"wie", bytes([what]), 10.0)
        if share:
            _through(store, tallies[which])
    for tally in tallies * 2:
        _through(store, tally)

    for what in (0, 1):
        asked = sum(1 for _, one, _ in steps if one == what)
        assert [tally.times(b"wie", bytes([what]), 0.0) for tally in tallies] == [asked] * 3


def _through(store: dict[bytes, int], tally: Tally) -> None:
    for one in tally.take():
        store[one.what] = store.get(one.what, 0) + one.times
    tally.learn(Count(b"wie", what, 10.0, times) for what, times in store.items())
