"""How far the work behind the screens is behind: figures for who keeps Pols running, and nothing about anybody."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import text

from models.transactions import Work


class Queue(StrEnum):
    """What the worker does by itself, as an operator knows it."""

    RUNGS = "herinneringen"  #: steps of ladders whose moment has come
    MESSAGES = "berichten"  #: mail that should have gone
    ENTRIES = "werk per casus"  #: outside work of cases that may be done
    LINES = "verzegeling"  #: lines of the log without a seal


@dataclass(frozen=True, slots=True)
class Lag:
    """How much waits in a queue, since how long the oldest of it, and how much is not tried any more."""

    queue: Queue
    waiting: int
    oldest: timedelta
    given_up: int


#: each part is answered by the partial index of what is still open
_LAGS = text("""
    SELECT 'herinneringen' AS queue, count(*) AS waiting, min(fire_at) AS oldest,
           (SELECT count(*) FROM rung WHERE gave_up_at IS NOT NULL) AS given_up
    FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL AND fire_at <= :now
    UNION ALL
    SELECT 'berichten', count(*), min(next_try_at), (SELECT count(*) FROM outbox WHERE gave_up_at IS NOT NULL)
    FROM outbox WHERE sent_at IS NULL AND gave_up_at IS NULL AND next_try_at <= :now
    UNION ALL
    SELECT 'werk per casus', count(*) FILTER (WHERE gave_up_at IS NULL),
           min(next_try_at) FILTER (WHERE gave_up_at IS NULL), count(*) FILTER (WHERE gave_up_at IS NOT NULL)
    FROM journal_entry WHERE done_at IS NULL AND next_try_at <= greatest(clock_timestamp(), :now)
    UNION ALL
    SELECT 'verzegeling', (SELECT count(*) FROM audit_unsealed),
           (SELECT at FROM audit_line WHERE id = (SELECT line_id FROM audit_unsealed ORDER BY line_id LIMIT 1)), 0
""")


async def lags(work: Work) -> list[Lag]:
    """Every queue of all houses, as the engine sees them."""
    rows = await work.session.execute(_LAGS, {"now": work.now})
    return [
        Lag(Queue(row.queue), row.waiting, max(work.now - (row.oldest or work.now), timedelta()), row.given_up)
        for row in rows
    ]
