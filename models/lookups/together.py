"""What an act on many cases at once must know of them, in a fixed number of statements."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from models.lookups import cases
from models.lookups.cases import LedgerLine, Opened
from models.lookups.duties import any_of, is_open
from models.policy import Policy
from models.tables.cases import Case, Involvement, Visit
from models.tables.duties import Duty
from models.tables.people import Organisation
from models.transactions import Work
from models.words import OrganisationKind


async def cases_for_update(work: Work, case_ids: Collection[UUID]) -> dict[UUID, Opened]:
    """Lock these cases for this transaction, in the order of their ids so that two such acts wait and never jam."""
    house = aliased(Organisation)
    rows = await work.session.execute(
        select(Case, house.id).join(house, and_(house.house_id == Case.house_id, house.kind == OrganisationKind.HOUSE))
        .where(Case.id == any_of(case_ids)).order_by(Case.id)
        .with_for_update(of=Case, key_share=True).execution_options(populate_existing=True)
    )  # fmt: skip
    found = {row[0].id: (row[0], row[1]) for row in rows}
    visits = await _visits(work, [case.visit_id for case, _ in found.values() if case.visit_id])
    policy = Policy()
    if work.actor.house_id is not None:
        _, policy = await cases.house_policy(work, work.actor.house_id)
    return {id_: Opened(case, house_id, policy, visits.get(case.visit_id)) for id_, (case, house_id) in found.items()}


async def _visits(work: Work, visit_ids: Sequence[UUID]) -> dict[UUID | None, Visit]:
    rows = await work.session.scalars(select(Visit).where(Visit.id == any_of(visit_ids)))
    return {one.id: one for one in rows}


async def around(
    work: Work, case_ids: Sequence[UUID]
) -> tuple[dict[UUID, list[Duty]], dict[UUID, list[Involvement]], dict[UUID, list[LedgerLine]]]:
    """Of these cases what is open, oldest due first; who stands to them; and when their clocks stood still."""
    open_: dict[UUID, list[Duty]] = {}
    for duty in await work.session.scalars(
        select(Duty).where(Duty.case_id == any_of(case_ids), is_open()).order_by(Duty.due_at, Duty.id)
    ):
        open_.setdefault(duty.case_id, []).append(duty)
    stand: dict[UUID, list[Involvement]] = {}
    for one in await work.session.scalars(
        select(Involvement).where(Involvement.case_id == any_of(case_ids), Involvement.until.is_(None))
        .order_by(Involvement.since, Involvement.id)
    ):  # fmt: skip
        stand.setdefault(one.case_id, []).append(one)
    return open_, stand, await cases.holds_of(work, case_ids)
