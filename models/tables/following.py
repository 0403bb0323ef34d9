"""What following a case leaves: packages handed over, when to report again, watches, and what was raised to whom."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import EscalatedTo, EscalationEnd, HandoverWay


class Handover(Base):
    """What goes to who follows the case from now, and whether they accepted: a participant itself, others by name."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("(receiver_id IS NULL) = (receiver <> '')", name="has_one_receiver"),
        CheckConstraint("(answered_at IS NULL) = (accepted IS NULL)", name="answered_at_a_moment"),
        CheckConstraint(
            "receiver_id IS NOT NULL OR (accepted_by <> '' AND accepted_on IS NOT NULL)",
            name="outside_by_name_and_date",
        ),
        CheckConstraint("receiver_id IS NOT NULL OR items = '{}'", name="no_information_outside"),
        CheckConstraint("accepted IS DISTINCT FROM false OR reason <> ''", name="refused_with_a_reason"),
        Index(
            "ix_handover_live", "case_id", unique=True,
            postgresql_where=text("withdrawn_at IS NULL AND accepted IS DISTINCT FROM false"),
        ),
        Index("ix_handover_case_id", "case_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    receiver_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    receiver: Mapped[str]  #: who is no participant, by name
    note: Mapped[str]
    items: Mapped[list[UUID]]  #: the information that goes with it
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]
    accepted_by: Mapped[str]  #: who said so for a party outside Pols
    accepted_on: Mapped[date | None]
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime | None]


class HandoverLine(Base):
    """What becomes of one open commitment."""

    __tablename__ = "handover_line"
    __table_args__ = (
        CheckConstraint("way = 'overgedragen' OR note <> ''", name="says_why"),
        Index("ix_handover_line_case_id", "case_id"),
        Index("ix_handover_line_commitment_id", "commitment_id"),
    )

    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id", ondelete="CASCADE"), primary_key=True)
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    way: Mapped[HandoverWay] = mapped_column(words(HandoverWay))
    note: Mapped[str]


class RereferralCriterion(Base):
    """When to report again, what to do then and whom to call. Shielded with the case when it closes."""

    __tablename__ = "rereferral_criterion"
    __table_args__ = (
        CheckConstraint("criterion <> ''", name="says_when"),
        Index("ix_rereferral_criterion_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    criterion: Mapped[str]
    to_do: Mapped[str]
    to_call: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class Watch(Base):
    """A *waakvlam*: who keeps an eye on what, decided by public participants, until a day that is set beforehand."""

    __tablename__ = "watch"
    __table_args__ = (
        CheckConstraint("body <> ''", name="says_what"),
        CheckConstraint("until > started_at", name="ends_later"),
        CheckConstraint("until <= started_at + interval '366 days'", name="is_not_for_ever"),
        Index("ix_watch_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    body: Mapped[str]
    started_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    signalled: Mapped[bool] = mapped_column(default=False)


class Escalation(Base):
    """Something that is stuck, raised to a level of the house: the whole case, a commitment or a duty."""

    __tablename__ = "escalation"
    __table_args__ = (
        CheckConstraint("num_nonnulls(about_duty_id, commitment_id) <= 1", name="is_about_one_thing"),
        CheckConstraint("level >= 1", name="level_counts_from_one"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ends_one_way"),
        CheckConstraint("ended_as IS DISTINCT FROM 'beantwoord' OR answer <> ''", name="answered_with_words"),
        Index(
            "ix_escalation_open", "case_id", "about_duty_id", "commitment_id", unique=True,
            postgresql_where=text("ended_at IS NULL"), postgresql_nulls_not_distinct=True,
        ),
        Index("ix_escalation_case_id", "case_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    about_duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty.id", ondelete="CASCADE"))
    commitment_id: Mapped[UUID | None] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"))
    level: Mapped[int]
    name: Mapped[str]
    who: Mapped[EscalatedTo] = mapped_column(words(EscalatedTo))
    reason: Mapped[str]
    raised_at: Mapped[datetime]
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[EscalationEnd | None] = mapped_column(words(EscalationEnd))
    answer: Mapped[str]
