"""Where people of a report can be found, for who may know that; of a secret one nothing is there for others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from models import visibility
from models.tables.cases import Case
from models.tables.items import MeetingPlace, SubjectAddress, SubjectProtection
from models.tables.referrals import Subject
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Of one person, as this actor may know them: nothing, or everything; and who may know, for who keeps that list."""

    address: str | None = None
    school: str | None = None
    contact_channel: str | None = None
    organisations: list[UUID] = field(default_factory=list)
    persons: list[UUID] = field(default_factory=list)
    knows_list: bool = False


NOWHERE = Whereabouts()


async def of(work: Work, people: Iterable[Subject]) -> dict[UUID, Whereabouts]:
    """By person. Two questions however many people; who is not named finds an empty place (both fences)."""
    listed = {one.id: one for one in people}
    rows = await work.session.scalars(select(SubjectAddress).where(SubjectAddress.subject_id.in_(listed)))
    kept = {one.subject_id: one for one in rows}
    named = await _protections(work, listed)
    return {id_: _seen(work, one, kept.get(id_), named.get(id_)) for id_, one in listed.items()}


async def _protections(work: Work, subject_ids: Iterable[UUID]) -> Mapping[UUID, SubjectProtection]:
    rows = await work.session.scalars(
        select(SubjectProtection).where(SubjectProtection.subject_id.in_(list(subject_ids)))
    )
    return {one.subject_id: one for one in rows}


def _seen(
    work: Work, subject: Subject, kept: SubjectAddress | None, named: SubjectProtection | None
) -> Whereabouts:  # fmt: skip
    organisations, persons = (named.organisations, named.persons) if named else ([], [])
    found = visibility.finds(
        work.actor, secret=subject.secret_address, organisations=organisations, persons=persons
    ) and kept is not None  # fmt: skip
    return Whereabouts(
        kept.address if found and kept else None, kept.school if found and kept else None,
        kept.contact_channel if found and kept else None, organisations, persons, named is not None,
    )  # fmt: skip


async def secrets_around(work: Work, case: Case) -> list[str]:
    """Every secret place of the people of a case and of its report, as far as this actor may know it."""
    rows = await work.session.execute(
        select(SubjectAddress.address, SubjectAddress.school, SubjectAddress.contact_channel)
        .join(Subject, Subject.id == SubjectAddress.subject_id)
        .where(Subject.referral_id == case.referral_id, Subject.secret_address)
    )  # fmt: skip
    return [place for row in rows for place in row if place]


async def places(work: Work, meeting_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Where these meetings are; of a case with a secret address only for who may know that address."""
    rows = await work.session.scalars(select(MeetingPlace).where(MeetingPlace.meeting_id.in_(list(meeting_ids))))
    return {one.meeting_id: one.place for one in rows}
