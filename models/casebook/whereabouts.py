"""Keeping where people can be found, and keeping it secret for all but the named."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from models import items, visibility
from models.casebook.frame import Frame, audit, open_frame
from models.commands.referrals import DescribeSubject, KeepSecret
from models.lookups import cases, people, referrals, whereabouts
from models.refusals import FieldError, InvalidFields, NotAllowed
from models.tables.base import new_id
from models.tables.items import SubjectAddress, SubjectProtection
from models.tables.referrals import Referral, Subject
from models.transactions import Work

_PLACES = ("address", "school", "contact_channel")
_APART = {*_PLACES, "secret"}


async def keep_people(
    work: Work, referral: Referral, told: Iterable[DescribeSubject], case_id: UUID | None
) -> list[Subject]:
    """The people of a report as they are told now. Who was there before stays the same person, and stays protected:
    found again by number, by name, else by place in the list. Who is no longer named goes.
    """
    before = await referrals.subjects(work, referral.id)
    there, now = list(before), list(told)
    primary = next((at for at, one in enumerate(now) if one.standing == "betrokkene"), None)
    same = _same(there, now)
    kept = [
        _person(referral, one, same.get(at), at + 1, case_id if at == primary else None) for at, one in enumerate(now)
    ]
    for gone in before:
        if gone not in kept:
            _must_not_be_secret(gone)
            await work.session.delete(gone)
    work.session.add_all(kept)
    await work.session.flush()
    for subject, one in zip(kept, now, strict=True):
        await _keep_place(work, referral, subject, one)
    return kept


def _must_not_be_secret(gone: Subject) -> None:
    """Without the person nothing would say any more whose place an item names."""
    if gone.secret_address:
        told = "iemand met een geheim adres is niet herkend; noem diegene bij de naam of het nummer van de vorige keer"
        raise InvalidFields([FieldError("personen", told)])


def _same(there: list[Subject], told: list[DescribeSubject]) -> dict[int, Subject]:
    """Who of those that were there each of the told is."""
    left, found = list(there), {}
    for is_same in (_same_number, _same_name, _same_place):
        for at, one in enumerate(told):
            match = next((subject for subject in left if at not in found and is_same(subject, one, at)), None)
            if match is not None:
                found[at] = match
                left.remove(match)
    return found


def _same_number(subject: Subject, one: DescribeSubject, _at: int) -> bool:
    return one.bsn is not None and subject.bsn == one.bsn


def _same_name(subject: Subject, one: DescribeSubject, _at: int) -> bool:
    return subject.name == one.name


def _same_place(subject: Subject, _one: DescribeSubject, at: int) -> bool:
    return subject.position == at + 1 and not subject.secret_address


def _person(
    referral: Referral, one: DescribeSubject, before: Subject | None, position: int, case_id: UUID | None
) -> Subject:  # fmt: skip
    subject = before or Subject(
        id=new_id(), house_id=referral.house_id, referral_id=referral.id, secret_address=False
    )  # fmt: skip
    for name, value in one.model_dump(exclude=_APART).items():
        setattr(subject, name, value)
    subject.position, subject.case_id = position, case_id
    return subject


async def _keep_place(work: Work, referral: Referral, subject: Subject, one: DescribeSubject) -> None:
    row = await work.session.get(SubjectAddress, subject.id)
    if row is None:
        row = SubjectAddress(subject_id=subject.id, house_id=subject.house_id)
        work.session.add(row)
    for name in _PLACES:
        setattr(row, name, getattr(one, name))
    await work.session.flush()
    if one.secret is not None:
        await _protect(work, subject, one.secret, referral.reporter_organisation_id)
        audit(work, "adres geheim gehouden", "persoon", subject.id, case_id=subject.case_id)


async def _protect(work: Work, subject: Subject, command: KeepSecret, reporter_id: UUID) -> None:
    """Who reported always keeps what they told themselves."""
    if work.actor.person_id is None:
        raise NotAllowed("Dit doet een persoon.")
    organisations = list(dict.fromkeys((reporter_id, *command.organisations)))
    await people.organisations(work, organisations)
    for person_id in command.persons:
        await people.person(work, person_id)
    row = await work.session.get(SubjectProtection, subject.id)
    if row is None:
        row = SubjectProtection(subject_id=subject.id, house_id=subject.house_id)
        work.session.add(row)
    row.organisations, row.persons = organisations, list(dict.fromkeys(command.persons))
    row.set_at, row.set_by = work.now, work.actor.person_id
    subject.secret_address = True
    await work.session.flush()


async def keep_secret(work: Work, case_id: UUID, subject_id: UUID, command: KeepSecret) -> None:
    """From now only the named know where this person can be found. Raises NotFound, NotAllowed."""
    frame, subject = await _keeper(work, case_id, subject_id)
    await _protect(work, subject, command, frame.case.reporter_organisation_id)
    audit(work, "adres geheim gehouden", "persoon", subject_id, case_id=case_id)


async def no_longer_secret(work: Work, case_id: UUID, subject_id: UUID) -> None:
    """The address is as any other again. Raises NotFound, NotAllowed."""
    _, subject = await _keeper(work, case_id, subject_id)
    row = await work.session.get(SubjectProtection, subject_id)
    subject.secret_address = False
    if row is not None:
        await work.session.delete(row)
    audit(work, "adres niet meer geheim", "persoon", subject_id, case_id=case_id)


async def _keeper(work: Work, case_id: UUID, subject_id: UUID) -> tuple[Frame, Subject]:
    _case, facts = await cases.seen(work, case_id)
    subject = await referrals.person_of(work, case_id, subject_id)
    frame = await open_frame(work, case_id)
    if not visibility.keeps_secret(work.actor, facts):
        raise NotAllowed("Wie een geheim adres mag kennen bepaalt de procesregisseur, de triagist of de melder.")
    return frame, subject


async def not_in(frame: Frame, texts: Mapping[str, str]) -> None:
    """No text names a secret place: texts have other readers than the place has. Raises InvalidFields.

    Only what the writer may know is looked for: a text is no way to guess an address.
    """
    places = await whereabouts.secrets_around(frame.work, frame.case)
    wrong = [field for field, body in texts.items() if items.names_place(body, places)]
    if wrong:
        raise InvalidFields(
            FieldError(field, "noemt een geheim adres, school of contactgegeven; laat dat weg") for field in wrong
        )
