"""The conductor on a real engine: a run rests, wakes, survives its executor, and tells Prefect nothing about people."""

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from prefect import flow, states, task
from prefect.cache_policies import NO_CACHE
from prefect.context import refresh_global_settings_context
from prefect.events.worker import EventsWorker

from deployments.conductor import AnyFlow, Conductor, EngineUnreachable, Outcome, RunEnded, RunMissing
from deployments.embedded import EmbeddedServer, prepare
from deployments.prefect_server import PrefectServer, free_port
from flows.rest import rest
from tasks.boundary import StepFailed, guarded
from tests.state import fresh_state

QUICK = {"PREFECT_CLIENT_MAX_RETRIES": "0", "PREFECT_LOGGING_LEVEL": "WARNING"}
CANARY = "CANARY 999990007"
ROOT = Path(__file__).parents[2]

DIE_IN_THE_MIDDLE = """
import asyncio, os, signal, sys
from uuid import UUID
from prefect import flow
from deployments.conductor import Conductor

@flow(name="case")
async def dying(case_id: UUID) -> None:
    os.kill(os.getpid(), signal.SIGKILL)

async def main() -> None:
    async with Conductor() as conductor:
        await conductor.run(dying, UUID(sys.argv[1]))

asyncio.run(main())
"""


class Story:
    """What the flows of this file did, and what they do on the way."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.key = "once"


STORY = Story()


@task(cache_policy=NO_CACHE, persist_result=False, retries=0)
@guarded
async def step(case_id: UUID, name: str) -> None:
    assert isinstance(case_id, UUID)
    STORY.steps.append(name)


@task(cache_policy=NO_CACHE, persist_result=False, retries=0)
@guarded
async def indiscreet_step(case_id: UUID) -> None:
    raise ValueError(f"{CANARY} {case_id}")


@flow(name="case", retries=0)
async def resting(case_id: UUID) -> None:
    assert isinstance(case_id, UUID)
    await step(case_id, "ask")
    if STORY.meanwhile is not None:
        await STORY.meanwhile()
    await rest(f"rest:{secrets.token_hex(4)}")


@flow(name="case", retries=0)
async def resting_on_a_used_key(case_id: UUID) -> None:
    await step(case_id, "ask")
    await rest(STORY.key)


@flow(name="case", retries=0)
async def ending(case_id: UUID) -> None:
    await step(case_id, "close")


@flow(name="case", retries=0)
async def indiscreet(case_id: UUID) -> None:
    raise ValueError(f"{CANARY} {case_id}")


@flow(name="case", retries=0)
async def indiscreet_in_a_step(case_id: UUID) -> None:
    await indiscreet_step(case_id)


@flow(name="follow up", retries=0)
async def small(count: int) -> None:
    STORY.steps.extend(["small"] * count)


@flow(name="follow up", retries=0)
async def small_with_a_step() -> None:
    await step(uuid4(), "remind")


@flow(name="follow up", retries=0)
async def small_and_broken() -> None:
    raise ValueError(CANARY)


@pytest.fixture(autouse=True)
def story() -> Story:
    STORY.__init__()  # type: ignore[misc]
    return STORY


@pytest.fixture(scope="module")
async def postgres() -> AsyncIterator[EmbeddedServer]:
    with fresh_state() as state:
        server = EmbeddedServer.start(state, durable=False)
        await prepare(server)
        yield server
        server.stop()


@pytest.fixture(scope="module")
async def engine(postgres: EmbeddedServer) -> AsyncIterator[PrefectServer]:
    home = postgres.data.parent.parent / "prefect"
    engine = await PrefectServer.start(database_url=postgres.url("pols_prefect", "pols_prefect"), home=home)
    yield engine
    await engine.stop()


@contextlib.contextmanager
def known_to_prefect(environment: dict[str, str]) -> Iterator[None]:
    """Prefect reads its settings once; let it read them again."""
    with pytest.MonkeyPatch.context() as changed:
        for name, value in environment.items():
            changed.setenv(name, value)
        refresh_global_settings_context()
        yield
    refresh_global_settings_context()


@pytest.fixture(scope="module")
def at_the_engine(engine: PrefectServer) -> Iterator[PrefectServer]:
    with known_to_prefect(engine.client_env() | QUICK):
        yield engine


@pytest.fixture
async def conductor(at_the_engine: PrefectServer) -> AsyncIterator[Conductor]:
    assert at_the_engine.pid
    async with Conductor() as conductor:
        yield conductor


@pytest.fixture
async def run_id(conductor: Conductor) -> UUID:
    return await conductor.create_run(uuid4(), 1)


async def state_of(conductor: Conductor, run_id: UUID) -> str:
    state = (await conductor.client.read_flow_run(run_id)).state
    assert state is not None
    return str(state.name)


async def test_a_case_rests_is_woken_and_ends(conductor: Conductor, run_id: UUID, story: Story) -> None:
    assert await conductor.run(resting, run_id) is Outcome.RESTED
    assert await state_of(conductor, run_id) == "Suspended"
    assert await conductor.run(resting, run_id) is Outcome.RESTED
    assert await conductor.run(ending, run_id) is Outcome.FINISHED

    assert story.steps == ["ask", "ask", "close"]
    assert await state_of(conductor, run_id) == "Completed"


async def test_a_case_and_epoch_have_one_run(conductor: Conductor) -> None:
    case_id = uuid4()
    first = await conductor.create_run(case_id, 1)

    assert await conductor.create_run(case_id, 1) == first
    assert await conductor.create_run(case_id, 2) != first


async def test_a_completed_run_asks_for_a_new_epoch(conductor: Conductor, run_id: UUID) -> None:
    await conductor.run(ending, run_id)

    with pytest.raises(RunEnded):
        await conductor.run(ending, run_id)


async def test_a_run_that_the_engine_lost_asks_for_a_new_epoch(conductor: Conductor, run_id: UUID) -> None:
    await conductor.client.delete_flow_run(run_id)

    with pytest.raises(RunMissing):
        await conductor.run(resting, run_id)
    with pytest.raises(RunMissing):
        await conductor.repair(run_id)


async def test_a_deployment_that_the_engine_lost_is_made_again(conductor: Conductor) -> None:
    lost = await conductor.ensure_deployment()
    await conductor.client.delete_deployment(lost)

    made_anew = await conductor.create_run(uuid4(), 1)

    assert await conductor.run(resting, made_anew) is Outcome.RESTED
    assert await conductor.ensure_deployment() != lost


@pytest.mark.parametrize("state", ["Failed", "Crashed", "Cancelled", "Cancelling", "Scheduled", "Pending", "Running"])
async def test_a_slice_starts_from_whatever_state_the_run_is_in(conductor: Conductor, run_id: UUID, state: str) -> None:
    await conductor.run(resting, run_id)
    await conductor.client.set_flow_run_state(run_id, getattr(states, state)(), force=True)

    assert await conductor.run(resting, run_id) is Outcome.RESTED
    assert await state_of(conductor, run_id) == "Suspended"


async def test_a_slice_goes_on_after_its_process_was_killed(
    conductor: Conductor, run_id: UUID, engine: PrefectServer
) -> None:
    environment = os.environ | engine.client_env() | {"PYTHONPATH": str(ROOT)}
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIE_IN_THE_MIDDLE, str(run_id), env=environment, cwd=ROOT
    )
    assert await dying.wait() == -signal.SIGKILL
    assert await state_of(conductor, run_id) == "Running"

    assert await conductor.run(resting, run_id) is Outcome.RESTED


async def test_a_straggler_that_rests_after_the_new_executor_is_superseded(
    conductor: Conductor, run_id: UUID, story: Story
) -> None:
    assert await overtaken(conductor, run_id, story, conductor.run(resting, run_id)) is Outcome.SUPERSEDED
    assert await state_of(conductor, run_id) == "Suspended"


async def test_a_straggler_does_not_mark_a_completed_run_as_failed(
    conductor: Conductor, run_id: UUID, story: Story
) -> None:
    assert await overtaken(conductor, run_id, story, conductor.run(ending, run_id)) is Outcome.SUPERSEDED
    assert await state_of(conductor, run_id) == "Completed"


async def test_a_straggler_leaves_a_repaired_run_alone(conductor: Conductor, run_id: UUID, story: Story) -> None:
    assert await overtaken(conductor, run_id, story, conductor.repair(run_id)) is Outcome.SUPERSEDED
    assert await state_of(conductor, run_id) == "Scheduled"


async def overtaken(conductor: Conductor, run_id: UUID, story: Story, by: Awaitable[object]) -> Outcome:
    """Start a slice, let something else happen to its run in the middle, and let it go on."""

    async def something_else() -> None:
        story.meanwhile = None
        await by

    story.meanwhile = something_else
    return await conductor.run(resting, run_id)


async def test_a_cancelled_slice_leaves_its_run_to_the_next_executor(
    conductor: Conductor, run_id: UUID, story: Story
) -> None:
    begun = asyncio.Event()

    async def stay() -> None:
        story.meanwhile = None
        begun.set()
        await asyncio.Event().wait()

    story.meanwhile = stay
    slice_ = asyncio.create_task(conductor.run(resting, run_id))
    await begun.wait()
    slice_.cancel()

    with pytest.raises(asyncio.CancelledError):
        await slice_
    assert await state_of(conductor, run_id) == "Running"
    assert await conductor.run(resting, run_id) is Outcome.RESTED


async def test_a_signal_to_end_reaches_the_worker_and_not_the_slice(
    conductor: Conductor, run_id: UUID, story: Story
) -> None:
    asked_to_end = asyncio.Event()

    async def terminate() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asked_to_end.wait()

    story.meanwhile = terminate
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, asked_to_end.set)
    try:
        assert await conductor.run(resting, run_id) is Outcome.RESTED
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def test_a_rest_on_a_used_key_is_a_defect_and_not_an_endless_loop(conductor: Conductor, run_id: UUID) -> None:
    assert await conductor.run(resting_on_a_used_key, run_id) is Outcome.RESTED
    assert await conductor.run(resting_on_a_used_key, run_id) is Outcome.FAILED


async def test_repair_schedules_a_run_that_looks_busy(conductor: Conductor, run_id: UUID) -> None:
    await conductor.repair(run_id)

    assert await state_of(conductor, run_id) == "Scheduled"


async def test_repair_leaves_a_resting_run_alone(conductor: Conductor, run_id: UUID) -> None:
    await conductor.run(resting, run_id)

    await conductor.repair(run_id)

    assert await state_of(conductor, run_id) == "Suspended"


async def test_cancel_ends_a_resting_run_and_leaves_an_ended_one_alone(conductor: Conductor, run_id: UUID) -> None:
    await conductor.run(resting, run_id)
    await conductor.cancel(run_id)
    assert await state_of(conductor, run_id) == "Cancelled"

    await conductor.run(ending, run_id)
    await conductor.cancel(run_id)
    assert await state_of(conductor, run_id) == "Completed"


async def test_slices_side_by_side_share_one_pool_of_connections(
    conductor: Conductor, postgres: EmbeddedServer, story: Story
) -> None:
    runs = [await conductor.create_run(uuid4(), 1) for _ in range(8)]
    url = postgres.url("pols_prefect", "pols_prefect").replace("+asyncpg", "")
    async with asyncpg.create_pool(url, min_size=1, max_size=3) as pool:
        story.meanwhile = lambda: pool.fetchval("SELECT pg_sleep(0.05)")

        outcomes = await asyncio.gather(*(conductor.run(resting, run_id) for run_id in runs))

    assert set(outcomes) == {Outcome.RESTED}


@pytest.mark.parametrize("broken", [indiscreet, indiscreet_in_a_step])
async def test_what_a_defect_says_reaches_neither_prefect_nor_a_log(
    conductor: Conductor,
    run_id: UUID,
    told: Callable[[], str],
    kept: Callable[[], Awaitable[list[str]]],
    broken: AnyFlow,
) -> None:
    assert await conductor.run(broken, run_id) is Outcome.FAILED
    await handed_over()

    state = (await conductor.client.read_flow_run(run_id)).state
    log = told()
    assert state is not None
    assert state.message == "ValueError"
    assert "code=ValueError" in log
    assert CANARY not in log
    assert await kept() == []


async def handed_over() -> None:
    """Wait until Prefect's client has handed its events over to the server."""
    drained = EventsWorker.drain_all()
    assert isinstance(drained, Coroutine)
    await drained


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that was logged or printed."""
    return lambda: "".join([*capfd.readouterr(), caplog.text])


@pytest.fixture
def kept(postgres: EmbeddedServer, engine: PrefectServer) -> Callable[[], Awaitable[list[str]]]:
    """Every table and file of Prefect that holds the canary."""

    async def places() -> list[str]:
        files = [path for path in engine.home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
        return [*map(str, files), *await tables_that_hold(CANARY, postgres)]

    return places


async def tables_that_hold(text: str, postgres: EmbeddedServer) -> list[str]:
    database = await postgres.connect("pols_prefect", "pols_prefect")
    try:
        tables = await database.fetch("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        assert tables, "no tables found: this test would guard nothing"
        search = "SELECT EXISTS (SELECT FROM {} AS line WHERE strpos(line::text, $1) > 0)"
        return [name for (name,) in tables if await database.fetchval(search.format(name), text)]
    finally:
        await database.close()


async def test_a_rest_is_not_told_as_an_error(
    conductor: Conductor, run_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    await conductor.run(resting, run_id)

    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_small_flow_runs_recorded(conductor: Conductor, story: Story) -> None:
    await conductor.run_plain(small, count=2)

    recorded = await conductor.client.read_flow_runs()
    assert story.steps == ["small", "small"]
    assert "Completed" in {run.state_name for run in recorded if run.parameters == {"count": 2}}


async def test_a_small_flow_that_breaks_says_so_without_words(conductor: Conductor) -> None:
    with pytest.raises(StepFailed, match=r"^ValueError$"):
        await conductor.run_plain(small_and_broken)


async def test_the_conductor_says_whether_the_engine_is_there(conductor: Conductor) -> None:
    assert await conductor.healthy()


@pytest.fixture
async def alone(engine: PrefectServer) -> AsyncIterator[Conductor]:
    """A conductor without an engine: nothing listens where it looks."""
    nowhere = {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
    with known_to_prefect(engine.client_env() | QUICK | nowhere):
        async with Conductor(record_tasks=False) as conductor:
            yield conductor


async def test_without_an_engine_every_question_is_refused_within_five_seconds(alone: Conductor) -> None:
    async with asyncio.timeout(5):
        answers = await asyncio.gather(
            alone.create_run(uuid4(), 1),
            alone.ensure_deployment(),
            alone.repair(uuid4()),
            alone.cancel(uuid4()),
            return_exceptions=True,
        )
        assert await alone.run(resting, uuid4()) is Outcome.UNREACHABLE
    assert {type(answer) for answer in answers} == {EngineUnreachable}
    assert not await alone.healthy()


async def test_without_an_engine_a_small_flow_runs_once_unrecorded_and_it_is_told_once(
    alone: Conductor, story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    await alone.run_plain(small, count=1)
    await alone.run_plain(small, count=1)

    assert story.steps == ["small", "small"]
    assert len([line for line in caplog.messages if "unrecorded" in line]) == 1


async def test_without_an_engine_the_steps_of_a_small_flow_run_too(alone: Conductor, story: Story) -> None:
    await alone.run_plain(small_with_a_step)

    assert story.steps == ["remind"]
