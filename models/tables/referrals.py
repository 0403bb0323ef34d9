"""Support questions and referrals: what somebody asks of the house, and about whom."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, HouseId, Id, words
from models.words import Consequence, OrganisationKind, RelationKind, Service

COMPLETE = (
    "submitted_at IS NULL OR (quality_statement AND motivation_a <> '' AND motivation_b <> ''"
    " AND motivation_c <> '' AND motivation_d <> '')"
)


class SupportQuestion(Base):
    """A question of any professional, without a field about a person: no WGS activity covers it."""

    __tablename__ = "support_question"

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    asked_at: Mapped[datetime]
    asker_name: Mapped[str]
    asker_organisation: Mapped[str]
    asker_email: Mapped[str]
    theme: Mapped[str]
    question: Mapped[str]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    advice: Mapped[str | None]
    adopted_as: Mapped[UUID | None]


class Referral(Base):
    """The formal report of a participant (WGS 2.31(1)). Submitted only with the criteria motivated (BGS 2.20(3))."""

    __tablename__ = "referral"
    __table_args__ = (
        ForeignKeyConstraint(
            ["reporter_organisation_id", "reporter_organisation_kind"], ["organisation.id", "organisation.kind"],
            name="fk_referral_reporter",
        ),
        CheckConstraint(
            "reporter_organisation_kind IN ('publieke_deelnemer', 'private_deelnemer')", name="reporter_is_participant"
        ),
        CheckConstraint(COMPLETE, name="submitted_with_criteria_and_quality"),
        CheckConstraint(
            f"consequences <@ ARRAY[{', '.join(repr(one.value) for one in Consequence)}]",
            name="consequences_are_known",
        ),
        UniqueConstraint("reporter_organisation_id", "message_id"),
        Index("ix_referral_reporter_organisation_id", "reporter_organisation_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    reporter_organisation_id: Mapped[UUID]
    reporter_organisation_kind: Mapped[OrganisationKind] = mapped_column(words(OrganisationKind))
    reporter_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    message_id: Mapped[str | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    municipality: Mapped[str] = mapped_column(default="")
    themes: Mapped[list[str]]
    service: Mapped[Service] = mapped_column(words(Service), default=Service.DIRECTION)
    urgent: Mapped[bool] = mapped_column(default=False)
    acute_safety: Mapped[bool] = mapped_column(default=False)
    reporter_function: Mapped[str] = mapped_column(default="")
    reporter_contact: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    goal: Mapped[str] = mapped_column(default="")
    situation: Mapped[str] = mapped_column(default="")
    facts: Mapped[str] = mapped_column(default="")
    tried: Mapped[str] = mapped_column(default="")
    consequences: Mapped[list[str]]
    life_domains: Mapped[list[str]]
    problems: Mapped[list[Any]]
    criminogenic_factors: Mapped[list[str]]
    incidents: Mapped[list[Any]]
    partners: Mapped[list[Any]]
    discussed: Mapped[bool | None]
    discussed_reason: Mapped[str] = mapped_column(default="")
    motivation_a: Mapped[str] = mapped_column(default="")
    motivation_b: Mapped[str] = mapped_column(default="")
    motivation_c: Mapped[str] = mapped_column(default="")
    motivation_d: Mapped[str] = mapped_column(default="")
    quality_statement: Mapped[bool] = mapped_column(default=False)


class Subject(Base):
    """A person the report is about: the betrokkene of a case, or somebody of the direct circle (BGS 2.19)."""

    __tablename__ = "subject"
    __table_args__ = (
        CheckConstraint("bsn IS NULL OR bsn ~ '^[0-9]{9}$'", name="bsn_is_nine_digits"),
        CheckConstraint("standing IN ('betrokkene', 'directe_kring')", name="standing_is_known"),
        Index("ix_subject_referral_id", "referral_id"),
        Index("ix_subject_case_id", "case_id"),
        Index("ix_subject_bsn", "house_id", "bsn", postgresql_where=text("bsn IS NOT NULL")),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    position: Mapped[int]  #: the order in which the reporter named them, from 1
    standing: Mapped[str]
    name: Mapped[str]
    bsn: Mapped[str | None]
    born_on: Mapped[date | None]
    secret_address: Mapped[bool] = mapped_column(default=False)


class SubjectRelation(Base):
    """What one person of a report is to another (BGS 2.19)."""

    __tablename__ = "subject_relation"
    __table_args__ = (
        CheckConstraint("of_id <> to_id", name="is_between_two"),
        CheckConstraint("since <= until", name="begins_before_it_ends"),
        UniqueConstraint("of_id", "to_id", "kind"),
        Index("ix_subject_relation_referral_id", "referral_id"),
        Index("ix_subject_relation_to_id", "to_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    of_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id", ondelete="CASCADE"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id", ondelete="CASCADE"))
    kind: Mapped[RelationKind] = mapped_column(words(RelationKind))
    since: Mapped[date | None]
    until: Mapped[date | None]
