"""Meetings, invitees and commitments of a case. The engine may ask: process columns only where it has no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from models.lookups import plan
from models.lookups.paging import ALWAYS, EPOCH, Between, Page, Paged, Place, cut, keyset, shown
from models.refusals import NotFound
from models.rights import CaseFacts
from models.series import Rhythm
from models.tables.cases import Case
from models.tables.meetings import Commitment, Meeting, MeetingInvitee, MeetingSeries, Progress
from models.transactions import Work
from models.words import CommitmentState


@dataclass(frozen=True, slots=True)
class Pledge:
    """The process side of a commitment: who, when, how it stands."""

    id: UUID
    organisation_id: UUID
    person_id: UUID | None
    due_on: date
    state: CommitmentState
    apart: bool = False  #: not for everybody who reads the case


async def coming(work: Work, case_id: UUID) -> Meeting | None:
    """The meeting that is planned and was not held, moved or cancelled."""
    statement = (
        select(Meeting)
        .where(Meeting.case_id == case_id, Meeting.held_at.is_(None), Meeting.moved_at.is_(None))
        .where(Meeting.cancelled_at.is_(None)).order_by(Meeting.starts_at.desc()).limit(1)
    )  # fmt: skip
    return (await work.session.scalars(statement)).one_or_none()


async def meeting(work: Work, meeting_id: UUID) -> Meeting:
    """One meeting. Raises NotFound."""
    found = await work.session.get(Meeting, meeting_id)
    if found is None:
        raise NotFound("Dit overleg")
    return found


async def meetings_of(work: Work, case_id: UUID) -> list[Meeting]:
    """All meetings of a case, the newest first."""
    statement = select(Meeting).where(Meeting.case_id == case_id).order_by(Meeting.starts_at.desc())
    return list(await work.session.scalars(statement))


async def one_series(work: Work, series_id: UUID) -> MeetingSeries:
    """A meeting that comes back. Raises NotFound."""
    found = await work.session.get(MeetingSeries, series_id)
    if found is None:
        raise NotFound("Deze overlegreeks")
    return found


async def all_series(work: Work, *, on: date) -> list[MeetingSeries]:
    """The meetings of the house that come back on or after a day."""
    running = or_(MeetingSeries.ends_on.is_(None), MeetingSeries.ends_on >= on)
    statement = select(MeetingSeries).where(running).order_by(MeetingSeries.title, MeetingSeries.id)
    return list(await work.session.scalars(statement))


def rhythm(found: MeetingSeries) -> Rhythm:
    """When a series is, as the calendar takes it."""
    return Rhythm(found.weekday, found.every_weeks, found.at, found.starts_on, found.ends_on)


async def roster(work: Work, series_id: UUID, starts_at: datetime) -> list[tuple[Meeting, str]]:
    """The cases on one day of a series, each with its number; only those the actor may know of."""
    rows = await work.session.execute(
        select(Meeting, Case.number).join(Case, Case.id == Meeting.case_id)
        .where(Meeting.series_id == series_id, Meeting.starts_at == starts_at)
        .where(Meeting.moved_at.is_(None), Meeting.cancelled_at.is_(None)).order_by(Case.number)
    )  # fmt: skip
    return [(one, number) for one, number in rows]


async def page_of_meetings(work: Work, case_id: UUID, page: Page, between: Between = ALWAYS) -> Paged[Meeting]:
    """A page of them; of those that begin within a stretch of time."""
    statement = select(Meeting).where(Meeting.case_id == case_id, *between.of(Meeting.starts_at))
    statement = keyset(statement, page, Meeting.starts_at, Meeting.id, newest_first=True)
    return cut((await work.session.scalars(statement)).all(), page, lambda one: Place(one.id, one.starts_at))


async def invitees(work: Work, meeting_ids: Iterable[UUID]) -> list[MeetingInvitee]:
    """Who was asked to come."""
    return list(
        await work.session.scalars(select(MeetingInvitee).where(MeetingInvitee.meeting_id.in_(list(meeting_ids))))
    )


async def commitments(work: Work, case_id: UUID, states: Iterable[CommitmentState]) -> list[Pledge]:
    """The commitments of a case in these states, without their text."""
    rows = await work.session.execute(
        select(
            Commitment.id,
            Commitment.organisation_id,
            Commitment.person_id,
            Commitment.due_on,
            Commitment.state,
            or_(func.cardinality(Commitment.excluded) > 0, func.cardinality(Commitment.only_for) > 0),
        )
        .where(Commitment.case_id == case_id, Commitment.state.in_(list(states)))
        .order_by(Commitment.due_on, Commitment.id)
    )
    return [Pledge(*row) for row in rows]


async def commitment(work: Work, commitment_id: UUID) -> Commitment:
    """One commitment with its text. Raises NotFound."""
    found = await work.session.get(Commitment, commitment_id)
    if found is None:
        raise NotFound("Deze afspraak")
    return found


async def commitments_of(work: Work, case_id: UUID, facts: CaseFacts) -> list[Commitment]:
    """All commitments of a case that the actor may read."""
    statement = select(Commitment).where(Commitment.case_id == case_id).order_by(Commitment.due_on, Commitment.id)
    return [one for one in await work.session.scalars(statement) if plan.reads(work, facts, one)]


async def bodies_apart(work: Work, case_id: UUID) -> list[str]:
    """What the commitments say that are not for everybody who reads the case; as far as this actor reads."""
    limited = or_(func.cardinality(Commitment.excluded) > 0, func.cardinality(Commitment.only_for) > 0)
    return list(await work.session.scalars(select(Commitment.body).where(Commitment.case_id == case_id, limited)))


async def page_of_commitments(
    work: Work, case_id: UUID, facts: CaseFacts, page: Page, *, states: Sequence[CommitmentState] = (),
    organisation_id: UUID | None = None,
) -> Paged[Commitment]:  # fmt: skip
    """A page of them; in one of these states, of one organisation. What may not be read is not counted either."""
    wanted = select(Commitment).where(Commitment.case_id == case_id)
    if states:
        wanted = wanted.where(Commitment.state.in_(states))
    if organisation_id is not None:
        wanted = wanted.where(Commitment.organisation_id == organisation_id)

    async def read(part: Page) -> Sequence[Commitment]:
        by = (Commitment.due_on, Commitment.id)
        statement = keyset(wanted, part, *by, start=lambda place: (place.at.date(), place.id))
        return (await work.session.scalars(statement)).all()

    return await shown(
        read,
        lambda one: plan.reads(work, facts, one),
        page,
        lambda one: Place(one.id, datetime.combine(one.due_on, EPOCH.timetz())),
    )


async def newest_progress(work: Work, case_id: UUID, organisation_id: UUID, *, since: datetime) -> dict[UUID, str]:
    """The last state that was reported of each commitment of an organisation, since this moment."""
    rows = await work.session.execute(
        select(Progress.commitment_id, Progress.state).join(Commitment, Commitment.id == Progress.commitment_id)
        .where(Progress.case_id == case_id, Commitment.organisation_id == organisation_id, Progress.at >= since)
        .order_by(Progress.at, Progress.id)
    )  # fmt: skip
    return {row.commitment_id: row.state for row in rows}


async def progress_of(work: Work, case_id: UUID, commitment_ids: Iterable[UUID]) -> list[Progress]:
    """Everything that was reported about these commitments of a case, the oldest first."""
    statement = (
        select(Progress).where(Progress.case_id == case_id, Progress.commitment_id.in_(list(commitment_ids)))
        .order_by(Progress.at, Progress.id)
    )  # fmt: skip
    return list(await work.session.scalars(statement))


async def is_of_case(work: Work, meeting_id: UUID, case_id: UUID) -> bool:
    """This meeting belongs to this case."""
    found = await work.session.scalar(select(Meeting.id).where(Meeting.id == meeting_id, Meeting.case_id == case_id))
    return found is not None
