"""Finding cases and what a verb must know of one before it acts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from models import visibility
from models.clocks import Hold as Stretch
from models.lookups import glass
from models.lookups.duties import is_open
from models.policy import Policy
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.cases import Case, Decision, Hold, Involvement, Visit
from models.tables.coaching import Trajectory
from models.tables.duties import Duty
from models.tables.people import HousePolicy, Organisation, Person
from models.transactions import Work
from models.visibility import Decider
from models.words import DecisionKind, DutyKind, OrganisationKind, Outcome, Phase, Role

NOT_TAKEN_ON = frozenset(
    {Outcome.ADVISED, Outcome.REFERRED, Outcome.BUNDLED, Outcome.REJECTED, Outcome.WITHDRAWN, Outcome.INCOMPLETE}
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case locked for writing, with its house's own organisation and policy."""

    case: Case
    house_organisation_id: UUID
    policy: Policy
    visit: Visit | None


@cache
def _locked() -> Select[*tuple[Any, ...]]:
    """Made once: putting this question together takes as long as asking it."""
    house = aliased(Organisation)
    newest = (
        select(HousePolicy.body).where(HousePolicy.house_id == Case.house_id).order_by(HousePolicy.version.desc())
        .limit(1).scalar_subquery()
    )  # fmt: skip
    return (
        select(Case, house.id, newest, Visit, func.set_config("pols.acting", cast(Case.id, Text), True))  # noqa: FBT003
        .join(house, and_(house.house_id == Case.house_id, house.kind == OrganisationKind.HOUSE))
        .outerjoin(Visit, Visit.id == Case.visit_id).where(Case.id == bindparam("wanted"))
        .with_for_update(of=Case, key_share=True).execution_options(populate_existing=True)
    )  # fmt: skip


async def case_for_update(work: Work, case_id: UUID) -> Opened:
    """Lock a case for this transaction. Raises NotFound, also when the actor may not know of it.

    Who could lock it keeps seeing its process until the transaction ends, also when the act ends their access.
    """
    row = (await work.session.execute(_locked(), {"wanted": case_id})).one_or_none()
    if row is None:
        raise NotFound("Deze casus")
    found, visit = row[0], row[3]
    if found.visit_id is not None and (visit is None or visit.id != found.visit_id):  # it moved on while this waited
        visit = await work.session.get(Visit, found.visit_id, populate_existing=True)
    return Opened(found, row[1], Policy.model_validate(row[2] or {}), visit)


async def case(work: Work, case_id: UUID) -> Case:
    """One case, to read. Raises NotFound."""
    found = await work.session.get(Case, case_id)
    if found is None:
        raise NotFound("Deze casus")
    return found


async def house_policy(work: Work, house_id: UUID) -> tuple[int, Policy]:
    """The newest policy of a house and its version (0: only defaults)."""
    return await work.remembered(("policy", house_id), lambda: _house_policy(work, house_id))


async def _house_policy(work: Work, house_id: UUID) -> tuple[int, Policy]:
    statement = (
        select(HousePolicy.version, HousePolicy.body).where(HousePolicy.house_id == house_id)
        .order_by(HousePolicy.version.desc()).limit(1)
    )  # fmt: skip
    row = (await work.session.execute(statement)).one_or_none()
    return (row.version, Policy.model_validate(row.body)) if row else (0, Policy())


def is_unshielded(work: Work, found: Case) -> bool:
    """Whether a decision opened this closed case again, until a moment that has not come."""
    return found.unshielded_until is not None and found.unshielded_until > work.now


async def case_facts(work: Work, found: Case) -> CaseFacts:
    """What visibility must know of a case, for this actor."""
    return await work.remembered(("facts", found.id), lambda: _case_facts(work, found))


async def _case_facts(work: Work, found: Case) -> CaseFacts:
    standings = await work.session.scalars(
        select(Involvement.standing).where(
            Involvement.case_id == found.id, Involvement.until.is_(None),
            Involvement.organisation_id == work.actor.organisation_id,
        )
    )  # fmt: skip
    objection = select(Duty.id).where(
        Duty.case_id == found.id, Duty.kind == DutyKind.OBJECTION, is_open(),
        Duty.owner_person_id == work.actor.person_id,
    )  # fmt: skip
    assigned = func.pols_assigned(found.id, work.actor.organisation_id, work.actor.person_id)
    asked = select(objection.exists(), assigned, _coached(work, found.id))
    may_object, is_assigned, coaches = (await work.session.execute(asked)).one()
    return CaseFacts(
        found.house_id, found.phase, found.director_id, found.reporter_organisation_id, frozenset(standings),
        is_unshielded(work, found), may_object, await glass.own(work, found.id), assigned=is_assigned,
        case_director_id=found.case_director_id, coaches=coaches,
    )  # fmt: skip


def _coached(work: Work, case_id: UUID) -> ColumnElement[bool]:
    """Whether the actor coaches in this case, or stands in for who does."""
    me = [one for one in (work.actor.person_id, *work.actor.replaces) if one is not None]
    running = (Trajectory.case_id == case_id, Trajectory.ended_at.is_(None))
    return select(Trajectory.id).where(*running, Trajectory.coach_id.in_(me)).exists()


