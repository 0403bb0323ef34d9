"""Sealing the log: number and chain, per house, what was written since the last second (trust: tamper-evident)."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, LargeBinary, RowMapping, Uuid, bindparam, column, text

from models.sealing import FIELDS, START, SYSTEM, Sealed, as_line, moment, seal
from models.tables.base import Moment
from models.tables.trail import AuditLine, AuditSeal
from models.transactions import Work

_ONE_SEALER = 7_651_104
_LINE = [getattr(AuditLine, name) for name in FIELDS]
_COLUMNS = ", ".join(f"audit_line.{name}" for name in FIELDS)

_TAKE = text(f"""
    WITH taken AS (DELETE FROM audit_unsealed
      WHERE line_id IN (SELECT line_id FROM audit_unsealed ORDER BY line_id LIMIT :most) RETURNING line_id)
    SELECT {_COLUMNS} FROM audit_line JOIN taken ON line_id = id ORDER BY id
""").columns(*_LINE)  # noqa: S608 - columns from the constant above
_HEADS = text("""
    SELECT c.chain, head.seq, head.hash FROM unnest(:chains) AS c (chain)
    CROSS JOIN LATERAL (SELECT seq, hash FROM audit_seal s WHERE s.chain = c.chain ORDER BY seq DESC LIMIT 1) AS head
""").bindparams(bindparam("chains", type_=ARRAY(Uuid())))
_CHAIN = text(f"""
    SELECT {_COLUMNS}, audit_seal.seq, audit_seal.previous_hash, audit_seal.hash, audit_seal.sealed_at
    FROM audit_seal LEFT JOIN audit_line ON id = line_id WHERE chain = :chain ORDER BY seq
""").columns(  # noqa: S608 - the same
    *_LINE, column("seq", BigInteger), column("previous_hash", LargeBinary), column("hash", LargeBinary),
    column("sealed_at", Moment),
)  # fmt: skip
_CHAINS = text(f"""
    SELECT id AS chain FROM house UNION SELECT '{SYSTEM}'::uuid
    UNION SELECT * FROM (
      WITH RECURSIVE known AS (
        (SELECT chain FROM audit_seal ORDER BY chain LIMIT 1)
        UNION ALL SELECT (SELECT s.chain FROM audit_seal s WHERE s.chain > k.chain ORDER BY s.chain LIMIT 1)
        FROM known k WHERE k.chain IS NOT NULL)
      SELECT chain FROM known WHERE chain IS NOT NULL) AS every ORDER BY chain
""")  # noqa: S608 - the same
_STRAY = text("""
    SELECT l.id FROM audit_line l
    WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.line_id = l.id)
      AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.line_id = l.id) LIMIT 1
""")


async def seal_lines(work: Work, most: int = 500) -> int:
    """Seal what waits; one sealer at a time. Answers how many lines were sealed."""
    alone = await work.session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ONE_SEALER})
    if not alone:
        return 0
    lines = (await work.session.execute(_TAKE, {"most": most})).mappings().all()
    if not lines:
        return 0
    heads = await heads_of(work, sorted({chain_of(one) for one in lines}))
    at = moment(work.now)
    for line in lines:
        chain = chain_of(line)
        seq, previous = heads.get(chain, (0, START))
        made = seal(previous, str(chain), seq + 1, at, as_line(line))
        heads[chain] = seq + 1, made
        work.write_last(AuditSeal, {
            "chain": chain, "seq": seq + 1, "line_id": line["id"], "previous_hash": previous, "hash": made,
            "sealed_at": work.now,
        })  # fmt: skip
    return len(lines)


def chain_of(line: RowMapping) -> UUID:
    """The chain a line belongs to: that of its house, or of nobody."""
    house: UUID | None = line["house_id"]
    return house or UUID(SYSTEM)


async def heads_of(work: Work, chains: Sequence[UUID]) -> dict[UUID, tuple[int, bytes]]:
    """The last number and hash of these chains; nothing of a chain without a line."""
    return {row.chain: (row.seq, row.hash) for row in await work.session.execute(_HEADS, {"chains": chains})}


async def chains(work: Work) -> list[UUID]:
    """Every chain there is: of each house, of nobody, and of whatever else stands in the table."""
    return list(await work.session.scalars(_CHAINS))


async def sealed(work: Work, chain: UUID) -> AsyncIterator[Sealed]:
    """A whole chain, one line at a time."""
    rows = await work.session.stream(_CHAIN, {"chain": chain}, execution_options={"yield_per": 2000})
    async for row in rows.mappings():
        yield Sealed(
            str(chain), row["seq"], row["previous_hash"], row["hash"], moment(row["sealed_at"]),
            None if row["id"] is None else as_line(row),
        )  # fmt: skip


async def hash_at(work: Work, chain: UUID, seq: int) -> bytes | None:
    """The seal with this number; None when there is none."""
    found: Any = await work.session.get(AuditSeal, (chain, seq))
    return None if found is None else found.hash


async def stray_line(work: Work) -> UUID | None:
    """A line that has no seal and does not wait for one: put in, or taken out of a chain."""
    found: UUID | None = await work.session.scalar(_STRAY)
    return found
