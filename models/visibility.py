"""Who sees what and who may decide: the first fence. Row-level security is the second and one matrix tests both."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol, Self
from uuid import UUID

from models import rights
from models.actors import Actor
from models.process import DECISIONS, Deciders
from models.refusals import MayNotDecide
from models.rights import Capacity, CaseFacts, Right
from models.words import DecisionKind, DutyKind, OrganisationKind, Role

#: whether the person was told, and that telling was postponed: between the reporter and who leads the case (R12)
INFORMING = frozenset({DutyKind.INFORM_PERSON, DutyKind.RECHECK_INFORMING})
#: of the house only; the review of an emergency access is between the house and its privacy officer
INTERNAL = INFORMING | {DutyKind.REVIEW_GLASS}
#: what the privacy officer reviews, and who has a right to object, which explains why they see a case
FOR_THE_OFFICER = frozenset({DutyKind.REVIEW_GLASS, DutyKind.OBJECTION})


def sees_case(actor: Actor, case: CaseFacts) -> bool:
    """The shell: number, phase, dates. Staff of the house, the triage table, and who stands to the case."""
    return rights.has(Right.KNOW, actor, case)


def _reported(actor: Actor, case: CaseFacts) -> bool:
    return Capacity.REPORTER in rights.capacities(actor, case)


def _supervises(actor: Actor, case: CaseFacts) -> bool:
    return Capacity.SUPERVISOR in rights.capacities(actor, case)


def _at_table(actor: Actor) -> bool:
    return actor.has(Role.TRIAGE_MEMBER) and actor.organisation_kind is OrganisationKind.LID1


def reads_case(actor: Actor, case: CaseFacts) -> bool:
    """The content: people, judgements, information. Closed is shielded (R22); leaving ends it at once (R7)."""
    return rights.has(Right.CONTENT, actor, case)


def takes_on_paper(actor: Actor, case: CaseFacts) -> bool:
    """A copy of the content (R30): who reads it otherwise than for supervision, which a copy would outlast."""
    return any(one is not Capacity.SUPERVISOR for one in rights.by(Right.CONTENT, actor, case))


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What visibility needs to know of an information item. An empty `only_for` is for everybody who reads the case."""

    supplier_id: UUID
    excluded: Collection[UUID] = ()
    only_for: Collection[UUID] = ()
    finds: bool = True  #: it does not tell where somebody can be found, or the actor may know that (`finds`)


def reads_item(actor: Actor, case: CaseFacts, item: ItemFacts) -> bool:
    """An information item: its supplier always, also after leaving; others who read the case unless a condition of the
    supplier keeps it from their organisation (R13), or it tells where somebody with a secret address can be found.
    """
    if supplied(actor, case, item):
        return not case.is_shielded
    mine = actor.organisation_id
    kept = mine in item.excluded or (bool(item.only_for) and mine not in item.only_for)
    return reads_case(actor, case) and not kept and item.finds


def reads_draft(actor: Actor, case: CaseFacts, *, written_by: UUID) -> bool:
    """A line of minutes that is not complete: who typed it, while they read the case, and who leads the case."""
    if not reads_case(actor, case):
        return False
    return actor.person_id == written_by or (actor.is_staff and actor.leads(case.director_id))


@dataclass(frozen=True, slots=True)
class CommitmentFacts:
    """What visibility needs to know of a commitment: whose it is, and for whom of the others it is (not)."""

    organisation_id: UUID
    excluded: Collection[UUID] = ()
    only_for: Collection[UUID] = ()


def reads_commitment(actor: Actor, case: CaseFacts, commitment: CommitmentFacts) -> bool:
    """A commitment: who reads the case, unless it is kept from their organisation (R13). It is not kept from its owner,
    who carries it out, nor from the house, which follows the plan.
    """
    if not reads_case(actor, case):
        return False
    return actor.organisation_kind is OrganisationKind.HOUSE or is_for(actor.organisation_id, commitment)


def is_for(organisation_id: UUID | None, commitment: CommitmentFacts) -> bool:
    """A commitment is not kept from this participant: it carries it out, or nobody kept it from them (R13)."""
    if organisation_id == commitment.organisation_id:
        return True
    only = commitment.only_for
    return organisation_id not in commitment.excluded and (not only or organisation_id in only)


