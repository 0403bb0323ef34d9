"""When somebody wants to hear of what, and in which language."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.messages import Language
from models.preferences import When
from models.tables.base import Base, HouseId, words

#: one constraint says it for all groups: a name of a constraint is used once
_WHEN = Enum(
    When, native_enum=False, length=48, create_constraint=False, values_callable=lambda members: [*map(str, members)]
)


class Preference(Base):
    """What somebody chose; who has no row gets everything at once, and reminders once a day."""

    __tablename__ = "preference"
    __table_args__ = (
        CheckConstraint(
            "CAST(ARRAY[announcements, reminders, meetings, outcomes, own_report] AS text[])"
            " <@ ARRAY['meteen', 'dagbundel', 'niet']",
            name="choices_are_known",
        ),
        CheckConstraint("NOT (announcements = 'niet' AND reminders = 'niet')", name="hears_of_tasks"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_hours_begin_and_end"),
        CheckConstraint(
            "quiet_from <> quiet_until AND CASE WHEN quiet_from < quiet_until THEN quiet_until - quiet_from"
            " ELSE quiet_until - quiet_from + interval '24 hours' END <= interval '16 hours'",
            name="quiet_hours_end",
        ),
        CheckConstraint(
            "NOT CASE WHEN quiet_from < quiet_until THEN digest_at >= quiet_from AND digest_at < quiet_until"
            " ELSE digest_at >= quiet_from OR digest_at < quiet_until END",
            name="bundle_is_not_in_quiet_hours",
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    announcements: Mapped[When] = mapped_column(_WHEN)
    reminders: Mapped[When] = mapped_column(_WHEN)
    meetings: Mapped[When] = mapped_column(_WHEN)
    outcomes: Mapped[When] = mapped_column(_WHEN)
    own_report: Mapped[When] = mapped_column(_WHEN)
    digest_at: Mapped[time]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    language: Mapped[Language] = mapped_column(words(Language))
    set_at: Mapped[datetime]
