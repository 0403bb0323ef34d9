"""Zelfcontrole: each night every house is looked over for what cannot be right."""

from prefect import flow

from tasks import clocks
from tasks.boundary import guarded


@flow(name="checks", retries=0, persist_result=False)
@guarded
async def checks() -> None:
    """Look at each house that was not looked at since the last night; one that fails is for the next hour."""
    while await clocks.check_house():
        pass
