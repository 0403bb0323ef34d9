"""The outbox: what must be told, once per person and act; claimed, sent, retried, given up in the open."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, bindparam, text, update
from sqlalchemy.dialects.postgresql import insert

from models import ladder
from models.absence import PERSONAL
from models.lookups import work as lookup
from models.owed import BY_THE_HOUR
from models.stalled import STOPS_ON_HOLD
from models.tables.base import Moment, new_id
from models.tables.engine import Message
from models.transactions import Work
from models.visibility import INFORMING

#: waits after a failed try; after the last one the message is undeliverable and the case shows it
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 240, 240, 480))
_CLAIM_LASTS = timedelta(seconds=120)


#: what is no longer said when the duty was done before the message was sent
CHASING = ("herinnering", "leidinggevende")
#: added to a message that nobody took yet; of a duty that was in it already only the newest is said
_MERGED = """
  lines = coalesce((SELECT jsonb_agg(line) FROM jsonb_array_elements(outbox.lines) AS line
                    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(excluded.lines) AS newer
                                      WHERE newer->>'taak' = line->>'taak')), '[]') || excluded.lines,
  case_ids = ARRAY(SELECT DISTINCT unnest(outbox.case_ids || excluded.case_ids))
  WHERE outbox.tries = 0 AND outbox.sent_at IS NULL AND outbox.gave_up_at IS NULL"""
#: nobody stands in for who is away: their contact hears so, once a day and without content
_NOTICED = """, noticed AS (
  INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
  SELECT gen_random_uuid(), house_id, 'zonder_vervanger:'
           || CAST(CAST(:now AS timestamptz) AT TIME ZONE 'Europe/Amsterdam' AS date) || ':' || person_id, person_id,
         'zonder_vervanger', array_agg(DISTINCT case_id), CAST('[]' AS jsonb), :now, :now, 0
  FROM notified GROUP BY house_id, person_id
  ON CONFLICT (key) DO NOTHING
)
"""
_AT_ONCE = """
INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
SELECT gen_random_uuid(), house_id, :key || ':' || person_id, person_id, template, array_agg(DISTINCT case_id),
       jsonb_agg(DISTINCT line), :now, :now, 0
