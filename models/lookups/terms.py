"""Why a duty is due when it is: how its moment came about, what moved it, and the ladder that goes with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from models import ladder, projection, visibility
from models.clocks import Skipped
from models.lookups import cases, people, tasks
from models.lookups.tasks import DutyLine
from models.owed import DUTIES
from models.phrases import phrase
from models.projection import Term
from models.tables.cases import Hold
from models.tables.duties import ChangedTerm, Duty, Rung
from models.transactions import Work
from models.words import TermChange


class RungState(StrEnum):
    """What became of a step of the ladder."""

    COMING = "komt"
    SENT = "verstuurd"
    PASSED = "voorbij"  #: it came too late to be of use
    DROPPED = "vervallen"  #: the moment moved, or the duty was done
    FAILED = "niet_gelukt"


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A stretch in which the clock stood still. `reason` is there for who reads the case."""

    since: datetime
    until: datetime
    ended: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What moved the moment, and who did. `reason` is there for who reads the case, and for who gave it."""

    at: datetime
    who: str
    organisation: str
    why: TermChange
    was: datetime
    becomes: datetime
    added: str
    reason: str


@dataclass(frozen=True, slots=True)
class RungLine:
    """A step of the ladder: what it does, when, and what became of it."""

    does: str
    at: datetime
    state: RungState


@dataclass(frozen=True, slots=True)
class Explained:
    """A term with everything it takes to explain it."""

    line: DutyLine
    term: Term
    said: str  #: the term in words
    extended: str  #: the same of its extension; empty without one
    days: tuple[Skipped, ...]
    holds: list[HoldLine]
    changes: list[ChangeLine]
    rungs: list[RungLine]


async def explained(work: Work, duty_id: UUID) -> Explained:
    """Everything about the term of a duty that this actor may see. Raises NotFound."""
    line = await tasks.one(work, duty_id)
    duty = line.duty
    reads = visibility.reads_case(work.actor, await cases.case_facts(work, line.case))
    term = Term(duty.unit, duty.amount, duty.extra, duty.fixed_at)
    said, more = projection.spoken(term.unit, term.amount), projection.spoken(term.unit, term.extra)
    return Explained(
        line, term, said, more if term.extra else "", await _skipped(work, duty, term),
        await _holds(work, duty, reads=reads), await _changes(work, duty, reads=reads),
        await _rungs(work, duty),
    )  # fmt: skip


async def _skipped(work: Work, duty: Duty, term: Term) -> tuple[Skipped, ...]:
    """The days that did not count, as long as they lead to the moment that is kept."""
    _version, policy = await cases.house_policy(work, duty.house_id)
    ledger = (await cases.holds_of(work, [duty.case_id])).get(duty.case_id, [])
    holds, _still = projection.counting(
        duty.kind, [one.seen_from(duty.id) for one in ledger if one.concerns(duty.id)], work.now
    )
    try:
        due = policy.due(duty.kind, duty.anchor, term.budget(), holds)
    except ValueError:
        return ()
    return due.skipped if projection.due_moment(due, duty.opened_at) == duty.due_at else ()


async def _holds(work: Work, duty: Duty, *, reads: bool) -> list[HoldLine]:
    statement = select(Hold).where(Hold.case_id == duty.case_id, Hold.until > duty.anchor).order_by(Hold.since)
    stops = DUTIES[duty.kind].stops_on_hold
    return [
        HoldLine(one.since, one.until, one.ended_at is not None, one.reason if reads else "")
        for one in await work.session.scalars(statement)
        if one.duty_id == duty.id or (one.duty_id is None and stops)
    ]


async def _changes(work: Work, duty: Duty, *, reads: bool) -> list[ChangeLine]:
    statement = select(ChangedTerm).where(ChangedTerm.duty_id == duty.id).order_by(ChangedTerm.version)
    found = list(await work.session.scalars(statement))
    if not found:
        return []
    names, organisations = await people.names(work)
    return [
        ChangeLine(
            one.at, (names.get(one.person_id) or phrase("niet meer bekend")) if one.person_id else "Pols",
            organisations.get(one.organisation_id, "") if one.organisation_id else "", one.why, one.was_due_at,
            one.due_at, projection.spoken(one.unit, one.added) if one.added else "",
            one.reason if reads or one.person_id == work.actor.person_id else "",
        )
        for one in found
    ]  # fmt: skip


async def _rungs(work: Work, duty: Duty) -> list[RungLine]:
    """Nobody sees what somebody else put off for themselves."""
    mine = Rung.person_id.is_(None) | (Rung.person_id == work.actor.person_id)
    statement = select(Rung).where(Rung.duty_id == duty.id, mine).order_by(Rung.fire_at, Rung.id)
    found = await work.session.scalars(statement)
    return [RungLine(ladder.explain(one.step), one.fire_at, _state(one)) for one in found]


def _state(rung: Rung) -> RungState:
    if rung.gave_up_at is not None:
        return RungState.FAILED
    if rung.dropped_at is not None:
        return RungState.DROPPED
    if rung.fired_at is None:
        return RungState.COMING
    return RungState.PASSED if rung.passed_at is not None else RungState.SENT


async def extended_by_owner(work: Work, duty: Duty, director_id: UUID | None) -> bool:
    """Whether who owes this has taken more time before: anybody of theirs, but not the regisseur who gave it."""
    statement = select(ChangedTerm.id).where(
        ChangedTerm.duty_id == duty.id, ChangedTerm.why == TermChange.EXTENDED,
        ChangedTerm.organisation_id == work.actor.organisation_id, ChangedTerm.person_id.is_distinct_from(director_id),
    )  # fmt: skip
    return await work.session.scalar(statement.limit(1)) is not None
