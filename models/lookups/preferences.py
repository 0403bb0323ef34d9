"""What people chose: when they hear of what, in which language, and what their house adds to what they read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, select

from models.calendars import WorkingCalendar
from models.lookups import cases
from models.messages import Language, MessageKind
from models.policy import OwnText, Policy, must_read_well
from models.preferences import NONE_CHOSEN, Preferences
from models.refusals import NotFound
from models.tables.people import House, HousePolicy, Organisation, Person
from models.tables.preferences import Preference
from models.texts import examples
from models.texts.rendering import Overrides, Rendered, message
from models.transactions import Work
from models.words import OrganisationKind, Role

#: where a message that is only looked at would lead: it opens nothing
EXAMPLE_ADDRESS = "https://pols.example"


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language somebody reads, and what changes the texts for them."""

    language: Language
    overrides: Overrides


def _of(row: Preference) -> Preferences:
    return Preferences(
        row.announcements, row.reminders, row.meetings, row.outcomes, row.own_report, row.digest_at, row.quiet_from,
        row.quiet_until, row.language,
    )  # fmt: skip


async def chosen_by(work: Work, people: Collection[UUID]) -> dict[UUID, Preferences]:
    """What these people chose; who chose nothing is not in it."""
    rows = await work.session.scalars(select(Preference).where(Preference.person_id.in_(people)))
    return {row.person_id: _of(row) for row in rows}


async def own(work: Work) -> Preferences:
    """What the actor chose, or the defaults."""
    if work.actor.person_id is None:
        return NONE_CHOSEN
    return (await chosen_by(work, [work.actor.person_id])).get(work.actor.person_id, NONE_CHOSEN)


async def language(work: Work) -> Language | None:
    """In which language the actor reads, when they chose one."""
    return await work.session.scalar(select(Preference.language).where(Preference.person_id == work.actor.person_id))


async def of(work: Work, person_id: UUID) -> Preferences:
    """What somebody chose: for oneself, and for who keeps the people of the house. Raises NotFound."""
    actor = work.actor
    keeps = actor.organisation_kind is OrganisationKind.HOUSE and actor.has(Role.MANAGER, Role.ADMINISTRATOR)
    if actor.person_id != person_id and not keeps:
        raise NotFound("Deze persoon")
    there = select(Person.id).where(Person.id == person_id, Person.house_id == actor.house_id, Person.active)
    if await work.session.scalar(there) is None:
        raise NotFound("Deze persoon")
    return (await chosen_by(work, [person_id])).get(person_id, NONE_CHOSEN)


def _newest() -> ScalarSelect[Any]:
    return (
        select(HousePolicy.body).where(HousePolicy.house_id == House.id).order_by(HousePolicy.version.desc()).limit(1)
        .scalar_subquery()
    )  # fmt: skip


async def policies(work: Work, houses: Collection[UUID]) -> dict[UUID, Policy]:
    """The newest policy of each of these houses."""
    rows = await work.session.execute(select(House.id, _newest()).where(House.id.in_(houses)))
    return {house_id: Policy.model_validate(body or {}) for house_id, body in rows}


async def calendars(work: Work, houses: Collection[UUID]) -> dict[UUID, WorkingCalendar]:
    """The working calendars of these houses."""
    return {house_id: policy.calendar() for house_id, policy in (await policies(work, houses)).items()}


async def readers(work: Work, people: Collection[UUID]) -> dict[UUID, Reader]:
    """How these people read their messages: two questions, however many they are."""
    rows = (
        await work.session.execute(
            select(Person.id, Person.house_id, Organisation.kind, Preference.language)
            .join(Organisation, Organisation.id == Person.organisation_id)
            .outerjoin(Preference, Preference.person_id == Person.id).where(Person.id.in_(people))
        )
    ).all()  # fmt: skip
    of_houses = await policies(work, {row.house_id for row in rows})
    return {
        row.id: Reader(row.language or Language.DUTCH, overrides(of_houses[row.house_id], row.kind)) for row in rows
    }


def overrides(policy: Policy, kind: OrganisationKind) -> Overrides:
    """What a policy changes in the texts for somebody of such an organisation."""
    said = tuple((one.place, one.kind, one.language, one.text) for one in policy.own_texts)
    return Overrides(kind is OrganisationKind.HOUSE, said, policy.meeting_word)


async def wants_overview(work: Work) -> bool | None:
    """What the actor's organisation said about the weekly overview; None: as the house decides."""
    return await work.session.scalar(
        select(Organisation.weekly_overview).where(Organisation.id == work.actor.organisation_id)
    )


async def organisation(work: Work, organisation_id: UUID) -> Organisation:
    """A participant of the house. Raises NotFound."""
    found = await work.session.scalar(
        select(Organisation).where(Organisation.id == organisation_id, Organisation.house_id == work.actor.house_id)
    )
    if found is None or found.kind not in {OrganisationKind.LID1, OrganisationKind.LID2}:
        raise NotFound("Deze organisatie")
    return found


async def sample(
    work: Work, house_id: UUID, kind: MessageKind, language: Language, *, of_house: bool,
    own_texts: Sequence[OwnText] | None = None,
) -> Rendered:  # fmt: skip
    """A message of this kind with the texts of the house, or with these instead. Raises NotFound or InvalidFields."""
    house = await work.session.get(House, house_id) if house_id == work.actor.house_id else None
    if house is None:
        raise NotFound("Dit huis")
    _version, policy = await cases.house_policy(work, house_id)
    if own_texts is not None:
        policy = policy.model_copy(update={"own_texts": tuple(own_texts)})
        must_read_well(policy)
    reads = OrganisationKind.HOUSE if of_house else OrganisationKind.LID2
    return message(
        kind, examples.lines(kind, work.now, of_house=of_house), house=house.name, base_url=EXAMPLE_ADDRESS,
        now=work.now, language=language, overrides=overrides(policy, reads),
    )  # fmt: skip
