"""Days on which several cases are discussed one after another, and the place of each case on such a day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import SeriesKind


class Sitting(Base):
    """A meeting above cases (on screen: overlegdag), for who plans in the house; a participant reads slots alone."""

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint("num_nonnulls(cancelled_at, adjourned_to) <= 1", name="ends_once"),
        CheckConstraint("present_at IS NOT NULL OR present = '{}'", name="present_at_a_moment"),
        Index("ix_sitting_house_id", "house_id", "starts_at", "id"),
        Index(
            "ix_sitting_occasion", "series_id", "starts_at", unique=True,
            postgresql_where=text("series_id IS NOT NULL AND cancelled_at IS NULL AND adjourned_to IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    kind: Mapped[SeriesKind] = mapped_column(words(SeriesKind))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting_series.id"))
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    chair_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  #: None: of each case its regisseur
    secretary_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    present: Mapped[list[UUID]] = mapped_column(default=list, server_default="{}")  #: organisations at the triage table
    present_at: Mapped[datetime | None]
    adjourned_to: Mapped[UUID | None] = mapped_column(ForeignKey("sitting.id"))
    cancelled_at: Mapped[datetime | None]


class SittingSlot(Base):
    """The time of one case on a sitting. It knows everything its readers may know: they never see the sitting itself.

    At a triage there is no meeting of the case yet; what is decided there is the admission.
    """

    __tablename__ = "sitting_slot"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="lasts_a_while"),
        CheckConstraint("(kind = 'triageoverleg') = (meeting_id IS NULL)", name="meets_unless_triage"),
        Index("ix_sitting_slot_sitting_id", "sitting_id", "starts_at"),
        Index("ix_sitting_slot_once", "case_id", "sitting_id", unique=True,
              postgresql_where=text("meeting_id IS NULL AND withdrawn_at IS NULL")),
        Index("ix_sitting_slot_meeting_id", "meeting_id", unique=True),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id", ondelete="CASCADE"))
    case_id: Mapped[CaseId]
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    kind: Mapped[SeriesKind] = mapped_column(words(SeriesKind))
    number: Mapped[str]  #: of the case: a private participant whom the house shows the whole triage reads no more of it
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    lacks: Mapped[str] = mapped_column(default="", server_default="")  #: of the quorum, once presence was recorded
    put_at: Mapped[datetime]
    put_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
