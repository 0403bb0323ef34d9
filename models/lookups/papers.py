"""Documents of a case for one recipient: read by who asks, through their own fences, and then by the recipient's.

What either may not read is not read at all. The database keeps the fence of who asks; of the recipient the rules are
asked (`models.visibility`), with the recipient's own standings and whom they may find.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models import minutepapers, papers, visibility
from models.actors import Actor
from models.clocks import AMSTERDAM
from models.itemwords import Condition
from models.lookups import cases, duties, info, meetings, minutes, people, picture, plan, referrals, whereabouts
from models.lookups.info import Item
from models.lookups.minutes import Told as Line
from models.lookups.people import may_enter
from models.lookups.whereabouts import Whereabouts
from models.minutepapers import Minuted, MinutesFacts
from models.minutes import LineKind, MinutesState, Section
from models.omitting import Identity
from models.papers import AdviceFacts, Aimed, Choice, PaperKind, PlanFacts, Pledged, Told
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible
from models.rights import CaseFacts
from models.tables.cases import Case, Document
from models.tables.meetings import Commitment, Meeting
from models.tables.people import Organisation, Person
from models.tables.referrals import Subject
from models.transactions import Work
from models.words import CommitmentState, DutyKind, OrganisationKind, Phase, Role, Standing

#: what a plan names; what was refused or dropped is no part of it
IN_PLAN = frozenset(CommitmentState) - {CommitmentState.REFUSED, CommitmentState.DROPPED}
_ADVICE, _CLOSING = "advies", "slotbrief"
#: the parts of the minutes, as they are headed on paper
_PARTS = {Section.PICTURE: "Beeld", Section.READING: "Duiding", Section.WEIGHING: "Weging", Section.DECISION: "Besluit"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """For whom a copy is: by name on every page, and with whose eyes it is read; the person it is about has none."""

    id: UUID | None
    name: str
    actor: Actor | None
    facts: CaseFacts | None

    @property
    def is_subject(self) -> bool:
        """The person of the case, who gets the closing letter and nothing else."""
        return self.actor is None


@dataclass(frozen=True, slots=True)
class Reading:
    """One document being read: the case, who asks, and for whom."""

    work: Work
    case: Case
    facts: CaseFacts
    recipient: Recipient
    meeting_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a document says and who signs it."""

    blocks: tuple[papers.Block, ...]
    about: str
    signed_by: str
    signed_as: str = "procesregisseur"


# What there is


async def choices(work: Work, case: Case, facts: CaseFacts) -> list[Choice]:
    """The documents that the actor may have of a case now; none when they do not read it (closed is shielded, R22)."""
    if not visibility.takes_on_paper(work.actor, facts):
        return []
    kept = set(await work.session.scalars(select(Document.kind).where(Document.case_id == case.id).distinct()))
    found = [Choice(PaperKind.PLAN)] if case.plan_version > 0 else []
    minuted = await minutes.put_up(work, case.id)
    held = await meetings.meetings_of(work, case.id) if minuted else []
    found += [
        Choice(PaperKind.MINUTES, one.id, _day(one.held_at or one.starts_at)) for one in held if one.id in minuted
    ]
    if case.phase is Phase.ADVICE and _ADVICE in kept:
        found.append(Choice(PaperKind.ADVICE))
    if _CLOSING in kept and _leads(work.actor, case):
        found.append(Choice(PaperKind.CLOSING))
    return found


def _leads(actor: Actor, case: Case) -> bool:
    """A letter to the person is of who leads the case: no partner needs it for a task of theirs."""
    return actor.is_staff and actor.leads(case.director_id)


def addresses(actor: Actor, case: Case) -> bool:
    """Whether the actor may draw up a document for somebody else: who conducts the case, and who advises."""
    if not actor.is_staff:
        return False
    advises = case.phase is Phase.ADVICE and actor.has(Role.ADVISER, Role.TRIAGE_OFFICER)
    return actor.leads(case.director_id) or advises


