"""The shared screen of a meeting: who is there is marked, and it shows what all of them may see (decision 0027)."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.language import _
from api.workplace.pages import back, page
from api.workplace.visits import visiting
from models import visibility
from models.casebook import answers
from models.casebook import guests as casebook
from models.commands.guests import MarkPresent
from models.lookups import cases, guests, invitations, meetings, people
from models.lookups.paging import Page
from models.refusals import NotAllowed, NotFound
from models.tables.meetings import Meeting
from models.transactions import Work
from models.words import OrganisationKind

MOST = 100


async def show(request: Request) -> Response:
    """Show it; with the third parties in the room (`?deel=derden`) only what each of them was given."""
    async with visiting(request) as visit:
        work, with_guests = visit.work, request.query_params.get("deel") == "derden"
        meeting = await meetings.meeting(work, request.path_params["meeting_id"])
        case, facts = await cases.seen_process(work, meeting.case_id, "Dit overleg")
        if not visibility.reads_case(work.actor, facts):
            raise NotFound("Dit overleg")
        if not visibility.conducts(work.actor, facts.director_id):
            raise NotAllowed(_("Het gedeelde scherm toont wie het overleg leidt: de procesregisseur van deze casus."))
        room = await guests.room(work, meeting)
        answers.saw(work, "scherm", meeting.id, meeting.case_id)
        shown = []
        if room.organisations:
            found = await guests.on_screen(work, meeting, facts, room, Page(MOST), guests_part=with_guests)
            shown = found.rows
        return page(
            request, visit, "scherm.html", casus=case, overleg=meeting, getoond=shown, deel_derden=with_guests,
            genodigden=await _invited(work, meeting), derden=await guests.guests_of(work, meeting.id),
            loopt=invitations.is_on(meeting), namen=await people.organisation_names(work), kamer=room,
        )  # fmt: skip


async def _invited(work: Work, meeting: Meeting) -> list[tuple[UUID, str, bool]]:
    asked = [one.organisation_id for one in await meetings.invitees(work, [meeting.id]) if one.present]
    there = await people.organisations(
        work, {one.organisation_id for one in await meetings.invitees(work, [meeting.id])}
    )
    return sorted(
        ((one.id, one.name, one.id in asked) for one in there.values() if one.kind is not OrganisationKind.THIRD_PARTY),
        key=lambda one: one[1],
    )


async def mark(request: Request) -> Response:
    """Note who is there now."""
    async with visiting(request) as visit:
        meeting_id = request.path_params["meeting_id"]
        told = {"organisations": visit.form.getlist("organisatie"), "guests": visit.form.getlist("derde")}
        await casebook.mark_present(visit.work, meeting_id, MarkPresent.model_validate(told))
    return back(f"/overleggen/{meeting_id}/scherm", "aanwezig")


ROUTES = [
    Route("/overleggen/{meeting_id:uuid}/scherm", show),
    Route("/overleggen/{meeting_id:uuid}/aanwezigen", mark, methods=["POST"]),
]
