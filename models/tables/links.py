"""References, links and pins: how somebody answers who does not sign in. Of each secret only a hash is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id


class Reference(Base):
    """What a message calls a duty, or a case where it is about no duty, for one person. It tells nothing.

    Beside it what this person said with a link alone.
    """

    __tablename__ = "reference"
    __table_args__ = (
        CheckConstraint("code ~ '^[2-9CDFGHJKMNPQRTVWX]{8}$'", name="code_is_readable"),
        Index("ix_reference_of_duty", "person_id", "duty_id", unique=True,
              postgresql_where=text("duty_id IS NOT NULL")),
        Index("ix_reference_of_case", "person_id", "case_id", unique=True, postgresql_where=text("duty_id IS NULL")),
        Index("ix_reference_case_id", "case_id"),
        Index("ix_reference_duty_id", "duty_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    code: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    case_id: Mapped[CaseId]
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    more_time_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]


class AnswerLink(Base):
    """A link in one message, or one that was opened by typing a reference and its code.

    `factor`: the second factor that was given with it, in the browser with this secret.
    """

    __tablename__ = "answer_link"
    __table_args__ = (
        CheckConstraint("expires_at > made_at AND expires_at <= made_at + interval '42 days'", name="ends"),
        CheckConstraint("num_nonnulls(factor_hash, factor_at, factor) IN (0, 3)", name="factor_is_whole"),
        Index("ix_answer_link_reference_id", "reference_id", "made_at"),
        Index("ix_answer_link_message_id", "message_id"),
        Index("ix_answer_link_meeting_id", "meeting_id"),
        Index("ix_answer_link_expires_at", "expires_at"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    reference_id: Mapped[UUID] = mapped_column(ForeignKey("reference.id", ondelete="CASCADE"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("outbox.id", ondelete="SET NULL"))
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    code_hash: Mapped[bytes | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    code_used_at: Mapped[datetime | None]
    factor_hash: Mapped[bytes | None]
    factor_at: Mapped[datetime | None]
    factor: Mapped[str | None]


class AnswerPin(Base):
    """The pin of somebody who answers by link (argon2id)."""

    __tablename__ = "answer_pin"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    pin_hash: Mapped[str] = mapped_column(deferred=True)  # the doors may write it; only a function answers it
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
