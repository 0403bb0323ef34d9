"""How much may be asked in a while, and how many different cases one person may open. Pure counts, no clock.

Counts are kept in the process, so that a request costs no question to the database, and are shared with the other
processes every second (`casebook.brakes`). Who asks is kept as a hash.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from uuid import UUID

from models.actors import Actor
from models.policy import Policy
from models.refusals import ReadTooMuch, TooMany

MINUTE, HOUR = 60, 3600
READING = 600  #: seconds in which different cases are counted (trust: 500 cases in ten minutes is an attack)
SHARED_EVERY = 1.0  #: seconds between two exchanges with the other processes
POLICY_LASTS = 60.0  #: seconds that a house's amount is remembered
MOST_KEPT = 50_000  #: people and addresses counted apart; who comes after that is counted together


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests; 0 sets no limit."""

    person_per_minute: int = 600
    address_per_minute: int = 3000
    open_per_hour: int = 20
    feed_per_hour: int = 60
    people_per_hour: int = 60


@dataclass(slots=True)
class _Times:
    until: float
    shared: int = 0  #: as far as all processes know
    own: int = 0  #: seen here and not shared yet


@dataclass(frozen=True, slots=True)
class Count:
    """Something that was counted: by whom, what, until when it counts (seconds since 1970), how often."""

    who: bytes
    what: bytes
    until: float
    times: int


@dataclass(slots=True)
class Tally:
    """Who did what how often, until it no longer counts."""

    most_kept: int = MOST_KEPT
    _kept: dict[bytes, dict[bytes, _Times]] = field(default_factory=dict)
    _fresh: set[tuple[bytes, bytes]] = field(default_factory=set)

    def who(self, kind: str, value: str) -> bytes:
        """The key of somebody; one key for all who come when too many are kept."""
        key = short(f"{kind}:{value}")
        return key if key in self._kept or len(self._kept) < self.most_kept else short(f"{kind}:")

    def add(self, who: bytes, what: bytes, until: float) -> None:
        """Count one more."""
        times = self._kept.setdefault(who, {}).setdefault(what, _Times(until))
        times.own += 1
        times.until = max(times.until, until)
        self._fresh.add((who, what))

    def times(self, who: bytes, what: bytes, now: float) -> int:
        """How often this was done."""
        found = self._kept.get(who, {}).get(what)
        return 0 if found is None or found.until <= now else found.shared + found.own

    def different(self, who: bytes, now: float) -> int:
        """How many different things were done."""
        return sum(1 for one in self._kept.get(who, {}).values() if one.until > now)

    def take(self) -> list[Count]:
        """What the others do not know yet; from now on they do."""
        counts = []
        for who, what in sorted(self._fresh):
            times = self._kept[who][what]
            counts.append(Count(who, what, times.until, times.own))
            times.shared, times.own = times.shared + times.own, 0
        self._fresh.clear()
        return counts

    def learn(self, counts: Iterable[Count]) -> None:
        """What all processes counted together."""
        for one in counts:
            times = self._kept.setdefault(one.who, {}).setdefault(one.what, _Times(one.until))
            times.shared, times.until = max(times.shared, one.times), max(times.until, one.until)

    def forget(self, now: float) -> None:
        """Drop what no longer counts."""
        for who in list(self._kept):
            kept = {what: one for what, one in self._kept[who].items() if one.until > now}
            if kept:
                self._kept[who] = kept
            else:
                del self._kept[who]
        self._fresh = {(who, what) for who, what in self._fresh if what in self._kept.get(who, {})}


