"""The content of an aanmelding on the wire, the same coming in and going out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from api.wire import Dag, Outgoing, Verwijzing, dutch
from models.commands.base import Command, Some
from models.commands.referrals import (
    DescribeIncident,
    DescribePartner,
    DescribeProblem,
    DescribeReferral,
    DescribeRelation,
    DescribeSubject,
    KeepSecret,
    MotivateCriteria,
)
from models.lookups.whereabouts import NOWHERE, Whereabouts
from models.tables.cases import Case
from models.tables.referrals import Referral, Subject, SubjectRelation

_PERSON = {
    "standing": "rol", "name": "naam", "born_on": "geboortedatum", "address": "adres",
    "contact_channel": "veiligContactkanaal", "school": "school", "secret": "geheimAdres",
}  # fmt: skip
_CONTENT = {
    "municipality": "gemeente", "themes": "themas", "service": "dienst", "urgent": "spoed",
    "acute_safety": "acuutGevaar", "reporter_function": "functieMelder", "reporter_contact": "contactMelder",
    "reason": "reden", "goal": "doel", "situation": "situatie", "facts": "feitenEnAanwijzingen",
    "tried": "eerderGeprobeerd", "consequences": "gevolgen", "life_domains": "leefgebieden", "problems": "problemen",
    "criminogenic_factors": "criminogeneFactoren", "incidents": "incidenten", "partners": "partners",
    "discussed": "besprokenMetBetrokkene", "discussed_reason": "redenNietBesproken", "criteria": "criteria",
    "quality_statement": "kwaliteitsverklaring", "subjects": "personen", "relations": "relaties",
}  # fmt: skip


class Criteria(MotivateCriteria):
    """De motivering per criterium van BGS 2.20, eerste lid."""


class Geheim(KeepSecret):
    """Wie als enigen mogen weten waar iemand is: deze organisaties en personen, en wie meldde."""

    model_config = dutch(organisations="organisaties", persons="personen")


class NieuwePersoon(DescribeSubject):
    """Iemand over wie de aanmelding gaat. Met `geheimAdres` zien alleen de genoemden adres, school en contact."""

    model_config = dutch("bsn", **_PERSON)

    born_on: Dag = None
    secret: Geheim | None = None


class Relatie(DescribeRelation):
    """Wat de een van de ander is, en van wanneer tot wanneer; personen tellen vanaf 1, in de volgorde waarin ze zijn
    genoemd. Wie tot de directe kring hoort heeft bij het indienen een relatie met een betrokkene.
    """

    model_config = dutch(of="van", to="met", kind="soort", since="sinds", until="tot")

    since: Dag = None
    until: Dag = None


class Incident(DescribeIncident):
    """Wat er gebeurde, en voor zover bekend wanneer en waar."""

    model_config = dutch(body="omschrijving", happened_at="datumTijd", ended_at="tot", place="locatie", source="bron")


class Probleem(DescribeProblem):
    """Een probleem op een leefgebied."""

    model_config = dutch(life_domain="leefgebied", body="omschrijving")


class BetrokkenPartner(DescribePartner):
    """Wie er al bij betrokken is en hoe die is te bereiken; van beroepskrachten alleen naam en contact."""

    model_config = dutch(organisation="organisatie", name="naam", contact="contact", domain="domein")


class Inhoud(DescribeReferral):
    """De inhoud van een aanmelding; in een concept mag alles nog ontbreken."""

    model_config = dutch(**_CONTENT)

    criteria: Criteria = Criteria()
    problems: Some[Probleem] = ()
    incidents: Some[Incident] = ()
    partners: Some[BetrokkenPartner] = ()
    subjects: Some[NieuwePersoon] = ()
    relations: Some[Relatie] = ()


class Persoon(Outgoing):
    """Iemand over wie de aanmelding gaat, voor wie dat mag lezen. Bij een geheim adres ontbreekt voor wie niet is
    genoemd waar iemand is; `geheimAdres` is er voor wie is genoemd en wie de lijst bijhoudt.
    """

    model_config = dutch("id", "bsn", **_PERSON | {"secret_address": "adresIsGeheim"})

    id: UUID
    standing: str
    name: str
    bsn: str | None
    born_on: Dag
    secret_address: bool
    address: str | None
    school: str | None
    contact_channel: str | None
    secret: Geheim | None


def person(one: Subject, where: Whereabouts) -> Persoon:
    """Somebody as this actor may know them."""
    named = Geheim.model_construct(organisations=tuple(where.organisations), persons=tuple(where.persons))
    return Persoon(
        id=one.id, standing=one.standing, name=one.name, bsn=one.bsn, born_on=one.born_on,
        secret_address=one.secret_address, address=where.address, school=where.school,
        contact_channel=where.contact_channel, secret=named if where.knows_list else None,
    )  # fmt: skip


class AanmeldingKort(Outgoing):
    """Een aanmelding van uw organisatie, zonder inhoud over personen."""

    model_config = dutch(
        "id", created_at="opgesteldOp", submitted_at="ingediendOp", withdrawn_at="ingetrokkenOp",
        municipality="gemeente", urgent="spoed", version="versie",
    )  # fmt: skip

    id: UUID
    created_at: datetime
    submitted_at: datetime | None
    withdrawn_at: datetime | None
    municipality: str
    urgent: bool
    version: int


class Aanmelding(Inhoud):
    """Een aanmelding met haar inhoud, voor wie die mag lezen."""

    model_config = (
        dutch(
            "id",
            created_at="opgesteldOp",
            submitted_at="ingediendOp",
            case="casus",
            version="versie",
            **_CONTENT,
        )
        | Outgoing.model_config
    )

    id: UUID
    created_at: datetime
    submitted_at: datetime | None
    version: int
    case: Verwijzing | None
    subjects: tuple[Persoon, ...] = ()  # type: ignore[assignment]  # the same people, and who they are here


_APART = {"criteria", "subjects", "relations", "problems", "incidents", "partners"}
_PLAIN = [one for one in Inhoud.model_fields if one not in _APART]


def whole(
    referral: Referral, people: list[Subject], relations: list[SubjectRelation], case: Case | None,
    where: dict[UUID, Whereabouts],
) -> Aanmelding:  # fmt: skip
    """An aanmelding as it is read, with people where this actor may know that they are."""
    places = {one.id: at for at, one in enumerate(people, start=1)}
    facts: dict[str, Any] = {name: getattr(referral, name) for name in _PLAIN}
    return Aanmelding(
        id=referral.id, created_at=referral.created_at, submitted_at=referral.submitted_at, version=referral.version,
        case=Verwijzing(id=case.id, name=case.number) if case else None,
        criteria=Criteria(**{one: getattr(referral, f"motivation_{one}") for one in "abcd"}),
        subjects=tuple(person(one, where.get(one.id, NOWHERE)) for one in people),
        relations=tuple(_relation(one, places) for one in relations),
        problems=_read(Probleem, referral.problems), incidents=_read(Incident, referral.incidents),
        partners=_read(BetrokkenPartner, referral.partners), **facts,
    )  # fmt: skip


def _relation(one: SubjectRelation, places: dict[UUID, int]) -> Relatie:
    told = {"of": places[one.of_id], "to": places[one.to_id], "kind": one.kind}
    return Relatie.model_validate(told | {"since": one.since, "until": one.until}, by_name=True)


def _read(kind: type[Command], kept: list[Any]) -> tuple[Any, ...]:
    """Parts of the content as they were kept: under the English names of the code."""
    return tuple(kind.model_validate(one, by_name=True, by_alias=False) for one in kept)
