"""What the engine needs to conduct cases: work owed, leases, runs, mail. Ids and codes only, never a text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import WorkKind


class JournalEntry(Base):
    """One piece of outside work that a transaction left for the flow; done at most once."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("case_id", "visit_id", "key"),
        Index("ix_journal_entry_owed", "next_try_at", postgresql_where=text("done_at IS NULL")),
        Index("ix_journal_entry_case_owed", "case_id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    key: Mapped[str]
    kind: Mapped[WorkKind] = mapped_column(words(WorkKind))
    about_id: Mapped[UUID]
    actor_person_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None]
    next_try_at: Mapped[datetime]
    gave_up_at: Mapped[datetime | None]


class Lease(Base):
    """Who conducts a case now. The token fences: only its holder can commit."""

    __tablename__ = "lease"

    case_id: Mapped[CaseId] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    token: Mapped[int] = mapped_column(BigInteger, default=0)
    holder: Mapped[str | None]
    expires_at: Mapped[datetime | None]


class EngineRun(Base):
    """Which flow run conducts a case; a new epoch when a run had to be made again."""

    __tablename__ = "engine_run"

    case_id: Mapped[CaseId] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    flow_run_id: Mapped[UUID] = mapped_column(unique=True)
    made_at: Mapped[datetime]


_OWED = "sent_at IS NULL AND gave_up_at IS NULL"
_FAILED = "gave_up_at IS NOT NULL OR bounced_at IS NOT NULL"
_RETURNED = "bounced_at IS NOT NULL AND rerouted_at IS NULL"
_REMINDS = "template IN ('herinnering', 'leidinggevende')"


class Message(Base):
    """A row of the outbox: one message to one person. Ids and case numbers only.

    `resends`: the message that did not arrive, in whose place this one goes out; `by_itself`: Pols saw to that.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_owed", "next_try_at", postgresql_where=text(_OWED)),
        Index("ix_outbox_queue", "rank", "created_at", "id", postgresql_where=text(_OWED)),
        Index("ix_outbox_waits_for", "recipient_id", postgresql_where=text(_OWED)),
        Index("ix_outbox_waiting", "house_id", "created_at", "id", postgresql_where=text(_OWED)),
        Index("ix_outbox_house_id", "house_id", "created_at", "id"),
        Index("ix_outbox_opened", "house_id", "created_at", "id", postgresql_where=text("opened_at IS NOT NULL")),
        Index("ix_outbox_sent_at", "sent_at"),
        Index("ix_outbox_undeliverable", "house_id", postgresql_where=text(_FAILED)),
        Index("ix_outbox_returned", "bounced_at", postgresql_where=text(_RETURNED)),
        Index("ix_outbox_case_ids", "case_ids", postgresql_using="gin"),
        Index("ix_outbox_resends", "resends", postgresql_where=text("resends IS NOT NULL")),
        CheckConstraint("bounced_at IS NULL OR sent_at IS NOT NULL", name="bounced_was_sent"),
        CheckConstraint("rerouted_at IS NULL OR bounced_at IS NOT NULL", name="rerouted_had_bounced"),
        CheckConstraint("NOT by_itself OR resends IS NOT NULL", name="by_itself_for_another"),
        Index("ix_outbox_part_of", "part_of", postgresql_where=text("part_of IS NOT NULL")),
        Index(
            "ix_outbox_unplanned",
            "next_try_at",
            postgresql_where=text("planned_at IS NULL AND sent_at IS NULL AND gave_up_at IS NULL"),
        ),
        Index("ix_outbox_reminded", "recipient_id", "sent_at", postgresql_where=text(_REMINDS)),
        Index(
            "ix_outbox_reminders",
            "planned_at",
            postgresql_where=text(f"{_REMINDS} AND sent_at IS NULL AND gave_up_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    key: Mapped[str] = mapped_column(unique=True)
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    template: Mapped[str]
    case_ids: Mapped[list[UUID]]
    lines: Mapped[list[Any]]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]  #: the page where it can be answered was visited
    answered_at: Mapped[datetime | None]  #: all it asked was answered, here or elsewhere
    bounced_at: Mapped[datetime | None]  #: the relay took it, the mailbox did not
    rerouted_at: Mapped[datetime | None]  #: who else may know was looked for, and told when there was anybody
    rank: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")  #: 0: it hurries, by a trigger
    by_itself: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    resends: Mapped[UUID | None] = mapped_column(ForeignKey("outbox.id", ondelete="SET NULL"))
    planned_at: Mapped[datetime | None]  #: when it was decided when it goes
    part_of: Mapped[UUID | None] = mapped_column(ForeignKey("outbox.id", ondelete="SET NULL"))  #: the bundle it went in


class Clock(Base):
    """How far the process clock is moved: zero in production, months in a test."""

    __tablename__ = "clock"
    __table_args__ = (
        CheckConstraint("single", name="one_row"),
        CheckConstraint("NOT locked OR shift_seconds = 0", name="never_moved_in_production"),
    )

    single: Mapped[bool] = mapped_column(primary_key=True, default=True)
    shift_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    locked: Mapped[bool] = mapped_column(default=False)
