"""Late and stalled: the one definition of both, who can act, and what they are offered to do.

Late is past due while the ladder runs. Stalled is when waiting will not help: each cause says on whom the case waits,
since when, and who can unblock it. Pure; `lookups.stalled` finds the same cases by index and asks here what to say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from models.absence import PersonFacts, may_stand_in, stand_in
from models.owed import DUTIES
from models.words import ClosedBy, DutyKind, OrganisationKind, Phase, Role


class Cause(StrEnum):
    """Why a case does not move by itself any more."""

    EXHAUSTED = "ladder_uitgeput"  #: every reminder and escalation was sent, and no answer came
    HOLD_EXPIRED = "opschorting_verlopen"  #: the end of the hold has passed and nobody resumed
    NOTHING_OPEN = "niets_open"  #: nobody owes anything, or only who is not there any more
    OWNER_ABSENT = "eigenaar_afwezig"  #: everybody who could do it is away, and nobody stands in who may
    UNDELIVERABLE = "bericht_onbezorgbaar"  #: a message since the last event did not arrive, nor did a later one
    SILENT = "geen_gebeurtenis"  #: in execution, and nothing happened for the working days of the policy
    ENGINE_BEHIND = "motor_loopt_achter"  #: outside work or a reminder was given up, or waits longer than it should


class Act(StrEnum):
    """What can be done about it."""

    CALL = "bellen"
    DECIDE = "besluit nemen"
    NAME_DEPUTY = "vervanger aanwijzen"
    SEND_AGAIN = "opnieuw verzenden"
    RESUME = "hervatten"
    CHECK_ENGINE = "motor controleren"


@dataclass(frozen=True, slots=True)
class Words:
    """A cause on screen: its name, what it means in one sentence, and the act that is offered."""

    name: str
    meaning: str
    act: Act
    offer: str


WORDS: Mapping[Cause, Words] = {
    Cause.EXHAUSTED: Words(
        "Geen antwoord", "Alle herinneringen zijn verstuurd en er kwam geen antwoord.", Act.CALL,
        "Bel, en leg het antwoord telefonisch vast of laat de casus verder gaan.",
    ),
    Cause.HOLD_EXPIRED: Words(
        "Opschorting voorbij", "De opschorting is afgelopen en de casus is niet hervat.", Act.RESUME,
        "Hervat de casus, of besluit opnieuw over de opschorting.",
    ),
    Cause.NOTHING_OPEN: Words(
        "Niets open", "Er staat geen taak open waar iemand iets mee kan.", Act.DECIDE,
        "Neem het besluit waarmee de casus verder gaat.",
    ),
    Cause.OWNER_ABSENT: Words(
        "Afwezig zonder vervanger", "Wie de taak heeft is afwezig, en er is geen vervanger die haar mag doen.",
        Act.NAME_DEPUTY, "Wijs een vervanger aan, of vraag de organisatie dat te doen.",
    ),
    Cause.UNDELIVERABLE: Words(
        "Bericht kwam niet aan", "Een bericht over deze casus is niet te bezorgen.", Act.SEND_AGAIN,
        "Verzend het opnieuw, zo nodig aan een collega, of bel.",
    ),
    Cause.SILENT: Words(
        "Stil", "De afspraken lopen, maar er gebeurde lange tijd niets.", Act.CALL,
        "Bel de partners na, of haal de evaluatie naar voren.",
    ),
    Cause.ENGINE_BEHIND: Words(
        "Verwerking loopt achter", "Werk dat Pols zelf moest doen, is niet gedaan.", Act.CHECK_ENGINE,
        "Waarschuw de functioneel beheerder.",
    ),
}  # fmt: skip

#: how long outside work may wait in real time before the engine counts as behind
ENGINE_GRACE = timedelta(minutes=10)
#: the flow does these: nobody can answer them
DONE_BY_FLOW = frozenset(kind for kind, spec in DUTIES.items() if spec.closed_by is ClosedBy.WORK)
#: their clock stands still while the case is on hold
STOPS_ON_HOLD = frozenset(kind for kind, spec in DUTIES.items() if spec.stops_on_hold)


@dataclass(frozen=True, slots=True)
class Party:
    """On whom something waits, or who can act: an organisation, a role in it, perhaps a person."""

    organisation_id: UUID
    role: Role | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stall:
    """One cause at one case. `duty_id` is there when it is about a duty that somebody can take up."""

    cause: Cause
    since: datetime
    waits_on: Party
    can_act: Party
    duty_id: UUID | None = None
    kind: DutyKind | None = None
    proposes_lead: bool = False  #: the ladder proposed to tell who leads at the partner
    past_due: bool = True  #: of that duty: before its term is over nobody escalates

    @property
    def words(self) -> Words:
        """What to say about it."""
        return WORDS[self.cause]


class Crew:
    """The people of a house and its participants: who is asked for a duty, and who of them is away."""

    def __init__(self, people: Iterable[PersonFacts]) -> None:
        known = [one for one in people if one.active and one.organisation_kind is not OrganisationKind.THIRD_PARTY]
        self._by_id = {one.id: one for one in known}
        self._desks: dict[tuple[UUID | None, Role], list[PersonFacts]] = {}
        for one in known:
            for role in one.roles:
                if role is not Role.TRIAGE_MEMBER:
                    self._desks.setdefault((one.organisation_id, role), []).append(one)
                elif one.organisation_kind is OrganisationKind.LID1:
                    self._desks.setdefault((None, role), []).append(one)

    def asked(self, owner: Party) -> list[PersonFacts]:
        """Who is asked: the person named, else who holds the role, else the contacts of the organisation."""
        if owner.person_id is not None:
            named = self._by_id.get(owner.person_id)
            return [named] if named and named.organisation_id == owner.organisation_id else []
        role = owner.role or Role.CONTACT
        table = role is Role.TRIAGE_MEMBER
        return self._desks.get((None if table else owner.organisation_id, role), [])

    def is_away(
        self, one: PersonFacts, now: datetime, role: Role | None = None, *, among: frozenset[UUID] | None = None
    ) -> bool:
        """Absent, and nobody (of these, when it is only for them) stands in who may do what asks this role."""
        if not one.is_absent(now):
            return False
        deputy = stand_in(one, self._by_id, now)
        return deputy is None or not may_stand_in(deputy, role) or (among is not None and deputy.id not in among)


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """An open duty. `held`: its own clock stands still; `case_on_hold`: the case is suspended and not resumed.

    `gave_up_at`: since when a step of its ladder could not be done and is not tried any more.
    """

    id: UUID
    kind: DutyKind
    owner: Party
    opened_at: datetime
    due_at: datetime
    exhausted_at: datetime | None = None
    held: bool = False
    case_on_hold: bool = False
    proposes_lead: bool = False  #: to tell who leads at the partner, which nobody did yet
    gave_up_at: datetime | None = None

    @property
    def stands_still(self) -> bool:
        """Its clock does not run now; resuming works out a new moment."""
        return self.held or (self.case_on_hold and self.kind in STOPS_ON_HOLD)


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A message about a case that was given up or came back, when, and when a later one did reach the same person.

    `goes_again`: somebody sent it again, to them or to their colleagues; if that fails too, it counts by itself.
    `settled`: who gave it up by hand saw to it.
    """

    recipient: Party
    gave_up_at: datetime
    arrived_later_at: datetime | None = None
    goes_again: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """Outside work that is not done, and how long it has waited in real time since it could be done."""

    next_try_at: datetime
    waited: timedelta
    gave_up_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseState:
    """What decides whether a case is stalled."""

    phase: Phase
    house_organisation_id: UUID
    director_id: UUID | None
    last_event_at: datetime
    crew: Crew
    named: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)  #: who works on it, of who named anybody
    hold_since: datetime | None = None
    hold_until: datetime | None = None
    duties: tuple[DutyFacts, ...] = ()
    messages: tuple[MessageFacts, ...] = ()
    entries: tuple[EntryFacts, ...] = ()

    def is_on_hold(self, now: datetime) -> bool:
        """Suspended, and the end of that has not come."""
        return self.hold_since is not None and (self.hold_until is None or self.hold_until > now)

    def asked(self, owner: Party) -> list[PersonFacts]:
        """Who is asked in this case: of the contacts of an organisation only those it named, when it named any."""
        named = self._named(owner)
        return [one for one in self.crew.asked(owner) if named is None or one.id in named]

    def is_away(self, one: PersonFacts, owner: Party, now: datetime) -> bool:
        """Absent, and nobody stands in who may: of who was named, only another who was."""
        return self.crew.is_away(one, now, owner.role, among=self._named(owner))

    def _named(self, owner: Party) -> frozenset[UUID] | None:
        desk = owner.person_id is None and owner.role in {None, Role.CONTACT}
        return self.named.get(owner.organisation_id) if desk else None

    @property
    def leader(self) -> Party:
        """Who leads: the regisseur, and the triage officers while there is none."""
        role = Role.PROCESS_DIRECTOR if self.director_id else Role.TRIAGE_OFFICER
        return Party(self.house_organisation_id, role, self.director_id)


