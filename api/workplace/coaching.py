"""The page of a coach: the goals of a trajectory, and the journal that nobody else reads."""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models import rights
from models.casebook import answers
from models.casebook import coaching as casebook
from models.commands.coaching import NoteContact
from models.lookups import cases, coaching, people
from models.lookups.paging import Page
from models.refusals import FieldError, InvalidFields
from models.rights import Right
from models.words import ContactKind

MOST = 100


async def trajectory(request: Request) -> Response:
    """Show the trajectories of a case; the journal to who coaches."""
    async with visiting(request) as visit:
        work, case_id = visit.work, request.path_params["case_id"]
        found = await coaching.trajectories(work, case_id)
        case, facts = await cases.seen(work, case_id)
        reads = rights.has(Right.JOURNAL, visit.actor, facts)
        contacts = (await coaching.contacts(work, case_id, Page(MOST))).rows if reads else []
        names, _organisations = await people.names(work)
        answers.saw(work, "contactmomenten" if reads else "trajecten", case_id, case_id)
        return page(
            request, visit, "traject.html", case=case, trajecten=found, doelen=await coaching.goals(work, case_id),
            namen=names, betrokkene=await coaching.coached(work, case_id), contacten=contacts, leest=reads,
            SOORTEN=tuple(ContactKind),
        )  # fmt: skip


async def note(request: Request) -> Response:
    """Write a contact down."""
    async with visiting(request) as visit:
        case_id = request.path_params["case_id"]
        await casebook.note_contact(visit.work, case_id, _contact(visit))
    return back(f"/casussen/{case_id}/traject", "contact")


def _contact(visit: Visit) -> NoteContact:
    try:
        return NoteContact.model_validate(
            {"on_day": visit.field("datum"), "kind": visit.field("soort"), "report": visit.field("verslag")}
        )
    except ValidationError:
        raise InvalidFields([FieldError("verslag", "vul de datum, de soort en een kort verslag in")]) from None


ROUTES = [
    Route("/casussen/{case_id:uuid}/traject", trajectory),
    Route("/casussen/{case_id:uuid}/contactmomenten", note, methods=["POST"]),
]
