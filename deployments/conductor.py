"""The conductor: the only place in the worker that talks to Prefect. It knows flows and ids, and nothing of the domain.

`Conductor.run` executes one slice of a case on Prefect's own flow engine in this process, over one warm client: no work
pool, no polling, no subprocess. Each habit of Prefect that is changed here says why beside the line.
"""

import asyncio
import contextlib
import copy
import logging
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx
import prefect
from prefect import Flow, flow_engine
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.filesystems import LocalFileSystem
from prefect.flow_engine import AsyncFlowRunEngine
from prefect.results import ResultStore
from prefect.states import Cancelled, Failed, Pending, Scheduled

from flows.rest import EngineGone, Superseded
from tasks.boundary import StepFailed

#: Permanent names: Prefect cancels a run whose deployment was renamed or deleted.
NAME = "case"
ENTRYPOINT = "flows.case.case"
HEALTH_SECONDS = 5.0

log = logging.getLogger("pols.conductor")

AnyFlow = Flow[..., Any]


class EngineUnreachable(Exception):
    """The engine gives no usable answer; whatever was asked for is asked again later."""


class RunMissing(Exception):
    """The engine does not know this run (its database was lost or cleaned): make one in a new epoch."""


class RunEnded(Exception):
    """This run is completed for good: an open case needs one in a new epoch."""


class Outcome(StrEnum):
    """How a slice ended."""

    RESTED = "rested"  #: suspended; the next wake starts it again
    FINISHED = "finished"  #: the flow came to its end
    SUPERSEDED = "superseded"  #: another executor had the last word on this run; nothing is marked as failed
    FAILED = "failed"  #: a defect; the run is marked failed with a code and goes on at the next wake
    UNREACHABLE = "unreachable"  #: the engine gave no answer; what was done is done, the next wake goes on


