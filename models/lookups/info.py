"""Information items: what was supplied about a person, for who may read it. What is hidden is answered as absent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, or_, select

from models import visibility
from models.items import WHEREABOUTS
from models.lookups import cases, glass
from models.lookups.paging import Page, Paged, Place, keyset, shown
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.cases import Case, Involvement
from models.tables.duties import Duty
from models.tables.items import InfoItem, InfoItemVersion
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.visibility import ItemFacts
from models.words import GlassKind, OrganisationKind, Role, Standing


@dataclass(frozen=True, slots=True)
class Item:
    """An item as one actor may read it, with the name of its supplier and what the first fence knows of it."""

    row: InfoItem
    supplier: str
    facts: ItemFacts

    tells_secret_place: bool  #: where somebody with a secret address can be found, whoever may know that


def _select(work: Work) -> Select[InfoItem, str, bool, bool]:
    """Items with their supplier, and whether this actor may find the person that they are about."""
    person = func.pols_may_find(InfoItem.subject_id, work.actor.organisation_id, work.actor.person_id)
    finds: ColumnElement[bool] = or_(InfoItem.category.not_in(WHEREABOUTS), person)
    secret = and_(InfoItem.category.in_(WHEREABOUTS), not_(func.pols_may_find(InfoItem.subject_id, None, None)))
    return select(InfoItem, Organisation.name, finds, secret).join(
        Organisation, Organisation.id == InfoItem.supplier_id
    )


def _item(row: Row[InfoItem, str, bool, bool]) -> Item:
    found, supplier, finds, secret = row
    return Item(found, supplier, ItemFacts(found.supplier_id, found.excluded, found.only_for, finds), secret)


async def items(
    work: Work, case_id: UUID, facts: CaseFacts, page: Page, *, also: Callable[[Item], bool] = lambda _: True
) -> Paged[Item]:
    """The items of a case that this actor may read, each with the name of its supplier; and of which `also` holds."""
    statement = _select(work).where(InfoItem.case_id == case_id, InfoItem.withdrawn_at.is_(None))

    async def read(part: Page) -> Sequence[Item]:
        rows = await work.session.execute(keyset(statement, part, InfoItem.first_processed_at, InfoItem.id))
        return [_item(row) for row in rows]

    def keep(found: Item) -> bool:
        return visibility.reads_item(work.actor, facts, found.facts) and also(found)

    return await shown(read, keep, page, lambda found: Place(found.row.id, found.row.first_processed_at))


async def facts_of(work: Work, case_id: UUID) -> CaseFacts:
    """What visibility must know of a case that the actor may know of, or once supplied to. Raises NotFound."""
    try:
        return (await cases.seen(work, case_id))[1]
    except NotFound:
        if not await opened_by_supplier(work, case_id):
            raise
    return await cases.case_facts(work, await cases.case(work, case_id))


async def opened_by_supplier(work: Work, case_id: UUID) -> bool:
    """Who left a case keeps what they supplied to it: for this transaction the case is there, as when it is locked."""
    opens = func.set_config("pols.acting", str(case_id), True)  # noqa: FBT003 - until the commit
    own = InfoItem.supplier_id == work.actor.organisation_id
    there = select(InfoItem.id).where(InfoItem.case_id == case_id, own).exists()
    found = await work.session.scalar(select(opens).where(there))
    return found is not None


async def item(work: Work, case_id: UUID, item_id: UUID) -> tuple[Item, CaseFacts]:
    """One item that this actor may read. Raises NotFound, the same for what is hidden and what is not there."""
    row = (await work.session.execute(_select(work).where(InfoItem.id == item_id))).one_or_none()
    facts = await facts_of(work, case_id)
    found = _item(row) if row is not None else None
    if found is None or found.row.case_id != case_id or not visibility.reads_item(work.actor, facts, found.facts):
        raise NotFound("Deze informatie")
    if found.row.withdrawn_at is not None and not visibility.supplied(work.actor, facts, found.facts):
        raise NotFound("Deze informatie")
    return found, facts


async def some(work: Work, case_id: UUID, facts: CaseFacts, item_ids: Iterable[UUID]) -> dict[UUID, Item]:
    """Those of these items of a case that this actor may read and that were not withdrawn."""
    statement = _select(work).where(InfoItem.case_id == case_id, InfoItem.id.in_(list(item_ids)))
    rows = await work.session.execute(statement.where(InfoItem.withdrawn_at.is_(None)))
    found = [_item(row) for row in rows]
    return {one.row.id: one for one in found if visibility.reads_item(work.actor, facts, one.facts)}


async def readable(work: Work, case_id: UUID, facts: CaseFacts) -> frozenset[UUID]:
    """The items of a case that this actor may read, also the withdrawn: what lines of the history may be about."""
    rows = await work.session.execute(_select(work).where(InfoItem.case_id == case_id))
    found = [_item(row) for row in rows]
    return frozenset(one.row.id for one in found if visibility.reads_item(work.actor, facts, one.facts))


async def all_of(work: Work, case_id: UUID, facts: CaseFacts) -> list[Item]:
    """Every item of a case that this actor may read and that was not withdrawn, the oldest first."""
    statement = _select(work).where(InfoItem.case_id == case_id, InfoItem.withdrawn_at.is_(None))
    rows = await work.session.execute(statement.order_by(InfoItem.first_processed_at, InfoItem.id))
    return [one for one in map(_item, rows) if visibility.reads_item(work.actor, facts, one.facts)]


async def kept_apart(work: Work, case_id: UUID, no_minutes: str) -> list[InfoItem]:
    """Items that not everybody who reads the case may read, or that may not be minuted; as far as this actor reads."""
    limited = or_(
        func.cardinality(InfoItem.excluded) > 0, func.cardinality(InfoItem.only_for) > 0,
        InfoItem.conditions.contains([no_minutes]),
    )  # fmt: skip
    statement = select(InfoItem).where(InfoItem.case_id == case_id, InfoItem.withdrawn_at.is_(None), limited)
    return list(await work.session.scalars(statement))


async def readers(work: Work, case: Case, found: InfoItem) -> list[UUID]:
    """Whom to tell that an item changed: contacts of the involved who may read it, and who leads the case.

    Not the supplier, who knows; of the house, not who changed it. Of the conditions those count that the item has now:
    ask before changing them.
    """
    involved = select(Involvement.organisation_id).where(
        Involvement.case_id == case.id, Involvement.until.is_(None), Involvement.standing == Standing.INVOLVED
    )
    works = func.pols_assigned(case.id, Person.organisation_id, Person.id)
    contact = and_(Person.organisation_id.in_(involved), Person.roles.contains([Role.CONTACT.value]), works)
    leads = or_(Person.id == case.director_id, _stands_in(work, case))
    changed = Person.id == work.actor.person_id
    statement = select(Person.id).where(Person.active, or_(contact, and_(leads, not_(changed))), *_may_read(found))
    return list(await work.session.scalars(statement.order_by(Person.id)))


def _stands_in(work: Work, case: Case) -> ColumnElement[bool]:
    """Who leads the case while its regisseur is away reads what they would."""
    directs = Person.roles.contains([Role.PROCESS_DIRECTOR.value])
    return and_(Person.id == func.pols_stand_in(case.director_id, work.now), directs)


def _may_read(found: InfoItem) -> list[ColumnElement[bool]]:
    of_house = select(Organisation.id).where(
        Organisation.id == found.supplier_id, Organisation.kind == OrganisationKind.HOUSE
    )
    where: list[ColumnElement[bool]] = [
        not_(Person.organisation_id.in_(list(found.excluded))),
        or_(Person.organisation_id != found.supplier_id, of_house.exists()),
    ]
    if found.only_for:
        where.append(Person.organisation_id.in_(found.only_for))
    if found.category in WHEREABOUTS:
        where.append(func.pols_may_find(found.subject_id, Person.organisation_id, Person.id))
    return where


async def versions(work: Work, case_id: UUID, item_id: UUID) -> list[InfoItemVersion]:
    """What an item said before, the newest first: for its supplier and who supervises the case. Raises NotFound."""
    statement = select(InfoItemVersion).where(InfoItemVersion.item_id == item_id, InfoItemVersion.case_id == case_id)
    found = list(await work.session.scalars(statement.order_by(InfoItemVersion.version.desc())))
    supervises = await glass.own(work, case_id) is GlassKind.SUPERVISION
    if not supervises:
        one, _facts = await item(work, case_id, item_id)
        if one.row.supplier_id != work.actor.organisation_id:
            raise NotFound("Deze informatie")
    elif not found:
        raise NotFound("Deze informatie")
    return found


async def supplied_since(work: Work, duty: Duty) -> bool:
    """Whether who owes it supplied anything to the case since it was asked, as far as the actor may know."""
    statement = select(InfoItem.id).where(
        InfoItem.case_id == duty.case_id, InfoItem.supplier_id == duty.owner_organisation_id,
        InfoItem.first_processed_at >= duty.opened_at, InfoItem.withdrawn_at.is_(None),
    )  # fmt: skip
    return await work.session.scalar(statement.limit(1)) is not None
