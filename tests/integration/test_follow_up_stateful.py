"""A random walk through what happens to duties, with followers that come and go: what must hold after each step.

Answers, holds, absences, new terms, closing days, downtime and several followers at once, on a real PostgreSQL.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text, update

from models import transactions
from models.actors import ENGINE
from models.casebook import duties, follow_up, policies
from models.casebook.duties import Because
from models.casebook.frame import Frame, open_frame
from models.clocks import working_days
from models.policy import Policy
from models.refusals import Refusal
from models.stalled import STOPS_ON_HOLD
from models.tables.duties import Duty
from models.tables.people import Person
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, TermChange
from tasks import clocks
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house

FULL = os.environ.get("POLS_CHAOS") == "full"
WALKS, STEPS = (40, 120) if FULL else (4, 36)
JUMPS = (60, 3600, 5 * 3600, 86_400, 3 * 86_400, 9 * 86_400)  # seconds
LEADER = {Phase.SCREENING: "triagist", Phase.REGIE: "triagist", Phase.MONITORING: "regisseur"}

_ENDED = "coalesce(d.answered_at, d.lapsed_at, d.withdrawn_at)"
_ARMED = "r.fired_at IS NULL AND r.dropped_at IS NULL"
_LINES = """(SELECT h.facts->>'taak' AS duty, h.facts->>'stap' AS step, count(*) AS times
             FROM history h WHERE h.what = '{what}' GROUP BY 1, 2)"""
_FIRED = """(SELECT r.duty_id::text AS duty, r.step, count(*) AS times FROM rung r
             WHERE r.fired_at IS NOT NULL AND r.passed_at {passed} AND r.step <> 'lapse' GROUP BY 1, 2)"""
#: A transaction that began a little later may have gone first: what happens at once has no order to the second.
_SOON = "interval '20 seconds'"
#: each finds what must not be; a row of it is a defect
NEVER = {
    "a step is said to be told as often as it fired, never more": f"""
        SELECT * FROM {_LINES.format(what="herinnering")} t FULL JOIN {_FIRED.format(passed="IS NULL")} f
          USING (duty, step) WHERE t.times IS DISTINCT FROM f.times""",
    "and as passed when it was": f"""
        SELECT * FROM {_LINES.format(what="overgeslagen")} t FULL JOIN {_FIRED.format(passed="IS NOT NULL")} f
          USING (duty, step) WHERE t.times IS DISTINCT FROM f.times""",
    "a step fires once for a version of the due moment":
        "SELECT duty_id, step, due_version FROM rung WHERE person_id IS NULL GROUP BY 1, 2, 3 HAVING count(*) > 1",
    "never before its moment": "SELECT id, step FROM rung WHERE fired_at < fire_at",
    "never after its duty ended":
        f"SELECT r.step FROM rung r JOIN duty d ON d.id = r.duty_id WHERE r.fired_at > {_ENDED} + {_SOON}",
    "what ended has nothing armed":
        f"SELECT d.kind FROM rung r JOIN duty d ON d.id = r.duty_id WHERE {_ENDED} IS NOT NULL AND {_ARMED}",
    "only the newest version of a due moment is armed":
        f"SELECT d.kind FROM rung r JOIN duty d ON d.id = r.duty_id WHERE r.due_version <> d.due_version AND {_ARMED}",
    "a clock that stands still chases nobody": f"""
        SELECT d.kind FROM rung r JOIN duty d ON d.id = r.duty_id JOIN cases c ON c.id = d.case_id
        WHERE c.hold_since IS NOT NULL AND d.kind = ANY (:stops) AND {_ARMED}""",
    "whoever owes something is chased, or the ladder is exhausted in the open": f"""
        SELECT d.kind FROM duty d JOIN cases c ON c.id = d.case_id
        WHERE {_ENDED} IS NULL AND EXISTS (SELECT FROM rung r WHERE r.duty_id = d.id)
          AND NOT (c.hold_since IS NOT NULL AND d.kind = ANY (:stops))
          AND (d.exhausted_at IS NULL) <> EXISTS (SELECT FROM rung r WHERE r.duty_id = d.id AND {_ARMED})""",
    "nobody hears of a duty that has ended": f"""
        SELECT d.kind FROM outbox o, jsonb_array_elements(o.lines) AS line JOIN duty d ON d.id::text = line->>'taak'
        WHERE o.template = 'herinnering' AND o.created_at > {_ENDED} + {_SOON}""",
    "nobody hears twice of the same step": f"""
        SELECT told.* FROM (
          SELECT o.recipient_id, line->>'taak' AS duty,
            CASE WHEN line->>'stap' LIKE 'partner_manager%' THEN 'partner_manager' ELSE line->>'stap' END AS step,
            count(*) AS times
          FROM outbox o, jsonb_array_elements(o.lines) AS line WHERE o.template = 'herinnering'
          GROUP BY 1, 2, 3) AS told
        LEFT JOIN {_FIRED.format(passed="IS NULL")} f USING (duty, step) WHERE told.times > coalesce(f.times, 0)""",
    "nothing fails": "SELECT step, code FROM rung WHERE tries > 0",
}  # fmt: skip
#: only when followers have just been there
_LEFT_DUE = f"SELECT r.step FROM rung r WHERE {_ARMED} AND r.fire_at <= :now"


@dataclass
class Walk:
    """A house, its cases, and what happens to them."""

    db: Databases
    house: AHouse
    random: Random
    stories: list[tuple[Story, str]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    trail: list[str] = field(default_factory=list)
    policies: int = 0

    async def begin(self) -> None:
        """Cases in several phases."""
        for phase, leader in LEADER.items():
            self.stories.append((await a_case(self.db.web, self.house, phase), leader))

    async def step(self) -> None:
        """One random thing, and everything that must hold after it."""
        actions: dict[Callable[[], Awaitable[None]], int] = {
            self.time_passes: 6, self.followers_come: 6, self.somebody_answers: 4, self.the_clock_stops: 2,
            self.the_clock_runs_again: 3, self.somebody_is_away: 1, self.more_time: 2, self.the_house_closes: 1,
            self.an_answer_comes_while_they_follow: 3,
        }  # fmt: skip
        (act,) = self.random.choices(list(actions), list(actions.values()))
        self.trail.append(act.__name__)
        try:
            await act()
            self.done[act.__name__] += 1
        except Refusal:  # not now: also then everything must hold
            pass
        await self.holds()

    async def holds(self) -> None:
        """Nothing is found that must never be."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            for rule, statement in NEVER.items():
                given = {"stops": sorted(STOPS_ON_HOLD)} if ":stops" in statement else {}
                found = (await work.session.execute(text(statement), given)).all()
                assert not found, (rule, found[:3], self.trail)

    async def time_passes(self) -> None:
        """Nobody follows up meanwhile."""
        await self.db.shift(self.random.choice(JUMPS))

    async def followers_come(self) -> None:
        """Two or three at once, in batches of any size; then nothing is left due."""
        await asyncio.gather(*(self._follow(self.random.randint(1, 30)) for _ in range(self.random.randint(2, 3))))
        await self._follow(5000)  # what one of them held, the others passed over
        async with unit_of_work(ENGINE, self.db.engine) as work:
            left = (await work.session.execute(text(_LEFT_DUE), {"now": work.now - timedelta(seconds=30)})).all()
        assert not left, (left, self.trail)

    async def _follow(self, most: int) -> None:
        while await self._remind(most):
            pass
        while await clocks.lapse():
            pass

    async def _remind(self, most: int) -> int:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return await follow_up.remind(work, most)

    async def somebody_answers(self) -> None:
        """Through the door that partners use, or at a verb that ends what is owed."""
        story, _ = self.random.choice(self.stories)
        if self.random.random() < 0.4:
            who = self.random.choice(("om", "gemeente"))
            if DutyKind.KNOWN in await story.open_kinds():
                await story.answer(who, DutyKind.KNOWN, self.random.choice(("bekend", "niet_bekend")))
            return
        await self._with_a_duty(story, self._ends)

    async def an_answer_comes_while_they_follow(self) -> None:
        """At the same moment, and whoever is first is first."""
        await asyncio.gather(self.somebody_answers(), self._remind(7), self.somebody_answers(), self._remind(3))

    async def the_clock_stops(self) -> None:
        story, leader = self.random.choice(self.stories)
        async with story.acting(leader) as work:
            until = work.now + timedelta(days=self.random.randint(1, 20))
        await story.decide(leader, D.HOLD, until=until)

    async def the_clock_runs_again(self) -> None:
        story, leader = self.random.choice(self.stories)
        await story.decide(leader, D.RESUME)

    async def somebody_is_away(self) -> None:
        """With a deputy or without, or back again."""
        who = self.random.choice(("om", "ggz", "regisseur", "triagist"))
        deputy = {"regisseur": "regisseur2", "triagist": "manager"}.get(who)
        async with unit_of_work(self.house.actors[who], self.db.web) as work:
            away = {
                "absent_from": self.random.choice((work.now, None)),
                "deputy_id": self.house.person(deputy) if deputy and self.random.random() < 0.5 else None,
            }
            await work.session.execute(update(Person).where(Person.id == self.house.person(who)).values(**away))

    async def more_time(self) -> None:
        """Another term for one duty."""
        story, _ = self.random.choice(self.stories)
        days = self.random.randint(1, 8)

        async def move(frame: Frame, duty: Duty) -> None:
            await duties.move(frame, [duty], working_days(days), Because(TermChange.MOVED, "meer tijd"))

        await self._with_a_duty(story, move)

    async def the_house_closes(self) -> None:
        """A closing day is named, and every open term is worked out again."""
        async with unit_of_work(self.house.actors["manager"], self.db.web) as work:
            self.policies += 1
            closed = frozenset((work.now + timedelta(days=n)).date() for n in self.random.sample(range(1, 15), 2))
            await policies.set_policy(work, self.house.id, self.policies, Policy(closing_days=closed))

    async def _ends(self, frame: Frame, duty: Duty) -> None:
        await duties.end_duties(frame, [duty], answered=self.random.random() < 0.7, ended_as="gedaan")

    async def _with_a_duty(self, story: Story, act: Callable[[Frame, Duty], Awaitable[None]]) -> None:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            frame = await open_frame(work, story.case_id)
            open_ = await frame.still_open()
            if open_:
                await act(frame, self.random.choice(open_))


