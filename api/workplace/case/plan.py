"""Forms of the plan: goals and where they stand, commitments, what they wait for, how they go, and what conflicts."""

from functools import partial
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.case.forms import filled, ids, send
from api.workplace.case.page import shown
from api.workplace.visits import Visit
from models.casebook import conflicts, goals, plans, progress
from models.commands.meetings import (
    JudgeGoal,
    MakeCommitment,
    MarkConflict,
    ReportProgress,
    SetGoal,
    SettleCondition,
)
from models.lookups import meetings
from models.refusals import FieldError, InvalidFields

_GOAL = {"subject_id": "betrokkene", "life_domain": "leefgebied", "body": "tekst", "due_on": "termijn"}
_STATE = {"state": "status", "reason": "toelichting"}
_PLEDGE = {
    "organisation_id": "organisatie", "domain": "domein", "body": "tekst", "due_on": "uiterlijk",
    "replaces_id": "vervangt", "goal_id": "doel", "intervention": "interventie", "subject_id": "betrokkene",
    "statutory_task": "wettelijkeTaak", "starts_on": "begintOp", "condition": "voorwaarde",
    "informed": "informering",
}  # fmt: skip
_MANY = {"needs": "wachtOp", "excluded": "nietVoor", "only_for": "alleenVoor"}


async def set_goal(request: Request) -> Response:
    """Write a goal down."""
    case_id: UUID = request.path_params["case_id"]

    async def act(visit: Visit) -> UUID:
        await goals.set_goal(visit.work, case_id, filled(SetGoal, _GOAL, **_fields(visit, _GOAL)))
        return case_id

    return await send(request, "doel", "doel", act, shown)


async def judge_goal(request: Request) -> Response:
    """Say where a goal stands."""
    goal_id: UUID = request.path_params["goal_id"]

    async def act(visit: Visit) -> UUID:
        return (
            await goals.judge_goal(visit.work, goal_id, filled(JudgeGoal, _STATE, **_fields(visit, _STATE)))
        ).case_id

    return await send(request, f"doelstand-{goal_id}", "doelstand", act, shown)


async def pledge(request: Request) -> Response:
    """Add a commitment to the plan; its owner is asked to accept it."""
    case_id: UUID = request.path_params["case_id"]

    async def act(visit: Visit) -> UUID:
        many = {name: ids(visit, field) for name, field in _MANY.items()}
        command = filled(MakeCommitment, _PLEDGE | _MANY, **_fields(visit, _PLEDGE), **many)
        await plans.add_commitments(visit.work, case_id, (command,))
        return case_id

    return await send(request, "afspraak", "afspraak", act, shown)


async def settle(request: Request) -> Response:
    """Say whether the condition of a commitment came true."""
    commitment_id: UUID = request.path_params["commitment_id"]

    async def act(visit: Visit) -> UUID:
        came = visit.field("ingetreden")
        if came not in {"ja", "nee"}:
            raise InvalidFields([FieldError("ingetreden", "kies ja of nee")])
        await plans.settle_condition(visit.work, commitment_id, SettleCondition(came=came == "ja"))
        return await _case_of(visit, commitment_id)

    return await send(request, f"voorwaarde-{commitment_id}", "voorwaarde", act, shown)


async def report(request: Request) -> Response:
    """Say how a commitment goes."""
    commitment_id: UUID = request.path_params["commitment_id"]
    wire = {"state": "stand", "note": "toelichting"}

    async def act(visit: Visit) -> UUID:
        made = await progress.report(visit.work, commitment_id, filled(ReportProgress, wire, **_fields(visit, wire)))
        return made.case_id

    return await send(request, f"voortgang-{commitment_id}", "voortgang", act, shown)


async def mark(request: Request) -> Response:
    """Say with which commitment of a linked case this one does not go together."""
    commitment_id: UUID = request.path_params["commitment_id"]
    wire = {"other_id": "afspraak", "note": "toelichting"}

    async def act(visit: Visit) -> UUID:
        made = await conflicts.mark(visit.work, commitment_id, filled(MarkConflict, wire, **_fields(visit, wire)))
        return made.case_id

    return await send(request, f"conflict-{commitment_id}", "conflict", act, shown)


async def _case_of(visit: Visit, commitment_id: UUID) -> UUID:
    return (await meetings.commitment(visit.work, commitment_id)).case_id


def _fields(visit: Visit, wire: dict[str, str]) -> dict[str, Any]:
    return {name: visit.field(field) for name, field in wire.items()}


_post = partial(Route, methods=["POST"])
ROUTES = (
    _post("/casussen/{case_id:uuid}/doelen", set_goal),
    _post("/doelen/{goal_id:uuid}/standen", judge_goal),
    _post("/casussen/{case_id:uuid}/afspraken", pledge),
    _post("/afspraken/{commitment_id:uuid}/voorwaarde", settle),
    _post("/afspraken/{commitment_id:uuid}/voortgang", report),
    _post("/afspraken/{commitment_id:uuid}/conflicten", mark),
)
