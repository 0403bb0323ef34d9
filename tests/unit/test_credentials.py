"""Passwords and codes: how they are kept, and what is one."""

import pyotp
import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from hypothesis import given
from hypothesis import strategies as st

from models import credentials
from models.credentials import STEP_SECONDS, Seal
from models.refusals import InvalidFields

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MOMENTS = st.integers(STEP_SECONDS * 10, 2**33)


def code_at(seconds: float) -> str:
    return pyotp.TOTP(SECRET).at(int(seconds))


@given(MOMENTS, st.integers(-4, 4))
def test_a_code_is_good_half_a_minute_before_and_after_its_own(seconds: int, steps: int) -> None:
    step = seconds // STEP_SECONDS + steps
    found = credentials.used_step(SECRET, code_at(step * STEP_SECONDS), seconds)

    near = [
        one for one in (-1, 0, 1)
        if code_at((seconds // STEP_SECONDS + one) * STEP_SECONDS) == code_at(step * STEP_SECONDS)
    ]  # fmt: skip
    assert found == (seconds // STEP_SECONDS + near[-1] if near else None)
    assert abs(steps) > 1 or found is not None


@given(MOMENTS, st.text(max_size=10))
def test_what_is_no_code_is_no_step(seconds: int, typed: str) -> None:
    codes = {code_at(seconds + offset) for offset in (-STEP_SECONDS, 0, STEP_SECONDS)}

    assert (credentials.used_step(SECRET, typed, seconds) is not None) is ("".join(typed.split()) in codes)


@given(MOMENTS)
def test_nobody_has_no_code(seconds: int) -> None:
    code = pyotp.TOTP(credentials.nobodys_secret()).at(seconds)

    assert credentials.used_step(None, code, seconds) is None


def test_a_code_may_be_typed_with_a_space() -> None:
    code = code_at(3000)

    assert credentials.used_step(SECRET, f" {code[:3]} {code[3:]} ", 3000) == 100


def test_a_password_is_kept_with_argon2id_and_its_own_salt() -> None:
    kept, again = credentials.hash_password("een lange zin over fietsen"), credentials.hash_password("een lange zin")

    assert extract_parameters(kept).type is Type.ID
    assert kept.split("$")[-2] != again.split("$")[-2]
    assert credentials.is_password("een lange zin over fietsen", kept)
    assert not credentials.is_password("een lange zin over fietsen!", kept)


def test_checking_against_nobody_costs_what_checking_against_somebody_does() -> None:
    assert not credentials.is_password("wat dan ook", None)
    assert extract_parameters(credentials.nobodys_hash()) == extract_parameters(credentials.hash_password("x"))


@pytest.mark.parametrize("password", ["kort", "x" * 200, "aaaaaaaaaaaaaaaa", "hallo regisseur!"])
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(InvalidFields):
        credentials.check_password(password, "regisseur@huis.example")


def test_a_sentence_is_a_password() -> None:
    credentials.check_password("de kat krabt de krullen", "regisseur@huis.example")


def test_what_was_sealed_is_read_with_the_same_key_only() -> None:
    seal, other = Seal(Seal.new_key()), Seal(Seal.new_key())
    kept = seal.close(SECRET)

    assert SECRET.encode() not in kept
    assert (seal.open(kept), other.open(kept)) == (SECRET, None)
