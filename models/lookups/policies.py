"""The versions of a policy: who set each, when and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from models.lookups.paging import EPOCH, Page, Paged, Place, cut
from models.policy import Policy
from models.tables.people import HousePolicy, Person
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class Version:
    """A policy as it was set, and what it took the place of: the defaults, for the first."""

    version: int
    set_at: datetime
    by_id: UUID | None
    by: str | None
    reason: str
    policy: Policy
    before: Policy


async def versions(work: Work, house_id: UUID, page: Page) -> Paged[Version]:
    """The versions of the policy of a house, the newest first."""
    statement = (
        select(HousePolicy, Person.name).outerjoin(Person, Person.id == HousePolicy.set_by)
        .where(HousePolicy.house_id == house_id).order_by(HousePolicy.version.desc()).limit(page.size + 2)
    )  # fmt: skip
    if page.after is not None:
        statement = statement.where(HousePolicy.version < _version(page.after))
    rows = (await work.session.execute(statement)).all()
    bodies = [Policy.model_validate(row.HousePolicy.body) for row in rows]
    found = [
        Version(
            row.HousePolicy.version, row.HousePolicy.set_at, row.HousePolicy.set_by, row.name, row.HousePolicy.reason,
            bodies[at], bodies[at + 1] if at + 1 < len(bodies) else Policy(),
        )
        for at, row in enumerate(rows[: page.size + 1])
    ]  # fmt: skip
    return cut(found, page, lambda one: Place(house_id, EPOCH + timedelta(microseconds=one.version)))


def _version(place: Place) -> int:
    return (place.at - EPOCH) // timedelta(microseconds=1)
