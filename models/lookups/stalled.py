"""Stalled cases of a house: found by the index of each cause, explained by the pure definition."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from heapq import nsmallest
from importlib.resources import files
from uuid import UUID

from sqlalchemy import Interval, TextClause, Uuid, and_, bindparam, func, select, text, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from models import clocks
from models.absence import PersonFacts
from models.lookups import cases, waiting
from models.stalled import (
    DONE_BY_FLOW,
    ENGINE_GRACE,
    STOPS_ON_HOLD,
    CaseState,
    Cause,
    Crew,
    EntryFacts,
    MessageFacts,
    Party,
    Stall,
    causes,
)
from models.tables.cases import Case
from models.tables.engine import JournalEntry
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.words import OrganisationKind, Phase, Role

#: where a page goes on: since when the last case was stalled, and its id
After = tuple[datetime, UUID]

_HOUSE = aliased(Organisation)
OPEN_PHASES = [phase for phase in Phase if phase is not Phase.CLOSED]
_RUNS = """NOT ((c.hold_since IS NOT NULL AND d.kind = ANY (CAST(:stops AS text[]))) OR d.id IN (
      SELECT h.duty_id FROM hold h WHERE h.house_id = :house AND h.duty_id IS NOT NULL AND h.ended_at IS NULL
        AND h.since <= :now AND h.until > :now))"""
_DESK = """(CASE WHEN d.owner_role = 'triagelid' THEN CAST(:house AS uuid) ELSE d.owner_organisation_id END,
        CAST(coalesce(d.owner_role, 'partnercontact') AS text))"""
_PAGE = """
SELECT case_id, min(since) AS since FROM stalled GROUP BY case_id
HAVING (CAST(:cause AS text) IS NULL OR bool_or(cause = CAST(:cause AS text)))
  AND (CAST(:director AS uuid) IS NULL OR case_id IN (SELECT id FROM cases WHERE director_id = CAST(:director AS uuid)))
  AND (CAST(:since AS timestamptz) IS NULL
       OR (min(since), case_id) > (CAST(:since AS timestamptz), CAST(:last AS uuid)))
ORDER BY min(since), case_id LIMIT :most
"""
_PER_CASE = "SELECT case_id, min(since) AS since, array_agg(DISTINCT cause) AS causes FROM stalled GROUP BY case_id"


@dataclass(frozen=True, slots=True)
class StalledRow:
    """A stalled case: what it waits on, the gravest cause first. `since` is the oldest of them."""

    case_id: UUID
    number: str
    phase: Phase
    director_id: UUID | None
    urgent: bool
    stalls: tuple[Stall, ...]

    @property
    def since(self) -> datetime:
        """Since when the case does not move."""
        return min(one.since for one in self.stalls)


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of a dashboard: open cases per phase, what is late, and stalled cases per cause and in all."""

    phases: dict[Phase, int]
    late: int
    causes: dict[Cause, int]
    stalled: int


async def overview(
    work: Work, *, limit: int = 50, after: After | None = None, cause: Cause | None = None,
    director_id: UUID | None = None,
) -> list[StalledRow]:  # fmt: skip
    """The stalled cases of the house, the longest first. Nothing for who is not staff of the house."""
    if not work.actor.is_staff:
        return []
    silent_since = await _silent_since(work)
    since, last = after or (None, None)
    asked = {"since": since, "last": last, "most": limit, "cause": cause, "director": director_id}
    found = await work.session.execute(_asking(_PAGE), _facts(work, silent_since) | asked)
    return await _rows_of(work, [row.case_id for row in found], silent_since)


async def _rows_of(work: Work, case_ids: Sequence[UUID], silent_since: datetime) -> list[StalledRow]:
    rows = [_row(case, causes(state, work.now, silent_since)) for case, state in await _states(work, case_ids)]
    return sorted((row for row in rows if row.stalls), key=lambda row: (row.since, row.case_id))


