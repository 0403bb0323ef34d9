"""The sector's Uitkomst Overleg message (draft 0.1) as we give it out: what its schema asks, in its own spelling.

A person in it needs a citizen service number and an address in parts. Of whom these are not known, or not for who asks,
nothing is made up: the action is left out, and said to be.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel

from models.clocks import AMSTERDAM
from models.lookups.whereabouts import NOWHERE, Whereabouts
from models.tables.cases import Case, Decision
from models.tables.meetings import Commitment, Meeting
from models.tables.referrals import Subject

_ADDRESS = re.compile(
    r"(?P<straat>[^\d,][^,]{0,22}?)\s+(?P<nummer>\d{1,6}),\s*"
    r"(?P<cijfers>[1-9]\d{3})\s?(?P<letters>[A-Z]{2})\s+(?P<plaats>.+)"
)
_PREFIXES = frozenset({"van", "de", "der", "den", "het", "ten", "ter", "te", "el", "al", "'t", "op", "in"})


class UitkomstNaam(BaseModel):
    """De naam van een betrokkene, in delen."""

    id: str
    url: str
    voornamen: str
    voorvoegsel: str | None = None
    geslachtsnaam: str


class UitkomstAdres(BaseModel):
    """Waar een betrokkene woont, in delen."""

    id: str
    url: str
    straatnaam: str
    huisnummer: int
    postcode: str
    plaats: str


class UitkomstBetrokkene(BaseModel):
    """Over wie een actie gaat."""

    url: str
    burgerservicenummer: str
    naam: UitkomstNaam
    adres: UitkomstAdres


class UitkomstOrganisatie(BaseModel):
    """Bij wie een actie is belegd."""

    url: str
    naam: str


class UitkomstActie(BaseModel):
    """Een afspraak uit het overleg."""

    url: str
    id: str
    omschrijving: str
    conditie: str
    informering: str
    idCasusoverleg: str  # noqa: N815 - the sector's own spelling
    heeftBetrekkingOp: UitkomstBetrokkene  # noqa: N815
    belegdBij: UitkomstOrganisatie  # noqa: N815


class UitkomstBesluit(BaseModel):
    """Een besluit uit het overleg."""

    url: str
    id: str
    omschrijving: str
    idCasusoverleg: str  # noqa: N815


class UitkomstZaak(BaseModel):
    """De casus waarover het overleg ging."""

    url: str
    id: str
    startDatum: date  # noqa: N815
    heeftActie: list[UitkomstActie]  # noqa: N815
    heeftBesluit: list[UitkomstBesluit]  # noqa: N815


class UitkomstTijd(BaseModel):
    """Een tijdstip, zoals het ontwerp van de sector het wil: met een kenmerk en een verwijzing."""

    id: str
    url: str


class NietOpgenomen(BaseModel):
    """Een afspraak die u mag lezen en die het bericht van de sector niet kan bevatten, en wat daarvoor ontbreekt."""

    afspraak: UUID
    ontbreekt: list[str]


class UitkomstOverlegBericht(BaseModel):
    """De uitkomst van een overleg als bericht van de sector (Casusoverleg), met alleen wat u mag lezen."""

    url: str
    id: str
    datum: date
    startTijd: UitkomstTijd  # noqa: N815
    eindTijd: UitkomstTijd  # noqa: N815
    notulen: str
    betreft: UitkomstZaak
    nietOpgenomen: list[NietOpgenomen]  # noqa: N815


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a meeting, as far as who asks may read it."""

    case: Case
    meeting: Meeting
    minutes: int
    texts: Mapping[str, str]
    commitments: Sequence[Commitment]
    decisions: Sequence[Decision]
    people: Mapping[UUID, Subject]
    subject_id: UUID | None
    where: Mapping[UUID, Whereabouts]
    names: Mapping[UUID, str]

    def told(self, base: str) -> UitkomstOverlegBericht:
        """As the sector spells it, with addresses below this one."""
        starts_at, here = self.meeting.starts_at, f"{base}/overleggen/{self.meeting.id}"
        ends_at = starts_at + timedelta(minutes=self.minutes)  # what was planned: when it really ended nobody notes
        actions = [self._action(one, base) for one in self.commitments]
        return UitkomstOverlegBericht(
            url=here, id=str(self.meeting.id), datum=starts_at.astimezone(AMSTERDAM).date(),
            startTijd=_time(starts_at, here), eindTijd=_time(ends_at, here), notulen=self._notes(),
            betreft=UitkomstZaak(
                url=f"{base}/casussen/{self.case.id}", id=str(self.case.id),
                startDatum=(self.case.admitted_at or self.case.reported_at).astimezone(AMSTERDAM).date(),
                heeftActie=[one for one in actions if isinstance(one, UitkomstActie)],
                heeftBesluit=[self._decision(one, base) for one in self.decisions],
            ),
            nietOpgenomen=[one for one in actions if isinstance(one, NietOpgenomen)],
        )  # fmt: skip

    def _notes(self) -> str:
        return "\n\n".join(self.texts[kind] for kind in ("uitkomst", "verslag") if self.texts.get(kind))

    def _decision(self, one: Decision, base: str) -> UitkomstBesluit:
        said = f"{one.kind.replace('_', ' ')}: {one.reason}" if one.reason else one.kind.replace("_", " ")
        return UitkomstBesluit(
            url=f"{base}/casussen/{self.case.id}/besluiten/{one.id}", id=str(one.id), omschrijving=said,
            idCasusoverleg=str(self.meeting.id),
        )  # fmt: skip

    def _action(self, one: Commitment, base: str) -> UitkomstActie | NietOpgenomen:
        """About one person; what is about the system is about the betrokkene of the case."""
        subject = self.people.get(one.subject_id or self.subject_id or one.id)
        if subject is None:
            return NietOpgenomen(afspraak=one.id, ontbreekt=["betrokkene"])
        person, missing = person_of(subject, self.where.get(subject.id, NOWHERE), f"{base}/casussen/{self.case.id}")
        if person is None:
            return NietOpgenomen(afspraak=one.id, ontbreekt=missing)
        return UitkomstActie(
            url=f"{base}/casussen/{self.case.id}/afspraken#{one.id}", id=str(one.id),
            omschrijving=f"{one.intervention}: {one.body}" if one.intervention else one.body, conditie=one.condition,
            informering=one.informed, idCasusoverleg=str(self.meeting.id), heeftBetrekkingOp=person,
            belegdBij=UitkomstOrganisatie(
                url=f"{base}/organisaties#{one.organisation_id}", naam=self.names[one.organisation_id]
            ),
        )  # fmt: skip


