"""What the doors count, so that several processes brake as one."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class BrakeCount(Base):
    """Who (a hash) did what (a hash or a stretch of time) how often, until it no longer counts.

    Lost when the server crashes (unlogged), which costs nothing but a count.
    """

    __tablename__ = "brake_count"
    __table_args__ = (Index("ix_brake_count_until", "until"), {"prefixes": ["UNLOGGED"]})

    who: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    what: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    until: Mapped[datetime]
    times: Mapped[int]
