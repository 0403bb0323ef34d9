"""Information items: what was supplied about a person, for who may read it."""

from uuid import UUID

from sqlalchemy import select

from models import visibility
from models.lookups import cases
from models.tables.cases import InfoItem
from models.tables.people import Organisation
from models.transactions import Work


async def items(work: Work, case_id: UUID) -> list[tuple[InfoItem, str]]:
    """The items of a case that this actor may read, each with the name of its supplier. Raises NotFound."""
    _case, facts = await cases.seen(work, case_id)
    rows = await work.session.execute(
        select(InfoItem, Organisation.name).join(Organisation, Organisation.id == InfoItem.supplier_id)
        .where(InfoItem.case_id == case_id, InfoItem.withdrawn_at.is_(None))
        .order_by(InfoItem.first_processed_at, InfoItem.id)
    )  # fmt: skip
    return [
        (item, name) for item, name in rows
        if visibility.reads_item(work.actor, facts, supplier_id=item.supplier_id, excluded=item.excluded)
    ]  # fmt: skip
