"""Results of risk assessments: each belongs to an information item and is seen by who sees that."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.itemwords import RiskJudgement
from models.tables.base import Base, CaseId, HouseId, words


class RiskAssessment(Base):
    """What a trained person found with an instrument. No item lists, nothing computed, no ranking (R21)."""

    __tablename__ = "risk_assessment"
    __table_args__ = (
        CheckConstraint("instrument <> '' AND assessor <> ''", name="says_by_what_and_whom"),
        CheckConstraint("instrument_says IN ('laag', 'midden', 'hoog')", name="instrument_says"),
        CheckConstraint("valid_until >= assessed_on", name="valid_from_then"),
        CheckConstraint(
            "(instrument_says IS NULL OR instrument_says = judgement) = (override_reason = '')",
            name="override_is_reasoned",
        ),
        Index("ix_risk_assessment_case_id", "case_id", "assessed_on"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("info_item.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    instrument: Mapped[str]
    edition: Mapped[str]
    assessor: Mapped[str]
    assessed_on: Mapped[date]
    valid_until: Mapped[date]
    scores: Mapped[str]
    judgement: Mapped[RiskJudgement] = mapped_column(words(RiskJudgement))
    instrument_says: Mapped[str | None]
    override_reason: Mapped[str]
    protective: Mapped[str]
    limitations: Mapped[str]
