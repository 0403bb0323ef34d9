"""Informatie: what participants supply about a person, with their conditions; correcting it, and taking it back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork, Supplier
from api.wire import BASE, SHOWS, CaseId, Gemaakt, Outgoing, Verwijzing, dutch
from models import visibility
from models.casebook import answers
from models.casebook import info as casebook
from models.commands.info import AddInfoItem, DescribeItem, WithdrawItem
from models.itemwords import Category, Condition, Regime, Reliability, SecrecyRoute, Sensitive
from models.lookups import info
from models.lookups.info import Item
from models.rights import CaseFacts
from models.tables.items import InfoItem, InfoItemVersion
from models.transactions import Work

router = APIRouter(tags=["informatie"], route_class=Once)

#: what an item says, as it is called on the wire
SAID = {
    "category": "categorie", "body": "tekst", "life_domain": "leefgebied", "regime": "regime", "ground": "grondslag",
    "route": "doorbrekingsgrond", "route_reason": "motiveringDoorbreking", "subject_id": "persoon",
    "professional": "beroepskracht", "source": "bron", "reliability": "betrouwbaarheid", "conditions": "voorwaarden",
    "excluded": "nietVoor", "only_for": "alleenVoor", "conditions_note": "toelichtingVoorwaarden",
}  # fmt: skip
#: for whom it is not: for who supplied it and who leads the case
_FOR_WHOM = ("excluded", "only_for", "conditions_note")

_NOTICED = "De tekst lijkt {} te noemen; laat weg wat niet nodig is."

ItemId = Annotated[UUID, Path(alias="informatieId", description="Het kenmerk van de informatie")]
GelezenVersie = Annotated[
    str | None,
    Header(alias="If-Match", pattern='^"[0-9]{1,9}"$', description="De ETag van de informatie die u corrigeert"),
]


class NieuweInformatie(AddInfoItem):
    """Informatie over een persoon. Alleen de procesregisseur noemt een andere leverancier dan de eigen organisatie."""

    model_config = dutch(supplier_id="leverancier", **SAID)


class HersteldeInformatie(DescribeItem):
    """Wat de informatie had moeten zeggen; wat er stond bewaart de leverancier."""

    model_config = dutch(**SAID)


class InformatieIntrekking(WithdrawItem):
    """Waarom de informatie wordt ingetrokken; dat blijft bij de leverancier."""

    model_config = dutch(reason="toelichting")


class Waarschuwing(Outgoing):
    """Iets waarvoor geen grondslag is en dat in de tekst lijkt te staan. Het houdt niets tegen."""

    model_config = dutch(kind="soort", message="melding")

    kind: Sensitive
    message: str


class InformatieVastgelegd(Gemaakt):
    """De informatie is vastgelegd, met wat eraan opvalt."""

    model_config = dutch("id", version="versie", warnings="waarschuwingen")

    version: int
    warnings: list[Waarschuwing]


class Informatie(Outgoing):
    """Informatie over een persoon, met wie haar leverde en wat een lezer ermee mag. Voor wie zij niet is, staat er
    alleen voor de leverancier en wie de casus leidt; anders is dat leeg.
    """

    model_config = dutch(
        "id", supplier="leverancier", written_by="vastgelegdDoor", version="versie", first_processed_at="vastgelegdOp",
        corrected_at="gecorrigeerdOp", withdrawn_at="ingetrokkenOp", **SAID,
    )  # fmt: skip

    id: UUID
    supplier: Verwijzing
    written_by: UUID | None
    category: Category
    body: str
    life_domain: str
    regime: Regime
    ground: str
    route: SecrecyRoute | None
    route_reason: str
    subject_id: UUID | None
    professional: str
    source: str
    reliability: Reliability
    conditions: list[Condition]
    excluded: list[UUID] | None
    only_for: list[UUID] | None
    conditions_note: str | None
    version: int
    first_processed_at: datetime
    corrected_at: datetime | None
    withdrawn_at: datetime | None


class InformatieLijst(Outgoing):
    """Een bladzijde met informatie in een casus die u mag lezen, de oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Informatie]
    following: str | None


class EerdereVersie(Outgoing):
    """Wat de informatie zei tot zij werd gecorrigeerd of ingetrokken."""

    model_config = dutch(
        version="versie", replaced_at="vervangenOp", replaced_by="vervangenDoor", reason="toelichting", content="inhoud"
    )

    version: int
    replaced_at: datetime
    replaced_by: UUID | None
    reason: str
    content: HersteldeInformatie


