"""The last door before Prefect: what escapes a body leaves its words behind.

Prefect writes the text of an exception into five tables and into its log; only the name of the class may go there.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class StepFailed(Exception):
    """A step broke; only the code of what broke is told, since the words may hold personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @classmethod
    def because_of(cls, error: Exception) -> "StepFailed":
        """Keep the class of an error and leave its words; a step that already failed keeps its code."""
        return cls(error.code if isinstance(error, StepFailed) else type(error).__name__)


def guarded(body: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Let a body fail with a code and without words. Goes directly under `@flow` or `@task`.

    Prefect's own signals (rest, overtaken) and the cancelling of our task are no failures: they pass untouched.
    """

    @wraps(body)
    async def wordless(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await body(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it is, its words stay here
            failure = StepFailed.because_of(error)
        raise failure  # outside the except block: not even the context of the exception keeps the words

    return wordless
