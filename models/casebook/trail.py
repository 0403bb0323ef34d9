"""The lines that prove what was done and seen, and the records of what was processed about whom: no names, no content.

Both are rows, written together just before the commit of the act: one statement each, however much the act did.
"""

from uuid import UUID

from models import processing
from models.actors import Actor, Origin
from models.tables.base import new_id
from models.tables.trail import AuditLine, Processing
from models.transactions import Database, Work, unit_of_work

DONE, REFUSED = "ok", "geweigerd"


def write(
    work: Work, action: str, object_kind: str, object_id: UUID | None, *, case_id: UUID | None,
    referral_id: UUID | None, house_id: UUID | None, result: str, facts: dict[str, object],
) -> None:  # fmt: skip
    """One line; and one record when it was done with data about somebody: of a case, or of a report before that."""
    actor, origin, line_id = work.actor, work.origin, new_id()
    house = actor.house_id or house_id
    work.write_last(AuditLine, {
        "id": line_id, "house_id": house, "at": work.now, "action": action, "object_kind": object_kind,
        "object_id": object_id, "case_id": case_id, "referral_id": referral_id, "person_id": actor.person_id,
        "organisation_id": actor.organisation_id, "on_behalf_of": actor.on_behalf_of, "roles": sorted(actor.roles),
        "purpose": actor.purpose, "result": result, "facts": facts, "door": origin.door, "address": origin.address,
        "via_id": origin.via_id, "glass_id": origin.glass_id, "trace_id": origin.trace_id, "span_id": span_of(line_id),
    })  # fmt: skip
    subject = case_id or referral_id
    if subject is None or house is None or result != DONE:
        return
    work.write_last(Processing, {
        "id": line_id, "house_id": house, "trace_id": origin.trace_id, "span_id": span_of(line_id),
        "parent_span_id": origin.parent_span_id, "activity": processing.activity_of(action, object_kind).code,
        "name": action, "status": "Ok", "started_at": work.now, "ended_at": work.now + work.until_now,
        "subject_id": subject, "subject_kind": "casus" if case_id else "aanmelding",
    })  # fmt: skip


def span_of(line_id: UUID) -> str:
    """The span of a line: the random half of its id."""
    return line_id.hex[16:]


async def refused(
    actor: Actor, origin: Origin, database: Database, *, route: str, why: str, object_kind: str,
    object_id: UUID | None, case_id: UUID | None = None, referral_id: UUID | None = None,
) -> None:  # fmt: skip
    """A line about what somebody was refused, in a transaction of its own: that of the act is gone.

    Nothing is looked up: what is hidden costs what is absent costs.
    """
    async with unit_of_work(actor, database, fenced=False, origin=origin) as work:
        write(
            work, "verzoek", object_kind, object_id, case_id=case_id, referral_id=referral_id, house_id=None,
            result=REFUSED, facts={"route": route, "waarom": why},
        )  # fmt: skip
