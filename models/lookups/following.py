"""What following a case left: packages, criteria to report again, watches, escalations. Each is asked whole."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, not_, or_, select

from models import visibility
from models.items import WHEREABOUTS
from models.lookups import plan
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.duties import Duty
from models.tables.following import Escalation, Handover, HandoverLine, RereferralCriterion, Watch
from models.tables.items import InfoItem
from models.transactions import Work
from models.visibility import DutyOwner


async def handover(work: Work, handover_id: UUID) -> Handover:
    """One package. Raises NotFound."""
    found = await work.session.get(Handover, handover_id)
    if found is None:
        raise NotFound("Deze overdracht")
    return found


async def handovers(work: Work, case_id: UUID) -> list[Handover]:
    """What was offered, the newest first, as far as the actor reads the case."""
    statement = select(Handover).where(Handover.case_id == case_id)
    return list(await work.session.scalars(statement.order_by(Handover.made_at.desc(), Handover.id.desc())))


async def lines(work: Work, case_id: UUID, facts: CaseFacts, handover_ids: Sequence[UUID]) -> list[HandoverLine]:
    """What becomes of each commitment in these packages, of those that the actor may read (R13)."""
    statement = select(HandoverLine).where(HandoverLine.handover_id.in_(handover_ids))
    found = await work.session.scalars(statement.order_by(HandoverLine.commitment_id))
    may = await plan.readable(work, case_id, facts)
    return [one for one in found if one.commitment_id in may]


async def all_lines(work: Work, handover_id: UUID) -> list[HandoverLine]:
    """What becomes of each commitment in a package, for the act that settles it."""
    return list(await work.session.scalars(select(HandoverLine).where(HandoverLine.handover_id == handover_id)))


async def readable_by(work: Work, case_id: UUID, organisation_id: UUID) -> set[UUID]:
    """Of the information that the actor may read, what an involved organisation may read as well (R13)."""
    finds = func.pols_may_find(InfoItem.subject_id, organisation_id, None)
    statement = select(InfoItem.id).where(
        InfoItem.case_id == case_id, InfoItem.withdrawn_at.is_(None),
        not_(InfoItem.excluded.contains([organisation_id])),
        or_(func.cardinality(InfoItem.only_for) == 0, InfoItem.only_for.contains([organisation_id])),
        or_(InfoItem.category.not_in(WHEREABOUTS), finds),
    )  # fmt: skip
    return set(await work.session.scalars(statement))


async def criteria(work: Work, case_id: UUID) -> list[RereferralCriterion]:
    """When to report again, for who reads the case; of a closed case nobody does (R22)."""
    statement = select(RereferralCriterion).where(RereferralCriterion.case_id == case_id)
    return list(await work.session.scalars(statement.order_by(RereferralCriterion.made_at, RereferralCriterion.id)))


async def has_earlier_criteria(work: Work, case_id: UUID) -> bool:
    """That there are criteria in a closed case of the same person: for who screens a new report, and not which."""
    return bool(await work.session.scalar(select(func.pols_has_criteria(case_id))))


async def watch(work: Work, watch_id: UUID) -> Watch:
    """One watch. Raises NotFound."""
    found = await work.session.get(Watch, watch_id)
    if found is None:
        raise NotFound("Deze waakvlam")
    return found


async def watches(work: Work, case_id: UUID) -> list[Watch]:
    """Who keeps or kept watch, for who reads the case and for who decided it."""
    statement = select(Watch).where(Watch.case_id == case_id).order_by(Watch.started_at.desc(), Watch.id.desc())
    return list(await work.session.scalars(statement))


async def escalation(work: Work, case_id: UUID, escalation_id: UUID) -> Escalation:
    """One of this case. Raises NotFound."""
    found = await work.session.get(Escalation, escalation_id)
    if found is None or found.case_id != case_id:
        raise NotFound("Deze escalatie")
    return found


async def open_escalation(
    work: Work, case_id: UUID, duty_id: UUID | None, commitment_id: UUID | None
) -> Escalation | None:
    """What waits for an answer about this duty, this commitment, or the case as a whole."""
    statement = select(Escalation).where(
        Escalation.case_id == case_id, Escalation.ended_at.is_(None),
        Escalation.about_duty_id.is_not_distinct_from(duty_id),
        Escalation.commitment_id.is_not_distinct_from(commitment_id),
    )  # fmt: skip
    return (await work.session.scalars(statement)).one_or_none()


async def escalations(work: Work, case_id: UUID, facts: CaseFacts) -> list[Escalation]:
    """What was raised, the newest first, for who reads the case and sees what it is about."""
    statement = select(Escalation).where(Escalation.case_id == case_id)
    found = await work.session.scalars(statement.order_by(Escalation.raised_at.desc(), Escalation.id.desc()))
    duties = {one.id: one for one in await work.session.scalars(select(Duty).where(Duty.case_id == case_id))}
    may = await plan.readable(work, case_id, facts)

    def seen(one: Escalation) -> bool:
        duty = duties.get(one.about_duty_id) if one.about_duty_id else None
        if one.about_duty_id and (duty is None or not _lists(work, facts, duty)):
            return False
        return one.commitment_id is None or one.commitment_id in may

    return [one for one in found if seen(one)]


def _lists(work: Work, facts: CaseFacts, duty: Duty) -> bool:
    return visibility.lists_duty(work.actor, facts, owner=DutyOwner.of(duty), kind=duty.kind)
