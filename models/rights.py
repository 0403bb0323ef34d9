"""Who holds which right on a case: the matrix, as data.

Somebody stands to a case in capacities. Each right names the capacities that give it, the phases in which they do, and
whether it outlasts the shielding of a closed case. `models.visibility` asks here, row-level security says the same, and
one matrix tests both. Built on WGS 1.8(2), 2.31 and the roles of a house.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models.actors import Actor
from models.phrases import listed, phrase, word
from models.words import GlassKind, OrganisationKind, Phase, Role, Standing

EVERY_PHASE = frozenset(Phase)
OPEN_PHASES = EVERY_PHASE - {Phase.CLOSED}
TRIAGE_PHASES = frozenset({Phase.INTAKE, Phase.SCREENING})
REPORT_PHASES = TRIAGE_PHASES | {Phase.ADVICE}  #: there is a report, no case file
FILE_PHASES = EVERY_PHASE - REPORT_PHASES  #: taken on: there is a case file
TABLE_PHASES = TRIAGE_PHASES | {Phase.REGIE, Phase.CLOSING}  #: the table also chooses who is involved, and closes


class Capacity(StrEnum):
    """As what somebody stands to a case; the value completes "als ..."."""

    STAFF = "medewerker van het huis"
    TRIAGE_OFFICER = "triagist"
    ADVISER = "adviseur"
    MANAGER = "manager van het huis"
    DIRECTOR = "procesregisseur van deze casus"
    DEPUTY = "vervanger van de procesregisseur"
    TABLE = "lid van het triageoverleg"
    REPORTER = "organisatie die heeft gemeld"
    INVOLVED = "betrokken deelnemer"
    ASKED = "bevraagde deelnemer"
    OBJECTOR = "in een besluit genoemde beslisser"
    PRIVACY_OFFICER = "privacy officer"
    EMERGENCY = "houder van noodtoegang"
    COACH = "trajectbegeleider in deze casus"
    SUPERVISOR = "toezichthouder met een vastgelegde reden"


class Right(StrEnum):
    """What one can be entitled to in a case; `MEANING` puts it into words."""

    KNOW = "kennen"
    PROCESS = "verloop"
    CONTENT = "inhoud"
    REPORT = "aanmelding"
    SUBJECT = "betrokkene"
    CIRCLE = "omgeving"
    DIRECT = "leiden"
    DECIDE = "beslissen"
    BREAK_GLASS = "noodtoegang"
    SUPERVISE = "toezicht"
    EXPLAIN = "toegang"
    TRAJECTORY = "traject"
    JOURNAL = "dagboek"


MEANING: Mapping[Right, str] = {
    Right.KNOW: "weten dat de casus er is",
    Right.PROCESS: "het verloop volgen",
    Right.CONTENT: "de inhoud lezen",
    Right.REPORT: "de aanmelding lezen",
    Right.SUBJECT: "zien om wie het gaat",
    Right.CIRCLE: "zien wie er verder in de aanmelding staat",
    Right.DIRECT: "de casus leiden: overleg, plan en evaluatie",
    Right.DECIDE: "beslissen over toelating, betrokken deelnemers en afsluiting",
    Right.BREAK_GLASS: "noodtoegang vragen",
    Right.SUPERVISE: "toegang voor toezicht vragen",
    Right.EXPLAIN: "zien wie waarom toegang heeft",
    Right.TRAJECTORY: "weten dat er trajectbegeleiding is, en met welk doel",
    Right.JOURNAL: "de verslagen van de trajectbegeleider lezen",
}


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What rights need to know of a case. `standings` and `glass` are the current ones of the actor."""

    house_id: UUID
    phase: Phase
    director_id: UUID | None = None
    reporter_organisation_id: UUID | None = None
    standings: frozenset[Standing] = frozenset()
    unshielded: bool = False
    may_object: bool = False  #: the actor was named in a decision and may still object to it
    glass: GlassKind | None = None  #: the actor's own emergency access or supervision, while it lasts
    assigned: bool = True  #: the actor's organisation named the actor in this case, or has named nobody
    case_director_id: UUID | None = None
    coaches: bool = False  #: the actor coaches in this case, or stands in for who does

    @property
    def is_shielded(self) -> bool:
        """Closed, and not opened again by a decision (R22)."""
        return self.phase is Phase.CLOSED and not self.unshielded


