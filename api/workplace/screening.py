"""Screening: the four criteria side by side with the facts, judging them, and deciding what becomes of a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace import report_words, screening_words
from api.workplace.judging import judgements, typed_judgements
from api.workplace.language import _
from api.workplace.pages import back, page, speaker
from api.workplace.report_rows import moment_of, text
from api.workplace.visits import Visit, visiting
from models import process, visibility
from models.casebook import answers, decisions
from models.commands.cases import GiveAnswer, TakeDecision
from models.commands.referrals import DescribeReferral
from models.lookups import cases, duties, referrals, reported, screening, tasks, waiting
from models.lookups.paging import Page
from models.lookups.screening import Member
from models.lookups.tasks import DutyLine
from models.policy import Policy
from models.process import Deciders
from models.refusals import FieldError, GateOpen, InvalidFields, NotFound, NotPossible, Refusal
from models.rights import CaseFacts
from models.tables.cases import Case, CriterionJudgement
from models.tables.referrals import Subject
from models.words import DecisionKind as D
from models.words import DutyKind, OrganisationKind, Role

Judged = Mapping[tuple[UUID | None, str], CriterionJudgement]
#: asked whether they know the person; silence is an answer too
_KNOWN = (DutyKind.KNOWN, DutyKind.KNOWN_ELSEWHERE)
_ADMITS = frozenset({D.ADMIT, D.SHORT_TRACK})


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that can be taken where the case stands: what it needs, and why it cannot be taken yet."""

    kind: D
    needs: tuple[str, ...]
    blocked: list[str]
    by_others: bool  #: taken by members of the table and registered by the house


@dataclass(frozen=True, slots=True)
class Screened:
    """Everything the page shows to who reads the report."""

    case: Case
    facts: CaseFacts
    content: DescribeReferral
    people: list[Subject]
    others: list[Subject]  #: of the report, without a case of their own
    judged: Judged
    judging: UUID | None  #: the duty to judge, when it is the actor's
    known: list[DutyLine]
    choices: list[Choice]
    policy: Policy
    participants: list[tuple[UUID, str]]
    members: list[Member]


async def show(request: Request) -> Response:
    """The criteria, the facts and what can be decided; who reads it is logged."""
    async with visiting(request) as visit:
        return await _page(request, visit)


async def _page(request: Request, visit: Visit, *, refusal: Refusal | None = None) -> Response:
    found = await _screened(visit, request.path_params["case_id"])
    errors = refusal.errors if isinstance(refusal, InvalidFields) else ()
    told = "" if refusal is None or errors else str(refusal)
    facts: dict[str, Any] = {
        "file": found, "inhoud": found.content, "case": found.case, "say": await speaker(visit),
        "criteria": report_words.criteria(), "WOORDEN": report_words, "names": screening_words.names(),
        "consequences": screening_words.consequences(found.policy), "errors": errors, "told": told,
        "fouten": {one.field: one.message for one in reversed(errors)}, "typed": visit.field,
        "ticked": lambda name: [text(one) for one in visit.form.getlist(name)], "soort": visit.field("soort"),
        "wrong_of": {one.field[:36] for one in errors},  # an id is as long
        "met_by": [(one.id, one.name) for one in _met(found)],
        "members": [(one.id, f"{one.name}, {one.organisation}") for one in found.members],
    }  # fmt: skip
    status = HTTPStatus.OK if refusal is None else HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.CONFLICT
    return page(request, visit, "screening.html", status=status, **facts)


async def _screened(visit: Visit, case_id: UUID) -> Screened:
    work, (case, facts) = visit.work, await _read(visit, case_id)
    if case.referral_id is None:
        raise NotFound(_("Deze screening"))
    referral = await referrals.referral(work, case.referral_id)
    people = await referrals.subjects_around(work, case)
    _version, policy = await cases.house_policy(work, case.house_id)
    judged = _newest(await referrals.judgements(work, case_id))
    mine = await waiting.own(work, case_id=case_id)
    answers.saw(work, "aanmelding", referral.id, case_id)
    return Screened(
        case=case, facts=facts, content=await reported.content(work, referral, places=False), people=people,
        others=[one for one in people if one.case_id is None], judged=judged,
        judging=next((one.duty.id for one in mine if one.duty.kind is DutyKind.JUDGE_CRITERIA), None),
        known=(await tasks.of_case(work, case_id, ended=True, kinds=_KNOWN, page=Page(200))).rows,
        choices=await _choices(visit, case, policy, judged), policy=policy,
        participants=await reported.participants(work),
        members=await screening.members(work) if visit.actor.is_staff else [],
    )  # fmt: skip