async def recipients(work: Work, case: Case) -> list[tuple[UUID, str]]:
    """For whom the actor may draw up a document: who is involved, or reported; and the person, for a letter."""
    if not addresses(work.actor, case):
        return []
    wanted = {case.reporter_organisation_id} if case.phase is Phase.ADVICE else set()
    wanted |= {one.organisation_id for one in await cases.standings(work, case.id) if one.standing is Standing.INVOLVED}
    found = await people.organisations(work, wanted)
    listed = sorted(((one.id, one.name) for one in found.values()), key=lambda one: one[1])
    if _leads(work.actor, case):
        listed += [(one.id, one.name) for one in await referrals.subjects_of_case(work, case.id)]
    return listed


# For whom


async def recipient(work: Work, case: Case, facts: CaseFacts, wanted: UUID | None) -> Recipient:
    """Whose copy it is: of who asks, or of who is named. Raises NotAllowed, InvalidFields."""
    me = await people.me(work)
    if wanted is None or wanted == me.person.id:
        return Recipient(None, papers.shortened(f"{me.person.name}, {me.organisation.name}"), work.actor, facts)
    if not addresses(work.actor, case):
        raise NotAllowed("Een stuk voor een ander maakt de procesregisseur van deze casus; voor u zelf kan het wel.")
    found = await _named(work, case, wanted)
    if found is None:
        raise InvalidFields(
            [FieldError("ontvanger", "leest deze casus niet; kies een betrokken deelnemer of wie daar aan werkt")]
        )
    return found


async def _named(work: Work, case: Case, wanted: UUID) -> Recipient | None:
    organisation = await work.session.get(Organisation, wanted)
    if organisation is not None:
        return await _participant(work, case, organisation, None)
    row = (
        await work.session.execute(
            select(Person, Organisation).join(Organisation, Organisation.id == Person.organisation_id)
            .where(Person.id == wanted, Person.house_id == case.house_id, may_enter())
        )
    ).one_or_none()  # fmt: skip
    if row is not None:
        return await _participant(work, case, row[1], row[0])
    subject = await work.session.get(Subject, wanted)
    if subject is None or subject.case_id != case.id or not _leads(work.actor, case):
        return None
    return Recipient(subject.id, papers.shortened(subject.name), None, None)


async def _participant(work: Work, case: Case, organisation: Organisation, somebody: Person | None) -> Recipient | None:
    """Somebody of a participant, or all who work on the case there; None for who does not read the case."""
    if organisation.house_id != case.house_id or organisation.kind is OrganisationKind.HOUSE:
        return None
    roles = frozenset(map(Role, somebody.roles)) if somebody else frozenset({Role.CONTACT})
    actor = Actor(
        house_id=case.house_id, organisation_id=organisation.id, organisation_kind=organisation.kind,
        person_id=somebody.id if somebody else None, roles=roles,
    )  # fmt: skip
    facts = await cases.case_facts(replace(work, actor=actor), case)
    if somebody is None:
        facts = replace(facts, assigned=True)  # the organisation itself: whom it named reads it there
    if not actor.is_participant or not visibility.reads_case(actor, facts):
        return None
    name = f"{somebody.name}, {organisation.name}" if somebody else organisation.name
    return Recipient(somebody.id if somebody else organisation.id, papers.shortened(name), actor, facts)


# What it says


async def content(reading: Reading, kind: PaperKind) -> Content:
    """What a document says to its recipient. Raises NotPossible when there is none for who asks or who gets it."""
    offered = await choices(reading.work, reading.case, reading.facts)
    of_kind = [one for one in offered if one.kind is kind]
    if reading.meeting_id is not None:
        of_kind = [one for one in of_kind if one.meeting_id == reading.meeting_id]
    if not of_kind:
        raise NotPossible(f"Er is nu geen {kind} van deze casus voor u.")
    if reading.recipient.is_subject is not (kind is PaperKind.CLOSING) and reading.recipient.id is not None:
        raise NotPossible("De slotbrief is voor de betrokkene, en de andere stukken zijn voor deelnemers.")
    return await _COMPOSE[kind](replace(reading, meeting_id=of_kind[0].meeting_id))


