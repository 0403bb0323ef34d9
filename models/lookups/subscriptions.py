"""Systems that are told of events, and what became of telling them; never what an event was about."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.phrases import phrase
from models.refusals import NotFound
from models.tables.events import EventDelivery, Subscription
from models.tables.people import Organisation
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription with the name of its organisation, and what was last to be told there."""

    subscription: Subscription
    organisation: str
    last: EventDelivery | None


def state(one: EventDelivery) -> str:
    """Where telling an event stands."""
    if one.sent_at is not None:
        return phrase("bezorgd")
    if one.dropped_at is not None:
        return phrase("vervallen")
    if one.gave_up_at is not None:
        return phrase("opgegeven")
    return phrase("wordt herhaald") if one.tries else phrase("wacht")


async def page(work: Work, asked: Page) -> Paged[Subscribed]:
    """The subscriptions of the house that were not ended, the oldest first, each with its newest event."""
    newest = aliased(EventDelivery)
    last = (
        select(newest.id).where(newest.subscription_id == Subscription.id)
        .order_by(newest.happened_at.desc(), newest.id.desc()).limit(1).correlate(Subscription).scalar_subquery()
    )  # fmt: skip
    statement = (
        select(Subscription, Organisation.name, EventDelivery)
        .join(Organisation, Organisation.id == Subscription.organisation_id)
        .outerjoin(EventDelivery, EventDelivery.id == last)
        .where(Subscription.house_id == work.actor.house_id, Subscription.ended_at.is_(None))
    )  # fmt: skip
    rows = await work.session.execute(keyset(statement, asked, Subscription.id, start=lambda place: (place.id,)))
    found = [Subscribed(one, name, event) for one, name, event in rows]
    return cut(found, asked, lambda row: Place(row.subscription.id))


async def deliveries(work: Work, subscription_id: UUID, asked: Page) -> Paged[EventDelivery]:
    """What was to be told to a system, the newest first. Raises NotFound."""
    await one(work, subscription_id)
    statement = select(EventDelivery).where(EventDelivery.subscription_id == subscription_id)
    rows = await work.session.scalars(
        keyset(statement, asked, EventDelivery.happened_at, EventDelivery.id, newest_first=True)
    )
    return cut(rows.all(), asked, lambda row: Place(row.id, row.happened_at))


async def one(work: Work, subscription_id: UUID) -> Subscription:
    """A subscription of the house, also an ended one. Raises NotFound."""
    found = await work.session.scalar(select(Subscription).where(Subscription.id == subscription_id))
    if found is None:
        raise NotFound("Dit abonnement")
    return found


async def one_for_update(work: Work, subscription_id: UUID) -> Subscription:
    """One to change. Raises NotFound."""
    found = await work.session.scalar(select(Subscription).where(Subscription.id == subscription_id).with_for_update())
    if found is None:
        raise NotFound("Dit abonnement")
    return found


async def delivery_for_update(work: Work, event_id: UUID) -> tuple[EventDelivery, bool]:
    """An event to tell again, and whether its subscription ended. Raises NotFound."""
    row = (
        await work.session.execute(
            select(EventDelivery, Subscription.ended_at).join(
                Subscription, Subscription.id == EventDelivery.subscription_id
            ).where(EventDelivery.id == event_id).with_for_update(of=EventDelivery)
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound("Deze gebeurtenis")
    return row[0], row[1] is not None


async def open_of(work: Work, organisation_id: UUID) -> list[Subscription]:
    """The subscriptions of an organisation that were not ended."""
    statement = select(Subscription).where(
        Subscription.organisation_id == organisation_id, Subscription.ended_at.is_(None)
    )
    return list(await work.session.scalars(statement))
