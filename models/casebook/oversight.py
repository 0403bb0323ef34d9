"""Reading the log is an act too: bound to a purpose of WGS 1.8(4), and itself logged."""

from dataclasses import replace
from uuid import UUID

from models.actors import LOG_ROLES
from models.casebook.frame import audit
from models.refusals import NotAllowed
from models.transactions import Work, become
from models.words import LogPurpose


async def for_purpose(work: Work, purpose: LogPurpose) -> Work:
    """Go on with this purpose only. Raises NotAllowed for who does not read the log."""
    if not work.actor.has(*LOG_ROLES):
        raise NotAllowed("Het logboek is voor de privacy officer, de functionaris gegevensbescherming en de auditor.")
    return await become(work, replace(work.actor, purpose=purpose))


def consulted(work: Work, what: str, case_id: UUID | None = None) -> None:
    """Somebody read the log, or the records of what was processed."""
    audit(work, "logboek geraadpleegd", what, case_id, case_id=case_id)


def told(work: Work, case_id: UUID | None, referral_id: UUID | None) -> None:
    """Somebody was shown who saw a file."""
    audit(work, "inzage gegeven", "inzage", case_id or referral_id, case_id=case_id, referral_id=referral_id)
