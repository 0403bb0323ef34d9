"""Results of risk assessments: recorded as a trained person found them. Pols computes and ranks nothing (R21)."""

from uuid import UUID

from models.casebook import info
from models.casebook import whereabouts as places
from models.casebook.frame import open_frame
from models.clocks import AMSTERDAM
from models.commands.info import AddInfoItem
from models.commands.risk import RecordRisk
from models.itemwords import Sensitive
from models.refusals import FieldError, InvalidFields
from models.tables.items import InfoItem
from models.tables.risk import RiskAssessment
from models.transactions import Work

#: of a result, what is not also a field of its information item
_WIRE = {
    "scores": "scores", "override_reason": "redenAfwijken", "protective": "beschermendeFactoren",
    "limitations": "beperkingen",
}  # fmt: skip
OWN = tuple(name for name in RecordRisk.model_fields if name not in AddInfoItem.model_fields)


async def record(work: Work, case_id: UUID, command: RecordRisk) -> tuple[InfoItem, list[Sensitive]]:
    """Keep a result with its item. Also what to warn of.

    Raises NotFound, NotAllowed, NotInThisPhase or InvalidFields.
    """
    if command.assessed_on > work.now.astimezone(AMSTERDAM).date():
        raise InvalidFields([FieldError("afgenomenOp", "ligt in de toekomst")])
    described = {name: getattr(command, name) for name in AddInfoItem.model_fields}
    item, warnings = await info.add(work, case_id, AddInfoItem(**described))
    own = {name: getattr(command, name) for name in OWN}
    frame = await open_frame(work, case_id)
    await places.not_in(frame, {_WIRE[name]: own[name] for name in _WIRE})
    work.session.add(RiskAssessment(item_id=item.id, house_id=item.house_id, case_id=item.case_id, **own))
    await work.session.flush()
    return item, warnings
