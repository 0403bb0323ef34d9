"""Incidental third parties at a meeting, and what they were given: never a user, each item by itself (BGS 2.21)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id


class Guest(Base):
    """An incidental third party of one meeting. Only after signing a declaration of secrecy are they invited (R15)."""

    __tablename__ = "guest"
    __table_args__ = (
        CheckConstraint("name <> '' AND function <> ''", name="is_somebody"),
        CheckConstraint("expertise <> '' AND public_role <> ''", name="is_needed"),
        CheckConstraint("num_nulls(signed_on, noted_at, noted_by) IN (0, 3)", name="declared_or_not"),
        CheckConstraint("invited_at IS NULL OR signed_on IS NOT NULL", name="invited_after_signing"),
        CheckConstraint("present IS NOT TRUE OR invited_at IS NOT NULL", name="comes_when_invited"),
        Index("ix_guest_meeting_id", "meeting_id"),
        Index("ix_guest_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    function: Mapped[str]
    expertise: Mapped[str]
    public_role: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    signed_on: Mapped[date | None]
    noted_at: Mapped[datetime | None]
    noted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime | None]
    present: Mapped[bool | None]


class HandedItem(Base):
    """One piece of information that a guest was given: why, who decided, who of its supplier agreed (WGS 2.31(10))."""

    __tablename__ = "handed_item"
    __table_args__ = (
        CheckConstraint("purpose <> ''", name="says_why"),
        CheckConstraint("num_nulls(consented_by, consented_on) IN (0, 2)", name="agreed_or_not"),
        Index("ix_handed_item_case_id", "case_id"),
        Index("ix_handed_item_item_id", "item_id"),
    )

    guest_id: Mapped[UUID] = mapped_column(ForeignKey("guest.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("info_item.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    handed_at: Mapped[datetime]
    handed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str]
    consented_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    consented_on: Mapped[date | None]
