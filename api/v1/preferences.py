"""Voorkeuren: wanneer iemand waarvan hoort en in welke taal, wat dat zou geven, en een bericht vooraf bekijken."""

from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.once import Once
from api.signin import PolicyMaker, SignedIn
from api.v1.policy import EigenTekst, Klok
from api.wire import Id, Incoming, Outgoing, dutch
from models.calendars import WorkingCalendar
from models.casebook import preferences as casebook
from models.lookups import cases
from models.lookups import preferences as lookup
from models.lookups.preferences import sample
from models.messages import ALWAYS, Language, MessageKind
from models.policy import OwnText
from models.preferences import Prefer, When, example_week, monday_of, preview
from models.refusals import NotFound
from models.transactions import Work

router = APIRouter(tags=["voorkeuren"], route_class=Once)
_NAMES = {
    "announcements": "aankondigingen", "reminders": "herinneringen", "meetings": "overleggen", "outcomes": "uitkomsten",
    "own_report": "eigenAanmelding", "digest_at": "dagbundelOm", "quiet_from": "stilVan", "quiet_until": "stilTot",
    "language": "taal",
}  # fmt: skip


class VoorkeurenKiezen(Prefer):
    """Per soort: meteen, in de dagbundel, of niet. Wat spoed heeft komt altijd meteen."""

    model_config = dutch(**_NAMES)

    digest_at: Klok = Field(default=time(9), examples=["09:00:00"])
    quiet_from: Klok | None = Field(default=None, examples=["18:00:00"])
    quiet_until: Klok | None = Field(default=None, examples=["08:00:00"])


class Altijd(Outgoing):
    """Wat niet uit kan en niet wordt uitgesteld, en waarom niet."""

    model_config = dutch(kind="bericht", why="waarom")

    kind: MessageKind
    why: str


class Voorkeuren(Outgoing):
    """Wanneer iemand waarvan hoort, en wat altijd komt."""

    model_config = dutch(always="altijd", **_NAMES)

    announcements: When
    reminders: When
    meetings: When
    outcomes: When
    own_report: When
    digest_at: Klok
    quiet_from: Klok | None
    quiet_until: Klok | None
    language: Language
    always: list[Altijd]


class GekozenGebeurtenis(Outgoing):
    """Iets waarvan iemand zou horen in de voorbeeldweek."""

    model_config = dutch(kind="bericht", what="wat", at="gebeurtOp", urgent="spoed")

    kind: MessageKind
    what: str
    at: datetime
    urgent: bool


class Ontvangst(Outgoing):
    """Een bericht van de voorbeeldweek. Zonder moment komt het niet."""

    model_config = dutch(at="komtOp", template="bericht", contents="inhoud")

    at: datetime | None
    template: MessageKind
    contents: list[GekozenGebeurtenis]


class Voorbeeldweek(Outgoing):
    """Wat iemand met deze voorkeuren zou krijgen in een week waarin van alles gebeurt."""

    model_config = dutch(results="resultaten")

    results: list[Ontvangst]


class WeekoverzichtKiezen(Incoming):
    """Of een organisatie een weekoverzicht wil; leeg laat het aan het huis."""

    model_config = dutch(wanted="aan")

    wanted: bool | None


class Weekoverzicht(Outgoing):
    """Wat een organisatie koos, en wat het huis bepaalt voor wie niets koos."""

    model_config = dutch(wanted="aan", by_policy="volgensHuis")

    wanted: bool | None
    by_policy: bool


class TekstBekijken(Incoming):
    """Welk bericht, in welke taal en voor wie; zonder `eigenTeksten` met de teksten die nu gelden."""

    model_config = dutch(kind="bericht", language="taal", of_house="vanHetHuis", own_texts="eigenTeksten")

    kind: MessageKind
    language: Language = Language.DUTCH
    of_house: bool = Field(default=False, description="Voor een medewerker van het huis, in plaats van een partner")
    own_texts: Annotated[tuple[EigenTekst, ...] | None, Field(max_length=100)] = None


class Tekst(Outgoing):
    """Een bericht zoals het eruit zou zien, met verzonnen nummers en data."""

    model_config = dutch(subject="onderwerp", text="tekst", html="html")

    subject: str
    text: str
    html: str


@router.get("/personen/{id}/voorkeuren", summary="Wanneer iemand waarvan hoort")
async def read_preferences(person_id: Id, work: SignedIn) -> Voorkeuren:
    chosen = await lookup.of(work, person_id)
    always = [Altijd(kind=kind, why=why) for kind, why in ALWAYS.items()]
    return Voorkeuren(**{name: getattr(chosen, name) for name in _NAMES}, always=always)


@router.put("/personen/{id}/voorkeuren", status_code=204, summary="Kies wanneer u waarvan hoort")
async def choose_preferences(person_id: Id, body: VoorkeurenKiezen, work: SignedIn) -> None:
    await casebook.choose(work, person_id, body)


@router.get("/personen/{id}/voorkeuren/voorbeeld", summary="Wat iemand in een voorbeeldweek zou krijgen")
async def read_example_week(person_id: Id, work: SignedIn) -> Voorbeeldweek:
    chosen = await lookup.of(work, person_id)
    calendar = await _calendar(work)
    week = preview(chosen, calendar, example_week(monday_of(work.now, calendar)))
    return Voorbeeldweek(results=[Ontvangst.model_validate(one) for one in week])


async def _calendar(work: Work) -> WorkingCalendar:
    if work.actor.house_id is None:
        raise NotFound("Dit huis")
    return (await cases.house_policy(work, work.actor.house_id))[1].calendar()


@router.get("/organisaties/{id}/weekoverzicht", summary="Of een organisatie elke week een overzicht krijgt")
async def read_overview(organisation_id: Id, work: SignedIn) -> Weekoverzicht:
    found = await lookup.organisation(work, organisation_id)
    _version, policy = await cases.house_policy(work, found.house_id)
    return Weekoverzicht(wanted=found.weekly_overview, by_policy=policy.weekly_overview)


@router.put("/organisaties/{id}/weekoverzicht", status_code=204, summary="Kies of een organisatie een overzicht wil")
async def choose_overview(organisation_id: Id, body: WeekoverzichtKiezen, work: SignedIn) -> None:
    await casebook.want_overview(work, organisation_id, wanted=body.wanted)


@router.post("/huizen/{id}/beleid/berichten", summary="Bekijk een bericht met de teksten van het huis", tags=["huis"])
async def look_at_text(house_id: Id, body: TekstBekijken, work: PolicyMaker) -> Tekst:
    texts = None if body.own_texts is None else [OwnText.model_validate(dict(one)) for one in body.own_texts]
    return Tekst.model_validate(
        await sample(work, house_id, body.kind, body.language, of_house=body.of_house, own_texts=texts)
    )
