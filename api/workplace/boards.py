"""The overview and the list of cases: what is stuck and on whom comes first."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.paging import came_after, cursor
from api.workplace.pages import board_of, page, speaker
from api.workplace.visits import Visit, id_of, visiting
from models.actors import Actor
from models.findings import MEANINGS
from models.lookups import absence, dashboard, findings, people, stalled, waiting
from models.lookups.caselists import CaseFilter
from models.lookups.findings import FindingLine
from models.lookups.paging import Page
from models.lookups.stalled import StalledFilter
from models.stalled import Cause
from models.words import Phase, Role

MOST, MORE = 12, 250  # rows of one list on the overview, and when all are asked for
A_PAGE = 50


async def overview(request: Request) -> Response:
    """Where the work stands."""
    most = MORE if "alles" in request.query_params else MOST
    async with visiting(request) as visit:
        work, mine = visit.work, _only_mine(request, visit.actor)
        wanted = _wanted(request, visit.actor, mine=mine)
        board = await stalled.board(work, wanted, limit=most)
        found, how_many = await _findings(visit.actor, visit)
        facts: dict[str, Any] = {
            "most": most,
            "bord": board_of(request.query_params),
            "say": await speaker(visit),
            "counts": board.counts,
            "stalled": board.stalled,
            "asker": await stalled.asker(work, (one for row in board.stalled for one in row.stalls)),
            "mine": mine,
            "wanted": wanted,
            "scope": "mijn" if mine else "huis",
            "late": await stalled.late(work, wanted, limit=most),
            "replaced": await absence.replaced_until(work),
            "findings": found,
            "how_many": how_many,
            "MEANINGS": MEANINGS,
            "own": await waiting.own(work, limit=most),
            "cases": await dashboard.my_cases(work, limit=most),
        }
        return page(request, visit, "overzicht.html", **facts)


def _only_mine(request: Request, actor: Actor) -> bool:
    """A regisseur sees their own cases first; the whole house is one click away."""
    if not actor.is_staff:
        return False
    asked = request.query_params.get("bereik", "")
    return asked == "mijn" or (asked != "huis" and actor.has(Role.PROCESS_DIRECTOR) and not actor.has(Role.MANAGER))


def _wanted(request: Request, actor: Actor, *, mine: bool) -> StalledFilter:
    """Of what is stalled only this; a word that means nothing asks nothing."""
    asked, cause = request.query_params, request.query_params.get("oorzaak", "")
    return StalledFilter(
        cause=Cause(cause) if cause in set(Cause) else None, organisation_id=id_of(asked.get("organisatie", "")),
        director_id=actor.person_id if mine else id_of(asked.get("regisseur", "")),
    )  # fmt: skip


async def _findings(actor: Actor, visit: Visit) -> tuple[Sequence[FindingLine], int]:
    """What the checks of the night found, for who may do something about it."""
    if not actor.is_staff and not actor.has(Role.ADMINISTRATOR):
        return (), 0
    return await findings.open_ones(visit.work, limit=MOST)


async def case_list(request: Request) -> Response:
    """The cases, all that are open or those in one phase, of one regisseur, or urgent ones; the newest first."""
    asked = request.query_params
    phase = Phase(asked["fase"]) if asked.get("fase") in set(Phase) else None
    async with visiting(request) as visit:
        wanted = CaseFilter(
            phases=(phase,) if phase else (), is_open=phase is None, director_id=id_of(asked.get("regisseur", "")),
            urgent=True if asked.get("spoed") == "ja" else None,
        )  # fmt: skip
        found = await dashboard.page_of(visit.work, wanted, Page(A_PAGE, came_after(asked.get("na", ""))))
        directors = await people.with_role(visit.work, [Role.PROCESS_DIRECTOR])
        facts: dict[str, Any] = {
            "say": await speaker(visit), "cases": found.rows, "phase": phase, "wanted": wanted, "further": "",
            "directors": directors,
        }  # fmt: skip
        if found.following is not None:
            told = {name: asked[name] for name in ("fase", "regisseur", "spoed") if asked.get(name)}
            facts["further"] = "/casussen?" + urlencode(told | {"na": cursor(found.following)})
        return page(request, visit, "casussen.html", **facts)
