"""Writing minutes: a line at a time, with what the law asks of it; put up for correction, and adopted by a person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once

from models import items, minutes
from models.casebook import duties, info, lines
from models.casebook import whereabouts as places
from models.casebook.duties import Wanted
from models.casebook.frame import Frame, audit, must_direct, open_frame
from models.commands.info import DescribeItem
from models.commands.minutes import CompleteLine, GiveOtherView, MarkContradiction, TypeLine
from models.itemwords import Condition, Sensitive
from models.lookups import cases, meetings, people
from models.lookups import info as info_lookup
from models.lookups import minutes as lookup
from models.lookups.minutes import Told
from models.minutes import Audience, LineKind, MinutesState, Said, Section
from models.refusals import FieldError, InvalidFields, NotAllowed, NotFound, NotInThisPhase, NotPossible
from models.rights import Capacity, Right, by
from models.tables.base import new_id
from models.tables.items import InfoItem
from models.tables.meetings import Meeting
from models.tables.minutes import ItemConflict, MinuteDraft, MinuteLine, MinuteVersion, MinuteVersionLine
from models.transactions import Work
from models.words import DutyKind, OrganisationKind, Phase

#: of a line, where each field is on the wire
WIRE = {
    "body": "tekst", "supplier_id": "spreker", "category": "categorie", "regime": "regime",
    "route": "doorbrekingsgrond", "route_reason": "motiveringDoorbreking",
}  # fmt: skip
_LEAKS = "neemt letterlijk informatie over die niet in het verslag mag; laat die weg"


@dataclass(frozen=True, slots=True)
class Typed:
    """A line that was written down: what it still lacks, as it is called on the wire, and what to warn of."""

    line: MinuteLine
    missing: tuple[str, ...] = ()
    warnings: tuple[Sensitive, ...] = ()


async def type_line(work: Work, meeting_id: UUID, command: TypeLine) -> Typed:
    """Write a line down. What is not complete is a draft: of who typed it and who leads, until it is completed.

    Raises NotFound, NotAllowed, NotInThisPhase, NotPossible or InvalidFields.
    """
    frame, meeting = await _open(work, meeting_id)
    must_direct(frame)
    line = lines.of(frame, meeting, command)
    await lines.check(frame, meeting, command, line.kind)
    if command.body.strip():
        return await _say(frame, line, command)
    await lines.point(frame, line, command)
    work.session.add(line)
    await work.session.flush()
    audit(work, "verslagregel geschreven", "overleg", meeting.id, case_id=frame.case.id)
    return Typed(line)


async def complete(work: Work, meeting_id: UUID, line_id: UUID, command: CompleteLine) -> Typed:
    """Add what a line lacked; once nothing is missing it is an information item that others may read.

    Raises NotFound, NotAllowed, NotInThisPhase, NotPossible or InvalidFields.
    """
    frame, _meeting = await _open(work, meeting_id)
    draft = await work.session.get(MinuteDraft, line_id)
    if draft is None:
        must_direct(frame)  # who did not type it learns nothing of it
    line = await work.session.get(MinuteLine, line_id)
    if line is None or line.meeting_id != meeting_id:
        raise NotFound("Deze regel")
    if draft is None:
        raise NotPossible("Deze regel is al volledig. Wat er staat verbetert de leverancier, bij de informatie.")
    told = command.model_dump(mode="json", exclude_unset=True)
    whole = TypeLine.model_validate(draft.content | told)
    await work.session.delete(draft)
    await work.session.flush()
    line.kind, line.speaker_id, line.spoke_id = lines.kind_of(whole), whole.speaker_id, whole.spoke_id
    return await _say(frame, line, whole)


async def _say(frame: Frame, line: MinuteLine, command: TypeLine) -> Typed:
    """A line with text: an item when the law has all it asks for, otherwise a draft."""
    said = await _filled(frame, command)
    missing = minutes.missing(said)
    await check_text(frame, "tekst", command.body, _audience(command))
    if missing:
        draft = command.model_dump(mode="json", exclude_unset=True) | {"body": command.body}
        frame.work.session.add(line)
        await frame.work.session.flush()
        frame.work.session.add(
            MinuteDraft(
                line_id=line.id, house_id=line.house_id, case_id=line.case_id, written_by=line.written_by,
                content=draft,
            )
        )  # fmt: skip
        await frame.work.session.flush()
        return Typed(line, tuple(WIRE[one] for one in missing))
    item, warnings = await _as_item(frame, command, said)
    _holds(frame, line, item)
    await frame.work.session.flush()
    await _contradicts(frame, line)
    return Typed(line, warnings=tuple(warnings))


async def _filled(frame: Frame, command: TypeLine) -> Said:
    return await lines.filled(frame.work, frame.case, frame.policy, command)


def _audience(command: TypeLine | GiveOtherView) -> Audience:
    return Audience(frozenset(command.excluded), frozenset(command.only_for))


async def _as_item(frame: Frame, command: TypeLine, said: Said) -> tuple[InfoItem, list[Sensitive]]:
    """What was said, as its supplier supplied it; written down by who acts, in the name of the supplier (R27)."""
    assert said.supplier_id is not None  # noqa: S101 - nothing is missing
    own = {name: getattr(command, name) for name in DescribeItem.model_fields if hasattr(command, name)}
    described = DescribeItem(**own | {"category": said.category, "regime": said.regime, "professional": ""})
    before = frame.work
    if said.supplier_id != before.actor.organisation_id:
        frame.work = replace(before, actor=before.actor.behalf(said.supplier_id))
    try:
        return await info.write(frame, described, said.supplier_id)
    finally:
        frame.work = before


def _holds(frame: Frame, line: MinuteLine, item: InfoItem) -> None:
    line.item_id, line.item_version, line.completed_at = item.id, item.version, frame.work.now
    frame.work.session.add(line)


async def _contradicts(frame: Frame, line: MinuteLine) -> None:
    """The item of a line beside the one that it contradicts: both stay."""
    if line.disputes_id is None or line.item_id is None:
        return
    other = await frame.work.session.scalar(select(MinuteLine.item_id).where(MinuteLine.id == line.disputes_id))
    if other is not None and other != line.item_id:
        await _mark(frame, line.item_id, other)


async def _mark(frame: Frame, one: UUID, other: UUID) -> None:
    work, person_id = frame.work, frame.work.actor.person_id
    first, second = sorted((one, other))
    values = {
        "item_id": first, "other_id": second, "house_id": frame.case.house_id, "case_id": frame.case.id,
        "marked_at": work.now, "marked_by": person_id,
    }  # fmt: skip
    await work.session.execute(insert_once(ItemConflict).values(values).on_conflict_do_nothing())


async def mark_contradiction(work: Work, case_id: UUID, item_id: UUID, command: MarkContradiction) -> None:
    """Two items that do not go together are shown side by side. Who leads the case says so, or who supplied one.

    Raises NotFound, NotAllowed, NotInThisPhase or InvalidFields.
    """
    found, _facts = await info_lookup.item(work, case_id, item_id)
    try:
        other, _ = await info_lookup.item(work, case_id, command.other_id)
    except NotFound:
        raise InvalidFields([FieldError("weerspreekt", "kies andere informatie van deze casus")]) from None
    if other.row.id == found.row.id:
        raise InvalidFields([FieldError("weerspreekt", "kies andere informatie van deze casus")])
    frame = await open_frame(work, case_id)
    actor = work.actor
    own = actor.organisation_id in {found.row.supplier_id, other.row.supplier_id} and actor.is_participant
    if not own and not (actor.is_staff and actor.leads(frame.case.director_id)):
        raise NotAllowed("Dat informatie elkaar weerspreekt zegt de procesregisseur, of wie een van beide leverde.")
    if frame.case.phase is Phase.CLOSED:
        raise NotInThisPhase("De casus is afgesloten.")
    await _mark(frame, found.row.id, other.row.id)
    audit(work, "tegenspraak vastgelegd", "informatie", found.row.id, case_id=case_id)


async def remove(work: Work, meeting_id: UUID, line_id: UUID) -> None:
    """Take a line out of minutes that were not put up with it. Information that it points at stays with its supplier.

    Raises NotFound, NotAllowed, NotInThisPhase or NotPossible.
    """
    frame, meeting = await _open(work, meeting_id)
    must_direct(frame)
    found = await work.session.get(MinuteLine, line_id)
    if found is None or found.meeting_id != meeting.id:
        raise NotFound("Deze regel")
    if found.held:
        raise NotPossible("Deze regel staat in een versie die ter correctie is gelegd; die blijft zoals zij was.")
    await work.session.execute(delete(MinuteLine).where(MinuteLine.id == line_id))
    audit(work, "verslagregel weggehaald", "overleg", meeting.id, case_id=frame.case.id)


async def _open(work: Work, meeting_id: UUID) -> tuple[Frame, Meeting]:
    """A meeting whose minutes can still be written, under the lock of its case."""
    meeting = await meetings.meeting(work, meeting_id)
    frame = await open_frame(work, meeting.case_id)
    await work.session.refresh(meeting)
    if meeting.moved_at or meeting.cancelled_at:
        raise NotPossible("Dit overleg is verzet of afgelast; het heeft geen verslag.")
    if frame.case.phase is Phase.CLOSED:
        raise NotInThisPhase("De casus is afgesloten; aan een verslag verandert niets meer.")
    if lookup.state_of(await lookup.versions(work, meeting.id)) is MinutesState.ADOPTED:
        raise NotPossible("Dit verslag is vastgesteld. Wat niet klopt verbetert de leverancier, bij de informatie.")
    return frame, meeting


# What everybody says together, and what may not be repeated


async def say_together(frame: Frame, meeting: Meeting, body: str, *, field: str, section: Section) -> None:
    """Keep a text that the meeting has in common as one line, in the name of the sponsor. Raises InvalidFields."""
    command = TypeLine(section=section, body=body)
    line = lines.of(frame, meeting, command)
    await check_text(frame, field, body)
    said = replace(await _filled(frame, command), supplier_id=frame.case.sponsor_organisation_id)
    item, _warnings = await _as_item(frame, command, said)
    _holds(frame, line, item)
    await frame.work.session.flush()


async def check_text(frame: Frame, field: str, body: str, audience: Audience = Audience()) -> None:  # noqa: B008 - frozen
    """Nothing in it that some of its readers may not read (R13), as far as who writes it can know.

    What is looked for is a literal passage of an item or a commitment that is kept from one of them, or that may not be
    minuted, and a secret address. Raises InvalidFields.
    """
    await places.not_in(frame, {field: body})
    kept = [
        one.body for one in await info_lookup.kept_apart(frame.work, frame.case.id, Condition.NO_MINUTES)
        if Condition.NO_MINUTES in one.conditions
        or not minutes.within(audience, Audience(frozenset(one.excluded), frozenset(one.only_for)), one.supplier_id)
    ]  # fmt: skip
    kept += await meetings.bodies_apart(frame.work, frame.case.id)
    if any(items.repeats(body, said) for said in kept):
        raise InvalidFields([FieldError(field, _LEAKS)])


# Correction and adoption


async def put_up(work: Work, meeting_id: UUID) -> MinuteVersion:
    """Put the complete lines up for correction by who was there; that is what the duty to minute asks.

    Raises NotFound, NotAllowed, NotInThisPhase or NotPossible.
    """
    frame, meeting = await _open(work, meeting_id)
    must_direct(frame)
    made = await _put_up(frame, meeting)
    owed = [one for one in await frame.still_open({DutyKind.MINUTES}) if one.about_id == meeting.id]
    await duties.end_duties(frame, owed, answered=True, ended_as="gedaan")
    return made


async def answered(frame: Frame, meeting_id: UUID, note: str) -> None:
    """Who answers that the minutes are there puts them up; a text that comes with it is one line more."""
    meeting = await meetings.meeting(frame.work, meeting_id)
    if note.strip():
        await say_together(frame, meeting, note, field="toelichting", section=Section.READING)
    else:
        other = select(MinuteLine.id).where(
            MinuteLine.meeting_id == meeting_id, MinuteLine.kind != LineKind.STRATEGY,
            MinuteLine.completed_at.is_not(None),
        )  # fmt: skip
        if await frame.work.session.scalar(other.limit(1)) is None:
            told = "zet het verslag eerst in regels, of vat het overleg hier samen"
            raise InvalidFields([FieldError("toelichting", told)])
    await _put_up(frame, meeting)


async def _put_up(frame: Frame, meeting: Meeting) -> MinuteVersion:
    if meeting.held_at is None:
        raise NotPossible("Leg eerst vast dat het overleg is gehouden en wie er was.")
    made = await _version(frame, meeting, MinutesState.FOR_CORRECTION)
    there = [one.organisation_id for one in await meetings.invitees(frame.work, [meeting.id]) if one.present]
    known = await people.organisations(frame.work, there)
    asked = {
        one.owner_organisation_id for one in await frame.still_open({DutyKind.CORRECT_MINUTES})
        if one.about_id == meeting.id
    }  # fmt: skip
    wanted = [
        Wanted(DutyKind.CORRECT_MINUTES, one, about_id=meeting.id)
        for one in there if one not in asked and known[one].kind is not OrganisationKind.HOUSE
    ]  # fmt: skip
    duties.open_duties(frame, wanted)
    frame.note("verslag ter correctie", "overleg", meeting.id, overleg=meeting.id, versie=made.number)
    return made


async def adopt(work: Work, meeting_id: UUID) -> MinuteVersion:
    """Adopt the minutes as they were put up, with what was said against them. Only who leads the case does so.

    Raises NotFound, NotAllowed, NotInThisPhase, or NotPossible with what must be done first.
    """
    frame, meeting = await _open(work, meeting_id)
    must_direct(frame)
    before = await lookup.versions(work, meeting.id)
    if not before:
        raise NotPossible("Leg het verslag eerst ter correctie voor aan wie erbij was.")
    todo = [*await _drafts_left(frame, meeting), *await _corrections_left(frame, meeting)]
    if await _came_later(frame, meeting, before[0]):
        todo.append(f"regels die na versie {before[0].number} zijn bijgekomen: leg het verslag opnieuw ter correctie")
    if todo:
        raise NotPossible(f"Dit verslag kan nog niet worden vastgesteld: {'; '.join(todo)}.")
    made = await _version(frame, meeting, MinutesState.ADOPTED)
    frame.note("verslag vastgesteld", "overleg", meeting.id, overleg=meeting.id, versie=made.number)
    return made


async def _drafts_left(frame: Frame, meeting: Meeting) -> Sequence[str]:
    """By section what the unfinished lines lack; not what they say."""
    found = []
    for draft in await lookup.unfinished(frame.work, meeting.id):
        command = TypeLine.model_validate(draft.content)
        lacks = minutes.missing(await _filled(frame, command))
        found.append(f"een regel bij {command.section} mist {' en '.join(WIRE[one] for one in lacks)}")
    return found


async def lacking(work: Work, meeting: Meeting, found: Sequence[Told]) -> dict[UUID, tuple[str, ...]]:
    """Of the drafts among these lines what each still lacks, as it is called on the wire."""
    drafts = [one for one in found if one.draft is not None]
    if not drafts:
        return {}
    case = await cases.case(work, meeting.case_id)
    _version, policy = await cases.house_policy(work, case.house_id)
    said = {one.line.id: TypeLine.model_validate(one.draft) for one in drafts}
    whole = {id_: await lines.filled(work, case, policy, one) for id_, one in said.items()}
    return {id_: tuple(WIRE[each] for each in minutes.missing(one)) for id_, one in whole.items()}


async def _corrections_left(frame: Frame, meeting: Meeting) -> Sequence[str]:
    open_ = [one for one in await frame.still_open({DutyKind.CORRECT_MINUTES}) if one.about_id == meeting.id]
    if not open_:
        return []
    names = await people.organisation_names(frame.work)
    who = ", ".join(sorted(names[one.owner_organisation_id] for one in open_))
    return [f"de correctietermijn loopt nog voor {who}"]


async def _came_later(frame: Frame, meeting: Meeting, version: MinuteVersion) -> bool:
    """Whether a line came that nobody could correct; a contradiction is such a correction itself."""
    held = select(MinuteVersionLine.line_id).where(MinuteVersionLine.version_id == version.id)
    later = select(MinuteLine.id).where(
        MinuteLine.meeting_id == meeting.id, MinuteLine.completed_at.is_not(None), MinuteLine.disputes_id.is_(None),
        MinuteLine.id.not_in(held),
    )  # fmt: skip
    return await frame.work.session.scalar(later.limit(1)) is not None


async def _version(frame: Frame, meeting: Meeting, state: MinutesState) -> MinuteVersion:
    """Hold the complete lines, in one statement: also those that who acts may not read."""
    work = frame.work
    newest = select(func.coalesce(func.max(MinuteVersion.number), 0)).where(MinuteVersion.meeting_id == meeting.id)
    made = MinuteVersion(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, meeting_id=meeting.id,
        number=(await work.session.scalar(newest) or 0) + 1, state=state, made_at=work.now,
        made_by=work.actor.person_id,
    )  # fmt: skip
    work.session.add(made)
    await work.session.flush()
    columns = ["version_id", "line_id", "house_id", "case_id", "item_version"]
    whole = select(
        literal(made.id), MinuteLine.id, MinuteLine.house_id, MinuteLine.case_id, MinuteLine.item_version
    ).where(MinuteLine.meeting_id == meeting.id, MinuteLine.completed_at.is_not(None))
    await work.session.execute(insert(MinuteVersionLine).from_select(columns, whole))
    of_meeting = update(MinuteLine).where(MinuteLine.meeting_id == meeting.id, MinuteLine.completed_at.is_not(None))
    await work.session.execute(of_meeting.values(held=True).execution_options(synchronize_session=False))
    return made


async def give_other_view(work: Work, meeting_id: UUID, line_id: UUID, command: GiveOtherView) -> Typed:
    """A participant sees it otherwise: their view stands beside the line, and both stay.

    Raises NotFound, NotAllowed, NotInThisPhase, NotPossible or InvalidFields.
    """
    frame, meeting = await _open(work, meeting_id)
    facts = await cases.case_facts(work, frame.case)
    if Capacity.INVOLVED not in by(Right.CONTENT, work.actor, facts):
        raise NotAllowed("Een andere lezing geeft een betrokken deelnemer; u kunt een regel typen bij het verslag.")
    disputed = await lookup.line(work, meeting, facts, line_id)
    if not await lookup.versions(work, meeting.id):
        raise NotPossible("Dit verslag ligt nog niet ter correctie; zeg het in het overleg.")
    seen = disputed.item.row if disputed.item is not None else None
    typed = TypeLine(
        section=disputed.line.section, disputes_id=line_id, speaker_id=work.actor.organisation_id,
        spoke_id=work.actor.person_id, subject_id=disputed.subject_id, life_domain=disputed.life_domain,
        **command.model_dump() | {"category": command.category or (seen.category if seen is not None else None)},
    )  # fmt: skip
    said = await _filled(frame, typed)
    lacks = [one for one in minutes.missing(said) if one != "body"]
    if lacks:
        raise InvalidFields(FieldError(WIRE[one], "hoort bij wat u zegt; vul dit in") for one in lacks)
    line = lines.of(frame, meeting, typed)
    return await _say(frame, line, typed)
