"""Firing what is due: claim set-wise, tell in one message per recipient, escalate, lapse. Each rung once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from models.casebook import duties, outbox
from models.casebook.decisions import decide_by_rule
from models.casebook.frame import open_frame
from models.lookups import duties as duty_lookup
from models.tables.duties import Duty
from models.transactions import Work
from models.words import DecisionKind, DutyKind, Phase

#: It locks everything it touches at once and waits for nothing: what a verb holds now is fired a moment later. A verb
#: locks the case first and its rungs last, so that a claim that waited would sooner or later deadlock with one. The
#: locked rows are fetched by their place, which cannot change under the lock, instead of looked for once more.
_CLAIM = text("""
    WITH due AS (
      SELECT r.ctid FROM rung r JOIN duty d ON d.id = r.duty_id JOIN cases c ON c.id = r.case_id
      WHERE r.fired_at IS NULL AND r.dropped_at IS NULL AND r.fire_at <= :now AND r.step <> 'lapse'
      ORDER BY r.fire_at LIMIT :most
      FOR UPDATE OF r SKIP LOCKED FOR NO KEY UPDATE OF d SKIP LOCKED FOR KEY SHARE OF c SKIP LOCKED
    ), fired AS (
      UPDATE rung SET fired_at = :now WHERE ctid = ANY (ARRAY(SELECT ctid FROM due))
      RETURNING rung.id, rung.duty_id, rung.step, rung.fire_at, rung.case_id, rung.house_id, rung.person_id
    ), exhausted AS (
      UPDATE duty SET exhausted_at = :now
      WHERE id IN (SELECT duty_id FROM fired) AND exhausted_at IS NULL AND NOT EXISTS (
        SELECT FROM rung r WHERE r.duty_id = duty.id AND r.fired_at IS NULL AND r.dropped_at IS NULL
          AND r.person_id IS NULL AND r.id NOT IN (SELECT id FROM fired))
      RETURNING id
    ), told AS (
      INSERT INTO history (id, house_id, case_id, at, what, facts)
      SELECT gen_random_uuid(), house_id, case_id, :now, 'herinnering',
             jsonb_build_object('taak', duty_id, 'stap', step)
      FROM fired WHERE person_id IS NULL
    )
    SELECT DISTINCT ON (duty_id, person_id) duty_id, step, person_id FROM fired
    ORDER BY duty_id, person_id, fire_at DESC
""")


async def remind(work: Work, most: int = 5000) -> int:
    """Fire the messages that are due: the furthest step of each duty, bundled per recipient. Answers how many."""
    rows = (await work.session.execute(_CLAIM, {"now": work.now, "most": most})).all()
    await outbox.remind(work, [(row.duty_id, row.step, row.person_id) for row in rows])
    return len(rows)


async def next_lapse(work: Work) -> UUID | None:
    """A duty whose time is simply over; claimed by this transaction."""
    found = await work.session.scalar(
        text("""
            UPDATE rung SET fired_at = :now WHERE id = (
              SELECT r.id FROM rung r JOIN cases c ON c.id = r.case_id
              WHERE r.fired_at IS NULL AND r.dropped_at IS NULL AND r.fire_at <= :now AND r.step = 'lapse'
              ORDER BY r.fire_at LIMIT 1 FOR UPDATE OF r SKIP LOCKED FOR NO KEY UPDATE OF c SKIP LOCKED)
            RETURNING duty_id
        """),
        {"now": work.now},
    )
    return found if isinstance(found, UUID) else None


async def postpone_lapse(work: Work) -> None:
    """The first lapse that is due could not be done: again in an hour, so that it does not hold up the others."""
    await work.session.execute(
        text("""
            UPDATE rung SET fire_at = :later WHERE id = (
              SELECT r.id FROM rung r JOIN cases c ON c.id = r.case_id
              WHERE r.fired_at IS NULL AND r.dropped_at IS NULL AND r.fire_at <= :now AND r.step = 'lapse'
              ORDER BY r.fire_at LIMIT 1 FOR UPDATE OF r SKIP LOCKED)
        """),
        {"now": work.now, "later": work.now + timedelta(hours=1)},
    )


async def lapse(work: Work, duty_id: UUID) -> None:
    """End a duty whose time is over; for the plan that means: go on with who answered (design §3)."""
    duty: Duty
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    if duty.answered_at or duty.lapsed_at or duty.withdrawn_at:
        return
    await duties.end_duties(frame, [duty], lapsed=True, ended_as="termijn voorbij")
    frame.note("termijn voorbij", "taak", duty.id, soort=duty.kind)
    if duty.kind is DutyKind.PLAN_ANSWERS and frame.case.phase is Phase.PLAN:
        await decide_by_rule(frame, DecisionKind.PLAN_COMPLETE, "de termijn om te antwoorden is voorbij")
