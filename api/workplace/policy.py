"""The policy of the house: reading it, changing a chapter, seeing first what that moves, and who changed what."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.paging import came_after, cursor
from api.workplace.pages import back, page
from api.workplace.policyforms import (
    Block,
    Difference,
    Names,
    Wire,
    at_inputs,
    blocks,
    chapters,
    differences,
    filled,
    read,
    understood,
    wire,
)
from api.workplace.policywords import ELSEWHERE, Chapter
from api.workplace.visits import Visit, visiting
from models.casebook import policies, sessions, setup
from models.lookups import cases, people, projected
from models.lookups import policies as lookup
from models.lookups.paging import Page, Paged
from models.lookups.policies import Version
from models.policy import Policy
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible, NotSignedIn, Outdated
from models.words import OrganisationKind, Role

HERE = "/beleid"
A_PAGE = 20
#: so many moved dates are shown before a policy is set; the others are counted
SHOWN = 25
LONGEST_REASON = 500
LARGEST_FILE = 500_000
_CHANGED = "Het beleid is intussen door een ander gewijzigd. Open de pagina opnieuw en pas uw wijziging daarop toe."


def must_read(visit: Visit) -> None:
    """The policy is read by who works for the house. Raises NotAllowed."""
    if visit.actor.organisation_kind is not OrganisationKind.HOUSE:
        raise NotAllowed("Het beleid lezen hier alleen mensen van het huis.")


def must_change(visit: Visit) -> None:
    """Who changes it proved who they are a while ago. Raises NotAllowed or ConfirmFirst."""
    must_read(visit)
    if not visit.actor.has(Role.MANAGER, Role.ADMINISTRATOR):
        raise NotAllowed("Het beleid stelt de manager of de functioneel beheerder vast.")
    sessions.must_be_fresh(visit.work, sessions.KEEPS_HOUSE)


async def _now(visit: Visit) -> tuple[int, Policy]:
    if visit.actor.house_id is None:
        raise NotSignedIn
    return await cases.house_policy(visit.work, visit.actor.house_id)


async def _names(visit: Visit) -> Names:
    """The participants, which a policy can name."""
    found = await people.participants(visit.work, public_only=False)
    names = await people.organisation_names(visit.work)
    return {one: names[one] for one in found}


async def show(request: Request) -> Response:
    """The policy as it is, by chapter, and what was changed last."""
    async with visiting(request) as visit:
        must_read(visit)
        version, policy = await _now(visit)
        names, values = await _names(visit), wire(policy)
        found = [(chapter, blocks(chapter, values, names)) for chapter in chapters()]
        return page(
            request, visit, "beleid.html", hoofdstukken=found, versie=version, elders=ELSEWHERE,
            laatst=await _history(visit, names, Page(3)), mag=visit.sets_policy,
        )  # fmt: skip


async def history(request: Request) -> Response:
    """Every version: who set it, when, why, and what it changed."""
    async with visiting(request) as visit:
        must_read(visit)
        found = await _history(visit, await _names(visit), Page(A_PAGE, came_after(request.query_params.get("na", ""))))
        further = f"{HERE}/geschiedenis?na={quote(cursor(found.following))}" if found.following else ""
        return page(request, visit, "beleid_geschiedenis.html", gevonden=found, verder=further)


async def _history(visit: Visit, names: Names, wanted: Page) -> Paged[tuple[Version, list[Difference]]]:
    if visit.actor.house_id is None:
        raise NotSignedIn
    found = await lookup.versions(visit.work, visit.actor.house_id, wanted)
    rows = [(one, differences(wire(one.before), wire(one.policy), names)) for one in found.rows]
    return Paged(rows, found.following)


def _edit(chapter: Chapter) -> Callable[[Request], Awaitable[Response]]:
    async def ask(request: Request) -> Response:
        """A chapter to change."""
        async with visiting(request) as visit:
            must_change(visit)
            version, policy = await _now(visit)
            found = blocks(chapter, wire(policy), await _names(visit))
            return _form(request, visit, chapter, found, version)

    return ask


def _form(
    request: Request, visit: Visit, chapter: Chapter, found: Sequence[Block], version: int, *,
    errors: Sequence[FieldError] = (),
) -> Response:  # fmt: skip
    told = at_inputs(found, errors)
    labels = {one.name: one.label for block in found for one in block.inputs}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return page(
        request, visit, "beleid_hoofdstuk.html", status=status, hoofdstuk=chapter, blokken=found, versie=version,
        fouten=told, labels=labels,
    )  # fmt: skip


def _change(chapter: Chapter) -> Callable[[Request], Awaitable[Response]]:
    async def look(request: Request) -> Response:
        """What is filled in of a chapter: wrong, with what is wrong; or right, with what it would do."""
        async with visiting(request) as visit:
            must_change(visit)
            version, policy = await _now(visit)
            names, values = await _names(visit), wire(policy)
            if visit.field("versie") != str(version):
                raise Outdated(_CHANGED)
            try:
                wanted = understood(read(chapter, visit.field, values, names))
                setup.must_be_sound(wanted)
                return await _tried(request, visit, wanted, f"{HERE}/{chapter.slug}")
            except InvalidFields as wrong:
                form = filled(blocks(chapter, values, names), visit.field)
                return _form(request, visit, chapter, form, version, errors=wrong.errors)

    return look


async def _tried(request: Request, visit: Visit, wanted: Policy, address: str) -> Response:
    """What saving this would do; nothing is changed."""
    version, policy = await _now(visit)
    assert visit.actor.house_id is not None  # noqa: S101 - there is a policy
    changes = differences(wire(policy), wire(wanted), await _names(visit))
    if not changes:
        raise NotPossible("Er is niets anders dan het was.")
    trial = await projected.trial(visit.work, visit.actor.house_id, wanted, Page(SHOWN))
    return page(
        request, visit, "beleid_proef.html", wijzigingen=changes, proef=trial, versie=version, terug=address,
        voorstel=json.dumps(wire(wanted), ensure_ascii=False), langste=LONGEST_REASON,
    )  # fmt: skip


async def settle(request: Request) -> Response:
    """Set what was looked at, with a reason: only when nobody else changed anything since."""
    async with visiting(request) as visit:
        must_change(visit)
        version, _policy = await _now(visit)
        if visit.field("versie") != str(version):
            raise Outdated(_CHANGED)
        reason = visit.field("reden")
        if not reason or len(reason) > LONGEST_REASON:
            raise InvalidFields([FieldError("reden", f"zeg in ten hoogste {LONGEST_REASON} tekens waarom")])
        wanted = understood(_json(visit.field("voorstel")))
        assert visit.actor.house_id is not None  # noqa: S101 - there is a policy
        await policies.set_policy(visit.work, visit.actor.house_id, version + 1, wanted, reason)
    return back(HERE, "beleid_vastgesteld")


async def export(request: Request) -> Response:
    """The policy as a file, to keep or to bring to another house."""
    async with visiting(request) as visit:
        must_read(visit)
        version, policy = await _now(visit)
        day: date = visit.work.now.date()
    text = json.dumps(wire(policy), ensure_ascii=False, indent=2) + "\n"
    name = f"beleid-versie-{version}-{day:%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/json", headers=headers)


async def bring_in(request: Request) -> Response:
    """A policy from a file: looked at like any other change."""
    async with visiting(request) as visit:
        must_change(visit)
        wanted = understood(_json(await _text(visit)))
        setup.must_be_sound(wanted)
        return await _tried(request, visit, wanted, HERE)


async def _text(visit: Visit) -> str:
    sent = visit.form.get("bestand")
    if not isinstance(sent, UploadFile):
        raise InvalidFields([FieldError("bestand", "kies een bestand met beleid (JSON)")])
    raw = await sent.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise InvalidFields([FieldError("bestand", "is te groot voor een beleid")])
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InvalidFields([FieldError("bestand", "is geen tekst")]) from None


def _json(sent: str) -> Wire:
    try:
        found = json.loads(sent)
    except (ValueError, RecursionError):
        raise InvalidFields([FieldError("bestand", "is geen geldige JSON")]) from None
    if not isinstance(found, dict):
        raise InvalidFields([FieldError("bestand", "is een JSON-object met de velden van het beleid")])
    return found


ROUTES = (
    Route(HERE, show),
    Route(f"{HERE}/geschiedenis", history),
    Route(f"{HERE}/beleid.json", export),
    Route(f"{HERE}/vaststellen", settle, methods=["POST"]),
    Route(f"{HERE}/invoeren", bring_in, methods=["POST"]),
    *(Route(f"{HERE}/{one.slug}", _edit(one)) for one in chapters()),
    *(Route(f"{HERE}/{one.slug}", _change(one), methods=["POST"]) for one in chapters()),
)
