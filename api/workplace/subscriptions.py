"""Systems of participants that hear of what happens, for who keeps the house."""

from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models.casebook import sessions
from models.casebook import subscriptions as casebook
from models.events import TYPES, EventKind, Subscribe
from models.lookups import cases, people
from models.lookups import subscriptions as lookup
from models.lookups.paging import Page
from models.refusals import FieldError, InvalidFields, NotAllowed, NotSignedIn
from models.words import OrganisationKind, Role

HERE = "/abonnementen"
_MOST = 100


def _must_keep_house(visit: Visit) -> None:
    if not visit.actor.has(Role.ADMINISTRATOR, Role.MANAGER):
        raise NotAllowed("Abonnementen beheren de manager en de functioneel beheerder.")


async def show(request: Request) -> Response:
    """The subscriptions, each with what was last to be told there."""
    async with visiting(request) as visit:
        _must_keep_house(visit)
        return await _shown(request, visit)


async def _shown(request: Request, visit: Visit, secret: str = "") -> Response:
    work = visit.work
    if visit.actor.house_id is None:
        raise NotSignedIn
    _, policy = await cases.house_policy(work, visit.actor.house_id)
    kinds = (OrganisationKind.LID1, OrganisationKind.LID2)
    facts: dict[str, Any] = {
        "abonnementen": (await lookup.page(work, Page(_MOST))).rows, "stand": lookup.state, "secret": secret,
        "organisaties": (await people.all_organisations(work, Page(_MOST), kinds)).rows, "hosts": policy.webhook_hosts,
        "SOORTEN": {kind: one.meaning for kind, one in TYPES.items() if kind is not EventKind.TRIAL},
    }  # fmt: skip
    return page(request, visit, "abonnementen.html", **facts)


async def subscribe(request: Request) -> Response:
    """Subscribe a system; only this page shows its secret."""
    async with visiting(request) as visit:
        _must_keep_house(visit)
        sessions.must_be_fresh(visit.work)
        organisation = visit.id_in_form("organisatie")
        if organisation is None:
            raise InvalidFields([FieldError("organisatie", "kies een deelnemer")])
        try:
            kinds = tuple(EventKind(str(one)) for one in visit.form.getlist("soorten"))
            command = Subscribe(organisation_id=organisation, url=visit.field("adres"), kinds=kinds)
        except (ValidationError, ValueError):
            raise InvalidFields([FieldError("soorten", "vul een adres in en kies waarvan het systeem hoort")]) from None
        _made, secret = await casebook.subscribe(visit.work, command, request.app.state.event_seal)
        await visit.work.session.flush()
        return await _shown(request, visit, secret)


async def look(request: Request) -> Response:
    """What was to be told to one system."""
    async with visiting(request) as visit:
        _must_keep_house(visit)
        about = request.path_params["subscription_id"]
        found = await lookup.one(visit.work, about)
        listed = (await lookup.deliveries(visit.work, about, Page(_MOST))).rows
        return page(request, visit, "bezorgingen.html", one=found, bezorgingen=listed, stand=lookup.state)


async def try_out(request: Request) -> Response:
    """Send an event that says that nothing happened."""
    async with visiting(request) as visit:
        _must_keep_house(visit)
        await casebook.try_out(visit.work, request.path_params["subscription_id"])
    return back(f"{HERE}/{request.path_params['subscription_id']}", "proef")


async def end(request: Request) -> Response:
    """Nothing goes there any more."""
    async with visiting(request) as visit:
        _must_keep_house(visit)
        await casebook.end(visit.work, request.path_params["subscription_id"])
    return back(HERE, "beeindigd")


async def tell_again(request: Request) -> Response:
    """Tell an event once more."""
    async with visiting(request) as visit:
        _must_keep_house(visit)
        await casebook.tell_again(visit.work, request.path_params["delivery_id"])
        to = visit.id_in_form("terug")
    return back(f"{HERE}/{to}" if to else HERE, "opnieuw")


ROUTES = (
    Route(HERE, show),
    Route(HERE, subscribe, methods=["POST"]),
    Route(f"{HERE}/{{subscription_id:uuid}}", look),
    Route(f"{HERE}/{{subscription_id:uuid}}/proeven", try_out, methods=["POST"]),
    Route(f"{HERE}/{{subscription_id:uuid}}/beeindigen", end, methods=["POST"]),
    Route("/bezorgingen/{delivery_id:uuid}/herhalen", tell_again, methods=["POST"]),
)
