"""Who saw my file: the log of one file in sentences that its subject understands, with functions instead of names.

NEN 7513: event, moment, function and organisation, on whose behalf, for what, and whether the emergency way was used.
Nothing of anybody else: no names, no ids, no content.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.lookups import people
from models.papers import PURPOSES
from models.phrases import phrase, word
from models.tables.trail import AuditLine
from models.transactions import Work
from models.words import LogPurpose, Role

REFUSED = "geweigerd"

#: what was looked at, after "bekeek"
SEEN: Mapping[str, str] = {
    "casus": "de casus met de gegevens over u",
    "proces": "waar de casus staat, zonder inhoud",
    "tijdlijn": "wat er in de casus gebeurde",
    "besluiten": "de besluiten in de casus",
    "besluit": "een besluit in de casus",
    "taken": "de taken in de casus",
    "taak": "een taak in de casus",
    "termijn": "waarom een termijn valt zoals zij valt",
    "overleggen": "wanneer er overleg was",
    "overleg": "de uitkomst en het verslag van een overleg",
    "verslag": "de regels van het verslag van een overleg",
    "afspraken": "de afspraken in het plan",
    "informatie": "de informatie die deelnemers aanleverden",
    "informatieverzoeken": "wat deelnemers is gevraagd",
    "samenhangen": "met welke casussen de casus samenhangt",
    "aanmelding": "de aanmelding",
    "bijlagen": "welke bijlagen er bij de aanmelding zijn",
    "bijlage": "een bijlage bij de aanmelding",
    "versies": "eerdere versies van de aanmelding",
    "betrokkene": "over wie een vraag om bekendheid gaat",
    "contactmomenten": "de verslagen van de trajectbegeleider",
    "trajecten": "de trajectbegeleiding",
    "overdrachten": "aan wie de casus wordt overgedragen",
    "escalaties": "wat aan iemand hogerop is gevraagd",
    "scherm": "wat in een overleg op het gedeelde scherm stond",
    "verstrekkingen": "wat een incidentele derde kreeg",
    "risicotaxaties": "de uitkomsten van risicotaxaties",
    "rapportage": "cijfers over het huis",
    "toegang": "wie de casus kan zien, en waarom",
    "stukken": "welke stukken er uit de casus te maken zijn",
    "medewerkers": "wie er voor de eigen organisatie aan de casus werkt",
}
#: every other act, as the rest of a sentence
DID: Mapping[str, str] = {
    "aanmelding opgesteld": "begon aan een aanmelding",
    "aanmelding aangevuld": "vulde de aanmelding aan",
    "aanmelding gecorrigeerd": "herstelde de aanmelding",
    "concept ingetrokken": "gooide het concept van de aanmelding weg",
    "bijlage toegevoegd": "voegde een bijlage toe aan de aanmelding",
    "bijlage verwijderd": "verwijderde een bijlage uit het concept",
    "gemeld": "diende de aanmelding in",
    "besluit": "legde een besluit vast",
    "fase": "bracht de casus naar een volgende fase",
    "antwoord": "beantwoordde een taak in de casus",
    "antwoord in vertrouwen": "beantwoordde een taak in de casus",
    "informatie gevraagd": "vroeg een deelnemer om informatie",
    "samenhang vastgelegd": "legde vast dat casussen samenhangen",
    "samenhang beëindigd": "legde vast dat casussen niet meer samenhangen",
    "taak doorgegeven": "gaf een taak door aan een collega",
    "taken overgedragen": "droeg taken over aan een collega",
    "taak toegewezen": "gaf een taak in de casus aan een ander",
    "antwoord hersteld": "herstelde een antwoord in de casus",
    "bericht opnieuw verzonden": "verzond een bericht over de casus opnieuw",
    "termijn voorbij": "stelde vast dat een termijn voorbij was",
    "termijn gewijzigd": "wijzigde het beleid van het huis, en daarmee een termijn",
    "termijn verlengd": "verlengde een termijn",
    "overgenomen": "aanvaardde een overdracht",
    "casus naast": "opende een eigen casus uit de aanmelding",
    "nieuwe melding": "voegde een nieuwe melding bij de casus",
    "overleg gepland": "plande een overleg",
    "overleg gehouden": "legde de uitkomst van een overleg vast",
    "verslagregel geschreven": "schreef een regel van het verslag",
    "verslagregel weggehaald": "haalde een regel uit het concept van het verslag",
    "verslag ter correctie": "legde het verslag ter correctie voor",
    "verslag vastgesteld": "stelde het verslag vast",
    "tegenspraak vastgelegd": "zei dat informatie andere informatie weerspreekt",
    "stuk opgemaakt": "maakte een stuk uit de casus op om op papier te geven",
    "uitnodiging beantwoord": "liet weten of iemand naar een overleg komt",
    "herinnering": "herinnerde aan een taak",
    "overgeslagen": "sloeg een herinnering over die te laat kwam",
    "escalatie verzet": "verzette de escalatie van een taak",
    "herinnerd": "herinnerde met de hand aan een taak",
    "geescaleerd": "stuurde een bericht over een taak die te laat is",
    "sluimer": "stelde de eigen herinneringen aan een taak uit",
    "afspraken toegevoegd": "voegde afspraken toe aan het plan",
    "doel toegevoegd": "voegde een doel toe aan het plan",
    "stand van doel": "legde vast waar een doel staat",
    "voorwaarde": "zei of de voorwaarde van een afspraak intrad",
    "tegenstrijdigheid gemarkeerd": "markeerde een afspraak als tegenstrijdig met een andere casus",
    "traject begonnen": "begon trajectbegeleiding",
    "traject beëindigd": "beëindigde de trajectbegeleiding",
    "overdracht aangeboden": "bood de casus aan een ander aan",
    "overdracht aanvaard": "legde vast dat de overdracht is aanvaard",
    "heraanmeldcriteria vastgelegd": "legde vast wanneer opnieuw wordt gemeld",
    "escalatie gevraagd": "vroeg iemand hogerop iets los te trekken",
    "escalatie ingetrokken": "trok een vraag aan iemand hogerop in",
    "voortgang": "meldde hoe het met een afspraak gaat",
    "derde voorgedragen": "droeg een incidentele derde voor bij een overleg",
    "geheimhouding getekend": "legde vast dat een incidentele derde geheimhouding tekende",
    "derde uitgenodigd": "nodigde een incidentele derde uit voor een overleg",
    "verstrekt aan derde": "verstrekte informatie aan een incidentele derde",
    "aanwezigheid vastgelegd": "legde vast wie er bij een overleg was",
    "op agenda gezet": "zette de casus op de agenda van een overlegdag",
    "overleg verzet": "verzette een overleg",
    "van agenda gehaald": "haalde de casus van de agenda van een overlegdag",
    "informatie toegevoegd": "leverde informatie aan",
    "informatie gecorrigeerd": "herstelde informatie die was aangeleverd",
    "informatie ingetrokken": "trok informatie in die was aangeleverd",
    "medewerkers aangewezen": "wees aan wie er voor de eigen organisatie aan de casus werkt",
    "adres geheim gehouden": "legde vast wie een geheim adres mag weten",
    "adres niet meer geheim": "legde vast dat een adres niet meer geheim is",
    "gewist": "vernietigde het dossier",
    "logboek geraadpleegd": "raadpleegde het logboek over dit dossier",
    "noodtoegang gevraagd": "vroeg noodtoegang tot de casus",
    "noodtoegang geopend": "opende de casus met noodtoegang",
    "noodtoegang beëindigd": "beëindigde de noodtoegang",
    "noodtoegang beoordeeld": "beoordeelde de noodtoegang",
    "toezicht gevraagd": "vroeg toegang voor toezicht",
    "toezicht geopend": "opende de casus voor toezicht",
    "toezicht beëindigd": "beëindigde de toegang voor toezicht",
    "toezicht beoordeeld": "beoordeelde de toegang voor toezicht",
    "code onjuist": "vulde een onjuiste code in",
    "cijfers gedownload": "haalde cijfers over het huis op",
    "gezocht": "vond de casus bij het zoeken naar een persoon",
    "inzage gegeven": "stelde een overzicht samen van wie dit dossier zag",
}
FUNCTIONS: Mapping[str, str] = {
    Role.PRIVACY_OFFICER: "privacy officer", Role.ADMINISTRATOR: "functioneel beheerder",
    Role.DATA_PROTECTION: "functionaris gegevensbescherming", Role.TRIAGE_MEMBER: "lid van het triageoverleg",
    Role.CONTACT: "contactpersoon", Role.CONTACT_POINT: "medewerker van het contactpunt",
    Role.PARTNER_LEAD: "leidinggevende",
}  # fmt: skip
SAID_PURPOSES: Mapping[str, str] = {
    "casus": "voor de behandeling van de casus", "procesvoering": "voor het verloop van het proces",
    LogPurpose.LAWFULNESS: "om de rechtmatigheid te controleren", LogPurpose.CONTROL: "voor interne controle",
    LogPurpose.INTEGRITY: "om de integriteit en de beveiliging te bewaken",
    LogPurpose.COURT: "voor een rechterlijke procedure", **{one: f"voor {said}" for one, said in PURPOSES.items()},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the overview."""

    moment: datetime
    sentence: str
    function: str
    organisation: str
    on_behalf_of: str
    purpose: str
    refused: bool
    emergency: bool


