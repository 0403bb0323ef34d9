"""Where people are reached besides their mailbox, and what they chose to get there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, HouseId, Id, words
from models.ways import Occasion, WayKind


class ContactWay(Base):
    """An address of a person. It counts from `verified_at` until `ended_at`; until then only a code goes there."""

    __tablename__ = "contact_way"
    __table_args__ = (
        UniqueConstraint("id", "person_id"),
        CheckConstraint("address <> ''", name="has_an_address"),
        CheckConstraint("(code_hash IS NULL) = (code_until IS NULL)", name="code_ends"),
        CheckConstraint("verified_at IS NULL OR code_hash IS NULL", name="verified_once"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="few_tries"),
        CheckConstraint("codes BETWEEN 0 AND 3", name="few_codes"),
        Index("ix_contact_way_open", "person_id", "kind", "address", unique=True,
              postgresql_where=text("ended_at IS NULL")),
        Index("ix_contact_way_person_id", "person_id", "made_at"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[WayKind] = mapped_column(words(WayKind))
    address: Mapped[str]
    made_at: Mapped[datetime]
    code_hash: Mapped[bytes | None]
    code_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)  #: with the code that was sent last
    codes: Mapped[int] = mapped_column(default=0)
    verified_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class ChannelChoice(Base):
    """For what somebody chose which of their ways; what is not here goes by mail."""

    __tablename__ = "channel_choice"
    __table_args__ = (
        ForeignKeyConstraint(
            ["way_id", "person_id"], ["contact_way.id", "contact_way.person_id"], ondelete="CASCADE"
        ),
        Index("ix_channel_choice_way_id", "way_id"),
    )  # fmt: skip

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    occasion: Mapped[Occasion] = mapped_column(words(Occasion), primary_key=True)
    house_id: Mapped[HouseId]
    way_id: Mapped[UUID]