async def _plan(reading: Reading) -> Content:
    work, case = reading.work, reading.case
    names, organisations = await people.names(work)
    evaluations = await duties.open_in_case(work, case.id, {DutyKind.EVALUATION})
    facts = PlanFacts(
        subjects=[one.name for one in await referrals.subjects_of_case(work, case.id)],
        director=_of(names, case.director_id), case_director=_of(names, case.case_director_id),
        evaluation_on=_day(evaluations[0].due_at) if evaluations else None, items=await _items(reading),
        commitments=[
            _pledged(one, organisations) for one in await _pledges(reading)
            if one.state in IN_PLAN and one.plan_version <= case.plan_version
        ],
        strategy=await _strategy(reading), goals=await _goals(reading),
    )  # fmt: skip
    about = papers.subject_line(PaperKind.PLAN, await _version(reading))
    return Content(papers.plan(facts), about, _of(names, case.director_id))


async def _version(reading: Reading) -> int:
    """The number that the plan has for the recipient (R13)."""
    them = reading.recipient
    if them.actor is None or them.facts is None:
        return reading.case.plan_version
    theirs = await plan.number_now(replace(reading.work, actor=them.actor), reading.case, them.facts)
    return reading.case.plan_version if theirs is None else theirs


async def _strategy(reading: Reading) -> list[str]:
    """What the newest meeting with a strategy decided on, as far as both may read it."""
    for meeting in await meetings.meetings_of(reading.work, reading.case.id):
        found = [one.text for one in await _lines(reading, meeting) if one.line.kind is LineKind.STRATEGY]
        if found:
            return found
    return []


async def _goals(reading: Reading) -> list[Aimed]:
    """The goals, each with the interventions for it that both may know of; a goal is for who reads the case."""
    them = reading.recipient
    if them.actor is None or them.facts is None or not visibility.reads_case(them.actor, them.facts):
        return []
    names = await picture.names_around(replace(reading.work, actor=them.actor), reading.case, them.facts)
    pledged = [one for one in await _pledges(reading) if one.state in IN_PLAN and one.intervention]
    return [
        Aimed(
            one.body, _of(names, one.subject_id), one.life_domain, one.due_on, one.state.replace("_", " "),
            tuple(dict.fromkeys(each.intervention for each in pledged if each.goal_id == one.id and each.intervention)),
        )
        for one in await plan.goals_of(reading.work, reading.case.id, reading.facts)
    ]  # fmt: skip


async def _pledges(reading: Reading) -> list[Commitment]:
    """The commitments that both who asks and the recipient may read (R13)."""
    mine = await meetings.commitments_of(reading.work, reading.case.id, reading.facts)
    them = reading.recipient
    if them.actor is None or them.facts is None:
        return []
    return [one for one in mine if plan.reads(replace(reading.work, actor=them.actor), them.facts, one)]


async def _items(reading: Reading) -> list[Told]:
    """The items that both who asks and the recipient may read (R13); what may not be minuted is on no paper."""
    mine = await info.all_of(reading.work, reading.case.id, reading.facts)
    them = reading.recipient
    if them.actor is None or them.facts is None:
        return []
    theirs = {
        one.row.id for one in await info.all_of(replace(reading.work, actor=them.actor), reading.case.id, them.facts)
    }
    kept = [one for one in mine if one.row.id in theirs and Condition.NO_MINUTES not in one.row.conditions]
    said = await picture.apart(reading.work, reading.case.id)
    return [_told(one) for one in kept if one.row.id not in said]


def _told(one: Item) -> Told:
    row = one.row
    return Told(
        row.category, row.body, one.supplier, _day(row.first_processed_at), row.reliability, tuple(row.conditions)
    )