def person_of(subject: Subject, where: Whereabouts, base: str) -> tuple[UitkomstBetrokkene | None, list[str]]:
    """Somebody as the message wants them; or what is missing for that."""
    here = f"{base}/betrokkenen/{subject.id}"
    name, place = _name(subject.name), _ADDRESS.fullmatch((where.address or "").strip())
    bsn = subject.bsn if subject.bsn and not subject.bsn.startswith("0") else None  # the draft knows no leading zero
    if name is None or place is None or bsn is None:
        parts = (("naam", name), ("adres", place), ("burgerservicenummer", bsn))
        return None, [word for word, part in parts if part is None]
    return UitkomstBetrokkene(
        url=here, burgerservicenummer=bsn,
        naam=UitkomstNaam(
            id=str(subject.id), url=f"{here}#naam", voornamen=name[0], voorvoegsel=name[1] or None,
            geslachtsnaam=name[2],
        ),
        adres=UitkomstAdres(
            id=str(subject.id), url=f"{here}#adres", straatnaam=place["straat"], huisnummer=int(place["nummer"]),
            postcode=f"{place['cijfers']} {place['letters']}", plaats=place["plaats"],
        ),
    ), []  # fmt: skip


def _name(whole: str) -> tuple[str, str, str] | None:
    """First names, prefix and family name of a name as it is written; None when it is one word."""
    parts = whole.split()
    if len(parts) < 2:  # noqa: PLR2004 - a first name and a family name
        return None
    at = next((n for n, part in enumerate(parts[1:-1], 1) if part.lower() in _PREFIXES), len(parts) - 1)
    middle = at
    while middle < len(parts) - 1 and parts[middle].lower() in _PREFIXES:
        middle += 1
    prefix = " ".join(parts[at:middle])
    if len(prefix) > 10:  # noqa: PLR2004 - what the draft takes
        at = middle = len(parts) - 1
        prefix = ""
    return " ".join(parts[:at]), prefix, " ".join(parts[middle:])


def _time(moment: datetime, here: str) -> UitkomstTijd:
    local = moment.astimezone(AMSTERDAM)
    return UitkomstTijd(id=f"{local:%H:%M:%S}", url=f"{here}#{local:%H%M}")
