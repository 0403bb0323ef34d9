"""What the parts of a policy are called on the page where a house sets it: chapters, names and a sentence of help.

A field without words here is shown all the same, under its name on the wire, in the last chapter.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the policy that is changed in one form. `fields`: names in `models.policy.Policy`."""

    slug: str
    title: str
    about: str
    fields: tuple[str, ...]


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "termijnen", "Termijnen", "Hoe lang iemand heeft voor een taak. Wat u leeg laat, houdt de termijn van Pols.",
        ("terms",),
    ),
    Chapter(
        "herinneringen", "Herinneringen en escalatie",
        "Wanneer de eigenaar van een taak wordt herinnerd, en wie bericht krijgt als een antwoord uitblijft.",
        ("ladders", "escalate_partner_by_itself", "escalation_levels", "silent_after_working_days"),
    ),
    Chapter(
        "spoed", "Spoed", "Wat er anders gaat in een casus met spoed: dag en nacht, in uren.",
        ("urgent_terms", "urgent_ladders"),
    ),
    Chapter(
        "verlengen", "Verlengen en herstellen", "Hoeveel uitstel een taak krijgt, en hoe lang iets te herstellen is.",
        ("extension_most", "extension_by_owner", "extensions", "reconsider_working_days",
         "correct_phone_working_days"),
    ),
    Chapter(
        "kalender", "Kalender en openingstijden", "Wat werkdagen en werkuren zijn, en wanneer de triage sluit.",
        ("opens", "closes", "closing_days", "closing_names", "weekly_cutoff"),
    ),
    Chapter(
        "overleg", "Overleg en evaluatie", "Hoe het overleg heet, hoe lang het duurt, en wanneer er wordt geëvalueerd.",
        ("meeting_word", "meeting_minutes", "public_meeting_place", "quorum", "triage_minutes",
         "triage_private_own_only", "speaker_regimes", "evaluation_days", "evaluation_days_high_risk",
         "watch_days_most", "weekly_overview"),
    ),
    Chapter(
        "deelnemers", "Deelnemers", "Wie waarover wordt gevraagd, wie mag beslissen, en welke adressen kloppen.",
        ("ask_known", "reporter_may_decide_alone", "local_parties", "contact_domains", "webhook_hosts"),
    ),
    Chapter(
        "lijsten", "Checklists en keuzelijsten", "Waaruit mensen kiezen. Wat al is vastgelegd, houdt zijn woorden.",
        ("themes", "municipalities", "life_domains", "interventions", "statutory_tasks"),
    ),
    Chapter(
        "drempels", "Drempels en bescherming", "Grenzen aan wat mag, en hoe lang iets wordt bewaard.",
        ("glass_minutes", "most_cases_read", "erase_after_days", "figures_least", "sensitive_terms"),
    ),
)  # fmt: skip
#: set on a page of their own
ELSEWHERE = {"own_texts": ("/teksten", "Teksten in berichten")}
LAST = Chapter("overig", "Overig", "Wat verder per huis verschilt.", ())

