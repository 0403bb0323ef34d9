"""What an operator does with the log: hand a house its log, check it in the database, hand over what was processed."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from models import processing
from models.actors import ENGINE, Origin
from models.casebook import sealer
from models.lookups import trail
from models.lookups.paging import Page
from models.sealing import (
    SYSTEM,
    Anchor,
    Checked,
    Checker,
    Found,
    check_anchors,
    header,
    moment,
    opened,
    without_anchors,
    written,
)
from models.transactions import Database, Work, unit_of_work
from models.words import Door

#: the chain of what belongs to no house, as an operator asks for it
NOBODY = "geen"
A_PAGE = 1000


@asynccontextmanager
async def _operating(url: str) -> AsyncIterator[Work]:
    database = Database(url, pool_size=1)
    try:
        async with unit_of_work(ENGINE, database, origin=Origin(Door.OPERATOR)) as work:
            yield work
    finally:
        await database.close()


async def export_log(url: str, house: str, path: Path) -> int:
    """Write the chain of a house (short name or id) to a file that is not there yet; answers how many lines.

    Raises FileExistsError, NotFound.
    """
    async with _operating(url) as work:
        chain = UUID(SYSTEM) if house == NOBODY else await trail.house_by_name(work, house)
        count = 0
        with opened(path, "xt") as file:
            file.write(json.dumps(header(str(chain), moment(work.now))) + "\n")
            async for one in sealer.sealed(work, chain):
                file.write(written(one) + "\n")
                count += 1
        return count


@dataclass(frozen=True, slots=True)
class Proof:
    """The anchors to check beside, and the key they were signed with."""

    folder: Path
    public_key: Path

    def chains(self) -> set[UUID]:
        """The chains that were ever anchored, also when the database knows nothing of them any more."""
        return {UUID(path.name[:36]) for path in self.folder.glob("*-*-*-*-*-*.json")}


async def check_log(url: str, house: str | None = None, proof: Proof | None = None) -> dict[str, Checked]:
    """Check the chains in the database itself, all or one, beside the anchors when given."""
    async with _operating(url) as work:
        one = await trail.house_by_name(work, house) if house else None
        chains = [one] if one else sorted({*await sealer.chains(work), *(proof.chains() if proof else ())})
        found = {str(chain): await _check(work, chain, proof) for chain in chains}
        stray = await sealer.stray_line(work)
        if stray is not None:
            found["los"] = Checked(found=Found(None, f"regel {stray} heeft geen zegel en wacht er niet op"))
        return found


async def _check(work: Work, chain: UUID, proof: Proof | None) -> Checked:
    anchors: list[Anchor] = []
    wrong: Found | None = None
    if proof is not None:
        anchors, wrong = check_anchors(proof.folder, proof.public_key.read_bytes(), str(chain))
    if wrong is not None:
        return Checked(found=wrong)
    checker = Checker(str(chain), anchors)
    async for one in sealer.sealed(work, chain):
        if checker.follow(one) is not None:
            break
    return checker.end() if proof is None else without_anchors(checker.end(), anchors)


async def export_processed(
    url: str, house: str, path: Path, since: datetime | None = None, until: datetime | None = None
) -> int:
    """Write the records of Logboek Dataverwerkingen of a house as JSON lines; answers how many. Raises NotFound."""
    async with _operating(url) as work:
        house_id = await trail.house_by_name(work, house)
        count, page = 0, Page(A_PAGE)
        with opened(path, "xt") as file:
            while True:
                found = await trail.processed(work, page, house_id=house_id, since=since, until=until)
                for one in found.rows:
                    file.write(json.dumps(processing.record(one), ensure_ascii=False) + "\n")
                count += len(found.rows)
                work.session.expunge_all()
                if found.following is None:
                    return count
                page = Page(A_PAGE, found.following)
