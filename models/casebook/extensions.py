"""More time for what somebody owes: with a reason, and within what the house allows."""

from uuid import UUID

from models import unblock
from models.casebook import duties
from models.casebook.answers import check_open, owns
from models.casebook.duties import Because
from models.casebook.frame import Frame, open_frame
from models.clocks import Unit
from models.commands.cases import ExtendTerm
from models.lookups import duties as duty_lookup
from models.lookups import terms
from models.owed import DUTIES
from models.projection import in_unit, spoken
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible
from models.tables.duties import Duty
from models.transactions import Work
from models.words import ClosedBy, TermChange


async def extend(work: Work, duty_id: UUID, command: ExtendTerm) -> tuple[Duty, int]:
    """Extend the term of a duty and arm its ladder anew; also by how much it may still be extended by this actor.

    Raises NotFound, NotAllowed, AlreadySettled, NotPossible or InvalidFields; then nothing is changed.
    """
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    leads = unblock.leads(work.actor, frame.case.director_id)
    if not leads and not await owns(work, duty):
        raise NotAllowed("Verlengen doet de procesregisseur van deze casus, of één keer wie de taak heeft.")
    check_open(duty)
    _check_kind(duty)
    left = await _left(frame, duty, leads=leads)
    if not command.reason.strip():
        raise InvalidFields([FieldError("reden", "waarom is meer tijd nodig?")])
    if command.amount > left:
        raise InvalidFields([FieldError("aantal", f"er kan ten hoogste nog {spoken(duty.unit, left)} bij")])
    await _give(frame, duty, command, more=left - command.amount)
    return duty, left - command.amount if leads else 0


async def _give(frame: Frame, duty: Duty, command: ExtendTerm, *, more: int) -> None:
    """`more`: what could be added besides."""
    was = duty.due_at
    duty.extra += command.amount
    said = f"verlengd met {spoken(duty.unit, command.amount)}"
    await duties.recompute(frame, [duty], Because(TermChange.EXTENDED, said, command.reason, command.amount))
    if duty.due_at <= frame.work.now:
        advice = "verleng met meer" if more else "meer kan niet"
        raise InvalidFields([FieldError("aantal", f"hiermee is de termijn nog steeds voorbij; {advice}")])
    if duty.due_at == was:
        raise InvalidFields([FieldError("aantal", "hiermee valt de termijn op hetzelfde moment; verleng met meer")])
    frame.note(
        "termijn verlengd", "taak", duty.id, taak=duty.id, soort=duty.kind, met=spoken(duty.unit, command.amount)
    )


def _check_kind(duty: Duty) -> None:
    """What the house does not set itself, it does not extend."""
    spec, named = DUTIES[duty.kind], duty.kind.replace("_", " ")
    if spec.closed_by is ClosedBy.WORK:
        raise NotPossible(f"'{named}' doet Pols zelf; daar is geen uitstel voor nodig.")
    if not spec.stops_on_hold or spec.silent:
        raise NotPossible(f"De termijn van '{named}' ligt vast en wordt niet verlengd.")
    if duty.unit is Unit.FIXED:
        raise NotPossible(f"Voor '{named}' is een vast moment afgesproken; spreek een ander moment af.")


async def _left(frame: Frame, duty: Duty, *, leads: bool) -> int:
    """How much may still be added, in the unit of the term. Raises NotPossible when that is nothing."""
    most = in_unit(frame.policy.extension(duty.kind), duty.unit)
    if most == 0:
        raise NotPossible("Het beleid van dit huis staat voor deze taak geen verlenging toe.")
    left = most - duty.extra
    if left <= 0:
        raise NotPossible(f"Deze termijn is al verlengd met {spoken(duty.unit, duty.extra)}; meer kan niet.")
    if leads:
        return left
    own = in_unit(frame.policy.extension_by_owner, duty.unit)
    if own == 0:
        raise NotPossible("In dit huis verlengt alleen de procesregisseur een termijn; vraag het daar.")
    if await terms.extended_by_owner(frame.work, duty, frame.case.director_id):
        raise NotPossible("U hebt deze termijn al een keer verlengd; vraag de procesregisseur om meer tijd.")
    return min(left, own)
