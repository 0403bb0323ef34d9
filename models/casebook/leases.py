"""Leases and runs: who conducts a case now, and under which flow run. Real time only: repair never waits."""

from uuid import UUID

from sqlalchemy import text

from models.tables.engine import EngineRun
from models.transactions import Work

#: seconds that a lease lasts unless renewed; a renewal comes four times in that
LASTS = 45.0

_TAKE = text("""
    UPDATE lease SET token = token + 1, holder = :holder, expires_at = clock_timestamp() + make_interval(secs => :lasts)
    WHERE case_id = (
      SELECT l.case_id FROM lease l JOIN (
        SELECT j.case_id, min(j.next_try_at) AS since FROM journal_entry j JOIN lease f ON f.case_id = j.case_id
        WHERE j.done_at IS NULL AND j.gave_up_at IS NULL
          AND j.next_try_at <= greatest(clock_timestamp(), pols_now())
          AND (f.expires_at IS NULL OR f.expires_at < clock_timestamp())
          AND j.case_id <> ALL (CAST(:not_these AS uuid[]))
        GROUP BY j.case_id ORDER BY since LIMIT 50) AS owing ON owing.case_id = l.case_id
      WHERE l.expires_at IS NULL OR l.expires_at < clock_timestamp()
      ORDER BY owing.since LIMIT 1 FOR UPDATE OF l SKIP LOCKED)
    RETURNING case_id, token
""")


async def take_next(work: Work, holder: str, *, not_these: list[UUID], lasts: float = LASTS) -> tuple[UUID, int] | None:
    """Take the lease of a case with work owed and nobody on it; None when there is none."""
    row = (await work.session.execute(_TAKE, {"holder": holder, "lasts": lasts, "not_these": not_these})).one_or_none()
    return (row.case_id, row.token) if row else None


async def renew(work: Work, case_id: UUID, token: int, *, lasts: float = LASTS) -> bool:
    """Hold on a while longer; False means another took over: stop working."""
    row = await work.session.execute(
        text(
            "UPDATE lease SET expires_at = clock_timestamp() + make_interval(secs => :lasts) "
            "WHERE case_id = :case AND token = :token RETURNING case_id"
        ),
        {"lasts": lasts, "case": case_id, "token": token},
    )
    return row.one_or_none() is not None


async def release(work: Work, case_id: UUID, token: int) -> None:
    """Let go, after the run is at rest or ended."""
    await work.session.execute(
        text("UPDATE lease SET expires_at = NULL, holder = NULL WHERE case_id = :case AND token = :token"),
        {"case": case_id, "token": token},
    )


async def record_run(work: Work, case_id: UUID, epoch: int, flow_run_id: UUID) -> None:
    """This flow run conducts the case from now."""
    house_id = await work.session.scalar(text("SELECT house_id FROM cases WHERE id = :case"), {"case": case_id})
    work.session.add(
        EngineRun(case_id=case_id, epoch=epoch, house_id=house_id, flow_run_id=flow_run_id, made_at=work.now)
    )
