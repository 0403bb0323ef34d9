"""What it takes to keep a house: who was proposed to work here, and signs of life of the workers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, HouseId, Id


class DesignationChange(Base):
    """Somebody as one who keeps the people of a house wants them, until another confirms it. `person_id`: who it made.

    What is not confirmed changes nothing; the row stays, for it says who proposed what and who agreed.
    """

    __tablename__ = "designation_change"
    __table_args__ = (
        CheckConstraint("reason <> '' AND length(reason) <= 500", name="has_a_reason"),
        CheckConstraint("num_nulls(settled_at, settled_by, confirmed) IN (0, 3)", name="settled_at_once"),
        CheckConstraint("confirmed IS NOT TRUE OR settled_by <> proposed_by", name="by_another"),
        CheckConstraint("confirmed IS NOT TRUE OR person_id IS NOT NULL", name="made_somebody"),
        Index("ix_designation_change_person_id", "person_id"),
        Index(
            "ix_designation_change_open", "house_id", "email", unique=True,
            postgresql_where=text("settled_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    )
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str | None]
    roles: Mapped[list[str]]
    screened_until: Mapped[date]
    trained_until: Mapped[date]
    reason: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed: Mapped[bool | None]


class Heartbeat(Base):
    """A worker that is there, and when the engine last answered it. Nothing about anybody, and of no house."""

    __tablename__ = "heartbeat"

    id: Mapped[Id]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    engine_at: Mapped[datetime | None]
