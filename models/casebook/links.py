"""References, links and codes for what a message asks: made when a sender takes it, in the same transaction.

Nothing of a link stays in the outbox: each try carries a fresh one, and the table keeps its hashes only.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import insert

from models import links
from models.casebook.setup import hashed
from models.tables.base import Moment, new_id
from models.tables.links import AnswerLink, Reference
from models.transactions import Work
from models.visibility import INFORMING

#: two references never collide but by a chance of one in hundreds of millions; then another is made
_MOST_TRIES = 3
_FORGET = text("SELECT pols_forget_links()")
#: of what somebody holds for one duty only the newest stay good
_SURPLUS = text("""
    UPDATE answer_link SET revoked_at = :now WHERE id IN (
      SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY reference_id ORDER BY made_at DESC, id DESC) AS nth
                      FROM answer_link WHERE reference_id = ANY (CAST(:references AS uuid[])) AND revoked_at IS NULL
                        AND expires_at > :now) AS live
      WHERE nth > :most)
""").bindparams(bindparam("now", type_=Moment()))


@cache
def _asked() -> TextClause:
    statement = (files("models.casebook") / "mint.sql").read_text(encoding="utf-8")
    return text(statement).bindparams(bindparam("now", type_=Moment()))


async def mint(work: Work, claimed: Sequence[Any]) -> None:
    """Give every line of these messages its `kenmerk`; and `pad` and `antwoordcode` where it may be answered by link.

    `kenmerk` is empty in a line that is about no case. However many messages there are, it takes the same questions.
    """
    lines = {(message.id, place): line for message in claimed for place, line in enumerate(message.lines)}
    for line in lines.values():
        line["kenmerk"] = ""
    found = await _called(work, claimed)
    for one in found:
        lines[one.message_id, one.place]["kenmerk"] = links.grouped(one.code)
    linked = [one for one in found if one.may]
    if not linked:
        return
    made = await asyncio.to_thread(_secrets, linked, work.now)
    for one, (_row, token, code) in zip(linked, made, strict=True):
        lines[one.message_id, one.place] |= {"pad": f"/a/{token}", "antwoordcode": links.grouped(code)}
    await work.session.execute(insert(AnswerLink).values([row for row, _, _ in made]))
    references = sorted({one.reference_id for one in linked})
    await work.session.execute(_SURPLUS, {"now": work.now, "references": references, "most": links.MOST_LIVE})


def _secrets(found: Sequence[Any], now: datetime) -> list[tuple[dict[str, object], str, str]]:
    """A row, its token and its code for each; hashing codes is slow on purpose, and not for the event loop."""
    return [_secret(one, now) for one in found]


def _secret(one: Any, now: datetime) -> tuple[dict[str, object], str, str]:  # noqa: ANN401 - a row
    link_id, token, code = new_id(), links.new_token(), links.new_code()
    row: dict[str, object] = {
        "id": link_id, "house_id": one.house_id, "reference_id": one.reference_id, "message_id": one.message_id,
        "meeting_id": one.meeting_id, "token_hash": hashed(token), "code_hash": links.code_hash(code, link_id),
        "made_at": now, "expires_at": links.good_until(one.due_at, now),
    }  # fmt: skip
    return row, token, code


async def _called(work: Work, claimed: Sequence[Any]) -> list[Any]:
    """What is known of each line about a case, with what it is called; what had no name yet gets one."""
    asked = _columns(claimed) | {"now": work.now, "linked": sorted(links.LINKED), "informing": sorted(INFORMING)}
    if not asked["messages"]:
        return []
    for _try in range(_MOST_TRIES):
        found = list(await work.session.execute(_asked(), asked))
        fresh = {(one.person_id, one.duty_id, one.case_id): one for one in found if one.code is None}
        if not fresh:
            return found
        await work.session.execute(
            insert(Reference).values([_reference(one, work.now) for one in fresh.values()]).on_conflict_do_nothing()
        )
    msg = "no reference was free"
    raise RuntimeError(msg)


def _reference(one: Any, now: datetime) -> dict[str, object]:  # noqa: ANN401 - a row
    return {
        "id": new_id(), "house_id": one.house_id, "code": links.new_code(), "person_id": one.person_id,
        "case_id": one.case_id, "duty_id": one.duty_id, "made_at": now,
    }  # fmt: skip


def _columns(claimed: Sequence[Any]) -> dict[str, Any]:
    rows = [
        (message.id, message.recipient_id, place, _id(line, "taak"), line.get("casus"), line.get("stap"),
         _id(line, "overleg"))
        for message in claimed for place, line in enumerate(message.lines)
    ]  # fmt: skip
    names = ("messages", "people", "places", "duties", "numbers", "steps", "meetings")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _id(line: dict[str, Any], name: str) -> UUID | None:
    return UUID(line[name]) if line.get(name) else None


async def forget(work: Work) -> None:
    """Drop links that were over a month ago (every night)."""
    await work.session.execute(_FORGET)
