"""Setting the policy of a house: a new version, and every term that runs by it moves along in the same transaction.

Worked out before anything is locked. Then the cases that it concerns are locked, in the order of their ids, read again
and written, all rows of a table at once: what a verb changed meanwhile counts, and in other cases people go on working.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Integer, Text, TypeEngine, Uuid

from models import visibility
from models.casebook import setup
from models.casebook.frame import audit
from models.lookups import cases, projected
from models.policy import Policy
from models.projection import BECAUSE, Move, Projection, must_work
from models.tables.base import Moment
from models.tables.cases import Case
from models.tables.people import HousePolicy
from models.transactions import Work

_TYPES: dict[str, TypeEngine[Any]] = {"uuid": Uuid(), "text": Text(), "integer": Integer(), "timestamptz": Moment()}


@dataclass(frozen=True, slots=True)
class _Bulk:
    """One statement over many rows, which come as an array for each column; it calls them `w`."""

    statement: str
    columns: dict[str, str]

    async def run(self, work: Work, rows: Sequence[tuple[object, ...]], **facts: object) -> None:
        """Do it for all of them; for none nothing is asked."""
        if not rows:
            return
        arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in self.columns.items())
        names = ", ".join(self.columns)
        given = f"w AS (SELECT * FROM unnest({arrays}) AS w ({names}))"  # noqa: S608 - our own names
        types = (bindparam(name, type_=ARRAY(_TYPES[kind])) for name, kind in self.columns.items())
        values = dict(zip(self.columns, map(list, zip(*rows, strict=True)), strict=True))
        await work.session.execute(text(f"WITH {given}{self.statement}").bindparams(*types), values | facts)


_MOVE = _Bulk(
    """
    UPDATE duty d SET due_at = w.due_at, unit = w.unit, amount = w.amount, extra = w.extra, fixed_at = w.fixed_at,
      explanation = w.explanation, due_version = w.version,
      exhausted_at = CASE WHEN w.version = d.due_version THEN d.exhausted_at END,
      lead_proposed_at = CASE WHEN w.version = d.due_version THEN d.lead_proposed_at END
    FROM w WHERE d.id = w.id
    """,
    {"id": "uuid", "due_at": "timestamptz", "unit": "text", "amount": "integer", "extra": "integer",
     "fixed_at": "timestamptz", "explanation": "text", "version": "integer"},
)  # fmt: skip
#: a step that is not on the new ladder goes; one that is due by now is about to be told, unless its moment has moved
_DROP = _Bulk(
    """
    UPDATE rung r SET dropped_at = :now FROM w
    WHERE r.duty_id = w.id AND r.fired_at IS NULL AND r.dropped_at IS NULL AND r.person_id IS NULL
      AND r.step || ':' || r.nth <> ALL (string_to_array(w.steps, ','))
      AND (r.fire_at > :now OR r.due_version < w.version)
    """,
    {"id": "uuid", "steps": "text", "version": "integer"},
)
#: what is armed moves along, and what was dropped for this very moment comes back; what fired for it is done
_ARM_AGAIN = _Bulk(
    """
    UPDATE rung r SET fire_at = w.fire_at, due_version = w.version, dropped_at = NULL, tries = 0, retry_at = NULL,
      code = NULL
    FROM w WHERE r.duty_id = w.duty_id AND r.step = w.step AND r.nth = w.nth AND r.fired_at IS NULL
      AND r.gave_up_at IS NULL
      AND r.person_id IS NULL AND (r.dropped_at IS NULL OR r.due_version = w.version)
    """,
    {"duty_id": "uuid", "step": "text", "nth": "integer", "version": "integer", "fire_at": "timestamptz"},
)
#: what this moment had not yet
_ARM = _Bulk(
    """
    INSERT INTO rung (id, house_id, case_id, duty_id, step, nth, due_version, fire_at, tries)
    SELECT gen_random_uuid(), :house, w.case_id, w.duty_id, w.step, w.nth, w.version, w.fire_at, 0
    FROM w WHERE NOT EXISTS (
      SELECT FROM rung r WHERE r.duty_id = w.duty_id AND r.step = w.step AND r.nth = w.nth
        AND r.due_version = w.version AND r.person_id IS NULL)
    """,
    {"case_id": "uuid", "duty_id": "uuid", "step": "text", "nth": "integer", "version": "integer",
     "fire_at": "timestamptz"},
)  # fmt: skip
#: with another ladder for the same moment, a duty is exhausted when nothing of it is left
_EXHAUST = _Bulk(
    """
    , ladder AS (
      SELECT w.id, EXISTS (SELECT FROM rung r WHERE r.duty_id = w.id AND r.fired_at IS NULL AND r.dropped_at IS NULL
                           AND r.person_id IS NULL) AS ahead
      FROM w
    )
    UPDATE duty d SET exhausted_at = CASE WHEN ladder.ahead THEN NULL ELSE CAST(:now AS timestamptz) END
    FROM ladder WHERE d.id = ladder.id AND CASE WHEN ladder.ahead THEN d.exhausted_at IS NOT NULL
                                                ELSE d.exhausted_at IS NULL AND d.due_at <= :now END
    """,
    {"id": "uuid"},
)
_NOTE = _Bulk(
    """
    INSERT INTO term_change (id, house_id, case_id, duty_id, at, version, why, was_due_at, due_at, unit,
                             policy_version, person_id, organisation_id)
    SELECT gen_random_uuid(), :house, w.case_id, w.duty_id, :now, w.version, w.why, w.was, w.becomes, w.unit,
           :policy, :person, :organisation
    FROM w
    """,
    {"case_id": "uuid", "duty_id": "uuid", "version": "integer", "why": "text", "was": "timestamptz",
     "becomes": "timestamptz", "unit": "text"},
)  # fmt: skip
_TELL = _Bulk(
    """
    INSERT INTO history (id, house_id, case_id, at, what, person_id, organisation_id, facts)
    SELECT gen_random_uuid(), house_id, case_id, :now, 'termijn gewijzigd', :person, :organisation,
           jsonb_build_object('aantal', count(*), 'waarom', min(why))
    FROM w CROSS JOIN (SELECT CAST(:house AS uuid) AS house_id) h GROUP BY house_id, case_id
    """,
    {"case_id": "uuid", "why": "text"},
)


async def set_policy(work: Work, house_id: UUID, version: int, policy: Policy, reason: str = "") -> HousePolicy:
    """A new version of the policy, and what is open moves along. Raises NotAllowed, InvalidFields or NotPossible."""
    must_work(policy, work.now)
    _version, old = await cases.house_policy(work, house_id)
    made = setup.set_policy(work, house_id, version, policy, reason)
    await work.session.flush()  # of two at once the other fails here, before it moves anything
    audit(work, "beleid vastgesteld", "huis", house_id, house_id=house_id, versie=version)
    await _reproject(work, house_id, Projection(old, policy, work.now), version)
    return made


async def _reproject(work: Work, house_id: UUID, projection: Projection, version: int) -> None:
    await projected.reach(work)
    concerned = await projected.moves(projection, await projected.open_terms(work, house_id))
    if not concerned:
        return
    case_ids = sorted({one.duty.case_id for one in concerned})
    await _lock(work, case_ids)
    found = await projected.moves(projection, await projected.open_terms(work, house_id, case_ids))
    await _write(work, house_id, found)
    await _record(work, house_id, [one for one in found if one.moved], version)


async def _lock(work: Work, case_ids: Sequence[UUID]) -> None:
    """As a verb locks one (`lookups.cases.case_for_update`); in one order, so that nobody waits in a ring."""
    await work.session.execute(
        select(Case.id).where(Case.id == any_(projected.ids("cases", case_ids))).order_by(Case.id)
        .with_for_update(key_share=True)
    )  # fmt: skip


async def _write(work: Work, house_id: UUID, found: Sequence[Move]) -> None:
    await _MOVE.run(work, [
        (one.duty.id, one.becomes, one.term.unit, one.term.amount, one.term.extra, one.term.at, one.explanation,
         one.version) for one in found if one.moved or one.term != one.duty.term
    ])  # fmt: skip
    armed = [(one, one.armed) for one in found if one.armed is not None]
    await _DROP.run(work, [
        (one.duty.id, ",".join(f"{rung.step}:{rung.nth}" for rung in rungs), one.version) for one, rungs in armed
    ], now=work.now)  # fmt: skip
    ahead = [
        (one.duty.case_id, one.duty.id, rung.step, rung.nth, one.version, rung.fire_at)
        for one, rungs in armed
        for rung in rungs
    ]
    await _ARM_AGAIN.run(work, [row[1:] for row in ahead])
    await _ARM.run(work, ahead, house=house_id)
    await _EXHAUST.run(work, [(one.duty.id,) for one, _rungs in armed if not one.moved], now=work.now)


async def _record(work: Work, house_id: UUID, moved: Sequence[Move], version: int) -> None:
    """What moved each date, and one line in the history of each case; it is no event: a case may still be silent."""
    actor = work.actor
    who = {"house": house_id, "now": work.now, "person": actor.person_id, "organisation": actor.organisation_id}
    await _NOTE.run(work, [
        (one.duty.case_id, one.duty.id, one.version, one.why, one.duty.due_at, one.becomes, one.term.unit)
        for one in moved
    ], policy=version, **who)  # fmt: skip
    told = [(one.duty.case_id, BECAUSE[one.why]) for one in moved if one.duty.kind not in visibility.INTERNAL]
    await _TELL.run(work, told, **who)
