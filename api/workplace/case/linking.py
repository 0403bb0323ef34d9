"""Forms about who is involved in a case and with which other case it hangs together: public participants decide."""

from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.case.forms import filled, ids, send
from api.workplace.case.page import shown
from api.workplace.visits import Visit
from models.casebook import coherence, decisions
from models.commands.cases import EndLink, LinkCases, TakeDecision
from models.lookups import coherence as lookup
from models.lookups import search
from models.refusals import FieldError, InvalidFields
from models.words import DecisionKind

_TEST = {"circle": "kring", "dependence": "afhankelijkheid", "necessity": "noodzaak", "deciders": "beslissers"}
_END = {"reason": "toelichting", "deciders": "beslissers"}
_INVOLVE = {"kind": "wat", "organisations": "organisaties", "reason": "toelichting", "deciders": "beslissers"}
#: what the form can decide; while the case is prepared, adding is choosing
_KINDS = {"toevoegen": DecisionKind.INVOLVE, "laten_gaan": DecisionKind.RELEASE, "kiezen": DecisionKind.CHOOSE_INVOLVED}


async def link(request: Request) -> Response:
    """Write down that two cases hang together: the test in three parts (R19)."""
    case_id: UUID = request.path_params["case_id"]

    async def act(visit: Visit) -> UUID:
        fields = {name: visit.field(field) for name, field in _TEST.items() if name != "deciders"}
        other = await search.one_by_number(visit.work, visit.field("casus"))
        if other is None:
            raise InvalidFields([FieldError("casus", "is geen nummer van een casus die u kent")])
        command = filled(LinkCases, _TEST, other_case=other, deciders=ids(visit, "beslissers"), **fields)
        await coherence.link(visit.work, case_id, command)
        return case_id

    return await send(request, "samenhang", "samenhang", act, shown)


async def unlink(request: Request) -> Response:
    """Write down that two cases do not hang together any more; the page stays with the case that it was sent from."""
    coherence_id: UUID = request.path_params["coherence_id"]

    async def act(visit: Visit) -> UUID:
        await lookup.one(visit.work, coherence_id)
        command = filled(EndLink, _END, reason=visit.field("toelichting"), deciders=ids(visit, "beslissers"))
        ended = await coherence.end(visit.work, coherence_id, command)
        sides = {ended.case_id, ended.other_case_id}
        from_ = visit.id_in_form("casusId")
        return from_ if from_ in sides else ended.case_id

    return await send(request, f"einde-{coherence_id}", "samenhang_einde", act, shown)


async def involve(request: Request) -> Response:
    """Choose who is involved, add a participant or let one go."""
    case_id: UUID = request.path_params["case_id"]

    async def act(visit: Visit) -> UUID:
        kind = _KINDS.get(visit.field("wat"))
        if kind is None:
            raise InvalidFields([FieldError("wat", "kies wat er besloten is")])
        command = filled(
            TakeDecision, _INVOLVE, kind=kind, organisations=ids(visit, "organisaties"),
            reason=visit.field("toelichting"), deciders=ids(visit, "beslissers"),
        )  # fmt: skip
        await decisions.decide(visit.work, case_id, command)
        return case_id

    return await send(request, "deelnemer", "deelnemer", act, shown)


_post = partial(Route, methods=["POST"])
ROUTES = (
    _post("/casussen/{case_id:uuid}/samenhangen", link),
    _post("/samenhangen/{coherence_id:uuid}/beeindigingen", unlink),
    _post("/casussen/{case_id:uuid}/deelnemers", involve),
)