async def _minutes(reading: Reading) -> Content:
    work, case = reading.work, reading.case
    assert reading.meeting_id is not None  # noqa: S101 - minutes are of a meeting
    meeting: Meeting = await meetings.meeting(work, reading.meeting_id)
    names, organisations = await people.names(work)
    lines = await _lines(reading, meeting)
    stands = (await minutes.put_up(work, case.id)).get(meeting.id)
    invited = await meetings.invitees(work, [meeting.id])
    facts = MinutesFacts(
        held_on=_day(meeting.held_at or meeting.starts_at),
        present=sorted(_of(organisations, one.organisation_id) for one in invited if one.present),
        absent=sorted(_of(organisations, one.organisation_id) for one in invited if not one.present),
        parts=[
            (title, [_minuted(one, organisations) for one in lines if one.line.section is section])
            for section, title in _PARTS.items()
        ],
        adopted=stands is MinutesState.ADOPTED,
        commitments=[
            _pledged(one, organisations) for one in await _pledges(reading)
            if one.meeting_id == meeting.id and one.state is not CommitmentState.DROPPED
        ],
    )  # fmt: skip
    return Content(minutepapers.minutes(facts), papers.subject_line(PaperKind.MINUTES), _of(names, case.director_id))


async def _lines(reading: Reading, meeting: Meeting) -> list[Line]:
    """The complete lines that both who asks and the recipient may read; the commitments have a table of their own."""
    mine, them = await minutes.all_of(reading.work, meeting, reading.facts), reading.recipient
    if them.actor is None or them.facts is None:
        return []
    theirs = {
        one.line.id for one in await minutes.all_of(replace(reading.work, actor=them.actor), meeting, them.facts)
    }  # fmt: skip
    return [
        one for one in mine
        if one.line.id in theirs and one.line.completed_at is not None and one.line.kind is not LineKind.COMMITMENT
    ]  # fmt: skip


def _minuted(one: Line, organisations: Mapping[UUID, str]) -> Minuted:
    if one.item is None:
        return Minuted(minutes.say(one, organisations))
    disputes = one.disputes is not None
    return Minuted(one.text, one.item.supplier, one.item.row.reliability, disputes, corrected=one.is_corrected)


async def _advice(reading: Reading) -> Content:
    """Nobody of the report is recognised in it, whoever it is for (domain §2.4)."""
    work, case = reading.work, reading.case
    assert case.referral_id is not None  # noqa: S101 - advice is given on a report
    report = await referrals.referral(work, case.referral_id)
    people_in_it = await referrals.subjects(work, report.id)
    found = await whereabouts.of(work, people_in_it)
    identities = [Identity(one.name, one.bsn, one.born_on, _places(found[one.id])) for one in people_in_it]
    kept = await _newest(work, case.id, _ADVICE)
    facts = AdviceFacts(report.goal, report.themes, report.life_domains, kept.body, identities)
    names, _ = await people.names(work)
    signed_by = _of(names, kept.made_by)
    return Content(papers.advice(facts), papers.subject_line(PaperKind.ADVICE), signed_by, "adviseur")


def _places(found: Whereabouts) -> tuple[str, ...]:
    return tuple(filter(None, (found.address, found.school, found.contact_channel)))


async def _closing(reading: Reading) -> Content:
    """As it was drawn up for the regisseur (`tasks.letters`)."""
    kept = await _newest(reading.work, reading.case.id, _CLOSING)
    names, _ = await people.names(reading.work)
    about = papers.subject_line(PaperKind.CLOSING)
    return Content(papers.closing(kept.body), about, _of(names, reading.case.director_id))


_COMPOSE: Mapping[PaperKind, Callable[[Reading], Coroutine[Any, Any, Content]]] = {
    PaperKind.PLAN: _plan,
    PaperKind.MINUTES: _minutes,
    PaperKind.ADVICE: _advice,
    PaperKind.CLOSING: _closing,
}


async def _newest(work: Work, case_id: UUID, kind: str) -> Document:
    statement = select(Document).where(Document.case_id == case_id, Document.kind == kind)
    return (await work.session.scalars(statement.order_by(Document.made_at.desc(), Document.id).limit(1))).one()


def _pledged(one: Commitment, organisations: Mapping[UUID, str]) -> Pledged:
    return Pledged(one.body, _of(organisations, one.organisation_id), one.domain, one.due_on, one.state)


def _of(names: Mapping[UUID, str], id_: UUID | None) -> str:
    return names.get(id_, "") if id_ is not None else ""


def _day(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()
