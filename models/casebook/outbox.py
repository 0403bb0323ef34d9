"""The outbox: what must be told, once per person and act; claimed, sent, retried, given up in the open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, TextClause, bindparam, text, update
from sqlalchemy.dialects.postgresql import insert

from models import delivery, ladder
from models.absence import PERSONAL
from models.casebook import planning
from models.lookups import work as lookup
from models.owed import BY_THE_HOUR
from models.stalled import STOPS_ON_HOLD
from models.tables.base import Moment, new_id
from models.tables.engine import Message
from models.transactions import Work
from models.visibility import INFORMING

CLAIM_LASTS = timedelta(seconds=120)
#: what is no longer said when the duty was done before the message was sent
CHASING = ("herinnering", "leidinggevende")
#: the same, once it waited for so long (the relay was away)
ANNOUNCING = ("aankondiging", "vraag")
_OLD_NEWS = timedelta(hours=1)
#: a code is good for minutes; what was said to one person about themselves is not for their colleagues
STALE = ("noodtoegang_code", "kanaal_code")
PERSONAL_MAIL = (*STALE, "noodtoegang", "massaal_gelezen", "besluit_namens_u")
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


_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('pols.outbox'))")


@cache
def _claim() -> TextClause:
    return text(_part("claim.sql")).bindparams(bindparam("now", type_=Moment()))


async def claim(work: Work, most: int, *, per_minute: int = 0) -> list[Any]:
    """Take messages that are due; others skip them. One that is not reported back comes free after two minutes.

    One sender takes at a time, so that two never take messages to the same person out of their order, nor together
    more than `per_minute` (0: no limit).
    """
    await work.session.execute(_ONE_AT_A_TIME)
    await planning.plan_due(work)
    asked = {
        "now": work.now, "until": work.now + CLAIM_LASTS, "most": most, "per_minute": per_minute,
        "patience": delivery.PATIENCE, "chasing": list(CHASING), "announcing": list(ANNOUNCING),
        "stale": work.now - _OLD_NEWS, "stops": sorted(STOPS_ON_HOLD),
    }  # fmt: skip
    while found := list(await work.session.execute(_claim(), asked)):
        if taken := [row for row in found if row.id is not None]:
            return taken
    return []


@dataclass(frozen=True, slots=True)
class Tried:
    """A message that was claimed, at which try, and what became of it. `back`: it was not tried after all."""

    id: UUID
    tries: int
    code: str | None = None
    lasting: bool = False
    back: bool = False

    def next_try(self, now: datetime) -> datetime | None:
        """When it is tried again; nothing when it was sent or is given up. A relay that is away burns no try."""
        if self.back or self.code in delivery.OF_RELAY:
            return now
        wait = None if self.code is None or self.lasting else delivery.wait(self.tries, self.id)
        return None if wait is None else now + wait

    @property
    def how(self) -> str:
        """What to write down."""
        if self.back or self.code in delivery.OF_RELAY:
            return "terug"
        if self.code is None:
            return "verzonden"
        return "opgegeven" if self.lasting or delivery.wait(self.tries, self.id) is None else "later"


async def record(work: Work, found: Sequence[Tried]) -> None:
    """Write down what became of these messages, together."""
    await work.session.execute(
        text(_part("record.sql")),
        {
            "now": work.now, "ids": [one.id for one in found], "tries": [one.tries for one in found],
            "hows": [one.how for one in found], "codes": [one.code for one in found],
            "next": [one.next_try(work.now) for one in found],
        },
    )  # fmt: skip


async def sent(work: Work, message_id: UUID) -> None:
    """The relay took it."""
    await record(work, [Tried(message_id, 0)])


async def failed(work: Work, message_id: UUID, tries: int, code: str, *, lasting: bool = False) -> datetime | None:
    """The relay did not: try again later, or give up in the open. Answers the next try."""
    tried = Tried(message_id, tries, code, lasting)
    await record(work, [tried])
    return tried.next_try(work.now)


async def bounced(work: Work, message_ids: Sequence[UUID]) -> int:
    """These came back from the mailbox they were for. Answers of how many that is news."""
    result = await work.session.execute(
        update(Message).where(Message.id.in_(message_ids), Message.sent_at.is_not(None), Message.bounced_at.is_(None))
        .values(bounced_at=work.now).execution_options(synchronize_session=False)
    )  # fmt: skip
    assert isinstance(result, CursorResult)  # noqa: S101 - an UPDATE
    return int(result.rowcount)


async def reroute(work: Work) -> int:
    """Send what came back to whoever else may know, once. Answers how many messages go out."""
    result = await work.session.execute(text(_part("reroute.sql")), {"now": work.now, "never": list(PERSONAL_MAIL)})
    assert isinstance(result, CursorResult)  # noqa: S101 - an INSERT
    return int(result.rowcount)
