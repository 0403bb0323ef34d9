"""What an answer page may say: the kind of act, when, of which house and whom to call; and finding by reference."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import aliased

from models import links
from models.lookups.duties import private_answer, valid_answer
from models.lookups.people import may_enter
from models.refusals import LinkNotGood, NotFound
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.links import AnswerPin, Reference
from models.tables.meetings import Meeting
from models.tables.people import House, Organisation, Person
from models.transactions import Link, Work
from models.words import PARTICIPANTS, DutyKind, Role

_DIRECTOR = aliased(Person)


#: older references are of work that is long done
REMEMBERED = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked by link. `kind` is that of a duty; without one it is an invitation."""

    reference: Reference
    house: str
    phone: str | None  #: of the regisseur, or who stands in
    kind: DutyKind | None
    moment: datetime
    ended_at: datetime | None
    answered: bool = False

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What can be answered here, with the second factor."""
        return links.OUTCOMES.get(self.kind, ()) if self.kind else ()


def link_of(work: Work) -> Link:
    """The link that whoever acts came in by. Raises LinkNotGood."""
    if work.entry.link is None:
        raise LinkNotGood
    return work.entry.link


def proven(work: Work) -> bool:
    """Whether whoever came in by link gave the second factor with it."""
    return work.entry.link is not None and work.entry.link.proven


async def asked(work: Work) -> Asked:
    """What the link of who looks is about. Raises LinkNotGood, also when that is not theirs to see any more."""
    link = link_of(work)
    if link.duty_id is None:
        statement = _about(work).add_columns(Meeting).join(Meeting, Meeting.case_id == Case.id)
        statement = statement.where(Meeting.id == link.meeting_id)
    else:
        statement = _about(work).add_columns(Duty).join(Duty, Duty.id == Reference.duty_id)
    row = (await work.session.execute(statement.where(Reference.id == link.reference_id))).one_or_none()
    if row is None:
        raise LinkNotGood
    reference, house, phone, found = row
    if isinstance(found, Meeting):
        over = found.held_at or found.moved_at or found.cancelled_at
        return Asked(reference, house, phone, None, found.starts_at, over)
    ended = found.answered_at or found.lapsed_at or found.withdrawn_at
    return Asked(reference, house, phone, found.kind, found.due_at, ended, found.answered_at is not None)


def _about(work: Work) -> Select[*tuple[Any, ...]]:
    leading = func.coalesce(func.pols_stand_in(Case.director_id, work.now), Case.director_id)
    return (
        select(Reference, House.name, _DIRECTOR.phone)
        .join(Case, Case.id == Reference.case_id).join(House, House.id == Reference.house_id)
        .outerjoin(_DIRECTOR, _DIRECTOR.id == leading)
    )  # fmt: skip


async def own_reference(work: Work) -> Reference:
    """The row of the reference that the link of who acts belongs to. Raises LinkNotGood."""
    found = await work.session.get(Reference, link_of(work).reference_id, populate_existing=True)
    if found is None:
        raise LinkNotGood
    return found


async def own_pin(work: Work) -> str | None:
    """The hash of the pin of whoever acts."""
    found = await work.session.scalar(text("SELECT pols_own_pin()"))
    return found if isinstance(found, str) else None


async def given(work: Work) -> str | None:
    """What was answered, for who gave the second factor; nothing to anybody else."""
    link = link_of(work)
    if not link.proven or link.duty_id is None:
        return None
    found = await valid_answer(work, link.duty_id) or await private_answer(work, link.duty_id)
    return found.outcome if found else None


async def colleagues(work: Work) -> list[tuple[UUID, str]]:
    """Who of one's own organisation works on the case of the link and may take its duty; only after the factor."""
    link, actor = link_of(work), work.actor
    if not link.proven or link.duty_id is None:
        return []
    statement = (
        select(Person.id, Person.name).join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.organisation_id == actor.organisation_id, Person.id != actor.person_id, may_enter())
        .where(Person.roles.contains([Role.CONTACT.value]))
        .where(func.pols_assigned(link.case_id, Person.organisation_id, Person.id)).order_by(Person.name, Person.id)
    )  # fmt: skip
    return [(row.id, row.name) for row in await work.session.execute(statement)]


async def mine(work: Work) -> dict[UUID, str]:
    """What one's own duties and cases are called in messages, by their id; grouped as people read it."""
    rows = await work.session.execute(
        select(Reference.duty_id, Reference.case_id, Reference.code).where(Reference.person_id == work.actor.person_id)
        .where(Reference.made_at > work.now - REMEMBERED)
    )  # fmt: skip
    return {row.duty_id or row.case_id: links.grouped(row.code) for row in rows}


async def of_reference(work: Work, typed: str) -> Reference:
    """What a reference stands for, for who may see that. Raises NotFound."""
    code = links.typed(typed)
    found = await work.session.scalar(select(Reference).where(Reference.code == code)) if code else None
    if found is None:
        raise NotFound("Dit kenmerk")
    return found


async def pins(work: Work) -> list[tuple[Person, str, datetime | None]]:
    """The contacts of the participants, by organisation and name, each with since when they have a pin."""
    statement = (
        select(Person, Organisation.name, AnswerPin.set_at)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(AnswerPin, AnswerPin.person_id == Person.id)
        .where(Organisation.kind.in_(sorted(PARTICIPANTS)), may_enter(), Person.house_id == work.actor.house_id)
        .order_by(Organisation.name, Person.name, Person.id)
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in await work.session.execute(statement)]


async def has_pin(work: Work) -> bool:
    """Whether whoever acts has a pin."""
    return await own_pin(work) is not None
