"""The self-checks of the night: what cannot be right is kept until it is gone, and what is safe to put right is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update

from models.casebook import duties
from models.casebook.frame import audit
from models.findings import FindingKind, last_night
from models.lookups import cases
from models.lookups import findings as lookup
from models.stalled import ENGINE_GRACE, STOPS_ON_HOLD
from models.tables.findings import Finding
from models.transactions import Work
from models.words import DutyKind

#: one row for as long as it is there, however many nights
_KEEP = """
    INSERT INTO finding (id, house_id, kind, case_id, duty_id, person_id, found_at, seen_at)
    SELECT gen_random_uuid(), :house, CAST(:kind AS text), f.case_id, f.duty_id, f.person_id, :now, :now
    FROM ({check}) AS f (case_id, duty_id, person_id)
    ON CONFLICT (house_id, kind, case_id, duty_id, person_id) WHERE gone_at IS NULL DO UPDATE SET seen_at = :now
"""
_NEXT = text("""
    UPDATE house SET checked_at = :now WHERE id = (
      SELECT id FROM house WHERE checked_at IS NULL OR checked_at < :night ORDER BY random() LIMIT 1
      FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id
""")


async def check_next(work: Work) -> UUID | None:
    """Check one house that was not looked at since the last night; nothing when there is none, or another has it."""
    house_id = await work.session.scalar(_NEXT, {"now": work.now, "night": last_night(work.now)})
    if not isinstance(house_id, UUID):
        return None
    await check(work, house_id)
    return house_id


async def check(work: Work, house_id: UUID) -> None:
    """Ask every question about a house, keep the answers, and heal what can be healed without choosing."""
    known = await facts(work, house_id)
    for kind, question in lookup.CHECKS.items():
        await work.session.execute(text(_KEEP.format(check=question)), known | {"kind": kind.value})
    await _gone(work, house_id)
    await _disarm_ended(work, house_id)


async def facts(work: Work, house_id: UUID) -> dict[str, object]:
    """What the questions need to know: the moment, and what the policy of the house makes of its duties."""
    _, policy = await cases.house_policy(work, house_id)
    unchased = [kind.value for kind in DutyKind if not policy.ladder(kind, urgent=False)]
    return {
        "house": house_id, "now": work.now, "grace": ENGINE_GRACE, "unchased": unchased,
        "stops": sorted(STOPS_ON_HOLD),
    }  # fmt: skip


async def _gone(work: Work, house_id: UUID) -> None:
    """What was not seen this time is not there any more."""
    await work.session.execute(
        update(Finding).where(Finding.house_id == house_id, Finding.gone_at.is_(None), Finding.seen_at < work.now)
        .values(gone_at=work.now).execution_options(synchronize_session=False)
    )  # fmt: skip


async def _disarm_ended(work: Work, house_id: UUID) -> None:
    """A reminder about what is done already would only confuse: it is dropped, and that is said."""
    ended = await lookup.armed_for_ended(work, house_id)
    if not ended:
        return
    await duties.disarm(work, ended)
    healed: dict[str, datetime] = {"gone_at": work.now, "healed_at": work.now}
    await work.session.execute(
        update(Finding)
        .where(Finding.house_id == house_id, Finding.kind == FindingKind.RUNG_OF_ENDED, Finding.duty_id.in_(ended),
               Finding.gone_at.is_(None))
        .values(healed).execution_options(synchronize_session=False)
    )  # fmt: skip
    for duty_id in ended:
        audit(work, "herinneringen vervallen", "taak", duty_id, house_id=house_id)
