"""The log for who supervises it: lines with filters, and who saw the file of one case, to print."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.paging import came_after, cursor
from api.workplace.pages import page
from api.workplace.visits import id_of, visiting
from models.casebook import oversight, sessions
from models.lookups import people, trail, viewers
from models.lookups.paging import Page, Place
from models.lookups.trail import LogFilter
from models.words import LogPurpose

A_PAGE = 100
MOST = 2000  # lines of one file on one printable page
PURPOSES: Mapping[LogPurpose, str] = {
    LogPurpose.LAWFULNESS: "Controle op rechtmatigheid",
    LogPurpose.CONTROL: "Interne controle",
    LogPurpose.INTEGRITY: "Integriteit en beveiliging",
    LogPurpose.COURT: "Rechterlijke procedure",
}


async def log(request: Request) -> Response:
    """The lines of the house. Without a purpose only the question what it is for."""
    asked = request.query_params
    purpose, case_id = _purpose(request), id_of(asked.get("casus", ""))
    facts: dict[str, Any] = {"purposes": PURPOSES, "purpose": purpose, "case_id": case_id, "lines": [], "further": ""}
    facts |= {"action": asked.get("handeling", "").strip(), "refused": "geweigerd" in asked}
    async with visiting(request) as visit:
        work = await oversight.for_purpose(visit.work, purpose or LogPurpose.LAWFULNESS)
        sessions.must_be_fresh(work, sessions.READS_LOG)
        if purpose is None:
            return page(request, visit, "logboek.html", **facts)
        wanted = LogFilter(case_id=case_id, action=facts["action"] or None, refused=facts["refused"] or None)
        found = await trail.lines(work, wanted, Page(A_PAGE, came_after(asked.get("na", ""))))
        oversight.consulted(work, "logboek", case_id)
        names = await people.organisation_names(work)
        facts["lines"] = [(line, viewers.function_of(line.roles), names) for line in found.rows]
        facts["further"] = _further("/logboek", request, found.following)
        return page(request, visit, "logboek.html", **facts)


async def file(request: Request) -> Response:
    """Who saw the file of a case."""
    case_id, purpose = request.path_params["case_id"], _purpose(request) or LogPurpose.LAWFULNESS
    async with visiting(request) as visit:
        work = await oversight.for_purpose(visit.work, purpose)
        sessions.must_be_fresh(work, sessions.READS_LOG)
        wanted = await trail.file_of_case(work, case_id)
        found = await trail.seen_in(work, wanted, Page(MOST, came_after(request.query_params.get("na", ""))))
        oversight.told(work, wanted.case_id, wanted.referral_id)
        lines = await viewers.told(work, found.rows)
        further = _further(f"/logboek/casussen/{case_id}", request, found.following)
        return page(request, visit, "inzage.html", case_id=case_id, lines=lines, further=further, made_at=work.now)


def _purpose(request: Request) -> LogPurpose | None:
    given = request.query_params.get("doel", "")
    return LogPurpose(given) if given in set(LogPurpose) else None


def _further(address: str, request: Request, following: Place | None) -> str:
    if following is None:
        return ""
    return f"{address}?" + urlencode(dict(request.query_params) | {"na": cursor(following)})
