"""De uitkomst van een overleg, in de vorm die de sector voor zulke berichten ontwierp."""

from fastapi import APIRouter, Request

from api.once import Once
from api.signin import CaseReader
from api.v1.outcome_schema import Outcome, UitkomstOverlegBericht
from api.wire import BASE, SHOWS, Id
from models import visibility
from models.casebook import answers
from models.lookups import cases, decisions, meetings, minutes, people, referrals, whereabouts
from models.refusals import NotFound, NotPossible
from models.rights import CaseFacts
from models.tables.cases import Case
from models.tables.meetings import Meeting
from models.transactions import Work
from models.words import CommitmentState

router = APIRouter(tags=["overleggen"], route_class=Once)


@router.get("/overleggen/{id}/uitkomst", summary="De uitkomst van een overleg als sectorbericht", openapi_extra=SHOWS)
async def read_outcome(meeting_id: Id, request: Request, work: CaseReader) -> UitkomstOverlegBericht:
    meeting = await meetings.meeting(work, meeting_id)
    case, facts = await cases.seen_process(work, meeting.case_id, "Dit overleg")
    if not visibility.reads_case(work.actor, facts):
        raise NotFound("Dit overleg")
    if meeting.held_at is None:
        raise NotPossible("Dit overleg is nog niet gehouden, of niet vastgelegd; er is nog geen uitkomst.")
    answers.saw(work, "overleg", meeting.id, case.id)
    found = await _outcome(work, case, facts, meeting)
    return found.told(f"{request.url.scheme}://{request.url.netloc}{BASE}")


async def _outcome(work: Work, case: Case, facts: CaseFacts, meeting: Meeting) -> Outcome:
    _version, policy = await cases.house_policy(work, case.house_id)
    around = await referrals.subjects_around(work, case)
    names = await people.organisation_names(work)
    texts = minutes.composed(await minutes.all_of(work, meeting, facts), names)
    return Outcome(
        case, meeting, meeting.lasts or policy.meeting_minutes, texts,
        [
            one for one in await meetings.commitments_of(work, case.id, facts)
            if one.meeting_id == meeting.id and one.state is not CommitmentState.DROPPED
        ],
        [one.decision for one in await decisions.taken(work, case.id, facts) if one.decision.meeting_id == meeting.id],
        {one.id: one for one in around}, next((one.id for one in around if one.case_id == case.id), None),
        await whereabouts.of(work, around), names,
    )  # fmt: skip
