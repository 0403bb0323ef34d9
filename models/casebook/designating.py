"""Who may work here, said by two: one who keeps the people of the house proposes it, another confirms it (R6).

Nobody proposes or confirms anything about themselves. The database refuses a person whom no two agreed on. Taking
roles away is done at once, by one: it only makes what somebody may less.
"""

from collections.abc import Collection, Iterator
from uuid import UUID

from models.casebook.absence import keeps_people
from models.casebook.frame import audit
from models.commands.people import ProposeDesignation
from models.designation import wrong_roles
from models.lookups import absence, keeping
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotAllowed, NotPossible
from models.tables.base import new_id
from models.tables.keeping import DesignationChange
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.words import OrganisationKind, Role


def must_keep_people(work: Work) -> None:
    """The manager and the functional administrator of the house. Raises NotAllowed."""
    if not keeps_people(work):
        raise NotAllowed("Wie hier werkt bepalen de manager en de functioneel beheerder van het huis.")


async def propose(work: Work, command: ProposeDesignation) -> DesignationChange:
    """Say who somebody is to be; it changes nothing until another confirms it.

    Raises NotAllowed, NotFound, NotPossible or InvalidFields.
    """
    must_keep_people(work)
    organisation = await keeping.organisation(work, command.organisation_id)
    await _must_fit(work, command, organisation)
    assert work.actor.person_id is not None  # noqa: S101 - who keeps people is somebody
    made = DesignationChange(
        id=new_id(), house_id=organisation.house_id, organisation_id=organisation.id, person_id=command.person_id,
        name=command.name, email=command.email, phone=command.phone, roles=sorted(map(str, command.roles)),
        screened_until=command.screened_until, trained_until=command.trained_until, reason=command.reason,
        proposed_at=work.now, proposed_by=work.actor.person_id,
    )  # fmt: skip
    work.session.add(made)
    audit(work, "aanwijzing voorgesteld", "aanwijzing", made.id, persoon=command.person_id, rollen=made.roles)
    return made


async def _must_fit(work: Work, command: ProposeDesignation, organisation: Organisation) -> None:
    known = await keeping.somebody(work, command.person_id) if command.person_id else None
    if known is not None:
        if known.id == work.actor.person_id:
            raise NotPossible("Uw eigen aanwijzing stelt een ander voor.")
        if not known.active:
            raise NotPossible("Wie vertrokken is, wijst de beheerder van de installatie opnieuw aan.")
    wrong = [*_wrong(work, command, organisation.kind), *_changed(command, known)]
    if await keeping.has_address(work, command.email, but=command.person_id):
        wrong.append(FieldError("email", "is al van een ander in dit huis"))
    if await keeping.is_proposed(work, command.email):
        wrong.append(FieldError("email", "hierover staat al een voorstel open; bevestig dat of wijs het af"))
    if wrong:
        raise InvalidFields(wrong)


def _wrong(work: Work, command: ProposeDesignation, kind: OrganisationKind) -> Iterator[FieldError]:
    if kind is OrganisationKind.THIRD_PARTY:
        yield FieldError("organisatie", "is geen deelnemer: een incidentele derde krijgt geen toegang (WGS 1.8)")
    elif wrong := wrong_roles(kind, command.roles):
        yield FieldError("rollen", f"horen niet bij deze organisatie: {_spoken(wrong)}")
    today = work.now.date()
    for name, until in (("screening", command.screened_until), ("training", command.trained_until)):
        if until < today:
            yield FieldError(name, "is al verlopen; kies een dag die nog komt")


def _changed(command: ProposeDesignation, known: Person | None) -> Iterator[FieldError]:
    if known is None:
        return
    if known.organisation_id != command.organisation_id:
        yield FieldError("organisatie", "blijft die van deze persoon; wie van werkgever wisselt, wijst u opnieuw aan")
    if known.email.lower() != command.email:
        yield FieldError("email", "blijft dat van deze persoon; met een ander adres is het een nieuwe aanwijzing")


async def confirm(work: Work, change_id: UUID) -> Person:
    """Somebody is as was proposed, from now. Raises NotAllowed, NotFound, NotPossible or AlreadySettled."""
    change = await _open(work, change_id)
    actor = work.actor.person_id
    if change.proposed_by == actor:
        raise NotPossible("Uw eigen voorstel bevestigt een ander: de manager of de functioneel beheerder.")
    if change.person_id == actor:
        raise NotPossible("Uw eigen aanwijzing bevestigt een ander.")
    person = await absence.person_for_update(work, change.person_id) if change.person_id else None
    if person is not None and not person.active:
        raise NotPossible("Deze persoon is intussen vertrokken; wijs het voorstel af.")
    person_id = person.id if person else new_id()
    change.person_id, change.settled_at, change.settled_by, change.confirmed = person_id, work.now, actor, True
    await work.session.flush()  # the database asks for it when the person is written
    if person is None:
        person = Person(
            id=person_id, house_id=change.house_id, organisation_id=change.organisation_id, email=change.email
        )
        work.session.add(person)
    before = list(person.roles or [])
    person.name, person.phone, person.roles = change.name, change.phone, change.roles
    person.screened_until, person.trained_until = change.screened_until, change.trained_until
    await work.session.flush()
    audit(
        work, "aanwijzing bevestigd", "persoon", person.id, voorstel=change.id, voorgesteld_door=change.proposed_by,
        waren=before, zijn=change.roles,
    )  # fmt: skip
    return person


async def decline(work: Work, change_id: UUID) -> None:
    """It will not be so; who proposed it may take it back too. Raises NotAllowed, NotFound or AlreadySettled."""
    change = await _open(work, change_id)
    change.settled_at, change.settled_by, change.confirmed = work.now, work.actor.person_id, False
    audit(work, "aanwijzing afgewezen", "aanwijzing", change.id, persoon=change.person_id)


async def _open(work: Work, change_id: UUID) -> DesignationChange:
    must_keep_people(work)
    change = await keeping.change_for_update(work, change_id)
    if change.settled_at is not None:
        raise AlreadySettled("Over dit voorstel is al beslist.")
    return change


async def take_away(work: Work, person_id: UUID, roles: Collection[Role]) -> Person:
    """Somebody has these roles no more, with their next request.

    Raises NotAllowed, NotFound, NotPossible or InvalidFields.
    """
    must_keep_people(work)
    if person_id == work.actor.person_id:
        raise NotPossible("Uw eigen rollen neemt een ander terug.")
    person = await absence.person_for_update(work, person_id)
    gone = {str(role) for role in roles} & set(person.roles)
    if not gone:
        raise InvalidFields([FieldError("rollen", "kies welke rollen deze persoon niet meer heeft")])
    before, person.roles = list(person.roles), [one for one in person.roles if one not in gone]
    await work.session.flush()
    audit(work, "rollen teruggenomen", "persoon", person.id, waren=before, zijn=person.roles)
    return person


def _spoken(roles: Collection[Role]) -> str:
    return ", ".join(sorted(role.value.replace("_", " ") for role in roles))
