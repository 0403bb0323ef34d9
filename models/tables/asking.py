"""What partners are asked besides a duty: the answer that stays with them, and the words of a question."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import Withheld


class PrivateAnswer(Base):
    """That a participant does not say or supply something, for its own people only (R12, WGS 1.5(1)).

    Its duty stays open and ends as silence ends it. Apart from `answer`, so that whoever reads answers, tells people or
    counts cannot come upon it; the engine reads of whom it must not remind, and nothing else.
    """

    __tablename__ = "private_answer"
    __table_args__ = (
        CheckConstraint("outcome IN ('geen_mededeling', 'geweigerd')", name="is_private"),
        CheckConstraint("(outcome = 'geweigerd') = (why IS NOT NULL)", name="refused_with_a_reason"),
        Index("ix_private_answer_one_valid", "duty_id", "organisation_id", unique=True,
              postgresql_where=text("replaced_at IS NULL")),
        Index("ix_private_answer_case_id", "case_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    outcome: Mapped[str]
    why: Mapped[Withheld | None] = mapped_column(words(Withheld))
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    replaced_at: Mapped[datetime | None]


class InformationRequest(Base):
    """What the regisseur asks a partner in words. A duty without it is the question to everybody before a meeting."""

    __tablename__ = "information_request"
    __table_args__ = (
        CheckConstraint("question <> ''", name="says_what"),
        Index("ix_information_request_case_id", "case_id"),
    )

    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    question: Mapped[str]
    life_domains: Mapped[list[str]] = mapped_column(default=list)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