def sees_decision(
    actor: Actor, case: CaseFacts, *, registered_by: UUID | None, about: CommitmentFacts | None, names_one: bool
) -> bool:  # fmt: skip
    """A decision: who sees the process. One that names a commitment is for who may read that, who wrote it down, and
    the house (R13); `about` is None when the commitment is not within reach.
    """
    if not sees_process(actor, case):
        return False
    if not names_one or actor.organisation_kind is OrganisationKind.HOUSE:
        return True
    if actor.person_id is not None and actor.person_id == registered_by:
        return True
    return about is not None and reads_commitment(actor, case, about)


def supplied(actor: Actor, case: CaseFacts, item: ItemFacts) -> bool:
    """The item is of the actor's own organisation, whose people on this case correct or withdraw it and see what it
    said before. Of the house: who coaches in this case, whose summary it is.
    """
    if actor.organisation_kind is OrganisationKind.HOUSE:
        coaches = Capacity.COACH in rights.capacities(actor, case)
        return coaches and actor.house_id == case.house_id and actor.organisation_id == item.supplier_id
    return _of(actor, case, item.supplier_id) and rights.works_on(actor, case)


def _of(actor: Actor, case: CaseFacts, organisation_id: UUID) -> bool:
    return actor.house_id == case.house_id and actor.is_participant and actor.organisation_id == organisation_id


def in_the_room(item: ItemFacts, present: Collection[UUID], *, tells_secret_place: bool) -> bool:
    """An item that may be seen where all these organisations look on: each supplied it or may read it (R13).

    Where somebody with a secret address is goes on no shared screen: who is named for it reads it by themselves.
    """

    def reads(one: UUID) -> bool:
        kept = one in item.excluded or (bool(item.only_for) and one not in item.only_for)
        return one == item.supplier_id or not kept

    return bool(present) and not tells_secret_place and all(reads(one) for one in present)


def knows_conditions(actor: Actor, case: CaseFacts, item: ItemFacts) -> bool:
    """For whom an item is not: who set that, and who leads the case. That somebody is left out says something too."""
    return supplied(actor, case, item) or (actor.is_staff and actor.leads(case.director_id))


def finds(actor: Actor, *, secret: bool, organisations: Collection[UUID], persons: Collection[UUID]) -> bool:
    """Where somebody can be found: with a secret address only who is named."""
    return not secret or actor.organisation_id in organisations or actor.person_id in persons


def keeps_secret(actor: Actor, case: CaseFacts) -> bool:
    """Who names who may know a secret address: the regisseur (before: the triage officer) and who reported."""
    if _reported(actor, case) and actor.house_id == case.house_id:
        return True
    held = rights.by(Right.CONTENT, actor, case)  # emergency access and supervision give reading, never acting
    return any(one in held for one in (Capacity.DIRECTOR, Capacity.DEPUTY, Capacity.TRIAGE_OFFICER))


def reads_referral(actor: Actor, case: CaseFacts) -> bool:
    """The report: who reads the case, and always the participant who made it; it stays theirs."""
    return rights.has(Right.REPORT, actor, case)


def reads_subject(actor: Actor, case: CaseFacts) -> bool:
    """The person of this case: who reads it or reported it, and who was asked whether they know this person."""
    return rights.has(Right.SUBJECT, actor, case)


def reads_circle(actor: Actor, case: CaseFacts) -> bool:
    """Somebody in the report without a case of their own: once it is a case, only who reported and who leads it."""
    return rights.has(Right.CIRCLE, actor, case)


def sees_process(actor: Actor, case: CaseFacts) -> bool:
    """What was decided and what is owed by whom: not for who was only asked one question."""
    return rights.has(Right.PROCESS, actor, case)


