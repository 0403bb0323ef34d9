"""Draining the outbox: claim, send over the way chosen, record. Sending never holds a lease or a transaction."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from models import faults
from models.actors import ENGINE
from models.casebook import outbox
from models.lookups import ways as lookup
from models.transactions import unit_of_work
from models.ways import Way, WayKind
from tasks import channels as outside
from tasks.brief import brief
from tasks.channels import Channels
from tasks.mail import Relay, send
from tasks.outgoing import Outgoing
from tasks.texts import SUBJECTS

log = logging.getLogger("pols.deliver")
AT_ONCE = 8
NOWHERE = "kanaal beëindigd"


async def deliver(relay: Relay, base_url: str, channels: Channels | None = None) -> int:
    """Send what is due, some at a time; one that bounces does not hold up the next. Answers how many were tried."""
    async with unit_of_work(ENGINE) as work:
        claimed = await outbox.claim(work, AT_ONCE)
        over = await lookup.over(work, claimed)
        elsewhere = [one for one, way in over.items() if way.kind is not WayKind.MAIL]
        phones = await lookup.phones(work, elsewhere)
    roads = _Roads(relay, base_url, channels or Channels(), over, phones)
    await asyncio.gather(*(_deliver_one(roads, message) for message in claimed))
    return len(claimed)


class _Roads:
    """All that sending needs to know besides the message."""

    def __init__(
        self, relay: Relay, base_url: str, channels: Channels, over: Mapping[UUID, Way], phones: Mapping[UUID, str]
    ) -> None:
        self.relay, self.base_url, self.channels, self.over, self.phones = relay, base_url, channels, over, phones

    async def send(self, message: Any) -> str | None:  # noqa: ANN401 - a row of the outbox
        """Send one outbox row over its way. Answers None, or a code that says why not."""
        way = self.over.get(message.id)
        if way is None:
            return NOWHERE
        if way.kind is WayKind.MAIL:
            return await send(self.relay, message, self.base_url, to=way.address)
        # what a text of a mail says of a case is for a mailbox of an organisation; a channel gets no more than a breath
        short = brief(message.template, message.lines, phone=self.phones.get(message.id, ""))
        subject = f"Pols: {SUBJECTS[message.template]}"
        outgoing = Outgoing(str(message.id), message.house, subject, f"{short}\n{self.base_url}/", short=short)
        return (await outside.send(self.channels, outgoing, way)).code


async def _deliver_one(roads: _Roads, message: Any) -> None:  # noqa: ANN401 - a row of the outbox
    code = await _try(roads, message)
    faults.step("deliver:sent")
    async with unit_of_work(ENGINE) as work:
        if code is None:
            await outbox.sent(work, message.id)
        else:
            again = await outbox.failed(work, message.id, message.tries, code)
            log.warning("message %s not sent (%s), try %d, again at %s", message.id, code, message.tries, again)


async def _try(roads: _Roads, message: Any) -> str | None:  # noqa: ANN401 - a row of the outbox
    try:
        return await roads.send(message)
    except Exception as error:  # noqa: BLE001 - its words may hold an address
        return type(error).__name__
