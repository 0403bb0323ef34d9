"""What a commitment must be before it is written down: of whom, about whom, for whom, and after what."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from models import plan, visibility
from models.casebook.frame import Frame
from models.clocks import AMSTERDAM
from models.commands.meetings import MakeCommitment
from models.lookups import people, referrals
from models.lookups import plan as lookup
from models.plan import Step
from models.policy import Policy
from models.refusals import FieldError, InvalidFields
from models.tables.meetings import Commitment
from models.tables.people import Organisation
from models.words import PARTICIPANTS, OrganisationKind, Standing

DOMAINS = ("straf", "zorg", "bestuur", "civiel")
Numbered = list[tuple[int, MakeCommitment]]


async def check(frame: Frame, wanted: tuple[MakeCommitment, ...]) -> None:
    """Raises InvalidFields, each mistake at its place, or NotFound of somebody who is not there."""
    numbered = list(enumerate(wanted))
    known = await people.organisations(frame.work, _organisations(wanted))
    involved = {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}
    errors = [
        *_days(frame, numbered),
        *(each for n, one in numbered for each in _of_the_policy(n, one, frame.policy, known[one.organisation_id])),
        *_owners(numbered, known, involved),
        *await _wrong_people(frame, numbered),
        *await _about(frame, numbered),
        *await _after(frame, numbered),
    ]
    if errors:
        raise InvalidFields(errors)


def domain_of(one: MakeCommitment, policy: Policy) -> str:
    """The domain of a commitment that was checked: that of its intervention, else the one that was named."""
    found = policy.intervention(one.intervention)
    return found.domain if found is not None else one.domain or ""


def _organisations(wanted: Iterable[MakeCommitment]) -> list[UUID]:
    return [each for one in wanted for each in (one.organisation_id, *one.excluded, *one.only_for)]


def _days(frame: Frame, numbered: Numbered) -> list[FieldError]:
    today = frame.work.now.astimezone(AMSTERDAM).date()
    past = [
        FieldError(f"afspraken[{n}].uiterlijk", "ligt in het verleden") for n, one in numbered if one.due_on < today
    ]
    late = [
        FieldError(f"afspraken[{n}].begintOp", "ligt niet na de uiterste dag")
        for n, one in numbered if one.starts_on is not None and one.starts_on > one.due_on
    ]  # fmt: skip
    return past + late


def _of_the_policy(n: int, one: MakeCommitment, policy: Policy, owner: Organisation) -> list[FieldError]:
    """The intervention is of the catalogue and brings its domain; the task is one of the owner's kind (WGS 2.27)."""
    errors, found = [], policy.intervention(one.intervention)
    if one.intervention is not None and found is None:
        errors.append(FieldError(f"afspraken[{n}].interventie", "kies er een uit de catalogus van dit huis"))
    if found is not None and one.domain not in {None, found.domain}:
        errors.append(FieldError(f"afspraken[{n}].domein", f"'{found.name}' hoort bij {found.domain}"))
    if one.intervention is None and one.domain not in DOMAINS:
        errors.append(FieldError(f"afspraken[{n}].domein", f"is een van: {', '.join(DOMAINS)}"))
    tasks = [each.name for each in policy.statutory_tasks if each.kind == owner.kind]
    if one.statutory_task and one.statutory_task not in tasks:
        errors.append(FieldError(f"afspraken[{n}].wettelijkeTaak", f"kies uit: {', '.join(tasks)}"))
    return errors


def _owners(numbered: Numbered, known: Mapping[UUID, Organisation], involved: set[UUID]) -> list[FieldError]:
    strangers = [
        FieldError(f"afspraken[{n}].organisatie", "is een betrokken deelnemer; anderen doen geen toezegging")
        for n, one in numbered
        if known[one.organisation_id].kind not in PARTICIPANTS or one.organisation_id not in involved
    ]
    kept = [
        FieldError(f"afspraken[{n}].nietVoor", "niet voor wie de afspraak uitvoert of voor het huis zelf")
        for n, one in numbered
        if any(each == one.organisation_id or known[each].kind is OrganisationKind.HOUSE for each in one.excluded)
    ]
    return strangers + kept


async def _wrong_people(frame: Frame, numbered: Numbered) -> list[FieldError]:
    """A commitment is carried out by somebody of the organisation that makes it."""
    wrong = []
    for n, one in numbered:
        if one.person_id is None:
            continue
        if (await people.person(frame.work, one.person_id)).organisation_id != one.organisation_id:
            wrong.append(FieldError(f"afspraken[{n}].persoon", "werkt bij de organisatie die de afspraak doet"))
    return wrong


