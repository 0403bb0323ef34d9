"""The worker of a running stack seals and anchors the log, and what it wrote is checked from outside."""

import pytest

from deployments import anchors, oversight
from models.words import Phase
from tests import factories
from tests.chaos.conftest import Broken

pytestmark = pytest.mark.chaos

WAITS = "NOT EXISTS (SELECT FROM audit_unsealed)"


async def test_the_worker_anchors_what_it_sealed_and_the_log_holds_beside_it(broken: Broken) -> None:
    stack, chain = broken.stack, str(broken.house.id)
    folder = stack.state / "ankers" / stack.database
    worker = await broken.worker()
    for count in (1, 2):
        await factories.a_case(broken.web, broken.house, Phase.SCREENING)
        await broken.at_rest()
        await broken.until(WAITS)
        await broken.databases.shift(3600)  # wakes who looks at the hour
        for _ in range(300):
            if len(list(folder.glob(f"{chain}-*.json"))) >= count:
                break
            await broken.rows("SELECT pg_sleep(0.1)")
    await worker.stop()
    await broken.until("true")
    (stack.state / "public.pem").write_bytes(anchors.public_key(stack.state / "anker.pem"))

    url = stack.server.url("pols_engine", stack.database)
    proof = oversight.Proof(folder, stack.state / "public.pem")
    found = (await oversight.check_log(url, chain, proof))[chain]

    assert found.found is None
    assert found.anchors >= 2
    assert found.lines > 5