FROM said GROUP BY house_id, person_id, template
ON CONFLICT (key) DO NOTHING"""


_WHO = "SELECT DISTINCT person_id FROM said"


@cache
def _tell(then: str) -> str:
    """Who is told and what, and what is done with that."""
    return _part("tell.sql") + then


@cache
def _bundled() -> str:
    return _tell(_NOTICED + _part("remind.sql").replace("{merged}", _MERGED))


def _part(name: str) -> str:
    return (files("models.casebook") / name).read_text(encoding="utf-8")


def _asked(found: Sequence[tuple[UUID, str, UUID | None]]) -> dict[str, object]:
    return {
        "duties": [duty for duty, _, _ in found], "steps": [step for _, step, _ in found],
        "people": [person for _, _, person in found], "by_itself": [], "hourly": sorted(BY_THE_HOUR), "more": "{}",
        "personal": sorted(PERSONAL), "informing": sorted(INFORMING),
    }  # fmt: skip


async def remind(work: Work, found: Sequence[tuple[UUID, str, UUID | None]]) -> None:
    """Tell of the steps that fired, and who put one off for themselves: bundled, see remind.sql."""
    if not found:
        return
    policies = await lookup.policies(work, [duty for duty, _, _ in found])
    when = [ladder.posts(work.now, policy.calendar()) for policy in policies.values()]
    await work.session.execute(
        text(_bundled()),
        _asked(found) | {
            "now": work.now, "template": "herinnering", "key": str(new_id()), "houses": list(policies),
            "order": [ladder.Step.SNOOZED, *ladder.Step],
            "by_itself": [house for house, policy in policies.items() if policy.escalate_partner_by_itself],
            "days": [one.day for one in when], "goes_at": [one.goes_at for one in when],
            "next_days": [one.next_day for one in when], "next_at": [one.next_at for one in when],
        },
    )  # fmt: skip


async def tell_about_duties(
    work: Work, pairs: Sequence[tuple[UUID, str]], *, template: str, key: str, **more: str
) -> int:
    """One message per recipient about all these duties (with the step of their ladder). Answers how many were new.

    What is more goes into every line.
    """
    if not pairs:
        return 0
    result = await work.session.execute(
        text(_tell(_NOTICED + _AT_ONCE)),
        _asked([(duty, step, None) for duty, step in pairs]) | {
            "now": work.now, "template": template, "key": key, "more": json.dumps(more),
        },
    )  # fmt: skip
    assert isinstance(result, CursorResult)  # noqa: S101 - an INSERT
    return int(result.rowcount)


async def reminded(work: Work, duty_id: UUID) -> frozenset[UUID]:
    """Who is reminded of a duty now: its owner, whoever holds its role, or who replaces them."""
    asked = _asked([(duty_id, "overdue", None)]) | {"now": work.now, "template": "herinnering"}
    return frozenset(await work.session.scalars(text(_tell(_WHO)), asked))


async def post(
    work: Work, recipients: Sequence[UUID], *, house_id: UUID, template: str, key: str, case_id: UUID | None,
    lines: list[dict[str, Any]], own: Mapping[UUID, dict[str, Any]] | None = None,
) -> None:  # fmt: skip
    """One message for each of these people about one case or none; the same key for the same person is sent once.

    `own`: by person, what every line says for them only.
    """
    about = {
        "house_id": house_id, "template": template, "case_ids": [case_id] if case_id else [], "lines": lines,
    }  # fmt: skip
    rows = _messages(work, recipients, key, about)
    for row in rows:
        row["lines"] = [line | (own or {}).get(row["recipient_id"], {}) for line in lines]
    if rows:
        await work.session.execute(insert(Message).values(rows).on_conflict_do_nothing(index_elements=["key"]))


def tell(
    work: Work, recipients: Sequence[UUID], *, house_id: UUID, template: str, case_id: UUID, lines: list[dict[str, Any]]
) -> None:
    """Leave a message for each of these people, as who may not read the outbox. Its key tells nothing."""
    about = {"house_id": house_id, "template": template, "case_ids": [case_id], "lines": lines}
    work.write(Message, _messages(work, recipients, f"{template}:{new_id()}", about))


def _messages(work: Work, recipients: Sequence[UUID], key: str, about: dict[str, Any]) -> list[dict[str, Any]]:
    fresh = {"created_at": work.now, "next_try_at": work.now, "tries": 0}
    return [
        about | fresh | {"id": new_id(), "key": f"{key}:{one}", "recipient_id": one}
        for one in dict.fromkeys(recipients)
    ]


#: A reminder says what is still true: a duty that was done, moved or put on hold since is left out, and without any
#: other the message goes too.
_CLAIM = text("""
    WITH due AS MATERIALIZED (
      SELECT id, template, lines FROM outbox WHERE sent_at IS NULL AND gave_up_at IS NULL AND next_try_at <= :now
      ORDER BY next_try_at LIMIT :most FOR UPDATE SKIP LOCKED
    ), said AS (
      SELECT due.id, jsonb_agg(line ORDER BY place) FILTER (WHERE d.answered_at IS NULL AND d.lapsed_at IS NULL
               AND d.withdrawn_at IS NULL AND d.due_at = CAST(line->>'uiterlijk' AS timestamptz)
               AND (c.hold_since IS NULL OR d.kind <> ALL (CAST(:stops AS text[])))) AS lines
      FROM due CROSS JOIN jsonb_array_elements(due.lines) WITH ORDINALITY AS l (line, place)
      LEFT JOIN duty d ON d.id = CAST(line->>'taak' AS uuid) LEFT JOIN cases c ON c.id = d.case_id
      WHERE due.template = ANY (CAST(:chasing AS text[])) GROUP BY due.id
    ), untrue AS (
      DELETE FROM outbox WHERE id IN (SELECT id FROM said WHERE lines IS NULL)
    ), taken AS (
      UPDATE outbox o SET next_try_at = :until, tries = o.tries + 1, code = NULL, lines = coalesce(said.lines, o.lines)
      FROM due LEFT JOIN said USING (id)
      WHERE o.id = due.id AND (said.id IS NULL OR said.lines IS NOT NULL)
      RETURNING o.id, o.recipient_id, o.template, o.lines, o.tries, o.house_id, o.created_at
    )
    SELECT taken.id, recipient_id, taken.template, taken.lines, tries, p.email, h.name AS house, created_at, :now AS now
    FROM due LEFT JOIN taken USING (id) LEFT JOIN person p ON p.id = recipient_id
    LEFT JOIN house h ON h.id = taken.house_id
""").bindparams(bindparam("now", type_=Moment()))


async def claim(work: Work, most: int) -> list[Any]:
    """Take messages that are due; others skip them. One that is not reported back comes free after two minutes."""
    asked = {
        "now": work.now, "until": work.now + _CLAIM_LASTS, "most": most, "chasing": list(CHASING),
        "stops": sorted(STOPS_ON_HOLD),
    }  # fmt: skip
    while found := list(await work.session.execute(_CLAIM, asked)):
        if taken := [row for row in found if row.id is not None]:
            return taken
    return []


async def sent(work: Work, message_id: UUID) -> None:
    """The relay took it."""
    await work.session.execute(
        update(Message).where(Message.id == message_id, Message.sent_at.is_(None)).values(sent_at=work.now, code=None)
    )


async def failed(work: Work, message_id: UUID, tries: int, code: str) -> datetime | None:
    """The relay did not: try again later, or give up in the open. Answers the next try."""
    wait = BACK_OFF[tries - 1] if tries <= len(BACK_OFF) else None
    values: dict[str, object] = {"code": code}
    values |= {"next_try_at": work.now + wait} if wait is not None else {"gave_up_at": work.now}
    await work.session.execute(update(Message).where(Message.id == message_id).values(**values))
    return None if wait is None else work.now + wait
