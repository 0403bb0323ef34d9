"""The reports of an organisation: which there are, a new one, what became of one, and taking one back."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.paging import came_after, cursor
from api.workplace import report_words as words
from api.workplace.language import _
from api.workplace.pages import back, page, speaker
from api.workplace.report_desk import Desk, Mode, desk, must_report, own
from api.workplace.report_form import Step
from api.workplace.visits import Visit, visiting
from models import visibility
from models.casebook import decisions
from models.casebook import referrals as casebook
from models.commands.cases import TakeDecision
from models.commands.referrals import DescribeReferral
from models.lookups import cases, people, referrals, reported, waiting
from models.lookups.paging import Page
from models.lookups.referrals import ReferralState
from models.lookups.waiting import Waiting
from models.refusals import FieldError, InvalidFields, NotFound, NotPossible
from models.tables.attached import ReferralVersion
from models.transactions import Work
from models.visibility import DutyOwner
from models.words import DecisionKind

A_PAGE = 50
_TOWN = "gemeente "


async def overview(request: Request) -> Response:
    """The reports of one's own organisation, the newest first; nothing about the people in them."""
    chosen = request.query_params.get("status", "")
    state = ReferralState(chosen) if chosen in set(ReferralState) else None
    async with visiting(request) as visit:
        must_report(visit)
        found = await referrals.own(
            visit.work, Page(A_PAGE, came_after(request.query_params.get("na", ""))), state=state
        )
        facts: dict[str, Any] = {
            "reports": found.rows, "state": state, "STATES": tuple(ReferralState), "further": "",
            "cases": await reported.cases_of(visit.work, [one.id for one in found.rows]),
            "names": (await people.names(visit.work))[0], "endings": words.endings(),
        }  # fmt: skip
        if found.following is not None:
            asked = {"status": state.value} if state else {}
            facts["further"] = "/aanmeldingen?" + urlencode(asked | {"na": cursor(found.following)})
        return page(request, visit, "aanmeldingen.html", **facts)


async def begin(request: Request) -> Response:
    """Start a report with what is known already."""
    async with visiting(request) as visit:
        must_report(visit)
        made = await casebook.draft(visit.work, await _known_already(visit.work))
    return RedirectResponse(f"/aanmeldingen/{made.id}/invullen?stap={Step.ABOUT}", status_code=303)


async def _known_already(work: Work) -> DescribeReferral:
    """Who reports twice says who they are once: as in their last report, else as their organisation named them."""
    me, last = await people.me(work), await reported.latest_of(work)
    _version, policy = await cases.house_policy(work, me.house.id)
    reach = ", ".join(one for one in (me.person.phone, me.person.email) if one)
    return DescribeReferral(
        municipality=_town(me.organisation.name, policy.municipalities, last.municipality if last else ""),
        reporter_function=last.reporter_function if last else "",
        reporter_contact=(last.reporter_contact if last else "") or reach,
    )


def _town(organisation: str, towns: tuple[str, ...], last: str) -> str:
    """The town of a municipality that reports, that of the last report, or the only one there is."""
    named = [one for one in towns if one.lower() in organisation.lower()]
    if len(named) == 1:
        return named[0]
    if not towns and organisation.lower().startswith(_TOWN):
        return organisation[len(_TOWN) :]
    if last and (not towns or last in towns):
        return last
    return towns[0] if len(towns) == 1 else ""


async def read(request: Request) -> Response:
    """What became of a report, what happens now and what it says; a draft leads to its form."""
    async with visiting(request) as visit:
        found = await desk(visit, request.path_params["referral_id"])
        if found.mode is Mode.DRAFT:
            return RedirectResponse(f"/aanmeldingen/{found.referral.id}/invullen?stap={Step.CHECK}", status_code=303)
        return await _read(request, visit, found, ())


async def _read(request: Request, visit: Visit, found: Desk, errors: tuple[FieldError, ...]) -> Response:
    work = visit.work
    earlier = await referrals.versions(work, found.referral.id)
    chosen = _chosen(earlier, request.query_params.get("versie", ""))
    facts: dict[str, Any] = {
        "desk": found, "inhoud": _content(chosen) if chosen else found.content, "versions": earlier, "chosen": chosen,
        "say": await speaker(visit), "open": await _open(visit, found), "endings": words.endings(),
        "titles": words.titles(), "WOORDEN": words, "errors": errors,
        "reason": await _reason(visit, found),
    }  # fmt: skip
    return page(request, visit, "aanmelding.html", status=422 if errors else 200, **facts)


def _chosen(earlier: list[ReferralVersion], wanted: str) -> ReferralVersion | None:
    """The earlier version that is asked. Raises NotFound."""
    if not wanted:
        return None
    found = next((one for one in earlier if str(one.version) == wanted), None)
    if found is None:
        raise NotFound("Deze versie")
    return found


def _content(version: ReferralVersion) -> DescribeReferral:
    return DescribeReferral.model_validate(version.content)


async def _open(visit: Visit, found: Desk) -> list[Waiting]:
    """What waits for whom, as far as the reporter is shown that."""
    if found.case is None:
        return []
    _case, facts = await cases.seen(visit.work, found.case.id)
    open_ = (await waiting.open_in(visit.work, [found.case.id])).get(found.case.id, [])
    return [
        one for one in open_ for owner in [one.duty.owner]
        if visibility.lists_duty(
            visit.actor, facts, owner=DutyOwner(owner.organisation_id, owner.role, owner.person_id), kind=one.duty.kind
        )
    ]  # fmt: skip


async def _reason(visit: Visit, found: Desk) -> str:
    """Why it ended as it did: who reported is told (design §3)."""
    if found.case is None or found.case.outcome is None:
        return ""
    return await reported.why(visit.work, found.case)


async def withdraw(request: Request) -> Response:
    """Take a report back that was handed in, and say why."""
    referral_id = request.path_params["referral_id"]
    try:
        async with visiting(request) as visit:
            _referral, case = await own(visit, referral_id)
            if case is None:
                raise NotPossible(_("Deze aanmelding is nog niet ingediend; gooi het concept weg."))
            command = _withdrawal(visit.field("toelichting"))
            await decisions.decide(visit.work, case.id, command)
        return back("/aanmeldingen", "aanmelding_ingetrokken")
    except InvalidFields:
        errors = (FieldError("toelichting", _("zeg kort waarom u de aanmelding intrekt")),)
    async with visiting(request) as visit:
        return await _read(request, visit, await desk(visit, referral_id), errors)


def _withdrawal(reason: str) -> TakeDecision:
    """Raises InvalidFields for a reason that no case can hold."""
    if len(reason) > 50_000 or "\0" in reason:  # noqa: PLR2004 - as long as a text can be
        raise InvalidFields([FieldError("toelichting", "")])
    return TakeDecision(kind=DecisionKind.WITHDRAW, reason=reason)


async def drop(request: Request) -> Response:
    """Throw a draft away."""
    async with visiting(request) as visit:
        must_report(visit)
        await casebook.withdraw_draft(visit.work, request.path_params["referral_id"])
    return back("/aanmeldingen", "weggegooid")


ROUTES = [
    Route("/aanmeldingen", overview),
    Route("/aanmeldingen", begin, methods=["POST"]),
    Route("/aanmeldingen/{referral_id:uuid}", read),
    Route("/aanmeldingen/{referral_id:uuid}/intrekken", withdraw, methods=["POST"]),
    Route("/aanmeldingen/{referral_id:uuid}/weggooien", drop, methods=["POST"]),
]
