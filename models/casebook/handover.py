"""Handing over: what somebody who leaves or moves has open by name goes to a colleague, at once and with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from models.absence import PERSONAL, UNATTENDED, PersonFacts, may_stand_in, stand_in
from models.casebook import outbox
from models.casebook.duties import DIRECTED
from models.casebook.frame import audit
from models.commands.people import HandOver
from models.lookups import absence as lookup
from models.lookups.duties import is_open
from models.owed import DUTIES
from models.refusals import FieldError, InvalidFields, NotAllowed
from models.tables.base import new_id
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.people import Person
from models.tables.trail import History
from models.transactions import Work
from models.words import ClosedBy, Role


@dataclass(frozen=True, slots=True)
class Left:
    """A duty that stays with who had it, and why."""

    duty: Duty
    why: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What went to the colleague, and what did not."""

    duties: int
    cases: int
    left: tuple[Left, ...]
    left_cases: tuple[UUID, ...]


async def hand_over(work: Work, person_id: UUID, command: HandOver) -> HandedOver:
    """Give a colleague of the same organisation what somebody has open by name, and the cases they lead.

    One transaction and a fixed number of statements. Each case gets a line, the receiver one message. What may not be
    handed on stays, and is named. Raises NotFound, NotAllowed or InvalidFields; then nothing is changed.
    """
    if not (work.actor.is_staff and work.actor.has(Role.MANAGER)):
        raise NotAllowed("Taken van een collega draagt de manager van het huis over.")
    person = await lookup.person_for_update(work, person_id, command.person_id)
    receiver = await _receiver(work, person, command.person_id)
    found = await lookup.cases_of(work, person_id)
    led = [case_id for case_id, leads in found if leads] if command.duties is None else []
    leads = Role.PROCESS_DIRECTOR in receiver.roles
    going, left = _sorted(await _wanted(work, person_id, command), receiver)
    moving = led if leads else []
    await _move(work, going, moving, receiver.id)
    _tell_cases(work, person, command, going, moving)
    await _tell(work, going)
    return HandedOver(len(going), len(moving), tuple(left), () if leads else tuple(led))


async def _receiver(work: Work, person: Person, receiver_id: UUID) -> PersonFacts:
    colleagues = await lookup.colleagues(work, person.organisation_id)
    found = colleagues.get(receiver_id)
    if found is None or found.id == person.id:
        raise InvalidFields([FieldError("naar", "is een andere, aangewezen collega van dezelfde organisatie")])
    if not (found.active and found.fit):
        raise InvalidFields([FieldError("naar", "is niet (meer) aangewezen, gescreend en getraind")])
    if found.is_absent(work.now) and stand_in(found, colleagues, work.now) is None:
        raise InvalidFields([FieldError("naar", UNATTENDED)])
    return found


async def _wanted(work: Work, person_id: UUID, command: HandOver) -> list[Duty]:
    found = await lookup.to_hand_over(work, person_id)
    if command.duties is None:
        return found
    wanted = set(command.duties)
    if wanted - {one.id for one in found}:
        raise InvalidFields([FieldError("taken", "noem alleen open taken die op naam van deze persoon staan")])
    return [one for one in found if one.id in wanted]


def _sorted(found: Iterable[Duty], receiver: PersonFacts) -> tuple[list[Duty], list[Left]]:
    going, left = [], []
    for duty in found:
        why = _stays(duty, receiver)
        if why is None:
            going.append(duty)
        else:
            left.append(Left(duty, why))
    return going, left


def _stays(duty: Duty, receiver: PersonFacts) -> str | None:
    """Why a duty cannot be this colleague's."""
    if DUTIES[duty.kind].closed_by is ClosedBy.REVIEW:
        return "een beoordeling wordt niet doorgegeven"
    if duty.kind in PERSONAL:
        return "bezwaar maakt alleen wie in het besluit is genoemd"
    if duty.owner_role is Role.TRIAGE_MEMBER:
        return "deze taak is van het hele triageoverleg"
    if not may_stand_in(receiver, duty.owner_role):
        return f"de ontvanger heeft niet de rol {duty.owner_role} die deze taak vraagt"
    return None


async def _move(work: Work, going: Sequence[Duty], led: Sequence[UUID], receiver_id: UUID) -> None:
    """A duty that waited for the regisseur goes with the case, whoever of the house had it by name."""
    session, quietly = work.session, {"synchronize_session": False}
    touched = {one.case_id for one in going} | set(led)
    if going:
        ids = [one.id for one in going]
        await session.execute(
            update(Duty).where(Duty.id.in_(ids)).values(owner_person_id=receiver_id), execution_options=quietly
        )
    if led:
        directed = update(Duty).where(Duty.case_id.in_(led), Duty.kind.in_(DIRECTED), is_open())
        await session.execute(
            directed.values(owner_person_id=receiver_id, owner_role=Role.PROCESS_DIRECTOR), execution_options=quietly
        )
        await session.execute(
            update(Case).where(Case.id.in_(led)).values(director_id=receiver_id), execution_options=quietly
        )
    if touched:
        await session.execute(
            update(Case).where(Case.id.in_(touched)).values(last_event_at=work.now), execution_options=quietly
        )


def _tell_cases(work: Work, person: Person, command: HandOver, going: Sequence[Duty], led: Sequence[UUID]) -> None:
    """One line in the history of each case, and one in the log. The reason is told to who reads the case."""
    actor, per_case = work.actor, dict.fromkeys(led, 0)
    for duty in going:
        per_case[duty.case_id] = per_case.get(duty.case_id, 0) + 1
    rows = []
    for case_id, count in per_case.items():
        facts = {"van": str(person.id), "naar": str(command.person_id), "aantal": count, "leiding": case_id in led}
        rows.append({
            "id": new_id(), "house_id": person.house_id, "case_id": case_id, "at": work.now,
            "what": "taken overgedragen", "person_id": actor.person_id, "organisation_id": actor.organisation_id,
            "on_behalf_of": actor.on_behalf_of, "facts": facts | {"reden": command.reason},
        })  # fmt: skip
        audit(
            work, "taken overgedragen", "casus", case_id, case_id=case_id, house_id=person.house_id, van=person.id,
            naar=command.person_id, aantal=count,
        )  # fmt: skip
    work.write(History, rows)
    audit(work, "taken overgedragen", "persoon", person.id, house_id=person.house_id, aantal=len(going))


async def _tell(work: Work, going: Sequence[Duty]) -> None:
    """The receiver, or who stands in for them, gets one message about all of it."""
    pairs = [(one.id, "overgedragen") for one in going]
    await outbox.tell_about_duties(work, pairs, template="overgedragen", key=f"overgedragen:{new_id()}")
