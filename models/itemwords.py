"""The words of information about a person: Dutch values in the database, on the wire and on screen."""

from enum import StrEnum


class Category(StrEnum):
    """What an information item is about: the closed list of WGS 2.30(1)(a)."""

    IDENTITY = "identificerend_en_contact"
    BSN = "burgerservicenummer"
    HOUSING = "huisvesting"
    FINANCIAL = "financieel"
    INCOME = "inkomen"
    HEALTH = "gezondheid"
    POLICE = "politiegegevens"
    JUSTICE = "justitie_en_vervolging"
    RELATIONS = "relaties"
    SUPERVISION = "toezicht_en_bestuurlijk"
    CARE = "zorg"
    GUIDANCE = "begeleiding_en_hulp"
    REPORT = "aanmelding"  #: what a bundled report told, as one text; the casebook makes it, nobody supplies it


class Regime(StrEnum):
    """The law that data come under with their supplier, and stay under (WGS 1.5(2), 2.29(2))."""

    AVG = "AVG"
    WPG = "Wpg"
    WJSG = "Wjsg"
    MEDICAL = "medisch"
    YOUTH = "jeugdhulp"


class SecrecyRoute(StrEnum):
    """Why medical or youth-care secrecy may be broken (WGS 2.29(2))."""

    CONSENT = "uitdrukkelijke_toestemming"
    DUTY = "wettelijke_plicht"
    PERMISSION = "wettelijke_bevoegdheid"
    GOOD_CARE = "goed_hulpverlenerschap"  #: only with its reasoning


class Reliability(StrEnum):
    """How sure the supplier is."""

    ESTABLISHED = "vastgesteld"
    PLAUSIBLE = "aannemelijk"
    DISPUTED = "betwist"
    UNJUDGED = "niet_beoordeeld"


class Condition(StrEnum):
    """How a reader deals with an item (WGS 2.29(3)). Who may not read it at all is a list, not one of these."""

    NO_THIRD_PARTY = "niet_aan_derden"
    NO_MINUTES = "niet_in_verslag"
    NO_SUBJECT = "niet_aan_betrokkene"


class Sensitive(StrEnum):
    """What there is no field for (WGS 2.29(1), BGS 1.9): a free text that seems to say it is warned about."""

    NATIONALITY = "nationaliteit"
    ETHNICITY = "etniciteit"
    RELIGION = "godsdienst"
    POLITICS = "politieke_opvatting"
    ORIENTATION = "seksuele_gerichtheid"
    BIOMETRICS = "biometrie"


class RiskJudgement(StrEnum):
    """What a trained person finds with an instrument. Recorded, never computed, sorted by or counted (R21)."""

    LOW = "laag"
    MEDIUM = "midden"
    HIGH = "hoog"
