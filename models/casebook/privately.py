"""An answer that nobody but who gave it can tell from silence (R12, WGS 1.5(1)): the duty stays as it was."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text, update

from models.casebook.frame import Frame, audit
from models.commands.cases import GiveAnswer
from models.owed import DUTIES
from models.refusals import FieldError, InvalidFields, NotAllowed
from models.tables.asking import PrivateAnswer
from models.tables.base import new_id
from models.tables.duties import Duty
from models.transactions import Work

#: messages that chase; what else is said to somebody about a duty of theirs stays true
_CHASING = frozenset({"herinnering", "leidinggevende", "aankondiging", "vraag", "dagbundel", "weekoverzicht"})
_SPARED = text("""
    SELECT a.duty_id, p.id AS person_id FROM private_answer a
    JOIN duty d ON d.id = a.duty_id AND d.owner_organisation_id = a.organisation_id
    JOIN person p ON p.organisation_id = a.organisation_id AND p.id = ANY (CAST(:people AS uuid[]))
    WHERE a.duty_id = ANY (CAST(:duties AS uuid[])) AND a.replaced_at IS NULL
""")


def is_private(duty: Duty, outcome: str) -> bool:
    """Whether this outcome stays with who gives it."""
    return outcome in DUTIES[duty.kind].private


def check_private(duty: Duty, outcome: str, *, by_phone: bool) -> None:
    """Who leads the case would know what is told by phone. Raises InvalidFields."""
    if by_phone and is_private(duty, outcome):
        told = "geeft de partner zelf, in Pols of op de antwoordpagina: zo blijft het bij de eigen organisatie"
        raise InvalidFields([FieldError("uitkomst", told)])


async def keep(frame: Frame, duty: Duty, command: GiveAnswer) -> PrivateAnswer:
    """Keep a private answer. No history, no event, no moment of the case: to everybody else nothing happened."""
    work = frame.work
    if work.actor.person_id is None:
        raise NotAllowed("Een antwoord komt van een persoon.")
    await work.session.execute(
        update(PrivateAnswer)
        .where(
            PrivateAnswer.duty_id == duty.id, PrivateAnswer.organisation_id == duty.owner_organisation_id,
            PrivateAnswer.replaced_at.is_(None),
        )
        .values(replaced_at=work.now).execution_options(synchronize_session=False)
    )  # fmt: skip
    kept = PrivateAnswer(
        id=new_id(), house_id=duty.house_id, case_id=duty.case_id, duty_id=duty.id,
        organisation_id=duty.owner_organisation_id, outcome=command.outcome, why=command.why, note=command.note,
        at=work.now, registered_by=work.actor.person_id,
    )  # fmt: skip
    work.session.add(kept)
    audit(work, "antwoord in vertrouwen", "taak", duty.id, case_id=duty.case_id, house_id=duty.house_id)
    return kept


async def spare(work: Work, claimed: Sequence[Any]) -> frozenset[UUID]:
    """Leave out of messages that are about to go what their recipients answered privately, without a trace.

    Answers the messages that say nothing any more: they count as sent, since the others would see that they did not go.
    """
    chasing = [one for one in claimed if one.template in _CHASING]
    duties = {line["taak"] for one in chasing for line in one.lines if line.get("taak")}
    if not duties:
        return frozenset()
    asked = {"people": list({one.recipient_id for one in chasing}), "duties": list(map(UUID, duties))}
    spared = {(str(row.duty_id), row.person_id) for row in await work.session.execute(_SPARED, asked)}
    if not spared:
        return frozenset()
    silent = set()
    for one in chasing:
        left = [line for line in one.lines if (line.get("taak"), one.recipient_id) not in spared]
        if one.lines and not left:
            silent.add(one.id)
        one.lines[:] = left
    return frozenset(silent)
