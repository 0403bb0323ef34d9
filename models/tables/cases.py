"""The case: where it stands, who is involved, what was decided, what is known."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, CaseId, HouseId, Id, words
from models.words import DecisionKind, OrganisationKind, Outcome, Phase, Standing

LID1_ONLY = (
    "'in_procesregie_nemen', 'korte_route', 'advies_geven', 'doorverwijzen', 'bundelen', 'afwijzen',"
    " 'betrokken_deelnemers_kiezen', 'deelnemer_toevoegen', 'deelnemer_laten_gaan', 'regie_beeindigen',"
    " 'waakvlam_instellen', 'afsluiten', 'ontsluiten'"
)


class Case(Base):
    """One betrokkene, from report to closure. Columns here are process facts; no text about a person."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("house_id", "number"),
        CheckConstraint("(phase = 'afgesloten') = (closed_at IS NOT NULL)", name="closed_has_a_moment"),
        Index("ix_cases_house_phase", "house_id", "phase", "reported_at", "id"),
        Index("ix_cases_house_id", "house_id", "reported_at", "id"),
        Index("ix_cases_open", "house_id", "phase", "reported_at", "id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_cases_director_id", "director_id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_cases_reporter_organisation_id", "reporter_organisation_id"),
        Index("ix_cases_case_director_id", "case_director_id", postgresql_where=text("case_director_id IS NOT NULL")),
        Index("ix_cases_referral_id", "referral_id"),
        Index("ix_cases_erase_at", "erase_at", postgresql_where=text("erase_at IS NOT NULL")),
        Index("ix_cases_quiet", "house_id", "last_event_at", postgresql_where=text("phase = 'monitoring'")),
        Index("ix_cases_admitted", "house_id", "admitted_at", postgresql_where=text("admitted_at IS NOT NULL")),
        Index("ix_cases_hold_until", "house_id", "hold_until", postgresql_where=text("hold_until IS NOT NULL")),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    number: Mapped[str]
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referral.id", use_alter=True))
    reporter_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    reporter_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sponsor_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    director_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    case_director_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    phase: Mapped[Phase] = mapped_column(words(Phase))
    visit_id: Mapped[UUID | None]
    round: Mapped[int] = mapped_column(default=1)
    plan_version: Mapped[int] = mapped_column(default=0)
    municipality: Mapped[str] = mapped_column(default="")
    themes: Mapped[list[str]]
    urgent: Mapped[bool] = mapped_column(default=False)
    high_risk: Mapped[bool] = mapped_column(default=False)
    process_version: Mapped[int]
    outcome: Mapped[Outcome | None] = mapped_column(words(Outcome))
    reported_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    erase_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime]
    hold_since: Mapped[datetime | None]
    hold_until: Mapped[datetime | None]
    unshielded_until: Mapped[datetime | None]
    beside: Mapped[bool] = mapped_column(default=False, server_default="false")  #: of another person of its report
    linked_to: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="SET NULL"))


class Visit(Base):
    """One stay of a case in a phase."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_one_open", "case_id", unique=True, postgresql_where=text("left_at IS NULL")),
        Index("ix_visit_case_id", "case_id"),
        Index("ix_visit_left", "house_id", "left_at", postgresql_where=text("left_at IS NOT NULL")),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    phase: Mapped[Phase] = mapped_column(words(Phase))
    round: Mapped[int] = mapped_column(default=1)
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Decision(Base):
    """Written once, never updated; a mistake is corrected by a new one."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("id", "kind"),
        CheckConstraint("registered_by IS NOT NULL OR triggered_by IS NOT NULL", name="somebody_or_a_rule"),
        Index("ix_decision_case_id", "case_id", "at"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    visit_id: Mapped[UUID]
    kind: Mapped[DecisionKind] = mapped_column(words(DecisionKind))
    at: Mapped[datetime]
    decided_at: Mapped[datetime]
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    on_behalf_of: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    triggered_by: Mapped[str | None]
    meeting_id: Mapped[UUID | None]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]]