class EerdereVersies(Outgoing):
    """De eerdere versies, de nieuwste eerst."""

    model_config = dutch(results="resultaten")

    results: list[EerdereVersie]


def _told(work: Work, facts: CaseFacts, found: Item) -> Informatie:
    apart = {"supplier", *(() if visibility.knows_conditions(work.actor, facts, found.facts) else _FOR_WHOM)}
    plain: dict[str, Any] = {name: getattr(found.row, name) for name in Informatie.model_fields.keys() - apart}
    hidden = dict.fromkeys(apart, None)
    return Informatie.model_validate(
        hidden | plain | {"supplier": Verwijzing(id=found.row.supplier_id, name=found.supplier)}
    )


def kept(response: Response, item: InfoItem, warnings: list[Sensitive]) -> InformatieVastgelegd:
    """The answer to who supplied or corrected something."""
    """Say what was written down, which version it is, and what is remarkable about it."""
    response.headers["ETag"] = f'"{item.version}"'
    return InformatieVastgelegd(id=item.id, version=item.version, warnings=noticed(warnings))


def noticed(warnings: Iterable[Sensitive]) -> list[Waarschuwing]:
    """What a text seems to say that no field is for (R9)."""
    return [Waarschuwing(kind=one, message=_NOTICED.format(one.replace("_", " "))) for one in warnings]


@router.get("/casussen/{id}/informatie", summary="De informatie in een casus die u mag lezen", openapi_extra=SHOWS)
async def list_info(
    case_id: CaseId, asked: Annotated[Blad, Query()], request: Request, response: Response, work: CaseReader
) -> InformatieLijst:
    facts = await info.facts_of(work, case_id)
    found = await info.items(work, case_id, facts, asked.page())
    answers.saw(work, "informatie", case_id, case_id)
    return InformatieLijst(
        results=[_told(work, facts, one) for one in found.rows], following=goes_on(request, response, found.following)
    )


@router.post("/casussen/{id}/informatie", status_code=201, summary="Lever informatie aan")
async def add_info(
    case_id: CaseId, body: NieuweInformatie, response: Response, work: CaseWork
) -> InformatieVastgelegd:  # fmt: skip
    item, warnings = await casebook.add(work, case_id, body)
    response.headers["Location"] = f"{BASE}/casussen/{case_id}/informatie/{item.id}"
    return kept(response, item, warnings)


@router.get("/casussen/{id}/informatie/{informatieId}", summary="Informatie die u mag lezen", openapi_extra=SHOWS)
async def read_info(case_id: CaseId, item_id: ItemId, response: Response, work: CaseReader) -> Informatie:
    found, facts = await info.item(work, case_id, item_id)
    answers.saw(work, "informatie", item_id, case_id)
    response.headers["ETag"] = f'"{found.row.version}"'
    return _told(work, facts, found)


@router.put("/casussen/{id}/informatie/{informatieId}", summary="Corrigeer wat uw organisatie aanleverde")
async def correct_info(
    case_id: CaseId, item_id: ItemId, body: HersteldeInformatie, response: Response, work: CaseWork, *,
    seen: GelezenVersie = None,
) -> InformatieVastgelegd:  # fmt: skip
    read = int(seen.strip('"')) if seen else None
    return kept(response, *await casebook.correct(work, case_id, item_id, body, seen=read))


@router.post(
    "/casussen/{id}/informatie/{informatieId}/intrekkingen", status_code=204,
    summary="Trek in wat uw organisatie aanleverde",
)  # fmt: skip
async def withdraw_info(case_id: CaseId, item_id: ItemId, body: InformatieIntrekking, work: CaseWork) -> None:
    await casebook.withdraw(work, case_id, item_id, body.reason)


@router.get(
    "/casussen/{id}/informatie/{informatieId}/versies", summary="Wat de informatie eerder zei", openapi_extra=SHOWS
)
async def list_info_versions(case_id: CaseId, item_id: ItemId, work: Supplier) -> EerdereVersies:
    found = await info.versions(work, case_id, item_id)
    answers.saw(work, "informatie", item_id, case_id)
    return EerdereVersies(results=[_earlier(one) for one in found])


def _earlier(one: InfoItemVersion) -> EerdereVersie:
    content = {name: one.content[name] for name in HersteldeInformatie.model_fields if name in one.content}
    return EerdereVersie(
        version=one.version, replaced_at=one.replaced_at, replaced_by=one.replaced_by, reason=one.reason,
        content=HersteldeInformatie.model_validate(content, by_name=True, by_alias=False),
    )  # fmt: skip
