"""What signing in needs: accounts, identities of a provider, known browsers, counted attempts, begun sign-ins."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, HouseId, Id


class LocalAccount(Base):
    """A password and a second factor of one person, where no provider of an organisation vouches for them."""

    __tablename__ = "local_account"
    __table_args__ = (
        CheckConstraint("login = lower(login)", name="login_is_in_small_letters"),
        CheckConstraint(
            "enrolled_at IS NULL OR (password_hash IS NOT NULL AND totp_secret IS NOT NULL)",
            name="enrolled_with_both_factors",
        ),
        CheckConstraint("(invite_hash IS NULL) = (invite_until IS NULL)", name="invited_until"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    house_id: Mapped[HouseId]
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    totp_secret: Mapped[bytes | None]  #: sealed with the key of the operator
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)  #: the last half minute whose code was used
    invite_hash: Mapped[bytes | None] = mapped_column(unique=True)
    invite_until: Mapped[datetime | None]
    enrolled_at: Mapped[datetime | None]


class Identity(Base):
    """Somebody as an OpenID Connect provider knows them."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("person_id", "issuer", name="uq_identity_person_id_issuer"),)

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    house_id: Mapped[HouseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    bound_at: Mapped[datetime]


class KnownDevice(Base):
    """A browser in which somebody signed in before: what others try elsewhere does not count for it."""

    __tablename__ = "known_device"
    __table_args__ = (Index("ix_known_device_person_id", "person_id"),)

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


class SignInBudget(Base):
    """How often signing in failed, by the hash of who tried from where."""

    __tablename__ = "sign_in_budget"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="counts_up"),
        Index("ix_sign_in_budget_last_at", "last_at"),
    )

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class SignInFlow(Base):
    """A sign-in that went to the provider and has not come back; good once, for minutes, in one browser."""

    __tablename__ = "sign_in_flow"
    __table_args__ = (Index("ix_sign_in_flow_expires_at", "expires_at"),)

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