class DecisionDecider(Base):
    """Who decided. The keys repeat R3: what only public participants decide cannot be stored otherwise."""

    __tablename__ = "decision_decider"
    __table_args__ = (
        ForeignKeyConstraint(
            ["decision_id", "decision_kind"], ["decision.id", "decision.kind"], ondelete="CASCADE",
            name="fk_decision_decider_decision",
        ),
        ForeignKeyConstraint(
            ["organisation_id", "organisation_kind"], ["organisation.id", "organisation.kind"],
            name="fk_decision_decider_organisation",
        ),
        CheckConstraint(
            f"decision_kind NOT IN ({LID1_ONLY}) OR organisation_kind = 'publieke_deelnemer'",
            name="public_participants_decide",
        ),
    )  # fmt: skip

    decision_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    decision_kind: Mapped[DecisionKind] = mapped_column(words(DecisionKind))
    organisation_id: Mapped[UUID]
    organisation_kind: Mapped[OrganisationKind] = mapped_column(words(OrganisationKind))


class Involvement(Base):
    """How an organisation stands to a case, from when to when (WGS 2.31(4)); leaving ends access at once."""

    __tablename__ = "involvement"
    __table_args__ = (
        Index(
            "ix_involvement_current", "organisation_id", "case_id", "standing", unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_involvement_case_id", "case_id"),
    )  # fmt: skip

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    standing: Mapped[Standing] = mapped_column(words(Standing))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class CriterionJudgement(Base):
    """Whether a criterion of BGS 2.20(1) is met: prepared by the triage officer, adopted by who admits (R4)."""

    __tablename__ = "criterion_judgement"
    __table_args__ = (
        CheckConstraint("criterion IN ('a', 'b', 'c', 'd')", name="criterion_is_known"),
        Index("ix_criterion_judgement_case_id", "case_id"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    #: of somebody else of the report, until they have a case of their own; nobody: of the person of this case
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subject.id", ondelete="CASCADE"))
    criterion: Mapped[str]
    met: Mapped[bool]
    motivation: Mapped[str]
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime]
    adopted_by: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))


class Document(Base):
    """A rendered text of a case: minutes, outcome, closing letter."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("case_id", "kind", "ref"), Index("ix_document_case_id", "case_id"))

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    kind: Mapped[str]
    ref: Mapped[UUID]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    body: Mapped[str]


class Hold(Base):
    """A stretch in which the process clocks of a case, or of one duty, stand still: a ledger, not a moved date."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_a_reason"),
        Index("ix_hold_case_id", "case_id"),
        Index("ix_hold_one_duty", "house_id", postgresql_where=text("duty_id IS NOT NULL AND ended_at IS NULL")),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    case_id: Mapped[CaseId]
    duty_id: Mapped[UUID | None]
    since: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str]


class ErasedReport(Base):
    """What stays of an erased report: a count without a person (R5). Its day is the first of its quarter."""

    __tablename__ = "erased_report"
    __table_args__ = (
        CheckConstraint("reported_on = date_trunc('quarter', reported_on::timestamp)::date", name="no_day"),
        Index("ix_erased_report_house_id", "house_id", "reported_on"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    reported_on: Mapped[date]
    erased_at: Mapped[datetime]
    municipality: Mapped[str]
    reporter_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    themes: Mapped[list[str]]
    waited: Mapped[int | None]  #: working days until the first response


class ErasedVisit(Base):
    """How long an erased report was in a phase: of which report it was, nothing tells."""

    __tablename__ = "erased_visit"
    __table_args__ = (
        CheckConstraint("left_in = date_trunc('quarter', left_in::timestamp)::date", name="no_day"),
        Index("ix_erased_visit_house_id", "house_id", "left_in"),
    )

    id: Mapped[Id]
    house_id: Mapped[HouseId]
    phase: Mapped[Phase] = mapped_column(words(Phase))
    left_in: Mapped[date]
    working_days: Mapped[int]
