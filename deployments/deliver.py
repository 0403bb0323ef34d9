"""Draining the outbox: claim, send, record. SMTP never holds a lease or a transaction."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from models import delivery, faults
from models.actors import ENGINE
from models.casebook import links, outbox
from models.casebook.outbox import Tried
from models.lookups import preferences
from models.lookups.preferences import Reader
from models.transactions import unit_of_work
from tasks import texts
from tasks.mail import TIMEOUT, Line, Relay, send_over
from tasks.outgoing import Outgoing, Sent

log = logging.getLogger("pols.deliver")
AT_ONCE = 100  #: messages that one claim takes
LANES = 8  #: connections to the relay; what one person gets goes over one of them, in its order
#: a claim is worked on for so long that the last message begun ends before it runs out; what is left is put back
_WORKED_ON = outbox.CLAIM_LASTS.total_seconds() - 5 * TIMEOUT
#: waits before writing down again what became of messages, while the database is away (seconds)
_RETRIES = (0.2, 1.0, 5.0, 15.0)


class Post:
    """The mail of one worker: its connections to the relay, and how long the relay is left alone when it was away."""

    def __init__(self, relay: Relay, base_url: str, *, per_minute: int = 0) -> None:
        self.relay, self.base_url, self.per_minute = relay, base_url, per_minute
        self._lines = [Line(relay) for _ in range(LANES)]
        self._away = 0  #: times in a row that the relay was not there
        self._alone_until: datetime | None = None

    async def deliver(self) -> int:
        """Send what is due, some at a time. Answers how many went out or were refused; none while the relay is away."""
        async with unit_of_work(ENGINE) as work:
            if self._alone_until is not None and work.now < self._alone_until:
                return 0
            most = 1 if self._away else AT_ONCE  # after an outage one message is the probe
            claimed = await outbox.claim(work, most, per_minute=self.per_minute)
            await links.mint(work, claimed)
            readers = await preferences.readers(work, {one.recipient_id for one in claimed}) if claimed else {}
        round_ = _Round(self, claimed, readers)
        await round_.send_all()
        self._note(round_, claimed)
        return round_.tried

    def _note(self, round_: "_Round", claimed: Sequence[Any]) -> None:
        if round_.away is None:
            if round_.tried:
                self._away, self._alone_until = 0, None
            return
        self._away += 1
        self._alone_until = claimed[0].now + delivery.pause(self._away)
        log.warning("the relay is not there (%s), again at %s", round_.away, self._alone_until)

    async def send(self, lane: int, message: Any, reader: Reader) -> Sent:  # noqa: ANN401 - a row of the outbox
        """One try at one message. Never raises: an error of ours is a code too, without its words."""
        if self._lines[lane].abandoned:
            self._lines[lane] = Line(self.relay)
        try:
            return await send_over(self._lines[lane], self._made(message, reader), message.email)
        except Exception as error:  # noqa: BLE001 - its words may hold an address
            return Sent(type(error).__name__)

    def _made(self, message: Any, reader: Reader) -> Outgoing:  # noqa: ANN401 - a row of the outbox
        return texts.outgoing(message, base_url=self.base_url, language=reader.language, overrides=reader.overrides)

    async def aclose(self) -> None:
        """Hang up."""
        for line in self._lines:
            line.close()


class _Round:
    """What was claimed at once, over the lanes; every result is written down before its lane goes on."""

    def __init__(self, post: Post, claimed: Sequence[Any], readers: Mapping[UUID, Reader]) -> None:
        self._post, self._claimed, self._readers = post, claimed, readers
        self._until = monotonic() + _WORKED_ON
        self._waiting: list[Tried] = []
        self._writing = asyncio.Lock()
        self.away: str | None = None  #: why the relay is not there
        self.tried = 0

    async def send_all(self) -> None:
        """Every lane works through its own; one message that fails does not hold up the next."""
        async with asyncio.TaskGroup() as lanes:
            for number, messages in enumerate(_spread(self._claimed)):
                lanes.create_task(self._lane(number, messages))

    async def _lane(self, number: int, messages: Iterable[Any]) -> None:
        held: set[UUID] = set()  #: people whose earlier message is to be tried again: theirs wait, in their order
        for message in messages:
            late = monotonic() > self._until or (message.recipient_id in held and message.rank)
            if self.away is not None or late:
                await self._keep(Tried(message.id, message.tries, self.away, back=True))
                continue
            sent = await self._post.send(number, message, self._readers[message.recipient_id])
            faults.step("deliver:sent")
            if sent.code in delivery.OF_RELAY:
                self.away = sent.code
            else:
                self.tried += 1
            if sent.code is not None and not sent.lasting:
                held.add(message.recipient_id)
            await self._keep(Tried(message.id, message.tries, sent.code, sent.lasting))

    async def _keep(self, tried: Tried) -> None:
        """Write a result down, together with those that came while another was being written."""
        self._waiting.append(tried)
        async with self._writing:
            if tried in self._waiting:
                together, self._waiting = self._waiting, []
                await _record(together)


async def _record(found: Sequence[Tried]) -> None:
    """What was sent is written down, also when the database is away for a moment: else it goes out twice."""
    for wait in (*_RETRIES, None):
        try:
            async with unit_of_work(ENGINE) as work:
                await outbox.record(work, found)
            break
        except Exception as error:
            if wait is None:
                raise
            log.warning("not written down yet: %s", type(error).__name__)
            await asyncio.sleep(wait)
    for one in found:
        if one.code is not None and not one.back:
            log.warning("message %s not sent (%s), try %d", one.id, one.code, one.tries)


def _spread(claimed: Sequence[Any]) -> list[list[Any]]:
    """The messages per lane. All of one person are in one lane; without many people there are fewer lanes."""
    lanes: dict[UUID, int] = {}
    spread: list[list[Any]] = [[] for _ in range(LANES)]
    for message in claimed:
        lane = lanes.setdefault(message.recipient_id, len(lanes) % LANES)
        spread[lane].append(message)
    return [one for one in spread if one]
