"""Choosing when one hears of what, in which language, and whether an organisation wants a weekly overview."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from models import preferences
from models.casebook.frame import audit
from models.lookups import preferences as lookup
from models.preferences import Prefer
from models.refusals import InvalidFields, NotAllowed
from models.tables.people import Organisation
from models.tables.preferences import Preference
from models.transactions import Work
from models.words import OrganisationKind, Role


async def choose(work: Work, person_id: UUID, command: Prefer) -> None:
    """Say when one wants to hear of what: oneself, nobody else. It counts for what is not planned yet.

    Raises NotFound, NotAllowed or InvalidFields.
    """
    actor = work.actor
    if actor.person_id != person_id:
        await lookup.of(work, person_id)
        raise NotAllowed("Voorkeuren kiest iemand zelf. U ziet hier wat deze persoon zou krijgen.")
    if wrong := preferences.errors(command.chosen()):
        raise InvalidFields(wrong)
    values = command.model_dump() | {"set_at": work.now}
    key = {"person_id": person_id, "house_id": actor.house_id}
    statement = insert(Preference).values(key | values)
    await work.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    audit(work, "voorkeuren gekozen", "persoon", person_id, house_id=actor.house_id)


async def want_overview(work: Work, organisation_id: UUID, *, wanted: bool | None) -> None:
    """Say whether an organisation gets a weekly overview; None leaves it to the house.

    Raises NotFound or NotAllowed.
    """
    actor = work.actor
    found = await lookup.organisation(work, organisation_id)
    keeps = actor.organisation_kind is OrganisationKind.HOUSE and actor.has(Role.MANAGER, Role.ADMINISTRATOR)
    own = actor.organisation_id == found.id and actor.has(Role.CONTACT)
    if not (keeps or own):
        raise NotAllowed("Het weekoverzicht kiest een contact van de organisatie, of het huis.")
    await work.session.execute(
        update(Organisation).where(Organisation.id == found.id).values(weekly_overview=wanted)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    audit(work, "weekoverzicht gekozen", "organisatie", found.id, house_id=actor.house_id, aan=wanted)
