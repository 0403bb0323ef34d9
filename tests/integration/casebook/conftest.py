"""Every test here has a database of its own, copied from a stage on which cases stand ready in every phase."""

from collections.abc import AsyncIterator

import pytest

from deployments.embedded import EmbeddedServer
from tests import staging
from tests.conftest import Databases, Roving
from tests.factories import AHouse
from tests.staging import Stage


@pytest.fixture(scope="session")
async def stage(server: EmbeddedServer) -> Stage:
    """The stage of this run; its database goes with the server."""
    return await staging.build(server)


@pytest.fixture
async def db(stage: Stage, roving: Roving) -> AsyncIterator[Databases]:
    """A copy of the stage: its clock may be moved and everything in it counted."""
    async with roving.copy_of(stage.name) as copy:
        yield copy


@pytest.fixture
def house(stage: Stage) -> AHouse:
    """The house on the stage."""
    return stage.set_up()
