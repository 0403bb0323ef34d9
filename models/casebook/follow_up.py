"""Firing what is due: claim set-wise, tell in one message per recipient, escalate, lapse. Each rung once.

After a while without followers a ladder goes on where it stood (docs/decisions/0013): the owner first, and whoever is
above them as long after that as the house decided. What nobody has use for any more is marked as passed.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models import ladder
from models.casebook import duties, outbox
from models.casebook.decisions import decide_by_rule
from models.casebook.frame import open_frame
from models.lookups import cases
from models.lookups import duties as duty_lookup
from models.tables.duties import Duty
from models.transactions import Work, part_of
from models.words import DecisionKind, DutyKind, Phase

#: waits after a failed try; after the last one a rung is given up, and the case shows it
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 240, 1440))
#: so many duties at once are looked through for the one that fails, while nobody else can touch them
APART = 256
#: classes of SQLSTATE that say nothing about a row: no connection, a conflict, no room, a shutdown, a disk
_NO_ROWS_FAULT = ("08", "40", "53", "55", "57", "58")

_DUE = """r.fired_at IS NULL AND r.dropped_at IS NULL AND r.fire_at <= :now
        AND (r.retry_at IS NULL OR r.retry_at <= :now)"""
#: It locks everything it touches and waits for nothing: what somebody holds now is fired a moment later. Whoever holds
#: the duty has all its rungs to themselves; a verb that drops them just now is passed over in the next statement.
_CLAIM = text(f"""
    SELECT DISTINCT duty_id FROM (
      SELECT r.duty_id FROM rung r JOIN duty d ON d.id = r.duty_id JOIN cases c ON c.id = r.case_id
      WHERE {_DUE} AND r.step <> 'lapse'
      ORDER BY r.fire_at LIMIT :most
      FOR NO KEY UPDATE OF d SKIP LOCKED FOR KEY SHARE OF c SKIP LOCKED) AS claimed
""")  # noqa: S608 - the condition above
#: The locked rows are fetched by their place, which cannot change under the lock, instead of looked for once more.
_FIRE = text(f"""
    WITH due AS MATERIALIZED (
      SELECT r.ctid AS place, r.id, r.house_id, r.case_id, r.duty_id, r.step, r.due_version, r.fire_at, r.person_id,
             r.tries
      FROM rung r WHERE r.duty_id = ANY (:duties) AND {_DUE} AND r.step <> 'lapse' FOR UPDATE SKIP LOCKED
    ), seen AS (
      SELECT due.*, d.urgent, array_position(CAST(:to_owner AS text[]), CAST(due.step AS text)) AS owner_step,
             (due.step = 'remind' AND d.due_at <= :now) OR (due.tries > 0 AND EXISTS (
               SELECT FROM rung f WHERE f.duty_id = due.duty_id AND f.due_version = due.due_version
                 AND f.person_id IS NULL AND f.fired_at IS NOT NULL AND f.fire_at > due.fire_at)) AS overtaken
      FROM due JOIN duty d ON d.id = due.duty_id
    ), useful AS (
      SELECT id, row_number() OVER (PARTITION BY duty_id, owner_step IS NULL ORDER BY fire_at DESC, owner_step DESC) = 1
               AS furthest,
             max(fire_at) FILTER (WHERE owner_step IS NOT NULL) OVER w AS owner_at, min(fire_at) OVER w AS first_at
      FROM seen WHERE person_id IS NULL AND NOT overtaken WINDOW w AS (PARTITION BY duty_id)
    ), judged AS MATERIALIZED (
      SELECT seen.*, coalesce(owner_at, first_at) AS told_at, CASE
          WHEN person_id IS NOT NULL THEN 'told'
          WHEN overtaken THEN 'passed'
          WHEN owner_step IS NOT NULL OR urgent THEN CASE WHEN furthest THEN 'told' ELSE 'passed' END
          WHEN fire_at <= coalesce(owner_at, first_at) THEN 'told'
          ELSE 'waits' END AS verdict
      FROM seen LEFT JOIN useful USING (id)
    ), fired AS (
      UPDATE rung SET fired_at = :now, retry_at = NULL,
        passed_at = CASE WHEN id IN (SELECT id FROM judged WHERE verdict = 'passed') THEN CAST(:now AS timestamptz) END
      WHERE ctid = ANY (ARRAY(SELECT place FROM judged WHERE verdict <> 'waits'))
      RETURNING rung.id
    ), exhausted AS (
      UPDATE duty SET exhausted_at = :now
      WHERE id = ANY (ARRAY(SELECT duty_id FROM judged WHERE person_id IS NULL)) AND exhausted_at IS NULL
        AND NOT EXISTS (
          SELECT FROM rung r WHERE r.duty_id = duty.id AND r.fired_at IS NULL AND r.dropped_at IS NULL
            AND r.person_id IS NULL AND r.id NOT IN (SELECT id FROM fired))
      RETURNING id
    ), told AS (
      INSERT INTO history (id, house_id, case_id, at, what, facts)
      SELECT gen_random_uuid(), house_id, case_id, :now, 'herinnering',
             jsonb_build_object('taak', duty_id, 'stap', step)
      FROM judged WHERE verdict = 'told' AND person_id IS NULL
    ), passed AS (
      INSERT INTO history (id, house_id, case_id, at, what, facts)
      SELECT gen_random_uuid(), house_id, case_id, :now, 'overgeslagen',
             jsonb_build_object('taak', duty_id, 'stap', step)
      FROM judged WHERE verdict = 'passed'
    ), set_back AS (
      INSERT INTO history (id, house_id, case_id, at, what, facts)
      SELECT gen_random_uuid(), house_id, case_id, :now, 'escalatie verzet', jsonb_build_object('taak', duty_id)
      FROM (SELECT DISTINCT house_id, case_id, duty_id FROM judged WHERE verdict = 'waits') AS waiting
    )
    SELECT id, house_id, duty_id, step, person_id, fire_at, told_at, verdict FROM judged ORDER BY duty_id, fire_at
