"""Signs of life: a worker says that it is there, and whether the engine answers it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from models.tables.keeping import Heartbeat
from models.transactions import Work

#: of a worker that has been gone so long nothing is said any more
FORGOTTEN = timedelta(days=2)


async def beat(work: Work, worker_id: UUID, *, engine_answers: bool) -> datetime:
    """The worker is there; answers the moment that is kept."""
    engine_at = work.now if engine_answers else None
    made = insert(Heartbeat).values(id=worker_id, started_at=work.now, seen_at=work.now, engine_at=engine_at)
    seen = {"seen_at": work.now} | ({"engine_at": work.now} if engine_answers else {})
    await work.session.execute(made.on_conflict_do_update(index_elements=["id"], set_=seen))
    await work.session.execute(delete(Heartbeat).where(Heartbeat.seen_at < work.now - FORGOTTEN))
    return work.now
