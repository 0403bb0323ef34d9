"""Keeping what was drawn up for a case."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from models.lookups import cases
from models.tables.base import new_id
from models.tables.cases import Document
from models.transactions import Work


async def keep(work: Work, case_id: UUID, *, kind: str, ref: UUID, body: str) -> None:
    """Keep a document once per reference: drawing it up again changes nothing."""
    case = await cases.case(work, case_id)
    values = {
        "id": new_id(), "house_id": case.house_id, "case_id": case_id, "kind": kind, "ref": ref, "made_at": work.now,
        "made_by": work.actor.person_id, "body": body,
    }  # fmt: skip
    await work.session.execute(
        insert(Document).values(values).on_conflict_do_nothing(index_elements=["case_id", "kind", "ref"])
    )
