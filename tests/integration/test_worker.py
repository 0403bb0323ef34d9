"""The loops of a worker, when what they stand on goes away for a moment."""

import asyncio
import contextlib
import logging
from typing import Any
from uuid import UUID, uuid4

from deployments.conductor import Outcome
from deployments.settings import Settings
from deployments.worker import Worker
from models import transactions
from models.transactions import Database
from models.words import Phase
from tests.conftest import Databases
from tests.factories import a_case, a_house


class DatabaseGoesAway:
    """An engine during whose first slice the database of the worker goes away; later slices do all they find."""

    def __init__(self, nowhere: Database) -> None:
        self.nowhere = nowhere
        self.conducted: list[UUID] = []
        self.again = asyncio.Event()

    async def create_run(self, _case_id: UUID, _epoch: int) -> UUID:
        return uuid4()

    async def run(self, _flow: Any, flow_run_id: UUID) -> Outcome:
        self.conducted.append(flow_run_id)
        if len(self.conducted) == 1:
            transactions.use(self.nowhere)
        else:
            self.again.set()
        return Outcome.RESTED

    async def run_plain(self, _flow: Any, **_parameters: object) -> None:
        """Nothing is due in this test."""


class Heard(logging.Handler):
    """Sets an event when the worker says this in its log."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words, self.event = words, asyncio.Event()
        logging.getLogger("pols.worker").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if self.words in record.getMessage():
            self.event.set()


async def test_a_worker_whose_database_goes_away_during_a_slice_conducts_again_when_it_is_back(
    own_db: Databases,
) -> None:
    house = await a_house(own_db.owner)
    await a_case(own_db.web, house, Phase.SCREENING)
    nowhere = Database(own_db.server.url("pols_engine", "nowhere"))
    engine = DatabaseGoesAway(nowhere)
    url = own_db.server.url("pols_engine", own_db.name)
    settings = Settings(production=False, database_engine_url=url, lease_seconds=1, tick_seconds=0.2, mail_port=9)

    not_given_back = Heard("not let go")
    transactions.use(own_db.engine)
    working = asyncio.create_task(Worker(settings, engine).run())  # type: ignore[arg-type]
    try:
        await asyncio.wait_for(not_given_back.event.wait(), 20)
        transactions.use(own_db.engine)
        await asyncio.wait_for(engine.again.wait(), 20)
        assert not working.done()
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError, BaseExceptionGroup):
            await working
        logging.getLogger("pols.worker").removeHandler(not_given_back)
        transactions.use(None)
        await nowhere.close()
