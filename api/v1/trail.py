"""Logboek: who did and saw what, for who supervises it; who saw one file; and what was processed about whom."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import LogReader
from api.wire import CaseId, Id, Outgoing, dutch
from models import processing
from models.casebook import oversight
from models.commands.base import Moment
from models.lookups import trail, viewers
from models.lookups.trail import File, LogFilter
from models.refusals import FieldError, InvalidFields
from models.transactions import Work
from models.words import Door, LogPurpose

router = APIRouter(tags=["logboek"], route_class=Once)

_PURPOSE = "Waarvoor het logboek wordt gelezen; iets anders mag niet (WGS 1.8, vierde lid). Ook dit lezen staat erin"
_UNTIL = {"since": "vanaf", "until": "tot"}


class Logregel(Outgoing):
    """Een regel van het logboek: kenmerken, geen namen en geen inhoud."""

    model_config = dutch(
        "id", "door", "route", at="op", action="handeling", object_kind="soort", object_id="object", case_id="casus",
        person_id="persoon", organisation_id="organisatie", on_behalf_of="namens", roles="rollen", purpose="doel",
        result="resultaat", address="adres", via_id="aangemeldMet", glass_id="noodtoegang",
        policy_version="beleidVersie", trace_id="traceId", span_id="spanId",
    )  # fmt: skip

    id: UUID
    at: datetime
    action: str
    object_kind: str
    object_id: UUID | None
    case_id: UUID | None
    person_id: UUID | None
    organisation_id: UUID | None
    on_behalf_of: UUID | None
    roles: list[str]
    purpose: str
    result: str
    door: Door | None = Field(description="Waar het binnenkwam; leeg in regels van voor dit werd vastgelegd")
    address: str | None
    via_id: UUID | None
    glass_id: UUID | None
    policy_version: int | None
    trace_id: str
    span_id: str
    route: str | None = Field(description="Het adres dat is geweigerd")


class Logboek(Outgoing):
    """Een bladzijde van het logboek, het nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Logregel]
    following: str | None


class Inzien(Outgoing):
    """Een regel van wie een dossier zag, in woorden; met functies in plaats van namen."""

    model_config = dutch(
        moment="op", sentence="tekst", function="functie", organisation="organisatie", on_behalf_of="namens",
        purpose="doel", refused="geweigerd", emergency="noodtoegang",
    )  # fmt: skip

    moment: datetime
    sentence: str
    function: str
    organisation: str
    on_behalf_of: str
    purpose: str
    refused: bool
    emergency: bool


class Inzage(Outgoing):
    """Een bladzijde van wie een dossier zag en wat ermee is gedaan, het nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Inzien]
    following: str | None


class Verwerkingen(Outgoing):
    """Een bladzijde met records van Logboek Dataverwerkingen 1.0, het oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[dict[str, Any]]
    following: str | None


class ZoekDoel(Blad):
    """Waarvoor er wordt gelezen."""

    model_config = dutch(purpose="doel", **ASKED)

    purpose: LogPurpose = Field(description=_PURPOSE)


class ZoekVerwerking(ZoekDoel):
    """Welke records worden gezocht."""

    model_config = dutch(purpose="doel", **_UNTIL, **ASKED)

    since: Moment | None = None
    until: Moment | None = None


class ZoekRegel(ZoekVerwerking):
    """Welke regels worden gezocht. Naar een medewerker alleen binnen een casus: het logboek beoordeelt geen mensen."""

    model_config = dutch(
        purpose="doel", case_id="casus", person_id="persoon", action="handeling", refused="geweigerd", **_UNTIL, **ASKED
    )

    case_id: UUID | None = None
    person_id: UUID | None = Field(default=None, description="Alleen samen met `casus`")
    action: str | None = Field(default=None, max_length=60)
    refused: bool | None = None

    def filter(self) -> LogFilter:
        """As the lookup takes it. Raises InvalidFields for somebody's lines over all cases."""
        if self.person_id is not None and self.case_id is None:
            raise InvalidFields(
                [FieldError("persoon", "alleen samen met een casus: het logboek is niet om medewerkers te beoordelen")]
            )
        return LogFilter(self.case_id, self.person_id, self.since, self.until, self.action, self.refused)


@router.get("/logboek", summary="Het logboek van uw huis")
async def read_log(
    asked: Annotated[ZoekRegel, Query()], request: Request, response: Response, work: LogReader
) -> Logboek:
    wanted = asked.filter()
    work = await oversight.for_purpose(work, asked.purpose)
    found = await trail.lines(work, wanted, asked.page())
    oversight.consulted(work, "logboek", asked.case_id)
    plain = [name for name in Logregel.model_fields if name not in {"door", "route"}]
    return Logboek(
        results=[
            Logregel.model_validate(
                {name: getattr(one, name) for name in plain}
                | {"door": one.door or None, "route": one.facts.get("route")}
            )
            for one in found.rows
        ],
        following=goes_on(request, response, found.following),
    )


@router.get("/casussen/{id}/inzage", summary="Wie het dossier van een casus zag")
async def who_saw_case(
    case_id: CaseId, asked: Annotated[ZoekDoel, Query()], request: Request, response: Response, work: LogReader
) -> Inzage:
    work = await oversight.for_purpose(work, asked.purpose)
    return await _told(work, await trail.file_of_case(work, case_id), asked, request, response)


@router.get("/personen/{id}/inzage", summary="Wie het dossier van een betrokkene zag")
async def who_saw_person(
    subject_id: Id, asked: Annotated[ZoekDoel, Query()], request: Request, response: Response, work: LogReader
) -> Inzage:
    work = await oversight.for_purpose(work, asked.purpose)
    return await _told(work, await trail.file_of_subject(work, subject_id), asked, request, response)


async def _told(work: Work, file: File, asked: ZoekDoel, request: Request, response: Response) -> Inzage:
    found = await trail.seen_in(work, file, asked.page())
    oversight.told(work, file.case_id, file.referral_id)
    return Inzage(
        results=[Inzien.model_validate(one) for one in await viewers.told(work, found.rows)],
        following=goes_on(request, response, found.following),
    )


@router.get("/verwerkingen", summary="Wat er over wie is verwerkt, als Logboek Dataverwerkingen")
async def list_processed(
    asked: Annotated[ZoekVerwerking, Query()], request: Request, response: Response, work: LogReader
) -> Verwerkingen:
    work = await oversight.for_purpose(work, asked.purpose)
    found = await trail.processed(work, asked.page(), since=asked.since, until=asked.until)
    oversight.consulted(work, "verwerkingen")
    return Verwerkingen(
        results=[processing.record(one) for one in found.rows], following=goes_on(request, response, found.following)
    )
