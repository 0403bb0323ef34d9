"""Who may see a case and why: the rules of `models.rights`, asked for somebody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select

from models import rights
from models.actors import Actor
from models.designation import Designation, kept_out
from models.lookups import absence, assigned, cases, glass
from models.lookups.duties import is_open
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.lookups.people import TODAY, by_name, may_enter
from models.phrases import phrase
from models.refusals import NotAllowed, NotFound
from models.rights import CaseFacts, Explanation, Right
from models.tables.cases import Case, Involvement
from models.tables.duties import Duty
from models.tables.glass import Glass
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.words import DutyKind, GlassKind, OrganisationKind, Role, Standing

#: the rules are asked of every designated person of a house; there are hundreds
EVERYBODY = 100_000
_PersonRow = tuple[Person, str, OrganisationKind, date]


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody with a right on a case, and in which capacities."""

    person: Person
    organisation: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Circumstances:
    """What stands around a case: read once, asked for everybody."""

    case: Case
    unshielded: bool
    standings: dict[UUID, frozenset[Standing]]
    objectors: frozenset[UUID]
    glass: dict[UUID, GlassKind]
    stands_in_id: UUID | None  #: for the regisseur, who is away
    assigned: dict[UUID, frozenset[UUID]]  #: whom an organisation named, of those that named anybody

    def actor(self, person: Person, kind: OrganisationKind) -> Actor:
        """Somebody as who would act here."""
        director = self.case.director_id
        replaces = frozenset({director} if director and person.id == self.stands_in_id else ())
        roles = frozenset(map(Role, person.roles))
        return Actor(person.house_id, person.organisation_id, kind, person.id, roles, replaces=replaces)

    def facts(self, person: Person) -> CaseFacts:
        case = self.case
        return CaseFacts(
            case.house_id, case.phase, case.director_id, case.reporter_organisation_id,
            self.standings.get(person.organisation_id, frozenset()), self.unshielded, person.id in self.objectors,
            self.glass.get(person.id), assigned=person.id in self.assigned.get(person.organisation_id, {person.id}),
            case_director_id=case.case_director_id,
        )  # fmt: skip


async def holders(work: Work, case_id: UUID, right: Right, page: Page) -> Paged[Access]:
    """Who may come in and has this right on a case now, by name. Raises NotFound or NotAllowed."""
    around = await _around(work, await _explained(work, case_id))
    inside = _people().where(may_enter())
    everybody = keyset(inside, Page(EVERYBODY, page.after), Person.name, Person.id, start=by_name(Person))
    rows = await work.session.execute(everybody)
    found = [_access(around, right, (person, name, kind, today)) for person, name, kind, today in rows]
    return cut([one for one in found if one.because][: page.size + 1], page, lambda one: Place(one.person.id))


async def why(work: Work, case_id: UUID, person_id: UUID) -> tuple[Access, list[Explanation]]:
    """What somebody may do with a case, and why or why not. Oneself always; others for who may explain.

    Who may not come in at all (R6) has no right, and hears that before anything else. Raises NotFound or NotAllowed.
    """
    if person_id == work.actor.person_id:
        case, _facts = await cases.seen(work, case_id)
    else:
        case = await _explained(work, case_id)
    row = (await work.session.execute(_people().where(Person.id == person_id))).one_or_none()
    if row is None:
        raise NotFound("Deze persoon")
    around = await _around(work, case)
    person, name, kind, today = row
    shut = kept_out(Designation(person.active, kind, person.screened_until, person.trained_until), today)
    found = [rights.explain(right, around.actor(person, kind), around.facts(person)) for right in Right]
    if shut:
        found = [Explanation(one.right, allowed=False, because=shut) for one in found]
    return Access(person, name, ()), found


async def _explained(work: Work, case_id: UUID) -> Case:
    case, facts = await cases.seen(work, case_id)
    if not rights.has(Right.EXPLAIN, work.actor, facts):
        raise NotAllowed("Wie waarom toegang heeft, zien de procesregisseur, de manager en de privacy officer.")
    return case


def _people() -> Select[Person, str, OrganisationKind, date]:
    return (
        select(Person, Organisation.name, Organisation.kind, TODAY)
        .join(Organisation, Organisation.id == Person.organisation_id)
    )  # fmt: skip


def _access(around: _Circumstances, right: Right, row: _PersonRow) -> Access:
    person, name, kind, _today = row
    because = rights.by(right, around.actor(person, kind), around.facts(person))
    return Access(person, name, tuple(phrase("als {capacity}", capacity=phrase(one)) for one in because))


async def _around(work: Work, case: Case) -> _Circumstances:
    session = work.session
    stands = await session.execute(
        select(Involvement.organisation_id, Involvement.standing)
        .where(Involvement.case_id == case.id, Involvement.until.is_(None))
    )  # fmt: skip
    objectors = await session.scalars(
        select(Duty.owner_person_id).where(
            Duty.case_id == case.id, Duty.kind == DutyKind.OBJECTION, is_open(), Duty.owner_person_id.is_not(None)
        )
    )
    opened = await session.execute(
        select(Glass.person_id, Glass.kind).where(Glass.case_id == case.id, glass.lasts(work))
    )
    return _Circumstances(
        case, cases.is_unshielded(work, case), _grouped((row.organisation_id, row.standing) for row in stands),
        frozenset(one for one in objectors if one is not None), {row.person_id: row.kind for row in opened},
        await absence.stand_in(work, case.director_id) if case.director_id else None,
        await assigned.by_organisation(work, case.id),
    )  # fmt: skip


def _grouped(pairs: Iterable[tuple[UUID, Standing]]) -> dict[UUID, frozenset[Standing]]:
    found: dict[UUID, set[Standing]] = {}
    for organisation_id, standing in pairs:
        found.setdefault(organisation_id, set()).add(standing)
    return {one: frozenset(standings) for one, standings in found.items()}
