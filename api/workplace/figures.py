"""Rapportages: the figures of the house on pages, with a chart beside each table, and as files to take along."""

from datetime import date
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import sheets
from api.workplace.charts import charts
from api.workplace.pages import page
from api.workplace.visits import visiting
from models import figures
from models.casebook import figures as casebook
from models.figures import MOST_QUARTERS, Figures, Report
from models.lookups import reports
from models.refusals import FieldError, InvalidFields, NotAllowed

_FORMS = {end: form for form, end in sheets.ENDS.items()}


async def overview(request: Request) -> Response:
    """The reports that there are for who looks."""
    async with visiting(request) as visit:
        there = figures.open_to(visit.actor)
        if not there:
            raise NotAllowed("Rapportages zijn er voor de manager, de privacy officer en contacten van deelnemers.")
        own = visit.actor.is_participant
        return page(request, visit, "rapportages.html", reports=[(one, figures.WORDS[one]) for one in there], own=own)


async def report(request: Request, wanted: Report) -> Response:
    """One report over the chosen quarters."""
    async with visiting(request) as visit:
        found = await reports.of(visit.work, wanted, *_period(request))
        casebook.shown(visit.work, wanted)
        now = figures.period(None, None, visit.work.now).running
        facts: dict[str, Any] = {
            "found": found, "quarters": [now.after(-back) for back in range(2 * MOST_QUARTERS)], "query": _query(found),
            "kept_back": sheets.kept_back(found.least),
            "shown": [(one, charts(one, f"g{place}", totals=place == 0)) for place, one in enumerate(found.sheets)],
        }  # fmt: skip
        return page(request, visit, "rapportage.html", **facts)


async def taken(request: Request, wanted: Report, end: str) -> Response:
    """The same report as a file."""
    async with visiting(request) as visit:
        found = await reports.of(visit.work, wanted, *_period(request))
        casebook.taken(visit.work, wanted, end)
        return sheets.taken_along(found, _FORMS[end], visit.work.now)


def _period(request: Request) -> tuple[date | None, date | None]:
    """The chosen days. Raises InvalidFields for what is no day."""
    asked = {name: request.query_params.get(name, "").strip() for name in ("van", "tot")}
    try:
        since, until = (date.fromisoformat(asked[name]) if asked[name] else None for name in ("van", "tot"))
    except ValueError:
        raise InvalidFields([FieldError("van", "kies een kwartaal uit de lijst")]) from None
    return since, until


def _query(found: Figures) -> str:
    """The period, for the addresses of files."""
    return f"?van={found.period.first}&tot={found.period.last}" if found.period else ""


#: an address for every report: there is nothing to fill in that could name somebody
ROUTES = [
    Route("/rapportages", overview),
    *(Route(f"/rapportages/{one}", partial(report, wanted=one)) for one in Report),
    *(
        Route(f"/rapportages/{one}.{end}", partial(taken, wanted=one, end=end))
        for one in Report for end in _FORMS if one is not Report.WORKLOAD
    ),
]  # fmt: skip
