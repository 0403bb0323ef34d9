"""The words of the report form: its steps, its fields, the four criteria, and what a word of the process means here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from api.workplace.language import _
from api.workplace.report_form import Step
from api.workplace.report_rows import Row
from models.words import Consequence, Outcome, RelationKind, Service


def titles() -> Mapping[Step, str]:
    """What a step is called."""
    return {
        Step.ABOUT: _("Waarover het gaat"),
        Step.PEOPLE: _("De personen"),
        Step.SITUATION: _("Wat er aan de hand is"),
        Step.TRIED: _("Wat al is geprobeerd"),
        Step.CRITERIA: _("De vier criteria"),
        Step.WISH: _("Wat u wilt bereiken"),
        Step.FILES: _("Bijlagen"),
        Step.CHECK: _("Controleren en indienen"),
    }


def labels() -> Mapping[str, str]:
    """What a field is called in a summary; as it is called above the field."""
    return {
        "gemeente": _("Gemeente"),
        "themas": _("Thema's"),
        "spoed": _("Spoed"),
        "acuutGevaar": _("Acuut gevaar"),
        "functieMelder": _("Uw functie"),
        "contactMelder": _("Hoe wij u bereiken"),
        "personen": _("Personen"),
        "relaties": _("Relaties"),
        "reden": _("De reden van uw aanmelding"),
        "situatie": _("De situatie"),
        "problemen": _("Problemen"),
        "criminogeneFactoren": _("Wat het risico groter maakt"),
        "incidenten": _("Incidenten"),
        "gevolgen": _("Waar het toe leidt"),
        "feitenEnAanwijzingen": _("Feiten en aanwijzingen"),
        "eerderGeprobeerd": _("Wat al is geprobeerd"),
        "partners": _("Wie al betrokken is"),
        "criteria-a": _("Criterium a"),
        "criteria-b": _("Criterium b"),
        "criteria-c": _("Criterium c"),
        "criteria-d": _("Criterium d"),
        "dienst": _("Wat u van ons vraagt"),
        "doel": _("Het doel"),
        "besprokenMetBetrokkene": _("Besproken met de betrokkene"),
        "redenNietBesproken": _("Waarom niet besproken"),
        "kwaliteitsverklaring": _("Verklaring over de kwaliteit"),
        "bestand": _("Bestand"),
    } | _columns()


def _columns() -> dict[str, str]:
    return {
        "naam": _("Naam"), "rol": _("Rol"), "geboortedatum": _("Geboortedatum"), "bsn": _("Burgerservicenummer"),
        "adres": _("Adres"), "school": _("School"), "veiligContactkanaal": _("Veilig contact"),
        "geheim": _("Geheim adres"), "van": _("Wie"), "soort": _("Wat"), "met": _("Van wie"),
        "sinds": _("Sinds"), "tot": _("Tot en met"),
        "leefgebied": _("Leefgebied"), "omschrijving": _("Omschrijving"), "dag": _("Datum"), "tijd": _("Tijd"),
        "totDag": _("Tot en met"), "totTijd": _("Tijd van het einde"), "locatie": _("Plaats"), "bron": _("Bron"),
        "organisatie": _("Organisatie"), "contact": _("Telefoon of e-mail"), "domein": _("Domein"),
    }  # fmt: skip


def kinds_of_rows() -> Mapping[str, str]:
    """What one row is called."""
    return {
        "personen": _("Persoon"), "relaties": _("Relatie"), "problemen": _("Probleem"), "incidenten": _("Incident"),
        "partners": _("Organisatie of persoon"),
    }  # fmt: skip


def label_of(field: str) -> str:
    """What a field of the form is called: `personen-2-bsn` is the number of person 2."""
    known, parts = labels(), field.split("-")
    if field in known:
        return known[field]
    if len(parts) > 1 and parts[0] in kinds_of_rows() and parts[1].isdecimal():
        row = f"{kinds_of_rows()[parts[0]]} {parts[1]}"
        return f"{row}: {known[parts[2]].lower()}" if len(parts) > 2 and parts[2] in known else row  # noqa: PLR2004
    return known.get(parts[0], field)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of the four of BGS 2.20(1), in plain words."""

    letter: str
    title: str
    meaning: str
    example: str