class HasOwner(Protocol):
    """A duty as it is kept."""

    @property
    def owner_organisation_id(self) -> UUID: ...
    @property
    def owner_role(self) -> Role | None: ...
    @property
    def owner_person_id(self) -> UUID | None: ...
    @property
    def apart(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class DutyOwner:
    """Who owes a duty: an organisation, perhaps a role in it, perhaps somebody by name."""

    organisation_id: UUID
    role: Role | None = None
    person_id: UUID | None = None
    apart: bool = False  #: what it is about is not for everybody: between its owner and the house (R13)

    @classmethod
    def of(cls, duty: "HasOwner") -> Self:
        """Of a duty as it is kept."""
        return cls(duty.owner_organisation_id, duty.owner_role, duty.owner_person_id, duty.apart)


def owns_duty(actor: Actor, case: CaseFacts, owner: DutyOwner, kind: DutyKind | None = None) -> bool:
    """Of a participant: who is named, who has the role that is asked, and who works on the case for the organisation
    that owes it; about informing also its contactpunt, which answers for that (BGS 1.1).
    """
    if not _of(actor, case, owner.organisation_id):
        return False
    if owner.person_id is not None and actor.person_id == owner.person_id:
        return True
    if (owner.role is not None and actor.has(owner.role)) or (kind in INFORMING and actor.has(Role.CONTACT_POINT)):
        return True
    return rights.works_on(actor, case)


def sees_duty(actor: Actor, case: CaseFacts, *, owner: DutyOwner, kind: DutyKind | None = None) -> bool:
    """A duty: its owner always, so that it can be done; others with the process, informing the person staff only."""
    own = owns_duty(actor, case, owner, kind)
    theirs = actor.organisation_id == owner.organisation_id or actor.organisation_kind is OrganisationKind.HOUSE
    if owner.apart and not theirs:
        return False
    if kind in FOR_THE_OFFICER and Capacity.PRIVACY_OFFICER in rights.capacities(actor, case):
        return True
    return own or (sees_process(actor, case) and (kind not in INTERNAL or actor.is_staff))


def lists_duty(actor: Actor, case: CaseFacts, *, owner: DutyOwner, kind: DutyKind) -> bool:
    """A duty in lists and on the timeline: of the staff only who leads the case is shown the informing of the person.

    The row itself stays within reach of other staff, who must find what is stalled and take a case over.
    """
    if not sees_duty(actor, case, owner=owner, kind=kind):
        return False
    return kind not in INTERNAL or not actor.is_staff or leads(actor, case.director_id)


def conducts(actor: Actor, director_id: UUID | None) -> bool:
    """The regisseur or who stands in; until there is a regisseur the triage officer."""
    return actor.leads(director_id) or (director_id is None and actor.has(Role.TRIAGE_OFFICER))


def leads(actor: Actor, director_id: UUID | None) -> bool:
    """Who conducts a case, and the manager."""
    return conducts(actor, director_id) or actor.has(Role.MANAGER)


def sees_line(actor: Actor, case: CaseFacts, *, organisation_id: UUID | None) -> bool:
    """A line of the history: the house, the table and who is involved see all of them, others their own acts."""
    if not sees_case(actor, case):
        return False
    return (
        actor.is_staff
        or _supervises(actor, case)
        or _at_table(actor)
        or Capacity.INVOLVED in rights.capacities(actor, case)
        or (organisation_id is not None and actor.organisation_id == organisation_id)
    )


def reads_answer(actor: Actor, case: CaseFacts, *, organisation_id: UUID, registered_by: UUID) -> bool:
    """What was answered: who leads the case, who wrote it down, who works on it for the participant it came from."""
    if _supervises(actor, case):
        return True
    if not sees_case(actor, case) or case.is_shielded:
        return False
    if actor.is_staff:
        return reads_case(actor, case) or actor.person_id == registered_by
    mine = actor.person_id is not None and actor.person_id == registered_by
    return _of(actor, case, organisation_id) and (mine or rights.works_on(actor, case))


def reads_reason(actor: Actor, case: CaseFacts, kind: DecisionKind, *, took: Collection[UUID | None]) -> bool:
    """Why something was decided: who reads the case, who took or registered it, and of an outcome who reported."""
    if reads_case(actor, case) or (sees_case(actor, case) and actor.person_id in took):
        return True
    return DECISIONS[kind].outcome is not None and actor.house_id == case.house_id and _reported(actor, case)


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody named as having decided."""

    person_id: UUID
    organisation_id: UUID
    organisation_kind: OrganisationKind
    roles: frozenset[Role]
    replaces: frozenset[UUID] = frozenset()  #: the absent colleagues for whom they stand in


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is who in a case when it comes to deciding."""

    director_id: UUID | None
    reporter_organisation_id: UUID
    involved: frozenset[UUID]
    reporter_may_decide_alone: bool = False


def may_decide(needed: Deciders, deciders: Collection[Decider], parties: Parties) -> None:
    """Refuse with MayNotDecide unless the people named may take this decision (R3, design §3)."""
    if not deciders or not all(_fits(needed, decider, parties) for decider in deciders):
        raise MayNotDecide(_REASONS[needed])
    only_reporter = {d.organisation_id for d in deciders} == {parties.reporter_organisation_id}
    if needed is Deciders.LID1_NOT_REPORTER_ALONE and only_reporter and not parties.reporter_may_decide_alone:
        msg = "De organisatie van de melder beslist niet alleen over toelating; noem ook een andere publieke deelnemer."
        raise MayNotDecide(msg)


def _fits(needed: Deciders, decider: Decider, parties: Parties) -> bool:  # noqa: PLR0911 - one line for each kind
    house = decider.organisation_kind is OrganisationKind.HOUSE
    match needed:
        case Deciders.DESK:
            return house and Role.TRIAGE_OFFICER in decider.roles
        case Deciders.MANAGER:
            return house and bool(decider.roles & {Role.MANAGER, Role.TRIAGE_OFFICER})
        case Deciders.ADVISER:
            return house and bool(decider.roles & {Role.ADVISER, Role.TRIAGE_OFFICER})
        case Deciders.DIRECTOR:
            return _directs(decider, parties)
        case Deciders.REPORTER:
            return decider.organisation_id == parties.reporter_organisation_id
        case Deciders.LID1 | Deciders.LID1_NOT_REPORTER_ALONE:
            return decider.organisation_kind is OrganisationKind.LID1 and Role.TRIAGE_MEMBER in decider.roles
        case Deciders.INVOLVED:
            return decider.organisation_id in parties.involved
        case Deciders.ANYONE_INVOLVED:
            return house or decider.organisation_id in parties.involved | {parties.reporter_organisation_id}
        case Deciders.RULE:
            return False


def _directs(decider: Decider, parties: Parties) -> bool:
    if decider.organisation_kind is not OrganisationKind.HOUSE:
        return False
    if parties.director_id is None:
        return bool(decider.roles & {Role.TRIAGE_OFFICER, Role.MANAGER})
    stands_in = parties.director_id in decider.replaces and Role.PROCESS_DIRECTOR in decider.roles
    return stands_in or decider.person_id == parties.director_id or Role.MANAGER in decider.roles


def may_register(actor: Actor, deciders: Collection[Decider], parties: Parties) -> None:
    """Who decided registers it, or the triage officer or the regisseur does in their name (design §3)."""
    if {d.person_id for d in deciders} == {actor.person_id}:
        return
    if actor.is_staff and (actor.has(Role.TRIAGE_OFFICER, Role.MANAGER) or actor.leads(parties.director_id)):
        return
    msg = "U legt alleen uw eigen besluit vast; namens anderen doet de triagist of de procesregisseur dat."
    raise MayNotDecide(msg)


_REASONS: dict[Deciders, str] = {
    Deciders.DESK: "Dit beslist een triagist van het huis.",
    Deciders.REPORTER: "Dit kan alleen de melder.",
    Deciders.LID1: "Dit beslissen alleen publieke deelnemers (WGS 2.31); noem wie besliste.",
    Deciders.LID1_NOT_REPORTER_ALONE: (
        "Over toelating beslissen alleen publieke deelnemers (WGS 2.31); noem wie besliste."
    ),
    Deciders.DIRECTOR: "Dit beslist de procesregisseur van deze casus.",
    Deciders.MANAGER: "Dit beslist de manager of een triagist van het huis.",
    Deciders.INVOLVED: "Dit beslissen de betrokken deelnemers; noem wie besliste.",
    Deciders.ADVISER: "Dit beslist de adviseur.",
    Deciders.ANYONE_INVOLVED: "Dit kan alleen wie bij de casus betrokken is.",
    Deciders.RULE: "Dit besluit volgt vanzelf uit de feiten; niemand hoeft het te nemen.",
}
