"""The plan of a case besides its commitments: goals, what waits for what, and what was in force since when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import ConflictFound, GoalState


class Goal(Base):
    """What the plan should reach, for one person or for the system around them (BGS 2.17)."""

    __tablename__ = "goal"
    __table_args__ = (
        CheckConstraint("body <> ''", name="says_what"),
        CheckConstraint("(state = 'nagestreefd') = (ended_at IS NULL)", name="ends_with_its_state"),
        CheckConstraint("state <> 'losgelaten' OR reason <> ''", name="let_go_with_a_reason"),
        UniqueConstraint("id", "case_id"),
        Index("ix_goal_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subject.id", ondelete="SET NULL"))  #: None: the system
    life_domain: Mapped[str]
    body: Mapped[str]
    due_on: Mapped[date | None]
    state: Mapped[GoalState] = mapped_column(words(GoalState))
    reason: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class CommitmentNeed(Base):
    """A commitment that waits for another of the same case; never in a circle (a trigger says so too)."""

    __tablename__ = "commitment_need"
    __table_args__ = (
        CheckConstraint("commitment_id <> needs_id", name="needs_another"),
        ForeignKeyConstraint(
            ["commitment_id", "case_id"], ["commitment.id", "commitment.case_id"], ondelete="CASCADE",
            name="fk_commitment_need_commitment_id",
        ),
        ForeignKeyConstraint(
            ["needs_id", "case_id"], ["commitment.id", "commitment.case_id"], ondelete="CASCADE",
            name="fk_commitment_need_needs_id",
        ),
        Index("ix_commitment_need_case_id", "case_id"),
    )  # fmt: skip

    commitment_id: Mapped[UUID] = mapped_column(primary_key=True)
    needs_id: Mapped[UUID] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]


class PlanVersion(Base):
    """Since when a version of the plan is in force."""

    __tablename__ = "plan_version"
    __table_args__ = (CheckConstraint("version > 0", name="counts"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    since: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Planned(Base):
    """Who would do a commitment and before when, from one version of the plan until another; its text is the same."""

    __tablename__ = "planned"
    __table_args__ = (
        CheckConstraint("until_version >= from_version", name="ends_after_it_begins"),
        Index("ix_planned_case_id", "case_id"),
        Index("ix_planned_standing", "commitment_id", unique=True, postgresql_where=text("until_version IS NULL")),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"))
    from_version: Mapped[int]
    until_version: Mapped[int | None]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]


class PlanConflict(Base):
    """Two commitments of linked cases that contradict each other. Settled once both regisseurs said how."""

    __tablename__ = "plan_conflict"
    __table_args__ = (
        CheckConstraint("case_id <> other_case_id", name="between_two_cases"),
        CheckConstraint("found_by = 'regel' OR note <> ''", name="marked_with_a_reason"),
        CheckConstraint("settled_at IS NULL OR settled_how <> ''", name="settled_somehow"),
        UniqueConstraint("commitment_id", "other_commitment_id"),
        ForeignKeyConstraint(
            ["commitment_id", "case_id"], ["commitment.id", "commitment.case_id"], ondelete="CASCADE",
            name="fk_plan_conflict_commitment_id",
        ),
        ForeignKeyConstraint(
            ["other_commitment_id", "other_case_id"], ["commitment.id", "commitment.case_id"], ondelete="CASCADE",
            name="fk_plan_conflict_other_commitment_id",
        ),
        Index("ix_plan_conflict_case_id", "case_id"),
        Index("ix_plan_conflict_other_case_id", "other_case_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    commitment_id: Mapped[UUID]
    other_case_id: Mapped[CaseId]
    other_commitment_id: Mapped[UUID]
    found_by: Mapped[ConflictFound] = mapped_column(words(ConflictFound))
    note: Mapped[str]
    marked_at: Mapped[datetime]
    marked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    settled_how: Mapped[str]
