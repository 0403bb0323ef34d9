"""Draining the outbox: claim, send over the way chosen, record. Sending never holds a lease or a transaction."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from models import delivery, faults
from models.actors import ENGINE
from models.casebook import links, outbox, privately
from models.casebook.outbox import Tried
from models.delivery import Failure
from models.lookups import preferences, ways
from models.lookups.preferences import Reader
from models.transactions import Work, unit_of_work
from models.ways import Way, WayKind
from tasks import channels as outside
from tasks import invitations, texts
from tasks.brief import brief
from tasks.channels import Channels
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

    def __init__(
        self, relay: Relay, base_url: str, *, channels: Channels | None = None, per_minute: int = 0, replies: str = ""
    ) -> None:
        self.relay, self.base_url, self.per_minute = relay, base_url, per_minute
        self.channels, self._replies = channels or Channels(), replies or relay.sender
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
            silent = await privately.spare(work, claimed)
            roads = await _roads(work, claimed)
        round_ = _Round(self, claimed, roads, silent)
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

    async def send(self, lane: int, message: Any, road: "_Road") -> Sent:  # noqa: ANN401 - a row of the outbox
        """One try at one message. Never raises: an error of ours is a code too, without its words."""
        if road.way is None:
            return Sent(Failure.NOWHERE, lasting=True)
        try:
            if road.way.kind is not WayKind.MAIL:
                return await outside.send(self.channels, self._brief(message, road), road.way)
            if self._lines[lane].abandoned:
                self._lines[lane] = Line(self.relay)
            return await send_over(self._lines[lane], self._letter(message, road.reader), road.way.address)
        except Exception as error:  # noqa: BLE001 - its words may hold an address
            return Sent(type(error).__name__)

    def _letter(self, message: Any, reader: Reader) -> Outgoing:  # noqa: ANN401 - a row of the outbox
        """The whole message, and what a calendar takes from it."""
        language = reader.language
        made = texts.outgoing(message, base_url=self.base_url, language=language, overrides=reader.overrides)
        calendar = invitations.part(message, organiser=self._replies, base_url=self.base_url, language=language)
        return replace(made, calendar=calendar)

    def _brief(self, message: Any, road: "_Road") -> Outgoing:  # noqa: ANN401 - a row of the outbox
        """No more than a breath: what a mail says of a case is for a mailbox of an organisation."""
        short = brief(message.template, message.lines, phone=road.phone, language=road.reader.language)
        subject = texts.subject(message.template, road.reader.language)
        return Outgoing(str(message.id), message.house, subject, f"{short}\n{self.base_url}/", short=short)

    async def aclose(self) -> None:
        """Hang up."""
        for line in self._lines:
            line.close()


@dataclass(frozen=True, slots=True)
class _Road:
    """How one message goes: to whom it speaks, over which way (nowhere: it was ended), and whom they can call."""

    reader: Reader
    way: Way | None
    phone: str


async def _roads(work: Work, claimed: Sequence[Any]) -> dict[UUID, _Road]:
    """How each of these goes, and what its lines are called; the same number of questions however many they are."""
    if not claimed:
        return {}
    await links.mint(work, claimed)
    readers = await preferences.readers(work, {one.recipient_id for one in claimed})
    over = await ways.over(work, claimed)
    phones = await ways.phones(work, [one for one, way in over.items() if way.kind is not WayKind.MAIL])
    return {
        one.id: _Road(readers[one.recipient_id], over.get(one.id), phones.get(one.id, "")) for one in claimed
    }  # fmt: skip


class _Round:
    """What was claimed at once, over the lanes; every result is written down before its lane goes on."""

    def __init__(
        self, post: Post, claimed: Sequence[Any], roads: Mapping[UUID, _Road], silent: frozenset[UUID] = frozenset()
    ) -> None:
        self._post, self._claimed, self._roads = post, claimed, roads
        self._silent = silent  #: what they would say was answered already, which nobody else may notice
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
            if message.id in self._silent:
                self.tried += 1
                await self._keep(Tried(message.id, message.tries))
                continue
            sent = await self._post.send(number, message, self._roads[message.id])
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
