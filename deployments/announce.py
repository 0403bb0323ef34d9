"""Telling other systems what happened: claim, send, record, with the habits of the outbox."""

import asyncio
import logging

from models.actors import ENGINE
from models.casebook import events
from models.casebook.events import Claimed
from models.credentials import Seal
from models.transactions import unit_of_work
from tasks.events import Teller, tell
from tasks.outgoing import Sent

log = logging.getLogger("pols.announce")
AT_ONCE = 8


async def announce(teller: Teller, seal: Seal | None) -> int:
    """Tell what is due, some at a time; a system that does not answer does not hold up the next. Answers how many."""
    async with unit_of_work(ENGINE) as work:
        claimed = await events.claim(work, AT_ONCE)
    await asyncio.gather(*(_tell_one(teller, seal, one) for one in claimed))
    return len(claimed)


async def _tell_one(teller: Teller, seal: Seal | None, one: Claimed) -> None:
    done = await _try(teller, seal, one)
    async with unit_of_work(ENGINE) as work:
        if done.code is None:
            await events.sent(work, one.happened.id)
        else:
            again = await events.failed(work, one.happened.id, one.tries, done.code, lasting=done.lasting)
            log.warning("event %s not told (%s), try %d, again at %s", one.happened.id, done.code, one.tries, again)


async def _try(teller: Teller, seal: Seal | None, one: Claimed) -> Sent:
    secret = seal.open(one.secret) if seal else None
    if secret is None:
        return Sent("geheim niet te openen")
    try:
        return await tell(teller, one.happened, one.url, secret)
    except Exception as error:  # noqa: BLE001 - its words may hold an address
        return Sent(type(error).__name__)
