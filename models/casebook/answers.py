"""Answering what is owed: by the owner, or by the regisseur who had them on the phone."""

from uuid import UUID

from models import visibility
from models.absence import PERSONAL
from models.actors import Actor
from models.casebook import duties, outbox, privately
from models.casebook.after import AFTER
from models.casebook.frame import Frame, audit, open_frame
from models.commands.cases import GiveAnswer
from models.lookups import assigned, people
from models.lookups import duties as duty_lookup
from models.owed import DUTIES
from models.refusals import AlreadySettled, AnswerNotAccepted, FieldError, InvalidFields, NotAllowed, NotPossible
from models.tables.asking import PrivateAnswer
from models.tables.base import new_id
from models.tables.duties import BY_LINK, Answer, Duty
from models.transactions import Work
from models.words import ClosedBy, OrganisationKind, Role, Withheld, WorkKind


async def answer(work: Work, duty_id: UUID, command: GiveAnswer) -> Answer | PrivateAnswer:
    """Answer a duty: its ladder stops, what follows from the answer opens, all in one transaction.

    One that must stay with who gives it (R12) is kept apart, and changes nothing else.

    Raises NotFound, NotAllowed, AlreadySettled, AnswerNotAccepted or InvalidFields; then nothing is changed.
    """
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    by_phone = await _may_answer(frame, duty, command)
    check_open(duty)
    check_outcome(duty, command)
    privately.check_private(duty, command.outcome, by_phone=by_phone)
    if privately.is_private(duty, command.outcome):
        return await privately.keep(frame, duty, command)
    frame.batch_id = new_id()
    answered = given(frame, duty, command)
    work.session.add(answered)
    await duties.end_duties(frame, [duty], answered=True, ended_as=command.outcome)
    frame.note(
        "antwoord", "taak", duty.id, soort=duty.kind, uitkomst=command.outcome, organisatie=duty.owner_organisation_id,
        telefonisch=by_phone or None, vervangt=_replaced(work.actor, duty),
        commitment_id=(duty.about_id or duty.id) if duty.apart else None,
    )  # fmt: skip
    if by_phone:
        frame.owe(WorkKind.COPY, duty.id)
    after = AFTER.get(duty.kind)
    if after is not None:
        await after(frame, duty, command)
    return answered


async def _may_answer(frame: Frame, duty: Duty, command: GiveAnswer) -> bool:
    """The owner answers; the regisseur (or the triage officer) may register it by phone, saying who and when."""
    actor = frame.work.actor
    if await owns(frame.work, duty):
        return False
    if not (actor.is_staff and visibility.conducts(actor, frame.case.director_id)):
        raise NotAllowed("Deze taak is van een ander; alleen wie de taak heeft, of de procesregisseur telefonisch.")
    if not command.spoke_to or command.spoke_at is None:
        raise InvalidFields(
            [FieldError("gesprokenMet", "wie antwoordde telefonisch?"), FieldError("gesprokenOp", "wanneer was dat?")]
        )
    if command.spoke_at > frame.work.now:
        raise InvalidFields([FieldError("gesprokenOp", "ligt in de toekomst")])
    return True


async def owns(work: Work, duty: Duty) -> bool:
    """Whether a duty is the actor's: of a participant who works on the case, of the house and the table by role."""
    if not _may_owe(work.actor, duty):
        return False
    return not work.actor.is_participant or duty.owner_role is Role.TRIAGE_MEMBER or await assigned.owns(work, duty)


def _may_owe(actor: Actor, duty: Duty) -> bool:
    if duty.owner_role is Role.TRIAGE_MEMBER:
        return actor.organisation_kind is OrganisationKind.LID1 and actor.has(Role.TRIAGE_MEMBER)
    if actor.organisation_id != duty.owner_organisation_id:
        return False
    if actor.organisation_kind is OrganisationKind.HOUSE:
        mine = duty.owner_person_id is None or duty.owner_person_id == actor.person_id
        roles = {duty.owner_role, Role.MANAGER} if mine else {duty.owner_role}
        return (mine or _replaced(actor, duty) is not None) and (duty.owner_role is None or bool(roles & actor.roles))
    return True


def _replaced(actor: Actor, duty: Duty) -> UUID | None:
    """Whose duty it is by name, when who acts stands in for them; what is personal stays so."""
    return None if duty.kind in PERSONAL else actor.replacing(duty.owner_person_id)


def check_open(duty: Duty) -> None:
    """Raises AlreadySettled when nothing is owed any more."""
    if duty.answered_at or duty.lapsed_at or duty.withdrawn_at:
        raise AlreadySettled(f"Deze taak is al afgedaan: {duty.ended_as}.")


