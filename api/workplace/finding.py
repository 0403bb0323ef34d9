"""To a duty or a case: by what a message called it, from signing in, by number or partner, and by a person with why."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.paging import came_after, cursor
from api.workplace.case.forms import NOTHING_TRIED, Tried, filled, refused_at
from api.workplace.pages import back, page, speaker
from api.workplace.visits import Visit, id_of, visiting
from models.casebook import searching
from models.commands.cases import FindPerson
from models.lookups import cases, dashboard, links, people, search, tasks
from models.lookups.caselists import CaseFilter
from models.lookups.dashboard import Listed
from models.lookups.paging import Page, Paged
from models.refusals import InvalidFields, NotFound
from models.transactions import Work
from models.words import SearchReason

A_PAGE = 50
_PERSON = {"name": "naam", "bsn": "bsn", "reason": "reden"}
_NOTHING: Paged[Listed] = Paged([], None)


async def duty(request: Request) -> Response:
    """A duty, on the page of its case. Raises NotFound."""
    async with visiting(request) as visit:
        line = await tasks.one(visit.work, request.path_params["duty_id"])
        address = f"/casussen/{line.case.id}#taak-{line.duty.id}"
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


async def look(request: Request) -> Response:
    """Search by a reference, a number or a partner; without any of them the page to do so."""
    asked = request.query_params
    if "kenmerk" in asked:
        return await _by_reference(request, asked["kenmerk"])
    async with visiting(request) as visit:
        found, further = _NOTHING, ""
        wanted = _wanted(visit, asked.get("nummer", ""), partner := id_of(asked.get("deelnemer", "")))
        if wanted is not None:
            found = await dashboard.page_of(visit.work, wanted, Page(A_PAGE, came_after(asked.get("na", ""))))
        if found.following is not None:
            told = {"nummer": asked.get("nummer", ""), "deelnemer": str(partner or "")}
            further = "/zoeken?" + urlencode(told | {"na": cursor(found.following)})
        return await _shown(
            request, visit, number=asked.get("nummer", ""), partner=partner, cases=found.rows, further=further,
            looked=any(asked.get(one) for one in ("nummer", "deelnemer")),
        )  # fmt: skip


def _wanted(visit: Visit, number: str, partner: UUID | None) -> CaseFilter | None:
    if number:
        return search.by_number(number, visit.work.now)
    return CaseFilter(is_open=True, partner_id=partner) if partner else None


async def find_person(request: Request) -> Response:
    """Search by name or citizen number in the cases one reads. A form, so that neither stands in any address or log."""
    try:
        async with visiting(request) as visit:
            fields = {name: visit.field(field) for name, field in _PERSON.items()}
            fields["bsn"] = fields["bsn"].replace(" ", "").replace(".", "")
            found, more = await searching.find_person(visit.work, filled(FindPerson, _PERSON, **fields))
            return await _shown(request, visit, people=found, more=more, looked=True, by_person=True)
    except InvalidFields as refusal:
        tried = refused_at("persoon", await request.form(), refusal)
    async with visiting(request) as visit:
        return await _shown(request, visit, tried=tried, status=HTTPStatus.UNPROCESSABLE_ENTITY)


async def _shown(
    request: Request, visit: Visit, *, tried: Tried = NOTHING_TRIED, status: int = HTTPStatus.OK,
    **found: Any,  # noqa: ANN401 - what was found differs
) -> Response:  # fmt: skip
    names, there = await people.organisation_names(visit.work), await people.participants(visit.work, public_only=False)
    facts: dict[str, Any] = {
        "number": "", "partner": None, "cases": [], "people": [], "more": False, "looked": False, "by_person": False,
        "further": "", "partners": [(one, names[one]) for one in there], "reasons": tuple(SearchReason),
        "most": search.MOST, "tried": tried,
    }  # fmt: skip
    return page(request, visit, "zoeken.html", status=status, say=await speaker(visit), **facts | found)


async def _by_reference(request: Request, typed: str) -> Response:
    """What a reference stands for, for who may see that; to anybody else it is no reference."""
    async with visiting(request) as visit:
        try:
            address = await _address(visit.work, typed)
        except NotFound:
            return back("/zoeken", "onbekend")
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


async def _address(work: Work, typed: str) -> str:
    found = await links.of_reference(work, typed)
    if found.duty_id is None:
        case, _facts = await cases.seen(work, found.case_id)
        return f"/casussen/{case.id}"
    line = await tasks.one(work, found.duty_id)
    return f"/casussen/{line.case.id}#taak-{line.duty.id}"


ROUTES = (
    Route("/taken/{duty_id:uuid}", duty),
    Route("/zoeken", look),
    Route("/zoeken/personen", find_person, methods=["POST"]),
)
