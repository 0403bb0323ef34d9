"""Geheime adressen: who may know where somebody of a case can be found."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from api.once import Once
from api.signin import CaseWork
from api.v1.content import Geheim
from api.wire import CaseId
from models.casebook import whereabouts

router = APIRouter(tags=["geheime adressen"], route_class=Once)

SubjectId = Annotated[UUID, Path(alias="persoonId", description="Het kenmerk van de persoon")]


@router.put(
    "/casussen/{id}/betrokkenen/{persoonId}/adresgeheim", status_code=204,
    summary="Houd adres, school en contact geheim voor wie niet is genoemd",
)  # fmt: skip
async def keep_secret(case_id: CaseId, subject_id: SubjectId, body: Geheim, work: CaseWork) -> None:
    await whereabouts.keep_secret(work, case_id, subject_id, body)


@router.delete(
    "/casussen/{id}/betrokkenen/{persoonId}/adresgeheim", status_code=204, summary="Hef het adresgeheim op"
)  # fmt: skip
async def end_secret(case_id: CaseId, subject_id: SubjectId, work: CaseWork) -> None:
    await whereabouts.no_longer_secret(work, case_id, subject_id)