def check_outcome(duty: Duty, command: GiveAnswer) -> None:
    """The answer must be one that this duty takes, with what belongs to it. Raises AnswerNotAccepted, InvalidFields."""
    spec = DUTIES[duty.kind]
    if spec.closed_by is not ClosedBy.ANSWER:
        named = duty.kind.replace("_", " ")
        raise AnswerNotAccepted(f"'{named}' wordt hier niet beantwoord maar volgt uit een {spec.closed_by}.")
    errors = []
    if command.outcome not in spec.answers:
        errors.append(FieldError("uitkomst", f"kies uit: {', '.join(spec.answers)}"))
    if command.outcome in spec.explained and not command.note.strip():
        errors.append(FieldError("toelichting", f"is nodig bij '{command.outcome}'"))
    if command.outcome in spec.reasoned and command.why is None:
        errors.append(FieldError("waarom", f"kies waarom: {' of '.join(Withheld)}"))
    if command.why is not None and command.outcome not in spec.reasoned:
        errors.append(FieldError("waarom", "hoort alleen bij weigeren"))
    if command.outcome == "uitgesteld" and command.recheck_at is None:
        errors.append(FieldError("hertoetsOp", "wanneer wordt het uitstel opnieuw bekeken?"))
    if command.outcome == "getoetst" and not _all_judged(command):
        errors.append(FieldError("criteria", "beoordeel de vier criteria a, b, c en d, elk één keer en per persoon"))
    if errors:
        raise InvalidFields(errors)


def _all_judged(command: GiveAnswer) -> bool:
    """Of the person of the case, and of whoever else is judged, each criterion once."""
    per_person: dict[UUID | None, list[str]] = {None: []}
    for one in command.judgements:
        per_person.setdefault(one.subject_id, []).append(one.criterion)
    return all(sorted(found) == list("abcd") for found in per_person.values())


def given(frame: Frame, duty: Duty, command: GiveAnswer) -> Answer:
    """The row of an answer that somebody gives now."""
    work = frame.work
    if work.actor.person_id is None:
        raise NotAllowed("Een antwoord komt van een persoon.")
    return Answer(
        id=new_id(), house_id=duty.house_id, case_id=duty.case_id, duty_id=duty.id, outcome=command.outcome,
        at=work.now, registered_by=work.actor.person_id, organisation_id=duty.owner_organisation_id,
        spoke_to=command.spoke_to, spoke_at=command.spoke_at, note=command.note,
        facts=_facts(work, command),
    )  # fmt: skip


def _facts(work: Work, command: GiveAnswer) -> dict[str, object]:
    facts: dict[str, object] = {"hertoetsOp": command.recheck_at.isoformat()} if command.recheck_at else {}
    return facts if work.entry.link is None else facts | {BY_LINK: True}


async def hand_on(work: Work, duty_id: UUID, person_id: UUID) -> Duty:
    """Give a duty to a designated colleague of the same organisation; the clock runs on."""
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    if not await owns(work, duty):
        raise NotAllowed("Alleen wie de taak heeft geeft haar door.")
    check_open(duty)
    if DUTIES[duty.kind].closed_by is ClosedBy.REVIEW:
        raise NotPossible("Een beoordeling wordt niet doorgegeven: een ander dan wie opende kijkt ernaar.")
    if duty.owner_role is Role.TRIAGE_MEMBER:
        raise NotPossible("Deze taak is van het hele triageoverleg en wordt niet doorgegeven.")
    colleague = await people.person(work, person_id)
    if colleague.organisation_id != work.actor.organisation_id or set(colleague.roles) == {Role.PARTNER_LEAD}:
        raise InvalidFields([FieldError("persoon", "is een aangewezen collega van uw eigen organisatie")])
    if duty.owner_role is not None and not {duty.owner_role, Role.MANAGER} & set(colleague.roles):
        raise InvalidFields([FieldError("persoon", f"heeft niet de rol {duty.owner_role} die deze taak vraagt")])
    if work.actor.is_participant and not await assigned.may_take(work, case, colleague):
        raise InvalidFields([FieldError("persoon", "werkt niet aan deze casus; wijs diegene eerst aan")])
    duty.owner_person_id = colleague.id
    _tell_new_owner(frame, duty, colleague.id)
    apart = (duty.about_id or duty.id) if duty.apart else None
    frame.note("taak doorgegeven", "taak", duty.id, soort=duty.kind, commitment_id=apart)
    return duty


def _tell_new_owner(frame: Frame, duty: Duty, person_id: UUID) -> None:
    """Who has it now hears so at once; until then it was somebody else's."""
    if person_id == frame.work.actor.person_id:
        return
    line = {
        "taak": str(duty.id), "casus": frame.case.number, "soort": duty.kind.value, "stap": "overgedragen",
        "uiterlijk": duty.due_at.isoformat(),
    }  # fmt: skip
    outbox.tell(
        frame.work, [person_id], house_id=duty.house_id, template="overgedragen", case_id=duty.case_id, lines=[line]
    )


def saw(
    work: Work, object_kind: str, object_id: UUID | None, case_id: UUID | None, *, referral_id: UUID | None = None
) -> None:
    """Log that somebody saw personal data (WGS 1.8(4)). Raises ReadTooMuch: reading in bulk is braked (ASVS 2.4.1)."""
    if case_id is not None:
        work.opens(case_id)
    audit(work, "inzien", object_kind, object_id, case_id=case_id, referral_id=referral_id)
