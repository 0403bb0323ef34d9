"""Giving a duty to somebody else who can do it: the clock runs on, and the new owner is told and chased."""

from uuid import UUID

from models import ladder
from models.absence import UNATTENDED, stand_in
from models.casebook import duties, outbox
from models.casebook.frame import Frame, open_frame
from models.commands.cases import Reassign
from models.ladder import Step
from models.lookups import absence, people
from models.lookups import duties as duty_lookup
from models.owed import DUTIES
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotAllowed, NotFound, NotPossible
from models.tables.base import new_id
from models.tables.duties import Duty, Rung
from models.transactions import Work
from models.unblock import may_unblock, why_not_reassigned
from models.words import Role


async def reassign(work: Work, duty_id: UUID, command: Reassign) -> Duty:
    """Give a duty of a partner to another of its contacts, or one of the house to a colleague with the role.

    Raises NotFound, NotAllowed, AlreadySettled, NotPossible or InvalidFields; then nothing is changed.
    """
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    _check(frame, duty, command)
    await _check_receiver(frame, duty, command)
    duty.owner_person_id = command.person_id
    await work.session.flush()
    await _chase_anew(frame, duty)
    key = f"toewijzing:{duty.id}:{frame.batch_id}"
    if not await outbox.tell_about_duties(work, [(duty.id, "opened")], template="aankondiging", key=key):
        raise NotPossible("Bij deze organisatie is niemand die de taak kan doen; laat haar eerst iemand aanwijzen.")
    frame.note(
        "taak toegewezen", "taak", duty.id, taak=duty.id, soort=duty.kind, organisatie=duty.owner_organisation_id,
        reden=command.reason,
    )  # fmt: skip
    return duty


def _check(frame: Frame, duty: Duty, command: Reassign) -> None:
    if not may_unblock(frame.work.actor, frame.case.director_id):
        raise NotAllowed("Toewijzen doet de procesregisseur van deze casus, of de manager.")
    if duty.answered_at or duty.lapsed_at or duty.withdrawn_at:
        raise AlreadySettled(f"Deze taak is al afgedaan: {duty.ended_as}.")
    refused = why_not_reassigned(duty.kind, duty.owner_role)
    if refused is not None:
        raise NotPossible(refused)
    if command.organisation_id not in {None, duty.owner_organisation_id}:
        raise InvalidFields(
            [FieldError("organisatie", "is de organisatie die de taak heeft; vraag een andere met een nieuw besluit")]
        )
    if command.person_id == duty.owner_person_id:
        raise NotPossible("De taak is daar al van; noem een ander.")


async def _check_receiver(frame: Frame, duty: Duty, command: Reassign) -> None:
    """Somebody of the same organisation who may be asked this."""
    if command.person_id is None:
        return
    try:
        found = await people.person(frame.work, command.person_id)
    except NotFound:
        raise InvalidFields([FieldError("persoon", "is niet (meer) aangewezen voor dit huis")]) from None
    if found.organisation_id != duty.owner_organisation_id:
        raise InvalidFields([FieldError("persoon", "werkt bij de organisatie die de taak heeft")])
    colleagues = await absence.colleagues(frame.work, duty.owner_organisation_id)
    facts = colleagues.get(found.id)
    if facts and facts.is_absent(frame.work.now) and stand_in(facts, colleagues, frame.work.now) is None:
        raise InvalidFields([FieldError("persoon", UNATTENDED)])
    needed = _roles(frame, duty)
    if not needed & set(found.roles):
        raise InvalidFields([FieldError("persoon", f"heeft niet de rol die deze taak vraagt: {_named(needed)}")])


def _roles(frame: Frame, duty: Duty) -> set[Role]:
    if duty.owner_organisation_id != frame.house_organisation_id:
        return {Role.CONTACT}
    return {duty.owner_role or Role.PROCESS_DIRECTOR}


def _named(roles: set[Role]) -> str:
    return ", ".join(sorted(roles)).replace("_", " ")


async def _chase_anew(frame: Frame, duty: Duty) -> None:
    """When the term is over, the steps after it begin again from now, for who has the duty now. The term itself stays.

    Before that the ladder stands as it is; and while the clock stands still, the resume arms it.
    """
    work, spec = frame.work, DUTIES[duty.kind]
    stands_still = frame.case.hold_since is not None and spec.stops_on_hold
    if duty.due_at > work.now or stands_still:
        return
    of_house = duty.owner_organisation_id == frame.house_organisation_id
    ladder_of = frame.policy.ladder(duty.kind, urgent=duty.urgent, of_house=of_house)
    specs = [one for one in ladder_of if one.after.amount > 0]
    office_hours = not (duty.urgent and spec.urgent_term is not None)
    planned = ladder.rungs(work.now, work.now, specs, frame.policy.calendar(), office_hours=office_hours)
    if not [one for one in planned if one.step is not Step.LAPSE]:
        return
    await duties.disarm(work, [duty.id])
    duty.due_version, duty.exhausted_at = duty.due_version + 1, None
    work.write(Rung, [
        {"id": new_id(), "house_id": duty.house_id, "case_id": duty.case_id, "duty_id": duty.id, "step": one.step,
         "nth": one.nth, "due_version": duty.due_version, "fire_at": one.fire_at} for one in planned
    ])  # fmt: skip
