"""What `pols status` says: how far the work behind the screens is behind."""

from datetime import timedelta

from models.actors import ENGINE
from models.lookups.lag import Lag, lags
from models.transactions import Database, unit_of_work


async def measured(url: str) -> list[Lag]:
    """The queues of a case database, asked as the engine."""
    database = Database(url, pool_size=1)
    try:
        async with unit_of_work(ENGINE, database) as work:
            return await lags(work)
    finally:
        await database.close()


def told(lag: Lag) -> str:
    """One line: how much waits, since how many seconds, and what is not tried any more."""
    line = f"{lag.queue:<16}{lag.waiting:>8} te doen, oudste {lag.oldest.total_seconds():>9.0f} s"
    return f"{line}, {lag.given_up} opgegeven" if lag.given_up else line


def is_behind(found: list[Lag], most: timedelta) -> bool:
    """Whether something waits longer than this."""
    return any(lag.waiting and lag.oldest > most for lag in found)
