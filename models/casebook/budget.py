"""Counting attempts to sign in, over all processes: each counts as failed until it proves to be none."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from models import attempts
from models.attempts import ADDRESS, Budget
from models.refusals import TooOften
from models.tables.entrance import SignInBudget
from models.transactions import Work


async def take(work: Work, budgets: Sequence[Budget]) -> None:
    """Count an attempt before it is judged: many at once come one after another. Raises TooOften; then none is counted.

    Keep the transaction short: others who try from the same place wait for it.
    """
    ordered = sorted(budgets, key=lambda one: one.key)
    fresh = [{"key": one.key, "failures": 0, "last_at": work.now} for one in ordered]
    await work.session.execute(insert(SignInBudget).values(fresh).on_conflict_do_nothing())
    rows = {
        one.key: one
        for one in await work.session.scalars(
            select(SignInBudget).where(SignInBudget.key.in_([one.key for one in ordered])).order_by(SignInBudget.key)
            .with_for_update()
        )
    }  # fmt: skip
    waits = [_wait(rows[one.key], one, work) for one in ordered]
    if any(waits):
        raise TooOften(max(waits))
    for row in rows.values():
        row.failures, row.last_at = attempts.counted(row.failures, row.last_at, work.now), work.now


def _wait(row: SignInBudget, budget: Budget, work: Work) -> timedelta:
    return attempts.remaining(row.failures, row.last_at, work.now, budget.allowance)


async def give_back(work: Work, budgets: Sequence[Budget]) -> None:
    """It did not fail: the account starts anew here; an address gets this one back, and keeps what others failed."""
    shared = [one.key for one in budgets if one.allowance is ADDRESS]
    own = [one.key for one in budgets if one.allowance is not ADDRESS]
    await work.session.execute(delete(SignInBudget).where(SignInBudget.key.in_(own)))
    await work.session.execute(
        update(SignInBudget).where(SignInBudget.key.in_(shared), SignInBudget.failures > 0)
        .values(failures=SignInBudget.failures - 1).execution_options(synchronize_session=False)
    )  # fmt: skip
