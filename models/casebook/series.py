"""Meetings that come back: set up by the house, and cases put on one of their days."""

from datetime import date, datetime
from uuid import UUID

from models import series
from models.actors import PLANS_MEETINGS
from models.casebook.frame import Frame, audit
from models.commands.meetings import Convene, Repeat
from models.lookups import meetings, people
from models.refusals import FieldError, InvalidFields, NotAllowed
from models.tables.base import new_id
from models.tables.meetings import MeetingSeries
from models.transactions import Work


async def repeat(work: Work, command: Repeat) -> MeetingSeries:
    """Set up a meeting that comes back. Raises NotAllowed, InvalidFields."""
    _must_plan(work)
    house_id = work.actor.house_id
    if house_id is None or work.actor.person_id is None:
        raise NotAllowed("Dit doet een medewerker van het huis.")
    if command.at.tzinfo is not None:
        raise InvalidFields([FieldError("tijd", "is de plaatselijke tijd, zonder tijdzone")])
    if command.ends_on is not None and command.ends_on < command.starts_on:
        raise InvalidFields([FieldError("tot", "ligt voor de eerste dag")])
    if command.chair_id is not None:
        await people.person(work, command.chair_id)
    made = MeetingSeries(
        id=new_id(), house_id=house_id, made_at=work.now, made_by=work.actor.person_id, **command.model_dump()
    )
    work.session.add(made)
    audit(work, "overlegreeks ingesteld", "overlegreeks", made.id)
    return made


async def end(work: Work, series_id: UUID, last_day: date) -> None:
    """No more meetings of this series after a day; what is planned stays planned. Raises NotFound, InvalidFields."""
    _must_plan(work)
    found = await meetings.one_series(work, series_id)
    if last_day < found.starts_on:
        raise InvalidFields([FieldError("tot", "ligt voor de eerste dag")])
    found.ends_on = last_day
    audit(work, "overlegreeks beëindigd", "overlegreeks", found.id)


async def moment(frame: Frame, command: Convene) -> datetime:
    """When the meeting of this command begins. Raises NotFound, InvalidFields."""
    if command.series_id is None:
        if command.starts_at is None or command.series_on is not None:
            raise InvalidFields([FieldError("begintOp", "noem een tijdstip, of een reeks en een dag daarvan")])
        return command.starts_at
    if command.series_on is None or command.starts_at is not None:
        raise InvalidFields([FieldError("reeksDatum", "noem bij een reeks de dag, en geen ander tijdstip")])
    rhythm = meetings.rhythm(await meetings.one_series(frame.work, command.series_id))
    if not series.is_on(rhythm, frame.policy.calendar(), command.series_on):
        raise InvalidFields([FieldError("reeksDatum", "op die dag is er geen overleg van deze reeks")])
    return series.begins(rhythm, command.series_on)


def _must_plan(work: Work) -> None:
    if not work.actor.is_staff or not work.actor.has(*PLANS_MEETINGS):
        raise NotAllowed("Een overlegreeks stelt een procesregisseur, een triagist of de manager in.")
