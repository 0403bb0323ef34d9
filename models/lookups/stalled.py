"""Stalled cases of a house: found by the index of each cause, explained by the pure definition."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Interval,
    Row,
    TextClause,
    Uuid,
    and_,
    bindparam,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from models import ages, clocks, unblock
from models.absence import PersonFacts
from models.clocks import AMSTERDAM, WorkingCalendar
from models.delivery import SETTLED
from models.lookups import assigned, cases, duties, people, waiting
from models.lookups.duties import any_of
from models.lookups.stalledcounts import COUNTS, Counts, fold
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
from models.tables.duties import Duty
from models.tables.engine import JournalEntry
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.unblock import Asker, Offer
from models.words import OrganisationKind, Phase, Role

#: where a page goes on: since when the last case was stalled, and its id
After = tuple[datetime, UUID]

_HOUSE = aliased(Organisation)
#: the columns alone: a page explains fifty cases and changes none
_Shell = Row[*tuple[Any, ...]]
_SHELLS = select(
    Case.id, Case.number, Case.phase, Case.director_id, Case.urgent, Case.last_event_at, Case.hold_since,
    Case.hold_until, _HOUSE.id.label("house"),
).join(_HOUSE, and_(_HOUSE.house_id == Case.house_id, _HOUSE.kind == OrganisationKind.HOUSE))  # fmt: skip
OPEN_PHASES = [phase for phase in Phase if phase is not Phase.CLOSED]
_RUNS = """NOT ((c.hold_since IS NOT NULL AND d.kind = ANY (CAST(:stops AS text[]))) OR d.id IN (
      SELECT h.duty_id FROM hold h WHERE h.house_id = :house AND h.duty_id IS NOT NULL AND h.ended_at IS NULL
        AND h.since <= :now AND h.until > :now))"""
_DESK = """(CASE WHEN d.owner_role = 'triagelid' THEN CAST(:house AS uuid) ELSE d.owner_organisation_id END,
        CAST(coalesce(d.owner_role, 'partnercontact') AS text))"""
_PAGE = """
SELECT case_id FROM chosen
WHERE CAST(:since AS timestamptz) IS NULL
   OR (since, case_id) > (CAST(:since AS timestamptz), CAST(:last AS uuid))
ORDER BY since, case_id LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class StalledFilter:
    """Which stalled cases are asked for; what is absent does not count. `age`: at least so many working days.

    A cause and an organisation belong together: the case waits on that organisation because of that.
    """

    cause: Cause | None = None
    phase: Phase | None = None
    organisation_id: UUID | None = None
    director_id: UUID | None = None
    age: int = 0
    urgent: bool | None = None


ALL = StalledFilter()


@dataclass(frozen=True, slots=True)
class StalledRow:
    """A stalled case: what it waits on, the gravest cause first. `since` is the oldest of them."""

    case_id: UUID
    number: str
    phase: Phase
    director_id: UUID | None
    urgent: bool
    stalls: tuple[Stall, ...]
    crew: Crew = field(default_factory=lambda: Crew(()), compare=False, repr=False)

    @property
    def since(self) -> datetime:
        """Since when the case does not move."""
        return min(one.since for one in self.stalls)

    def could_take(self, stall: Stall) -> list[UUID]:
        """Who else there could be given this duty."""
        there = self.crew.asked(replace(stall.waits_on, person_id=None))
        return [one.id for one in there if one.id != stall.waits_on.person_id]

    def offers(self, stall: Stall, asker: Asker) -> list[Offer]:
        """What this person may do now about one of its causes."""
        return list(unblock.offers(stall, self.case_id, self.director_id, asker))


async def overview(
    work: Work, wanted: StalledFilter = ALL, *, limit: int = 50, after: After | None = None
) -> list[StalledRow]:
    """The stalled cases of the house, the longest first. Nothing for who is not staff of the house."""
    if not work.actor.is_staff:
        return []
    asked = await asked_of(work, wanted, limit=limit, after=after)
    found = await work.session.execute(_asking(_PAGE), asked)
    return await _rows_of(work, [row.case_id for row in found], asked["silent_since"])


