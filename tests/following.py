"""Time that passes while somebody follows it up, and time in which nobody does."""

from typing import Any

from sqlalchemy import text

from models.actors import ENGINE
from models.casebook import follow_up
from models.transactions import unit_of_work
from tests.conftest import Databases

_AHEAD = text("""
    SELECT ceil(extract(epoch FROM min(greatest(fire_at, retry_at)) - pols_now())) FROM rung
    WHERE fired_at IS NULL AND dropped_at IS NULL AND step <> 'lapse'
""")


async def chase(db: Databases, most: int = 5000) -> int:
    """Fire what is due now, as the follow-up does. Answers how many rungs that were."""
    fired = 0
    while True:
        async with unit_of_work(ENGINE, db.engine) as work:
            last = await follow_up.remind(work, most)
        if not last:
            return fired
        fired += last


async def days_pass(db: Databases, days: float) -> None:
    """Let days pass with followers at work: the clock stops at every step that becomes due on the way."""
    left = days * 86_400
    await chase(db)
    while True:
        async with db.engine.engine.connect() as connection:
            ahead = await connection.scalar(_AHEAD)
        stop = left if ahead is None else min(left, max(0, int(ahead)) + 1)
        await db.shift(stop)
        left -= stop
        await chase(db)
        if left <= 0:
            return


async def put(db: Databases, statement: str, **facts: Any) -> None:
    """Change rows of the process behind everybody's back, as the engine may."""
    async with unit_of_work(ENGINE, db.engine) as work:
        await work.session.execute(text(statement), facts)
