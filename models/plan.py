"""How commitments hang together: what waits for what, and that nothing waits in a circle. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Step:
    """A commitment as part of the plan: what it needs, what it came in the place of, and whether it has ended."""

    id: UUID
    needs: frozenset[UUID] = frozenset()
    replaces_id: UUID | None = None
    ended: bool = False
    conditional: bool = False
    awaits_condition: bool = False  #: and its condition has not come true


def now_called(steps: Iterable[Step]) -> Mapping[UUID, UUID]:
    """Of each step the one that stands for it now: what replaced it, however often, or itself."""
    follows = {one.replaces_id: one.id for one in steps if one.replaces_id is not None}

    def last(wanted: UUID) -> UUID:
        seen = {wanted}
        while (after := follows.get(wanted)) is not None and after not in seen:
            seen.add(after)
            wanted = after
        return wanted

    return {one.id: last(one.id) for one in steps}


def waits_for(steps: Collection[Step]) -> Mapping[UUID, frozenset[UUID]]:
    """Of each step the steps that have to end before it runs. Done, failed or dropped: it need not wait any longer."""
    stands_for, running = now_called(steps), {one.id for one in steps if not one.ended}
    return {one.id: frozenset(stands_for.get(each, each) for each in one.needs) & running for one in steps}


def runs(steps: Collection[Step]) -> frozenset[UUID]:
    """The steps that wait for nothing: no condition, and no other step."""
    waits = waits_for(steps)
    return frozenset(one.id for one in steps if not one.awaits_condition and not waits[one.id])


def in_circle(steps: Collection[Step]) -> frozenset[UUID]:
    """The steps that wait, by way of others, for themselves."""
    stands_for = now_called(steps)
    standing = [one for one in steps if stands_for[one.id] == one.id]
    needs = {one.id: frozenset(stands_for.get(each, each) for each in one.needs) for one in standing}
    return frozenset(one.id for one in standing if one.id in _reached(needs, one.id))


def _reached(needs: Mapping[UUID, frozenset[UUID]], start: UUID) -> set[UUID]:
    reached: set[UUID] = set()
    ahead = list(needs.get(start, ()))
    while ahead:
        one = ahead.pop()
        if one not in reached:
            reached.add(one)
            ahead += needs.get(one, ())
    return reached
