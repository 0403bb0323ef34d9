"""Filling in a report, step by step: what is typed is kept at every step, and handed in at the end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.downloads import download
from api.workplace import report_form as form
from api.workplace import report_rows as rows
from api.workplace import report_words as words
from api.workplace.language import _
from api.workplace.pages import back, page
from api.workplace.report_desk import Desk, Mode, desk, must_change, own
from api.workplace.report_form import Sheet, Step
from api.workplace.visits import Visit, visiting
from models import attachments, items
from models.casebook import answers, attached
from models.casebook import referrals as casebook
from models.commands.referrals import DescribeReferral
from models.lookups import referrals as lookup
from models.refusals import FieldError, InvalidFields, NotFound, Outdated
from models.words import Role

#: the kinds of rows of which a step begins with an empty one
_BEGUN = frozenset({"personen", "problemen", "incidenten", "partners"})
_NOTHING = DescribeReferral()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a step was not kept: at which fields, or because it changed meanwhile."""

    errors: tuple[FieldError, ...] = ()
    outdated: bool = False

    @property
    def status(self) -> int:
        """As it is told to the browser."""
        return HTTPStatus.CONFLICT if self.outdated else HTTPStatus.UNPROCESSABLE_ENTITY


async def fill_in(request: Request) -> Response:
    """A step of the form, as it is kept."""
    async with visiting(request) as visit:
        found = await desk(visit, request.path_params["referral_id"])
        must_change(found)
        step = form.step_of(request.query_params.get("stap", ""))
        sheet = _with_empty_rows(form.shown(found.content, step), request.query_params.get("erbij", ""))
        return _shown(request, visit, found, step, sheet=sheet)


def _with_empty_rows(sheet: Sheet, wanted: str) -> Sheet:
    """An empty row where there is none yet, or one more where it was asked."""
    more: Sheet = {
        kind: [*listed, rows.empty(kind)] for kind, listed in sheet.items()
        if kind in rows.COLUMNS and (kind == wanted or (not listed and kind in _BEGUN))
    }  # fmt: skip
    return sheet | more


def _shown(
    request: Request, visit: Visit, found: Desk, step: Step, *, sheet: Sheet, trouble: Trouble | None = None
) -> Response:
    errors = trouble.errors if trouble else ()
    facts: dict[str, Any] = {
        "desk": found, "inhoud": found.content, "step": step, "blad": sheet, "trouble": trouble,
        "fouten": {one.field: one.message for one in reversed(errors)}, "errors": errors,
        "gelezen": form.read_mark(found.content, step), "titles": words.titles(), "label": words.label_of,
        "steps": _steps(found), "missing": _at_fields(found.missing), "step_with": form.step_with,
        "others": [one for one in found.participants if one[0] != visit.actor.organisation_id],
        "domains": _choices(found.policy.life_domains, [one["leefgebied"] for one in sheet.get("problemen", ())]),
        "sensitive": items.sensitive(form.free_texts(found.content), found.policy.sensitive_terms),
        "most": attachments.MOST, "WOORDEN": words,
    }  # fmt: skip
    status = trouble.status if trouble else HTTPStatus.OK
    return page(request, visit, "aanmelding_invullen.html", status=status, **facts)


