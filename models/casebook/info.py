"""Supplying information about a person: always with its supplier, and with the conditions the supplier sets."""

from uuid import UUID

from models.casebook.frame import Frame, open_frame
from models.commands import AddInfoItem
from models.lookups import cases, people, referrals
from models.refusals import FieldError, InvalidFields, NotAllowed, NotInThisPhase
from models.tables.base import new_id
from models.tables.cases import InfoItem
from models.transactions import Work
from models.words import Phase


async def add(work: Work, case_id: UUID, command: AddInfoItem) -> InfoItem:
    """Add what an involved or asked participant supplies; the regisseur does it on behalf of one.

    Raises NotFound, NotAllowed, NotInThisPhase or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    supplier_id = await _supplier(frame, command)
    if frame.case.phase is Phase.CLOSED:
        raise NotInThisPhase("Aan een afgesloten casus wordt geen informatie toegevoegd.")
    await _check(frame, command)
    item = InfoItem(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, subject_id=command.subject_id,
        supplier_id=supplier_id, category=command.category, regime=command.regime, ground=command.ground,
        excluded=list(command.excluded), first_processed_at=work.now, body=command.body,
    )  # fmt: skip
    work.session.add(item)
    frame.note("informatie toegevoegd", "informatie", item.id, informatie=item.id, organisatie=supplier_id)
    return item


async def _supplier(frame: Frame, command: AddInfoItem) -> UUID:
    """The own organisation of who supplies; the regisseur names the participant that told it."""
    actor = frame.work.actor
    directs = actor.is_staff and actor.person_id == frame.case.director_id
    supplier_id = command.supplier_id if directs else actor.organisation_id
    if supplier_id is None:
        raise InvalidFields([FieldError("leverancier", "van welke deelnemer komt deze informatie?")])
    if not directs and command.supplier_id not in {None, supplier_id}:
        raise NotAllowed("Namens een andere organisatie levert alleen de procesregisseur informatie aan.")
    if supplier_id not in await cases.standing_now(frame.work, frame.case.id):
        if directs:
            raise InvalidFields([FieldError("leverancier", "is een betrokken of bevraagde deelnemer")])
        raise NotAllowed("Informatie levert aan wie bij deze casus betrokken is of ernaar is gevraagd.")
    return supplier_id


async def _check(frame: Frame, command: AddInfoItem) -> None:
    await people.organisations(frame.work, command.excluded)
    if command.subject_id is None:
        return
    there = {one.id for one in await referrals.subjects_of_case(frame.work, frame.case.id)}
    if command.subject_id not in there:
        raise InvalidFields([FieldError("persoon", "is een betrokkene van deze casus")])
