"""What is owed: in a case, by an organisation, by the person who asks."""

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute

from models.clocks import AMSTERDAM
from models.refusals import NotFound
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.trail import History
from models.transactions import Work
from models.words import DutyKind


def is_open() -> ColumnElement[bool]:
    """Neither answered, lapsed nor withdrawn."""
    moments: tuple[InstrumentedAttribute[object], ...] = (Duty.answered_at, Duty.lapsed_at, Duty.withdrawn_at)
    return and_(*(moment.is_(None) for moment in moments))


@cache
def _open() -> Select[Duty]:
    """Made once: every verb asks it."""
    return select(Duty).where(Duty.case_id == bindparam("case"), is_open()).order_by(Duty.due_at, Duty.id)


async def open_in_case(work: Work, case_id: UUID, kinds: Iterable[DutyKind] | None = None) -> list[Duty]:
    """The open duties of a case, oldest due first; of these kinds when given."""
    statement = _open() if kinds is None else _open().where(Duty.kind.in_(list(kinds)))
    return list(await work.session.scalars(statement, {"case": case_id}))


async def duty_with_case(work: Work, duty_id: UUID) -> tuple[Duty, Case]:
    """A duty and its case. Raises NotFound."""
    row = (
        await work.session.execute(select(Duty, Case).join(Case, Case.id == Duty.case_id).where(Duty.id == duty_id))
    ).one_or_none()
    if row is None:
        raise NotFound("Deze taak")
    return row[0], row[1]


async def was_nudged(work: Work, duty: Duty, today: date) -> bool:
    """Somebody sent a reminder about this duty by hand on this day."""
    found = await work.session.scalar(
        select(History.id).where(
            History.case_id == duty.case_id, History.what == "herinnerd", History.facts["taak"].astext == str(duty.id),
            History.at >= datetime.combine(today, time(), AMSTERDAM),
        ).limit(1)
    )  # fmt: skip
    return found is not None
