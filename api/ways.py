"""The ways in that an operator opened: an account of our own, the provider of an organisation, a token to try out."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from api.oidc import Relying
from models import credentials
from models.credentials import Seal

#: each takes a processor and 64 MB for a moment: who sends many at once waits, and the pages of others do not
HASHES_AT_ONCE = 2


class Accounts:
    """Checks passwords and codes, beside the event loop, with as much work for nobody as for somebody."""

    def __init__(self, seal: Seal) -> None:
        self.seal = seal
        self._nobodys = seal.close(credentials.nobodys_secret())
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        credentials.nobodys_hash()  # now, and not at the first address that nobody has

    async def prove(
        self, kept: str | None, sealed: bytes | None, password: str, code: str, seconds: float
    ) -> int | None:
        """The half minute of the code, when it and the password are right."""
        async with self._hashing:
            right = await asyncio.to_thread(credentials.is_password, password, kept)
        step = self.step(sealed, code, seconds)
        return step if right else None

    def step(self, sealed: bytes | None, code: str, seconds: float) -> int | None:
        """The half minute of a code, when it is right."""
        secret = self.seal.open(sealed or self._nobodys)
        step = credentials.used_step(secret, code, seconds)
        return step if sealed is not None else None

    async def hashed(self, password: str) -> str:
        """What is kept of a password."""
        async with self._hashing:
            return await asyncio.to_thread(credentials.hash_password, password)


@dataclass(frozen=True, slots=True)
class Ways:
    """Which ways in there are. `wall` is the clock of codes and providers: nobody moves it but a test of them."""

    accounts: Accounts | None = None
    provider: Relying | None = None
    token_form: bool = False
    wall: Callable[[], float] = time.time
