"""Information items, what they said before, and where protected people can be found: each with a fence of its own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.itemwords import Category, Condition, Regime, Reliability, SecrecyRoute
from models.tables.base import Base, CaseId, HouseId, Id, words


class InfoItem(Base):
    """One piece of text about a person, with its supplier, ground and conditions (R8).

    The web may not change who supplied it, for which case and since when: it has no right to those columns.
    """

    __tablename__ = "info_item"
    __table_args__ = (
        CheckConstraint("ground <> ''", name="ground_is_named"),
        CheckConstraint(
            f"conditions <@ ARRAY[{', '.join(repr(one.value) for one in Condition)}]", name="conditions_are_known"
        ),
        CheckConstraint(
            "regime NOT IN ('medisch', 'jeugdhulp') OR route IS NOT NULL OR withdrawn_at IS NOT NULL",
            name="secrecy_has_a_route",
        ),
        CheckConstraint(
            "route IS DISTINCT FROM 'goed_hulpverlenerschap' OR route_reason <> '' OR withdrawn_at IS NOT NULL",
            name="good_care_is_reasoned",
        ),
        CheckConstraint(
            "professional = '' OR (category = 'identificerend_en_contact' AND subject_id IS NULL AND life_domain = '')",
            name="professional_by_name_and_contact",
        ),
        CheckConstraint("(withdrawn_at IS NULL) = (body <> '')", name="withdrawn_is_empty"),
        CheckConstraint("version > 0", name="version_counts"),
        Index("ix_info_item_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subject.id", ondelete="SET NULL"))
    professional: Mapped[str] = mapped_column(default="")
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    written_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    category: Mapped[Category] = mapped_column(words(Category))
    life_domain: Mapped[str] = mapped_column(default="")
    regime: Mapped[Regime] = mapped_column(words(Regime), default=Regime.AVG)
    ground: Mapped[str]
    route: Mapped[SecrecyRoute | None] = mapped_column(words(SecrecyRoute))
    route_reason: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    reliability: Mapped[Reliability] = mapped_column(words(Reliability), default=Reliability.UNJUDGED)
    conditions: Mapped[list[str]] = mapped_column(default=list)
    excluded: Mapped[list[UUID]] = mapped_column(default=list)
    only_for: Mapped[list[UUID]] = mapped_column(default=list)
    conditions_note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    first_processed_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    body: Mapped[str]


class InfoItemVersion(Base):
    """What an item said until it was corrected or withdrawn, for its supplier and the privacy officer only (R26)."""

    __tablename__ = "info_item_version"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("info_item.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]]


class SubjectAddress(Base):
    """Where somebody of a report can be found. With a secret address only for who is named."""

    __tablename__ = "subject_address"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    address: Mapped[str] = mapped_column(default="")
    school: Mapped[str] = mapped_column(default="")
    contact_channel: Mapped[str] = mapped_column(default="")


class SubjectProtection(Base):
    """Who may know a secret address; the fact that it is secret stands with the person."""

    __tablename__ = "subject_protection"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    organisations: Mapped[list[UUID]]
    persons: Mapped[list[UUID]]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class MeetingPlace(Base):
    """Where a meeting is: apart, since it may tell where a protected person can be found."""

    __tablename__ = "meeting_place"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    place: Mapped[str]