def criteria() -> tuple[Criterion, ...]:
    """All four; each must be met (BGS 2.20(1))."""
    return (
        Criterion(
            "a",
            _("Er zijn problemen"),
            _("De persoon zelf heeft problemen, of er zijn problemen in het gezin die daarmee samenhangen."),
            _("Hij is in de war, slaapt niet en weigert hulp. Zijn moeder, bij wie hij woont, is bang voor hem."),
        ),
        Criterion(
            "b",
            _("Op meer dan één leefgebied"),
            _("De problemen spelen op verschillende leefgebieden. Zij maken de kans op strafbare feiten of ernstige"
              " overlast groter."),
            _("Hij gebruikt drugs, heeft schulden en raakt zijn woning kwijt. Zonder geld en huis gaat hij stelen."),
        ),
        Criterion(
            "c",
            _("Met ernstige gevolgen"),
            _("De problemen leiden tot ernstige overlast, criminaliteit of onveiligheid. Is dat nog niet gebeurd? Noem"
              " dan duidelijke en objectieve aanwijzingen dat het gaat gebeuren als niemand iets doet."),
            _("De politie kwam in zes weken veertien keer. Hij bedreigde twee buren met een mes; zij deden aangifte."),
        ),
        Criterion(
            "d",
            _("Samenwerking is nodig"),
            _("Eén organisatie, of één domein, kan dit niet oplossen. Een plan werkt alleen als organisaties uit"
              " verschillende domeinen samenwerken: zorg, straf, bestuur."),
            _("De ggz krijgt geen contact, de politie kan alleen ingrijpen na een incident en de gemeente kan hem niet"
              " verhuizen. Elk apart loopt vast."),
        ),
    )  # fmt: skip


def services() -> Mapping[Service, tuple[str, str]]:
    """What can be asked, and what that means."""
    return {
        Service.DIRECTION: (
            _("Procesregie"),
            _("Wij brengen de organisaties bij elkaar, en bewaken het plan en de afspraken."),
        ),
        Service.ADVICE: (_("Advies"), _("U houdt de regie. Wij denken mee over wat u kunt doen.")),
        Service.SCENARIO: (
            _("Scenarioteam"),
            _("Er dreigt onrust in een wijk of plaats. De driehoek geeft de opdracht."),
        ),
    }


def consequences() -> Mapping[Consequence, str]:
    """What the problems lead to."""
    return {
        Consequence.NUISANCE: _("ernstige overlast"),
        Consequence.CRIME: _("criminaliteit"),
        Consequence.UNSAFE_PERSON: _("onveiligheid voor personen"),
        Consequence.UNSAFE_AREA: _("onveiligheid in een gebied"),
    }


def relations() -> Mapping[RelationKind, str]:
    """What one person is of another."""
    return {
        RelationKind.PARTNER: _("partner"),
        RelationKind.FORMER_PARTNER: _("ex-partner"),
        RelationKind.PARENT: _("ouder"),
        RelationKind.CHILD: _("kind"),
        RelationKind.SIBLING: _("broer of zus"),
        RelationKind.RELATIVE: _("ander familielid"),
        RelationKind.HOUSEMATE: _("huisgenoot"),
        RelationKind.SOCIAL: _("vriend, buur of ander direct contact"),
    }


def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Choices that are called what they are."""
    return [(one, one) for one in names]


def options(offered: Iterable[str], chosen: Iterable[str]) -> list[tuple[str, str, str]]:
    """The same to tick, with what was chosen when the list was another."""
    return [(one, one, "") for one in dict.fromkeys([*offered, *chosen])]


def named(listed: Iterable[tuple[UUID, str]]) -> list[tuple[str, str, str]]:
    """To tick, by name, what has an id."""
    return [(str(id_), name, "") for id_, name in listed]


def consequence_options() -> list[tuple[str, str, str]]:
    """To tick."""
    return [(code.value, name, "") for code, name in consequences().items()]


def service_options() -> list[tuple[str, str, str]]:
    """To choose one of, each with what it means."""
    return [(code.value, name, meaning) for code, (name, meaning) in services().items()]


def numbered(people: Iterable[Row]) -> list[tuple[str, str]]:
    """The people of the form by name, each under the number of their row."""
    return [(str(number), one["naam"]) for number, one in enumerate(people, start=1) if one["naam"]]


def endings() -> Mapping[Outcome, str]:
    """How a report ended, for who made it."""
    return {
        Outcome.ADMITTED: _("Opgepakt: in procesregie"),
        Outcome.SHORT: _("Opgepakt: korte route"),
        Outcome.ADVISED: _("Advies"),
        Outcome.REFERRED: _("Doorverwezen"),
        Outcome.BUNDLED: _("Gevoegd bij een andere casus"),
        Outcome.REJECTED: _("Niet opgepakt"),
        Outcome.WITHDRAWN: _("Ingetrokken"),
        Outcome.INCOMPLETE: _("Niet aangevuld"),
    }