def _choices(offered: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """What can be chosen, and what was chosen when there was another list."""
    return list(dict.fromkeys([*offered, *(one for one in chosen if one)]))


def _steps(found: Desk) -> list[tuple[Step, str]]:
    """Each step, and how it stands: something is missing on it, it is done, or it may stay empty."""
    lacking = {form.step_with(one.field) for one in found.missing}
    return [(one, "mist" if one in lacking else _stands(found, one)) for one in Step]


def _stands(found: Desk, step: Step) -> str:
    if step is Step.CHECK:
        return ""
    filled = bool(found.files) if step is Step.FILES else form.shown(found.content, step) != form.shown(_NOTHING, step)
    return "klaar" if filled else "leeg"


def _at_fields(errors: Sequence[FieldError]) -> list[FieldError]:
    return [form.at_field(one) for one in errors]


# Keeping a step


async def keep(request: Request) -> Response:
    """Keep a step and go where was asked; what cannot be kept is shown again as it was typed."""
    try:
        async with visiting(request) as visit:
            return await _kept(visit, request.path_params["referral_id"])
    except InvalidFields as refusal:
        trouble = Trouble(tuple(_at_fields(refusal.errors)))
    except Outdated:
        trouble = Trouble(outdated=True)
    async with visiting(request) as visit:
        found = await desk(visit, request.path_params["referral_id"])
        must_change(found)
        step = form.step_of(visit.field("stap"))
        return _shown(request, visit, found, step, sheet=_sheet(visit, step), trouble=trouble)


async def _kept(visit: Visit, referral_id: UUID) -> Response:
    found = await desk(visit, referral_id)
    must_change(found)
    step = form.step_of(visit.field("stap"))
    if form.FIELDS[step]:
        if visit.field("gelezen") != form.read_mark(found.content, step):
            raise Outdated(_("Deze stap is intussen gewijzigd."))
        made, errors = form.told(_sheet(visit, step), step, found.content)
        if errors:
            raise InvalidFields(errors)
        if made != found.content:
            await casebook.describe(visit.work, referral_id, made, seen=found.referral.version)
    return RedirectResponse(_next(found, step, visit.field("doe")), status_code=HTTPStatus.SEE_OTHER)


def _sheet(visit: Visit, step: Step) -> Sheet:
    """What was typed, without the row that was taken away."""
    sheet, away = form.typed(visit.form, step), re.fullmatch(r"weg-(\w+)-(\d{1,3})", visit.field("doe"))
    return form.without(sheet, away[1], int(away[2])) if away else sheet


def _next(found: Desk, step: Step, wanted: str) -> str:
    """Where to go after a step was kept."""
    action, _dash, what = wanted.partition("-")
    address = f"/aanmeldingen/{found.referral.id}"
    if action == "stop":
        return "/aanmeldingen?gezegd=concept" if found.mode is Mode.DRAFT else f"{address}?gezegd=concept"
    if action == "naar":
        return f"{address}/invullen?stap={form.step_of(what)}"
    if action == "erbij" and what in rows.COLUMNS:
        return f"{address}/invullen?stap={step}&erbij={what}#{what}-nieuw"
    if action == "weg":
        return f"{address}/invullen?stap={step}#{step}"
    return f"{address}/invullen?stap={form.after(step)}"


async def submit(request: Request) -> Response:
    """Hand the report in, or the supplement that was asked; what is missing is shown at once."""
    try:
        async with visiting(request) as visit:
            referral, case = await own(visit, request.path_params["referral_id"])
            await casebook.submit(visit.work, referral.id)
            said = "aangevuld" if case else "ingediend"
        return back(f"/aanmeldingen/{referral.id}", said)
    except InvalidFields as refusal:
        trouble = Trouble(tuple(_at_fields(refusal.errors)))
    async with visiting(request) as visit:
        found = await desk(visit, request.path_params["referral_id"])
        return _shown(request, visit, found, Step.CHECK, sheet={}, trouble=trouble)


# Files


async def attach(request: Request) -> Response:
    """Keep a file with the report."""
    try:
        return await _attached(request)
    finally:
        await request.close()  # what came in lies in a file of its own


async def _attached(request: Request) -> Response:
    referral_id = request.path_params["referral_id"]
    try:
        async with visiting(request) as visit:
            await own(visit, referral_id)
            name, content = await _file(visit)
            await attached.attach(visit.work, referral_id, name, content, request.app.state.scan)
        return _to_files(referral_id, "bijlage_erbij")
    except InvalidFields as refusal:
        trouble = Trouble(tuple(FieldError("bestand", one.message) for one in refusal.errors))
    async with visiting(request) as visit:
        found = await desk(visit, referral_id)
        must_change(found)
        return _shown(request, visit, found, Step.FILES, sheet={}, trouble=trouble)


async def _file(visit: Visit) -> tuple[str, bytes]:
    """The file of the form. Raises InvalidFields when none was chosen."""
    sent = visit.form.get("bestand")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise InvalidFields([FieldError("bestand", _("kies eerst een bestand"))])
    return sent.filename, await sent.read()


def _to_files(referral_id: UUID, said: str) -> Response:
    address = f"/aanmeldingen/{referral_id}/invullen?stap={Step.FILES}&gezegd={said}"
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


async def remove_file(request: Request) -> Response:
    """Take a file away from a draft."""
    async with visiting(request) as visit:
        found = await lookup.attachment(visit.work, request.path_params["attachment_id"])
        await own(visit, found.referral_id)
        await attached.remove(visit.work, found.id)
    return _to_files(found.referral_id, "bijlage_weg")


async def give_file(request: Request) -> Response:
    """A file with a report, to who may read the report; that they did is logged."""
    async with visiting(request) as visit:
        if not (visit.actor.is_participant or visit.actor.is_staff or visit.actor.has(Role.PRIVACY_OFFICER)):
            raise NotFound("Deze bijlage")
        found = await lookup.attachment(visit.work, request.path_params["attachment_id"], content=True)
        case = await lookup.case_of(visit.work, await lookup.referral(visit.work, found.referral_id))
        answers.saw(visit.work, "bijlage", found.id, case.id if case else None, referral_id=found.referral_id)
        return download(found)


ROUTES = [
    Route("/aanmeldingen/{referral_id:uuid}/invullen", fill_in),
    Route("/aanmeldingen/{referral_id:uuid}/invullen", keep, methods=["POST"]),
    Route("/aanmeldingen/{referral_id:uuid}/indienen", submit, methods=["POST"]),
    Route("/aanmeldingen/{referral_id:uuid}/bijlagen", attach, methods=["POST"]),
    Route("/bijlagen/{attachment_id:uuid}", give_file),
    Route("/bijlagen/{attachment_id:uuid}/verwijderen", remove_file, methods=["POST"]),
]