async def _about(frame: Frame, numbered: Numbered) -> list[FieldError]:
    """For a goal of this plan, and about one person of this case or the system (R10, BGS 2.19)."""
    errors, named = [], {one.subject_id for _, one in numbered} - {None}
    goals = await lookup.are_of_case(frame.work, frame.case.id, [one.goal_id for _, one in numbered if one.goal_id])
    around = {one.id for one in await referrals.subjects_around(frame.work, frame.case)} if named else set()
    for n, one in numbered:
        if one.goal_id is not None and one.goal_id not in goals:
            errors.append(FieldError(f"afspraken[{n}].doel", "is een doel van deze casus"))
        if one.subject_id is not None and one.subject_id not in around:
            errors.append(FieldError(f"afspraken[{n}].betrokkene", NOBODY_ELSE))
    return errors


NOBODY_ELSE = "is een betrokkene van deze casus of iemand uit de directe kring"


async def _after(frame: Frame, numbered: Numbered) -> list[FieldError]:
    """What it waits for, or what waits for what it replaces, is of this plan and hangs together as it should."""
    if not any(one.needs or one.needs_new or one.replaces_id for _, one in numbered):
        return []
    steps = {one.id: one for one in await lookup.steps(frame.work, frame.case.id)}
    known: dict[UUID, Commitment | MakeCommitment] = {**await lookup.of_case(frame.work, frame.case.id, steps)}
    ids = {n: UUID(int=n + 1) for n, _ in numbered}  # stand for what is not yet there
    errors = []
    for n, one in numbered:
        if any(each not in steps or steps[each].ended for each in one.needs):
            errors.append(FieldError(f"afspraken[{n}].wachtOp", "noem lopende afspraken van deze casus"))
        if any(not 1 <= each <= len(numbered) or each == n + 1 for each in one.needs_new):
            errors.append(FieldError(f"afspraken[{n}].wachtOpNieuwe", "telt de andere nieuwe afspraken, vanaf 1"))
            continue
        needs = frozenset({*one.needs, *(ids[each - 1] for each in one.needs_new)})
        steps[ids[n]] = Step(ids[n], needs, one.replaces_id)
        known[ids[n]] = one
    return errors + _hanging_wrongly(steps, known, {id_: n for n, id_ in ids.items()})


def _hanging_wrongly(
    steps: Mapping[UUID, Step], known: Mapping[UUID, Commitment | MakeCommitment], places: Mapping[UUID, int]
) -> list[FieldError]:  # fmt: skip
    pairs, circle = unread(steps.values(), known), plan.in_circle(list(steps.values()))
    waiting = dict.fromkeys(places[waits] for waits, _ in pairs if waits in places)
    instead = dict.fromkeys(places[it] for waits, it in pairs if it in places and waits not in places)
    around = [n for id_, n in places.items() if id_ in circle]
    return [
        *(FieldError(f"afspraken[{n}].wachtOp", _ONLY_WHAT_ALL_READ) for n in waiting),
        *(FieldError(f"afspraken[{n}].vervangt", _WAITED_FOR) for n in instead),
        *(FieldError(f"afspraken[{n}].wachtOp", "wacht zo in een kring op zichzelf") for n in around),
    ]  # fmt: skip


_ONLY_WHAT_ALL_READ = "wacht alleen op wat ieder die haar leest ook leest"
_WAITED_FOR = "op wat zij vervangt wacht een andere afspraak; wie die leest moet ook deze mogen lezen"


def unread(
    steps: Iterable[Step], known: Mapping[UUID, Commitment | MakeCommitment]
) -> list[tuple[UUID, UUID]]:  # fmt: skip
    """What waits for a commitment, or for what replaced it, that not everybody who reads the one may read."""
    standing = list(steps)
    stands_for = plan.now_called(standing)
    return [
        (one.id, needed) for one in standing if not one.ended and stands_for[one.id] == one.id
        for needed in dict.fromkeys(stands_for.get(each, each) for each in one.needs)
        if one.id in known and needed in known and not _is_for_all_of(known[one.id], known[needed])
    ]  # fmt: skip


def _is_for_all_of(one: Commitment | MakeCommitment, other: Commitment | MakeCommitment) -> bool:
    """Whoever may read a commitment may read what it waits for."""
    excluded = set(other.excluded) - {other.organisation_id}
    only = {*other.only_for, other.organisation_id} if other.only_for else None
    if one.organisation_id in excluded or (only is not None and one.organisation_id not in only):
        return False
    return excluded <= set(one.excluded) and (only is None or (bool(one.only_for) and set(one.only_for) <= only))


async def check_owner(frame: Frame, commitment: Commitment, organisation_id: UUID) -> None:
    """Another owner is somebody a commitment is not kept from, and reads what hangs together with it (R13).

    Raises InvalidFields.
    """
    told = None
    if not visibility.is_for(organisation_id, lookup.facts_of(commitment)):
        told = "voor deze organisatie is de afspraak niet; maak een nieuwe afspraak die haar vervangt"
    commitment.organisation_id = organisation_id
    steps = await lookup.steps(frame.work, frame.case.id)
    known = await lookup.of_case(frame.work, frame.case.id, [one.id for one in steps])
    if any(commitment.id in pair for pair in unread(steps, known)):
        told = told or "kan niet lezen wat met deze afspraak samenhangt"
    if told is not None:
        raise InvalidFields([FieldError("organisaties", told)])
