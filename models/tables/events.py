"""Systems of participants that are told when something happens, and what became of telling them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.events import EventKind
from models.tables.base import Base, HouseId, Id, words

OWED = "sent_at IS NULL AND gave_up_at IS NULL AND dropped_at IS NULL"


class Subscription(Base):
    """A system of a participant that hears of events. Its secret is sealed; the doors write it and never read it."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("url LIKE 'https://%'", name="is_secure"),
        CheckConstraint("cardinality(kinds) > 0", name="hears_of_something"),
        Index("ix_subscription_open", "organisation_id", "url", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_subscription_house_id", "house_id", "id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    url: Mapped[str]
    kinds: Mapped[list[str]]
    secret: Mapped[bytes] = mapped_column(deferred=True)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class EventDelivery(Base):
    """One event for one subscription. Its id is the id of the event: every try carries the same.

    `dropped_at`: who was to hear of it may not any more. What it is about is for the engine, not for who keeps a house.
    """

    __tablename__ = "event_delivery"
    __table_args__ = (
        CheckConstraint("num_nonnulls(sent_at, gave_up_at, dropped_at) <= 1", name="ends_once"),
        CheckConstraint("(kind = 'proef') = (case_id IS NULL)", name="is_about_a_case"),
        Index("ix_event_delivery_owed", "next_try_at", postgresql_where=text(OWED)),
        Index("ix_event_delivery_subscription_id", "subscription_id", "happened_at", "id"),
        Index("ix_event_delivery_case_id", "case_id"),
        Index("ix_event_delivery_happened_at", "happened_at"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscription.id", ondelete="CASCADE"))
    kind: Mapped[EventKind] = mapped_column(words(EventKind))
    about_id: Mapped[UUID] = mapped_column(deferred=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), deferred=True)
    happened_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