async def told(work: Work, lines: list[AuditLine]) -> list[Seen]:
    """The lines in sentences."""
    names = await people.organisation_names(work)
    return [say(line, names) for line in lines]


def say(line: AuditLine, names: Mapping[UUID, str]) -> Seen:
    """One line in a sentence."""
    function = function_of(line.roles) if line.person_id else "Pols"
    organisation = names.get(line.organisation_id, "") if line.organisation_id else ""
    behalf = names.get(line.on_behalf_of, "") if line.on_behalf_of else ""
    purpose = phrase(SAID_PURPOSES[line.purpose]) if line.purpose in SAID_PURPOSES else word(line.purpose)
    who = _who(function, organisation, behalf) if line.person_id else phrase("Pols zelf")
    what = phrase("vroeg gegevens op die niet werden gegeven") if line.result == REFUSED else _what(line)
    glass = phrase(", met bijzondere toegang") if line.glass_id else ""
    return Seen(
        line.at, phrase("{who} {what}{glass}.", who=who, what=what, glass=glass), function, organisation, behalf,
        purpose, line.result == REFUSED, line.glass_id is not None,
    )  # fmt: skip


def _who(function: str, organisation: str, behalf: str) -> str:
    at = phrase(" van {organisation}", organisation=organisation) if organisation else ""
    namely = phrase(", namens {behalf},", behalf=behalf) if behalf and behalf != organisation else ""
    return phrase("Een {function}{at}{behalf}", function=function, at=at, behalf=namely)


def _what(line: AuditLine) -> str:
    if line.action == "inzien":
        seen = SEEN.get(line.object_kind)
        return phrase("bekeek {what}", what=phrase(seen) if seen else word(line.object_kind))
    did = DID.get(line.action)
    return phrase(did) if did else phrase("deed dit: {what}", what=word(line.action))


def function_of(roles: list[str]) -> str:
    """What somebody was there, in words; of more than one role all of them."""
    words = [phrase(FUNCTIONS[one]) if one in FUNCTIONS else word(one) for one in roles]
    if not words:
        return phrase("medewerker")
    said = words[0]
    for one in words[1:]:
        said = phrase("{said} en {more}", said=said, more=one)
    return said
