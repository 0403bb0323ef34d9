"""What the tests of the interface share."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.conftest import Databases
from tests.doors import Door, own_client
from tests.factories import AHouse, a_house


@pytest.fixture(scope="session")
async def client(db: Databases) -> AsyncIterator[httpx2.AsyncClient]:
    """The interface on the database that tests share."""
    async with own_client(db) as made:
        yield made


@pytest.fixture
def door(client: httpx2.AsyncClient, house: AHouse) -> Door:
    """The interface, for the people of a house of this test."""
    return Door(client, house)


@pytest.fixture
async def roving_door(own_db: Databases) -> AsyncIterator[Door]:
    """The interface on a database of this test alone."""
    async with own_client(own_db) as made:
        yield Door(made, await a_house(own_db.owner))
