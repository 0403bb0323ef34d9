"""Minutes of a meeting: lines that point at what they say, versions that hold lines, and views that contradict."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.minutes import LineKind, MinutesState, Section
from models.tables.base import Base, CaseId, HouseId, Id, words


class MinuteLine(Base):
    """A line of the minutes. What it says about somebody is in its information item, and nowhere else.

    It carries no number: one that is skipped would count the lines that a reader may not see.
    """

    __tablename__ = "minute_line"
    __table_args__ = (
        CheckConstraint("num_nonnulls(item_id, commitment_id, goal_id, decision_id) <= 1", name="points_at_one_thing"),
        CheckConstraint(
            "(completed_at IS NULL)"
            " = (num_nonnulls(item_id, commitment_id, goal_id, decision_id, on_day, tells_id) = 0)",
            name="complete_says_something",
        ),
        CheckConstraint("(item_id IS NULL) = (item_version IS NULL)", name="knows_the_version_of_its_item"),
        CheckConstraint("disputes_id <> id", name="disputes_another"),
        Index("ix_minute_line_case_id", "case_id"),
        Index("ix_minute_line_meeting_id", "meeting_id", "written_at"),
        Index("ix_minute_line_item_id", "item_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    section: Mapped[Section] = mapped_column(words(Section))
    kind: Mapped[LineKind] = mapped_column(words(LineKind))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("info_item.id", ondelete="CASCADE"))
    item_version: Mapped[int | None]  #: of its item now; a correction of the item moves it along
    commitment_id: Mapped[UUID | None] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"))
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"))
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))
    on_day: Mapped[date | None]  #: of the evaluation that was agreed
    tells_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))  #: who tells the betrokkene
    speaker_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    spoke_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  #: who of them
    disputes_id: Mapped[UUID | None] = mapped_column(ForeignKey("minute_line.id", ondelete="SET NULL"))
    written_at: Mapped[datetime]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    completed_at: Mapped[datetime | None]
    held: Mapped[bool] = mapped_column(default=False)  #: by a version that was put up: it does not go any more


class MinuteDraft(Base):
    """A line that is not complete: for who typed it and who leads the case, until it is an information item."""

    __tablename__ = "minute_draft"
    __table_args__ = (Index("ix_minute_draft_case_id", "case_id"),)

    line_id: Mapped[UUID] = mapped_column(ForeignKey("minute_line.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]]


class MinuteVersion(Base):
    """The minutes as they were put up for correction or adopted: written once."""

    __tablename__ = "minute_version"
    __table_args__ = (
        CheckConstraint("number > 0", name="counts"),
        CheckConstraint("state <> 'concept'", name="is_more_than_a_draft"),
        UniqueConstraint("meeting_id", "number"),
        Index("ix_minute_version_case_id", "case_id"),
        Index("ix_minute_version_adopted", "meeting_id", unique=True, postgresql_where="state = 'vastgesteld'"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[MinutesState] = mapped_column(words(MinutesState))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class MinuteVersionLine(Base):
    """A line in a version, with the version that its item had: what is corrected later shows as a correction."""

    __tablename__ = "minute_version_line"
    __table_args__ = (
        Index("ix_minute_version_line_case_id", "case_id"),
        Index("ix_minute_version_line_line_id", "line_id"),
    )

    version_id: Mapped[UUID] = mapped_column(ForeignKey("minute_version.id", ondelete="CASCADE"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("minute_line.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    item_version: Mapped[int | None]


class ItemConflict(Base):
    """Two information items that contradict each other. Neither goes: both are shown, side by side."""

    __tablename__ = "item_conflict"
    __table_args__ = (
        CheckConstraint("item_id < other_id", name="once_for_a_pair"),
        Index("ix_item_conflict_case_id", "case_id"),
        Index("ix_item_conflict_other_id", "other_id"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("info_item.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("info_item.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    marked_at: Mapped[datetime]
    marked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
