"""The long-lived flow of one case: from report to closure, resting between events for as long as it takes."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from prefect import flow

from flows import advice, closing, focusoverleg, intake, monitoring, plan, regie, screening
from flows.rest import rest
from models.lookups.work import OwingVisit
from models.transactions import held_lease
from models.words import Phase
from tasks import reading
from tasks.boundary import StepFailed, guarded

#: who conducts which phase; a closed case still has the last word to its reporter
CONDUCT: dict[Phase, Callable[[OwingVisit], Awaitable[None]]] = {
    Phase.INTAKE: intake.conduct,
    Phase.SCREENING: screening.conduct,
    Phase.ADVICE: advice.conduct,
    Phase.REGIE: regie.conduct,
    Phase.FOCUSOVERLEG: focusoverleg.conduct,
    Phase.PLAN: plan.conduct,
    Phase.MONITORING: monitoring.conduct,
    Phase.CLOSING: closing.conduct,
    Phase.CLOSED: closing.conduct_closed,
}


@flow(name="case", retries=0, persist_result=False, validate_parameters=True)
@guarded
async def case(case_id: UUID) -> None:
    """Conduct one case: do what a transaction left to do, then rest until the next one does.

    A resumed run starts here again: what was done is in the journal, so nothing is done twice.
    """
    while owing := await reading.visits_owing(case_id):  # phases with open work, oldest first
        for visit in owing:
            await CONDUCT[visit.phase](visit)
    if await reading.is_finished(case_id):
        return
    await rest(_fresh_key())  # suspends the run; work left by a transaction wakes it, from the top


def _fresh_key() -> str:
    """The token of the lease: a key that fired before would not rest (engine rule 3)."""
    lease = held_lease.get()
    if lease is None:
        raise StepFailed("NoLease")
    return f"r{lease.token}"