""")  # noqa: S608 - the condition above
_AHEAD = text("""
    SELECT id, duty_id, fire_at FROM rung
    WHERE duty_id = ANY (:duties) AND fired_at IS NULL AND dropped_at IS NULL AND person_id IS NULL AND step <> 'lapse'
      AND fire_at > :now
    ORDER BY fire_at FOR UPDATE SKIP LOCKED
""")
_MOVE = text("""
    UPDATE rung SET fire_at = moved.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS moved (id, at) WHERE rung.id = moved.id
""")
#: what is due of these duties could not be done: later again, or given up in the open
_FAILED = text(f"""
    UPDATE rung SET tries = tries + 1, code = :code,
      retry_at = :now + (CAST(:waits AS interval[]))[tries + 1],
      gave_up_at = CASE WHEN tries >= cardinality(CAST(:waits AS interval[])) THEN CAST(:now AS timestamptz) END,
      dropped_at = CASE WHEN tries >= cardinality(CAST(:waits AS interval[])) THEN CAST(:now AS timestamptz) END
    WHERE id IN (
      SELECT r.id FROM rung r WHERE r.duty_id = :duty AND {_DUE} AND (r.step = 'lapse') = :lapse
      FOR UPDATE SKIP LOCKED)
""")  # noqa: S608 - the condition above


async def remind(work: Work, most: int = 5000) -> int:
    """Fire the messages that are due, bundled per recipient. Answers with how many rungs it was done.

    When it fails the duty that is to blame is looked for; it is tried again later, and does not hold up the others.
    """
    claimed = list(await work.session.scalars(_CLAIM, {"now": work.now, "most": most}))
    if not claimed:
        return 0
    try:
        async with part_of(work):
            return await _fire(work, claimed)
    except Exception as error:
        if not blames_a_row(error):
            raise
    return await _fire_without_culprits(work, claimed[:APART])


def blames_a_row(error: Exception) -> bool:
    """Whether trying the same row again would probably fail again."""
    if not isinstance(error, DBAPIError):
        return True
    state = str(getattr(error.orig, "sqlstate", None) or "08")
    return not error.connection_invalidated and not state.startswith(_NO_ROWS_FAULT)


async def _fire(work: Work, duty_ids: Sequence[UUID]) -> int:
    facts = {"now": work.now, "duties": list(duty_ids), "to_owner": list(ladder.TO_OWNER)}
    rows = (await work.session.execute(_FIRE, facts)).all()
    told = [(row.duty_id, row.step, row.person_id) for row in rows if row.verdict == "told"]
    await outbox.remind(work, told)
    await _set_back(work, [row for row in rows if row.verdict == "waits"])
    return sum(row.verdict != "waits" for row in rows)


async def _set_back(work: Work, waiting: Sequence[Any]) -> None:
    """Arm the steps whose moment passed, of duties of which a step below them is told only now, for later."""
    if not waiting:
        return
    passed, ahead = defaultdict(list), defaultdict(list)
    for row in waiting:
        passed[row.duty_id].append(row)
    for row in await work.session.execute(_AHEAD, {"now": work.now, "duties": list(passed)}):
        ahead[row.duty_id].append(row)
    houses = {row.house_id for row in waiting}
    calendars = {one: (await cases.house_policy(work, one))[1].calendar() for one in houses}
    ids: list[UUID] = []
    moments: list[datetime] = []
    for duty_id, rows in passed.items():
        first, later = rows[0], ahead[duty_id]
        ids += [row.id for row in (*rows, *later)]
        moments += ladder.set_back(
            [row.fire_at for row in rows], [row.fire_at for row in later], first.told_at, work.now,
            calendars[first.house_id],
        )  # fmt: skip
    await work.session.execute(_MOVE, {"ids": ids, "moments": moments})


async def _fire_without_culprits(work: Work, duty_ids: Sequence[UUID]) -> int:
    culprits = await _culprits(work, duty_ids)
    for duty_id, code in culprits.items():
        await _failed(work, duty_id, code, lapse=False)
    rest = [one for one in duty_ids if one not in culprits]
    return len(culprits) + (await _fire(work, rest) if rest else 0)


async def _culprits(work: Work, duty_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The duties that cannot be fired, and the class of what went wrong: halve until each is alone."""
    try:
        async with part_of(work, keep=False):
            await _fire(work, duty_ids)
    except Exception as error:
        if not blames_a_row(error):
            raise
        if len(duty_ids) == 1:
            return {duty_ids[0]: type(error).__name__}
        half = len(duty_ids) // 2
        return await _culprits(work, duty_ids[:half]) | await _culprits(work, duty_ids[half:])
    return {}


