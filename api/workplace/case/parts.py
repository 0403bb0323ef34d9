"""What stands on the page of a case besides its shell: information, guests of meetings, answers by phone."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from api.workplace.visits import Visit
from models import visibility
from models.agenda import Presence, said_by_all
from models.casebook import answers, corrections
from models.casebook import asking as casebook_asking
from models.lookups import asking as asking_lookup
from models.lookups import cases, duties, info, invitations, meetings, people, picture
from models.lookups.caselists import CaseLine
from models.lookups.invitations import Reaction
from models.lookups.paging import Page
from models.lookups.waiting import Waiting
from models.owed import DUTIES
from models.rights import CaseFacts
from models.tables.duties import Answer, Duty
from models.tables.items import InfoItem
from models.tables.meetings import Meeting
from models.unblock import leads
from models.visibility import DutyOwner
from models.words import ClosedBy, DutyKind, Standing

#: answered with more than an outcome and a text: not in a form of this page
ELSEWHERE = frozenset({DutyKind.JUDGE_CRITERIA})


@dataclass(frozen=True, slots=True)
class Known:
    """A piece of information on the page; for whom it is not, only for who supplied it."""

    row: InfoItem
    supplier: str
    not_for: list[UUID]
    only_for: list[UUID]


@dataclass(frozen=True, slots=True)
class Phoned:
    """What was noted by phone for the actor's organisation, and until when they can correct it."""

    duty: Duty
    answer: Answer
    outcomes: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Guest:
    """An organisation that is asked to a meeting: what it says, what each of its people said, who else could come."""

    organisation_id: UUID
    said: Presence | None
    people: list[Reaction]
    instead: list[str]


async def asking(visit: Visit, line: CaseLine) -> dict[str, Any]:
    """What partners were asked; and for who leads the case whom it may ask what about."""
    case_, work = line.case, visit.work
    found = (await asking_lookup.of_case(work, case_.id, Page())).rows if line.process else []
    may = visit.actor.is_staff and visit.actor.leads(case_.director_id) and case_.phase in casebook_asking.ASKED_IN
    if not may:
        return {"requests": found, "asked": [], "domains": ()}
    names = await people.organisation_names(work)
    involved = [one.organisation_id for one in await cases.standings(work, case_.id)
                if one.until is None and one.standing is Standing.INVOLVED]  # fmt: skip
    _, policy = await cases.house_policy(work, case_.house_id)
    asked = sorted(((one, names[one]) for one in dict.fromkeys(involved)), key=lambda one: one[1])
    return {"requests": found, "asked": asked, "domains": policy.life_domains}


async def guests(visit: Visit, held: list[Meeting]) -> dict[UUID, list[Guest]]:
    """Who comes to what is planned. Of whom nobody comes, the colleagues are named who could."""
    planned = [one.id for one in held if invitations.is_on(one)]
    if not planned or not visit.actor.is_staff:
        return {}
    found = await invitations.reactions(visit.work, planned)
    instead = await invitations.instead(visit.work, found)
    found_: dict[UUID, list[Guest]] = {}
    for one in await meetings.invitees(visit.work, planned):
        said = invitations.said_of(found, one)
        summed = said_by_all([each.said for each in said])
        names = [name for _, name in instead.get(one.organisation_id, [])] if summed is Presence.NOT else []
        found_.setdefault(one.meeting_id, []).append(Guest(one.organisation_id, summed, said, names))
    return found_


async def known(visit: Visit, case_id: UUID, facts: CaseFacts) -> list[Known]:
    """What may be read, the newest last; who reads it is logged."""
    minuted = await picture.apart(visit.work, case_id)
    found = await info.items(visit.work, case_id, facts, Page(), also=lambda one: one.row.id not in minuted)
    if found.rows:
        answers.saw(visit.work, "informatie", case_id, case_id)
    return [
        Known(one.row, one.supplier, *((one.row.excluded, one.row.only_for) if own else ([], [])))
        for one in found.rows for own in [visibility.supplied(visit.actor, facts, one.facts)]
    ]  # fmt: skip


def by_phone(
    visit: Visit, line: CaseLine, open_: list[Waiting], own: dict[UUID, tuple[str, ...]]
) -> dict[UUID, tuple[str, ...]]:
    """The duties of partners, for who leads the case and may note what a partner says by phone."""
    if not leads(visit.actor, line.case.director_id):
        return {}
    partners = [one for one in open_ if one.duty.owner.organisation_id != visit.actor.organisation_id]
    return {
        one.duty.id: _told_aloud(one.duty.kind) for one in partners if one.duty.id not in own and answered_here(one)
    }


async def phoned(visit: Visit, case_id: UUID) -> list[Phoned]:
    """What can still be corrected."""
    work = visit.work
    if not visit.actor.is_participant or visit.actor.house_id is None:
        return []
    found = await duties.by_phone(work, case_id)
    if not found:
        return []
    _, policy = await cases.house_policy(work, visit.actor.house_id)
    told = [Phoned(duty, one, _told_aloud(duty.kind), corrections.until(one.at, policy)) for duty, one in found]
    return [one for one in told if one.until >= work.now]


def is_shown(visit: Visit, facts: CaseFacts, one: Waiting) -> bool:
    owner = one.duty.owner
    wanted = DutyOwner(owner.organisation_id, owner.role, owner.person_id)
    return visibility.lists_duty(visit.actor, facts, owner=wanted, kind=one.duty.kind)


def answered_here(one: Waiting) -> bool:
    return DUTIES[one.duty.kind].closed_by is ClosedBy.ANSWER and one.duty.kind not in ELSEWHERE


def _told_aloud(kind: DutyKind) -> tuple[str, ...]:
    """What can be answered to somebody else; what stays with a partner only the partner gives itself (R12)."""
    return tuple(one for one in DUTIES[kind].answers if one not in DUTIES[kind].private)


def outcomes(one: Waiting) -> tuple[str, ...]:
    return DUTIES[one.duty.kind].answers


def by_domain(found: list[Known]) -> list[tuple[str, list[Known]]]:
    """Information by life domain, and what is of none at the end; within one the oldest first."""
    ordered = sorted(found, key=lambda one: (not one.row.life_domain, one.row.life_domain))
    return [(domain, list(these)) for domain, these in groupby(ordered, key=lambda one: one.row.life_domain)]
