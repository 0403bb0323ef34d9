"""Looking for a case: by its number or a partner among what one may know, by a person only in what one reads.

What a search finds, and how much, never tells of a case that the actor may not see.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union

from models.lookups.caselists import CaseFilter
from models.lookups.paging import at_most
from models.rights import FILE_PHASES, REPORT_PHASES, TRIAGE_PHASES
from models.tables.cases import Case
from models.tables.referrals import Subject
from models.transactions import Work
from models.words import OrganisationKind, Phase, Role

#: of people found at once; who needs more knows too little to search by
MOST = 10
_YEARS = 30  #: back from now, for a number without its year
_NUMBER = re.compile(r"^(?:ZVH-?)?(?:(\d{4})-)?(\d{1,9})$")


def numbers(typed: str, now: datetime) -> tuple[str, ...]:
    """What somebody may mean by a number or the end of one: 14, 2026-14, ZVH-2026-0014. Nothing when it is no number.

    >>> numbers(" 2026-14 ", datetime(2026, 11, 30))
    ('ZVH-2026-0014',)
    """
    found = _NUMBER.match(typed.strip().upper())
    if found is None:
        return ()
    year, number = found.groups()
    years = [int(year)] if year else range(now.year, now.year - _YEARS, -1)
    return tuple(f"ZVH-{one}-{int(number):04d}" for one in years)


async def one_by_number(work: Work, typed: str) -> UUID | None:
    """The case of this number, of those that the actor may know of; nothing when it could be more than one."""
    wanted = numbers(typed, work.now)
    if not wanted:
        return None
    statement = select(Case.id).where(Case.house_id == work.actor.house_id, Case.number.in_(wanted))
    found = (await work.session.scalars(statement.limit(at_most(2)))).all()
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody in a case that the actor reads."""

    case_id: UUID
    number: str
    phase: Phase
    name: str
    born_on: date | None
    standing: str


async def people(work: Work, *, name: str = "", bsn: str = "") -> tuple[list[Found], bool]:
    """Who is called so, or has this number, in the open cases that the actor reads; and whether there are more.

    The cases come first and are few, so that a name needs no index; what the actor reads is asked of the database
    again, case by case (`pols_reads`), and of people the rows that it shows.
    """
    about = and_(Subject.referral_id == Case.referral_id, or_(Subject.case_id == Case.id, Subject.case_id.is_(None)))
    statement = (
        select(Case.id, Case.number, Case.phase, Subject.name, Subject.born_on, Subject.standing)
        .join(Subject, about).where(Case.id.in_(_read(work)), func.pols_reads(Case.id))
        .where(Subject.bsn == bsn if bsn else and_(*_called(name)))
        .order_by(Case.reported_at.desc(), Case.id, Subject.position).limit(at_most(MOST + 1))
    )  # fmt: skip
    found = [Found(*row) for row in await work.session.execute(statement)]
    return found[:MOST], len(found) > MOST


def _called(name: str) -> Sequence[ColumnElement[bool]]:
    """Every word that was typed begins a word of the name."""
    words = func.concat(" ", func.lower(Subject.name))
    return [words.contains(f" {word}", autoescape=True) for word in name.lower().split()]


def _read(work: Work) -> Select[UUID]:
    """The open cases in which the actor has a part, as `models.rights` has it: each by the index of its own."""
    actor, here = work.actor, (Case.house_id == work.actor.house_id, Case.closed_at.is_(None))
    parts: list[Select[UUID]] = []
    if actor.is_staff:
        led = Case.director_id.in_(sorted(actor.directs_as))
        parts.append(select(Case.id).where(*here, led, Case.phase.in_(sorted(FILE_PHASES))))
        if actor.has(Role.TRIAGE_OFFICER, Role.ADVISER):
            parts.append(select(Case.id).where(*here, Case.phase.in_(sorted(REPORT_PHASES))))
    else:
        parts.append(select(func.pols_stands_to().label("id")))
        own = Case.reporter_organisation_id == actor.organisation_id
        parts.append(select(Case.id).where(*here, own, Case.phase.in_(sorted(REPORT_PHASES))))
        if actor.organisation_kind is OrganisationKind.LID1 and actor.has(Role.TRIAGE_MEMBER):
            parts.append(select(Case.id).where(*here, Case.phase.in_(sorted(TRIAGE_PHASES))))
    together = union(*parts).subquery()
    return select(together.c.id)


def by_number(typed: str, now: datetime) -> CaseFilter | None:
    """The question of a list for the cases with this number; none when what was typed is no number."""
    wanted = numbers(typed, now)
    return CaseFilter(numbers=wanted) if wanted else None
