"""A participant names who of it works on a case: from then on only they read it, with the next request."""

from uuid import UUID

from models.casebook.frame import audit, open_frame
from models.commands.cases import NameWorkers
from models.lookups import assigned
from models.refusals import FieldError, InvalidFields, NotAllowed, NotInThisPhase
from models.tables.assigned import Assignment
from models.tables.base import new_id
from models.transactions import Work
from models.words import Phase


async def name(work: Work, case_id: UUID, command: NameWorkers) -> None:
    """These people of one's own organisation work on the case, and no others of it. At least one: who may come in.

    Raises NotFound, NotAllowed, NotInThisPhase or InvalidFields.
    """
    if not work.actor.is_participant:
        raise NotAllowed("Wie er aan een casus werkt, wijst een deelnemer aan voor de eigen organisatie.")
    await assigned.seen(work, case_id)
    frame = await open_frame(work, case_id)
    if frame.case.phase is Phase.CLOSED:
        raise NotInThisPhase("Voor een afgesloten casus wordt niemand meer aangewezen.")
    wanted = set(command.persons)
    possible = {one.person.id for one in await assigned.colleagues(work, case_id)}
    if wanted - possible:
        told = "is een contactpersoon van uw eigen organisatie, aangewezen, gescreend en getraind"
        raise InvalidFields([FieldError("personen", told)])
    there = await assigned.current(work, case_id, work.actor.organisation_id)
    for one in there:
        if one.person_id not in wanted:
            one.until = work.now
    known = {one.person_id for one in there}
    work.session.add_all(_named(work, frame.case.house_id, case_id, one) for one in sorted(wanted - known))
    if wanted != known:
        audit(work, "medewerkers aangewezen", "casus", case_id, case_id=case_id, aantal=len(wanted))


def _named(work: Work, house_id: UUID, case_id: UUID, person_id: UUID) -> Assignment:
    assert work.actor.organisation_id is not None  # noqa: S101 - of a participant
    assert work.actor.person_id is not None  # noqa: S101 - somebody who reads the case
    return Assignment(
        id=new_id(), house_id=house_id, case_id=case_id, organisation_id=work.actor.organisation_id,
        person_id=person_id, since=work.now, until=None, named_by=work.actor.person_id,
    )  # fmt: skip
