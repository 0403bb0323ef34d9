"""What happened: the history people read, and the audit lines that prove who did and saw what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
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
    commitment_id: Mapped[UUID | None]  #: the same of a commitment that is not for everybody


class AuditLine(Base):
    """Append-only (WGS 1.8(4)): who did or saw what, when, on whose behalf, why and from where. Ids, no content.

    `referral_id` is set for what is about a report, also before it is a case; `glass_id` under break-glass.
    The policy version in force is set by the database.
    """

    __tablename__ = "audit_line"
    __table_args__ = (
        Index("ix_audit_line_house_at", "house_id", "at", "id"),
        Index("ix_audit_line_house_action", "house_id", "action", "at", "id"),
        Index("ix_audit_line_refused", "house_id", "at", "id", postgresql_where=text("result <> 'ok'")),
        Index("ix_audit_line_case_at", "case_id", "at", "id", postgresql_where=text("case_id IS NOT NULL")),
        Index("ix_audit_line_referral_at", "referral_id", "at", "id", postgresql_where=text("referral_id IS NOT NULL")),
    )

    id: Mapped[Id]
    house_id: Mapped[UUID | None] = mapped_column(ForeignKey("house.id"))
    at: Mapped[datetime]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    referral_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    roles: Mapped[list[str]]
    purpose: Mapped[str]
    result: Mapped[str] = mapped_column(default="ok")
    door: Mapped[str]
    address: Mapped[str | None]
    via_id: Mapped[UUID | None]
    glass_id: Mapped[UUID | None]
    policy_version: Mapped[int | None]
    trace_id: Mapped[str]
    span_id: Mapped[str]
    facts: Mapped[dict[str, Any]]


class Processing(Base):
    """One record of Logboek Dataverwerkingen per line about somebody: what was processed, never by whom.

    Its id is that of the line; for others the two are joined by trace and span. The data subject is a case or a
    report by its id: a pseudonym that says nothing about who it is.
    """

    __tablename__ = "processing"
    __table_args__ = (Index("ix_processing_house_id_started_at", "house_id", "started_at", "id"),)

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    trace_id: Mapped[str]
    span_id: Mapped[str]
    parent_span_id: Mapped[str | None]
    activity: Mapped[str]
    name: Mapped[str]
    status: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    subject_id: Mapped[UUID]
    subject_kind: Mapped[str]


class AuditUnsealed(Base):
    """Lines that wait for the sealer; filled by a trigger, so that no line can be forgotten."""

    __tablename__ = "audit_unsealed"

    line_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditSeal(Base):
    """The chain of a house over its lines: each seal covers one line and the seal before it. Numbered without gaps.

    The chain is the house; lines without a house have the chain of nobody (all zeros).
    """

    __tablename__ = "audit_seal"

    chain: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line_id: Mapped[UUID] = mapped_column(unique=True)
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
    sealed_at: Mapped[datetime]
