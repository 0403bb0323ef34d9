"""The timeline of a case: history and decisions in Dutch sentences, names resolved in a fixed number of questions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select

from models import visibility
from models.lookups import cases, info, people, plan
from models.lookups.paging import ALWAYS, Between, Page, Paged, Place, keyset, shown
from models.lookups.sentences import Known, as_id, say
from models.rights import CaseFacts
from models.tables.cases import Decision, DecisionDecider
from models.tables.duties import Duty
from models.tables.meetings import Meeting
from models.tables.trail import History
from models.transactions import Work
from models.visibility import DutyOwner
from models.words import DutyKind, OrganisationKind


class HasPerson(Protocol):
    """Somebody named as having decided."""

    @property
    def person_id(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline. `reason` is there for who reads the case and for who took the decision."""

    moment: datetime
    sentence: str
    who: str
    organisation: str
    namens: str
    reason: str = ""
    kind: str = ""


async def timeline(work: Work, case_id: UUID) -> list[Line]:
    """What happened, the newest first. Raises NotFound."""
    _case, facts = await cases.seen(work, case_id)
    known = await _known(work, case_id, facts)
    found = await work.session.scalars(
        select(History).where(History.case_id == case_id).order_by(History.at.desc(), History.id.desc())
    )
    return [_line(work, line, known, facts) for line in found if _is_shown(work, line, known, facts)]


async def page_of(
    work: Work, case_id: UUID, page: Page, *, kinds: Sequence[str] = (), between: Between = ALWAYS
) -> Paged[Line]:
    """A page of it; of these kinds of events, within a stretch of time. Raises NotFound."""
    _case, facts = await cases.seen(work, case_id)
    known = await _known(work, case_id, facts)
    statement = select(History).where(History.case_id == case_id, *between.of(History.at))
    if kinds:
        statement = statement.where(History.what.in_(kinds))

    async def read(part: Page) -> Sequence[History]:
        return (await work.session.scalars(keyset(statement, part, History.at, History.id, newest_first=True))).all()

    found = await shown(
        read, lambda line: _is_shown(work, line, known, facts), page, lambda line: Place(line.id, line.at)
    )
    return Paged([_line(work, line, known, facts) for line in found.rows], found.following)


def _is_shown(work: Work, line: History, known: Known, facts: CaseFacts) -> bool:
    """What is about informing the person is told to who is shown that duty, and to who did it.

    What is about information is told to who reads that information, and to nobody else.
    """
    if line.item_id is not None and line.item_id not in known.items:
        return False
    if line.commitment_id is not None and not _may_know(work, line, known):
        return False
    if line.person_id is not None and line.person_id == work.actor.person_id:
        return True
    about, kind = as_id(line.facts, "taak"), line.facts.get("soort")
    duty = known.duties.get(about) if about else None
    if duty is not None:
        kind, owner = duty.kind, DutyOwner.of(duty)
    else:
        owner = DutyOwner(as_id(line.facts, "organisatie") or line.organisation_id or UUID(int=0))
    if kind in visibility.INFORMING:
        return visibility.lists_duty(work.actor, facts, owner=owner, kind=DutyKind(kind))
    return duty is not None or about is None


def _may_know(work: Work, line: History, known: Known) -> bool:
    """A line about a commitment that is not for everybody: the house, whose act it was, and who may read it."""
    actor = work.actor
    return (
        actor.organisation_kind is OrganisationKind.HOUSE
        or line.organisation_id == actor.organisation_id
        or line.commitment_id in known.commitments
    )


def _told(work: Work, line: History, facts: CaseFacts) -> Mapping[str, Any]:
    """The facts of a line, without what was answered for who may not read the answer."""
    owner = as_id(line.facts, "organisatie")
    if line.what != "antwoord" or owner is None:
        return line.facts
    wrote = line.person_id or UUID(int=0)
    if visibility.reads_answer(work.actor, facts, organisation_id=owner, registered_by=wrote):
        return line.facts
    return {name: value for name, value in line.facts.items() if name != "uitkomst"}


async def _known(work: Work, case_id: UUID, facts: CaseFacts) -> Known:
    reads = visibility.reads_case(work.actor, facts)
    names, organisations = await people.names(work)
    duties = await work.session.scalars(select(Duty).where(Duty.case_id == case_id))
    meetings = await work.session.scalars(select(Meeting).where(Meeting.case_id == case_id))
    taken = await work.session.scalars(select(Decision).where(Decision.case_id == case_id))
    named: dict[UUID, list[DecisionDecider]] = {}
    for one in await work.session.scalars(select(DecisionDecider).where(DecisionDecider.case_id == case_id)):
        named.setdefault(one.decision_id, []).append(one)
    by_id = ({one.id: one for one in duties}, {one.id: one for one in meetings}, {one.id: one for one in taken})
    items = await info.readable(work, case_id, facts)
    return Known(names, organisations, *by_id, named, reads, items, await plan.readable(work, case_id, facts))


def _line(work: Work, line: History, known: Known, facts: CaseFacts) -> Line:
    decision = known.decisions.get(as_id(line.facts, "besluit") or line.id)
    return Line(
        line.at, say(line.what, _told(work, line, facts), known), _who(line, known),
        known.organisation(line.organisation_id), known.organisation(line.on_behalf_of),
        reason(work, decision, known.deciders.get(decision.id, ()), reads=known.reads) if decision
        else str(line.facts.get("reden", "")) if known.reads else "",
        line.what,
    )  # fmt: skip


def _who(line: History, known: Known) -> str:
    """Who did it, and in whose place."""
    replaced = known.person(as_id(line.facts, "vervangt"))
    return (known.person(line.person_id) or "Pols") + (f", vervangt {replaced}" if replaced else "")


def reason(work: Work, decision: Decision, deciders: Iterable[HasPerson], *, reads: bool) -> str:
    """Why: for who reads the case, who registered it and who took it. It may say something about a person."""
    took = {decision.registered_by, *(who.person_id for who in deciders)}
    return decision.reason if reads or work.actor.person_id in took else ""
