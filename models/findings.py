"""What the self-checks of the night look for: what each finding means, and what to do about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from models.clocks import AMSTERDAM
from models.words import Role

#: when a night is over, as the house counts: what was not looked at since is looked at now
NIGHT_ENDS = time(3)


class FindingKind(StrEnum):
    """Something that cannot be right. Its question: `lookups.findings.CHECKS`."""

    NOTHING_OWED = "casus_zonder_taak"  #: an open case without any open duty
    OWNER_GONE = "taak_van_vertrokkene"  #: an open duty of somebody who left or may not work here now
    RUNG_OF_ENDED = "herinnering_van_afgedane_taak"  #: a rung that would fire about a duty that ended
    UNCHASED = "taak_zonder_herinnering"  #: a running duty that nobody is reminded of, and that is not exhausted
    NOT_CONDUCTED = "werk_zonder_verwerking"  #: outside work waits and no flow run was ever made for the case
    HOLD_WITHOUT_END = "opschorting_zonder_einde"  #: a case on hold that nobody is asked to look at again
    PHASE_DIFFERS = "fase_klopt_niet"  #: the case and its current visit are not in the same phase


@dataclass(frozen=True, slots=True)
class Meaning:
    """A finding on screen: its name, what it means, what to do, and who does that."""

    name: str
    meaning: str
    advice: str
    who: Role


MEANINGS: Mapping[FindingKind, Meaning] = {
    FindingKind.NOTHING_OWED: Meaning(
        "Casus zonder open taak", "Niemand is deze casus iets verschuldigd; vanzelf gebeurt er niets meer.",
        "Neem het besluit waarmee de casus verder gaat, of sluit haar af.", Role.PROCESS_DIRECTOR,
    ),
    FindingKind.OWNER_GONE: Meaning(
        "Taak van iemand die hier niet meer werkt",
        "Wie deze taak heeft is niet meer actief, of de screening of opleiding is verlopen.",
        "Wijs de taak toe aan een ander, of verleng de aanwijzing van deze persoon.", Role.PROCESS_DIRECTOR,
    ),
    FindingKind.RUNG_OF_ENDED: Meaning(
        "Herinnering aan een taak die af is", "Er stond nog een herinnering klaar voor een taak die al is afgedaan.",
        "U hoeft niets te doen: Pols heeft de herinnering laten vervallen.", Role.ADMINISTRATOR,
    ),
    FindingKind.UNCHASED: Meaning(
        "Taak zonder herinneringen", "Deze taak loopt, maar er staat geen herinnering of escalatie meer voor klaar.",
        "Herinner met de hand of bel; meld het de functioneel beheerder als het vaker voorkomt.",
        Role.PROCESS_DIRECTOR,
    ),
    FindingKind.NOT_CONDUCTED: Meaning(
        "Werk dat niet wordt opgepakt", "Er wacht werk dat Pols zelf moet doen, maar de verwerking kent de casus niet.",
        "Controleer of de verwerking (pols worker en pols engine) draait.", Role.ADMINISTRATOR,
    ),
    FindingKind.HOLD_WITHOUT_END: Meaning(
        "Opschorting zonder einde", "De casus is opgeschort en niemand is gevraagd daar weer naar te kijken.",
        "Hervat de casus, en schort haar zo nodig opnieuw op met een einddatum.", Role.PROCESS_DIRECTOR,
    ),
    FindingKind.PHASE_DIFFERS: Meaning(
        "Fase klopt niet", "De fase van de casus en het verblijf waarin zij staat spreken elkaar tegen.",
        "Meld dit bij de leverancier; neem tot dan geen besluit dat de fase verandert.", Role.ADMINISTRATOR,
    ),
}  # fmt: skip


def last_night(now: datetime) -> datetime:
    """The last end of a night that has passed, as the clock on the wall says it."""
    local = now.astimezone(AMSTERDAM)
    today = datetime.combine(local.date(), NIGHT_ENDS, AMSTERDAM)
    return today if today <= local else datetime.combine(local.date() - timedelta(days=1), NIGHT_ENDS, AMSTERDAM)