async def _read(visit: Visit, case_id: UUID) -> tuple[Case, CaseFacts]:
    """For who reads the content of the case. Raises NotFound."""
    case, facts = await cases.seen(visit.work, case_id)
    if not visibility.reads_case(visit.actor, facts):
        raise NotFound(_("Deze screening"))
    return case, facts


def _newest(found: Sequence[CriterionJudgement]) -> Judged:
    """After a reconsideration they are judged again: the newest counts."""
    return {(one.subject_id, one.criterion): one for one in found}


def _met(found: Screened) -> list[Subject]:
    """Of the others, who meets all four: they can get a case of their own (R4)."""
    return [one for one in found.others if _all_met(found.judged, one.id)]


def _all_met(judged: Judged, subject_id: UUID | None) -> bool:
    of_them = [judged.get((subject_id, letter)) for letter in "abcd"]
    return all(one is not None and one.met and one.adopted_by is None for one in of_them)


# What can be decided


async def _choices(visit: Visit, case: Case, policy: Policy, judged: Judged) -> list[Choice]:
    kinds = [one for one in screening_words.names() if case.phase in process.DECISIONS[one].phases]
    mine = [one for one in kinds if _is_for(visit, process.DECISIONS[one].deciders)]
    if not mine:
        return []
    open_ = {one.kind for one in await duties.open_in_case(visit.work, case.id)}
    return [
        Choice(
            one, process.DECISIONS[one].needs, _blocked(visit, case, one, policy, judged=judged, open_=open_),
            by_others=visit.actor.is_staff and process.DECISIONS[one].deciders is not Deciders.DESK,
        )
        for one in mine
    ]  # fmt: skip


def _is_for(visit: Visit, deciders: Deciders) -> bool:
    """Who takes it, or registers what the table decided (design §3)."""
    actor = visit.actor
    if actor.is_staff:
        return actor.has(Role.TRIAGE_OFFICER)
    at_table = actor.organisation_kind is OrganisationKind.LID1 and actor.has(Role.TRIAGE_MEMBER)
    return at_table and deciders in {Deciders.LID1, Deciders.LID1_NOT_REPORTER_ALONE}


def _blocked(
    visit: Visit, case: Case, kind: D, policy: Policy, *, judged: Judged, open_: set[DutyKind]
) -> list[str]:  # fmt: skip
    """Why it would be refused now; the casebook refuses it all the same."""
    gates = [one for one in process.gates_of(kind) if one in open_]
    found = [_("Eerst moet nog worden afgerond: %(wat)s.") % {"wat": one.replace("_", " ")} for one in sorted(gates)]
    if kind in _ADMITS and DutyKind.JUDGE_CRITERIA not in gates and not _all_met(judged, None):
        found.append(_("De vier criteria zijn niet alle vier als voldaan getoetst."))
    if visit.actor.organisation_id == case.reporter_organisation_id and _not_alone(kind, policy):
        found.append(_("Uw organisatie deed de aanmelding en beslist hierover niet alleen. De triagist kan een besluit"
                       " van meer deelnemers samen vastleggen."))  # fmt: skip
    return found


async def decide(request: Request) -> Response:
    """Take one of the decisions; what is missing is shown at its field, and what stands in the way at the top."""
    case_id, kind = request.path_params["case_id"], ""
    try:
        async with visiting(request) as visit:
            kind = visit.field("soort")
            case, _facts = await _read(visit, case_id)
            await decisions.decide(visit.work, case_id, await _command(visit, case))
            address = await _after(visit, case_id)
        return back(address, "besloten")
    except InvalidFields as wrong:
        refusal: Refusal = InvalidFields([FieldError(_field(kind, one), one.message) for one in wrong.errors])
    except (GateOpen, NotPossible) as stopped:
        refusal = stopped
    async with visiting(request) as visit:
        return await _page(request, visit, refusal=refusal)


def _field(kind: str, error: FieldError) -> str:
    """Each decision has its own form: the field is that of the decision that was sent."""
    return f"{kind}-{error.field}" if kind in screening_words.names() else error.field