class Conductor:
    """Runs flows on Prefect's engine in this process. Make one per event loop and share it between tasks."""

    def __init__(self, *, record_tasks: bool = True, mark: str = "pols") -> None:
        """Without recorded tasks three in a slice cost the server nothing; recorded, each costs it 45 ms of work.

        `mark` tags the runs of one case database, so that reconciling never touches those of another.
        """
        self._record_tasks = record_tasks
        self.mark = mark
        self._client: PrefectClient | None = None
        self._warm_async: AsyncClientContext | None = None
        self._warm_sync: SyncClientContext | None = None
        self._deployment: UUID | None = None
        self._told_unrecorded = False

    async def __aenter__(self) -> Self:
        keep_prefect_discreet()
        leave_signals_to_the_worker()
        EventsWorker.set_client_override(None if self._record_tasks else NullEventsClient)
        self._warm_async, self._warm_sync = AsyncClientContext(), SyncClientContext()
        self._client = await self._warm_async.client.__aenter__()
        # Before every slice the engine writes the retry policy of the run anew; ours never changes: a request less.
        self._client.update_flow_run = _as_it_is  # type: ignore[method-assign]
        return self

    async def __aexit__(self, *_reason: object) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.__aexit__(None, None, None)

    async def healthy(self) -> bool:
        """Say whether the engine answers and reaches its database."""
        with contextlib.suppress(EngineUnreachable, RunMissing, TimeoutError):
            async with asyncio.timeout(HEALTH_SECONDS):
                with _told_plainly():
                    answer = await self.client.request("GET", "/ready")
                return answer.is_success
        return False

    async def ensure_deployment(self) -> UUID:
        """Make the one flow and deployment known; without a deployment Prefect lets no run rest. Safe to repeat."""
        if self._deployment is None:
            with _told_plainly():
                flow_id = await self.client.create_flow_from_name(NAME)
                self._deployment = await self.client.create_deployment(
                    flow_id, NAME, entrypoint=ENTRYPOINT, enforce_parameter_schema=False
                )
        return self._deployment

    async def create_run(self, case_id: UUID, epoch: int) -> UUID:
        """Make the run of this case and epoch, or find it. It starts pending and in no queue: nobody picks it up."""
        try:
            return await self._create_run(case_id, epoch)
        except RunMissing:  # it is the deployment that is missing
            self._deployment = None
            return await self._create_run(case_id, epoch)

    async def _create_run(self, case_id: UUID, epoch: int) -> UUID:
        deployment = await self.ensure_deployment()
        with _told_plainly():
            run = await self.client.create_flow_run_from_deployment(
                deployment,
                parameters={"case_id": str(case_id)},
                state=Pending(),
                name=f"{case_id}:{epoch}",
                idempotency_key=f"{case_id}:{epoch}",
                tags=[self.mark],
            )
        return run.id

    async def run(self, flow: AnyFlow, flow_run_id: UUID) -> Outcome:
        """Execute one slice, from whatever state the run is in; hold the lease of the case meanwhile.

        Cancelling leaves the run as it is (running): the next executor goes on from there.
        """
        try:
            run = await self._run_that_can_start(flow_run_id)
            # Without deployment id, since with it Prefect starts a watcher thread and a WebSocket per slice.
            bare = run.model_copy(update={"deployment_id": None})
            await self._conduct(_Slice(flow=_lean(flow), parameters=run.parameters, flow_run=bare))
        except Pause:
            return Outcome.RESTED
        except (EngineGone, EngineUnreachable):
            return Outcome.UNREACHABLE
        except Abort:
            return Outcome.SUPERSEDED
        except StepFailed as failure:
            log.error("slice failed: run=%s code=%s", flow_run_id, failure.code)  # noqa: TRY400  no traceback: it has words
            return Outcome.FAILED
        return Outcome.FINISHED

    async def run_plain(self, flow: AnyFlow, **parameters: object) -> None:
        """Run a small flow to its end: recorded when the engine is there, unrecorded when it is not.

        Never twice: an engine that goes away after the start of the body costs only the record. A failing body raises
        `StepFailed`.
        """
        small = _Slice(flow=_lean(flow), parameters=parameters)
        try:
            await self._conduct(small)
        except EngineUnreachable:
            if not small.began:
                with self._warm():  # with a client in place a task needs no answer from the engine
                    await small.call_body()
            self._tell_unrecorded(flow)
        else:
            self._told_unrecorded = False

    async def repair(self, flow_run_id: UUID) -> None:
        """Take a run that looks busy from an executor that is gone; never by way of crashed, which erases its keys."""
        run = await self._read(flow_run_id)
        if run.state_type in {StateType.RUNNING, StateType.PENDING}:
            await self._move(flow_run_id, Scheduled())

    async def cancel(self, flow_run_id: UUID) -> None:
        """End a run that no longer has a case to conduct; ended runs stay as they are."""
        run = await self._read(flow_run_id)
        if run.state is None or not run.state.is_final():
            await self._move(flow_run_id, Cancelled())

    @property
    def client(self) -> PrefectClient:
        if self._client is None:
            raise RuntimeError("use the conductor as `async with Conductor() as conductor`")
        return self._client

    async def _run_that_can_start(self, flow_run_id: UUID) -> FlowRun:
        run = await self._read(flow_run_id)
        if run.state_type is StateType.COMPLETED:
            raise RunEnded(str(flow_run_id))
        if run.state_type is StateType.CANCELLING:  # by an operator; from there only cancelled leads on
            await self._move(flow_run_id, Cancelled())
        return run

    async def _read(self, flow_run_id: UUID) -> FlowRun:
        with _told_plainly():
            return await self.client.read_flow_run(flow_run_id)

    async def _move(self, flow_run_id: UUID, state: State[Any]) -> None:
        """Propose a state by the rules; a refusal means that the run has moved on by itself, which is as good."""
        with _told_plainly():
            await self.client.set_flow_run_state(flow_run_id, state)

    async def _conduct(self, slice_: "_Slice") -> None:
        already = _cancellings()
        with _told_plainly(), self._warm():
            async with slice_.start():
                while slice_.is_running():
                    async with slice_.run_context():
                        await slice_.call_flow_fn()
        if _cancellings() > already:  # Prefect swallows a cancel that arrives after the body is done
            raise asyncio.CancelledError
        slice_.raise_failure()

    @contextlib.contextmanager
    def _warm(self) -> Iterator[None]:
        """Let Prefect find our open clients instead of building new ones, two TLS contexts per slice."""
        first = AsyncClientContext.__var__.set(self._warm_async)  # type: ignore[arg-type]
        second = SyncClientContext.__var__.set(self._warm_sync)  # type: ignore[arg-type]
        try:
            yield
        finally:
            SyncClientContext.__var__.reset(second)
            AsyncClientContext.__var__.reset(first)

    def _tell_unrecorded(self, flow: AnyFlow) -> None:
        if not self._told_unrecorded:
            log.warning("engine unreachable: flow=%s runs unrecorded", flow.name)
            self._told_unrecorded = True


