"""One case per admitted person (design §3): the others of a report get a case beside the first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect, select

from models import process
from models.casebook import phases
from models.casebook.frame import Frame
from models.tables.base import Base, new_id
from models.tables.cases import Case, CriterionJudgement, Decision, DecisionDecider
from models.tables.engine import Lease
from models.tables.referrals import Subject
from models.words import Outcome, Phase


async def open_beside(frame: Frame, subject: Subject, decision: Decision, judged: Sequence[CriterionJudgement]) -> None:
    """A case of its own for another person of the same report, by the same decision; it starts where this one goes.

    It stands on what was judged of this person (R4), and is linked to no other: that takes a test of its own (R19).
    """
    case, now = frame.case, frame.work.now
    beside = Case(
        id=new_id(), house_id=case.house_id, number=f"{case.number}-{subject.id.hex[-4:]}",
        referral_id=case.referral_id, reporter_organisation_id=case.reporter_organisation_id,
        reporter_person_id=case.reporter_person_id, sponsor_organisation_id=case.sponsor_organisation_id,
        phase=Phase.SCREENING, municipality=case.municipality, themes=case.themes, urgent=case.urgent,
        high_risk=case.high_risk, process_version=process.VERSION, outcome=Outcome.ADMITTED,
        reported_at=case.reported_at, admitted_at=now, last_event_at=now, beside=True,
    )  # fmt: skip
    frame.work.session.add(beside)
    await frame.work.session.flush()
    subject.case_id = beside.id
    frame.work.session.add(Lease(case_id=beside.id, house_id=case.house_id, token=0))
    other = Frame(frame.work, beside, frame.house_organisation_id, frame.policy)
    await phases.enter(other, Phase.REGIE)
    await _decided_too(other, decision, judged)
    other.note("casus naast", "casus", beside.id, referral_id=case.referral_id, naast=case.id)


async def _decided_too(beside: Frame, decision: Decision, judged: Sequence[CriterionJudgement]) -> None:
    """Who decided is also kept with the case beside (R3); what was judged of this person goes along (R4)."""
    session, case = beside.work.session, beside.case
    twin = Decision(**_row(Decision, decision) | {"id": new_id(), "case_id": case.id, "visit_id": beside.visit_id})
    session.add(twin)
    await session.flush()
    deciders = await session.scalars(select(DecisionDecider).where(DecisionDecider.decision_id == decision.id))
    for one in list(deciders):
        own = {"decision_id": twin.id, "case_id": case.id}
        session.add(DecisionDecider(**_row(DecisionDecider, one) | own))
    for judgement in judged:
        judgement.adopted_by = decision.id
        its = _row(CriterionJudgement, judgement) | {"subject_id": None}
        session.add(CriterionJudgement(**its | {"id": new_id(), "case_id": case.id, "adopted_by": twin.id}))


def _row(table: type[Base], one: Base) -> dict[str, Any]:
    return {column.key: getattr(one, column.key) for column in inspect(table).column_attrs}
