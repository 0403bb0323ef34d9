"""What the clocks do: plain coroutines, so that they also run when the engine does not."""

import logging
from uuid import UUID

from models import faults
from models.actors import ENGINE
from models.casebook import erasure, events, findings, links, once, sessions, ways
from models.casebook import follow_up as verbs
from models.transactions import unit_of_work

log = logging.getLogger("pols.clocks")


async def remind() -> int:
    """Fire the messages that are due, set-wise, in one transaction. Answers how many."""
    async with unit_of_work(ENGINE) as work:
        fired = await verbs.remind(work)
        faults.step("remind:uncommitted")
    faults.step("remind:after")
    return fired


async def lapse() -> bool:
    """End one duty whose time is over. False when there is none; one that fails does not hold up the next."""
    duty_id = None
    try:
        async with unit_of_work(ENGINE) as work:
            duty_id = await verbs.next_lapse(work)
            if duty_id is None:
                return False
            await verbs.lapse(work, duty_id)
            faults.step("lapse:uncommitted")
    except Exception as error:
        if duty_id is None or not verbs.blames_a_row(error):
            raise
        log.error("lapse failed: %s", type(error).__name__)  # noqa: TRY400 - its words stay here
        async with unit_of_work(ENGINE) as work:
            await verbs.postpone_lapse(work, duty_id, type(error).__name__)
    return True


async def forget_answers() -> None:
    """Drop what was answered to requests of more than a day ago."""
    async with unit_of_work(ENGINE) as work:
        await once.forget(work, work.now)


async def forget_sign_ins() -> None:
    """Drop sessions, begun sign-ins, counts of attempts and links that are over."""
    async with unit_of_work(ENGINE) as work:
        await sessions.forget(work)
        await links.forget(work)


async def forget_told() -> None:
    """Drop what other systems were told, and addresses that count no more, when they were kept long enough."""
    async with unit_of_work(ENGINE) as work:
        await events.forget(work)
        await ways.forget(work)


async def reports_to_erase() -> list[UUID]:
    """Reports whose day has come."""
    async with unit_of_work(ENGINE) as work:
        return await erasure.due(work)


async def erase(case_id: UUID) -> None:
    """Erase one report; a failure is logged by its class and tried again the next night."""
    try:
        async with unit_of_work(ENGINE) as work:
            await erasure.erase(work, case_id)
            faults.step("erase:uncommitted")
    except Exception as error:  # noqa: BLE001 - its words stay here
        log.error("erasure failed: %s", type(error).__name__)  # noqa: TRY400


async def check_house() -> bool:
    """Look over one house whose night it is. False when there is none left, or when looking failed."""
    try:
        async with unit_of_work(ENGINE) as work:
            return await findings.check_next(work) is not None
    except Exception as error:  # noqa: BLE001 - its words stay here
        log.error("check failed: %s", type(error).__name__)  # noqa: TRY400
        return False
