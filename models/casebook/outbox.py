"""The outbox: what must be told, once per person and act; claimed, sent, retried, given up in the open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, text, update
from sqlalchemy.dialects.postgresql import insert

from models.absence import PERSONAL
from models.tables.base import new_id
from models.tables.engine import Message
from models.transactions import Work

#: waits after a failed try; after the last one the message is undeliverable and the case shows it
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 240, 240, 480))
_CLAIM_LASTS = timedelta(seconds=120)


@cache
def _tell() -> str:
    return (files("models.casebook") / "tell.sql").read_text(encoding="utf-8")


async def tell_about_duties(work: Work, pairs: Sequence[tuple[UUID, str]], *, template: str, key: str) -> int:
    """One message per recipient about all these duties (with the step of their ladder). Answers how many were new."""
    if not pairs:
        return 0
    result = await work.session.execute(
        text(_tell()),
        {
            "duties": [duty for duty, _ in pairs], "steps": [step for _, step in pairs], "now": work.now,
            "template": template, "key": key, "personal": sorted(PERSONAL),
        },
    )  # fmt: skip
    assert isinstance(result, CursorResult)  # noqa: S101 - an INSERT
    return int(result.rowcount)


async def post(
    work: Work, recipients: Sequence[UUID], *, house_id: UUID, template: str, key: str, case_id: UUID | None,
    lines: list[dict[str, Any]],
) -> None:  # fmt: skip
    """One message for each of these people about one case or none; the same key for the same person is sent once."""
    about = {
        "house_id": house_id, "template": template, "case_ids": [case_id] if case_id else [], "lines": lines,
    }  # fmt: skip
    rows = _messages(work, recipients, key, about)
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


_CLAIM = text("""
    UPDATE outbox SET next_try_at = :until, tries = tries + 1, code = NULL
    WHERE id IN (SELECT id FROM outbox WHERE sent_at IS NULL AND gave_up_at IS NULL AND next_try_at <= :now
                 ORDER BY next_try_at LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id, recipient_id, template, lines, tries,
      (SELECT email FROM person WHERE person.id = recipient_id) AS email,
      (SELECT name FROM house WHERE house.id = outbox.house_id) AS house,
      created_at
""")


async def claim(work: Work, most: int) -> list[Any]:
    """Take messages that are due; others skip them. One that is not reported back comes free after two minutes."""
    result = await work.session.execute(_CLAIM, {"now": work.now, "until": work.now + _CLAIM_LASTS, "most": most})
    return list(result)


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
