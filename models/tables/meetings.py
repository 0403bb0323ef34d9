"""Meetings, who was invited and came, and the commitments made there."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import CommitmentState, SeriesKind


class MeetingSeries(Base):
    """A meeting that comes back, on which several cases can be put: the triage, or a weekly casusoverleg.

    Its dates follow from the rule (`models.series`); none is kept.
    """

    __tablename__ = "meeting_series"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_is_one"),
        CheckConstraint("every_weeks BETWEEN 1 AND 12", name="comes_back"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_it_starts"),
        Index("ix_meeting_series_house_id", "house_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    kind: Mapped[SeriesKind] = mapped_column(words(SeriesKind))
    title: Mapped[str]
    weekday: Mapped[int]
    every_weeks: Mapped[int]
    at: Mapped[time]
    place: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    chair_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class Meeting(Base):
    """A casusoverleg. Its state follows from its moments."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("num_nonnulls(held_at, moved_at, cancelled_at) <= 1", name="ends_once"),
        CheckConstraint("lasts > 0", name="lasts_a_while"),
        Index("ix_meeting_case_id", "case_id"),
        Index("ix_meeting_series_id_starts_at", "series_id", "starts_at"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting_series.id"))
    starts_at: Mapped[datetime]
    kind: Mapped[SeriesKind] = mapped_column(words(SeriesKind), default=SeriesKind.CONFERENCE)
    lasts: Mapped[int | None]  #: minutes; None: as long as meetings of this house last
    chair_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  #: None: the regisseur
    secretary_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at_house: Mapped[bool] = mapped_column(default=False)  #: at the public place of the house, which anybody may know
    convened_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    convened_at: Mapped[datetime]
    held_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class MeetingInvitee(Base):
    """Somebody who is asked to come, and whether they did."""

    __tablename__ = "meeting_invitee"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    present: Mapped[bool | None]


class Commitment(Base):
    """A pledge by a participant: one intervention, one owner, one date (WGS 1.3(4): never an order)."""

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint("domain IN ('straf', 'zorg', 'bestuur', 'civiel')", name="domain_is_known"),
        CheckConstraint("body <> ''", name="says_what"),
        CheckConstraint("starts_on IS NULL OR starts_on <= due_on", name="starts_before_it_is_due"),
        CheckConstraint("condition_at IS NULL OR condition <> ''", name="only_a_condition_comes_true"),
        UniqueConstraint("id", "case_id"),
        ForeignKeyConstraint(["goal_id", "case_id"], ["goal.id", "goal.case_id"]),
        Index("ix_commitment_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    domain: Mapped[str]
    body: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[CommitmentState] = mapped_column(words(CommitmentState))
    plan_version: Mapped[int]
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("commitment.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    goal_id: Mapped[UUID | None]
    intervention: Mapped[str | None]  #: of the catalogue of the house at the time
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subject.id", ondelete="SET NULL"))  #: None: the system
    statutory_task: Mapped[str] = mapped_column(default="", server_default="")  #: of its owner (WGS 1.3(4))
    starts_on: Mapped[date | None]
    condition: Mapped[str] = mapped_column(default="", server_default="")  #: only when this comes true
    condition_at: Mapped[datetime | None]  #: when it came true
    informed: Mapped[str] = mapped_column(default="", server_default="")  #: how the subject was told, or why not
    result: Mapped[str] = mapped_column(default="", server_default="")
    delay_reason: Mapped[str] = mapped_column(default="", server_default="")
    excluded: Mapped[list[UUID]] = mapped_column(default=list, server_default="{}")
    only_for: Mapped[list[UUID]] = mapped_column(default=list, server_default="{}")

    @property
    def apart(self) -> bool:
        """Not for everybody who reads the case (R13)."""
        return bool(self.excluded or self.only_for)


class Progress(Base):
    """What an owner says about how a commitment goes."""

    __tablename__ = "progress"
    __table_args__ = (Index("ix_progress_case_id", "case_id"),)

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
