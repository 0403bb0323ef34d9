"""What hangs on a referral: files, and what it said before it was corrected."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, HouseId, Id


class Attachment(Base):
    """A file with a referral: checked before it is kept, erased with the report."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size = octet_length(content) AND size > 0", name="size_is_true"),
        CheckConstraint("name <> ''", name="has_a_name"),
        Index("ix_attachment_referral_id", "referral_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class ReferralVersion(Base):
    """What a submitted referral said until it was supplemented or corrected."""

    __tablename__ = "referral_version"

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]]
