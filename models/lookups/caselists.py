"""Lists of cases: a page at a time, by key, so that the thousandth page costs what the first did."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import aliased

from models.lookups.cases import listed
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotFound
from models.tables.cases import Case, Involvement
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.words import GlassKind, OrganisationKind, Phase, Role, Standing

#: made once: an alias costs more than the question it is for
_DIRECTOR, _CASE_DIRECTOR = aliased(Person), aliased(Person)
_REPORTER, _SPONSOR = aliased(Organisation), aliased(Organisation)
_Lines = Select[Case, str, str, str, str, bool]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What somebody looks for; what is absent does not count. `is_open`: in whatever phase before the last."""

    phases: Sequence[Phase] = ()
    director_id: UUID | None = None
    municipality: str | None = None
    theme: str | None = None
    urgent: bool | None = None
    is_open: bool = False
    led_by: Collection[UUID] = ()  #: these regisseurs
    numbers: Collection[str] = ()
    partner_id: UUID | None = None  #: this participant is involved now


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case with the names that belong to it; `process` tells whether the actor sees more than the shell."""

    case: Case
    director: str | None
    case_director: str | None
    reporter: str
    sponsor: str
    process: bool


async def page(work: Work, wanted: CaseFilter, page: Page) -> Paged[CaseLine]:
    """One page of the cases this actor sees, the newest first.

    By moment and not by key: in that order only the indexes of a house stand, so that no plan walks through the cases
    of all others to find the newest of this one.
    """
    statement = _lines(work, listed()).where(*_matches(work, wanted))
    statement = keyset(statement, page, Case.reported_at, Case.id, newest_first=True)
    found = [CaseLine(*row) for row in await work.session.execute(statement)]
    return cut(found, page, lambda line: Place(line.case.id, line.case.reported_at))


async def line(work: Work, case_id: UUID) -> CaseLine:
    """One case in the same form. Raises NotFound."""
    row = (await work.session.execute(_lines(work, select(Case)).where(Case.id == case_id))).one_or_none()
    if row is None:
        raise NotFound("Deze casus")
    return CaseLine(*row)


def _lines(work: Work, cases: Select[Case]) -> _Lines:
    return (
        cases.add_columns(
            _DIRECTOR.name, _CASE_DIRECTOR.name, _REPORTER.name, _SPONSOR.name, _sees_process(work).label("process")
        )
        .outerjoin(_DIRECTOR, _DIRECTOR.id == Case.director_id)
        .outerjoin(_CASE_DIRECTOR, _CASE_DIRECTOR.id == Case.case_director_id)
        .join(_REPORTER, _REPORTER.id == Case.reporter_organisation_id)
        .join(_SPONSOR, _SPONSOR.id == Case.sponsor_organisation_id)
    )


def _sees_process(work: Work) -> ColumnElement[bool]:
    """As `visibility.sees_process`, for many cases at once."""
    actor = work.actor
    if actor.is_staff or (actor.has(Role.TRIAGE_MEMBER) and actor.organisation_kind is OrganisationKind.LID1):
        return true()
    if actor.has(Role.PRIVACY_OFFICER):
        return Case.id.in_(select(func.pols_glass(GlassKind.SUPERVISION.value)))
    return or_(Case.reporter_organisation_id == actor.organisation_id, func.pols_stands(Case.id, "betrokken"))


def _matches(work: Work, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """Who sees only the shell cannot find a case by what the shell hides."""
    found: list[ColumnElement[bool]] = []
    among = ((Case.phase, wanted.phases), (Case.director_id, wanted.led_by), (Case.number, wanted.numbers))
    found += [column.in_(these) for column, these in among if these]
    equal = ((Case.director_id, wanted.director_id), (Case.municipality, wanted.municipality))
    found += [column == value for column, value in equal if value is not None]
    if wanted.is_open:
        found.append(Case.closed_at.is_(None))
    if wanted.urgent is not None:
        found.append(Case.urgent.is_(wanted.urgent))
    if wanted.theme is not None:
        found.append(Case.themes.contains([wanted.theme]))
    if wanted.partner_id is not None:
        found.append(Case.id.in_(_involves(wanted.partner_id)))
    if any(one is not None for one in (wanted.municipality, wanted.theme, wanted.partner_id)):
        found.append(_sees_process(work))
    return found


def _involves(partner_id: UUID) -> Select[UUID]:
    """As far as the actor may know who is involved."""
    now = (Involvement.until.is_(None), Involvement.standing == Standing.INVOLVED)
    return select(Involvement.case_id).where(Involvement.organisation_id == partner_id, *now)
