"""How long somebody waits who failed to sign in: a rule of its own, whoever they are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import attempts
from models.attempts import ACCOUNT_FROM_ADDRESS, ADDRESS, FORGOTTEN_AFTER, KNOWN_DEVICE, NO_WAIT, Allowance

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ALLOWANCES = st.sampled_from([ACCOUNT_FROM_ADDRESS, ADDRESS, KNOWN_DEVICE])
FAILURES = st.integers(0, 100_000)
WHILE = st.timedeltas(timedelta(0), timedelta(days=3))


@given(FAILURES, ALLOWANCES)
def test_a_wait_never_gets_shorter_with_a_failure_more_and_never_longer_than_the_longest(
    failures: int, allowance: Allowance
) -> None:
    wait = attempts.wait_after(failures, allowance)

    assert NO_WAIT <= wait <= attempts.wait_after(failures + 1, allowance) <= allowance.longest
    assert (wait == NO_WAIT) is (failures < allowance.free)


@given(FAILURES, ALLOWANCES)
def test_a_wait_doubles_until_it_is_the_longest(failures: int, allowance: Allowance) -> None:
    wait, following = attempts.wait_after(failures, allowance), attempts.wait_after(failures + 1, allowance)

    if wait:
        assert following == min(2 * wait, allowance.longest)


@given(FAILURES, WHILE, ALLOWANCES)
def test_who_waits_what_remains_may_try_again(failures: int, passed: timedelta, allowance: Allowance) -> None:
    now = NOW + passed
    left = attempts.remaining(failures, NOW, now, allowance)

    assert attempts.remaining(failures, NOW, now + left, allowance) == NO_WAIT
    assert left == NO_WAIT or passed + left == attempts.wait_after(failures, allowance)


@given(FAILURES, WHILE)
def test_a_day_without_an_attempt_is_forgotten(failures: int, passed: timedelta) -> None:
    assert attempts.counted(failures, NOW, NOW + passed) == (1 if passed >= FORGOTTEN_AFTER else failures + 1)


@given(st.integers(1, 5000))
def test_whoever_keeps_trying_gets_a_few_dozen_attempts_a_day_at_one_account(pause_seconds: int) -> None:
    """However they time them: what is left is far from the million codes of the second factor alone."""
    moment, last, failures, tried = NOW, NOW, 0, 0
    while moment < NOW + timedelta(days=1):
        left = attempts.remaining(failures, last, moment, ACCOUNT_FROM_ADDRESS)
        if left:
            moment += max(left, timedelta(seconds=pause_seconds))
            continue
        failures, last, tried = attempts.counted(failures, last, moment), moment, tried + 1

    assert tried <= 40


def test_a_known_device_counts_for_itself_only() -> None:
    elsewhere = attempts.budgets("a@huis.example", "192.0.2.1", None)
    here = attempts.budgets("a@huis.example", "192.0.2.1", b"device")

    assert {one.key for one in here} & {one.key for one in elsewhere} == set()
    assert here == attempts.budgets("a@huis.example", "198.51.100.7", b"device")


def test_the_keys_tell_accounts_and_addresses_apart_and_hold_neither() -> None:
    keys = [
        one.key
        for login in ("a@huis.example", "b@huis.example")
        for address in ("192.0.2.1", "192.0.2.2")
        for one in attempts.budgets(login, address, None)
    ]

    assert len(set(keys)) == 6  # four of an account at an address, two of an address
    assert all(len(key) == 32 for key in keys)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", "onbekend"), ("geen adres", "onbekend"),
    ],
)  # fmt: skip
def test_an_address_is_what_one_client_has(address: str, network: str) -> None:
    assert attempts.network_of(address) == network
