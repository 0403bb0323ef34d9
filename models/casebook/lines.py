"""A line of minutes on its way in: what it may point at, who may have said it, and what follows from that."""

from uuid import UUID

from models import minutes
from models.casebook.frame import Frame
from models.commands.minutes import SaidInMeeting, TypeLine
from models.itemwords import Condition, Regime
from models.lookups import cases, people, plan
from models.lookups import info as info_lookup
from models.lookups import minutes as lookup
from models.minutes import KINDS, POINTS_AT, LineKind, Said
from models.policy import Policy
from models.refusals import FieldError, InvalidFields, NotAllowed, NotFound
from models.tables.base import new_id
from models.tables.cases import Case
from models.tables.meetings import Meeting
from models.tables.minutes import MinuteLine
from models.transactions import Work
from models.words import OrganisationKind

#: what a line can point at, and its name on the wire
_POINTERS = {
    "item_id": "informatie", "commitment_id": "afspraak", "goal_id": "doel", "decision_id": "besluit",
    "on_day": "evaluatiedatum", "tells_id": "informeertDoor",
}  # fmt: skip
_TEXT = "zeg iets, of verwijs naar informatie van deze casus"


def kind_of(command: TypeLine) -> LineKind:
    """The kind that was named, or what a line in this section is when nobody says so."""
    return command.kind or KINDS[command.section][0]


def of(frame: Frame, meeting: Meeting, command: TypeLine) -> MinuteLine:
    """The line itself, without what it says."""
    person_id = frame.work.actor.person_id
    if person_id is None:
        raise NotAllowed("Dit doet een persoon.")
    return MinuteLine(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, meeting_id=meeting.id,
        section=command.section, kind=kind_of(command), speaker_id=command.speaker_id, spoke_id=command.spoke_id,
        disputes_id=command.disputes_id, written_at=frame.work.now, written_by=person_id,
    )  # fmt: skip


async def check(frame: Frame, meeting: Meeting, command: TypeLine, kind: LineKind) -> None:
    """Refuse a line that says nothing, two things, or something that does not belong here. Raises InvalidFields."""
    if not minutes.fits(kind, command.section):
        choice = ", ".join(KINDS[command.section])
        raise InvalidFields([FieldError("soort", f"kies bij {command.section} uit: {choice}")])
    if Condition.NO_MINUTES in command.conditions:
        told = "wat niet in het verslag mag hoort bij de informatie van de casus, niet hier"
        raise InvalidFields([FieldError("voorwaarden", told)])
    given = [name for name in _POINTERS if getattr(command, name) is not None]
    wanted = POINTS_AT.get(kind, "item_id")
    texts = 1 if command.body.strip() else 0
    if len(given) + texts != 1 or (given and given != [wanted]) or (texts and kind in POINTS_AT):
        field, told = ("tekst", _TEXT) if kind not in POINTS_AT else (_POINTERS[wanted], "noem dit, en niets anders")
        raise InvalidFields([FieldError(field, told)])
    if command.disputes_id is not None:
        facts = await cases.case_facts(frame.work, frame.case)
        try:
            await lookup.line(frame.work, meeting, facts, command.disputes_id)
        except NotFound:
            raise InvalidFields([FieldError("weerspreekt", "is een regel van dit verslag")]) from None


async def point(frame: Frame, line: MinuteLine, command: TypeLine) -> None:
    """Let a line point at something of this case. Raises InvalidFields."""
    work, case_id = frame.work, frame.case.id
    there = True
    if command.item_id is not None:
        facts = await cases.case_facts(work, frame.case)
        found = (await info_lookup.some(work, case_id, facts, [command.item_id])).get(command.item_id)
        there = found is not None and Condition.NO_MINUTES not in found.row.conditions
        line.item_version = found.row.version if found is not None else None
    elif command.commitment_id is not None:
        there = bool(await plan.of_case(work, case_id, [command.commitment_id]))
    elif command.goal_id is not None:
        there = bool(await plan.are_of_case(work, case_id, [command.goal_id]))
    elif command.decision_id is not None:
        there = await _is_decision(frame, command.decision_id)
    elif command.tells_id is not None:
        there = command.tells_id in await cases.standing_now(work, case_id)
    if not there:
        name = next(name for name in _POINTERS if getattr(command, name) is not None)
        raise InvalidFields([FieldError(_POINTERS[name], "is niet van deze casus, of mag niet in een verslag")])
    for name in _POINTERS:
        setattr(line, name, getattr(command, name))
    line.completed_at = work.now


async def _is_decision(frame: Frame, decision_id: UUID) -> bool:
    try:
        await cases.decision(frame.work, frame.case.id, decision_id)
    except NotFound:
        return False
    return True


async def filled(work: Work, case: Case, policy: Policy, command: TypeLine) -> Said:
    """What was said with what follows from who speaks and from the section. Raises InvalidFields."""
    speaks_under, supplier_id = await _speaker(work, case, policy, command)
    said = Said(
        command.section, command.body, supplier_id, command.category, command.life_domain, command.regime,
        command.route, command.route_reason,
    )  # fmt: skip
    return minutes.filled(said, speaks_under=speaks_under, sponsor_id=case.sponsor_organisation_id)


async def _speaker(work: Work, case: Case, policy: Policy, command: SaidInMeeting) -> tuple[Regime | None, UUID | None]:
    """Under which law the speaker speaks, and the participant whose words they are; of the house nobody supplies."""
    if command.speaker_id is None:
        return None, None
    try:
        found = (await people.organisations(work, [command.speaker_id]))[command.speaker_id]
    except NotFound:
        raise InvalidFields([FieldError("spreker", "is een organisatie van dit huis")]) from None
    if command.spoke_id is not None:
        await _must_work_there(work, command.spoke_id, found.id)
    if found.kind is OrganisationKind.HOUSE:
        return None, None
    if found.id not in await cases.standing_now(work, case.id):
        raise InvalidFields([FieldError("spreker", "is een betrokken of bevraagde deelnemer van deze casus")])
    return minutes.regime_of((found.name, found.task), policy.speaker_regimes), found.id


async def _must_work_there(work: Work, person_id: UUID, organisation_id: UUID) -> None:
    try:
        there = (await people.employers(work, [person_id]))[person_id] == organisation_id
    except NotFound:
        there = False
    if not there:
        raise InvalidFields([FieldError("persoonSpreker", "werkt bij de organisatie die sprak")])
