"""Minutes as one actor may read them: a line is there for who reads what it points at. Hidden is absent, uncounted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, select
from sqlalchemy.orm import aliased

from models import visibility
from models.itemwords import Condition
from models.lookups import info, plan
from models.lookups.info import Item
from models.lookups.paging import Page, Paged, Place, keyset, shown
from models.minutes import LineKind, MinutesState, Section
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.cases import Decision
from models.tables.items import InfoItem
from models.tables.meetings import Commitment, Meeting
from models.tables.minutes import MinuteDraft, MinuteLine, MinuteVersion, MinuteVersionLine
from models.tables.plans import Goal
from models.texts.vocabulary import DUTCH
from models.transactions import Work

_ORDER = {one: place for place, one in enumerate(Section)}


@dataclass(frozen=True, slots=True)
class Told:
    """A line with what it points at, as far as who asks reads that."""

    line: MinuteLine
    item: Item | None = None
    commitment: Commitment | None = None
    goal: Goal | None = None
    decision: Decision | None = None
    draft: dict[str, Any] | None = None
    held: int | None = None  #: the version that its item had in the version of the minutes that was asked
    disputes: UUID | None = None  #: the line that it contradicts, when who asks reads that too

    @property
    def text(self) -> str:
        """What it says."""
        if self.item is not None:
            return self.item.row.body
        if self.commitment is not None:
            return self.commitment.body
        if self.goal is not None:
            return self.goal.body
        if self.decision is not None:
            words = self.decision.kind.replace("_", " ")
            return f"{words}: {self.decision.reason}" if self.decision.reason else words
        return str(self.draft["body"]) if self.draft is not None else ""

    @property
    def is_corrected(self) -> bool:
        """Its supplier corrected what it says since this version of the minutes."""
        return self.item is not None and self.held is not None and self.item.row.version > self.held

    @property
    def subject_id(self) -> UUID | None:
        """Whom it is about, when it is about one person."""
        about = self.item.row if self.item is not None else self.commitment or self.goal
        return about.subject_id if about is not None else None

    @property
    def life_domain(self) -> str:
        """The life domain it is about."""
        about = self.item.row if self.item is not None else self.goal
        return about.life_domain if about is not None else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines are asked."""

    section: Section | None = None
    subject_id: UUID | None = None
    life_domain: str | None = None
    version: int | None = None

    def fits(self, told: Told) -> bool:
        """Whether a line is about this."""
        return (self.subject_id is None or told.subject_id == self.subject_id) and (
            self.life_domain is None or told.life_domain == self.life_domain
        )


@dataclass(frozen=True, slots=True)
class _Row:
    line: MinuteLine
    told: Told | None


def _select(meeting_id: UUID, asked: Asked) -> Select[MinuteLine, int | None]:
    """The lines with the version that their item had: in the version asked, or in the newest that there is."""
    of_version, held = aliased(MinuteVersion), aliased(MinuteVersionLine)
    number = asked.version or (
        select(func.max(MinuteVersion.number)).where(MinuteVersion.meeting_id == meeting_id).scalar_subquery()
    )
    version = and_(of_version.meeting_id == meeting_id, of_version.number == number)
    of_line = and_(held.version_id == of_version.id, held.line_id == MinuteLine.id)
    statement = select(MinuteLine, held.item_version).select_from(MinuteLine)
    statement = statement.where(MinuteLine.meeting_id == meeting_id)
    if asked.version is not None:
        statement = statement.join(of_version, version).join(held, of_line)
    else:
        statement = statement.outerjoin(of_version, version).outerjoin(held, of_line)
    return statement if asked.section is None else statement.where(MinuteLine.section == asked.section)


async def page_of(work: Work, meeting: Meeting, facts: CaseFacts, asked: Asked, page: Page) -> Paged[Told]:
    """A page of the lines that this actor may read, in the order in which they were written."""

    async def read(part: Page) -> Sequence[_Row]:
        statement = keyset(_select(meeting.id, asked), part, MinuteLine.written_at, MinuteLine.id)
        rows = [(line, held) for line, held in await work.session.execute(statement)]
        told = {one.line.id: one for one in await _told(work, meeting.case_id, facts, rows)}
        return [_Row(line, told.get(line.id)) for line, _held in rows]

    def keep(row: _Row) -> bool:
        return row.told is not None and asked.fits(row.told)

    found = await shown(read, keep, page, lambda row: Place(row.line.id, row.line.written_at))
    return Paged([row.told for row in found.rows if row.told is not None], found.following)


