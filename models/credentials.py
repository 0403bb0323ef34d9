"""Passwords and codes of the second factor: how they are kept and checked. Knows no database and no clock.

Hashing takes a tenth of a second or more of a processor: call it in a thread, never on the event loop.
"""

import hmac
from functools import cache
from pathlib import Path

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken

from models.refusals import FieldError, InvalidFields

SHORTEST, LONGEST = 12, 128
STEP_SECONDS = 30
ISSUER = "Pols"

_HASHER = PasswordHasher()  # argon2id, with the parameters of its library


class Seal:
    """Keeps second factors unreadable in the database and its backups; the key is in a file of the operator."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def of(cls, file: Path) -> "Seal":
        """The seal with the key in a file. Raises OSError, ValueError."""
        return cls(file.read_bytes().strip())

    @staticmethod
    def new_key() -> bytes:
        """A key to write into a file."""
        return Fernet.generate_key()

    def close(self, secret: str) -> bytes:
        """What is kept of a secret."""
        return self._fernet.encrypt(secret.encode())

    def open(self, kept: bytes) -> str | None:
        """The secret; None when it was closed with another key."""
        try:
            return self._fernet.decrypt(kept).decode()
        except InvalidToken:
            return None


def check_password(password: str, login: str) -> None:
    """Whether a password may be chosen. Raises InvalidFields."""
    wrong = None
    if not SHORTEST <= len(password) <= LONGEST:
        wrong = f"heeft {SHORTEST} tot {LONGEST} tekens; een zin is het makkelijkst"
    elif login.partition("@")[0] in password.lower() or len(set(password)) < SHORTEST // 2:
        wrong = "is te gemakkelijk te raden; kies een zin die niet over u gaat"
    if wrong:
        raise InvalidFields([FieldError("wachtwoord", wrong)])


def hash_password(password: str) -> str:
    """What is kept of a password (argon2id)."""
    return _HASHER.hash(password)


@cache
def nobodys_hash() -> str:
    """The hash of no password: checking against it costs what any other check costs."""
    return _HASHER.hash(pyotp.random_base32())


@cache
def nobodys_secret() -> str:
    """The second factor of nobody, for the same reason."""
    return pyotp.random_base32()


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password. As much work when there is none to compare with."""
    try:
        _HASHER.verify(kept or nobodys_hash(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def new_secret() -> str:
    """A new second factor, as an app for codes wants it."""
    return pyotp.random_base32()


def used_step(secret: str | None, code: str, seconds: float) -> int | None:
    """Which half minute this code is of: the present one, the one before or after. None when it is of none of them.

    `seconds` since 1970 by the clock on the wall: the app of the person knows no other. Whether a half minute was used
    before is for the database to say.
    """
    made = pyotp.TOTP(secret or nobodys_secret(), interval=STEP_SECONDS)
    given = "".join(code.split())
    now = int(seconds) // STEP_SECONDS
    matching = [step for step in (now - 1, now, now + 1) if _same(made.generate_otp(step), given)]
    return matching[-1] if matching and secret is not None else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def otpauth(secret: str, login: str) -> str:
    """The address that an app for codes reads, as text or as a picture."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=ISSUER)
