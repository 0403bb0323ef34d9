"""What each kind of duty is: owner, default term, what closes it, what it holds up, what happens when the phase ends.

Terms are defaults of the policy (domain rules 2.12); a house changes them as data, never here.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.clocks import Budget, calendar_days, clock_hours, working_days
from models.words import ClosedBy, DutyKind, OnLeave, WorkKind
from models.words import DecisionKind as D


class Owner(StrEnum):
    """Who owes it; resolved to an organisation, a role in it and perhaps a person when the duty opens."""

    DESK = "triagedesk"  #: triage officers of the house
    REPORTER = "melder"
    TRIAGE_TABLE = "triageoverleg"  #: deciding persons of the public participants
    DIRECTOR = "procesregisseur"  #: of this case; the manager while there is none
    MANAGER = "manager"
    ADVISER = "adviseur"
    CONTACT_POINT = "contactpunt"
    REVIEWER = "privacy officer"  #: of an emergency access; the manager when it is the officer's own
    NAMED = "genoemde"  #: named by the act that opens it


class Level(StrEnum):
    """A duty of a phase ends with it; a duty of the case survives."""

    PHASE = "fase"
    CASE = "casus"


@dataclass(frozen=True, slots=True)
class DutySpec:
    """One kind of duty. `answers` are the outcomes the wire accepts; `explained` those that need a text."""

    owner: Owner
    term: Budget
    closed_by: ClosedBy
    answers: tuple[str, ...] = ()
    explained: frozenset[str] = frozenset()
    gates: frozenset[D] = frozenset()
    on_leave: OnLeave = OnLeave.WITHDRAW
    level: Level = Level.PHASE
    urgent_term: Budget | None = None
    announce: WorkKind | None = WorkKind.ANNOUNCE
    stops_on_hold: bool = True
    silent: bool = False  #: no reminders: it lapses at its moment
    outlives: bool = False  #: stays open when the case closes
    statutory: bool = False  #: a law sets its term: the house's own closing days do not extend it
    private: frozenset[str] = frozenset()  #: outcomes that nobody but who gave them can tell from silence (R12)
    reasoned: frozenset[str] = frozenset()  #: outcomes that need one of the reasons of the law


DONE = ("gedaan",)
_A, _D, _W = ClosedBy.ANSWER, ClosedBy.DECISION, ClosedBy.WORK
_ADMISSIONS = frozenset({D.ADMIT, D.SHORT_TRACK})

DUTIES: dict[DutyKind, DutySpec] = {
    DutyKind.CONFIRM_RECEIPT: DutySpec(
        Owner.DESK, working_days(1), _W, announce=None, on_leave=OnLeave.CARRY, outlives=True
    ),
    DutyKind.CHECK_COMPLETENESS: DutySpec(Owner.DESK, working_days(1), _D, urgent_term=clock_hours(2)),
    DutyKind.SUPPLEMENT: DutySpec(
        Owner.REPORTER, working_days(5), _A, ("aangevuld",), gates=frozenset({D.COMPLETE}), announce=WorkKind.ASK
    ),
    DutyKind.KNOWN_ELSEWHERE: DutySpec(
        Owner.DESK,
        working_days(3),
        _A,
        ("bekend", "niet_bekend"),
        explained=frozenset({"bekend"}),
        on_leave=OnLeave.NO_ANSWER,
    ),
    DutyKind.KNOWN: DutySpec(
        Owner.NAMED,
        working_days(3),
        _A,
        ("bekend", "niet_bekend", "geen_mededeling"),
        private=frozenset({"geen_mededeling"}),
        on_leave=OnLeave.NO_ANSWER,
        urgent_term=clock_hours(24),
        announce=WorkKind.ASK,
    ),
    DutyKind.JUDGE_CRITERIA: DutySpec(
        Owner.DESK, working_days(4), _A, ("getoetst",), gates=_ADMISSIONS, urgent_term=clock_hours(4)
    ),
    DutyKind.ADMISSION: DutySpec(Owner.TRIAGE_TABLE, working_days(5), _D, urgent_term=working_days(0)),
    DutyKind.MORE_INFORMATION: DutySpec(
        Owner.NAMED,
        working_days(5),
        _A,
        ("gegeven", "niet_te_geven"),
        explained=frozenset({"gegeven"}),
        on_leave=OnLeave.NO_ANSWER,
        announce=WorkKind.ASK,
    ),
    DutyKind.REFERRAL_ACCEPTANCE: DutySpec(
        Owner.DESK,
        working_days(2),
        _A,
        ("aanvaard", "geweigerd"),
        explained=frozenset({"aanvaard", "geweigerd"}),
        gates=_ADMISSIONS | {D.REJECT, D.ADVISE, D.BUNDLE},
    ),
    DutyKind.FEEDBACK: DutySpec(
        Owner.DESK, working_days(1), _W, announce=None, level=Level.CASE, on_leave=OnLeave.CARRY, outlives=True
    ),
    DutyKind.ADVICE: DutySpec(
        Owner.ADVISER,
        working_days(5),
        _A,
        ("uitgebracht",),
        explained=frozenset({"uitgebracht"}),
        gates=frozenset({D.ADVICE_DONE}),
    ),
    DutyKind.FOLLOW_UP_CALL: DutySpec(
        Owner.ADVISER, calendar_days(28), _A, ("gebeld", "niet_bereikt"), gates=frozenset({D.ADVICE_DONE})
    ),
    DutyKind.ASSIGN_DIRECTOR: DutySpec(
        Owner.MANAGER,
        working_days(1),
        _D,
        gates=frozenset({D.PREPARED}),
        urgent_term=clock_hours(4),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
    ),
    DutyKind.CHOOSE_INVOLVED: DutySpec(
        Owner.TRIAGE_TABLE, working_days(3), _D, gates=frozenset({D.PREPARED}), urgent_term=clock_hours(8)
    ),
    DutyKind.INFORM_GROUND: DutySpec(
        Owner.NAMED,
        working_days(3),
        _A,
        ("geen_grond", "grond"),
        explained=frozenset({"grond"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        announce=WorkKind.ASK,
        stops_on_hold=False,
    ),
    DutyKind.INFORM_PERSON: DutySpec(
        Owner.REPORTER,
        calendar_days(30),
        _A,
        ("geinformeerd", "uitgesteld"),
        explained=frozenset({"uitgesteld"}),
        gates=frozenset({D.CLOSE}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        stops_on_hold=False,
        statutory=True,
    ),
    DutyKind.RECHECK_INFORMING: DutySpec(
        Owner.REPORTER,
        working_days(5),
        _A,
        ("geinformeerd", "uitgesteld"),
        explained=frozenset({"uitgesteld"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        stops_on_hold=False,
        outlives=True,
    ),
    DutyKind.SET_MEETING: DutySpec(
        Owner.DIRECTOR, working_days(2), _A, DONE, gates=frozenset({D.PREPARED}), urgent_term=clock_hours(8)
    ),
    DutyKind.HOLD_MEETING: DutySpec(
        Owner.DIRECTOR,
        working_days(15),
        _A,
        DONE,
        gates=frozenset({D.ADOPT_PLAN}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        urgent_term=clock_hours(48),
    ),
    DutyKind.INFORMATION: DutySpec(
        Owner.NAMED,
        working_days(5),
        _A,
        ("geleverd", "deels", "niet_bekend", "geweigerd"),
        private=frozenset({"geweigerd"}),
        reasoned=frozenset({"geweigerd"}),
        on_leave=OnLeave.NO_ANSWER,
        announce=WorkKind.ASK,
        urgent_term=clock_hours(24),
    ),
    DutyKind.APPOINT_CASE_DIRECTOR: DutySpec(Owner.DIRECTOR, working_days(2), _D, gates=frozenset({D.ADOPT_PLAN})),
    DutyKind.PUBLISH_OUTCOME: DutySpec(
        Owner.DIRECTOR, working_days(1), _A, DONE, gates=frozenset({D.ADOPT_PLAN}), urgent_term=working_days(0)
    ),
    DutyKind.MINUTES: DutySpec(Owner.DIRECTOR, working_days(3), _A, DONE, gates=frozenset({D.ADOPT_PLAN})),
    DutyKind.CORRECT_MINUTES: DutySpec(
        Owner.NAMED,
        working_days(5),
        _A,
        ("akkoord", "correctie"),
        explained=frozenset({"correctie"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        announce=WorkKind.ASK,
        silent=True,
        outlives=True,
    ),
    DutyKind.ADOPT_PLAN: DutySpec(Owner.DIRECTOR, working_days(5), _D, urgent_term=clock_hours(24)),
    DutyKind.ACCEPT_COMMITMENT: DutySpec(
        Owner.NAMED,
        working_days(3),
        _A,
        ("aanvaard", "geweigerd"),
        explained=frozenset({"geweigerd"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        announce=WorkKind.ASK,
    ),
    DutyKind.REPLACE_COMMITMENT: DutySpec(
        Owner.DIRECTOR,
        working_days(3),
        _A,
        ("vervalt",),
        explained=frozenset({"vervalt"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        announce=WorkKind.ALERT,
    ),
    DutyKind.RECONCILE: DutySpec(
        Owner.DIRECTOR,
        working_days(5),
        _A,
        ("afgestemd",),
        explained=frozenset({"afgestemd"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
    ),
    DutyKind.PLAN_ANSWERS: DutySpec(Owner.DIRECTOR, working_days(5), _D, silent=True),
    DutyKind.COMMITMENT: DutySpec(
        Owner.NAMED,
        working_days(10),
        _A,
        ("gereed", "niet_gelukt"),
        explained=frozenset({"niet_gelukt"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        stops_on_hold=False,
    ),
    DutyKind.PROGRESS: DutySpec(
        Owner.NAMED,
        working_days(20),
        _A,
        ("op_schema", "vertraagd", "vastgelopen"),
        explained=frozenset({"vertraagd", "vastgelopen"}),
        on_leave=OnLeave.NO_ANSWER,
    ),
    DutyKind.EVALUATION: DutySpec(
        Owner.DIRECTOR, calendar_days(42), _D, level=Level.CASE, on_leave=OnLeave.CARRY, urgent_term=calendar_days(14)
    ),
    DutyKind.FINAL_EVALUATION: DutySpec(
        Owner.DIRECTOR, working_days(10), _A, DONE, explained=frozenset(DONE), gates=frozenset({D.CLOSE})
    ),
    DutyKind.REREFERRAL_CRITERIA: DutySpec(
        Owner.DIRECTOR, working_days(10), _A, DONE, explained=frozenset(DONE), gates=frozenset({D.CLOSE})
    ),
    DutyKind.HANDOVER: DutySpec(
        Owner.DIRECTOR,
        working_days(10),
        _A,
        ("aanvaard", "niet_nodig"),
        explained=frozenset({"aanvaard"}),
        gates=frozenset({D.CLOSE}),
    ),
    DutyKind.ACCEPT_HANDOVER: DutySpec(
        Owner.NAMED,
        working_days(5),
        _A,
        ("aanvaard", "geweigerd"),
        explained=frozenset({"geweigerd"}),
        gates=frozenset({D.CLOSE}),
        announce=WorkKind.ASK,
    ),
    DutyKind.CLOSING_FEEDBACK: DutySpec(
        Owner.DESK, working_days(5), _W, announce=None, level=Level.CASE, on_leave=OnLeave.CARRY, outlives=True
    ),
    DutyKind.CLOSING_LETTER: DutySpec(
        Owner.DIRECTOR,
        working_days(10),
        _A,
        ("verzonden", "niet_nodig"),
        explained=frozenset({"niet_nodig"}),
        gates=frozenset({D.CLOSE}),
    ),
    DutyKind.CLOSURE: DutySpec(Owner.TRIAGE_TABLE, working_days(20), _D),
    DutyKind.WATCH: DutySpec(
        Owner.DIRECTOR,
        calendar_days(90),
        _A,
        ("gedaan", "signaal"),
        explained=frozenset({"signaal"}),
        gates=frozenset({D.CLOSE}),
        stops_on_hold=False,
    ),
    DutyKind.END_OF_HOLD: DutySpec(
        Owner.DIRECTOR, working_days(0), _D, level=Level.CASE, on_leave=OnLeave.CARRY, stops_on_hold=False
    ),
    DutyKind.ACCEPT_TRANSFER: DutySpec(
        Owner.NAMED,
        working_days(2),
        _A,
        ("aanvaard", "geweigerd"),
        explained=frozenset({"geweigerd"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        announce=WorkKind.ASK,
    ),
    DutyKind.INCIDENT: DutySpec(
        Owner.DIRECTOR,
        working_days(0),
        _A,
        ("niets", "kleine_wijziging", "extra_overleg"),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        urgent_term=clock_hours(4),
        announce=WorkKind.ALERT,
        stops_on_hold=False,
    ),
    DutyKind.OBJECTION: DutySpec(
        Owner.NAMED,
        working_days(2),
        _A,
        ("bezwaar", "akkoord"),
        explained=frozenset({"bezwaar"}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        announce=WorkKind.NOTICE_DECIDERS,
        silent=True,
        stops_on_hold=False,
        outlives=True,
    ),
    DutyKind.REVIEW_GLASS: DutySpec(
        Owner.REVIEWER,
        working_days(5),
        ClosedBy.REVIEW,
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        announce=None,
        stops_on_hold=False,
        outlives=True,
    ),
    DutyKind.ESCALATION: DutySpec(
        Owner.DIRECTOR,
        working_days(3),
        _A,
        ("beantwoord",),
        explained=frozenset({"beantwoord"}),
        gates=frozenset({D.CLOSE}),
        level=Level.CASE,
        on_leave=OnLeave.CARRY,
        stops_on_hold=False,
    ),
}


#: silence is recorded as no answer and holds nothing up: a house may let these lapse by themselves
MAY_LAPSE = frozenset(
    kind for kind, spec in DUTIES.items() if spec.silent or (spec.on_leave is OnLeave.NO_ANSWER and not spec.gates)
)
#: chased by the hour, day and night, when urgent; two weeks to evaluate are no hours
BY_THE_HOUR = frozenset(kind for kind, spec in DUTIES.items() if spec.urgent_term) - {DutyKind.EVALUATION}


def gates_of(decision: D) -> frozenset[DutyKind]:
    """The duties that must be closed before this decision can be taken."""
    return frozenset(kind for kind, spec in DUTIES.items() if decision in spec.gates)
