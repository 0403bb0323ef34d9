"""The self-checks as questions, one for each kind of finding, and what was found as the house sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from models.findings import FindingKind
from models.lookups.duties import is_open
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.tables.cases import Case
from models.tables.duties import OPEN, Duty
from models.tables.findings import Finding
from models.tables.people import House
from models.transactions import Work
from models.words import DutyKind

K = FindingKind
_OPEN = OPEN.replace("answered_at", "d.answered_at").replace("lapsed_at", "d.lapsed_at")
_OPEN = _OPEN.replace("withdrawn_at", "d.withdrawn_at")
#: per kind the case, the duty and the person it is about, in one house; each begins at a partial index. Armed rungs are
#: looked at three days ahead: every one of them comes within that before it can fire.
_QUESTIONS: Mapping[FindingKind, str] = {
    K.NOTHING_OWED: """
        SELECT c.id AS case_id, CAST(NULL AS uuid) AS duty_id, CAST(NULL AS uuid) AS person_id
        FROM cases c WHERE c.house_id = :house AND c.closed_at IS NULL
          AND (SELECT true FROM duty d WHERE d.case_id = c.id AND {open} LIMIT 1) IS NULL
    """,
    K.OWNER_GONE: """
        SELECT d.case_id, d.id, p.id
        FROM pols_undesignated(:house) AS gone JOIN person p ON p.id = gone
        JOIN duty d ON d.owner_organisation_id = p.organisation_id AND d.owner_person_id = p.id AND {open}
    """,
    K.RUNG_OF_ENDED: """
        SELECT DISTINCT d.case_id, d.id, CAST(NULL AS uuid)
        FROM rung r JOIN duty d ON d.id = r.duty_id
        WHERE r.fired_at IS NULL AND r.dropped_at IS NULL AND r.fire_at <= CAST(:now AS timestamptz) + interval '3 days'
          AND r.house_id = :house AND NOT ({open})
    """,
    K.UNCHASED: """
        SELECT d.case_id, d.id, CAST(NULL AS uuid)
        FROM duty d JOIN cases c ON c.id = d.case_id
        WHERE d.house_id = :house AND {open} AND d.exhausted_at IS NULL AND c.closed_at IS NULL
          AND d.kind <> ALL (CAST(:unchased AS text[]))
          AND NOT (c.hold_since IS NOT NULL AND d.kind = ANY (CAST(:stops AS text[])))
          AND d.id NOT IN (SELECT h.duty_id FROM hold h WHERE h.house_id = :house AND h.duty_id IS NOT NULL
                             AND h.ended_at IS NULL AND h.since <= :now AND h.until > :now)
          AND NOT EXISTS (SELECT FROM rung r WHERE r.duty_id = d.id AND r.person_id IS NULL
                            AND r.fired_at IS NULL AND r.dropped_at IS NULL)
    """,
    K.NOT_CONDUCTED: """
        SELECT DISTINCT j.case_id, CAST(NULL AS uuid), CAST(NULL AS uuid)
        FROM journal_entry j JOIN cases c ON c.id = j.case_id
        WHERE j.house_id = :house AND j.done_at IS NULL AND j.gave_up_at IS NULL AND c.closed_at IS NULL
          AND j.next_try_at < least(now(), CAST(:now AS timestamptz)) - CAST(:grace AS interval)
          AND NOT EXISTS (SELECT FROM engine_run e WHERE e.case_id = j.case_id)
    """,
    K.HOLD_WITHOUT_END: """
        SELECT c.id, CAST(NULL AS uuid), CAST(NULL AS uuid)
        FROM cases c WHERE c.house_id = :house AND c.hold_until IS NOT NULL AND c.closed_at IS NULL
          AND NOT EXISTS (SELECT FROM duty d WHERE d.case_id = c.id AND d.kind = 'opschorting_heroverwegen' AND {open})
    """,
    K.PHASE_DIFFERS: """
        SELECT c.id, CAST(NULL AS uuid), CAST(NULL AS uuid)
        FROM cases c LEFT JOIN visit v ON v.id = c.visit_id
        WHERE c.house_id = :house AND c.closed_at IS NULL AND (v.id IS NULL OR v.phase <> c.phase)
    """,
}  # fmt: skip
CHECKS = {kind: question.format(open=_OPEN) for kind, question in _QUESTIONS.items()}


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding with what people know its subject by; of a case that the actor may not know of only the id."""

    finding: Finding
    number: str | None
    duty_kind: DutyKind | None


async def page(work: Work, wanted: Page, *, kind: FindingKind | None = None, gone: bool = False) -> Paged[FindingLine]:
    """What the self-checks found and the actor may see, the oldest first; what is gone too when asked."""
    statement = (
        select(Finding, Case.number, Duty.kind).outerjoin(Case, Case.id == Finding.case_id)
        .outerjoin(Duty, Duty.id == Finding.duty_id).where(Finding.house_id == work.actor.house_id)
    )  # fmt: skip
    if not gone:
        statement = statement.where(Finding.gone_at.is_(None))
    if kind is not None:
        statement = statement.where(Finding.kind == kind)
    rows = (await work.session.execute(keyset(statement, wanted, Finding.found_at, Finding.id))).all()
    lines = [FindingLine(*row) for row in rows]
    return cut(lines, wanted, lambda line: Place(line.finding.id, line.finding.found_at))


async def open_ones(work: Work, *, limit: int) -> tuple[Sequence[FindingLine], int]:
    """The first of what is there now, and how many there are."""
    found = await page(work, Page(limit))
    counted = len(found.rows)
    if found.following is not None:
        counted = await work.session.scalar(
            select(func.count()).select_from(Finding)
            .where(Finding.house_id == work.actor.house_id, Finding.gone_at.is_(None))
        ) or 0  # fmt: skip
    return found.rows, counted


async def something_to_check(work: Work, night: datetime) -> bool:
    """A house that nobody looked at since this night."""
    statement = select(House.id).where(func.coalesce(House.checked_at < night, True)).limit(1)
    return await work.session.scalar(statement) is not None


async def armed_for_ended(work: Work, house_id: UUID) -> list[UUID]:
    """The duties that ended and still have a rung that would fire."""
    ended = select(Finding.duty_id).where(
        Finding.house_id == house_id, Finding.kind == K.RUNG_OF_ENDED, Finding.gone_at.is_(None)
    )
    return list(await work.session.scalars(select(Duty.id).where(Duty.id.in_(ended), ~is_open())))
