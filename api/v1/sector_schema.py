"""The sector's Melding message (draft 0.1 of the sector's specification) as we take it in.

Where its draft cannot say what is true we are wider: a BSN may start with a zero, a postcode may lack its space and a
person may lack a prefix. What the receiver fills (`url`, ids marked read-only) is not asked for.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from models.commands.base import Line, Moment
from models.commands.referrals import DescribeIncident, DescribePartner, DescribeReferral, DescribeSubject

Words = Annotated[str, Field(min_length=1)]
#: together no longer than a text of ours can be
Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=5_000)]


class MeldingSoort(StrEnum):
    """Waarvoor de melding bedoeld is."""

    AFTERCARE = "NAZ"
    SAFE_AT_HOME = "VT"
    HOUSE = "ZVH"


def _only_ours(kind: MeldingSoort) -> MeldingSoort:
    if kind is not MeldingSoort.HOUSE:
        raise PydanticCustomError(
            "uitleg", "een Zorg- en Veiligheidshuis neemt alleen meldingen van soort ZVH aan; stuur andere meldingen"
            " naar de organisatie waarvoor ze bedoeld zijn",
        )  # fmt: skip
    return kind


class _Part(BaseModel):
    """The sector may add fields; we keep what we know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class MeldingContact(_Part):
    """Wie meldt."""

    naam: Line
    emailAdres: Annotated[str, Field(max_length=200)]  # noqa: N815 - the sector's own spelling
    telefoonnummer: Annotated[str, Field(max_length=50)]


class MeldingVraag(_Part):
    """Een vraag met haar antwoord."""

    vraag: Short
    antwoord: Short


class MeldingSituatie(_Part):
    """De situatie die aanleiding is voor de melding."""

    situatieSchets: Text  # noqa: N815
    nadereOmschrijving: Text  # noqa: N815
    vraagAntwoord: MeldingVraag  # noqa: N815


class MeldingInformatie(_Part):
    """Overige informatie."""

    omschrijving: Short


class MeldingPeriode(_Part):
    """Van wanneer tot wanneer."""

    datumTijdBegin: Moment  # noqa: N815
    datumTijdEinde: Moment  # noqa: N815


class MeldingIncident(_Part):
    """Een incident waardoor wordt gemeld."""

    id: str
    datumTijd: Moment  # noqa: N815
    locatie: Line
    omschrijving: Text
    periodeVanTot: MeldingPeriode  # noqa: N815


class MeldingNaam(_Part):
    """De naam van een betrokkene."""

    voornamen: Annotated[str, Field(min_length=1, max_length=200)]
    voorvoegsel: Annotated[str, Field(max_length=10)] = ""
    geslachtsnaam: Annotated[str, Field(min_length=1, max_length=200)]

    def whole(self) -> str:
        """As it is written."""
        return " ".join(part for part in (self.voornamen, self.voorvoegsel, self.geslachtsnaam) if part)


class MeldingAdres(_Part):
    """Waar een betrokkene woont."""

    straatnaam: Annotated[str, Field(min_length=1, max_length=24)]
    huisnummer: Annotated[int, Field(ge=0, le=2**31 - 1)]
    postcode: Annotated[str, Field(pattern=r"^[1-9][0-9]{3}\s?[A-Z]{2}$")]
    plaats: Annotated[str, Field(max_length=200)]

    def whole(self) -> str:
        """As it is written on a letter."""
        return f"{self.straatnaam} {self.huisnummer}, {self.postcode} {self.plaats}"


class MeldingBetrokkene(_Part):
    """Over wie wordt gemeld."""

    burgerservicenummer: Annotated[str, Field(pattern=r"^[0-9]{9}$")]
    geslacht: Annotated[str, Field(pattern="^[0129]$")]
    naam: MeldingNaam
    adres: MeldingAdres

    def command(self) -> DescribeSubject:
        """As the casebook takes it; the sex is not kept, nothing here needs it."""
        return DescribeSubject(name=self.naam.whole(), bsn=self.burgerservicenummer, address=self.adres.whole())


class Melding(_Part):
    """Een melding volgens de sectorstandaard; alleen soort ZVH hoort hier."""

    id: Annotated[Words, Field(max_length=200)]
    soort: Annotated[MeldingSoort, AfterValidator(_only_ours)]
    datumTijd: AwareDatetime  # noqa: N815
    verzoek: Text
    terugkoppelingGewenst: StrictBool  # noqa: N815
    zorgelijkeSituatie: MeldingSituatie  # noqa: N815
    contact: MeldingContact
    overigeInformatie: MeldingInformatie  # noqa: N815
    naarAanleidingVan: Annotated[list[MeldingIncident], Field(max_length=50)] = []  # noqa: N815
    heeftBetrekkingOp: Annotated[list[MeldingBetrokkene], Field(max_length=50)] = []  # noqa: N815

    def command(self) -> DescribeReferral:
        """As the casebook takes it. It carries no criteria and no municipality: those are asked as a supplement."""
        asked = self.zorgelijkeSituatie.vraagAntwoord
        situation = (
            self.zorgelijkeSituatie.situatieSchets, f"{asked.vraag} {asked.antwoord}".strip(),
            self.overigeInformatie.omschrijving,
        )  # fmt: skip
        return DescribeReferral(
            reason=self.zorgelijkeSituatie.nadereOmschrijving, goal=self.verzoek,
            situation="\n\n".join(part for part in situation if part),
            incidents=tuple(_incident(one) for one in self.naarAanleidingVan),
            partners=(_contact(self.contact),), subjects=tuple(one.command() for one in self.heeftBetrekkingOp),
        )  # fmt: skip


def _incident(one: MeldingIncident) -> DescribeIncident:
    return DescribeIncident(
        body=one.omschrijving or "(geen omschrijving)",
        happened_at=one.datumTijd,
        ended_at=one.periodeVanTot.datumTijdEinde,
        place=one.locatie,
    )


def _contact(one: MeldingContact) -> DescribePartner:
    return DescribePartner(name=one.naam, contact=" ".join(filter(None, (one.emailAdres, one.telefoonnummer))))
