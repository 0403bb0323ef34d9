"""Meetings above cases: who plans in the house reads all of them, others the turns of their own cases and no more."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from models import sitting as rules
from models.actors import PLANS_MEETINGS
from models.lookups import cases
from models.lookups.duties import any_of, is_open
from models.lookups.paging import ALWAYS, Between, Page, Paged, Place, at_most, cut, keyset
from models.refusals import NotFound
from models.sitting import DUE_AT, Candidate
from models.tables.cases import Case, Involvement
from models.tables.duties import Duty
from models.tables.meetings import Meeting
from models.tables.sittings import Sitting, SittingSlot
from models.transactions import Work
from models.words import DutyKind, OrganisationKind, Phase, Role, SeriesKind, Standing

MOST_PROPOSED = 100
#: what is due on the day itself still belongs on it
PROPOSED_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A sitting as somebody may know it. For who does not plan it begins with their own first turn: nothing of it
    says whether there are others, before, between or after.
    """

    id: UUID
    kind: SeriesKind
    starts_at: datetime
    sitting: Sitting | None = None  #: for who plans


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn of one case; `held_at`: its meeting was held."""

    slot: SittingSlot
    held_at: datetime | None
    phase: Phase | None  #: None: the actor may not know of the case
    director_id: UUID | None

    @property
    def is_ahead(self) -> bool:
        """Not treated yet: no meeting was held, and at a triage nothing was decided."""
        if self.slot.withdrawn_at is not None:
            return False
        if self.slot.kind is SeriesKind.TRIAGE:
            return self.phase is Phase.SCREENING
        return self.held_at is None


@dataclass(frozen=True, slots=True)
class Due:
    """A case that waits for a meeting."""

    case_id: UUID
    number: str
    kind: DutyKind
    due_at: datetime
    urgent: bool
    municipality: str
    ready: bool  #: who is involved was chosen; at a triage always


def plans(work: Work) -> bool:
    """Whether the actor plans meetings of the house, and so reads whole sittings."""
    return work.actor.is_staff and work.actor.has(*PLANS_MEETINGS)


async def sitting(work: Work, sitting_id: UUID, *, lock: bool = False) -> Sitting:
    """A whole sitting, for who plans. Raises NotFound."""
    found = await work.session.get(Sitting, sitting_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound("Deze overlegdag")
    return found


async def day(work: Work, sitting_id: UUID) -> Day:
    """A sitting as the actor may know it. Raises NotFound: without a turn of their own there is none."""
    if plans(work):
        found = await sitting(work, sitting_id)
        return Day(found.id, found.kind, found.starts_at, found)
    rows = await work.session.execute(_days().having(SittingSlot.sitting_id == sitting_id))
    row = rows.one_or_none()
    if row is None:
        raise NotFound("Deze overlegdag")
    return Day(row.sitting_id, row.kind, row.starts_at)


def _days() -> Select[UUID, SeriesKind, datetime]:
    """From the turns that security shows: each day begins with the first of them."""
    first = func.min(SittingSlot.starts_at).label("starts_at")
    return (
        select(SittingSlot.sitting_id, SittingSlot.kind, first)
        .outerjoin(Meeting, Meeting.id == SittingSlot.meeting_id).where(_stands())
        .group_by(SittingSlot.sitting_id, SittingSlot.kind)
    )  # fmt: skip


async def page_of_days(
    work: Work, page: Page, between: Between = ALWAYS, kinds: Sequence[SeriesKind] = ()
) -> Paged[Day]:
    """A page of the sittings of the house, the last first; of these kinds, that begin within a stretch of time."""
    if plans(work):
        wanted = select(Sitting).where(*between.of(Sitting.starts_at))
        wanted = wanted.where(Sitting.kind.in_(kinds)) if kinds else wanted
        statement = keyset(wanted, page, Sitting.starts_at, Sitting.id, newest_first=True)
        days = [Day(one.id, one.kind, one.starts_at, one) for one in await work.session.scalars(statement)]
    else:
        own = _days().subquery()
        seen = select(own).where(*between.of(own.c.starts_at))
        seen = seen.where(own.c.kind.in_(kinds)) if kinds else seen
        rows = await work.session.execute(keyset(seen, page, own.c.starts_at, own.c.sitting_id, newest_first=True))
        days = [Day(one.sitting_id, one.kind, one.starts_at) for one in rows]
    return cut(days, page, lambda one: Place(one.id, one.starts_at))


async def turns(work: Work, sitting_id: UUID) -> list[Turn]:
    """The turns of a sitting that the actor may know of, in the order of the day."""
    rows = await work.session.execute(
        select(SittingSlot, Meeting.held_at, Case.phase, Case.director_id)
        .outerjoin(Meeting, Meeting.id == SittingSlot.meeting_id).outerjoin(Case, Case.id == SittingSlot.case_id)
        .where(SittingSlot.sitting_id == sitting_id, _stands())
        .order_by(SittingSlot.starts_at, SittingSlot.number)
    )  # fmt: skip
    return [Turn(*row) for row in rows]


def _stands() -> ColumnElement[bool]:
    """Neither taken off, nor left the day by itself: its regisseur moved it alone, or the case was scaled down."""
    on = and_(Meeting.moved_at.is_(None), Meeting.cancelled_at.is_(None), Meeting.id.is_not(None))
    return and_(SittingSlot.withdrawn_at.is_(None), or_(SittingSlot.kind == SeriesKind.TRIAGE, on))


async def meetings_of(work: Work, meeting_ids: Iterable[UUID]) -> dict[UUID, Meeting]:
    """These meetings, by id."""
    rows = await work.session.scalars(select(Meeting).where(Meeting.id == any_of(meeting_ids)))
    return {one.id: one for one in rows}


async def on_agenda(work: Work, case_ids: Collection[UUID], kind: SeriesKind) -> set[UUID]:
    """Of these cases the ones that wait for a meeting already: of their own, or for the triage on another day."""
    if kind is SeriesKind.TRIAGE:
        found = await work.session.scalars(
            select(SittingSlot.case_id).where(SittingSlot.case_id == any_of(case_ids), _live(kind, work.now))
        )
    else:
        found = await work.session.scalars(
            select(Meeting.case_id).where(Meeting.case_id == any_of(case_ids), *_planned())
        )
    return set(found)


def _planned() -> tuple[ColumnElement[bool], ...]:
    return Meeting.held_at.is_(None), Meeting.moved_at.is_(None), Meeting.cancelled_at.is_(None)


def _live(kind: SeriesKind, now: datetime) -> ColumnElement[bool]:
    return and_(SittingSlot.kind == kind, SittingSlot.withdrawn_at.is_(None), SittingSlot.starts_at > now)


async def due(work: Work, kind: SeriesKind, until: datetime) -> list[Due]:
    """The cases of the house that should be on a meeting of this kind that is on this day, urgent first: what they wait
    for is due before or at it, they are not on hold, and they are on no agenda yet. Each case once.
    """
    nth = func.row_number().over(partition_by=Duty.case_id, order_by=(Duty.due_at, Duty.kind)).label("nth")
    first = (
        select(Duty.case_id, Duty.kind, Duty.due_at, Duty.urgent, nth)
        .where(is_open(), Duty.kind.in_(sorted(DUE_AT[kind])), Duty.due_at < until).subquery()
    )  # fmt: skip
    planned = exists().where(Meeting.case_id == Case.id, *_planned())
    involved = exists().where(
        Involvement.case_id == Case.id, Involvement.until.is_(None), Involvement.standing == Standing.INVOLVED
    )
    chosen = true() if kind is SeriesKind.TRIAGE else involved
    listed = exists().where(SittingSlot.case_id == Case.id, _live(kind, work.now))
    rows = await work.session.execute(
        select(
            Case.id, Case.number, first.c.kind, first.c.due_at, (first.c.urgent | Case.urgent).label("urgent"),
            Case.municipality, chosen.label("ready"),
        )
        .join(first, and_(first.c.case_id == Case.id, first.c.nth == 1))
        .where(Case.hold_since.is_(None), Case.closed_at.is_(None), ~planned, ~listed)
        .where(Case.house_id == work.actor.house_id)
        .order_by((first.c.urgent | Case.urgent).desc(), first.c.due_at, Case.id).limit(at_most(MOST_PROPOSED))
    )  # fmt: skip
    return [Due(*row) for row in rows]


async def lacks(work: Work, case_id: UUID) -> str:
    """What the triage lacked on whose agenda a case stands, once its presence was recorded; mostly nothing."""
    found = await work.session.scalar(
        select(SittingSlot.lacks).where(
            SittingSlot.case_id == case_id, SittingSlot.kind == SeriesKind.TRIAGE, SittingSlot.withdrawn_at.is_(None),
            SittingSlot.lacks != "",
        ).limit(1)
    )  # fmt: skip
    return found or ""


def at_table(work: Work) -> bool:
    """Whether the actor decides at the triage."""
    return work.actor.organisation_kind is OrganisationKind.LID1 and work.actor.has(Role.TRIAGE_MEMBER)


async def triage_turns(work: Work, between: Between) -> list[SittingSlot]:
    """The turns at a triage that belong in the calendar of the actor: what the table treats, or what they reported."""
    statement = (
        select(SittingSlot).where(SittingSlot.kind == SeriesKind.TRIAGE, SittingSlot.withdrawn_at.is_(None))
        .where(*between.of(SittingSlot.starts_at)).order_by(SittingSlot.starts_at, SittingSlot.id)
    )  # fmt: skip
    if not at_table(work):
        mine = Case.reporter_person_id == work.actor.person_id
        statement = statement.join(Case, Case.id == SittingSlot.case_id).where(mine)
    return list(await work.session.scalars(statement.limit(at_most(500))))


async def is_made(work: Work, series_id: UUID, starts_at: datetime) -> bool:
    """Whether there is a sitting on this day of a series that goes on."""
    found = await work.session.scalar(
        select(Sitting.id).where(
            Sitting.series_id == series_id, Sitting.starts_at == starts_at, Sitting.cancelled_at.is_(None),
            Sitting.adjourned_to.is_(None),
        )
    )  # fmt: skip
    return found is not None


async def candidates(work: Work, case_id: UUID) -> list[Candidate]:
    """Who should come to a meeting of a case, and why; all of them are involved. Raises NotFound."""
    found = await cases.case(work, case_id)
    _, policy = await cases.house_policy(work, found.house_id)
    involved = [one for one in await cases.standings(work, case_id) if one.standing is Standing.INVOLVED]
    return rules.candidates(
        [one.organisation_id for one in involved], reporter=found.reporter_organisation_id,
        municipality=found.municipality, local=policy.local_parties,
    )  # fmt: skip


async def by_number(work: Work, number: str) -> UUID:
    """The case with this number. Raises NotFound."""
    found = await work.session.scalar(
        select(Case.id).where(Case.house_id == work.actor.house_id, func.lower(Case.number) == number.strip().lower())
    )
    if found is None:
        raise NotFound("Deze casus")
    return found
