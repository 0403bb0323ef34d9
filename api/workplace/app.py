"""The application of the workplace: its addresses, and what each of them shows or does."""

from typing import Any

from sqlalchemy import exc
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from api.brakes import Braked
from api.middleware import SafePages, SmallBodies
from api.security_txt import SecurityContact
from api.ways import Ways
from api.workplace import (
    agenda,
    answering,
    away,
    boards,
    channels,
    coaching,
    enrolling,
    entering,
    figures,
    files,
    filling,
    finding,
    keeping,
    minutes,
    oversight,
    own,
    papers,
    pincodes,
    policy,
    post,
    preferences,
    provider,
    referring,
    rounds,
    screen,
    screening,
    sittings,
    staffing,
    subscriptions,
    terms,
    trail,
    unblocking,
    wordings,
)
from api.workplace.case import answer, closing, linking
from api.workplace.case import page as case_page
from api.workplace.case import plan as case_plan
from api.workplace.language import Spoken
from api.workplace.pages import back_to, failed, not_kept, refused, unreadable
from api.workplace.visits import visiting
from models.attachments import Scan
from models.casebook import escalate, nudge
from models.credentials import Seal
from models.ladder import Addressee
from models.refusals import Refusal
from models.transactions import Database

_HANDLERS: dict[Any, Any] = {
    Refusal: refused, HTTPException: failed, exc.DBAPIError: not_kept, exc.TimeoutError: not_kept, OSError: not_kept,
    OverflowError: unreadable, ValueError: unreadable, Exception: failed,
}  # fmt: skip


#: what has a module of its own
_ELSEWHERE = (
    *rounds.ROUTES,
    *screen.ROUTES,
    *sittings.ROUTES,
    *coaching.ROUTES,
    *minutes.ROUTES,
    *agenda.ROUTES,
    *away.ROUTES,
    *preferences.ROUTES,
    *wordings.ROUTES,
    *channels.ROUTES,
    *subscriptions.ROUTES,
    *unblocking.ROUTES,
    *post.ROUTES,
    *policy.ROUTES,
    *keeping.ROUTES,
    *staffing.ROUTES,
    *answering.ROUTES,
    *finding.ROUTES,
    *pincodes.ROUTES,
    *papers.ROUTES,
    *figures.ROUTES,
    *files.ROUTES,
    *referring.ROUTES,
    *filling.ROUTES,
    *screening.ROUTES,
    *answer.ROUTES,
    *case_plan.ROUTES,
    *closing.ROUTES,
    *linking.ROUTES,
)


class _Workplace(Starlette):
    """Also the page about an error of ours carries the headers, and speaks the language of who gets it."""

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's own, inside ours."""
        return SafePages(Spoken(super().build_middleware_stack()))


def create_workplace(
    database: Database,
    ways: Ways,
    *,
    event_seal: Seal | None = None,
    scan: Scan | None = None,
    contact: SecurityContact | None = None,
) -> Starlette:
    """The workplace on this database, with these ways in; mount it at `/`. `contact`: as security.txt has it."""
    made = _Workplace(
        routes=[
            *_entering(),
            *_of_cases(),
            *_ELSEWHERE,
        ],
        middleware=[Middleware(Braked, database=database, refuse=refused), Middleware(SmallBodies)],
        exception_handlers=_HANDLERS,
    )
    made.state.database = database
    made.state.ways, made.state.event_seal = ways, event_seal
    made.state.scan, made.state.contact = scan, contact
    return made


def _of_cases() -> list[Route]:
    """The overview, a case, and what is owed in it."""
    return [
        Route("/", boards.overview),
        Route("/casussen", boards.case_list),
        Route("/casussen/{case_id:uuid}", case_page.case),
        Route("/casussen/{case_id:uuid}/toegang", oversight.who_sees),
        Route("/casussen/{case_id:uuid}/noodtoegang", oversight.ask, methods=["POST"]),
        Route("/noodtoegangen", oversight.overview),
        Route("/noodtoegangen/{glass_id:uuid}/bevestigen", oversight.confirm, methods=["POST"]),
        Route("/noodtoegangen/{glass_id:uuid}/beeindigen", oversight.end, methods=["POST"]),
        Route("/noodtoegangen/{glass_id:uuid}/beoordelen", oversight.review, methods=["POST"]),
        Route("/logboek", trail.log),
        Route("/logboek/casussen/{case_id:uuid}", trail.file),
        Route("/taken/{duty_id:uuid}/termijn", terms.term),
        Route("/taken/{duty_id:uuid}/herinneren", remind, methods=["POST"]),
        Route("/taken/{duty_id:uuid}/escaleren", escalate_now, methods=["POST"]),
    ]


def _entering() -> list[Route]:
    """Coming in, leaving, and what is one's own."""
    return [
        Route("/aanmelden", entering.ask),
        Route("/aanmelden", entering.sign_in, methods=["POST"]),
        Route("/aanmelden/organisatie", provider.go, methods=["POST"]),
        Route("/aanmelden/terug", provider.come_back),
        Route("/aanmelden/account", enrolling.ask),
        Route("/aanmelden/account", enrolling.enrol, methods=["POST"]),
        Route("/afmelden", entering.sign_out, methods=["POST"]),
        Route("/bevestigen", own.ask_to_confirm),
        Route("/bevestigen", own.confirm, methods=["POST"]),
        Route("/mijn", own.mine),
        Route("/mijn/sessies", own.end_others, methods=["POST"]),
        Route("/mijn/sessies/{session_id:uuid}", own.end_session, methods=["POST"]),
        Route("/mijn/tokens", own.make_token, methods=["POST"]),
        Route("/mijn/tokens/{token_id:uuid}", own.revoke_token, methods=["POST"]),
    ]


async def escalate_now(request: Request) -> Response:
    """Tell somebody else that an answer is missing: who leads at the partner, when nobody else is named."""
    async with visiting(request) as visit:
        wanted = visit.field("aan")
        to = Addressee(wanted) if wanted in set(Addressee) else Addressee.LEAD
        duty = await escalate.escalate(visit.work, request.path_params["duty_id"], to)
        return back_to(visit, duty.case_id, "geescaleerd")


async def remind(request: Request) -> Response:
    """Send a reminder about a duty by hand."""
    async with visiting(request) as visit:
        duty = await nudge.nudge(visit.work, request.path_params["duty_id"])
        return back_to(visit, duty.case_id, "herinnerd")
