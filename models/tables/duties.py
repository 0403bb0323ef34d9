"""What is owed, the rungs that chase it and the answers that end it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.clocks import Unit
from models.ladder import Step
from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import DutyKind, Role, TermChange

#: among the facts of an answer
BY_LINK = "metLink"
OPEN = "answered_at IS NULL AND lapsed_at IS NULL AND withdrawn_at IS NULL"


class Duty(Base):
    """Somebody owes something to a case before a moment. Its state follows from its moments."""

    __tablename__ = "duty"
    __table_args__ = (
        CheckConstraint("num_nonnulls(answered_at, lapsed_at, withdrawn_at) <= 1", name="ends_once"),
        CheckConstraint("extra >= 0", name="extended_only"),
        CheckConstraint(
            "ended_as IS NULL OR (kind, ended_as) NOT IN (('bekend_of_niet_bekend', 'geen_mededeling'),"
            " ('informatie_aanleveren', 'geweigerd'))", name="no_private_answer",
        ),
        Index("ix_duty_open_by_case", "case_id", postgresql_where=text(OPEN)),
        Index("ix_duty_open_by_owner", "owner_organisation_id", "due_at", postgresql_where=text(OPEN)),
        Index("ix_duty_exhausted", "house_id", "exhausted_at",
              postgresql_where=text(f"exhausted_at IS NOT NULL AND {OPEN}")),
        Index("ix_duty_late", "house_id", "due_at", postgresql_where=text(OPEN)),
        Index("ix_duty_commitments", "house_id", "due_at", postgresql_where=text("kind = 'afspraak_uitvoeren'")),
        Index("ix_duty_first_response", "case_id", "answered_at",
              postgresql_where=text("kind = 'compleetheid_toetsen'")),
        Index("ix_duty_batch_id", "batch_id"),
        Index("ix_duty_case_id", "case_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    kind: Mapped[DutyKind] = mapped_column(words(DutyKind))
    owner_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    owner_role: Mapped[Role | None] = mapped_column(words(Role))
    owner_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    about_id: Mapped[UUID | None]
    batch_id: Mapped[UUID]
    anchor: Mapped[datetime]
    unit: Mapped[Unit] = mapped_column(words(Unit))
    amount: Mapped[int]
    extra: Mapped[int] = mapped_column(default=0, server_default="0")  #: by which it was extended, in the same unit
    fixed_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    due_version: Mapped[int] = mapped_column(default=1)
    explanation: Mapped[str] = mapped_column(default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    lapsed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    ended_as: Mapped[str | None]
    exhausted_at: Mapped[datetime | None]
    lead_proposed_at: Mapped[datetime | None]  #: the ladder proposed to tell who leads at the partner
    lead_told_at: Mapped[datetime | None]  #: who leads at the partner was told
    apart: Mapped[bool] = mapped_column(default=False, server_default="false")  #: between its owner and the house (R13)

    @property
    def proposes_lead(self) -> bool:
        """The ladder proposed to tell who leads at the partner, and nobody did yet."""
        return self.lead_proposed_at is not None and self.lead_told_at is None


class ChangedTerm(Base):
    """A due moment that moved: when, from what to what, by whom (nobody: Pols itself) and why.

    `added` is what an extension gave, in `unit`; `policy_version` the policy that moved it.
    """

    __tablename__ = "term_change"
    __table_args__ = (
        UniqueConstraint("duty_id", "version"),
        CheckConstraint("was_due_at <> due_at", name="really_moved"),
        CheckConstraint("(why = 'verlengd') = (added IS NOT NULL)", name="extension_has_an_amount"),
        CheckConstraint("why <> 'verlengd' OR reason <> ''", name="extension_has_a_reason"),
        Index("ix_term_change_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    version: Mapped[int]
    why: Mapped[TermChange] = mapped_column(words(TermChange))
    reason: Mapped[str] = mapped_column(default="", server_default="")
    was_due_at: Mapped[datetime]
    due_at: Mapped[datetime]
    unit: Mapped[Unit] = mapped_column(words(Unit))
    added: Mapped[int | None]
    policy_version: Mapped[int | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))


class Rung(Base):
    """One step of a duty's ladder: it fires at most once for a version of the due date.

    It is armed while it neither fired nor was dropped. `passed_at`: it came too late to be of use (always with
    `fired_at`); `gave_up_at`: it could not be fired, with a code that says why (always with `dropped_at`).
    A rung with a person is a reminder that this person put off for themselves.
    """

    __tablename__ = "rung"
    __table_args__ = (
        Index("uq_rung_duty_id_step_due_version_nth", "duty_id", "step", "due_version", "nth", unique=True,
              postgresql_where=text("person_id IS NULL")),
        Index("ix_rung_put_off", "duty_id", "person_id", unique=True,
              postgresql_where=text("person_id IS NOT NULL AND fired_at IS NULL AND dropped_at IS NULL")),
        CheckConstraint("nth >= 1", name="nth_counts_from_one"),
        CheckConstraint("(step = 'snoozed') = (person_id IS NOT NULL)", name="put_off_by_somebody"),
        CheckConstraint("passed_at IS NULL OR fired_at IS NOT NULL", name="passed_is_over"),
        CheckConstraint("gave_up_at IS NULL OR dropped_at IS NOT NULL", name="given_up_is_over"),
        Index("ix_rung_armed", "fire_at", postgresql_where=text("fired_at IS NULL AND dropped_at IS NULL")),
        Index("ix_rung_given_up", "house_id", postgresql_where=text("gave_up_at IS NOT NULL")),
        Index("ix_rung_case_id", "case_id"),
        Index("ix_rung_duty_id", "duty_id"),  # to disarm and to erase; the unique ones leave some rungs out
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id", ondelete="CASCADE"))
    step: Mapped[Step] = mapped_column(words(Step))
    nth: Mapped[int] = mapped_column(default=1, server_default="1")  #: a ladder may remind more than once
    due_version: Mapped[int]
    fire_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    passed_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    retry_at: Mapped[datetime | None]
    code: Mapped[str | None]
    gave_up_at: Mapped[datetime | None]


class Answer(Base):
    """What was answered, by whom, and in whose name when the regisseur took it by phone."""

    __tablename__ = "answer"
    __table_args__ = (
        Index("ix_answer_one_valid", "duty_id", unique=True, postgresql_where=text("corrected_at IS NULL")),
        Index("ix_answer_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id", ondelete="CASCADE"))
    outcome: Mapped[str]
    at: Mapped[datetime]
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    spoke_to: Mapped[str | None]
    spoke_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]]

    @property
    def by_link(self) -> bool:
        """It came by the link in a message, without signing in."""
        return BY_LINK in self.facts
