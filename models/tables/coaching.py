"""Trajectory coaching (domain rules 2.10): who coaches, to what ends, and the journal that only the coach reads."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import ContactKind


class Trajectory(Base):
    """One coach works with the person of a case under procesregie; its goals are rows of their own."""

    __tablename__ = "trajectory"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_reason = '')", name="ends_with_a_reason"),
        Index("ix_trajectory_running", "case_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_trajectory_case_id", "case_id"),
        Index("ix_trajectory_coach_id", "coach_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    coach_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    started_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(default="")


class TrajectoryGoal(Base):
    """What the coaching is for."""

    __tablename__ = "trajectory_goal"
    __table_args__ = (CheckConstraint("body <> ''", name="says_what"), Index("ix_trajectory_goal_case_id", "case_id"))

    trajectory_id: Mapped[UUID] = mapped_column(ForeignKey("trajectory.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    body: Mapped[str]


class ContactMoment(Base):
    """One contact with the person: when, how, and a short factual report. Written once."""

    __tablename__ = "contact_moment"
    __table_args__ = (
        CheckConstraint("report <> ''", name="says_what"),
        Index("ix_contact_moment_case_id", "case_id"),
        Index("ix_contact_moment_trajectory_id", "trajectory_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    trajectory_id: Mapped[UUID] = mapped_column(ForeignKey("trajectory.id", ondelete="CASCADE"))
    on_day: Mapped[date]
    kind: Mapped[ContactKind] = mapped_column(words(ContactKind))
    report: Mapped[str]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