async def all_of(work: Work, meeting: Meeting, facts: CaseFacts) -> list[Told]:
    """Every line that this actor may read: by section, each with what contradicts it right behind it."""
    statement = _select(meeting.id, Asked()).order_by(MinuteLine.written_at, MinuteLine.id)
    rows = [(line, held) for line, held in await work.session.execute(statement)]
    found = await _told(work, meeting.case_id, facts, rows)
    first = [one for one in found if one.disputes is None]
    ordered = sorted(first, key=lambda one: _ORDER[one.line.section])
    return [each for one in ordered for each in _with_disputes(one, found)]


def _with_disputes(one: Told, found: Sequence[Told]) -> list[Told]:
    others = [each for other in found if other.disputes == one.line.id for each in _with_disputes(other, found)]
    return [one, *others]


async def _told(
    work: Work, case_id: UUID, facts: CaseFacts, rows: Sequence[tuple[MinuteLine, int | None]]
) -> list[Told]:
    """These lines with what they point at; without those of which this actor may not read that."""
    lines = [line for line, _held in rows]
    items = await info.some(work, case_id, facts, [one.item_id for one in lines if one.item_id])
    minuted = {id_: one for id_, one in items.items() if Condition.NO_MINUTES not in one.row.conditions}
    wanted = [one.commitment_id for one in lines if one.commitment_id]
    commitments = await plan.of_case(work, case_id, wanted) if wanted else {}
    pledged = {id_: one for id_, one in commitments.items() if plan.reads(work, facts, one)}
    goals = await _by_id(work, Goal, [one.goal_id for one in lines if one.goal_id])
    decisions = await _by_id(work, Decision, [one.decision_id for one in lines if one.decision_id])
    drafts = await _drafts(work, facts, [one.id for one in lines if one.completed_at is None])
    found = [
        Told(
            line, minuted.get(line.item_id or line.id), pledged.get(line.commitment_id or line.id),
            goals.get(line.goal_id or line.id), decisions.get(line.decision_id or line.id), drafts.get(line.id), held,
        )
        for line, held in rows
    ]  # fmt: skip
    seen = [one for one in found if _is_there(work, facts, one)]
    return await _side_by_side(work, seen)


async def _side_by_side(work: Work, seen: list[Told]) -> list[Told]:
    """Which line one contradicts is told when who asks reads that line as well; here, or on another page."""
    there = {one.line.id for one in seen}
    elsewhere = {one.line.disputes_id for one in seen if one.line.disputes_id} - there
    if elsewhere:  # the second fence lets through what may be read; what may not be minuted is in no page at all
        may = select(MinuteLine.id).where(MinuteLine.id.in_(elsewhere), not_(_kept_out()))
        there |= set(await work.session.scalars(may))
    return [
        Told(one.line, one.item, one.commitment, one.goal, one.decision, one.draft, one.held, one.line.disputes_id)
        if one.line.disputes_id in there else one for one in seen
    ]  # fmt: skip


def _kept_out() -> ColumnElement[bool]:
    kept = InfoItem.conditions.contains([Condition.NO_MINUTES.value])
    return select(InfoItem.id).where(InfoItem.id == MinuteLine.item_id, kept).exists()


def _is_there(work: Work, facts: CaseFacts, one: Told) -> bool:
    """The first fence of a line: what it points at may be read; of a draft, that it is one's own or one leads."""
    line = one.line
    if not visibility.reads_case(work.actor, facts):
        return False
    if line.completed_at is None:
        return one.draft is not None
    wanted = (
        (line.item_id, one.item), (line.commitment_id, one.commitment), (line.goal_id, one.goal),
        (line.decision_id, one.decision),
    )  # fmt: skip
    return all(id_ is None or there is not None for id_, there in wanted)


async def _by_id(work: Work, table: Any, ids: list[UUID]) -> dict[UUID, Any]:  # noqa: ANN401 - a table with an id
    if not ids:
        return {}
    return {one.id: one for one in await work.session.scalars(select(table).where(table.id.in_(ids)))}


