"""Real erasure of reports that did not become a case (R5, BGS 1.16(1)(b)). The database refuses it before its day."""

from uuid import UUID, uuid4

from sqlalchemy import and_, func, select, text

from models import ages
from models.calendars import WorkingCalendar, local
from models.casebook.frame import audit
from models.figures import Quarter
from models.lookups import cases
from models.tables.cases import Case, ErasedVisit, Visit
from models.tables.duties import Duty
from models.transactions import Work
from models.words import DutyKind, Phase


async def due(work: Work, most: int = 100) -> list[UUID]:
    """Reports whose day of erasure has come."""
    statement = select(Case.id).where(Case.erase_at <= work.now, Case.phase == Phase.CLOSED).order_by(Case.erase_at)
    return list(await work.session.scalars(statement.limit(most)))


async def erase(work: Work, case_id: UUID) -> bool:
    """Erase the report, the people in it, and everything that hangs on it; what stays is a count."""
    house_id = await work.session.scalar(select(Case.house_id).where(Case.id == case_id))
    if house_id is None:
        return False
    _, policy = await cases.house_policy(work, house_id)
    waited, visits = await _counted(work, case_id, house_id, policy.calendar())
    facts = {"case": case_id, "waited": waited}
    erased = bool(await work.session.scalar(text("SELECT pols_erase_report(:case, :waited)"), facts))
    if erased:
        work.session.add_all(visits)
        await work.session.execute(text("DELETE FROM outbox WHERE :case = ANY (case_ids)"), {"case": case_id})
        audit(work, "gewist", "casus", case_id, case_id=case_id, house_id=house_id)
    return erased


async def _counted(
    work: Work, case_id: UUID, house_id: UUID, calendar: WorkingCalendar
) -> tuple[int | None, list[ErasedVisit]]:
    """In working days: how long the reporter waited for a first response, and how long each phase took."""
    reported, first = (await work.session.execute(
        select(Case.reported_at, func.min(Duty.answered_at))
        .outerjoin(Duty, and_(Duty.case_id == Case.id, Duty.kind == DutyKind.CHECK_COMPLETENESS))
        .where(Case.id == case_id).group_by(Case.reported_at)
    )).one()  # fmt: skip
    left = await work.session.execute(
        select(Visit.phase, Visit.entered_at, Visit.left_at).where(Visit.case_id == case_id, Visit.left_at.is_not(None))
    )
    visits = [
        ErasedVisit(
            id=uuid4(), house_id=house_id, phase=row.phase, left_in=Quarter.of(local(row.left_at).date()).first,
            working_days=ages.age(row.entered_at, row.left_at, calendar),
        )
        for row in left
    ]  # fmt: skip
    return None if first is None else ages.age(reported, first, calendar), visits