@pytest.fixture
def as_worker(own_db: Databases) -> Iterator[Databases]:
    """Tasks find the database, as in a worker."""
    transactions.use(own_db.engine)
    yield own_db
    transactions.use(None)


@pytest.mark.parametrize("seed", range(WALKS))
async def test_whatever_happens_every_step_fires_once_and_in_time_and_for_what_is_open(
    as_worker: Databases, seed: int
) -> None:
    walk = Walk(as_worker, await a_house(as_worker.owner), Random(seed))  # noqa: S311 - the same walks in every run
    await walk.begin()
    for _ in range(STEPS):
        await walk.step()
    await as_worker.shift(10 * 86_400)
    await walk.followers_come()
    await walk.holds()

    assert len(walk.done) >= 6, "a walk in which little happens guards little"
    assert await _fired(as_worker) > 3


async def test_the_walks_together_do_everything(as_worker: Databases) -> None:
    """What guards must be met: a passed step, an escalation that was set back, a lapse, an exhausted ladder."""
    walk = Walk(as_worker, await a_house(as_worker.owner), Random(99))  # noqa: S311 - the same walk in every run
    await walk.begin()
    for _ in range(8):
        await walk.time_passes()
        await walk.followers_come()
    for _ in range(3):
        await as_worker.shift(20 * 86_400)
        await walk.followers_come()
    await walk.holds()

    async with unit_of_work(ENGINE, as_worker.engine) as work:
        said = set(await work.session.scalars(text("SELECT DISTINCT what FROM history")))
        exhausted = await work.session.scalar(text("SELECT count(*) FROM duty WHERE exhausted_at IS NOT NULL"))
    assert {"herinnering", "overgeslagen", "escalatie verzet", "termijn voorbij"} <= said
    assert exhausted


async def _fired(db: Databases) -> int:
    async with unit_of_work(ENGINE, db.engine) as work:
        return int(await work.session.scalar(text("SELECT count(*) FROM rung WHERE fired_at IS NOT NULL")) or 0)
