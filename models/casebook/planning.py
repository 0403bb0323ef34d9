"""When a message that is due goes: by what its recipient chose (models/preferences.py), before anybody can claim it.

Every message is planned once. A reminder that still waits the next day is planned again, so that after an outage nobody
gets the reminders of all those days on one.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from models.calendars import WorkingCalendar
from models.lookups import preferences as lookup
from models.messages import MessageKind
from models.preferences import ESCALATION_STEPS, NONE_CHOSEN, How, Plan, Preferences, Told, begin_of_day, plan
from models.stalled import STOPS_ON_HOLD
from models.tables.base import Moment
from models.transactions import Work

_AT_ONCE = 500
#: one plans at a time, so that two do not each let the last reminder of a day through
_ONE_PLANNER = 7_657_102
#: what is made of several messages is looked over when its hour has come
_BUNDLES = (MessageKind.DIGEST, MessageKind.WEEKLY)

_OPEN = "sent_at IS NULL AND gave_up_at IS NULL AND next_try_at <= :now"
_REMINDS = "template IN ('herinnering', 'leidinggevende')"
_SOMETHING = text(f"""
    SELECT EXISTS (SELECT FROM outbox WHERE planned_at IS NULL AND {_OPEN})
        OR EXISTS (SELECT FROM outbox WHERE {_REMINDS} AND planned_at < :today AND {_OPEN})
""")  # noqa: S608 - the conditions above
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_DUE = text(f"""
    SELECT o.id, o.house_id, o.recipient_id, o.template, o.next_try_at, o.tries,
           o.lines @> '[{{"spoed": true}}]' AS urgent, o.lines @> '[{{"agenda": {{}}}}]' AS for_calendar,
           EXISTS (SELECT FROM jsonb_array_elements(o.lines) AS line
                   WHERE line ->> 'stap' = ANY (CAST(:escalations AS text[]))) AS escalates
    FROM outbox o
    WHERE o.id IN (SELECT id FROM outbox WHERE planned_at IS NULL AND {_OPEN}
                   UNION ALL SELECT id FROM outbox WHERE {_REMINDS} AND planned_at < :today AND {_OPEN})
    ORDER BY o.next_try_at, o.id LIMIT :most FOR UPDATE OF o SKIP LOCKED
""").columns(next_try_at=Moment())  # noqa: S608 - the conditions above
_REMINDED = text(f"""
    SELECT recipient_id, count(*) AS times FROM outbox
    WHERE recipient_id = ANY (CAST(:people AS uuid[])) AND {_REMINDS} AND part_of IS NULL AND gave_up_at IS NULL
      AND NOT lines @> '[{{"spoed": true}}]'
      AND (sent_at >= :today OR (sent_at IS NULL AND planned_at >= :today AND next_try_at < :tomorrow))
    GROUP BY recipient_id
""")  # noqa: S608 - the condition above
_MOMENTS = bindparam("moments", type_=ARRAY(Moment()))
_GOES = text("""
    UPDATE outbox o SET planned_at = :now, next_try_at = w.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS w (id, at) WHERE o.id = w.id
""").bindparams(_MOMENTS)
_DROPPED = text("DELETE FROM outbox WHERE id = ANY (CAST(:ids AS uuid[]))")
#: a bundle says what is still true: what was done meanwhile is left out, and without anything left it does not go
_LOOKED_OVER = text("""
    WITH said AS (
      SELECT o.id, jsonb_agg(line ORDER BY place) FILTER (WHERE line ->> 'taak' IS NULL OR (
               d.answered_at IS NULL AND d.lapsed_at IS NULL AND d.withdrawn_at IS NULL AND d.id IS NOT NULL
               AND (line ->> 'bericht' IS DISTINCT FROM 'herinnering'
                    OR (d.due_at = CAST(line ->> 'uiterlijk' AS timestamptz)
                        AND (c.hold_since IS NULL OR d.kind <> ALL (CAST(:stops AS text[]))))))) AS lines
      FROM outbox o CROSS JOIN jsonb_array_elements(o.lines) WITH ORDINALITY AS l (line, place)
      LEFT JOIN duty d ON d.id = CAST(line ->> 'taak' AS uuid) LEFT JOIN cases c ON c.id = d.case_id
      WHERE o.id = ANY (CAST(:ids AS uuid[])) GROUP BY o.id
    ), untrue AS (
      DELETE FROM outbox WHERE id IN (SELECT id FROM said WHERE lines IS NULL)
    )
    UPDATE outbox o SET lines = said.lines FROM said WHERE o.id = said.id AND said.lines IS NOT NULL