async def seen(work: Work, case_id: UUID) -> tuple[Case, CaseFacts]:
    """A case this actor may know of, with what visibility must know. Raises NotFound."""
    found = await case(work, case_id)
    facts = await case_facts(work, found)
    if not visibility.sees_case(work.actor, facts):
        raise NotFound("Deze casus")
    return found, facts


async def seen_process(work: Work, case_id: UUID, what: str = "Deze casus") -> tuple[Case, CaseFacts]:
    """A case of which this actor may know the process, not only that it exists. Raises NotFound of what was asked."""
    found, facts = await seen(work, case_id)
    if not visibility.sees_process(work.actor, facts):
        raise NotFound(what)
    return found, facts


async def standing_now(work: Work, case_id: UUID) -> set[UUID]:
    """The organisations that are involved in a case now, or were asked."""
    return set(
        await work.session.scalars(
            select(Involvement.organisation_id).where(Involvement.case_id == case_id, Involvement.until.is_(None))
        )
    )


async def deciders(work: Work, person_ids: tuple[UUID, ...]) -> list[Decider]:
    """The people named as having decided. Raises NotFound when one is unknown in this house."""
    rows = await work.session.execute(
        select(
            Person.id, Person.organisation_id, Organisation.kind, Person.roles, func.pols_replaces(Person.id, work.now)
        )
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id.in_(person_ids), Person.active)
    )
    found = [Decider(r[0], r[1], r[2], frozenset(map(Role, r[3])), frozenset(r[4])) for r in rows]
    if len(found) != len(set(person_ids)):
        raise NotFound("Een van de genoemde beslissers")
    return found


@cache
def _standing() -> Select[Involvement]:
    wanted = Involvement.case_id == bindparam("wanted")
    return select(Involvement).where(wanted, Involvement.until.is_(None)).order_by(Involvement.since, Involvement.id)


async def standings(work: Work, case_id: UUID) -> list[Involvement]:
    """Everybody who stands to a case now, in whatever way."""
    return await work.remembered(("standings", case_id), lambda: _standings(work, case_id))


async def _standings(work: Work, case_id: UUID) -> list[Involvement]:
    return list(await work.session.scalars(_standing(), {"wanted": case_id}))


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A stretch in which clocks stood still: of one duty, or of the whole case."""

    duty_id: UUID | None
    hold: Stretch
    ended: bool

    def concerns(self, duty_id: UUID) -> bool:
        """It is about this duty, or about all of them."""
        return self.duty_id in {None, duty_id}

    def seen_from(self, duty_id: UUID) -> tuple[bool, Stretch, bool]:
        """As `projection.counting` takes it."""
        return self.duty_id == duty_id, self.hold, self.ended


async def holds_of(work: Work, case_ids: Collection[UUID]) -> dict[UUID, list[LedgerLine]]:
    """The ledgers of holds of these cases, the first hold first. One that ended as it began was none."""
    rows = await work.session.execute(
        select(Hold.case_id, Hold.duty_id, Hold.since, Hold.until, Hold.ended_at)
        .where(Hold.case_id == func.any(bindparam("cases", list(case_ids), ARRAY(Uuid()))), Hold.since < Hold.until)
        .order_by(Hold.since)
    )
    found: dict[UUID, list[LedgerLine]] = {}
    for row in rows:
        line = LedgerLine(row.duty_id, Stretch(row.since, row.until), row.ended_at is not None)
        found.setdefault(row.case_id, []).append(line)
    return found


def listed() -> Select[Case]:
    """Cases that may be listed: a report that was not taken on is never one of them."""
    return select(Case).where(func.coalesce(Case.outcome.notin_(NOT_TAKEN_ON), True) | (Case.phase != Phase.CLOSED))


async def decision(work: Work, case_id: UUID, decision_id: UUID) -> Decision:
    """One decision of a case. Raises NotFound."""
    found = await work.session.get(Decision, decision_id)
    if found is None or found.case_id != case_id:
        raise NotFound("Dit besluit")
    return found


async def kind_of_decision(work: Work, decision_id: UUID) -> DecisionKind | None:
    """What kind of decision this was."""
    return await work.session.scalar(select(Decision.kind).where(Decision.id == decision_id))


@cache
def _latest() -> Select[Decision]:
    return (
        select(Decision)
        .where(Decision.case_id == bindparam("case"), Decision.visit_id == bindparam("visit"))
        .where(Decision.kind == bindparam("kind_"), Decision.at >= bindparam("since"))
        .where(Decision.registered_by == bindparam("registrar")).order_by(Decision.at.desc()).limit(1)
    )  # fmt: skip


async def latest_decision(work: Work, case: Case, kind: DecisionKind, since: datetime) -> Decision | None:
    """The last decision of this kind that the actor registered since a moment, in the present visit."""
    asked = {
        "case": case.id, "visit": case.visit_id, "kind_": kind, "since": since, "registrar": work.actor.person_id,
    }  # fmt: skip
    return (await work.session.scalars(_latest(), asked)).one_or_none()


async def passed(work: Work, case_id: UUID) -> frozenset[Phase]:
    """The phases that a case has been in."""
    return frozenset(await work.session.scalars(select(Visit.phase).where(Visit.case_id == case_id).distinct()))
