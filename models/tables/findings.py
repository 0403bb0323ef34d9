"""What the self-checks of the night found in a house, until it is gone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.findings import FindingKind
from models.tables.base import Base, HouseId, Id, words


class Finding(Base):
    """Something that cannot be right, about a case, a duty or a person; ids and a code only.

    `seen_at` is the last night it was there; `gone_at` the first it was not. `healed_at`: Pols put it right itself.
    """

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint("num_nonnulls(case_id, duty_id, person_id) > 0", name="has_a_subject"),
        CheckConstraint("healed_at IS NULL OR gone_at IS NOT NULL", name="healed_is_gone"),
        Index("ix_finding_open", "house_id", "kind", "case_id", "duty_id", "person_id", unique=True,
              postgresql_nulls_not_distinct=True, postgresql_where=text("gone_at IS NULL")),
        Index("ix_finding_house_id", "house_id", "found_at", "id"),
        Index("ix_finding_case_id", "case_id"),
        Index("ix_finding_duty_id", "duty_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    kind: Mapped[FindingKind] = mapped_column(words(FindingKind))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    healed_at: Mapped[datetime | None]
