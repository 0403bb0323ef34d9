"""What the engine asks: process facts only, of any house; never a text about a person."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, any_, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from models import events, ways
from models.lookups.duties import is_open
from models.policy import Policy
from models.tables.cases import Case, Involvement, Visit
from models.tables.duties import Duty
from models.tables.engine import EngineRun, JournalEntry
from models.tables.events import EventDelivery
from models.tables.meetings import Commitment
from models.tables.once import REMEMBERED, IdempotencyKey
from models.tables.people import House, HousePolicy, Organisation, Person
from models.tables.ways import ContactWay
from models.transactions import Work
from models.words import DutyKind, OrganisationKind, Phase, Role, Standing, WorkKind

PersonId = UUID


@dataclass(frozen=True, slots=True)
class OwingVisit:
    """A stay in a phase that still has outside work to do: its open entries per kind, in the order they were left."""

    id: UUID
    phase: Phase
    entries: dict[WorkKind, list[UUID]] = field(default_factory=dict)

    def take(self, kind: WorkKind) -> list[UUID]:
        """The entries of a kind, once: what was tried now waits for its next try."""
        return self.entries.pop(kind, [])


async def visits_owing(work: Work, case_id: UUID) -> list[OwingVisit]:
    """The visits with work that may be done now, oldest first, each with its open entries."""
    statement = (
        select(Visit.id, Visit.phase, JournalEntry.kind, JournalEntry.id)
        .join(JournalEntry, JournalEntry.visit_id == Visit.id).where(Visit.case_id == case_id, *_owed())
        .order_by(Visit.entered_at, Visit.id, JournalEntry.opened_at, JournalEntry.id)
    )  # fmt: skip
    found: dict[UUID, OwingVisit] = {}
    for visit_id, phase, kind, entry_id in await work.session.execute(statement):
        found.setdefault(visit_id, OwingVisit(visit_id, phase)).entries.setdefault(kind, []).append(entry_id)
    return list(found.values())


def _owed() -> tuple[ColumnElement[bool], ...]:
    later = func.greatest(func.clock_timestamp(), func.pols_now())
    return JournalEntry.done_at.is_(None), JournalEntry.gave_up_at.is_(None), JournalEntry.next_try_at <= later


async def is_closed(work: Work, case_id: UUID) -> bool:
    """The case is closed, or erased."""
    phase = await work.session.scalar(select(Case.phase).where(Case.id == case_id))
    return phase is None or phase is Phase.CLOSED


async def is_finished(work: Work, case_id: UUID) -> bool:
    """Closed, and nothing is left to do outside."""
    owed = await work.session.scalar(
        select(JournalEntry.id)
        .where(JournalEntry.case_id == case_id, JournalEntry.done_at.is_(None), JournalEntry.gave_up_at.is_(None))
        .limit(1)
    )
    return owed is None and await is_closed(work, case_id)


async def opened_by(work: Work, batch_id: UUID) -> list[tuple[UUID, DutyKind]]:
    """The duties that one act opened and that are still open."""
    rows = await work.session.execute(select(Duty.id, Duty.kind).where(Duty.batch_id == batch_id, is_open()))
    return [(row.id, row.kind) for row in rows]


async def number_and_phone(work: Work, case_id: UUID) -> tuple[str, str | None]:
    """The number of a case, and where its regisseur is to be reached."""
    statement = select(Case.number, Person.phone).outerjoin(Person, Person.id == Case.director_id)
    row = (await work.session.execute(statement.where(Case.id == case_id))).one_or_none()
    return (row.number, row.phone) if row else ("", None)


async def reporter(work: Work, case_id: UUID) -> PersonId:
    """Who reported."""
    return (await work.session.scalars(select(Case.reporter_person_id).where(Case.id == case_id))).one()


async def leaders(work: Work, case_id: UUID) -> list[PersonId]:
    """The regisseur, or who stands in for them; while there is none the triage officers."""
    case = (await work.session.execute(select(Case.director_id, Case.house_id).where(Case.id == case_id))).one()
    if case.director_id is not None:
        return [await _leading(work, case.director_id)]
    statement = (
        select(Person.id).join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.house_id == case.house_id, Person.active, Organisation.kind == OrganisationKind.HOUSE)
        .where(Person.roles.contains([Role.TRIAGE_OFFICER.value])).order_by(Person.id)
    )  # fmt: skip
    return list(await work.session.scalars(statement))


async def _leading(work: Work, director_id: UUID) -> PersonId:
    deputy = func.pols_stand_in(director_id, work.now)
    directs = Person.roles.contains([Role.PROCESS_DIRECTOR.value])
    return await work.session.scalar(select(Person.id).where(Person.id == deputy, directs)) or director_id


async def involved_people(work: Work, case_id: UUID) -> list[PersonId]:
    """The contacts of the involved participants."""
    organisations = select(Involvement.organisation_id).where(
        Involvement.case_id == case_id, Involvement.until.is_(None), Involvement.standing == Standing.INVOLVED
    )
    return await _contacts(work, case_id, organisations)


async def colleagues_of_owners(work: Work, case_id: UUID, meeting_id: UUID) -> list[PersonId]:
    """Of the organisations that a commitment of this meeting is of: who works on the case."""
    owners = select(Commitment.organisation_id).where(
        Commitment.case_id == case_id, Commitment.meeting_id == meeting_id
    )
    return await _contacts(work, case_id, owners)


async def _contacts(work: Work, case_id: UUID, organisations: Select[Any]) -> list[PersonId]:
    """Of these organisations who works on the case."""
    statement = (
        select(Person.id).where(Person.organisation_id.in_(organisations), Person.active)
        .where(func.pols_assigned(case_id, Person.organisation_id, Person.id))
        .where(Person.roles.contains([Role.CONTACT.value])).order_by(Person.id)
    )  # fmt: skip
    return list(await work.session.scalars(statement))


async def newest_run(work: Work, case_id: UUID) -> tuple[int, UUID] | None:
    """The epoch and the flow run that conducts a case."""
    statement = (
        select(EngineRun.epoch, EngineRun.flow_run_id).where(EngineRun.case_id == case_id)
        .order_by(EngineRun.epoch.desc()).limit(1)
    )  # fmt: skip
    row = (await work.session.execute(statement)).one_or_none()
    return (row.epoch, row.flow_run_id) if row else None


async def nothing_due(work: Work) -> bool:
    """No rung is due now, by the index of what is armed; one that failed waits for its next try."""
    due = text("""
        SELECT true FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL AND fire_at <= :now
          AND (retry_at IS NULL OR retry_at <= :now) ORDER BY fire_at LIMIT 1
    """)
    return await work.session.scalar(due, {"now": work.now}) is None


async def something_to_erase(work: Work) -> bool:
    """A report whose day of erasure has come, or an answer, an event or an address that was kept long enough."""
    reports = select(Case.id).where(Case.erase_at <= work.now, Case.phase == Phase.CLOSED)
    answers = select(IdempotencyKey.made_at).where(IdempotencyKey.made_at < work.now - REMEMBERED)
    told = select(EventDelivery.id).where(EventDelivery.happened_at < work.now - events.KEPT)
    ended = select(ContactWay.id).where(ContactWay.ended_at < work.now - ways.KEPT)
    kept = or_(reports.exists(), answers.exists(), told.exists(), ended.exists())
    return bool(await work.session.scalar(select(kept)))


async def runs_in_use(work: Work, run_ids: list[UUID]) -> set[UUID]:
    """Of these flow runs the ones that still conduct a case: the newest of a case that is not finished."""
    rows = await work.session.execute(
        text("""
            SELECT r.flow_run_id FROM engine_run r JOIN cases c ON c.id = r.case_id
            WHERE r.flow_run_id = ANY (:runs)
              AND r.epoch = (SELECT max(epoch) FROM engine_run n WHERE n.case_id = r.case_id)
              AND (c.phase <> 'afgesloten' OR EXISTS (
                SELECT FROM journal_entry j WHERE j.case_id = c.id AND j.done_at IS NULL AND j.gave_up_at IS NULL))
        """),
        {"runs": run_ids},
    )
    return set(rows.scalars())


async def work_is_owed(work: Work) -> bool:
    """Outside work is open that could be done now."""
    return await work.session.scalar(select(JournalEntry.id).where(*_owed()).limit(1)) is not None


async def policies(work: Work, duty_ids: Collection[UUID]) -> dict[UUID, Policy]:
    """The newest policy of every house that these duties are of."""
    newest = (
        select(HousePolicy.body).where(HousePolicy.house_id == House.id)
        .order_by(HousePolicy.version.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    theirs = select(Duty.house_id).where(Duty.id == any_(literal(list(duty_ids), ARRAY(Uuid()))))
    rows = await work.session.execute(select(House.id, newest).where(House.id.in_(theirs)).order_by(House.id))
    return {house_id: Policy.model_validate(body or {}) for house_id, body in rows}
