"""What is owed: in a case, by an organisation, by the person who asks."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import cache
from uuid import UUID

from sqlalchemy import CollectionAggregate, ColumnElement, Select, Uuid, and_, any_, bindparam, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from models.clocks import AMSTERDAM
from models.refusals import NotFound
from models.tables.asking import PrivateAnswer
from models.tables.cases import Case
from models.tables.duties import BY_LINK, Answer, Duty
from models.tables.trail import History
from models.transactions import Work
from models.words import DutyKind


def any_of(ids: Iterable[UUID]) -> CollectionAggregate[bool]:
    """One of these: sent as one value, so that a question reads the same however many they are."""
    return any_(literal(list(ids), ARRAY(Uuid())))


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
    return await was_told(work, duty, "herinnerd", today)


async def was_told(work: Work, duty: Duty, what: str, today: date, **facts: str) -> bool:
    """Somebody did this about this duty by hand on this day."""
    found = await work.session.scalar(
        select(History.id).where(
            History.case_id == duty.case_id, History.what == what, History.facts["taak"].astext == str(duty.id),
            History.at >= datetime.combine(today, time(), AMSTERDAM),
            *(History.facts[name].astext == value for name, value in facts.items()),
        ).limit(1)
    )  # fmt: skip
    return found is not None


async def nudged_on(work: Work, duty_ids: Sequence[UUID], day: date) -> frozenset[UUID]:
    """Of these duties the ones about which somebody sent a reminder by hand on this day."""
    if not duty_ids:
        return frozenset()
    rows = await work.session.scalars(
        select(History.facts["taak"].astext).where(
            History.case_id.in_(select(Duty.case_id).where(Duty.id == any_of(duty_ids))), History.what == "herinnerd",
            History.at >= datetime.combine(day, time(), AMSTERDAM),
        )
    )  # fmt: skip
    return frozenset(map(UUID, rows)) & frozenset(duty_ids)


async def grounds_in(work: Work, case_id: UUID) -> list[UUID]:
    """The organisations that named a ground against informing the person, when they were last asked."""
    statement = (
        select(Duty.owner_organisation_id, Duty.ended_as)
        .where(Duty.case_id == case_id, Duty.kind == DutyKind.INFORM_GROUND, Duty.answered_at.is_not(None))
        .order_by(Duty.answered_at, Duty.id)
    )  # fmt: skip
    last = {row.owner_organisation_id: row.ended_as for row in await work.session.execute(statement)}
    return [owner for owner, said in last.items() if said == "grond"]


async def valid_answer(work: Work, duty_id: UUID) -> Answer | None:
    """The answer that counts; one that was corrected does not."""
    statement = select(Answer).where(Answer.duty_id == duty_id, Answer.corrected_at.is_(None))
    return (await work.session.scalars(statement)).one_or_none()


async def private_answer(work: Work, duty_id: UUID) -> PrivateAnswer | None:
    """What the organisation of the actor answered and nobody else knows of (R12)."""
    statement = select(PrivateAnswer).where(
        PrivateAnswer.duty_id == duty_id, PrivateAnswer.organisation_id == work.actor.organisation_id,
        PrivateAnswer.replaced_at.is_(None),
    )  # fmt: skip
    return (await work.session.scalars(statement)).one_or_none()


async def private_answers(work: Work, case_id: UUID) -> dict[UUID, PrivateAnswer]:
    """What the organisation of the actor answered so in a case, by duty."""
    statement = select(PrivateAnswer).where(
        PrivateAnswer.case_id == case_id, PrivateAnswer.organisation_id == work.actor.organisation_id,
        PrivateAnswer.replaced_at.is_(None),
    )  # fmt: skip
    return {one.duty_id: one for one in await work.session.scalars(statement)}


async def was_corrected(work: Work, duty_id: UUID) -> bool:
    """Whether an earlier answer to this was put right."""
    earlier = select(Answer.id).where(Answer.duty_id == duty_id, Answer.corrected_at.is_not(None))
    return await work.session.scalar(earlier.limit(1)) is not None


async def by_phone(work: Work, case_id: UUID) -> list[tuple[Duty, Answer]]:
    """What was noted by phone for the organisation of the actor in a case, or came by link, the newest first."""
    rows = await work.session.execute(
        select(Duty, Answer).join(Answer, Answer.duty_id == Duty.id)
        .where(Answer.case_id == case_id, Answer.corrected_at.is_(None),
               or_(Answer.spoke_at.is_not(None), Answer.facts.has_key(BY_LINK)),
               Answer.organisation_id == work.actor.organisation_id)
        .order_by(Answer.at.desc())
    )  # fmt: skip
    return [(duty, answer) for duty, answer in rows]
