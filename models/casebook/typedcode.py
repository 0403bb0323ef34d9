"""Opening an answer page by typing a reference and a code, for who does not follow links in mail."""

import asyncio
import hmac
from uuid import UUID

from sqlalchemy import text

from models import links
from models.casebook.setup import hashed
from models.tables.base import new_id
from models.transactions import Work

_CODES = text("SELECT link_id, code_hash FROM pols_codes_of(:reference)")
_OPEN = text("SELECT pols_open_by_code(:link, :given, :fresh, :token)")


async def open_by_code(work: Work, reference: str, code: str) -> str | None:
    """The token of a link like the one that this code was sent with; None when the two do not belong together.

    As much work for a reference that is none: how long it takes tells nothing either.
    """
    found = list(await work.session.execute(_CODES, {"reference": reference}))
    hashes = await asyncio.to_thread(_hashes, code, [row.link_id for row in found])
    for row, given in zip(found, hashes, strict=False):
        if code and hmac.compare_digest(given, row.code_hash):
            token = links.new_token()
            facts = {"link": row.link_id, "given": given, "fresh": new_id(), "token": hashed(token)}
            return token if await work.session.scalar(_OPEN, facts) else None
    return None


def _hashes(code: str, found: list[UUID]) -> list[bytes]:
    missing = [new_id() for _ in range(links.MOST_LIVE - len(found))]
    return [links.code_hash(code, one) for one in [*found, *missing]]
