"""Houses, organisations, people and how they prove who they are."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, HouseId, Id, words
from models.words import OrganisationKind, SignedInBy, TokenScope


class House(Base):
    """A Zorg- en Veiligheidshuis: one work area (BGS 2.18)."""

    __tablename__ = "house"

    id: Mapped[Id]
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    last_number: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime | None]  #: when the self-checks last looked
    bundled_on: Mapped[date | None]  #: the Monday of the week for which the weekly overviews went out


class HousePolicy(Base):
    """A version of a house's own terms, ladders, lists and texts; the newest counts."""

    __tablename__ = "house_policy"
    __table_args__ = (CheckConstraint("length(reason) <= 500", name="reason_is_short"),)

    house_id: Mapped[HouseId] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")  #: why it was changed, by who did


class Organisation(Base):
    """A participant, an incidental third party, or the house itself."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("id", "kind"),
        UniqueConstraint("house_id", "name"),
        Index("ix_organisation_house_itself", "house_id", unique=True, postgresql_where=text("kind = 'huis'")),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    kind: Mapped[OrganisationKind] = mapped_column(words(OrganisationKind))
    name: Mapped[str]
    task: Mapped[str] = mapped_column(default="")
    weekly_overview: Mapped[bool | None]  #: whether it wants one on Monday; None: as the house decides


class Person(Base):
    """Somebody designated by an organisation for this house (R6: designated, screened, trained).

    Away from `absent_from` until `absent_until`, or until they are back; why is nobody's business and is not kept.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email LIKE '%_@_%'", name="email_is_an_address"),
        CheckConstraint("deputy_id <> id", name="deputy_is_another"),
        CheckConstraint("absent_until > absent_from", name="absence_ends_after_it_begins"),
        CheckConstraint(
            "absent_from IS NOT NULL OR (absent_until IS NULL AND deputy_id IS NULL)", name="absence_has_a_beginning"
        ),
        UniqueConstraint("house_id", "email"),
        UniqueConstraint("id", "organisation_id", "house_id"),
        ForeignKeyConstraint(
            ["deputy_id", "organisation_id", "house_id"], ["person.id", "person.organisation_id", "person.house_id"]
        ),
        Index("ix_person_organisation_id", "organisation_id"),
        Index("ix_person_deputy_id", "deputy_id", postgresql_where=text("deputy_id IS NOT NULL")),
        Index("ix_person_absent_from", "house_id", "absent_from", postgresql_where=text("absent_from IS NOT NULL")),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str | None]  #: of their work
    roles: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    screened_until: Mapped[date | None]
    trained_until: Mapped[date | None]
    absent_from: Mapped[datetime | None]
    absent_until: Mapped[datetime | None]
    deputy_id: Mapped[UUID | None]


class ApiToken(Base):
    """A token of one person, or of a system for which that person answers; only its SHA-256 is kept."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_house_id_id", "house_id", "id"),)

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(unique=True, deferred=True)  # the doors may write it and never read it
    name: Mapped[str] = mapped_column(default="")
    scope: Mapped[TokenScope] = mapped_column(words(TokenScope), default=TokenScope.ALL)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]


class WebSession(Base):
    """A signed-in browser; the cookie holds the secret, the table its hash."""

    __tablename__ = "web_session"
    __table_args__ = (
        Index("ix_web_session_person_id", "person_id"),
        Index("ix_web_session_expires_at", "expires_at"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    secret_hash: Mapped[bytes] = mapped_column(unique=True, deferred=True)
    opened_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    factor_at: Mapped[datetime | None]  #: when the second factor was last given
    how: Mapped[SignedInBy] = mapped_column(words(SignedInBy))
