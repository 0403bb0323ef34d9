"""Prefect is healed from the case database: runs that no case needs are ended, those of resting cases left alone."""

from typing import Any

import httpx2
import pytest

from models.tables.base import new_id
from tests.acceptance import steps
from tests.acceptance.world import World

pytestmark = pytest.mark.acceptance


async def test_a_run_that_no_case_needs_is_cancelled_and_a_resting_case_is_left_alone(world: World) -> None:
    case_id = await steps.reported(world)
    run = (await world.rows("SELECT flow_run_id FROM engine_run WHERE case_id = :case", case=case_id))[0]
    assert world.stack.prefect is not None
    settings = world.stack.prefect.client_env()
    user, _, password = settings["PREFECT_API_AUTH_STRING"].partition(":")
    async with httpx2.AsyncClient(base_url=world.stack.prefect.api_url, auth=(user, password)) as prefect:
        resting = (await prefect.get(f"/flow_runs/{run.flow_run_id}")).json()
        orphan = await _orphan(prefect, resting, world.databases.name)

        for _ in range(300):
            if await _state(prefect, orphan) == "CANCELLED":
                break
            await world.rows("SELECT pg_sleep(0.1)")

        assert await _state(prefect, orphan) == "CANCELLED"
        assert await _state(prefect, str(run.flow_run_id)) == "PAUSED"


async def _orphan(prefect: httpx2.AsyncClient, like: dict[str, Any], database: str) -> str:
    """A resting run of this house's deployment, for a case that does not exist (any more)."""
    body = {
        "name": f"{new_id()}:1", "tags": [f"pols:{database}"], "parameters": {"case_id": str(new_id())},
        "state": {"type": "PAUSED", "name": "Suspended"},
    }  # fmt: skip
    answer = await prefect.post(f"/deployments/{like['deployment_id']}/create_flow_run", json=body)
    answer.raise_for_status()
    return str(answer.json()["id"])


async def _state(prefect: httpx2.AsyncClient, run_id: str) -> str:
    return str((await prefect.get(f"/flow_runs/{run_id}")).json()["state"]["type"])
