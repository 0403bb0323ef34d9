"""Information items: what was supplied about a person, for who may read it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from models import visibility
from models.lookups import cases
from models.lookups.paging import Page, Paged, Place, keyset, shown
from models.tables.cases import InfoItem
from models.tables.people import Organisation
from models.transactions import Work

_Item = tuple[InfoItem, str]


async def items(work: Work, case_id: UUID, page: Page) -> Paged[_Item]:
    """The items of a case that this actor may read, each with the name of its supplier. Raises NotFound."""
    _case, facts = await cases.seen(work, case_id)
    statement = (
        select(InfoItem, Organisation.name).join(Organisation, Organisation.id == InfoItem.supplier_id)
        .where(InfoItem.case_id == case_id, InfoItem.withdrawn_at.is_(None))
    )  # fmt: skip

    async def read(part: Page) -> Sequence[_Item]:
        rows = await work.session.execute(keyset(statement, part, InfoItem.first_processed_at, InfoItem.id))
        return [(item, name) for item, name in rows]

    def keep(found: _Item) -> bool:
        item = found[0]
        return visibility.reads_item(work.actor, facts, supplier_id=item.supplier_id, excluded=item.excluded)

    return await shown(read, keep, page, lambda found: Place(found[0].id, found[0].first_processed_at))
