"""What a changed policy would do to what is open: the same question when it is saved and when it is tried out."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from models import rights, visibility
from models.lookups import cases
from models.lookups.cases import LedgerLine
from models.lookups.duties import is_open
from models.lookups.paging import EPOCH, Page, Paged, Place, cut
from models.policy import Policy
from models.projection import Move, Owed, Projection, Term, counting, must_work
from models.rights import CaseFacts, Right
from models.stalled import STOPS_ON_HOLD
from models.tables.cases import Case
from models.tables.duties import Duty, Rung
from models.tables.people import Organisation
from models.transactions import Work
from models.words import DutyKind, OrganisationKind, Phase, Role

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Count:
    """How many duties were looked at, and what becomes of them."""

    seen: int
    sooner: int
    later: int
    late_at_once: int
    rearmed: int  #: the moment stays, the reminders change


@dataclass(frozen=True, slots=True)
class Moved:
    """One date that would move. The case is there for who may know of it."""

    move: Move
    case: tuple[UUID, str] | None
    owner: tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What saving this policy now would do. `told_sooner`: of how many duties the next reminder comes earlier."""

    all: Count
    kinds: dict[DutyKind, Count]
    page: Paged[Moved]
    told_sooner: int


def ids(name: str, found: Collection[UUID]) -> ColumnElement[Any]:
    """Many ids as one value: `column == any_(ids(...))`."""
    return bindparam(name, list(found), ARRAY(Uuid()))


async def reach(work: Work) -> None:
    """Who sets the policy works with every term of the house until this transaction ends; the policies check who."""
    await work.session.execute(select(func.set_config("pols.projecting", "true", True)))  # noqa: FBT003


async def open_terms(work: Work, house_id: UUID, case_ids: Collection[UUID] | None = None) -> list[Owed]:
    """The open duties of a house as far as their terms go, with the holds that count for them; of these cases only."""
    statement = (
        select(
            Duty.id, Duty.case_id, Duty.kind, Duty.anchor, Duty.unit, Duty.amount, Duty.extra, Duty.fixed_at,
            Duty.due_at, Duty.due_version, Duty.opened_at, Duty.urgent, Case.high_risk, Case.hold_since,
            (Organisation.kind == OrganisationKind.HOUSE).label("of_house"),
        ).join(Case, Case.id == Duty.case_id).join(Organisation, Organisation.id == Duty.owner_organisation_id)
        .where(Duty.house_id == house_id, is_open())
    )  # fmt: skip
    if case_ids is not None:
        statement = statement.where(Duty.case_id == any_(ids("cases", case_ids)))
    rows = (await work.session.execute(statement)).all()
    ledger = await cases.holds_of(work, {row.case_id for row in rows})
    return [_owed(work, row, ledger.get(row.case_id, ())) for row in rows]


def _owed(work: Work, row: _Row, ledger: Iterable[LedgerLine]) -> Owed:
    mine = [one.seen_from(row.id) for one in ledger if one.concerns(row.id)]
    holds, still = counting(row.kind, mine, work.now) if mine else ([], False)
    return Owed(
        row.id, row.case_id, row.kind, row.anchor, Term(row.unit, row.amount, row.extra, row.fixed_at), row.due_at,
        row.due_version, row.opened_at, row.urgent, row.high_risk, tuple(holds),
        stands_still=still or (row.hold_since is not None and row.kind in STOPS_ON_HOLD), of_house=row.of_house,
    )  # fmt: skip


async def moves(projection: Projection, found: list[Owed]) -> list[Move]:
    """What becomes of these duties; worked out beside the loop, so that nobody else waits for it."""
    return await asyncio.to_thread(projection.all, found)