async def _as_it_is(*_args: object, **_facts: object) -> httpx.Response:
    return httpx.Response(httpx.codes.NO_CONTENT)


class _Slice(AsyncFlowRunEngine[..., Any]):
    """Prefect's engine for one slice, with four habits changed."""

    began = False

    @property
    def heartbeat_seconds(self) -> None:
        """No heartbeat: it is a thread and an event stream per slice, and the lease is ours."""

    async def call_body(self) -> None:
        """Call the flow function, so that neither its words on failing nor its result reach Prefect."""
        self.began = True
        try:
            await self.flow.fn(**(self.parameters or {}))
        except Exception as error:  # noqa: BLE001 - whatever it is, its words stay here
            failure = StepFailed.because_of(error)
        else:
            return
        raise failure

    async def call_flow_fn(self) -> Any:  # noqa: ANN401 - as the engine has it
        await self.call_body()
        await self.handle_success(None)

    async def handle_exception(
        self, exc: Exception, msg: str | None = None, result_store: ResultStore | None = None
    ) -> State[Any]:
        """Mark the run failed with a code: no text, and no pickle of the exception in the storage folder.

        Unless the run is no longer ours: Prefect would let a straggler mark even a completed run as failed.
        """
        _ = msg, result_store
        if not await self._still_running():
            raise Superseded("superseded") from None
        self._raised = StepFailed.because_of(exc)
        return await self.set_state(Failed(message=self._raised.code))

    async def handle_crash(self, exc: BaseException) -> None:
        """Leave the run as it is: marking it crashed would by force overwrite an executor that took over."""

    async def _still_running(self) -> bool:
        run = self.flow_run and await self.client.read_flow_run(self.flow_run.id)
        return run is not None and run.state_type is StateType.RUNNING

    def raise_failure(self) -> None:
        if isinstance(self._raised, StepFailed):
            raise self._raised
        if not self.state.is_completed():
            raise Abort("the engine answered with another state")


def _lean(flow: AnyFlow) -> AnyFlow:
    """Say where results would go, so that Prefect does not ask its server, blocking the loop. None is ever written."""
    lean = copy.copy(flow)
    lean.persist_result = False
    lean.result_storage = LocalFileSystem(basepath="/nonexistent")
    return lean


def _cancellings() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    """Two answers instead of Prefect's and httpx's many: it does not know, or it cannot be reached."""
    try:
        yield
    except ObjectNotFound:
        raise RunMissing from None
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.NOT_FOUND:
            raise RunMissing from None
        raise EngineUnreachable(f"HTTP {error.response.status_code}") from None
    except httpx.HTTPError as error:
        raise EngineUnreachable(type(error).__name__) from None


def leave_signals_to_the_worker() -> None:
    """Keep Prefect from raising inside the event loop at SIGTERM: the worker drains, and the run stays as it is."""
    vars(flow_engine)["capture_sigterm"] = contextlib.nullcontext


class _Discretion(logging.Filter):
    """Keeps texts of exceptions and states out of what Prefect's own code logs; our own lines pass untouched."""

    _prefect = str(Path(prefect.__file__).parent)

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.pathname.startswith(self._prefect):
            return True
        if str(record.msg).startswith("Finished in state Suspended"):
            return False  # every normal rest, told at ERROR
        error = record.exc_info[1] if record.exc_info else None
        if error is not None or record.levelno >= logging.WARNING or _holds_an_exception(record.args):
            record.msg, record.args = "prefect: %s (%s)", (record.funcName, type(error).__name__)
            record.exc_info = record.exc_text = None
        return True


def _holds_an_exception(args: object) -> bool:
    return isinstance(args, tuple) and any(isinstance(arg, BaseException) for arg in args)


def keep_prefect_discreet() -> None:
    """Put the filter on every logger of Prefect; a filter on a parent sees nothing of a child."""
    made = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "prefect"]
    for name in {"prefect", "prefect.flow_runs", "prefect.task_runs", "prefect.engine", *made}:
        logger = logging.getLogger(name)
        if not any(isinstance(present, _Discretion) for present in logger.filters):
            logger.addFilter(_Discretion())
