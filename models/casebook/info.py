"""Supplying information about a person: always with its supplier, and with the conditions the supplier sets."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete, update

from models import items, visibility
from models.casebook import outbox, whereabouts
from models.casebook.frame import Frame, open_frame
from models.commands.info import AddInfoItem, DescribeItem
from models.itemwords import Sensitive
from models.lookups import cases, info, people, referrals
from models.refusals import FieldError, InvalidFields, NotAllowed, NotInThisPhase, NotPossible, Outdated
from models.tables.base import new_id
from models.tables.items import InfoItem, InfoItemVersion
from models.tables.minutes import MinuteLine
from models.tables.risk import RiskAssessment
from models.transactions import Work
from models.words import Phase

#: of a command, where each field is on the wire
_WIRE = {
    "route": "doorbrekingsgrond", "route_reason": "motiveringDoorbreking", "professional": "beroepskracht",
    "category": "categorie",
}  # fmt: skip
#: what a withdrawn item no longer says to anybody but its supplier
_EMPTIED = ("body", "professional", "source", "route_reason", "conditions_note")


async def add(work: Work, case_id: UUID, command: AddInfoItem) -> tuple[InfoItem, list[Sensitive]]:
    """Add what an involved or asked participant supplies; the regisseur does so on behalf of one. Also what to warn of.

    Raises NotFound, NotAllowed, NotInThisPhase or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    supplier_id = await _supplier(frame, command)
    if frame.case.phase is Phase.CLOSED:
        raise NotInThisPhase("Aan een afgesloten casus wordt geen informatie toegevoegd.")
    if supplier_id != work.actor.organisation_id:
        frame.work = replace(work, actor=work.actor.behalf(supplier_id))  # the lines of this act say "namens" (R27)
    return await write(frame, command, supplier_id)


async def write(frame: Frame, command: DescribeItem, supplier_id: UUID) -> tuple[InfoItem, list[Sensitive]]:
    """Write an item down as supplied by this organisation. Raises NotFound or InvalidFields."""
    work = frame.work
    item = InfoItem(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, supplier_id=supplier_id,
        written_by=work.actor.person_id, first_processed_at=work.now, **await _described(frame, command),
    )  # fmt: skip
    work.session.add(item)
    await work.session.flush()
    frame.note("informatie toegevoegd", "informatie", item.id, item_id=item.id, organisatie=supplier_id)
    return item, _warnings(frame, command)


async def _supplier(frame: Frame, command: AddInfoItem) -> UUID:
    """The own organisation of who supplies; the regisseur names the participant that told it."""
    actor = frame.work.actor
    directs = actor.is_staff and actor.leads(frame.case.director_id)
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


async def _described(frame: Frame, command: DescribeItem) -> dict[str, object]:
    """The columns of an item, checked: of whom it is, along which route, under which ground (R8, R10, R11)."""
    await people.organisations(frame.work, (*command.excluded, *command.only_for))
    wrong = [
        *items.secrecy_errors(command.regime, command.route, command.route_reason),
        *items.circle_errors(
            command.category, command.professional, has_subject=command.subject_id is not None,
            life_domain=command.life_domain,
        ),
    ]  # fmt: skip
    errors = [FieldError(_WIRE[field], message) for field, message in wrong]
    domains = frame.policy.life_domains
    if command.life_domain and command.life_domain not in domains:
        errors.append(FieldError("leefgebied", f"kies een leefgebied van dit huis: {', '.join(domains)}"))
    if errors:
        raise InvalidFields(errors)
    if command.category not in items.WHEREABOUTS:
        await whereabouts.not_in(frame, {"tekst": command.body})
    values = {name: getattr(command, name) for name in DescribeItem.model_fields}
    lists = {name: list(dict.fromkeys(values[name])) for name in ("conditions", "excluded", "only_for")}
    ground = command.ground.strip() or items.GROUNDS[command.regime]
    return values | lists | {"ground": ground, "subject_id": await _subject(frame, command)}


async def _subject(frame: Frame, command: DescribeItem) -> UUID | None:
    """The betrokkene of this case or somebody of the circle; nobody else is written about (R10, BGS 2.19)."""
    if command.professional.strip():
        return None
    there = await referrals.subjects_around(frame.work, frame.case)
    if command.subject_id is None:
        return next((one.id for one in there if one.case_id == frame.case.id), None)
    if command.subject_id not in {one.id for one in there}:
        raise InvalidFields([FieldError("persoon", "is een betrokkene van deze casus of iemand uit de directe kring")])
    return command.subject_id


