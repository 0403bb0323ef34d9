"""What was answered to a request that may be sent again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, HouseId, Id

#: how long a key keeps its answer
REMEMBERED = timedelta(hours=24)


class IdempotencyKey(Base):
    """A key that somebody gave to one request, with what was answered; it is forgotten after a day."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("person_id", "key"), Index("ix_idempotency_key_made_at", "made_at"))

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    key: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)  #: of the route and the body, so that a key has one meaning
    made_at: Mapped[datetime]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str | None]
