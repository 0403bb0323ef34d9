"""Where a case rests: the run is suspended, its process forgets it, and a wake starts the flow again from the top."""

from typing import Never

from prefect.exceptions import Abort, Pause
from prefect.flow_runs import asuspend_flow_run

from tasks.boundary import StepFailed

#: What Prefect says to a run without a deployment, to a subflow, inside a task and outside of any run.
NEVER_RESTS = ("without a deployment", "subflows", "task runs", "from within a flow run")


class Superseded(Abort):
    """Another executor took this run over; what it did stands, and nothing is marked as failed."""


class EngineGone(Abort):
    """The engine could not be told that the run rests; the work is done and the next wake tells it."""


async def rest(key: str) -> Never:
    """End this slice. The key must be fresh (the token of the lease): a key that fired before does not rest."""
    try:
        await asuspend_flow_run(key=key)
    except Pause as pause:
        if _is_ours(pause, key):
            raise
    except RuntimeError as error:
        _raise_when_refused(error)
    except Exception:  # noqa: BLE001 - whatever the client met, its words stay here
        raise EngineGone("engine gone") from None
    else:
        raise StepFailed("RestKeyUsedTwice")
    raise Superseded("superseded") from None


def _is_ours(pause: Pause, key: str) -> bool:
    """Tell our rest from the answer that somebody else already put the run to rest: both arrive as `Pause`."""
    state = pause.state
    return state is not None and state.state_details.pause_key == key


def _raise_when_refused(error: RuntimeError) -> None:
    """Prefect says RuntimeError for two things: the run is no longer ours, or such a run may never rest (a defect)."""
    if any(reason in str(error) for reason in NEVER_RESTS):
        raise StepFailed("RestRefused") from None
