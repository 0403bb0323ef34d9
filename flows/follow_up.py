"""Herinneringen en escalatie: what is due now is told, escalated or ended; each rung once."""

from prefect import flow

from tasks import clocks
from tasks.boundary import guarded


@flow(name="follow_up", retries=0, persist_result=False)
@guarded
async def follow_up() -> None:
    """Fire everything that is due: first the messages, bundled per recipient, then what simply ends."""
    while await clocks.remind():
        pass
    while await clocks.lapse():
        pass