def late(duty: DutyFacts, now: datetime) -> bool:
    """Past due, with the ladder still running. A clock that stands still is never late."""
    return duty.due_at <= now and duty.exhausted_at is None and not duty.stands_still


def causes(case: CaseState, now: datetime, silent_since: datetime) -> tuple[Stall, ...]:
    """Why an open case is stalled, the gravest cause first; nothing when it moves. A closed case is never stalled."""
    if case.phase is Phase.CLOSED:
        return ()
    return tuple(stall for find in _CAUSES for stall in find(case, now, silent_since))


_Stalls = Iterator[Stall]


def _exhausted(case: CaseState, _now: datetime, _silent_since: datetime) -> _Stalls:
    for duty in case.duties:
        if duty.exhausted_at is not None and not duty.stands_still and duty.kind not in DONE_BY_FLOW:
            yield Stall(
                Cause.EXHAUSTED, duty.exhausted_at, duty.owner, _unblocks(case, duty.owner), duty.id, duty.kind,
                duty.proposes_lead,
            )  # fmt: skip


def _unblocks(case: CaseState, owner: Party) -> Party:
    """Who leads the case calls; the manager does when it waits for the leader."""
    leader = case.leader
    same = owner.person_id == leader.person_id and owner.role is leader.role
    itself = owner.organisation_id == leader.organisation_id and same
    return Party(case.house_organisation_id, Role.MANAGER) if itself else leader