class Brake:
    """The brake of one process; `clock` gives seconds since 1970, as the clocks of all processes do."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits, self._clock = limits, clock
        self.tally = Tally()
        self._shared_at = 0.0
        self._most: dict[UUID, tuple[int, float]] = {}
        self._wanted: set[UUID] = set()
        self._alarmed: dict[UUID, float] = {}

    def asked_from(self, address: str) -> None:
        """A request came from this address. Raises TooMany."""
        self._slot("adres", address, self.limits.address_per_minute, MINUTE)

    def asked_by(self, actor: Actor) -> None:
        """Somebody who is signed in asks something. Raises TooMany."""
        self._slot("persoon", str(actor.person_id), self.limits.person_per_minute, MINUTE)

    def asks_feed(self, actor: Actor) -> None:
        """A calendar asks for the work of its person, as several of one person may do each hour. Raises TooMany."""
        self._slot("agenda", str(actor.person_id), self.limits.feed_per_hour, HOUR)

    def looks_for_people(self, actor: Actor) -> None:
        """Somebody searches by a name or a citizen number. Raises TooMany: nobody tries numbers one by one."""
        self._slot("zoeken", str(actor.person_id), self.limits.people_per_hour, HOUR)

    def count_open(self, address: str) -> None:
        """Something that is open to everybody is asked for: count it now, judge after sharing."""
        slot, end = self._now_in(HOUR)
        self.tally.add(self.tally.who("open", address), slot, end)

    def check_open(self, address: str) -> None:
        """Whether this address asked too often for what is open to everybody. Raises TooMany."""
        self._judge("open", address, self.limits.open_per_hour, HOUR)

    def opens(self, actor: Actor, case_id: UUID) -> None:
        """Somebody reads about a case. Raises ReadTooMuch for one more case than the policy lets open in ten minutes.

        What was opened in that time stays open to them.
        """
        if actor.person_id is None or actor.house_id is None:
            return
        now, who, what = self._clock(), self.tally.who("lezen", str(actor.person_id)), short(str(case_id))
        most = self.most_cases(actor.house_id)
        if not self.tally.times(who, what, now) and self.tally.different(who, now) >= most:
            raise ReadTooMuch(most, actor)
        self.tally.add(who, what, now + READING)

    def most_cases(self, house_id: UUID) -> int:
        """How many different cases the house lets one person open in ten minutes, as last known."""
        most, until = self._most.get(house_id, (Policy().most_cases_read, 0.0))
        if until <= self._clock():
            self._wanted.add(house_id)
        return most

    def houses_to_ask(self) -> set[UUID]:
        """The houses whose amount is not known, or no longer."""
        wanted, self._wanted = self._wanted, set()
        return wanted

    def house_says(self, house_id: UUID, most: int) -> None:
        """The amount of a house."""
        self._most[house_id] = (most, self._clock() + POLICY_LASTS)

    def first_alarm(self, person_id: UUID) -> bool:
        """Whether the alarm about this person has not sounded yet in these ten minutes."""
        now = self._clock()
        self._alarmed = {one: until for one, until in self._alarmed.items() if until > now}
        if person_id in self._alarmed:
            return False
        self._alarmed[person_id] = now + READING
        return True

    def is_due(self) -> bool:
        """Whether it is time to share; answers yes once."""
        now = self._clock()
        if now - self._shared_at < SHARED_EVERY:
            return False
        self._shared_at = now
        self.tally.forget(now)
        return True

    def _slot(self, kind: str, value: str, most: int, seconds: int) -> None:
        slot, end = self._now_in(seconds)
        self.tally.add(self.tally.who(kind, value), slot, end)
        self._judge(kind, value, most, seconds)

    def _judge(self, kind: str, value: str, most: int, seconds: int) -> None:
        slot, end = self._now_in(seconds)
        if most and self.tally.times(self.tally.who(kind, value), slot, self._clock()) > most:
            raise TooMany(max(1, round(end - self._clock())))

    def _now_in(self, seconds: int) -> tuple[bytes, float]:
        number = int(self._clock() // seconds)
        return number.to_bytes(8, "big"), float((number + 1) * seconds)


def short(text: str) -> bytes:
    """A hash of sixteen bytes."""
    return blake2b(text.encode(), digest_size=16).digest()
