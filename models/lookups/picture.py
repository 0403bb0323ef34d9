"""The picture of a case: per person and life domain what is known, with views that contradict each other together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from models import visibility
from models.lookups import info, referrals
from models.lookups.info import Item
from models.minutes import LineKind, Section
from models.rights import CaseFacts
from models.tables.cases import Case
from models.tables.minutes import ItemConflict, MinuteLine
from models.tables.referrals import Subject
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class View:
    """Something that is known: one item, or items that contradict each other, side by side."""

    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class OfDomain:
    """What is known of one life domain; without a name: of none in particular."""

    life_domain: str
    views: Sequence[View]


@dataclass(frozen=True, slots=True)
class OfPerson:
    """What is known of somebody; without an id: of professionals, and of whom nobody is named."""

    subject_id: UUID | None
    name: str
    domains: Sequence[OfDomain]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that one actor may read, and which of it protects."""

    people: Sequence[OfPerson]
    protective: frozenset[UUID]


async def of_case(
    work: Work, case: Case, facts: CaseFacts, *, subject_id: UUID | None = None, life_domain: str | None = None
) -> Picture:
    """The picture, of one person or life domain when that is asked. What may not be read leaves no trace in it."""
    kinds = await _minuted(work, case.id)
    found = [
        one for one in await info.all_of(work, case.id, facts)
        if _is_picture(kinds.get(one.row.id, set()))
        and (subject_id is None or one.row.subject_id == subject_id)
        and (life_domain is None or one.row.life_domain == life_domain)
    ]  # fmt: skip
    names = await names_around(work, case, facts)
    views = together(found, await contradictions(work, case.id))
    protective = frozenset(id_ for id_, said in kinds.items() if LineKind.PROTECTIVE in {kind for _, kind in said})
    return Picture([_of_person(one, names, views) for one in _people(views, names)], protective)


async def _minuted(work: Work, case_id: UUID) -> dict[UUID, set[tuple[Section, LineKind]]]:
    statement = select(MinuteLine.item_id, MinuteLine.section, MinuteLine.kind).where(
        MinuteLine.case_id == case_id, MinuteLine.item_id.is_not(None)
    )
    found: dict[UUID, set[tuple[Section, LineKind]]] = {}
    for item_id, section, kind in await work.session.execute(statement):
        if item_id is not None:
            found.setdefault(item_id, set()).add((section, kind))
    return found


async def apart(work: Work, case_id: UUID) -> frozenset[UUID]:
    """The items that are no part of the picture: what was said of it in a meeting, or decided there."""
    kinds = await _minuted(work, case_id)
    return frozenset(id_ for id_, said in kinds.items() if not _is_picture(said))


def _is_picture(said: set[tuple[Section, LineKind]]) -> bool:
    """Supplied as information, or said as part of the picture: a weighing or a strategy is none."""
    return not said or any(section is Section.PICTURE for section, _ in said)


async def names_around(work: Work, case: Case, facts: CaseFacts) -> dict[UUID, str]:
    """The people of a case whom this actor may know by name: the betrokkene first."""
    sees = {
        True: visibility.reads_subject(work.actor, facts), False: visibility.reads_circle(work.actor, facts)
    }  # fmt: skip
    around: list[Subject] = await referrals.subjects_around(work, case)
    ordered = sorted(around, key=lambda one: one.case_id != case.id)
    return {one.id: one.name for one in ordered if sees[one.case_id == case.id]}


async def contradictions(work: Work, case_id: UUID) -> list[tuple[UUID, UUID]]:
    """The pairs of items that contradict each other, of which this actor reads both."""
    statement = select(ItemConflict.item_id, ItemConflict.other_id).where(ItemConflict.case_id == case_id)
    return [(one, other) for one, other in await work.session.execute(statement)]


def together(found: Sequence[Item], pairs: Iterable[tuple[UUID, UUID]]) -> list[View]:
    """The items in their order, those that contradict each other in one view, whichever way they are connected."""
    group = {one.row.id: {one.row.id} for one in found}
    for one, other in pairs:
        if one in group and other in group and group[one] is not group[other]:
            joined = group[one] | group[other]
            for each in joined:
                group[each] = joined
    shown: set[UUID] = set()
    views = []
    for first in found:
        if first.row.id not in shown:
            shown |= group[first.row.id]
            views.append(View([each for each in found if each.row.id in group[first.row.id]]))
    return views


def _people(views: Sequence[View], names: dict[UUID, str]) -> list[UUID | None]:
    there = {view.items[0].row.subject_id for view in views}
    known = [id_ for id_ in names if id_ in there]
    unnamed = sorted(id_ for id_ in there if id_ is not None and id_ not in names)
    return [*known, *unnamed, *([None] if None in there else [])]


def _of_person(subject_id: UUID | None, names: dict[UUID, str], views: Sequence[View]) -> OfPerson:
    mine = [view for view in views if view.items[0].row.subject_id == subject_id]
    domains = dict.fromkeys(view.items[0].row.life_domain for view in mine)
    return OfPerson(
        subject_id, names.get(subject_id, "") if subject_id is not None else "",
        [
            OfDomain(domain, [view for view in mine if view.items[0].row.life_domain == domain])
            for domain in sorted(domains, key=lambda name: (not name, name))
        ],
    )  # fmt: skip
