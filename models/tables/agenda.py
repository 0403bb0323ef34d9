"""What stands in calendars outside Pols: events, who was invited to what, and the secret address of a feed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.agenda import Presence, RepliedBy
from models.tables.base import Base, HouseId, words


class CalendarEvent(Base):
    """One event in the calendar of one person. Its id is the UID: random, so that it says nothing about a case.

    Several cases on one day of a series are one event. `sequence` rises each time it is moved, called off or on again.
    """

    __tablename__ = "calendar_event"
    __table_args__ = (
        CheckConstraint("sequence >= 0", name="counts_up"),
        Index("ix_calendar_event_person_id", "person_id"),
        Index(
            "ix_calendar_event_occasion", "person_id", "series_id", "starts_at", unique=True,
            postgresql_where=text("series_id IS NOT NULL AND cancelled_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting_series.id"))
    starts_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Invitation(Base):
    """Somebody of an invited organisation who was asked to come, what they said. It follows a meeting that moves."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("num_nulls(reaction, reacted_at, reacted_by) IN (0, 3)", name="said_when_and_how"),
        Index("ix_invitation_person_id", "person_id"),
        Index("ix_invitation_event_id", "event_id"),
        Index("ix_invitation_case_id", "case_id"),
    )

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_event.id", ondelete="CASCADE"))
    invited_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    reaction: Mapped[Presence | None] = mapped_column(words(Presence))
    reacted_at: Mapped[datetime | None]
    reacted_by: Mapped[RepliedBy | None] = mapped_column(words(RepliedBy))


class CalendarFeed(Base):
    """The secret address at which somebody's calendar asks for their work; only its SHA-256 is kept."""

    __tablename__ = "calendar_feed"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True, deferred=True)  # the doors may write it and never read it
    made_at: Mapped[datetime]
    last_used_on: Mapped[date | None]
