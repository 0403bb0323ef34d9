"""The worker: conducts woken cases, fires what is due, sends, tells, erases, checks, seals, heals. One event loop."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from uuid import UUID

from deployments.anchors import Anchors
from deployments.announce import announce
from deployments.bounces import take_back
from deployments.conductor import Conductor, EngineUnreachable, Outcome, RunEnded, RunMissing
from deployments.deliver import Post
from deployments.reconcile import Round, reconcile
from deployments.settings import Settings
from deployments.wakes import Wakes
from flows.case import case
from flows.checks import checks
from flows.follow_up import follow_up
from flows.retention import retention
from models import faults
from models.actors import ENGINE
from models.casebook import heartbeats, journal, leases, sealer, weekly
from models.findings import last_night
from models.lookups import findings as findings_lookup
from models.lookups import work as lookup
from models.refusals import LeaseLost
from models.tables.base import new_id
from models.transactions import HeldLease, held_lease, unit_of_work
from tasks.events import Teller

log = logging.getLogger("pols.worker")
#: how long a case is left alone when the engine gave no answer (seconds)
LEFT_ALONE = 3.0
MINUTE = 60.0
NIGHT = 3600.0  # retention and the checks look every hour: the database decides whose day or night it is


class Worker:
    """All the loops of one worker process. Add workers freely: leases and claims are the only guard."""

    def __init__(self, settings: Settings, conductor: Conductor) -> None:
        self.settings = settings
        self.conductor = conductor
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._cases, self._mail, self._clock, self._night, self._hour = (asyncio.Event() for _ in range(5))
        self._looks, self._returned, self._news = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._channels, self._seal_of_events = settings.outside(), settings.event_seal()
        self._post = Post(
            settings.relay(), settings.base_url, channels=self._channels, per_minute=settings.mail_per_minute,
            replies=settings.calendar_address,
        )  # fmt: skip
        self._bounces = settings.bounces()
        self._slots = asyncio.Semaphore(settings.worker_cases)
        self._busy: set[UUID] = set()
        self._round = Round()
        self._id, self._engine_answered = new_id(), False
        self._anchors = Anchors.of(settings.anchor_folder, settings.anchor_key_file)
        hosts = frozenset(self._channels.event_hosts)
        self._teller = Teller(self._channels.egress(), settings.event_source, settings.base_url, hosts)

    async def run(self) -> None:
        """Work until cancelled; a loop that stumbles goes on."""
        tick = self.settings.tick_seconds
        left = [self._cases, self._mail, self._news]
        moved = [self._clock, self._night, self._hour, self._looks, self._returned]
        wakes = Wakes(self.settings.database_engine_url.get_secret_value(), left=left, moved=moved)
        async with contextlib.aclosing(self._post), asyncio.TaskGroup() as loops:
            loops.create_task(wakes.listen())
            loops.create_task(self._conduct_all(loops))
            loops.create_task(self._each(tick, self._mail, self._deliver_all))
            loops.create_task(self._each(MINUTE, self._returned, self._take_back))
            loops.create_task(self._each(tick, self._news, self._announce_all))
            loops.create_task(self._each(tick, self._clock, self._follow_up))
            loops.create_task(self._each(MINUTE, asyncio.Event(), self._overview))
            loops.create_task(self._each(1.0, asyncio.Event(), self._seal))
            loops.create_task(self._each(MINUTE, self._hour, self._anchor))
            loops.create_task(self._each(self.settings.reconcile_seconds, asyncio.Event(), self._reconcile))
            loops.create_task(self._each(MINUTE, asyncio.Event(), self._beat))
            loops.create_task(self._each(NIGHT, self._night, self._retention))
            loops.create_task(self._each(NIGHT, self._looks, self._check))

    async def _each(self, seconds: float, woken: asyncio.Event, duty: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await duty()
            except Exception as error:  # noqa: BLE001 - one duty that stumbles never stops the worker; no words in a log
                log.warning("%s stumbled: %s", duty.__name__, type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):  # not wait_for: it can lose a cancellation (bpo-37658)
                    await woken.wait()
            woken.clear()

    async def _conduct_all(self, loops: asyncio.TaskGroup) -> None:
        async def take_all() -> None:
            while True:
                await self._slots.acquire()
                taken = await self._take()
                if taken is None:
                    return
                loops.create_task(self._conduct(*taken))

        await self._each(self.settings.tick_seconds, self._cases, take_all)

    async def _take(self) -> tuple[UUID, int] | None:
        taken = None
        try:
            async with unit_of_work(ENGINE) as work:
                taken = await leases.take_next(
                    work, self.name, not_these=list(self._busy), lasts=self.settings.lease_seconds
                )
        finally:
            if taken is None:
                self._slots.release()
        if taken is not None:
            self._busy.add(taken[0])
        return taken

    async def _conduct(self, case_id: UUID, token: int) -> None:
        """Conduct one case under its lease: one slice of its flow run."""
        held_lease.set(HeldLease(case_id, token))
        renewing = asyncio.create_task(self._renew(case_id, token))
        outcome = Outcome.FAILED
        try:
            outcome = await self._slice(case_id)
        except (EngineUnreachable, LeaseLost) as error:
            outcome = Outcome.UNREACHABLE
            log.warning("case %s not conducted: %s", case_id, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the next wake tries again; no words in a log
            log.warning("case %s stumbled: %s", case_id, type(error).__name__)
        finally:
            renewing.cancel()
            held_lease.set(None)
            self._slots.release()
            await self._let_go(case_id, token, outcome)

    async def _slice(self, case_id: UUID) -> Outcome:
        async with unit_of_work(ENGINE) as work:
            newest = await lookup.newest_run(work, case_id)
        epoch, run_id = newest or (1, await self._begin(case_id, 1))
        try:
            return await self.conductor.run(case, run_id)
        except (RunMissing, RunEnded):
            return await self.conductor.run(case, await self._begin(case_id, epoch + 1))

    async def _begin(self, case_id: UUID, epoch: int) -> UUID:
        """A run for the case: the same one when this was tried before (idempotent on case and epoch)."""
        faults.step("run:before")
        run_id = await self.conductor.create_run(case_id, epoch)
        faults.step("run:created")
        async with unit_of_work(ENGINE) as work:
            await leases.record_run(work, case_id, epoch, run_id)
        faults.step("run:recorded")
        return run_id

    async def _renew(self, case_id: UUID, token: int) -> None:
        held_lease.set(None)  # a renewal is no step of the case: it must not wait for the fence
        while True:
            await asyncio.sleep(self.settings.lease_seconds / 4)
            async with unit_of_work(ENGINE) as work:
                if not await leases.renew(work, case_id, token, lasts=self.settings.lease_seconds):
                    return

    async def _let_go(self, case_id: UUID, token: int, outcome: Outcome) -> None:
        """Give the case back. Never raises (that ends all loops): without a database the lease runs out by itself."""
        faults.step("slice:after")
        if outcome is Outcome.UNREACHABLE:
            await asyncio.sleep(LEFT_ALONE)
        try:
            async with unit_of_work(ENGINE) as work:
                if outcome is Outcome.FAILED:
                    await journal.postpone(work, case_id, "SliceFailed")
                await leases.release(work, case_id, token)
        except Exception as error:  # noqa: BLE001 - the database may be away; no words in a log
            log.warning("case %s not let go: %s", case_id, type(error).__name__)
        finally:
            self._busy.discard(case_id)
            self._cases.set()

    async def _deliver_all(self) -> None:
        while await self._post.deliver():
            pass

    async def _announce_all(self) -> None:
        while await announce(self._teller, self._seal_of_events):
            pass

    async def _take_back(self) -> None:
        """What came back from a mailbox: noted, and sent to who else may know."""
        await take_back(self._bounces)

    async def _follow_up(self) -> None:
        """Only when something is due; then at most once in the bundling time, so that messages come together."""
        async with unit_of_work(ENGINE) as work:
            if await lookup.nothing_due(work):
                return
        await self.conductor.run_plain(follow_up)
        await asyncio.sleep(self.settings.bundle_seconds)

    async def _overview(self) -> None:
        async with unit_of_work(ENGINE) as work:
            await weekly.tell(work)

    async def _retention(self) -> None:
        async with unit_of_work(ENGINE) as work:
            due = await lookup.something_to_erase(work)
        if due:
            await self.conductor.run_plain(retention)

    async def _check(self) -> None:
        """Once in the night of a house: the rows say which houses were not looked at since."""
        async with unit_of_work(ENGINE) as work:
            due = await findings_lookup.something_to_check(work, last_night(work.now))
        if due:
            await self.conductor.run_plain(checks)

    async def _seal(self) -> None:
        sealed = 1
        while sealed:
            async with unit_of_work(ENGINE) as work:
                sealed = await sealer.seal_lines(work)

    async def _anchor(self) -> None:
        """An hour of the process clock since the last anchor, and lines since: looked at every minute."""
        if self._anchors is not None:
            await self._anchors.write()

    async def _reconcile(self) -> None:
        await reconcile(self.conductor, self._round)
        self._engine_answered = True

    async def _beat(self) -> None:
        """Still here; and whether the engine answered since the last time this was said."""
        async with unit_of_work(ENGINE) as work:
            await heartbeats.beat(work, self._id, engine_answers=self._engine_answered)
        self._engine_answered = False
