"""What happened: the history people read, and the audit lines that prove who did and saw what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id


class History(Base):
    """One line of a case's timeline: codes and ids, put into words when read."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_case_id", "case_id", "at"),)

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    at: Mapped[datetime]
    what: Mapped[str]
    person_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    item_id: Mapped[UUID | None]  #: only who may read this information item sees the line


class AuditLine(Base):
    """Append-only (WGS 1.8(4)): who did or saw what, when, on whose behalf and why. Pseudonymous ids, no content."""

    __tablename__ = "audit_line"
    __table_args__ = (Index("ix_audit_line_house_at", "house_id", "at"), Index("ix_audit_line_case_id", "case_id"))

    id: Mapped[Id]
    house_id: Mapped[UUID | None] = mapped_column(ForeignKey("house.id"))
    at: Mapped[datetime]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    roles: Mapped[list[str]]
    purpose: Mapped[str]
    result: Mapped[str] = mapped_column(default="ok")
    facts: Mapped[dict[str, Any]]


class AuditUnsealed(Base):
    """Lines that wait for the sealer; filled by a trigger, so that no line can be forgotten."""

    __tablename__ = "audit_unsealed"

    line_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditSeal(Base):
    """The chain over the audit lines: each seal covers one line and the seal before it."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line_id: Mapped[UUID] = mapped_column(unique=True)
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
    sealed_at: Mapped[datetime]
