"""Pulling plugs: Prefect's database, PostgreSQL, the mail relay; two workers at once. Nothing lost, nothing twice."""

import pytest

from deployments import embedded
from deployments.prefect_server import PrefectServer
from deployments.stack import ENGINE_DATABASE
from models.words import DecisionKind, Phase
from tests import factories
from tests.chaos.conftest import Broken

pytestmark = pytest.mark.chaos


async def test_with_prefects_database_dropped_every_case_goes_on_and_nothing_is_repeated(broken: Broken) -> None:
    broken.begin()
    worker = await broken.worker()
    story = await factories.a_case(broken.web, broken.house, Phase.SCREENING)
    await broken.at_rest()
    assert broken.stack.prefect is not None

    port = broken.stack.prefect.port
    await broken.stack.prefect.kill()
    await broken.stack.prefect.stop()
    await embedded.drop_database(broken.stack.server, ENGINE_DATABASE)
    await story.decide("om", DecisionKind.REJECT)  # the doors serve without the engine
    await embedded.prepare(broken.stack.server)
    await broken.stack.start_engine(port)
    await broken.at_rest(within=120)

    epochs = await broken.rows("SELECT epoch FROM engine_run WHERE case_id = :c ORDER BY 1", c=story.case_id)
    assert [one.epoch for one in epochs] == [1, 2]
    await broken.nothing_twice()
    await worker.stop()


async def test_a_restart_of_postgresql_in_the_middle_of_work_loses_nothing(broken: Broken) -> None:
    broken.begin()
    worker = await broken.worker()
    stories = [await factories.a_case(broken.web, broken.house, Phase.REGIE) for _ in range(4)]

    await broken.until("EXISTS (SELECT FROM lease WHERE expires_at > clock_timestamp())")
    broken.stack.server.restart("immediate")  # from this thread: what it starts dies with the thread
    await broken.databases.shift(180)
    await broken.at_rest(within=120)

    for story in stories:
        owed = await broken.rows("SELECT 1 FROM journal_entry WHERE case_id = :c AND done_at IS NULL", c=story.case_id)
        assert owed == []
    await broken.nothing_twice(kills=8)  # at most what was being sent at that instant
    await worker.stop()


async def test_a_relay_that_refuses_for_a_while_delays_mail_and_loses_none(broken: Broken) -> None:
    assert broken.stack.mail is not None
    broken.begin()
    worker = await broken.worker()
    broken.stack.mail.refuse("451 4.7.1 try again later")
    story = await factories.a_case(broken.web, broken.house, Phase.SCREENING)
    await broken.until("EXISTS (SELECT FROM outbox WHERE tries > 0 AND sent_at IS NULL AND code IS NOT NULL)")
    waiting = len(await broken.rows("SELECT 1 FROM outbox WHERE :c = ANY (case_ids)", c=story.case_id))

    broken.stack.mail.accept()
    await broken.databases.shift(400)
    await broken.at_rest()

    sent = await broken.rows("SELECT tries FROM outbox WHERE :c = ANY (case_ids)", c=story.case_id)
    assert len(sent) >= waiting > 0
    assert any(one.tries > 1 for one in sent)
    await broken.nothing_twice()
    await worker.stop()


async def test_two_workers_at_once_share_the_work_and_do_each_piece_once(broken: Broken) -> None:
    broken.begin()
    first, second = await broken.worker(), await broken.worker()
    stories = [await factories.a_case(broken.web, broken.house, Phase.REGIE) for _ in range(8)]

    await broken.at_rest(within=120)

    for story in stories:
        runs = await broken.rows("SELECT epoch FROM engine_run WHERE case_id = :c", c=story.case_id)
        assert len(runs) == 1
    await broken.nothing_twice()
    await first.stop()
    await second.stop()


async def test_a_worker_whose_engine_is_gone_still_reminds_and_sends_mail(broken: Broken) -> None:
    assert isinstance(broken.stack.prefect, PrefectServer)
    assert broken.stack.mail is not None
    broken.begin()
    worker = await broken.worker()
    story = await factories.a_case(broken.web, broken.house, Phase.SCREENING)
    await broken.at_rest()
    await broken.stack.prefect.kill()
    before = len(broken.stack.mail.messages)

    await broken.days_later(6)
    await broken.until("EXISTS (SELECT FROM rung WHERE fired_at IS NOT NULL AND case_id = :c)", c=story.case_id)
    await broken.until("NOT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)")

    assert len(broken.stack.mail.messages) > before
    await broken.stack.prefect.revive()
    await worker.stop()
