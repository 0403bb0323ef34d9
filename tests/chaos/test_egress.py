"""Nothing leaves: the whole stack works in a place without a network, and nobody in it even tried to reach another."""

import asyncio
import json
import os
import shutil
import sys

import pytest

from tests.architecture.source import ROOT
from tests.state import fresh_state

pytestmark = pytest.mark.chaos

#: as root a network of its own is enough; another becomes root within a user namespace first
UNSHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]


async def _run(*argv: str) -> tuple[int, str, str]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, stdout=pipe, stderr=pipe, cwd=ROOT)
    out, err = await asyncio.wait_for(process.communicate(), 240)
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_stack_works_without_a_network_and_nobody_tries_to_reach_one() -> None:
    if not shutil.which("unshare") or (await _run(*UNSHARE, "true"))[0]:
        pytest.skip("this kernel gives nobody a network of their own")
    with fresh_state() as state:
        code, printed, said = await _run(*UNSHARE, sys.executable, "-m", "tests.chaos.isolated", str(state))

    assert code == 0, said[-2_000:]
    found = json.loads(printed.splitlines()[-1])
    assert found["mails"] > 0, "no mail was sent: this would prove nothing"
    assert found["seen when tried"] >= 2, "the kernel does not count what has no road: this would prove nothing"
    assert found["interfaces"] == ["lo"]
    assert found["tried"] == 0
    assert found["prefect in the api"] is False
    assert found["addresses on command lines"] == 0
