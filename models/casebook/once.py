"""One act per key: who sends a request again, since the answer was lost, gets that answer and does nothing twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from models.refusals import KeyUsedBefore
from models.tables.base import new_id
from models.tables.once import REMEMBERED, IdempotencyKey
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered the first time."""

    status: int
    headers: dict[str, Any]
    body: str


async def claim(work: Work, key: str, fingerprint: bytes) -> Answered | None:
    """Take a key for this request; what was answered when it was taken before. Waits for who is busy with it.

    Raises KeyUsedBefore when the key was given to another request.
    """
    fresh: dict[str, Any] = {
        "id": new_id(), "house_id": work.actor.house_id, "person_id": work.actor.person_id, "key": key,
        "fingerprint": fingerprint, "made_at": work.now, "status": None, "headers": {}, "body": None,
    }  # fmt: skip
    statement = insert(IdempotencyKey).values(fresh)
    taken = await work.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["person_id", "key"], set_={name: fresh[name] for name in fresh if name != "id"},
            where=IdempotencyKey.made_at < work.now - REMEMBERED,
        ).returning(IdempotencyKey.id)
    )  # fmt: skip
    return None if isinstance(taken, UUID) else await _answered(work, key, fingerprint)


async def _answered(work: Work, key: str, fingerprint: bytes) -> Answered:
    mine = (IdempotencyKey.person_id == work.actor.person_id, IdempotencyKey.key == key)
    kept = (await work.session.scalars(select(IdempotencyKey).where(*mine))).one()
    if kept.fingerprint != fingerprint or kept.status is None or kept.body is None:
        raise KeyUsedBefore
    return Answered(kept.status, kept.headers, kept.body)


async def keep(work: Work, key: str, answer: Answered) -> None:
    """Remember what is answered, in the transaction of the act itself."""
    await work.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.person_id == work.actor.person_id, IdempotencyKey.key == key)
        .values(status=answer.status, headers=answer.headers, body=answer.body)
        .execution_options(synchronize_session=False)
    )


async def forget(work: Work, before: datetime) -> None:
    """Drop the keys of more than a day ago (the engine, every night)."""
    await work.session.execute(delete(IdempotencyKey).where(IdempotencyKey.made_at < before - REMEMBERED))
