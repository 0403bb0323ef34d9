"""One Prefect server per run; each acceptance file gets a world of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deployments import embedded
from deployments.embedded import EmbeddedServer
from deployments.prefect_server import PrefectServer
from models.tables.base import new_id
from tests.acceptance.world import World
from tests.conftest import TEMPLATE, connected


@pytest.fixture(scope="module")
async def world(server: EmbeddedServer, prefect: PrefectServer, state: Path) -> AsyncIterator[World]:
    """A house that really runs, with a case database, a web application, a worker and a mail catcher of its own."""
    name = f"w_{new_id().hex[-12:]}"
    await embedded.create_from_template(server, name, TEMPLATE)
    databases = connected(server, name)
    made = await World.begin(databases, prefect, state / name)
    yield made
    await made.end()
    await databases.close()
    await embedded.drop_database(server, name)
