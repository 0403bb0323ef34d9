"""Which cases hang together: never by themselves, only by the test of BGS 2.20(2)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id


class Coherence(Base):
    """Two cases whose plans may be aligned (R19): three judgements, and the public participants who decided.

    It has no direction: the case that came first stands first.
    """

    __tablename__ = "coherence"
    __table_args__ = (
        CheckConstraint("case_id < other_case_id", name="of_two_cases"),
        CheckConstraint("circle <> '' AND dependence <> '' AND necessity <> ''", name="three_parts"),
        CheckConstraint("cardinality(deciders) > 0", name="somebody_decided"),
        CheckConstraint("(ended_at IS NULL) = (end_reason = '')", name="ended_with_a_reason"),
        Index("ix_coherence_once", "case_id", "other_case_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_coherence_case_id", "case_id"),
        Index("ix_coherence_other_case_id", "other_case_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    other_case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    circle: Mapped[str]
    dependence: Mapped[str]
    necessity: Mapped[str]
    deciders: Mapped[list[UUID]]
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[str] = mapped_column(default="", server_default="")
