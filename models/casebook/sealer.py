"""Sealing the log: number and chain what was written since the last second (trust: tamper-evident)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, text

from models.sealing import START, seal
from models.tables.trail import AuditSeal
from models.transactions import Work

_ONE_SEALER = 7_651_104
_COLUMNS = (
    "id, house_id, at, action, object_kind, object_id, case_id, person_id, organisation_id, on_behalf_of, roles,"
    " purpose, result, facts"
)


_TAKE = text(f"""
    WITH taken AS (DELETE FROM audit_unsealed
      WHERE line_id IN (SELECT line_id FROM audit_unsealed ORDER BY line_id LIMIT :most) RETURNING line_id)
    SELECT {_COLUMNS} FROM audit_line JOIN taken ON line_id = id ORDER BY id
""")  # noqa: S608 - columns from the constant above
_LAST = text("SELECT seq, hash FROM audit_seal ORDER BY seq DESC LIMIT 1")
_ALL = text(f"""
    SELECT seq, previous_hash, hash, {_COLUMNS} FROM audit_seal LEFT JOIN audit_line ON id = line_id ORDER BY seq
""")  # noqa: S608 - the same


def as_sealed(row: RowMapping | Mapping[str, Any]) -> dict[str, object]:
    """The form of a line that is hashed."""
    return {name: row[name].isoformat() if name == "at" else row[name] for name in _COLUMNS.split(", ")}


async def seal_lines(work: Work, most: int = 500) -> int:
    """Seal what waits; one sealer at a time. Answers how many lines were sealed."""
    alone = await work.session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ONE_SEALER})
    if not alone:
        return 0
    lines = (await work.session.execute(_TAKE, {"most": most})).mappings().all()
    last = (await work.session.execute(_LAST)).one_or_none()
    seq, previous = (last.seq, last.hash) if last else (0, START)
    for line in lines:
        seq += 1
        made = seal(previous, as_sealed(line))
        work.session.add(AuditSeal(seq=seq, line_id=line["id"], previous_hash=previous, hash=made, sealed_at=work.now))
        previous = made
    return len(lines)


async def first_broken(work: Work) -> int | None:
    """The number of the first seal that does not fit its line or its predecessor; None when the chain is whole."""
    rows = await work.session.stream(_ALL)
    expected, previous = 1, START
    async for row in rows.mappings():
        fits = row["id"] is not None and row["hash"] == seal(previous, as_sealed(row))
        if row["seq"] != expected or row["previous_hash"] != previous or not fits:
            return expected
        expected, previous = expected + 1, row["hash"]
    return None
