"""The people and organisations of the house, for who keeps them: who may come in, until when, and who leaves."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.messages import said
from api.paging import came_after, cursor
from api.workplace.away import absence_of
from api.workplace.pages import back, page
from api.workplace.visits import Visit, id_of, visiting
from models.casebook import absence, designating, handover, leaving, organisations, sessions
from models.commands.people import AddOrganisation, HandOver, Leave, ProposeDesignation
from models.designation import wrong_roles
from models.lookups import absence as absences
from models.lookups import keeping as lookup
from models.lookups.keeping import Wanted
from models.lookups.paging import Page
from models.phrases import plain
from models.refusals import FieldError, InvalidFields
from models.words import OrganisationKind, Role

A_PAGE = 50
SHOWN = 25  #: open duties of somebody who leaves
KINDS: Mapping[OrganisationKind, str] = {
    OrganisationKind.HOUSE: "het huis zelf", OrganisationKind.LID1: "publieke deelnemer",
    OrganisationKind.LID2: "private deelnemer", OrganisationKind.THIRD_PARTY: "incidentele derde",
}  # fmt: skip
ACCOUNTS = {
    "ingesteld": "wachtwoord en code", "uitgenodigd": "uitgenodigd", "organisatie": "via de eigen organisatie",
    "geen": "nog geen account",
}  # fmt: skip
#: fields of the command, as they are called in the form
_FIELDS = {
    "organisation_id": "organisatie", "name": "naam", "email": "email", "phone": "telefoon", "roles": "rollen",
    "screened_until": "screening", "trained_until": "training", "reason": "reden", "kind": "soort", "task": "taak",
}  # fmt: skip
LABELS = {
    "organisatie": "Organisatie", "naam": "Naam", "email": "E-mailadres", "telefoon": "Telefoon van het werk",
    "rollen": "Rollen", "screening": "Screening geldig tot en met", "training": "Training geldig tot en met",
    "reden": "Waarom", "naar": "Wie neemt over?", "soort": "Soort", "taak": "Taak",
}  # fmt: skip


NAMES: Mapping[Role, str] = {role: plain(role) for role in Role}


async def overview(request: Request) -> Response:
    """The people of the house, and what waits to be confirmed."""
    asked = request.query_params
    role = asked.get("rol", "")
    wanted = Wanted(
        id_of(asked.get("organisatie", "")), Role(role) if role in set(Role) else None, "vertrokken" in asked
    )
    async with visiting(request) as visit:
        return await _listed(request, visit, wanted, Page(A_PAGE, came_after(asked.get("na", ""))))


async def search(request: Request) -> Response:
    """People by letters of their name or address: these stay out of the address of a page."""
    async with visiting(request) as visit:
        words = visit.field("zoek")
        wanted = Wanted(words=words, left=visit.field("vertrokken") == "ja")
        return await _listed(request, visit, wanted, Page(lookup.MOST_FOUND))


async def _listed(request: Request, visit: Visit, wanted: Wanted, asked: Page) -> Response:
    designating.must_keep_people(visit.work)
    found = await lookup.people(visit.work, asked, wanted)
    further = ""
    if found.following and not wanted.words:
        further = "/mensen?" + urlencode(dict(request.query_params) | {"na": cursor(found.following)})
    return page(
        request, visit, "mensen.html", mensen=found.rows, gezocht=wanted, verder=further, meer=bool(found.following),
        voorstellen=await lookup.waiting(visit.work), organisaties=await lookup.organisations(visit.work),
        rollen=NAMES, accounts=ACCOUNTS,
    )  # fmt: skip


async def ask(request: Request) -> Response:
    """Somebody new to designate."""
    async with visiting(request) as visit:
        _must_be_sure(visit)
        return await _form(request, visit, {"organisatie": request.query_params.get("organisatie", "")})


async def _form(
    request: Request, visit: Visit, filled: Mapping[str, Any], errors: tuple[FieldError, ...] = ()
) -> Response:  # fmt: skip
    listed = [one.organisation for one in await lookup.organisations(visit.work)]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return page(
        request, visit, "mens_nieuw.html", status=status, ingevuld=filled, rollen=NAMES, soorten=KINDS, labels=LABELS,
        organisaties=[one for one in listed if one.kind is not OrganisationKind.THIRD_PARTY],
        fouten={one.field: one.message for one in errors},
    )  # fmt: skip


async def propose(request: Request) -> Response:
    """Somebody new is proposed; another confirms it."""
    async with visiting(request) as visit:
        _must_be_sure(visit)
        try:
            await designating.propose(visit.work, _proposal(visit, visit.id_in_form("organisatie")))
        except InvalidFields as wrong:
            return await _form(request, visit, _filled(visit), wrong.errors)
    return back("/mensen", "voorgesteld")


async def person(request: Request) -> Response:
    """Somebody, with what can be done about them."""
    async with visiting(request) as visit:
        designating.must_keep_people(visit.work)
        return await _person(request, visit, request.path_params["person_id"])


async def _person(
    request: Request, visit: Visit, person_id: UUID, *, errors: tuple[FieldError, ...] = (),
    filled: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    work = visit.work
    found = await lookup.one(work, person_id)
    manages = visit.actor.is_staff and visit.actor.has(Role.MANAGER)
    colleagues = await lookup.people(work, Page(lookup.MOST_FOUND), Wanted(found.person.organisation_id))
    open_ = await absences.open_duties_of(work, person_id, Page(SHOWN)) if manages else None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return page(
        request, visit, "mens.html", status=status, een=found, ingevuld=filled or _as_is(found.person), rollen=NAMES,
        passend=[one for one in Role if not wrong_roles(found.kind, [one])], soorten=KINDS, accounts=ACCOUNTS,
        labels=LABELS, fouten={one.field: one.message for one in errors}, open=open_, mag_overdragen=manages,
        collegas=[one for one in colleagues.rows if one.person.id != person_id and not one.kept_out],
        voorstellen=await lookup.about(work, person_id), zelf=person_id == visit.actor.person_id, nu=work.now,
    )  # fmt: skip


async def change(request: Request) -> Response:
    """Other roles or details of somebody, or valid for longer: proposed, and confirmed by another."""
    person_id = request.path_params["person_id"]
    async with visiting(request) as visit:
        found = await _sure_of(visit, person_id)
        try:
            await designating.propose(visit.work, _proposal(visit, found.person.organisation_id, person_id))
        except InvalidFields as wrong:
            return await _person(request, visit, person_id, errors=wrong.errors, filled=_filled(visit))
    return back(f"/mensen/{person_id}", "voorgesteld")


async def take_away(request: Request) -> Response:
    """Somebody has a role no more."""
    person_id = request.path_params["person_id"]
    async with visiting(request) as visit:
        await _sure_of(visit, person_id)
        given = [Role(one) for one in map(str, visit.form.getlist("rollen")) if one in set(Role)]
        await designating.take_away(visit.work, person_id, given)
    return back(f"/mensen/{person_id}", "teruggenomen")


async def be_away(request: Request) -> Response:
    """Record for somebody that they are away, or that they are back."""
    person_id = request.path_params["person_id"]
    async with visiting(request) as visit:
        designating.must_keep_people(visit.work)
        await lookup.one(visit.work, person_id)
        if visit.field("doe") == "terug":
            await absence.end(visit.work, person_id)
        else:
            await absence.record(visit.work, person_id, absence_of(visit))
    return back(f"/mensen/{person_id}", "vastgelegd")


async def hand_over(request: Request) -> Response:
    """What somebody has open goes to a colleague."""
    person_id = request.path_params["person_id"]
    async with visiting(request) as visit:
        await _sure_of(visit, person_id)
        to, reason = visit.id_in_form("naar"), visit.field("reden")
        if to is None or not reason or len(reason) > 500:  # noqa: PLR2004 - as the command has it
            wrong = (FieldError("naar" if to is None else "reden", "kies wie overneemt, en zeg waarom"),)
            return await _person(request, visit, person_id, errors=wrong)
        await handover.hand_over(visit.work, person_id, HandOver(person_id=to, reason=reason))
    return back(f"/mensen/{person_id}", "overgedragen")


async def leave(request: Request) -> Response:
    """Somebody left: what is open goes to a colleague, or waits for that in sight."""
    person_id = request.path_params["person_id"]
    async with visiting(request) as visit:
        await _sure_of(visit, person_id)
        at_once = visit.field("later") == "ja"
        try:
            command = Leave(to=visit.id_in_form("naar"), reason=visit.field("reden"), at_once=at_once)
            if visit.field("zeker") != "ja":
                raise InvalidFields([FieldError("zeker", "bevestig dat deze persoon hier niet meer werkt")])  # noqa: TRY301 - said at the field, like the others
            await leaving.leave(visit.work, person_id, command)
        except InvalidFields as wrong:
            return await _person(request, visit, person_id, errors=wrong.errors)
        except ValidationError as wrong:
            return await _person(request, visit, person_id, errors=_errors(wrong))
    return back(f"/mensen/{person_id}", "vertrokken")


async def settle(request: Request) -> Response:
    """Confirm what another proposed, or refuse it."""
    change_id = request.path_params["change_id"]
    async with visiting(request) as visit:
        _must_be_sure(visit)
        if visit.field("doe") == "bevestig":
            await designating.confirm(visit.work, change_id)
            said_ = "aangewezen"
        else:
            await designating.decline(visit.work, change_id)
            said_ = "afgewezen"
    return back("/mensen", said_)


async def show_organisations(request: Request) -> Response:
    """The organisations of the house, and adding one."""
    async with visiting(request) as visit:
        designating.must_keep_people(visit.work)
        return await _organisations(request, visit, {})


async def _organisations(
    request: Request, visit: Visit, filled: Mapping[str, Any], errors: tuple[FieldError, ...] = ()
) -> Response:  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return page(
        request, visit, "organisaties.html", status=status, organisaties=await lookup.organisations(visit.work),
        soorten=KINDS, ingevuld=filled, labels=LABELS, fouten={one.field: one.message for one in errors},
    )  # fmt: skip


async def add_organisation(request: Request) -> Response:
    """An organisation that takes part from now."""
    async with visiting(request) as visit:
        _must_be_sure(visit)
        given = {"name": visit.field("naam"), "kind": visit.field("soort"), "task": visit.field("taak")}
        try:
            await organisations.add(visit.work, AddOrganisation.model_validate(given))
        except InvalidFields as wrong:
            return await _organisations(request, visit, _filled(visit), wrong.errors)
        except ValidationError as wrong:
            return await _organisations(request, visit, _filled(visit), _errors(wrong))
    return back("/organisaties", "toegevoegd")


async def name_organisation(request: Request) -> Response:
    """Another name or task."""
    async with visiting(request) as visit:
        designating.must_keep_people(visit.work)
        about = await lookup.organisation(visit.work, request.path_params["organisation_id"])
        sessions.must_be_fresh(visit.work, sessions.KEEPS_HOUSE)
        await organisations.rename(visit.work, about.id, visit.field("naam"), visit.field("taak"))
    return back("/organisaties", "vastgelegd")


def _must_be_sure(visit: Visit) -> None:
    designating.must_keep_people(visit.work)
    sessions.must_be_fresh(visit.work, sessions.KEEPS_HOUSE)


async def _sure_of(visit: Visit, person_id: UUID) -> lookup.Listed:
    """Somebody about whom something far-reaching is done, by who proved who they are."""
    designating.must_keep_people(visit.work)
    found = await lookup.one(visit.work, person_id)
    sessions.must_be_fresh(visit.work, sessions.KEEPS_HOUSE)
    return found


def _proposal(visit: Visit, organisation_id: UUID | None, person_id: UUID | None = None) -> ProposeDesignation:
    given = {
        "organisation_id": organisation_id, "person_id": person_id, "name": visit.field("naam"),
        "email": visit.field("email"), "phone": visit.field("telefoon") or None,
        "roles": tuple(map(str, visit.form.getlist("rollen"))), "screened_until": visit.field("screening"),
        "trained_until": visit.field("training"), "reason": visit.field("reden"),
    }  # fmt: skip
    try:
        return ProposeDesignation.model_validate(given)
    except ValidationError as wrong:
        raise InvalidFields(_errors(wrong)) from None


def _errors(wrong: ValidationError) -> tuple[FieldError, ...]:
    """Every wrong field once, by its name in the form."""
    told: dict[str, str] = {}
    for one in wrong.errors():
        where, why = said({**one, "loc": ("body", *one["loc"])})
        told.setdefault(_FIELDS.get(str(one["loc"][0]), where), why)
    return tuple(FieldError(name, why) for name, why in told.items())


def _filled(visit: Visit) -> dict[str, Any]:
    return {name: visit.field(name) for name in LABELS} | {"rollen": list(map(str, visit.form.getlist("rollen")))}


def _as_is(person_: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of people
    until = {"screening": person_.screened_until, "training": person_.trained_until}
    return {
        "naam": person_.name, "email": person_.email, "telefoon": person_.phone or "", "rollen": list(person_.roles),
        **{name: one.isoformat() if one else "" for name, one in until.items()}, "reden": "",
    }  # fmt: skip


_WHO = "/mensen/{person_id:uuid}"
ROUTES = (
    Route("/mensen", overview),
    Route("/mensen", search, methods=["POST"]),
    Route("/mensen/nieuw", ask),
    Route("/mensen/nieuw", propose, methods=["POST"]),
    Route(_WHO, person),
    Route(f"{_WHO}/aanwijzing", change, methods=["POST"]),
    Route(f"{_WHO}/rollen", take_away, methods=["POST"]),
    Route(f"{_WHO}/afwezigheid", be_away, methods=["POST"]),
    Route(f"{_WHO}/overdracht", hand_over, methods=["POST"]),
    Route(f"{_WHO}/vertrek", leave, methods=["POST"]),
    Route("/mensen/voorstellen/{change_id:uuid}", settle, methods=["POST"]),
    Route("/organisaties", show_organisations),
    Route("/organisaties", add_organisation, methods=["POST"]),
    Route("/organisaties/{organisation_id:uuid}", name_organisation, methods=["POST"]),
)
