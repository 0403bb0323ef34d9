"""Pins: the second factor of who answers by link, agreed with the house or chosen by oneself. Pure."""

import secrets
from itertools import pairwise

from models.refusals import FieldError, InvalidFields

SHORTEST, LONGEST = 6, 12


def new_pin() -> str:
    """A pin that nobody guesses."""
    while True:
        made = "".join(secrets.choice("0123456789") for _ in range(SHORTEST))
        if not _is_easy(made):
            return made


def check(pin: str) -> None:
    """Whether a pin may be chosen. Raises InvalidFields."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST <= len(pin) <= LONGEST):
        raise InvalidFields([FieldError("pincode", f"heeft {SHORTEST} tot {LONGEST} cijfers")])
    if _is_easy(pin):
        raise InvalidFields([FieldError("pincode", "is te gemakkelijk te raden; kies geen reeks of herhaling")])


def _is_easy(pin: str) -> bool:
    """One digit, one step up or down, or the same few digits over and over."""
    digits = [int(one) for one in pin]
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    repeats = any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(1, len(pin) // 2 + 1))
    return len(steps) == 1 or repeats or len(set(pin)) < 3  # noqa: PLR2004 - two digits are no secret