async def _command(visit: Visit, case: Case) -> TakeDecision:
    kind = visit.field("soort")
    if kind not in screening_words.names():
        raise InvalidFields([FieldError("soort", _("kies een besluit"))])

    def sent(name: str) -> str:
        return visit.field(f"{kind}-{name}")

    def ticked(name: str) -> list[str]:
        return [text(one) for one in visit.form.getlist(f"{kind}-{name}")]

    fields: dict[str, Any] = {
        "kind": kind, "reason": sent("toelichting"), "receiver": sent("ontvanger"), "subjects": ticked("personen"),
        "organisations": ticked("organisaties"), "called_at": moment_of(sent("gebeldOp"), "gebeldOp"),
        "other_case": await screening.numbered(visit.work, sent("casus")) if sent("casus") else None,
        "high_risk": True if sent("hoogRisico") else None,
    }  # fmt: skip
    if _by_others(visit, D(kind)):
        fields["deciders"] = ticked("beslissers")
        await _check_deciders(visit, case, D(kind), set(fields["deciders"]))
    try:
        return TakeDecision.model_validate(fields)
    except ValidationError as wrong:
        raise InvalidFields([FieldError(_WIRE.get(str(wrong.errors()[0]["loc"][0]), "toelichting"),
                                        _("is niet goed ingevuld"))]) from None  # fmt: skip


_WIRE = {"receiver": "ontvanger", "subjects": "personen", "organisations": "organisaties", "deciders": "beslissers"}


async def _check_deciders(visit: Visit, case: Case, kind: D, named: set[str]) -> None:
    """The casebook refuses the same; here it is said at the field. Raises InvalidFields."""
    chosen = [one for one in await screening.members(visit.work) if str(one.id) in named]
    if not chosen or len(chosen) < len(named):
        raise InvalidFields([FieldError("beslissers", _("kies wie heeft beslist"))])
    _version, policy = await cases.house_policy(visit.work, case.house_id)
    only_reporter = {one.organisation_id for one in chosen} == {case.reporter_organisation_id}
    if only_reporter and _not_alone(kind, policy):
        told = _("noem ook iemand van een andere organisatie dan die van de melder")
        raise InvalidFields([FieldError("beslissers", told)])


def _not_alone(kind: D, policy: Policy) -> bool:
    """The reporter does not decide about this alone (design §3)."""
    alone = process.DECISIONS[kind].deciders is Deciders.LID1_NOT_REPORTER_ALONE
    return alone and not policy.reporter_may_decide_alone


def _by_others(visit: Visit, kind: D) -> bool:
    return visit.actor.is_staff and process.DECISIONS[kind].deciders is not Deciders.DESK


async def _after(visit: Visit, case_id: UUID) -> str:
    """The case, or the overview for who no longer knows of it."""
    try:
        case, facts = await cases.seen(visit.work, case_id)
    except NotFound:
        return "/"
    reads = visibility.reads_case(visit.actor, facts) and screening_words.names().keys() & process.decisions_in(
        case.phase
    )
    return f"/casussen/{case_id}/screening" if reads else f"/casussen/{case_id}"


# Judging


async def _to_judge(visit: Visit, case_id: UUID) -> UUID:
    """What the judgement answers. Raises NotPossible when nothing is to be judged."""
    owed = await duties.open_in_case(visit.work, case_id, {DutyKind.JUDGE_CRITERIA})
    if not owed:
        raise NotPossible(_("De criteria zijn al getoetst, of de aanmelding is nog niet compleet."))
    return owed[0].id


async def judge(request: Request) -> Response:
    """The triage officer judges the four criteria, of the person of the case and of who else is judged (R4)."""
    case_id = request.path_params["case_id"]
    try:
        async with visiting(request) as visit:
            await _read(visit, case_id)
            duty_id = await _to_judge(visit, case_id)
            told = judgements(typed_judgements(visit.form))
            await answers.answer(visit.work, duty_id, GiveAnswer(outcome="getoetst", judgements=told))
        return back(f"/casussen/{case_id}/screening", "getoetst")
    except (InvalidFields, NotPossible) as stopped:
        refusal: Refusal = stopped
    async with visiting(request) as visit:
        return await _page(request, visit, refusal=refusal)


ROUTES = [
    Route("/casussen/{case_id:uuid}/screening", show),
    Route("/casussen/{case_id:uuid}/screening/toetsing", judge, methods=["POST"]),
    Route("/casussen/{case_id:uuid}/screening/besluiten", decide, methods=["POST"]),
]
