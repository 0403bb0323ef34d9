"""Trajectory coaching: that it is there and to what ends; and, for who may read it, the journal."""

from uuid import UUID

from sqlalchemy import func, select

from models import rights
from models.lookups import cases, referrals
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotAllowed, NotFound
from models.rights import Right
from models.tables.coaching import ContactMoment, Trajectory, TrajectoryGoal
from models.transactions import Work


async def running(work: Work, case_id: UUID) -> Trajectory | None:
    """The trajectory that goes on in a case, as far as the actor may know of it."""
    statement = select(Trajectory).where(Trajectory.case_id == case_id, Trajectory.ended_at.is_(None))
    return (await work.session.scalars(statement)).one_or_none()


async def trajectories(work: Work, case_id: UUID) -> list[Trajectory]:
    """All of a case, the newest first. Raises NotFound, and NotAllowed to who leads nor coaches nor supervises it."""
    await must_have(work, case_id, Right.TRAJECTORY)
    statement = select(Trajectory).where(Trajectory.case_id == case_id)
    return list(await work.session.scalars(statement.order_by(Trajectory.started_at.desc(), Trajectory.id.desc())))


async def one(work: Work, case_id: UUID, trajectory_id: UUID) -> Trajectory:
    """One trajectory of this case. Raises NotFound."""
    found = await work.session.get(Trajectory, trajectory_id)
    if found is None or found.case_id != case_id:
        raise NotFound("Dit traject")
    return found


async def coached(work: Work, case_id: UUID) -> str | None:
    """The name of the person of a case, for who coaches them and for who reads the case; nothing else of them."""
    name: str | None = await work.session.scalar(select(func.pols_coached(case_id)))
    if name is None:
        name = next((one.name for one in await referrals.subjects_of_case(work, case_id)), None)
    return name


async def goals(work: Work, case_id: UUID) -> dict[UUID, list[str]]:
    """The goals of each trajectory of a case."""
    statement = select(TrajectoryGoal).where(TrajectoryGoal.case_id == case_id).order_by(TrajectoryGoal.position)
    found: dict[UUID, list[str]] = {}
    for goal in await work.session.scalars(statement):
        found.setdefault(goal.trajectory_id, []).append(goal.body)
    return found


async def contacts(work: Work, case_id: UUID, page: Page) -> Paged[ContactMoment]:
    """The journal, the newest first. Raises NotFound, and NotAllowed to everybody but the coach and who supervises."""
    await must_have(work, case_id, Right.JOURNAL)
    statement = select(ContactMoment).where(ContactMoment.case_id == case_id)
    statement = keyset(statement, page, ContactMoment.written_at, ContactMoment.id, newest_first=True)
    return cut((await work.session.scalars(statement)).all(), page, lambda found: Place(found.id, found.written_at))


async def must_have(work: Work, case_id: UUID, right: Right) -> None:
    """Raises NotFound when the actor may not know of the case, and NotAllowed without this right on it."""
    _case, facts = await cases.seen(work, case_id)
    if not rights.has(right, work.actor, facts):
        who = "de trajectbegeleider van deze casus"
        raise NotAllowed(
            f"Dit ziet alleen {who}." if right is Right.JOURNAL else f"Dit zien {who} en de procesregisseur."
        )
