"""Linking cases whose plans may be aligned, and ending that: by public participants, on a test in three parts (R19)."""

from collections.abc import Collection
from uuid import UUID

from models import visibility
from models.casebook import conflicts
from models.casebook import whereabouts as places
from models.casebook.frame import Frame, audit, open_frame
from models.commands.cases import EndLink, LinkCases
from models.lookups import cases, people
from models.lookups import coherence as lookup
from models.process import Deciders
from models.refusals import FieldError, InvalidFields, NotAllowed, NotFound, NotPossible
from models.tables.base import new_id
from models.tables.cases import Case
from models.tables.coherence import Coherence
from models.transactions import Work
from models.visibility import Decider, Parties
from models.words import Standing


async def link(work: Work, case_id: UUID, command: LinkCases) -> Coherence:
    """Record that two cases hang together (BGS 2.20(2)); nothing else links them.

    Raises NotFound, MayNotDecide, InvalidFields or NotPossible.
    """
    frame = await open_frame(work, case_id)
    who = await _deciders(frame, command.deciders)
    other = await _other(work, command.other_case)
    await _check(frame, other, command)
    if work.actor.person_id is None:
        raise NotAllowed("Dit legt een persoon vast.")
    first, second = sorted((case_id, other.id))
    made = Coherence(
        id=new_id(), house_id=frame.case.house_id, case_id=first, other_case_id=second, circle=command.circle,
        dependence=command.dependence, necessity=command.necessity, deciders=[one.person_id for one in who],
        registered_by=work.actor.person_id, decided_at=command.decided_at or work.now,
    )  # fmt: skip
    work.session.add(made)
    await work.session.flush()
    _log(frame, other, "samenhang vastgelegd", made.id)
    await _hold_side_by_side(frame)
    return made


async def _hold_side_by_side(frame: Frame) -> None:
    """What does not go together is found whoever links. Without a regisseur there is no plan yet."""
    director_id = frame.case.director_id
    if frame.work.actor.is_staff:
        await conflicts.find(frame)
    elif director_id is not None:
        await conflicts.find_as(frame, await people.actor(frame.work, director_id))


async def _other(work: Work, case_id: UUID) -> Case:
    try:
        return await cases.case(work, case_id)
    except NotFound:
        raise InvalidFields([FieldError("casus", "is een andere casus van dit huis die u kent")]) from None


async def _deciders(frame: Frame, named: Collection[UUID]) -> list[Decider]:
    """Who decided are deciding persons of public participants, as for every decision about a case (R3)."""
    actor = frame.work.actor
    wanted = tuple(named) or ((actor.person_id,) if actor.person_id else ())
    who = await cases.deciders(frame.work, wanted)
    involved = frozenset(one.organisation_id for one in await frame.standing(Standing.INVOLVED))
    parties = Parties(frame.case.director_id, frame.case.reporter_organisation_id, involved)
    visibility.may_decide(Deciders.LID1, who, parties)
    visibility.may_register(actor, who, parties)
    return who


async def _check(frame: Frame, other: Case, command: LinkCases) -> None:
    if other.id == frame.case.id:
        raise InvalidFields([FieldError("casus", "is een andere casus dan deze")])
    if command.decided_at is not None and command.decided_at > frame.work.now:
        raise InvalidFields([FieldError("beslistOp", "ligt in de toekomst")])
    if any(one.admitted_at is None or one.closed_at is not None for one in (frame.case, other)):
        raise NotPossible("Samenhang is er tussen casussen die in procesregie zijn en lopen.")
    if await lookup.are_linked(frame.work, frame.case.id, other.id):
        raise NotPossible("Van deze casussen is al vastgelegd dat zij samenhangen.")
    texts = {"kring": command.circle, "afhankelijkheid": command.dependence, "noodzaak": command.necessity}
    await places.not_in(frame, texts)


async def end(work: Work, coherence_id: UUID, command: EndLink) -> Coherence:
    """Record that two cases do not hang together any more. Raises NotFound, MayNotDecide or NotPossible."""
    found = await lookup.one(work, coherence_id)
    frame = await open_frame(work, found.case_id)
    await work.session.refresh(found)
    await _deciders(frame, command.deciders)
    if found.ended_at is not None:
        raise NotPossible("Deze samenhang is al beëindigd.")
    found.ended_at, found.ended_by, found.end_reason = work.now, work.actor.person_id, command.reason
    _log(frame, await cases.case(work, found.other_case_id), "samenhang beëindigd", found.id)
    return found


def _log(frame: Frame, other: Case, what: str, coherence_id: UUID) -> None:
    """In the log of both files, and in the history of neither: that there is another case is for who reads both."""
    for one in (frame.case, other):
        audit(frame.work, what, "samenhang", coherence_id, case_id=one.id, house_id=one.house_id)
