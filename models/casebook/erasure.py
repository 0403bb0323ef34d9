"""Real erasure of reports that did not become a case (R5, BGS 1.16(1)(b)). The database refuses it before its day."""

from uuid import UUID

from sqlalchemy import select, text

from models.casebook.frame import audit
from models.tables.cases import Case
from models.transactions import Work
from models.words import Phase


async def due(work: Work, most: int = 100) -> list[UUID]:
    """Reports whose day of erasure has come."""
    statement = select(Case.id).where(Case.erase_at <= work.now, Case.phase == Phase.CLOSED).order_by(Case.erase_at)
    return list(await work.session.scalars(statement.limit(most)))


async def erase(work: Work, case_id: UUID) -> bool:
    """Erase the report, the people in it, and everything that hangs on it; what stays is a count."""
    house_id = await work.session.scalar(select(Case.house_id).where(Case.id == case_id))
    erased = bool(await work.session.scalar(text("SELECT pols_erase_report(:case)"), {"case": case_id}))
    if erased:
        await work.session.execute(text("DELETE FROM outbox WHERE :case = ANY (case_ids)"), {"case": case_id})
        audit(work, "gewist", "casus", case_id, case_id=case_id, house_id=house_id)
    return erased
