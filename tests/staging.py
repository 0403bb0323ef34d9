"""A stage: one house with a case in every phase, made once for the run and copied for each test that plays on it."""

from dataclasses import dataclass, replace
from uuid import UUID

from deployments import embedded
from deployments.embedded import EmbeddedServer
from models.tables.base import new_id
from models.words import Phase
from tests import factories
from tests.conftest import TEMPLATE, connected
from tests.factories import AHouse


@dataclass(frozen=True)
class Stage:
    """The database to copy, and who and what is in it."""

    name: str
    house: AHouse
    ready: dict[Phase, UUID]

    def set_up(self) -> AHouse:
        """The house as a test finds it, with a case of its own in every phase."""
        return replace(self.house, ready=dict(self.ready))


async def build(server: EmbeddedServer) -> Stage:
    """Make the house and bring one case to every phase, the usual way."""
    name = f"stage_{new_id().hex[-12:]}"
    await embedded.create_from_template(server, name, TEMPLATE)
    db = connected(server, name)
    house = await factories.a_house(db.owner)
    ready: dict[Phase, UUID] = {
        phase: (await factories.a_case(db.web, house, phase)).case_id for phase in Phase if phase is not Phase.ADVICE
    }
    await db.close()
    return Stage(name, house, ready)
