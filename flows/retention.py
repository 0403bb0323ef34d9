"""Vernietigen: reports that did not become a case are erased when their day has come."""

from prefect import flow

from tasks import clocks
from tasks.boundary import guarded


@flow(name="retention", retries=0, persist_result=False)
@guarded
async def retention() -> None:
    """Erase for real, one report at a time; one that fails does not keep the next."""
    await clocks.forget_answers()
    await clocks.forget_sign_ins()
    await clocks.forget_told()
    for case_id in await clocks.reports_to_erase():
        await clocks.erase(case_id)
