"""The interface against its own document: whatever is sent, it answers as the document says, and never with a 500.

Schemathesis draws the requests from the document, with every value that a field can and cannot have. They are the same
in every run.
"""

import asyncio
from typing import Any

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.generation.case import Case
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi import checks

from api.app import create_v1
from api.openapi import document
from tests.integration.test_api_rights import Scene, allowed
from tests.integration.test_api_rights import scene as scene  # noqa: PLC0414 - a fixture is found by its name here

EXAMPLES = 5
BASE = "https://pols.example/v1"
#: whose fields are drawn by chance only: `test_no_odd_value_is_more_than_a_refusal` already gives each an odd value
LARGE = (
    "POST /aanmeldingen", "PUT /aanmeldingen/{id}", "PUT /huizen/{id}/beleid", "POST /meldingen",
    "POST /huizen/{id}/beleid/proef",
    "POST /casussen/{id}/besluiten", "POST /overleggen/{id}/uitkomsten", "POST /casussen/{id}/informatie",
)  # fmt: skip
OPEN = {"POST /hulpvragen"}

EVERYTHING = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)  # fmt: skip

#: left out: that what fits the document is accepted (rules between fields and the state of a case refuse as well), and
#: that a token matters: that is tried below, and by `test_nobody_comes_in_without_a_valid_token` for every route
NOT_ASKED = [checks.positive_data_acceptance, checks.ignored_auth]

_config = schemathesis.Config.from_dict({
    "seed": 1, "generation": {"deterministic": True, "with-security-parameters": False},
    "operations": [{"include-name": list(LARGE), "phases": {"coverage": {"enabled": False}}}],
})  # fmt: skip
_schema = schemathesis.openapi.from_dict(document(create_v1()), config=_config)


@pytest.fixture(scope="module")
async def loop() -> asyncio.AbstractEventLoop:
    """The loop of the connections to the database; it stands still while a test draws."""
    return asyncio.get_running_loop()


def _prepared(case: Case[Any]) -> requests.PreparedRequest:
    return requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()


async def _sent(scene: Scene, request: requests.PreparedRequest, token: str | None) -> httpx2.Response:
    headers = {name: str(value) for name, value in request.headers.items()}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body: Any = request.body
    return await scene.door.client.request(str(request.method), str(request.url), headers=headers, content=body)


def _real(case: Case[Any], scene: Scene, operation: str) -> None:
    """Half of the requests go to what there is: a case, a task, a referral."""
    there = scene.path(operation).split("?")[0].strip("/").split("/")
    for place, part in enumerate(operation.split()[1].strip("/").split("/")):
        if part.startswith("{") and case.path_parameters:
            case.path_parameters[part[1:-1]] = there[place]


def _is_problem(answer: httpx2.Response) -> bool:
    if answer.headers["content-type"] != "application/problem+json":
        return False
    problem = answer.json()
    return {"status", "title", "detail"} <= problem.keys() and bool(problem["status"] == answer.status_code)


@_schema.parametrize()
@EVERYTHING
def test_every_answer_is_one_that_the_document_promises(
    case: Case[Any], scene: Scene, loop: asyncio.AbstractEventLoop
) -> None:
    operation = f"{case.operation.method.upper()} {case.operation.path}"
    who = allowed(operation)
    assert case.meta is not None
    fits = case.meta.generation.mode.is_positive
    if fits:
        _real(case, scene, operation)
    request = _prepared(case)

    answer = loop.run_until_complete(_sent(scene, request, scene.door.house.tokens[who]))

    case.validate_response(answer, excluded_checks=NOT_ASKED)
    nowhere = "\n" in answer.url.path or not answer.url.path.startswith("/v1/")  # no mount matches a line break
    assert nowhere or answer.headers["api-version"] == "1.0.0"
    assert answer.status_code < 400 or _is_problem(answer)
    if fits and case.meta.phase.name is TestPhase.FUZZING and operation not in OPEN:
        refused = loop.run_until_complete(_sent(scene, request, None))
        assert refused.status_code == 401
        assert _is_problem(refused)