@dataclass(frozen=True, slots=True)
class Grant:
    """When a capacity gives a right. `outlasts`: the shielding of a closed case does not take it away."""

    phases: frozenset[Phase] = EVERY_PHASE
    outlasts: bool = False

    def holds(self, case: CaseFacts) -> bool:
        """In the phase of this case, shielded or not."""
        return case.phase in self.phases and (self.outlasts or not case.is_shielded)


_C = Capacity
_ALWAYS = Grant(outlasts=True)
_READ = {
    _C.TRIAGE_OFFICER: Grant(REPORT_PHASES),
    _C.ADVISER: Grant(REPORT_PHASES),
    _C.TABLE: Grant(TRIAGE_PHASES),
    _C.REPORTER: Grant(REPORT_PHASES),
    _C.DIRECTOR: Grant(FILE_PHASES),
    _C.DEPUTY: Grant(FILE_PHASES),
    _C.INVOLVED: Grant(FILE_PHASES),
    _C.EMERGENCY: Grant(OPEN_PHASES),
    _C.SUPERVISOR: _ALWAYS,
}

MATRIX: Mapping[Right, Mapping[Capacity, Grant]] = {
    Right.KNOW: {
        _C.STAFF: _ALWAYS,
        _C.TABLE: Grant(TABLE_PHASES),
        _C.REPORTER: _ALWAYS,
        _C.INVOLVED: _ALWAYS,
        _C.ASKED: _ALWAYS,
        _C.OBJECTOR: _ALWAYS,
        _C.PRIVACY_OFFICER: _ALWAYS,
    },
    Right.PROCESS: {
        _C.STAFF: _ALWAYS,
        _C.TABLE: _ALWAYS,
        _C.REPORTER: _ALWAYS,
        _C.INVOLVED: _ALWAYS,
        _C.SUPERVISOR: _ALWAYS,
    },
    Right.CONTENT: _READ,
    Right.REPORT: _READ | {_C.REPORTER: _ALWAYS},  # it stays theirs
    Right.SUBJECT: _READ | {_C.REPORTER: _ALWAYS, _C.ASKED: _ALWAYS},  # who is asked must know about whom
    Right.CIRCLE: _READ
    | {
        _C.REPORTER: _ALWAYS,
        _C.INVOLVED: Grant(frozenset()),  # somebody without a case of their own is not for every partner
        _C.EMERGENCY: Grant(REPORT_PHASES),
        _C.SUPERVISOR: Grant(REPORT_PHASES),
    },
    Right.DIRECT: {_C.DIRECTOR: Grant(OPEN_PHASES), _C.DEPUTY: Grant(OPEN_PHASES)},
    Right.DECIDE: {_C.TABLE: Grant(TABLE_PHASES)},  # only public participants: WGS 2.31(2), (4), (8)
    Right.BREAK_GLASS: {_C.MANAGER: Grant(OPEN_PHASES)},
    Right.SUPERVISE: {_C.PRIVACY_OFFICER: _ALWAYS},
    Right.EXPLAIN: {
        _C.DIRECTOR: _ALWAYS,
        _C.DEPUTY: Grant(),  # leads for a while: what is closed and shielded is not theirs to explain
        _C.MANAGER: _ALWAYS,
        _C.PRIVACY_OFFICER: _ALWAYS,
        _C.TRIAGE_OFFICER: Grant(REPORT_PHASES),
    },
    Right.TRAJECTORY: {
        _C.DIRECTOR: Grant(FILE_PHASES),
        _C.DEPUTY: Grant(FILE_PHASES),
        _C.EMERGENCY: Grant(FILE_PHASES - {Phase.CLOSED}),
        _C.COACH: Grant(FILE_PHASES),
        _C.SUPERVISOR: _ALWAYS,
    },
    # larger and more sensitive than the rest: of the house only who coaches (domain rules 2.10)
    Right.JOURNAL: {_C.COACH: Grant(FILE_PHASES), _C.SUPERVISOR: _ALWAYS},
}


def capacities(actor: Actor, case: CaseFacts) -> frozenset[Capacity]:
    """As what this actor stands to the case; of another house as nothing at all."""
    if actor.house_id is None or actor.house_id != case.house_id:
        return frozenset()
    if actor.organisation_kind is OrganisationKind.HOUSE:
        return frozenset(_of_the_house(actor, case))
    return frozenset(_of_a_participant(actor, case)) if actor.is_participant else frozenset()


_BY_ROLE = {Role.TRIAGE_OFFICER: _C.TRIAGE_OFFICER, Role.ADVISER: _C.ADVISER, Role.MANAGER: _C.MANAGER}


