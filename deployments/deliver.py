"""Draining the outbox: claim, send, record. SMTP never holds a lease or a transaction."""

import asyncio
import logging
from typing import Any

from models import faults
from models.actors import ENGINE
from models.casebook import links, outbox
from models.transactions import unit_of_work
from tasks.mail import Relay, send

log = logging.getLogger("pols.deliver")
AT_ONCE = 8


async def deliver(relay: Relay, base_url: str) -> int:
    """Send what is due, some at a time; one that bounces does not hold up the next. Answers how many were tried."""
    async with unit_of_work(ENGINE) as work:
        claimed = await outbox.claim(work, AT_ONCE)
        await links.mint(work, claimed)
    await asyncio.gather(*(_deliver_one(relay, base_url, message) for message in claimed))
    return len(claimed)


async def _deliver_one(relay: Relay, base_url: str, message: Any) -> None:  # noqa: ANN401 - a row of the outbox
    code = await _try(relay, base_url, message)
    faults.step("deliver:sent")
    async with unit_of_work(ENGINE) as work:
        if code is None:
            await outbox.sent(work, message.id)
        else:
            again = await outbox.failed(work, message.id, message.tries, code)
            log.warning("message %s not sent (%s), try %d, again at %s", message.id, code, message.tries, again)


async def _try(relay: Relay, base_url: str, message: Any) -> str | None:  # noqa: ANN401 - a row of the outbox
    try:
        return await send(relay, message, base_url)
    except Exception as error:  # noqa: BLE001 - its words may hold an address
        return type(error).__name__
