"""Forms of scaling down: handing the case over with every open commitment, and when to report again."""

from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.case.forms import filled, ids, send
from api.workplace.case.page import shown
from api.workplace.visits import Visit
from models.casebook import criteria, packages
from models.commands.following import HandOverCommitment, OfferHandover, SetCriteria, SetCriterion
from models.refusals import FieldError, InvalidFields

#: rows of the form; who needs more sends it again with what came first
MOST_CRITERIA = 5
_PACKAGE = {
    "receiver_id": "ontvanger", "receiver": "ontvangerBuitenPols", "accepted_by": "aanvaardDoor",
    "accepted_on": "aanvaardOp", "note": "toelichting",
}  # fmt: skip
_LINE = {"way": "wijze", "note": "toelichting", "commitment_id": "afspraak"}
_CRITERION = {"criterion": "criterium", "to_do": "watTeDoen", "to_call": "wieBellen"}


async def hand_over(request: Request) -> Response:
    """Offer the case to who follows it from now."""
    case_id: UUID = request.path_params["case_id"]

    async def act(visit: Visit) -> UUID:
        fields = {name: visit.field(field) for name, field in _PACKAGE.items()}
        lines = [_line(visit, place, one) for place, one in enumerate(ids(visit, "afspraak"))]
        command = filled(
            OfferHandover, _PACKAGE | {"items": "informatie"}, **fields, commitments=lines,
            items=ids(visit, "informatie"),
        )  # fmt: skip
        await packages.offer(visit.work, case_id, command)
        return case_id

    return await send(request, "overdracht", "overdracht", act, shown)


def _line(visit: Visit, place: int, commitment_id: str) -> HandOverCommitment:
    """What becomes of the commitment in this row of the form."""
    wire = {name: f"{field}-{place}" for name, field in _LINE.items()}
    said = {name: visit.field(wire[name]) for name in ("way", "note")}
    return filled(HandOverCommitment, wire, commitment_id=commitment_id, **said)


async def set_criteria(request: Request) -> Response:
    """Write down when to report again: the whole list."""
    case_id: UUID = request.path_params["case_id"]

    async def act(visit: Visit) -> UUID:
        rows = [one for one in (_criterion(visit, place) for place in range(_rows(visit))) if one is not None]
        if not rows:
            raise InvalidFields([FieldError("criterium-0", "noem ten minste één criterium")])
        await criteria.set_criteria(visit.work, case_id, SetCriteria(criteria=tuple(rows)))
        return case_id

    return await send(request, "criteria", "criteria", act, shown)


def _rows(visit: Visit) -> int:
    """As many rows as the form had, and no more than a list can hold."""
    return min(sum(1 for name in visit.form if name.startswith("criterium-")), 25)


def _criterion(visit: Visit, place: int) -> SetCriterion | None:
    wire = {name: f"{field}-{place}" for name, field in _CRITERION.items()}
    said = {name: visit.field(field) for name, field in wire.items()}
    return filled(SetCriterion, wire, **said) if any(said.values()) else None


_post = partial(Route, methods=["POST"])
ROUTES = (
    _post("/casussen/{case_id:uuid}/overdrachten", hand_over),
    _post("/casussen/{case_id:uuid}/heraanmeldcriteria", set_criteria),
)