def _of_the_house(actor: Actor, case: CaseFacts) -> Iterable[Capacity]:
    if actor.is_staff:
        yield Capacity.STAFF
        yield from (capacity for role, capacity in _BY_ROLE.items() if role in actor.roles)
        if actor.leads(case.director_id):
            yield Capacity.DIRECTOR if actor.person_id == case.director_id else Capacity.DEPUTY
        if case.coaches and actor.has(Role.TRAJECTORY_COACH):
            yield Capacity.COACH
        if case.glass is GlassKind.EMERGENCY and actor.has(Role.MANAGER):
            yield Capacity.EMERGENCY
    if actor.has(Role.PRIVACY_OFFICER):
        yield Capacity.PRIVACY_OFFICER
        if case.glass is GlassKind.SUPERVISION:
            yield Capacity.SUPERVISOR


def _of_a_participant(actor: Actor, case: CaseFacts) -> Iterable[Capacity]:
    if actor.has(Role.TRIAGE_MEMBER) and actor.organisation_kind is OrganisationKind.LID1:
        yield Capacity.TABLE
    if actor.organisation_id == case.reporter_organisation_id:
        yield Capacity.REPORTER
    if Standing.INVOLVED in case.standings and works_on(actor, case):
        yield Capacity.INVOLVED
    if Standing.ASKED in case.standings and works_on(actor, case):
        yield Capacity.ASKED
    if case.may_object:
        yield Capacity.OBJECTOR


def works_on(actor: Actor, case: CaseFacts) -> bool:
    """Of a participant: the casusregisseur of this case, or a contact whom it named or who needs no naming (R6)."""
    if actor.person_id is not None and actor.person_id == case.case_director_id:
        return True
    return actor.has(Role.CONTACT) and case.assigned


def by(right: Right, actor: Actor, case: CaseFacts) -> tuple[Capacity, ...]:
    """The capacities that give this actor this right now, in the order of the matrix; none: no right.

    Who does not know of a case has no other right on it.
    """
    held = capacities(actor, case)
    if not any(grant.holds(case) for one, grant in MATRIX[Right.KNOW].items() if one in held):
        return ()
    return tuple(one for one, grant in MATRIX[right].items() if one in held and grant.holds(case))


def has(right: Right, actor: Actor, case: CaseFacts) -> bool:
    """Whether this actor has this right on this case."""
    return bool(by(right, actor, case))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether somebody has a right, and why or why not, in words for who asks."""

    right: Right
    allowed: bool
    because: tuple[str, ...]


def explain(right: Right, actor: Actor, case: CaseFacts) -> Explanation:
    """Say which capacities give the right, or what is missing for it."""
    giving = by(right, actor, case)
    if giving:
        return Explanation(
            right, allowed=True, because=tuple(phrase("als {capacity}", capacity=phrase(one)) for one in giving)
        )
    held = capacities(actor, case)
    left_out = tuple(_left_out(actor, case))
    if not held:
        nothing = ("staat in geen enkele hoedanigheid tot deze casus",)
        return Explanation(right, allowed=False, because=left_out or nothing)
    return Explanation(right, allowed=False, because=(*left_out, *_missing(right, held, case)))


def _left_out(actor: Actor, case: CaseFacts) -> Iterable[str]:
    """Of an organisation that stands to the case, and not somebody of it who works on the case."""
    if actor.house_id != case.house_id or not actor.is_participant or not case.standings or works_on(actor, case):
        return
    if not actor.has(Role.CONTACT):
        yield "heeft in de eigen organisatie niet de rol partnercontact"
    if not case.assigned:
        yield "niet aan deze casus toegewezen: de eigen organisatie wees anderen aan"


def _missing(right: Right, held: frozenset[Capacity], case: CaseFacts) -> Iterable[str]:
    ask = right if held & MATRIX[right].keys() else Right.KNOW
    for capacity, grant in MATRIX[ask].items():
        if capacity not in held or grant.holds(case):
            continue
        if case.phase not in grant.phases:
            yield phrase("als {capacity} niet in de fase {phase}", capacity=phrase(capacity), phase=word(case.phase))
        else:
            yield "de casus is afgesloten en daarom afgeschermd (WGS 2.31, achtste lid)"
    if not held & MATRIX[right].keys():
        yield phrase("dit recht heeft alleen: {needed}", needed=listed(phrase(one) for one in MATRIX[right]))
    elif not any(grant.holds(case) for one, grant in MATRIX[Right.KNOW].items() if one in held):
        yield "weet in deze fase niet van de casus"