async def trial(work: Work, house_id: UUID, policy: Policy, page: Page) -> Trial:
    """What saving this policy would do, without doing it: the largest move first. Refuses what saving would."""
    must_work(policy, work.now)
    _version, old = await cases.house_policy(work, house_id)
    await reach(work)
    found = await open_terms(work, house_id)
    moved = await moves(Projection(old, policy, work.now), found)
    kinds = Counter(one.kind for one in found)
    per_kind: dict[DutyKind, list[Move]] = {kind: [] for kind in kinds}
    for one in moved:
        per_kind[one.duty.kind].append(one)
    return Trial(
        _counted(work, len(found), moved),
        {kind: _counted(work, kinds[kind], per_kind[kind]) for kind in sorted(kinds)},
        await _page(work, [one for one in moved if one.moved and _is_told(work, one)], page),
        await _told_sooner(work, moved),
    )  # fmt: skip


async def _told_sooner(work: Work, found: Iterable[Move]) -> int:
    """Of how many duties the next step of the ladder would come earlier than it stands armed now."""
    armed = {one.duty.id: min(rung.fire_at for rung in one.armed) for one in found if one.armed}
    if not armed:
        return 0
    rows = await work.session.execute(
        select(Rung.duty_id, func.min(Rung.fire_at).label("next"))
        .where(Rung.duty_id == any_(ids("duties", list(armed))), Rung.fired_at.is_(None), Rung.dropped_at.is_(None),
               Rung.gave_up_at.is_(None), Rung.person_id.is_(None))
        .group_by(Rung.duty_id)
    )  # fmt: skip
    standing = {row.duty_id: row.next for row in rows}
    return sum(duty_id not in standing or moment < standing[duty_id] for duty_id, moment in armed.items())


def _counted(work: Work, seen: int, found: Iterable[Move]) -> Count:
    count = Counter(what for one in found for what in _what(work, one))
    return Count(seen, count["sooner"], count["later"], count["late"], count["rearmed"])


def _what(work: Work, one: Move) -> Iterable[str]:
    if not one.moved:
        return ("rearmed",) if one.armed is not None else ()
    late = one.becomes <= work.now < one.duty.due_at and not one.duty.stands_still
    return ("later" if one.becomes > one.duty.due_at else "sooner", *(("late",) if late else ()))


def _is_told(work: Work, one: Move) -> bool:
    """Informing the person is counted; in which case it is owed, is for the manager and who leads that case (R12)."""
    return one.duty.kind not in visibility.INTERNAL or work.actor.has(Role.MANAGER)


def _place(one: Move) -> Place:
    """The largest move first: the further from the end, the smaller."""
    return Place(one.duty.id, EPOCH + _LONGEST - abs(one.becomes - one.duty.due_at))


_LONGEST = timedelta(days=365 * 200)


def _order(place: Place) -> tuple[datetime, UUID]:
    return place.at, place.id


async def _page(work: Work, found: list[Move], page: Page) -> Paged[Moved]:
    placed = sorted(((_order(_place(one)), one) for one in found), key=lambda pair: pair[0])
    rest = [one for order, one in placed if page.after is None or order > _order(page.after)]
    shown = cut(rest[: page.size + 1], page, _place)
    return Paged(await _named(work, shown.rows), shown.following)


async def _named(work: Work, found: list[Move]) -> list[Moved]:
    rows = await work.session.execute(
        select(Duty.id, Case, Organisation.id.label("owner_id"), Organisation.name)
        .join(Case, Case.id == Duty.case_id)
        .join(Organisation, Organisation.id == Duty.owner_organisation_id)
        .where(Duty.id == any_(ids("duties", [one.duty.id for one in found])))
    )
    by_id = {row.id: row for row in rows}
    return [
        Moved(one, (row.Case.id, row.Case.number) if _knows(work, row.Case) else None, (row.owner_id, row.name))
        for one in found if (row := by_id.get(one.duty.id)) is not None
    ]  # fmt: skip


def _knows(work: Work, case: Case) -> bool:
    """Who administers the policy of a house knows no case of it: a moved date is told without its number."""
    facts = CaseFacts(case.house_id, Phase(case.phase), case.director_id, case.reporter_organisation_id)
    return rights.has(Right.KNOW, work.actor, facts)
