"""Who sees a case and why, and opening one that is not yours: asked, confirmed, ended and reviewed in plain view."""

from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models import rights
from models.casebook import answers, sessions
from models.casebook import glass as casebook
from models.commands.cases import AskGlass, ConfirmGlass, ReviewGlass
from models.lookups import access, cases, glass
from models.lookups.paging import Page
from models.refusals import FieldError, InvalidFields, NotSignedIn
from models.rights import MEANING, Right
from models.words import GlassVerdict

MOST = 100


async def who_sees(request: Request) -> Response:
    """Say what the actor may do with a case and why, and to who may know it, who reads it."""
    async with visiting(request) as visit:
        work, case_id = visit.work, request.path_params["case_id"]
        case, seen = await cases.seen(work, case_id)
        explains = rights.has(Right.EXPLAIN, visit.actor, seen)
        readers = await access.holders(work, case_id, Right.CONTENT, Page(MOST)) if explains else None
        about = _asked_about(request) if explains else None
        one, explained = await access.why(work, case_id, about or _self(visit))
        answers.saw(work, "toegang", case_id, case_id)
        return page(
            request, visit, "toegang.html", case=case, readers=readers, one=one, explained=explained, MEANING=MEANING,
            own=one.person.id == visit.actor.person_id,
        )  # fmt: skip


def _asked_about(request: Request) -> UUID | None:
    try:
        return UUID(request.query_params.get("persoon", ""))
    except ValueError:
        return None


def _self(visit: Visit) -> UUID:
    if visit.actor.person_id is None:
        raise NotSignedIn
    return visit.actor.person_id


async def overview(request: Request) -> Response:
    """Show what was opened: by whom, why, until when, and what a colleague found of it."""
    async with visiting(request) as visit:
        found = await glass.page(visit.work, Page(MOST))
        return page(
            request, visit, "noodtoegangen.html", found=found.rows, now=visit.work.now,
            state=lambda one: casebook.state(one, visit.work.now),
            reviews=lambda one: casebook.may_review(visit.actor, one),
        )  # fmt: skip


async def ask(request: Request) -> Response:
    """Ask to read a case that is not yours."""
    async with visiting(request) as visit:
        sessions.must_be_fresh(visit.work)
        try:
            command = AskGlass(reason=visit.field("reden"))
        except ValidationError:
            raise InvalidFields([FieldError("reden", "zeg in ten minste tien tekens waarom dit nodig is")]) from None
        await casebook.ask(visit.work, request.path_params["case_id"], command)
    return back("/noodtoegangen", "gevraagd")


async def confirm(request: Request) -> Response:
    """Confirm with the code, or for a colleague without one. A wrong code is counted."""
    async with visiting(request) as visit:
        sessions.must_be_fresh(visit.work)
        command = ConfirmGlass(code=visit.field("code")[:20] or None)
        opened = await casebook.confirm(visit.work, request.path_params["glass_id"], command)
    return back("/noodtoegangen", "bevestigd" if opened else "onjuist")


async def end(request: Request) -> Response:
    """End it before its time."""
    async with visiting(request) as visit:
        await casebook.end(visit.work, request.path_params["glass_id"])
    return back("/noodtoegangen", "afgebroken")


async def review(request: Request) -> Response:
    """Say afterwards whether it was right."""
    async with visiting(request) as visit:
        chosen = visit.field("oordeel")
        if chosen not in set(GlassVerdict):
            raise InvalidFields([FieldError("oordeel", "kies terecht of onterecht")])
        command = ReviewGlass(verdict=GlassVerdict(chosen), review=visit.field("toelichting"))
        await casebook.review(visit.work, request.path_params["glass_id"], command)
    return back("/noodtoegangen", "beoordeeld")
