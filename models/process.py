"""The process: the one table that says which decisions exist, who takes them, from where and where they lead.

Change the process here; the diagram in `docs/process.md` is generated from it and a test compares the two.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.owed import DUTIES, DutySpec, Owner, gates_of
from models.refusals import NotInThisPhase
from models.words import DecisionKind as D
from models.words import DutyKind as T
from models.words import OnLeave, Outcome, Phase
from models.words import WorkKind as W

VERSION = 1

LABELS: dict[Phase, str] = {
    Phase.INTAKE: "Aanmelding",
    Phase.SCREENING: "Screening en triage",
    Phase.ADVICE: "Advies",
    Phase.REGIE: "Regie voorbereiden",
    Phase.FOCUSOVERLEG: "Casusoverleg",
    Phase.PLAN: "Plan rondmaken",
    Phase.MONITORING: "Uitvoering en monitoring",
    Phase.CLOSING: "Afschalen",
    Phase.CLOSED: "Afgesloten",
}

HELP: dict[Phase, str] = {
    Phase.INTAKE: "De melding is binnen; we kijken of zij compleet is.",
    Phase.SCREENING: "Publieke deelnemers beslissen of de casus in procesregie komt.",
    Phase.ADVICE: "De professional krijgt advies; de regie blijft lokaal.",
    Phase.REGIE: "De procesregisseur bereidt het casusoverleg voor.",
    Phase.FOCUSOVERLEG: "Partners maken samen één beeld en één plan.",
    Phase.PLAN: "Wie niet bij het overleg was, aanvaardt of weigert zijn afspraak.",
    Phase.MONITORING: "Afspraken worden uitgevoerd; we houden de vinger aan de pols.",
    Phase.CLOSING: "De casus wordt overgedragen en afgerond.",
    Phase.CLOSED: "De casus is afgesloten en afgeschermd, of niet in behandeling genomen.",
}


class Deciders(StrEnum):
    """Who may take a decision; `visibility.may_decide` applies it, the table `decision_decider` repeats R3."""

    DESK = "triagist"
    REPORTER = "melder"
    LID1 = "publieke deelnemer"  #: WGS 2.31(2),(4),(8): only public participants
    LID1_NOT_REPORTER_ALONE = "publieke deelnemer, niet de melder alleen"
    DIRECTOR = "procesregisseur"
    MANAGER = "manager of triagist"
    INVOLVED = "betrokken deelnemers"
    ADVISER = "adviseur"
    ANYONE_INVOLVED = "wie de casus kent"
    RULE = "regel"  #: follows from facts; names what triggered it


@dataclass(frozen=True, slots=True)
class DecisionSpec:
    """One kind of decision: `needs` are fields it must carry, `opens` what it asks of whom, `work` what it leaves."""

    phases: frozenset[Phase]
    deciders: Deciders
    leads_to: Phase | None = None
    needs: tuple[str, ...] = ()
    closes: frozenset[T] = frozenset()
    opens: tuple[T, ...] = ()
    work: tuple[W, ...] = ()
    outcome: Outcome | None = None
    enters_with: tuple[T, ...] | None = None  #: duties of the next phase, when not its usual ones


@dataclass(frozen=True, slots=True)
class PhaseSpec:
    """What a phase asks on arrival. Duties for named owners are opened by the act that names them."""

    opens: tuple[T, ...] = ()
    work: tuple[W, ...] = ()


PHASES: dict[Phase, PhaseSpec] = {
    Phase.INTAKE: PhaseSpec((T.CONFIRM_RECEIPT, T.CHECK_COMPLETENESS), (W.CONFIRM_RECEIPT,)),
    Phase.SCREENING: PhaseSpec((T.KNOWN_ELSEWHERE, T.KNOWN, T.JUDGE_CRITERIA, T.ADMISSION)),
    Phase.ADVICE: PhaseSpec((T.ADVICE, T.FOLLOW_UP_CALL)),
    Phase.REGIE: PhaseSpec((T.ASSIGN_DIRECTOR, T.CHOOSE_INVOLVED, T.SET_MEETING, T.HOLD_MEETING)),
    Phase.FOCUSOVERLEG: PhaseSpec((T.INFORMATION, T.HOLD_MEETING, T.APPOINT_CASE_DIRECTOR)),
    Phase.PLAN: PhaseSpec((T.PLAN_ANSWERS, T.EVALUATION)),
    Phase.MONITORING: PhaseSpec((T.PROGRESS, T.EVALUATION)),
    Phase.CLOSING: PhaseSpec(
        (T.FINAL_EVALUATION, T.REREFERRAL_CRITERIA, T.HANDOVER, T.CLOSING_LETTER, T.CLOSURE), (W.LETTER,)
    ),
    Phase.CLOSED: PhaseSpec(),
}

_OPEN = frozenset(Phase) - {Phase.CLOSED}
_BEFORE = frozenset({Phase.INTAKE, Phase.SCREENING})
_UNDER_REGIE = frozenset({Phase.REGIE, Phase.FOCUSOVERLEG, Phase.PLAN, Phase.MONITORING, Phase.CLOSING})
_BEFORE_CLOSING = _UNDER_REGIE - {Phase.CLOSING}
_TRIAGE = frozenset({T.ADMISSION})
_FED_BACK = (T.FEEDBACK,)


def _in(*phases: Phase) -> frozenset[Phase]:
    return frozenset(phases)


DECISIONS: dict[D, DecisionSpec] = {
    D.COMPLETE: DecisionSpec(
        _in(Phase.INTAKE), Deciders.DESK, Phase.SCREENING, closes=frozenset({T.CHECK_COMPLETENESS})
    ),
    D.REQUEST_SUPPLEMENT: DecisionSpec(
        _in(Phase.INTAKE),
        Deciders.DESK,
        needs=("toelichting",),
        closes=frozenset({T.CHECK_COMPLETENESS}),
        opens=(T.SUPPLEMENT,),
    ),
    D.NOT_COMPLETED: DecisionSpec(
        _in(Phase.INTAKE),
        Deciders.DESK,
        Phase.CLOSED,
        ("toelichting", "gebeldOp"),
        outcome=Outcome.INCOMPLETE,
        opens=_FED_BACK,
        work=(W.FEED_BACK,),
    ),
    D.WITHDRAW: DecisionSpec(
        _BEFORE,
        Deciders.REPORTER,
        Phase.CLOSED,
        ("toelichting",),
        outcome=Outcome.WITHDRAWN,
        opens=_FED_BACK,
        work=(W.FEED_BACK,),
    ),
    D.MORE_INFORMATION: DecisionSpec(
        _in(Phase.SCREENING), Deciders.DESK, needs=("toelichting", "organisaties"), opens=(T.MORE_INFORMATION,)
    ),
    D.ADMIT: DecisionSpec(
        _in(Phase.SCREENING),
        Deciders.LID1_NOT_REPORTER_ALONE,
        Phase.REGIE,
        ("toelichting",),
        _TRIAGE,
        opens=_FED_BACK,
        work=(W.FEED_BACK,),
        outcome=Outcome.ADMITTED,
    ),
    D.SHORT_TRACK: DecisionSpec(
        _in(Phase.SCREENING),
        Deciders.LID1_NOT_REPORTER_ALONE,
        Phase.PLAN,
        ("toelichting", "organisaties"),
        _TRIAGE,
        opens=(T.FEEDBACK, T.ASSIGN_DIRECTOR, T.INFORM_GROUND, T.INFORM_PERSON),
        work=(W.FEED_BACK,),
        outcome=Outcome.SHORT,
    ),
    D.ADVISE: DecisionSpec(
        _in(Phase.SCREENING),
        Deciders.LID1,
        Phase.ADVICE,
        ("toelichting",),
        _TRIAGE,
        opens=_FED_BACK,
        work=(W.FEED_BACK,),
        outcome=Outcome.ADVISED,
    ),
    D.REFER_ON: DecisionSpec(
        _in(Phase.SCREENING), Deciders.LID1, None, ("toelichting", "ontvanger"), _TRIAGE, opens=(T.REFERRAL_ACCEPTANCE,)
    ),
    D.REFERRED_ON: DecisionSpec(
        _in(Phase.SCREENING),
        Deciders.RULE,
        Phase.CLOSED,
        opens=_FED_BACK,
        work=(W.FEED_BACK,),
        outcome=Outcome.REFERRED,
    ),
    D.REFERRAL_REFUSED: DecisionSpec(_in(Phase.SCREENING), Deciders.RULE, opens=(T.ADMISSION,)),
    D.BUNDLE: DecisionSpec(
        _in(Phase.SCREENING),
        Deciders.LID1,
        Phase.CLOSED,
        ("toelichting", "casus"),
        _TRIAGE,
        opens=_FED_BACK,
        work=(W.FEED_BACK,),
        outcome=Outcome.BUNDLED,
    ),
    D.REJECT: DecisionSpec(
        _in(Phase.SCREENING),
        Deciders.LID1,
        Phase.CLOSED,
        ("toelichting",),
        _TRIAGE,
        opens=_FED_BACK,
        work=(W.FEED_BACK,),
        outcome=Outcome.REJECTED,
    ),
    D.RECONSIDER: DecisionSpec(
        _in(Phase.CLOSED),
        Deciders.REPORTER,
        Phase.SCREENING,
        ("toelichting",),
        enters_with=(T.JUDGE_CRITERIA, T.ADMISSION),
    ),
    D.ADVICE_DONE: DecisionSpec(
        _in(Phase.ADVICE),
        Deciders.ADVISER,
        Phase.CLOSED,
        opens=_FED_BACK,
        work=(W.FEED_BACK,),
        outcome=Outcome.ADVISED,
    ),
    D.ASSIGN_DIRECTOR: DecisionSpec(
        _UNDER_REGIE, Deciders.MANAGER, needs=("persoon",), closes=frozenset({T.ASSIGN_DIRECTOR})
    ),
    D.CHOOSE_INVOLVED: DecisionSpec(
        _in(Phase.REGIE),
        Deciders.LID1,
        needs=("organisaties", "toelichting"),
        closes=frozenset({T.CHOOSE_INVOLVED}),
        opens=(T.KNOWN, T.INFORM_GROUND, T.INFORM_PERSON),
    ),
    D.PREPARED: DecisionSpec(_in(Phase.REGIE), Deciders.DIRECTOR, Phase.FOCUSOVERLEG),
    D.APPOINT_CASE_DIRECTOR: DecisionSpec(
        _UNDER_REGIE, Deciders.INVOLVED, needs=("persoon",), closes=frozenset({T.APPOINT_CASE_DIRECTOR})
    ),
    D.ADJOURN: DecisionSpec(
        _in(Phase.REGIE, Phase.FOCUSOVERLEG, Phase.MONITORING), Deciders.DIRECTOR, needs=("toelichting", "datum")
    ),
    D.ADOPT_PLAN: DecisionSpec(
        _in(Phase.FOCUSOVERLEG), Deciders.DIRECTOR, Phase.PLAN, closes=frozenset({T.ADOPT_PLAN, T.EVALUATION})
    ),
    D.PLAN_COMPLETE: DecisionSpec(_in(Phase.PLAN), Deciders.RULE, Phase.MONITORING, closes=frozenset({T.PLAN_ANSWERS})),
    D.BACK_TO_MEETING: DecisionSpec(
        _in(Phase.PLAN), Deciders.DIRECTOR, Phase.FOCUSOVERLEG, ("toelichting",), frozenset({T.REPLACE_COMMITMENT})
    ),
    D.SMALL_CHANGE: DecisionSpec(
        _in(Phase.PLAN, Phase.MONITORING), Deciders.DIRECTOR, needs=("toelichting", "afspraak")
    ),
    D.CONTINUE: DecisionSpec(
        _in(Phase.MONITORING),
        Deciders.INVOLVED,
        Phase.MONITORING,
        ("toelichting", "criteriaVoldaan", "noodzaak"),
        frozenset({T.EVALUATION}),
    ),
    D.ADJUST: DecisionSpec(
        _in(Phase.MONITORING),
        Deciders.INVOLVED,
        Phase.FOCUSOVERLEG,
        ("toelichting", "criteriaVoldaan", "noodzaak"),
        frozenset({T.EVALUATION}),
    ),
    D.SCALE_DOWN: DecisionSpec(
        _in(Phase.MONITORING), Deciders.INVOLVED, Phase.CLOSING, ("toelichting",), frozenset({T.EVALUATION})
    ),
    D.END_REGIE: DecisionSpec(
        _BEFORE_CLOSING,
        Deciders.LID1,
        Phase.CLOSING,
        ("toelichting",),
        frozenset({T.EVALUATION, T.HOLD_MEETING, T.ASSIGN_DIRECTOR}),
    ),
    D.START_WATCH: DecisionSpec(_in(Phase.CLOSING), Deciders.LID1, needs=("toelichting", "datum"), opens=(T.WATCH,)),
    D.CLOSE: DecisionSpec(
        _in(Phase.CLOSING),
        Deciders.LID1,
        Phase.CLOSED,
        ("toelichting",),
        frozenset({T.CLOSURE}),
        opens=(T.CLOSING_FEEDBACK,),
        work=(W.TELL_CLOSED,),
    ),
    D.UNSHIELD: DecisionSpec(_in(Phase.CLOSED), Deciders.LID1, needs=("toelichting", "datum")),
    D.MARK_URGENT: DecisionSpec(_OPEN, Deciders.ANYONE_INVOLVED, needs=("toelichting",)),
    D.HOLD: DecisionSpec(_OPEN, Deciders.DIRECTOR, needs=("toelichting", "datum"), opens=(T.END_OF_HOLD,)),
    D.RESUME: DecisionSpec(_OPEN, Deciders.DIRECTOR, needs=("toelichting",), closes=frozenset({T.END_OF_HOLD})),
    D.INVOLVE: DecisionSpec(
        _UNDER_REGIE, Deciders.LID1, needs=("organisaties", "toelichting"), opens=(T.KNOWN, T.INFORM_GROUND)
    ),
    D.RELEASE: DecisionSpec(_UNDER_REGIE, Deciders.LID1, needs=("organisaties", "toelichting")),
    D.TRANSFER_DIRECTOR: DecisionSpec(
        _UNDER_REGIE, Deciders.DIRECTOR, needs=("persoon", "toelichting"), opens=(T.ACCEPT_TRANSFER,)
    ),
    D.TRANSFER_SPONSOR: DecisionSpec(
        _UNDER_REGIE, Deciders.DIRECTOR, needs=("organisaties", "toelichting"), opens=(T.ACCEPT_TRANSFER,)
    ),
    D.INCIDENT: DecisionSpec(_UNDER_REGIE, Deciders.ANYONE_INVOLVED, needs=("toelichting",), opens=(T.INCIDENT,)),
    D.CORRECT: DecisionSpec(frozenset(Phase), Deciders.DIRECTOR, needs=("toelichting", "besluit")),
}


def spec_of(kind: D, phase: Phase) -> DecisionSpec:
    """The specification of a decision where the case stands; refuses what does not exist there."""
    spec = DECISIONS[kind]
    if phase not in spec.phases:
        places = ", ".join(LABELS[p] for p in Phase if p in spec.phases)
        msg = f"'{kind}' kan niet in de fase {LABELS[phase]}; wel in: {places}."
        raise NotInThisPhase(msg)
    return spec


def duty(kind: T) -> DutySpec:
    """The specification of a kind of duty."""
    return DUTIES[kind]


def left_behind(kind: T) -> OnLeave:
    """What happens to an open duty of this kind when its phase ends."""
    return DUTIES[kind].on_leave


def decisions_in(phase: Phase) -> list[D]:
    """The decisions that people can take in a phase, in the order of the table."""
    return [kind for kind, spec in DECISIONS.items() if phase in spec.phases and spec.deciders is not Deciders.RULE]


__all__ = [
    "DECISIONS", "DUTIES", "HELP", "LABELS", "PHASES", "VERSION", "Deciders", "DecisionSpec", "Owner", "PhaseSpec",
    "decisions_in", "duty", "gates_of", "left_behind", "spec_of",
]  # fmt: skip


def onward(phase: Phase) -> dict[Phase, list[D]]:
    """Where a case can go from here, and by which decisions: the arrows of the diagram that leave this phase."""
    found: dict[Phase, list[D]] = {}
    for kind, spec in DECISIONS.items():
        if phase in spec.phases and spec.leads_to is not None and spec.leads_to is not phase:
            found.setdefault(spec.leads_to, []).append(kind)
    return {one: found[one] for one in Phase if one in found}