""")


@cache
def _bundled() -> str:
    return (files("models.casebook") / "digest.sql").read_text(encoding="utf-8")


async def plan_due(work: Work) -> None:
    """Decide of every message that is due and was not planned when it goes."""
    today = {"now": work.now, "today": begin_of_day(work.now)}
    if not await work.session.scalar(_SOMETHING, today):
        return
    await work.session.execute(_LOCK, {"key": _ONE_PLANNER})
    asked = today | {"most": _AT_ONCE, "escalations": list(ESCALATION_STEPS)}
    while rows := (await work.session.execute(_DUE, asked)).all():
        await _plan(work, rows)


async def _plan(work: Work, rows: Sequence[Any]) -> None:
    planned = await _decided(work, rows)
    await _look_over(work, [row.id for row in rows if row.template in _BUNDLES])
    bundled = [(row.id, one.at) for row, one in zip(rows, planned, strict=True) if one.how is How.BUNDLED]
    taken = await _bundle(work, bundled)
    goes = [
        (row.id, max(row.next_try_at, one.at) if one.at > work.now and one.how is How.GOES else row.next_try_at)
        for row, one in zip(rows, planned, strict=True)
        if one.how is not How.DROPPED and row.id not in taken
    ]
    await work.session.execute(
        _GOES, {"now": work.now, "ids": [one for one, _ in goes], "moments": [at for _, at in goes]}
    )
    dropped = [row.id for row, one in zip(rows, planned, strict=True) if one.how is How.DROPPED]
    await work.session.execute(_DROPPED, {"ids": dropped})


async def _decided(work: Work, rows: Sequence[Any]) -> list[Plan]:
    """What becomes of each of them, in their order: what goes earlier counts for what comes later."""
    chosen = await lookup.chosen_by(work, {row.recipient_id for row in rows})
    told = [Told(row.template, row.urgent and row.template not in _BUNDLES, row.escalates) for row in rows]
    capped = {row.recipient_id for row, one in zip(rows, told, strict=True) if one.is_capped}
    reminded = await _reminded(work, capped) if capped else {}
    calendars = await lookup.calendars(work, {row.house_id for row in rows}) if chosen or capped else {}
    found = []
    for row, one in zip(rows, told, strict=True):
        mine: Preferences = chosen.get(row.recipient_id, NONE_CHOSEN)
        calendar = calendars.get(row.house_id, WorkingCalendar())
        made = plan(one, mine, calendar, work.now, reminded.get(row.recipient_id, 0))
        again = row.tries and made.how is not How.GOES  # it may have arrived after all: then it is the same message
        if again or (row.for_calendar and made.how is How.BUNDLED):  # and a calendar takes one event from a message
            made = Plan(How.GOES, work.now)
        if one.is_capped and made.how is How.GOES and begin_of_day(made.at) == begin_of_day(work.now):
            reminded[row.recipient_id] = reminded.get(row.recipient_id, 0) + 1
        found.append(made)
    return found


async def _reminded(work: Work, people: set[UUID]) -> dict[UUID, int]:
    """How many reminders they got today, or will get."""
    today = begin_of_day(work.now)
    asked = {"people": list(people), "today": today, "tomorrow": begin_of_day(today + timedelta(hours=30))}
    return {row.recipient_id: row.times for row in await work.session.execute(_REMINDED, asked)}


async def _look_over(work: Work, ids: Sequence[UUID]) -> None:
    if ids:
        await work.session.execute(_LOOKED_OVER, {"ids": list(ids), "stops": sorted(STOPS_ON_HOLD)})


async def _bundle(work: Work, going: Sequence[tuple[UUID, Any]]) -> set[UUID]:
    """Put these in the bundles of their recipients. Answers which of them are in one now."""
    if not going:
        return set()
    asked = {"now": work.now, "ids": [one for one, _ in going], "moments": [at for _, at in going]}
    return set(await work.session.scalars(text(_bundled()).bindparams(_MOMENTS), asked))
