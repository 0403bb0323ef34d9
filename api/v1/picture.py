"""Het beeld van een casus: per persoon en leefgebied wat bekend is, en wat elkaar weerspreekt naast elkaar."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.once import Once
from api.signin import CaseReader, CaseWork
from api.v1.info import ItemId
from api.wire import SHOWS, CaseId, Incoming, Outgoing, Verwijzing, dutch
from models.casebook import answers, minutes
from models.clocks import AMSTERDAM
from models.commands.minutes import MarkContradiction
from models.itemwords import Category, Condition, Reliability
from models.lookups import cases, picture
from models.lookups.info import Item
from models.lookups.picture import OfDomain, OfPerson, View

router = APIRouter(tags=["informatie"], route_class=Once)


class Beeldvraag(Incoming):
    """Van wie, of van welk leefgebied."""

    model_config = dutch(subject_id="persoon", life_domain="leefgebied")

    subject_id: UUID | None = None
    life_domain: str | None = Field(default=None, max_length=500)


class Kijk(Outgoing):
    """Wat een leverancier zegt: waarvandaan, van wanneer en hoe zeker."""

    model_config = dutch(
        item_id="informatie", supplier="leverancier", category="categorie", text="tekst", source="bron",
        known_on="datum", reliability="betrouwbaarheid", conditions="voorwaarden", corrected_at="gecorrigeerdOp",
        protective="beschermend",
    )  # fmt: skip

    item_id: UUID
    supplier: Verwijzing
    category: Category
    text: str
    source: str
    known_on: date
    reliability: Reliability
    conditions: list[Condition]
    corrected_at: datetime | None
    protective: bool


class Bekend(Outgoing):
    """Een gegeven: één lezing, of lezingen die elkaar weerspreken, naast elkaar."""

    model_config = dutch(disputed="weersproken", views="lezingen")

    disputed: bool
    views: list[Kijk]


class BeeldVanLeefgebied(Outgoing):
    """Wat van een leefgebied bekend is; zonder naam: wat bij geen leefgebied hoort."""

    model_config = dutch(life_domain="leefgebied", known="gegevens")

    life_domain: str
    known: list[Bekend]


class BeeldVanPersoon(Outgoing):
    """Wat van iemand bekend is, per leefgebied. Zonder persoon: beroepskrachten, en wat over niemand apart gaat."""

    model_config = dutch(subject_id="persoon", name="naam", domains="leefgebieden")

    subject_id: UUID | None
    name: str
    domains: list[BeeldVanLeefgebied]


class Beeld(Outgoing):
    """Het beeld dat u mag zien."""

    model_config = dutch(people="personen")

    people: list[BeeldVanPersoon]


class Tegenspraak(MarkContradiction):
    """Welke andere informatie van deze casus dit weerspreekt."""

    model_config = dutch(other_id="weerspreekt")


@router.get("/casussen/{id}/beeld", summary="Het beeld van een casus dat u mag zien", openapi_extra=SHOWS)
async def read_picture(case_id: CaseId, asked: Annotated[Beeldvraag, Query()], work: CaseReader) -> Beeld:
    case, facts = await cases.seen(work, case_id)
    found = await picture.of_case(work, case, facts, subject_id=asked.subject_id, life_domain=asked.life_domain)
    answers.saw(work, "informatie", case_id, case_id)
    return Beeld(people=[_person(one, found.protective) for one in found.people])


def _person(one: OfPerson, protective: frozenset[UUID]) -> BeeldVanPersoon:
    return BeeldVanPersoon(
        subject_id=one.subject_id, name=one.name,
        domains=[_domain(each, protective) for each in one.domains],
    )  # fmt: skip


def _domain(one: OfDomain, protective: frozenset[UUID]) -> BeeldVanLeefgebied:
    return BeeldVanLeefgebied(life_domain=one.life_domain, known=[_known(view, protective) for view in one.views])


def _known(view: View, protective: frozenset[UUID]) -> Bekend:
    return Bekend(disputed=len(view.items) > 1, views=[_look(one, protective) for one in view.items])


def _look(one: Item, protective: frozenset[UUID]) -> Kijk:
    row = one.row
    return Kijk(
        item_id=row.id, supplier=Verwijzing(id=row.supplier_id, name=one.supplier), category=row.category,
        text=row.body, source=row.source, known_on=row.first_processed_at.astimezone(AMSTERDAM).date(),
        reliability=row.reliability, conditions=[Condition(each) for each in row.conditions],
        corrected_at=row.corrected_at, protective=row.id in protective,
    )  # fmt: skip


@router.post(
    "/casussen/{id}/informatie/{informatieId}/tegenspraken", status_code=204,
    summary="Zeg dat informatie andere informatie weerspreekt",
)  # fmt: skip
async def mark_contradiction(case_id: CaseId, item_id: ItemId, body: Tegenspraak, work: CaseWork) -> None:
    await minutes.mark_contradiction(work, case_id, item_id, body)
