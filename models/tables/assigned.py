"""Who of a participant works on a case (R6)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id


class Assignment(Base):
    """Somebody whom their own organisation named for a case, from when to when and by whom."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_current", "organisation_id", "case_id", "person_id", unique=True,
              postgresql_where=text("until IS NULL")),
        Index("ix_assignment_person_id", "person_id", postgresql_where=text("until IS NULL")),
        Index("ix_assignment_case_id", "case_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    named_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