async def _rows_of(work: Work, case_ids: Sequence[UUID], silent_since: datetime) -> list[StalledRow]:
    states = await _states(work, case_ids)
    rows = [_row(one, causes(state, work.now, silent_since), state.crew) for one, state in states]
    return sorted((row for row in rows if row.stalls), key=lambda row: (row.since, row.case_id))


def _row(case: _Shell, stalls: tuple[Stall, ...], crew: Crew) -> StalledRow:
    return StalledRow(case.id, case.number, case.phase, case.director_id, case.urgent, stalls, crew)


async def late(
    work: Work, wanted: StalledFilter = ALL, *, limit: int = 50, after: waiting.After | None = None
) -> list[waiting.Waiting]:
    """What is late, the longest first: for staff of the whole house, for others their own."""
    return await waiting.late(work, limit=limit, after=after, only=await _late_only(work, wanted))


async def _late_only(work: Work, wanted: StalledFilter) -> list[ColumnElement[bool]]:
    """What is asked of late duties; a cause says nothing about them."""
    only = waiting.narrowed(
        phase=wanted.phase, director_id=None, urgent=wanted.urgent, organisation_id=wanted.organisation_id
    )  # fmt: skip
    if wanted.director_id is not None:
        only.append(waiting.led_by(wanted.director_id))
    if wanted.age:
        only.append(Duty.due_at < ages.before(wanted.age, work.now, await calendar(work)))
    return only


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard: its figures, and the cases that were stalled the longest."""

    counts: Counts
    stalled: list[StalledRow]


async def board(work: Work, wanted: StalledFilter = ALL, *, limit: int = 50) -> Board:
    """Figures and first page together: what stalls is looked for once."""
    late_ = await waiting.count_late(work, await _late_only(work, wanted))
    phases = await _phases(work, wanted)
    if not work.actor.is_staff:
        return Board(Counts(phases, late_), [])
    asked = await asked_of(work, wanted, limit=limit)
    counts, first = fold(await work.session.execute(_asking(COUNTS), asked), phases, late_)
    return Board(counts, await _rows_of(work, first, asked["silent_since"]))


async def asker(work: Work, stalls: Iterable[Stall]) -> Asker:
    """Who looks, with what was reminded about today already: what they are offered follows from it."""
    about = [one.duty_id for one in stalls if one.duty_id is not None]
    today = work.now.astimezone(AMSTERDAM).date()
    nudged = await duties.nudged_on(work, about, today) if work.actor.is_staff else frozenset()
    return Asker(work.actor, await people.itself(work), nudged)


async def calendar(work: Work) -> WorkingCalendar:
    """The calendar of the house: ages are told in its working days."""
    return (await _silent_since(work))[1]


async def of_case(work: Work, case_id: UUID) -> StalledRow | None:
    """Why this case is stalled; nothing when it moves, and nothing for who is not staff."""
    if not work.actor.is_staff:
        return None
    silent_since, _ = await _silent_since(work)
    return next(iter(await _rows_of(work, [case_id], silent_since)), None)


async def of_all(work: Work, case_ids: Sequence[UUID]) -> dict[UUID, tuple[Stall, ...]]:
    """What the definition says of these cases, each looked at by itself."""
    silent_since, _ = await _silent_since(work)
    return {case.id: causes(state, work.now, silent_since) for case, state in await _states(work, case_ids)}


@cache
def _stalled() -> str:
    statement = (files("models.lookups") / "stalled.sql").read_text(encoding="utf-8")
    return statement.format(runs=_RUNS, desk=_DESK)


def _asking(what: str) -> TextClause:
    return text(_stalled() + what).bindparams(bindparam("grace", type_=Interval()))


async def asked_of(
    work: Work, wanted: StalledFilter = ALL, *, limit: int, after: After | None = None
) -> dict[str, Any]:
    """What goes with the question: the moment, the habits of the house, what is wanted and where a page begins."""
    silent_since, days = await _silent_since(work)
    since, last = after or (None, None)
    return {
        "house": work.actor.house_id, "now": work.now, "silent_since": silent_since, "grace": ENGINE_GRACE,
        "stops": sorted(STOPS_ON_HOLD), "by_flow": sorted(DONE_BY_FLOW), "settled": sorted(SETTLED),
        "since": since, "last": last, "most": limit,
        "thresholds": list(ages.thresholds(work.now, days)), "cause": wanted.cause, "phase": wanted.phase,
        "organisation": wanted.organisation_id, "director": wanted.director_id, "urgent": wanted.urgent,
        "until": ages.before(wanted.age, work.now, days) if wanted.age else None,
    }  # fmt: skip


async def _silent_since(work: Work) -> tuple[datetime, WorkingCalendar]:
    """An event at or before this moment is too long ago, for a case in execution; by the calendar of the house."""
    if work.actor.house_id is None:
        return work.now, WorkingCalendar()
    _, policy = await cases.house_policy(work, work.actor.house_id)
    days = policy.calendar()
    return clocks.shift(work.now, clocks.working_days(-policy.silent_after_working_days), days), days


async def _phases(work: Work, wanted: StalledFilter) -> dict[Phase, int]:
    only = waiting.narrowed(phase=wanted.phase, director_id=wanted.director_id, urgent=wanted.urgent)
    rows = await work.session.execute(
        select(Case.phase, func.count().label("cases"))
        .where(Case.house_id == work.actor.house_id, Case.closed_at.is_(None), *only).group_by(Case.phase)
    )  # fmt: skip
    found = {row.phase: row.cases for row in rows}
    return {phase: found.get(phase, 0) for phase in OPEN_PHASES}


async def _states(work: Work, case_ids: Sequence[UUID]) -> list[tuple[_Shell, CaseState]]:
    """What the definition needs of these cases, in a fixed number of questions."""
    if not case_ids:
        return []
    found = await work.session.execute(_SHELLS.where(Case.id == any_of(case_ids)))
    duties_ = await waiting.open_in(work, case_ids)
    messages, entries, crew = await _messages(work, case_ids), await _entries(work, case_ids), await _crew(work)
    named = await assigned.in_cases(work, case_ids)
    return [
        (
            case,
            CaseState(
                case.phase, case.house, case.director_id, case.last_event_at, crew,
                named.get(case.id, {}), case.hold_since, case.hold_until,
                tuple(one.duty for one in duties_.get(case.id, ())), tuple(messages[case.id]), tuple(entries[case.id]),
            ),
        )
        for case in found
    ]  # fmt: skip


_MESSAGES = text("""
    SELECT about AS case_id, m.recipient_id, p.organisation_id, coalesce(m.bounced_at, m.gave_up_at) AS failed_at,
           m.code,
           (SELECT max(s.sent_at) FROM outbox s
             WHERE s.case_ids @> ARRAY[about] AND s.recipient_id = m.recipient_id AND s.bounced_at IS NULL) AS arrived,
           EXISTS (SELECT FROM outbox r WHERE r.resends = m.id AND NOT r.by_itself
                                          AND r.case_ids @> ARRAY[about]) AS again
    FROM outbox m CROSS JOIN unnest(m.case_ids) AS about JOIN person p ON p.id = m.recipient_id
    WHERE (m.gave_up_at IS NOT NULL OR m.bounced_at IS NOT NULL) AND m.case_ids && :wanted AND about = ANY (:wanted)
    ORDER BY failed_at, m.id
""").bindparams(bindparam("wanted", type_=ARRAY(Uuid())))


async def _messages(work: Work, case_ids: Sequence[UUID]) -> dict[UUID, list[MessageFacts]]:
    """What did not arrive about these cases, and whether a later message did reach the same person."""
    per_case: dict[UUID, list[MessageFacts]] = defaultdict(list)
    for row in await work.session.execute(_MESSAGES, {"wanted": list(case_ids)}):
        party = Party(row.organisation_id, person_id=row.recipient_id)
        facts = MessageFacts(party, row.failed_at, row.arrived, row.again, settled=row.code in SETTLED)
        per_case[row.case_id].append(facts)
    return per_case


async def _entries(work: Work, case_ids: Sequence[UUID]) -> dict[UUID, list[EntryFacts]]:
    """Outside work that is not done, and how long it waits in real time (`now()`, not the process clock)."""
    statement = (
        select(JournalEntry, type_coerce(func.now() - JournalEntry.next_try_at, Interval()))
        .where(JournalEntry.case_id == any_of(case_ids), JournalEntry.done_at.is_(None))
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