async def _drafts(work: Work, facts: CaseFacts, line_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    if not line_ids:
        return {}
    rows = await work.session.scalars(select(MinuteDraft).where(MinuteDraft.line_id.in_(line_ids)))
    return {
        one.line_id: one.content for one in rows
        if visibility.reads_draft(work.actor, facts, written_by=one.written_by)
    }  # fmt: skip


async def line(work: Work, meeting: Meeting, facts: CaseFacts, line_id: UUID) -> Told:
    """One line that this actor may read. Raises NotFound, the same for what is hidden and what is not there."""
    statement = _select(meeting.id, Asked()).where(MinuteLine.id == line_id)
    rows = [(found, held) for found, held in await work.session.execute(statement)]
    told = await _told(work, meeting.case_id, facts, rows)
    if not told:
        raise NotFound("Deze regel")
    return told[0]


async def versions(work: Work, meeting_id: UUID) -> list[MinuteVersion]:
    """The versions of the minutes of a meeting, the newest first."""
    statement = select(MinuteVersion).where(MinuteVersion.meeting_id == meeting_id)
    return list(await work.session.scalars(statement.order_by(MinuteVersion.number.desc())))


def state_of(found: Sequence[MinuteVersion]) -> MinutesState:
    """How far the minutes with these versions are."""
    return found[0].state if found else MinutesState.DRAFT


async def unfinished(work: Work, meeting_id: UUID) -> list[MinuteDraft]:
    """The drafts of a meeting that the actor may see, in the order in which they were typed."""
    statement = select(MinuteDraft).join(MinuteLine, MinuteLine.id == MinuteDraft.line_id)
    found = await work.session.scalars(
        statement.where(MinuteLine.meeting_id == meeting_id).order_by(MinuteLine.written_at, MinuteLine.id)
    )
    return list(found)


async def outcomes(work: Work, case_id: UUID, facts: CaseFacts) -> dict[UUID, str]:
    """By meeting of a case what was decided as its strategy, as far as the actor reads it."""
    statement = select(MinuteLine).where(MinuteLine.case_id == case_id, MinuteLine.kind == LineKind.STRATEGY)
    rows = [(one, None) for one in await work.session.scalars(statement.order_by(MinuteLine.written_at, MinuteLine.id))]
    found: dict[UUID, str] = {}
    for one in await _told(work, case_id, facts, rows):
        before = found.get(one.line.meeting_id)
        found[one.line.meeting_id] = f"{before}\n\n{one.text}" if before else one.text
    return found


async def put_up(work: Work, case_id: UUID) -> dict[UUID, MinutesState]:
    """By meeting of a case how far its minutes are; without those that were never put up for correction."""
    statement = select(MinuteVersion).where(MinuteVersion.case_id == case_id).order_by(MinuteVersion.number)
    return {one.meeting_id: one.state for one in await work.session.scalars(statement)}


async def evaluation_day(work: Work, case_id: UUID) -> date | None:
    """The day on which a case is evaluated, as a meeting agreed last."""
    statement = select(MinuteLine.on_day).where(MinuteLine.case_id == case_id, MinuteLine.on_day.is_not(None))
    return await work.session.scalar(statement.order_by(MinuteLine.written_at.desc(), MinuteLine.id.desc()).limit(1))


def plain(one: Told, organisations: Mapping[UUID, str]) -> str:
    """What a line says, also when it is no text of its own."""
    line = one.line
    if line.kind is LineKind.EVALUATION and line.on_day is not None:
        return f"Evaluatie op {DUTCH.day(line.on_day).partition(' ')[2]}"
    if line.kind is LineKind.TELLING and line.tells_id is not None:
        return f"De betrokkene wordt geïnformeerd door {organisations.get(line.tells_id, 'een deelnemer')}"
    return one.text


def say(one: Told, organisations: Mapping[UUID, str]) -> str:
    """A line as a sentence: with who saw it, when it is part of the picture or contradicts another."""
    line = one.line
    whose = one.item is not None and (line.section is Section.PICTURE or line.disputes_id is not None)
    said = plain(one, organisations)
    return f"{one.item.supplier}: {said}" if whose and one.item is not None else said


def composed(found: Sequence[Told], organisations: Mapping[UUID, str]) -> dict[str, str]:
    """The outcome and the minutes as texts, of the complete lines that who asks reads."""
    whole = [one for one in found if one.line.completed_at is not None]
    parts = {
        "uitkomst": [one for one in whole if one.line.kind is LineKind.STRATEGY],
        "verslag": [one for one in whole if one.line.kind is not LineKind.STRATEGY],
    }
    return {name: "\n\n".join(say(one, organisations) for one in lines) for name, lines in parts.items() if lines}