#: name and help of each field
WORDS: dict[str, tuple[str, str]] = {
    "terms": ("Termijn per taak", "Een aantal en een eenheid. Alleen wat u invult wijkt af van de termijn van Pols."),
    "urgent_terms": ("Termijn per taak bij spoed", "Leeg: de gewone termijn, of de spoedtermijn van Pols."),
    "ladders": (
        "Herinneringen per taak",
        "Het getal telt vanaf de termijn: -1 is ervoor, 0 op het moment zelf, 2 erna. Leeg: de herinneringen van Pols.",
    ),
    "urgent_ladders": ("Herinneringen per taak bij spoed", "Zoals de gewone herinneringen, meestal in klokuren."),
    "escalate_partner_by_itself": (
        "Leidinggevende van een partner vanzelf berichten",
        "Anders stelt Pols het bericht voor en verstuurt de procesregisseur het.",
    ),
    "escalation_levels": (
        "Treden van opschaling", "Waarheen gaat wat vastzit, van laag naar hoog, en hoe lang elke trede heeft."
    ),
    "silent_after_working_days": ("Stil na zoveel werkdagen", "Zonder enige gebeurtenis heet een casus dan stil."),
    "extension_most": (
        "Verlenging ten hoogste (dagen)", "Alle verlengingen van één taak samen; waar uren tellen acht uur per dag."
    ),
    "extension_by_owner": ("Verlenging door wie de taak heeft (dagen)", "Daarvan mag de eigenaar dit één keer nemen."),
    "extensions": ("Verlenging per taak (dagen)", "In plaats van het algemene maximum; 0 is nooit."),
    "reconsider_working_days": ("Heroverweging (werkdagen)", "Zo lang kan een melder na een afwijzing vragen."),
    "correct_phone_working_days": (
        "Telefonisch antwoord herstellen (werkdagen)", "Zo lang kan een partner herstellen wat is genoteerd."
    ),
    "opens": ("Het huis gaat open om", ""),
    "closes": ("Het huis sluit om", ""),
    "closing_days": ("Sluitingsdagen", "Eén dag per regel, bijvoorbeeld 2026-12-24. Feestdagen kent Pols al."),
    "closing_names": ("Namen van sluitingsdagen", "Per regel een dag en een naam: 2026-12-24: kerstsluiting."),
    "weekly_cutoff": (
        "Wekelijkse sluiting van de triage",
        "Wat voor dit moment binnen is, gaat mee naar de triage van die week (0 is maandag). Leeg: geen.",
    ),
    "meeting_word": ("Woord voor het overleg", "Zo heet het overleg over een casus op schermen en in berichten."),
    "meeting_minutes": ("Duur van een overleg (minuten)", "Zo lang staat het in agenda's."),
    "public_meeting_place": ("Plaats van overleg die iedereen mag kennen", "Alleen deze plaats staat in agenda's."),
    "quorum": ("Quorum per soort overleg", "Wie er minstens moet zijn; leeg: niemand in het bijzonder."),
    "triage_minutes": ("Tijd per melding op de triage (minuten)", ""),
    "triage_private_own_only": (
        "Private deelnemer ziet op de triage alleen eigen meldingen", "Publieke deelnemers zien de hele agenda.",
    ),
    "speaker_regimes": (
        "Wet waaronder iemand spreekt",
        "Per regel het begin van een woord in de naam of taak van een organisatie, en de wet: ggz: medisch.",
    ),
    "evaluation_days": ("Evaluatie na (dagen)", "Na het vaststellen van een plan, en daarna telkens."),
    "evaluation_days_high_risk": ("Evaluatie na, bij hoog risico (dagen)", ""),
    "watch_days_most": ("Waakvlam ten hoogste (dagen)", "Zo lang duurt een waakvlam na het afschalen hooguit."),
    "weekly_overview": ("Weekoverzicht op maandag", "Voor elke deelnemer die zelf niets anders koos."),
    "ask_known": ("Bekendheid vragen aan", "Publieke deelnemers, voor de toelating. Niemand gekozen: allemaal."),
    "reporter_may_decide_alone": (
        "Melder mag alleen beslissen", "Of de organisatie die meldde als enige over de toelating mag besluiten."
    ),
    "local_parties": (
        "Gemeenten waarvoor een organisatie werkt", "Eén gemeente per regel. Wie niets heeft, werkt in de hele regio."
    ),
    "contact_domains": (
        "Adresdomeinen per organisatie", "Naast het domein van wie is aangewezen. Eén per regel: organisatie.nl."
    ),
    "webhook_hosts": ("Systemen die mogen horen wat er gebeurt", "Eén naam per regel, zo nodig met een poort."),
    "themes": ("Thema's", "Eén per regel."),
    "municipalities": ("Gemeenten", "Eén per regel."),
    "life_domains": ("Leefgebieden", "Eén per regel, in de volgorde van de checklist."),
    "interventions": ("Interventies", "Waaruit afspraken kiezen, met het domein en wat er niet mee samengaat."),
    "statutory_tasks": ("Wettelijke taken", "Van WGS 2.27, en bij welke soort deelnemer zij horen."),
    "glass_minutes": ("Noodtoegang duurt (minuten)", "Ook toegang voor toezicht duurt zo lang."),
    "most_cases_read": (
        "Verschillende casussen in tien minuten", "Wie er meer opent, wordt tegengehouden en gemeld."
    ),
    "figures_least": ("Kleinste aantal in cijfers", "Wat kleiner is, wordt in rapportages afgeschermd."),
    "erase_after_days": ("Wissen na (dagen)", "Wat niet in behandeling is genomen, wordt dan gewist."),
    "sensitive_terms": (
        "Gevoelige woorden", "Pols waarschuwt bij deze woorden in aangeleverde informatie. Eén per regel."
    ),
}  # fmt: skip
