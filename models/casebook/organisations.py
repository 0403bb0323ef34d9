"""The organisations of a house: adding one and naming it. What kind one is stays as it was: the law follows from it."""

from uuid import UUID

from models.casebook.designating import must_keep_people
from models.casebook.frame import audit
from models.casebook.setup import add_organisation
from models.commands.people import AddOrganisation
from models.lookups import keeping
from models.refusals import FieldError, InvalidFields, NotPossible
from models.tables.people import Organisation
from models.transactions import Work
from models.words import OrganisationKind


async def add(work: Work, command: AddOrganisation) -> Organisation:
    """A participant or a third party from now. Raises NotAllowed, NotPossible or InvalidFields."""
    must_keep_people(work)
    if command.kind is OrganisationKind.HOUSE:
        raise NotPossible("Het huis zelf is er al.")
    await _must_be_free(work, command.name)
    assert work.actor.house_id is not None  # noqa: S101 - who keeps people has a house
    made = add_organisation(work, work.actor.house_id, command.name, command.kind, command.task)
    await work.session.flush()
    audit(work, "organisatie toegevoegd", "organisatie", made.id, soort=command.kind)
    return made


async def rename(work: Work, organisation_id: UUID, name: str, task: str) -> None:
    """Another name or task, the same organisation. Raises NotAllowed, NotFound or InvalidFields."""
    must_keep_people(work)
    found = await keeping.organisation(work, organisation_id)
    if not name or len(name) > 500 or len(task) > 500:  # noqa: PLR2004 - a line
        raise InvalidFields([FieldError("naam", "is verplicht, en ten hoogste 500 tekens")])
    if name != found.name:
        await _must_be_free(work, name)
    found.name, found.task = name, task
    await work.session.flush()
    audit(work, "organisatie gewijzigd", "organisatie", found.id)


async def _must_be_free(work: Work, name: str) -> None:
    if await keeping.is_named(work, name):
        raise InvalidFields([FieldError("naam", "heeft al een andere organisatie van dit huis")])
