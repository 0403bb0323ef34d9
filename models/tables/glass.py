"""Emergency access and supervision: who opened which case that was not theirs to read, why, and what came of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import GlassKind, GlassVerdict


class Glass(Base):
    """One opening: asked for, confirmed by a second step, over by itself, reviewed by somebody else."""

    __tablename__ = "glass"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("(confirmed_at IS NULL) = (until IS NULL)", name="ends"),
        CheckConstraint("until <= confirmed_at + interval '8 hours'", name="is_short"),
        CheckConstraint("reviewed_by <> person_id", name="is_reviewed_by_another"),
        CheckConstraint("(reviewed_at IS NULL) = (verdict IS NULL)", name="verdict_has_a_moment"),
        Index("ix_glass_confirmed", "person_id", "case_id", "until", postgresql_where=text("confirmed_at IS NOT NULL")),
        Index("ix_glass_house_id", "house_id", "asked_at", "id"),
        Index("ix_glass_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[GlassKind] = mapped_column(words(GlassKind))
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    code_hash: Mapped[bytes]
    tries: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    verdict: Mapped[GlassVerdict | None] = mapped_column(words(GlassVerdict))
    review: Mapped[str] = mapped_column(default="")
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