def _warnings(frame: Frame, command: DescribeItem) -> list[Sensitive]:
    texts = (command.body, command.source, command.route_reason, command.conditions_note)
    return items.sensitive(texts, frame.policy.sensitive_terms)


async def correct(
    work: Work, case_id: UUID, item_id: UUID, command: DescribeItem, *, seen: int | None = None
) -> tuple[InfoItem, list[Sensitive]]:
    """Replace what an own item says; since when it is kept stays (R23). What it said is kept, readers are told (R26).

    `seen` is the version that was read. Raises NotFound, NotAllowed, NotInThisPhase, NotPossible, Outdated or
    InvalidFields.
    """
    frame, item = await _own(work, case_id, item_id)
    if seen is not None and seen != item.version:
        raise Outdated("De informatie is intussen gecorrigeerd; lees haar opnieuw en pas daarna aan.")
    readers = await info.readers(work, frame.case, item)
    values = await _described(frame, command)
    _keep(frame, item, "")
    for name, value in values.items():
        setattr(item, name, value)
    item.version += 1
    item.corrected_at = work.now
    await _followed(frame, item)
    frame.note("informatie gecorrigeerd", "informatie", item.id, item_id=item.id, organisatie=item.supplier_id)
    _tell(frame, readers)
    return item, _warnings(frame, command)


async def withdraw(work: Work, case_id: UUID, item_id: UUID, reason: str) -> None:
    """Take an own item back: what it said, and why it is taken back, stays with the supplier; readers are told (R26).

    Raises NotFound, NotAllowed, NotInThisPhase or NotPossible.
    """
    frame, item = await _own(work, case_id, item_id)
    readers = await info.readers(work, frame.case, item)
    _keep(frame, item, reason)
    await work.session.execute(delete(RiskAssessment).where(RiskAssessment.item_id == item.id))
    for name in _EMPTIED:
        setattr(item, name, "")
    item.version += 1
    item.withdrawn_at = work.now
    await _followed(frame, item)
    frame.note("informatie ingetrokken", "informatie", item.id, item_id=item.id, organisatie=item.supplier_id)
    _tell(frame, readers)


async def _own(work: Work, case_id: UUID, item_id: UUID) -> tuple[Frame, InfoItem]:
    """An item of the actor's own organisation, under the lock of its case; also of who left the case since (R7). What
    the house supplied, the summary of a trajectory, is of who coaches.
    """
    shown, facts = await info.item(work, case_id, item_id)
    found = shown.row
    own = work.actor.is_participant or visibility.supplied(work.actor, facts, shown.facts)
    if not own or found.supplier_id != work.actor.organisation_id:
        raise NotAllowed("Alleen de deelnemer die deze informatie aanleverde corrigeert haar of trekt haar in.")
    await info.opened_by_supplier(work, case_id)
    frame = await open_frame(work, case_id)
    await work.session.refresh(found)
    if frame.case.phase is Phase.CLOSED:
        raise NotInThisPhase("De casus is afgesloten; informatie wijzigen kan als hij opnieuw in behandeling is.")
    if found.withdrawn_at is not None:
        raise NotPossible("Deze informatie is ingetrokken.")
    return frame, found


def _keep(frame: Frame, item: InfoItem, reason: str) -> None:
    work = frame.work
    content = {name: getattr(item, name) for name in DescribeItem.model_fields}
    command = DescribeItem.model_construct(**content)
    work.session.add(
        InfoItemVersion(
            item_id=item.id, version=item.version, house_id=item.house_id, case_id=item.case_id,
            supplier_id=item.supplier_id, replaced_at=work.now, replaced_by=work.actor.person_id, reason=reason,
            content=command.model_dump(mode="json", warnings=False),
        )
    )  # fmt: skip


async def _followed(frame: Frame, item: InfoItem) -> None:
    """Lines of minutes know the version of what they say, also for who may not read it: versions of minutes hold it."""
    session = frame.work.session
    await session.flush()
    lines = update(MinuteLine).where(MinuteLine.item_id == item.id)
    await session.execute(lines.values(item_version=item.version).execution_options(synchronize_session=False))


def _tell(frame: Frame, readers: list[UUID]) -> None:
    """Without a word about what: that something they could read changed. Nobody else hears of it."""
    outbox.tell(
        frame.work, readers, house_id=frame.case.house_id, template="gecorrigeerd", case_id=frame.case.id,
        lines=[{"casus": frame.case.number}],
    )  # fmt: skip
