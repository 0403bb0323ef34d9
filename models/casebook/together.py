"""Acting on many cases at once: they are locked in one statement, in one order, and read in a fixed number of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models import clocks
from models.casebook import asking, duties
from models.casebook.duties import Because, Wanted
from models.casebook.frame import Frame
from models.lookups import together as lookup
from models.refusals import NotFound
from models.tables.duties import Duty
from models.tables.meetings import Meeting
from models.transactions import Work
from models.words import DutyKind, Phase, TermChange

#: what waits for the date of a meeting
WAITS = frozenset({DutyKind.SET_MEETING, DutyKind.HOLD_MEETING})
Frames = Mapping[UUID, Frame]


async def open_frames(work: Work, case_ids: Collection[UUID]) -> Frames:
    """Lock these cases and gather what a verb needs of each. Raises NotFound when one of them is not there.

    Only for the house itself: nobody keeps seeing through this what they lose by the act (`cases.case_for_update`).
    """
    opened = await lookup.cases_for_update(work, case_ids)
    if len(opened) != len(set(case_ids)):
        raise NotFound("Een van de genoemde casussen")
    duties_, standings, holds = await lookup.around(work, list(opened))
    return {
        case_id: Frame(
            work, one.case, one.house_organisation_id, one.policy, one.visit, _duties=duties_.get(case_id, []),
            _standings=standings.get(case_id, []), _holds=holds,
        )
        for case_id, one in opened.items()
    }  # fmt: skip


@dataclass(slots=True)
class Clocks:
    """Duties of many cases that get another moment or end, with all their ladders taken down in two statements."""

    work: Work
    _moved: list[tuple[Frame, Duty, datetime, str]] = field(default_factory=list)
    _ended: list[Duty] = field(default_factory=list)
    _opened: list[tuple[Frame, Wanted]] = field(default_factory=list)

    def move(self, frame: Frame, duty: Duty, at: datetime, said: str) -> None:
        """This duty is due at that moment."""
        self._moved.append((frame, duty, at, said))

    def end(self, frame: Frame, found: Iterable[Duty], *, answered: bool, ended_as: str) -> None:
        """These end."""
        listed = list(found)
        duties.mark_ended(frame, listed, answered=answered, ended_as=ended_as)
        self._ended += listed

    def open(self, frame: Frame, wanted: Wanted) -> None:
        """This is owed from now."""
        self._opened.append((frame, wanted))

    async def set(self) -> None:
        """Let it all count."""
        await duties.disarm(self.work, [duty.id for _, duty, _, _ in self._moved])
        if self._ended:
            await duties.disarm(self.work, [duty.id for duty in self._ended], ended=True)
        for frame, duty, at, said in self._moved:
            duties.retime(frame, duty, clocks.fixed(at))
            await duties.rearm(frame, [duty], Because(TermChange.MOVED, said))
        for frame, wanted in self._opened:
            duties.open_duties(frame, [wanted])


async def point_at(clocks_: Clocks, frame: Frame, meeting: Meeting) -> None:
    """What waits for a meeting of a case now waits for this one; information is due before it."""
    open_ = await frame.still_open(WAITS)
    to_set = [one for one in open_ if one.kind is DutyKind.SET_MEETING]
    to_hold = [one for one in open_ if one.kind is DutyKind.HOLD_MEETING]
    clocks_.end(frame, to_set, answered=True, ended_as="gedaan")
    for duty in to_hold:
        duty.about_id = meeting.id
        clocks_.move(frame, duty, meeting.starts_at, "datum van het overleg")
    if not to_hold:
        clocks_.open(frame, Wanted(DutyKind.HOLD_MEETING, about_id=meeting.id, fixed_at=meeting.starts_at))
    for duty, due in await asking.following(frame, meeting.starts_at):
        clocks_.move(frame, duty, due, "datum van het overleg")


async def point_nowhere(clocks_: Clocks, frame: Frame) -> None:
    """The meeting is off. Where the case cannot go on without one, it is to be set again and stays due when it was."""
    to_hold = await frame.still_open({DutyKind.HOLD_MEETING})
    if frame.case.phase in {Phase.REGIE, Phase.FOCUSOVERLEG}:
        for duty in to_hold:
            duty.about_id = None
        clocks_.open(frame, Wanted(DutyKind.SET_MEETING))
    else:
        clocks_.end(frame, to_hold, answered=False, ended_as="afgelast")
    for duty, due in await asking.following(frame, None):
        clocks_.move(frame, duty, due, "het overleg is afgelast")
