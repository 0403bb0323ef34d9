"""Where a request comes from, for the log: the door, the address of the client and its W3C trace; nothing it says."""

import re
from uuid import UUID

from starlette.requests import Request

from models.actors import Actor, Origin
from models.casebook import trail
from models.refusals import NotAllowed, NotFound, Refusal
from models.transactions import Database, Work
from models.words import Door

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
#: what the first part of an address is about, as the log calls it
_KINDS = {
    "aanmeldingen": "aanmelding", "casussen": "casus", "taken": "taak", "overleggen": "overleg",
    "afspraken": "afspraak", "bijlagen": "bijlage", "hulpvragen": "hulpvraag", "overlegreeksen": "overlegreeks",
    "huizen": "huis", "personen": "betrokkene", "logboek": "logboek",
}  # fmt: skip


def origin_of(request: Request, door: Door) -> Origin:
    """What the log keeps of where this came from. A trace that is not one is left alone: a new one begins."""
    address = request.client.host if request.client else None
    trace = _TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    if trace is None:
        return Origin(door, address)
    return Origin(door, address, trace_id=trace[1], parent_span_id=trace[2])


def known(request: Request, work: Work) -> None:
    """Remember who this request is of, should it be refused."""
    request.state.asker = (work.actor, work.origin)


async def note_refusal(request: Request, refusal: Refusal, database: Database) -> None:
    """A line when somebody who is signed in was refused what they may not do or know of."""
    asker: tuple[Actor, Origin] | None = getattr(request.state, "asker", None)
    if asker is None or not isinstance(refusal, NotAllowed | NotFound):
        return
    path = str(getattr(request.scope.get("route"), "path", "")).replace(":uuid", "")
    parts = [one for one in path.split("/") if one]
    kind = _KINDS.get(parts[0], parts[0]) if parts else "overzicht"
    object_id = _first_id(request)
    await trail.refused(
        *asker, database, route=f"{request.method} {path}", why=_why(refusal), object_kind=kind, object_id=object_id,
        case_id=object_id if "casussen" in parts else None, referral_id=object_id if kind == "aanmelding" else None,
    )  # fmt: skip


def _why(refusal: Refusal) -> str:
    return "niet gevonden" if isinstance(refusal, NotFound) else "niet toegestaan"


def _first_id(request: Request) -> UUID | None:
    try:
        return UUID(str(next(iter(request.path_params.values()), "")))
    except ValueError:
        return None