def _hold_expired(case: CaseState, now: datetime, _silent_since: datetime) -> _Stalls:
    if case.hold_until is not None and case.hold_until <= now:
        yield Stall(Cause.HOLD_EXPIRED, case.hold_until, case.leader, case.leader)


def _nothing_open(case: CaseState, _now: datetime, _silent_since: datetime) -> _Stalls:
    if not any(duty.kind not in DONE_BY_FLOW and case.asked(duty.owner) for duty in case.duties):
        yield Stall(Cause.NOTHING_OPEN, case.last_event_at, case.leader, case.leader)


def _owner_absent(case: CaseState, now: datetime, _silent_since: datetime) -> _Stalls:
    for duty in case.duties:
        asked = case.asked(duty.owner)
        if duty.kind in DONE_BY_FLOW or duty.stands_still or not asked:
            continue
        if all(case.is_away(one, duty.owner, now) for one in asked):
            since = max(duty.opened_at, *(one.absent_from for one in asked if one.absent_from))
            yield Stall(
                Cause.OWNER_ABSENT, since, duty.owner, _names_deputy(case, duty, now), duty.id, duty.kind,
                past_due=duty.due_at <= now,
            )  # fmt: skip


def _names_deputy(case: CaseState, duty: DutyFacts, now: datetime) -> Party:
    """For people of the house their manager; for a partner the leader of the case, who calls, or else the manager."""
    ours = duty.owner.organisation_id == case.house_organisation_id and duty.owner.role is not Role.TRIAGE_MEMBER
    leading = case.crew.asked(case.leader)
    there = any(not case.crew.is_away(one, now, case.leader.role) for one in leading)
    return Party(case.house_organisation_id, Role.MANAGER) if ours or not there else case.leader


def _undeliverable(case: CaseState, _now: datetime, _silent_since: datetime) -> _Stalls:
    for one in case.messages:
        arrived = one.arrived_later_at is not None and one.arrived_later_at > one.gave_up_at
        if one.gave_up_at >= case.last_event_at and not (arrived or one.goes_again or one.settled):
            yield Stall(Cause.UNDELIVERABLE, one.gave_up_at, one.recipient, case.leader)


def _silent(case: CaseState, now: datetime, silent_since: datetime) -> _Stalls:
    if case.phase is Phase.MONITORING and case.last_event_at <= silent_since and not case.is_on_hold(now):
        yield Stall(Cause.SILENT, case.last_event_at, case.leader, case.leader)


def _engine_behind(case: CaseState, _now: datetime, _silent_since: datetime) -> _Stalls:
    engine, keeper = Party(case.house_organisation_id), Party(case.house_organisation_id, Role.ADMINISTRATOR)
    for one in case.entries:
        if one.gave_up_at is not None or one.waited > ENGINE_GRACE:
            yield Stall(Cause.ENGINE_BEHIND, one.gave_up_at or one.next_try_at, engine, keeper)
    for duty in case.duties:
        if duty.exhausted_at is not None and not duty.stands_still and duty.kind in DONE_BY_FLOW:
            yield Stall(Cause.ENGINE_BEHIND, duty.exhausted_at, engine, keeper, kind=duty.kind)
        if duty.gave_up_at is not None and not duty.stands_still:
            yield Stall(Cause.ENGINE_BEHIND, duty.gave_up_at, engine, keeper, kind=duty.kind)


_CAUSES: tuple[Callable[[CaseState, datetime, datetime], _Stalls], ...] = (
    _exhausted, _hold_expired, _nothing_open, _owner_absent, _undeliverable, _silent, _engine_behind,
)  # fmt: skip
