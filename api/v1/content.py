"""The content of an aanmelding on the wire, the same coming in and going out."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.wire import Dag, Incoming, Outgoing, Verwijzing, dutch
from models.commands import DescribeReferral, DescribeSubject
from models.tables.cases import Case
from models.tables.referrals import Referral, Subject

_PERSON = {
    "standing": "rol", "name": "naam", "born_on": "geboortedatum", "address": "adres",
    "contact_channel": "veiligContactkanaal",
}  # fmt: skip
_CONTENT = {
    "municipality": "gemeente", "themes": "themas", "service": "dienst", "urgent": "spoed",
    "acute_safety": "acuutGevaar", "reason": "reden", "goal": "doel", "situation": "situatie",
    "tried": "eerderGeprobeerd", "consequence": "gevolg", "life_domains": "leefgebieden", "incidents": "incidenten",
    "discussed": "besprokenMetBetrokkene", "discussed_reason": "redenNietBesproken",
    "quality_statement": "kwaliteitsverklaring", "subjects": "personen", "criteria": "criteria", "partners": "partners",
}  # fmt: skip


class Criteria(Incoming):
    """De motivering per criterium van BGS 2.20, eerste lid."""

    a: str = ""
    b: str = ""
    c: str = ""
    d: str = ""


class NieuwePersoon(DescribeSubject):
    """Iemand over wie de aanmelding gaat."""

    model_config = dutch("bsn", **_PERSON)

    born_on: Dag = None


class Persoon(Outgoing):
    """Iemand over wie de aanmelding gaat, voor wie dat mag lezen."""

    model_config = dutch("id", "bsn", **_PERSON)

    id: UUID
    standing: str
    name: str
    bsn: str | None
    born_on: Dag
    address: str
    contact_channel: str


class _Content(BaseModel):
    model_config = dutch(**_CONTENT)

    municipality: str = ""
    themes: tuple[str, ...] = ()
    service: str = "procesregie"
    urgent: bool = False
    acute_safety: bool = False
    reason: str = ""
    goal: str = ""
    situation: str = ""
    tried: str = ""
    consequence: str = ""
    life_domains: tuple[str, ...] = ()
    incidents: tuple[dict[str, str], ...] = ()
    partners: tuple[dict[str, str], ...] = ()
    discussed: bool | None = None
    discussed_reason: str = ""
    criteria: Criteria = Field(default_factory=Criteria)
    quality_statement: bool = False


class Inhoud(_Content):
    """De inhoud van een aanmelding; in een concept mag alles nog ontbreken."""

    model_config = dutch(**_CONTENT) | {"extra": "forbid", "frozen": True}

    subjects: tuple[NieuwePersoon, ...] = ()

    def command(self) -> DescribeReferral:
        """As the casebook takes it."""
        motivations = {f"motivation_{one}": text for one, text in self.criteria}
        plain = self.model_dump(exclude={"criteria", "subjects"})
        return DescribeReferral(**plain, **motivations, subjects=tuple(_subject(one) for one in self.subjects))


def _subject(one: NieuwePersoon) -> DescribeSubject:
    return DescribeSubject(**one.model_dump())


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


class Aanmelding(_Content):
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
    subjects: list[Persoon]


def whole(referral: Referral, people: list[Subject], case: Case | None) -> Aanmelding:
    """An aanmelding as it is read."""
    plain = {name: getattr(referral, name) for name in _Content.model_fields if name != "criteria"}
    return Aanmelding(
        id=referral.id, created_at=referral.created_at, submitted_at=referral.submitted_at, version=referral.version,
        case=Verwijzing(id=case.id, name=case.number) if case else None,
        criteria=Criteria(**{one: getattr(referral, f"motivation_{one}") for one in "abcd"}),
        subjects=[Persoon.model_validate(one) for one in people], **plain,
    )  # fmt: skip