async def late(work: Work, *, limit: int = 50, after: waiting.After | None = None) -> list[waiting.Waiting]:
    """What is late, the longest first: for staff of the whole house, for others their own."""
    return await waiting.late(work, limit=limit, after=after)


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard: its figures, and the cases that were stalled the longest."""

    counts: Counts
    stalled: list[StalledRow]


async def board(work: Work, *, limit: int = 50) -> Board:
    """Figures and first page together: what stalls is looked for once."""
    late_ = await waiting.count_late(work)
    phases = await _phases(work)
    if not work.actor.is_staff:
        return Board(Counts(phases, late_, {}, 0), [])
    silent_since = await _silent_since(work)
    found = (await work.session.execute(_asking(_PER_CASE), _facts(work, silent_since))).all()
    per_cause = Counter(Cause(cause) for row in found for cause in row.causes)
    first = nsmallest(limit, found, key=lambda row: (row.since, row.case_id))
    rows = await _rows_of(work, [row.case_id for row in first], silent_since)
    return Board(Counts(phases, late_, dict(per_cause), len(found)), rows)


async def of_case(work: Work, case_id: UUID) -> tuple[Stall, ...]:
    """Why this case is stalled; nothing when it moves, and nothing for who is not staff."""
    states = await _states(work, [case_id]) if work.actor.is_staff else []
    silent_since = await _silent_since(work)
    return tuple(stall for _, state in states for stall in causes(state, work.now, silent_since))


async def of_all(work: Work, case_ids: Sequence[UUID]) -> dict[UUID, tuple[Stall, ...]]:
    """What the definition says of these cases, each looked at by itself."""
    silent_since = await _silent_since(work)
    return {case.id: causes(state, work.now, silent_since) for case, state in await _states(work, case_ids)}


@cache
def _stalled() -> str:
    statement = (files("models.lookups") / "stalled.sql").read_text(encoding="utf-8")
    return statement.format(runs=_RUNS, desk=_DESK)


def _asking(what: str) -> TextClause:
    return text(_stalled() + what).bindparams(bindparam("grace", type_=Interval()))


def _facts(work: Work, silent_since: datetime) -> dict[str, object]:
    return {
        "house": work.actor.house_id, "now": work.now, "silent_since": silent_since, "grace": ENGINE_GRACE,
        "stops": sorted(STOPS_ON_HOLD), "by_flow": sorted(DONE_BY_FLOW),
    }  # fmt: skip


async def _silent_since(work: Work) -> datetime:
    """An event at or before this moment is too long ago, for a case in execution."""
    if work.actor.house_id is None:
        return work.now
    _, policy = await cases.house_policy(work, work.actor.house_id)
    return clocks.shift(work.now, clocks.working_days(-policy.silent_after_working_days), policy.calendar())


async def _phases(work: Work) -> dict[Phase, int]:
    rows = await work.session.execute(
        select(Case.phase, func.count().label("cases"))
        .where(Case.house_id == work.actor.house_id, Case.closed_at.is_(None)).group_by(Case.phase)
    )  # fmt: skip
    found = {row.phase: row.cases for row in rows}
    return {phase: found.get(phase, 0) for phase in OPEN_PHASES}


def _row(case: Case, stalls: tuple[Stall, ...]) -> StalledRow:
    return StalledRow(case.id, case.number, case.phase, case.director_id, case.urgent, stalls)


async def _states(work: Work, case_ids: Sequence[UUID]) -> list[tuple[Case, CaseState]]:
    """What the definition needs of these cases, in a fixed number of questions."""
    if not case_ids:
        return []
    found = await work.session.execute(
        select(Case, _HOUSE.id)
        .join(_HOUSE, and_(_HOUSE.house_id == Case.house_id, _HOUSE.kind == OrganisationKind.HOUSE))
        .where(Case.id.in_(case_ids))
    )  # fmt: skip
    duties = await waiting.open_in(work, case_ids)
    messages, entries, crew = await _messages(work, case_ids), await _entries(work, case_ids), await _crew(work)
    return [
        (
            case,
            CaseState(
                case.phase, house_id, case.director_id, case.last_event_at, crew, case.hold_since, case.hold_until,
                tuple(one.duty for one in duties.get(case.id, ())), tuple(messages[case.id]), tuple(entries[case.id]),
            ),
        )
        for case, house_id in found
    ]  # fmt: skip


_MESSAGES = text("""
    SELECT about AS case_id, m.recipient_id, p.organisation_id, m.gave_up_at,
           (SELECT max(s.sent_at) FROM outbox s
             WHERE s.case_ids @> ARRAY[about] AND s.recipient_id = m.recipient_id) AS arrived
    FROM outbox m CROSS JOIN unnest(m.case_ids) AS about JOIN person p ON p.id = m.recipient_id
    WHERE m.gave_up_at IS NOT NULL AND m.case_ids && :wanted AND about = ANY (:wanted)
    ORDER BY m.gave_up_at, m.id
""").bindparams(bindparam("wanted", type_=ARRAY(Uuid())))


async def _messages(work: Work, case_ids: Sequence[UUID]) -> dict[UUID, list[MessageFacts]]:
    """What was given up about these cases, and whether a later message did reach the same person."""
    per_case: dict[UUID, list[MessageFacts]] = defaultdict(list)
    for row in await work.session.execute(_MESSAGES, {"wanted": list(case_ids)}):
        party = Party(row.organisation_id, person_id=row.recipient_id)
        per_case[row.case_id].append(MessageFacts(party, row.gave_up_at, row.arrived))
    return per_case


async def _entries(work: Work, case_ids: Sequence[UUID]) -> dict[UUID, list[EntryFacts]]:
    """Outside work that is not done, and how long it waits in real time (`now()`, not the process clock)."""
    statement = (
        select(JournalEntry, type_coerce(func.now() - JournalEntry.next_try_at, Interval()))
        .where(JournalEntry.case_id.in_(case_ids), JournalEntry.done_at.is_(None))
        .order_by(JournalEntry.opened_at, JournalEntry.id)
    )
    per_case: dict[UUID, list[EntryFacts]] = defaultdict(list)
    for entry, waited in await work.session.execute(statement):
        per_case[entry.case_id].append(EntryFacts(entry.next_try_at, waited, entry.gave_up_at))
    return per_case


async def _crew(work: Work) -> Crew:
    rows = await work.session.execute(
        select(
            Person.id, Person.organisation_id, Organisation.kind, Person.roles, Person.absent_from, Person.absent_until,
            Person.deputy_id, func.pols_is_fit(Person.id, work.now).label("fit"),
        ).join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.house_id == work.actor.house_id, Person.active)
    )  # fmt: skip
    return Crew(
        PersonFacts(
            row.id, row.organisation_id, row.kind, frozenset(map(Role, row.roles)), absent_from=row.absent_from,
            absent_until=row.absent_until, deputy_id=row.deputy_id, fit=row.fit,
        )
        for row in rows
    )  # fmt: skip