async def _failed(work: Work, duty_id: UUID, code: str, *, lapse: bool) -> None:
    facts = {"duty": duty_id, "code": code, "lapse": lapse, "now": work.now, "waits": list(BACK_OFF)}
    await work.session.execute(_FAILED, facts)


async def next_lapse(work: Work) -> UUID | None:
    """A duty whose time is simply over; claimed by this transaction."""
    found = await work.session.scalar(
        text(f"""
            UPDATE rung SET fired_at = :now, retry_at = NULL WHERE id = (
              SELECT r.id FROM rung r JOIN cases c ON c.id = r.case_id
              WHERE {_DUE} AND r.step = 'lapse'
              ORDER BY r.fire_at LIMIT 1 FOR UPDATE OF r SKIP LOCKED FOR NO KEY UPDATE OF c SKIP LOCKED)
            RETURNING duty_id
        """),  # noqa: S608 - the condition above
        {"now": work.now},
    )
    return found if isinstance(found, UUID) else None


async def postpone_lapse(work: Work, duty_id: UUID, code: str) -> None:
    """This duty could not lapse: later again, or given up in the open. Whoever holds it now will say so themselves."""
    await _failed(work, duty_id, code, lapse=True)


async def lapse(work: Work, duty_id: UUID) -> None:
    """End a duty whose time is over; for the plan that means: go on with who answered (design §3)."""
    duty: Duty
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    if duty.answered_at or duty.lapsed_at or duty.withdrawn_at:
        return
    await duties.end_duties(frame, [duty], lapsed=True, ended_as="termijn voorbij")
    apart = (duty.about_id or duty.id) if duty.apart else None
    frame.note("termijn voorbij", "taak", duty.id, soort=duty.kind, commitment_id=apart)
    if duty.kind is DutyKind.PLAN_ANSWERS and frame.case.phase is Phase.PLAN:
        await decide_by_rule(frame, DecisionKind.PLAN_COMPLETE, "de termijn om te antwoorden is voorbij")
