"""Reporting: a draft, a submission that becomes a case, the sector's message, a supplement, a withdrawal."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, update

from models import items, process
from models.casebook import answers, phases, whereabouts
from models.casebook.duties import Wanted, open_duties
from models.casebook.frame import Frame, audit, open_frame
from models.clocks import AMSTERDAM
from models.commands.cases import GiveAnswer
from models.commands.referrals import DescribeReferral, DescribeSubject
from models.lookups import cases, referrals, reported
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible, Outdated
from models.tables.attached import ReferralVersion
from models.tables.base import new_id
from models.tables.cases import Case
from models.tables.engine import Lease
from models.tables.people import House
from models.tables.referrals import Referral, Subject, SubjectRelation
from models.transactions import Work
from models.words import DutyKind, Phase

REQUIRED = {
    "reason": "reden",
    "goal": "doel",
    "situation": "situatie",
    "municipality": "gemeente",
    "motivation_a": "criteria.a",
    "motivation_b": "criteria.b",
    "motivation_c": "criteria.c",
    "motivation_d": "criteria.d",
}
_APART = {"subjects", "relations", "criteria"}  #: of the content, what is no column of its own


async def draft(work: Work, command: DescribeReferral, *, message_id: str | None = None) -> Referral:
    """Start a referral; only a participant can (R1, WGS 2.31(1)). Raises NotAllowed, InvalidFields."""
    actor = work.actor
    if not actor.is_participant or actor.house_id is None or actor.organisation_id is None:
        raise NotAllowed("Alleen een deelnemer (WGS 2.27) doet een aanmelding; stel anders een hulpvraag.")
    referral = Referral(
        id=new_id(), house_id=actor.house_id, reporter_organisation_id=actor.organisation_id,
        reporter_organisation_kind=actor.organisation_kind, reporter_person_id=actor.person_id,
        created_at=work.now, message_id=message_id, **_values(command),
    )  # fmt: skip
    work.session.add(referral)
    await work.session.flush()
    await _add_people(work, referral, command, None)
    audit(work, "aanmelding opgesteld", "aanmelding", referral.id)
    return referral


def _values(command: DescribeReferral) -> dict[str, object]:
    plain = command.model_dump(mode="json", exclude=_APART)
    return plain | {f"motivation_{one}": text for one, text in command.criteria}


async def _add_people(work: Work, referral: Referral, command: DescribeReferral, case_id: UUID | None) -> None:
    """Everybody the report is about, in the order named; the first betrokkene is the one of the case."""
    _check_relations(command)
    people = await whereabouts.keep_people(work, referral, command.subjects, case_id)
    _check_texts(command, [told for told, one in zip(command.subjects, people, strict=True) if one.secret_address])
    await work.session.execute(delete(SubjectRelation).where(SubjectRelation.referral_id == referral.id))
    work.session.add_all(
        SubjectRelation(
            house_id=referral.house_id, referral_id=referral.id, kind=one.kind,
            of_id=people[one.of - 1].id, to_id=people[one.to - 1].id, since=one.since, until=one.until,
        )
        for one in command.relations
    )  # fmt: skip


def _check_texts(command: DescribeReferral, secret: list[DescribeSubject]) -> None:
    """A secret place is told in its own field only: the rest of a report has more readers. Also when it was made
    secret an earlier time. Raises InvalidFields.
    """
    places = [place for one in secret for place in (one.address, one.school, one.contact_channel) if place]
    told = str(command.model_dump(mode="json", exclude={"subjects"}))
    if items.names_place(told, places):
        raise InvalidFields(
            [FieldError("personen", "een geheim adres of school staat ook in een tekst; laat het daar weg")]
        )


def _check_relations(command: DescribeReferral) -> None:
    """Raises InvalidFields for a relation with somebody who is not in the report, or with oneself."""
    errors, most = [], len(command.subjects)
    for at, one in enumerate(command.relations):
        if max(one.of, one.to) > most:
            errors.append(FieldError(f"relaties[{at}]", f"noem een persoon van deze melding: 1 tot en met {most}"))
        elif one.of == one.to:
            errors.append(FieldError(f"relaties[{at}]", "een relatie is tussen twee verschillende personen"))
        elif one.since is not None and one.until is not None and one.until < one.since:
            errors.append(FieldError(f"relaties[{at}].tot", "ligt vóór het begin"))
    if len({(one.of, one.to, one.kind) for one in command.relations}) < len(command.relations):
        errors.append(FieldError("relaties", "dezelfde relatie staat er tweemaal"))
    if errors:
        raise InvalidFields(errors)


async def describe(work: Work, referral_id: UUID, command: DescribeReferral, *, seen: int | None = None) -> Referral:
    """Replace the content of an own draft, supplement a report, or correct one that was not decided on yet.

    What was handed in is kept as it was; `seen` is the version that was read. Raises NotFound, NotPossible, Outdated,
    InvalidFields.
    """
    referral, frame = await opened(work, referral_id)
    if seen is not None and seen != referral.version:
        raise Outdated("De aanmelding is intussen gewijzigd; lees haar opnieuw en pas daarna aan.")
    supplementing = frame is not None and await may_supplement(frame)
    if frame is not None:
        await _keep_version(work, referral)
    for key, value in _values(command).items():
        setattr(referral, key, value)
    referral.version += 1
    await _add_people(work, referral, command, frame.case.id if frame else None)
    if frame is not None and not supplementing:
        await _check_complete(work, referral)
        _take_over(frame.case, referral)
        frame.note("aanmelding gecorrigeerd", "aanmelding", referral.id, versie=referral.version)
    else:
        audit(work, "aanmelding aangevuld", "aanmelding", referral.id, case_id=frame.case.id if frame else None)
    return referral


async def opened(work: Work, referral_id: UUID) -> tuple[Referral, Frame | None]:
    """An own referral, locked after its case: every act on a case locks in that order."""
    case = await referrals.case_of(work, await referrals.own_referral(work, referral_id))
    frame = await open_frame(work, case.id) if case is not None else None
    referral = await referrals.own_for_update(work, referral_id)
    if frame is None and await referrals.case_of(work, referral) is not None:  # while this waited for the lock
        raise NotPossible("De aanmelding is intussen ingediend; lees haar opnieuw.")
    return referral, frame


async def may_supplement(frame: Frame) -> bool:
    """A supplement is owed; otherwise it is a correction. Raises NotPossible when it can be neither."""
    if await frame.still_open({DutyKind.SUPPLEMENT}):
        return True
    if frame.case.phase not in {Phase.INTAKE, Phase.SCREENING}:
        raise NotPossible("Over deze aanmelding is besloten; lever nieuwe gegevens als informatie aan.")
    return False


async def _keep_version(work: Work, referral: Referral) -> None:
    content = await reported.content(work, referral, places=False)  # it may be secret where people are
    work.session.add(
        ReferralVersion(
            referral_id=referral.id, version=referral.version, house_id=referral.house_id, replaced_at=work.now,
            replaced_by=work.actor.person_id, content=content.model_dump(mode="json"),
        )
    )  # fmt: skip


def _take_over(case: Case, referral: Referral) -> None:
    """What the case itself shows of the report."""
    case.municipality, case.themes = referral.municipality, referral.themes
    case.urgent = case.urgent or referral.urgent


async def submit(work: Work, referral_id: UUID) -> Case:
    """Report: from here it is a case that is conducted, or the supplement that was owed (R1, R2).

    Raises NotFound, NotPossible, InvalidFields.
    """
    referral, frame = await opened(work, referral_id)
    if frame is None and referral.withdrawn_at is not None:
        raise NotPossible("Deze aanmelding is ingetrokken.")
    await _check_complete(work, referral)
    if frame is None:
        referral.submitted_at = work.now
        return await _reported(work, referral, Phase.INTAKE)
    case = frame.case
    owed = await frame.still_open({DutyKind.SUPPLEMENT})
    if not owed:
        raise NotPossible("Deze aanmelding is al ingediend.")
    referral.submitted_at = referral.submitted_at or work.now
    _take_over(case, referral)
    await answers.answer(work, owed[0].id, GiveAnswer(outcome="aangevuld"))
    return case


async def _check_complete(work: Work, referral: Referral) -> None:
    if errors := await missing(work, referral):
        raise InvalidFields(errors)


async def missing(work: Work, referral: Referral) -> list[FieldError]:
    """What a report still lacks before it can be handed in (R2), each with what to do."""
    errors = [
        FieldError(wire, "is verplicht bij indienen") for name, wire in REQUIRED.items()
        if not str(getattr(referral, name)).strip()
    ]  # fmt: skip
    if not referral.quality_statement:
        errors.append(FieldError("kwaliteitsverklaring", "bevestig dat juistheid en kwaliteit zijn getoetst (BGS 1.6)"))
    if referral.discussed is None:
        errors.append(FieldError("besprokenMetBetrokkene", "ja of nee"))
    if referral.discussed is False and not referral.discussed_reason.strip():
        errors.append(FieldError("redenNietBesproken", "waarom is het niet met de betrokkene besproken?"))
    subjects = await referrals.subjects(work, referral.id)
    if not any(one.standing == "betrokkene" for one in subjects):
        errors.append(FieldError("personen", "noem ten minste één betrokkene"))
    errors += _unrelated(subjects, await referrals.relations(work, referral.id))
    return errors + await _outside_policy(work, referral)


def _unrelated(subjects: Sequence[Subject], relations: Iterable[SubjectRelation]) -> list[FieldError]:
    """Of others than a betrokkene only who belongs to their family or direct circle is told about (R10, BGS 2.19)."""
    central = {one.id for one in subjects if one.standing == "betrokkene"}
    related = {each for one in relations for each in (one.of_id, one.to_id) if {one.of_id, one.to_id} & central}
    told = "zeg bij 'relaties' wat deze persoon van een betrokkene is; wie niet tot de directe kring hoort, laat u weg"
    return [FieldError(f"personen[{n}]", told) for n, one in enumerate(subjects) if one.id not in related | central]


async def _outside_policy(work: Work, referral: Referral) -> list[FieldError]:
    """A municipality or a theme that this house does not know: figures are made of them, so spelling counts."""
    _, policy = await cases.house_policy(work, referral.house_id)
    errors = []
    if referral.municipality and policy.municipalities and referral.municipality not in policy.municipalities:
        errors.append(FieldError("gemeente", f"kies een gemeente van dit huis: {', '.join(policy.municipalities)}"))
    if not set(referral.themes) <= set(policy.themes):
        errors.append(FieldError("themas", f"kies uit de thema's van dit huis: {', '.join(policy.themes)}"))
    return errors


async def receive_message(work: Work, command: DescribeReferral, message_id: str) -> tuple[Referral, Case]:
    """The sector's own message: a concept referral with a supplement owed, since it carries no criteria.

    The same message twice is one referral. Raises NotAllowed.
    """
    there = await referrals.by_message(work, message_id)
    if there is not None:
        known = await referrals.case_of(work, there)
        if known is not None:
            return there, known
    referral = await draft(work, command, message_id=message_id)
    case = await _reported(work, referral, Phase.INTAKE, supplement=True)
    return referral, case


async def _reported(work: Work, referral: Referral, phase: Phase, *, supplement: bool = False) -> Case:
    case = Case(
        id=new_id(), house_id=referral.house_id, number=await _next_number(work, referral.house_id),
        referral_id=referral.id, reporter_organisation_id=referral.reporter_organisation_id,
        reporter_person_id=referral.reporter_person_id, sponsor_organisation_id=referral.reporter_organisation_id,
        phase=phase, municipality=referral.municipality, themes=referral.themes, urgent=referral.urgent,
        process_version=process.VERSION, reported_at=work.now, last_event_at=work.now,
    )  # fmt: skip
    work.session.add(case)
    await work.session.flush()
    work.session.add(Lease(case_id=case.id, house_id=case.house_id, token=0))
    await _attach_subject(work, referral, case)
    opened = await cases.case_for_update(work, case.id)
    frame = Frame(work, case, opened.house_organisation_id, opened.policy)
    await phases.enter(frame, phase, (DutyKind.CONFIRM_RECEIPT,) if supplement else None)
    if supplement:
        frame.owe(process.PHASES[phase].work[0], case.id)
        open_duties(frame, [Wanted(DutyKind.SUPPLEMENT)])
    frame.note("gemeld", "aanmelding", referral.id, spoed=referral.urgent or None)
    return case


async def _attach_subject(work: Work, referral: Referral, case: Case) -> None:
    first = next(one for one in [*await referrals.subjects(work, referral.id), None]
                 if one is None or one.standing == "betrokkene")  # fmt: skip
    if first is not None:
        first.case_id = case.id


async def _next_number(work: Work, house_id: UUID) -> str:
    number = await work.session.scalar(
        update(House).where(House.id == house_id).values(last_number=House.last_number + 1)
        .returning(House.last_number).execution_options(synchronize_session=False)
    )  # fmt: skip
    return f"ZVH-{work.now.astimezone(AMSTERDAM).year}-{number:04d}"


async def withdraw_draft(work: Work, referral_id: UUID) -> None:
    """Throw an own draft away; a submitted one is withdrawn by a decision. Raises NotFound, NotPossible."""
    referral = await referrals.own_for_update(work, referral_id)
    if await referrals.case_of(work, referral) is not None:
        raise NotPossible("De aanmelding is ingediend; neem het besluit 'intrekken' bij de casus.")
    audit(work, "concept ingetrokken", "aanmelding", referral.id)
    await work.session.delete(referral)
