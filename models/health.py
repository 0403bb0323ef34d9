"""Whether a house is in order: what its engine does, and whether everybody and everything is there. Pure.

Each check says what was found, what that means and what to do: for the page, the interface and `pols doctor`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from models.delivery import said
from models.words import Role

#: how long work may wait before it is worth a look, and before something is wrong
SLOW, STUCK = timedelta(minutes=2), timedelta(minutes=10)
#: a worker says that it is there every minute
SILENT = timedelta(minutes=3)
#: the self-checks look every night
UNCHECKED = timedelta(hours=30)
#: of what runs out people hear so long before
SOON = timedelta(days=30)
#: without these a house stands still (the manager is the last rung of every ladder, the officer reviews)
INDISPENSABLE = (
    Role.TRIAGE_OFFICER, Role.PROCESS_DIRECTOR, Role.MANAGER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER,
    Role.TRIAGE_MEMBER, Role.CONTACT_POINT,
)  # fmt: skip


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "goed"
    LOOK = "let_op"
    WRONG = "mis"


class Check(StrEnum):
    """What is looked at. Its words: `MEANINGS`."""

    WORKER = "verwerking"
    ENGINE = "procesmotor"
    RUNGS = "herinneringen"
    MESSAGES = "berichten"
    ENTRIES = "werk_per_casus"
    RELAY = "mailserver"
    UNDELIVERED = "onbezorgd"
    SEAL = "verzegeling"
    NIGHT = "nachtcontrole"
    FINDINGS = "bevindingen"
    DATABASE = "database"
    CLOCK = "klok"
    ROLES = "rollen"
    ONE_DEEP = "rol_van_een"
    CONTACTS = "contacten"
    VALIDITY = "geldigheid"
    POLICY = "beleid"
    TEXTS = "teksten"
    SECURITY_TXT = "security_txt"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A check on screen: its name, what it means when it is not in order, and what to do then."""

    name: str
    meaning: str
    advice: str


MEANINGS: Mapping[Check, Meaning] = {
    Check.WORKER: Meaning(
        "Verwerking", "Zonder verwerking gaan er geen herinneringen en berichten uit en staat elke casus stil.",
        "Vraag de technisch beheerder of het proces pols worker draait.",
    ),
    Check.ENGINE: Meaning(
        "Procesmotor", "De verwerking bereikt de procesmotor niet; casussen wachten tot die er weer is.",
        "Vraag de technisch beheerder of het proces pols engine draait.",
    ),
    Check.RUNGS: Meaning(
        "Herinneringen", "Herinneringen die nu weg hadden moeten zijn, wachten nog.",
        "Kijk eerst naar de verwerking. Werd er iets opgegeven, dan staat het bij de bevindingen.",
    ),
    Check.MESSAGES: Meaning(
        "Berichten", "Berichten die nu weg hadden moeten zijn, wachten nog.",
        "Kijk naar de mailserver hieronder en bij Berichten.",
    ),
    Check.ENTRIES: Meaning(
        "Werk per casus", "Wat Pols zelf in een casus moet doen, is nog niet gedaan.",
        "Kijk naar de verwerking; wat is opgegeven, meldt u bij de leverancier.",
    ),
    Check.RELAY: Meaning(
        "Mailserver", "Pols kan geen mail kwijt. Er gaat niets verloren: alles gaat uit zodra het weer kan.",
        "Geef de melding door aan wie de mailserver beheert.",
    ),
    Check.UNDELIVERED: Meaning(
        "Onbezorgde berichten", "Deze berichten kwamen de laatste zeven dagen niet aan.",
        "Verbeter het adres bij Mensen en verzend opnieuw bij Berichten.",
    ),
    Check.SEAL: Meaning(
        "Verzegeling van het logboek", "Regels van het logboek zijn nog niet verzegeld.",
        "Kijk naar de verwerking. Blijft het zo, meld het de privacy officer.",
    ),
    Check.NIGHT: Meaning(
        "Nachtelijke controle", "Pols heeft de casussen de laatste nacht niet nagekeken.",
        "Kijk naar de verwerking.",
    ),
    Check.FINDINGS: Meaning(
        "Bevindingen", "De nachtelijke controle vond iets dat niet klopt.",
        "De manager ziet op het overzicht wat er is en wat eraan te doen valt.",
    ),
    Check.DATABASE: Meaning(
        "Database", "De database hoort niet bij deze versie van Pols.", "Laat de technisch beheerder pols migrate doen."
    ),
    Check.CLOCK: Meaning(
        "Klok", "De klok van het proces is verzet; dat hoort alleen bij uitproberen.",
        "Zet de klok terug, of gebruik dit huis niet voor echte casussen.",
    ),
    Check.ROLES: Meaning(
        "Rollen", "Er is niemand die dit mag doen; taken voor deze rol blijven liggen.",
        "Wijs bij Mensen iemand aan, of verleng de screening of training van wie het was.",
    ),
    Check.ONE_DEEP: Meaning(
        "Rollen van één persoon", "Is deze persoon er niet, dan is er niemand.", "Wijs een tweede aan bij Mensen.",
    ),
    Check.CONTACTS: Meaning(
        "Contacten van deelnemers", "Bij deze deelnemers is niemand die een vraag kan beantwoorden.",
        "Vraag de deelnemer iemand aan te wijzen en leg dat vast bij Mensen.",
    ),
    Check.VALIDITY: Meaning(
        "Screening en training", "Van deze mensen loopt een van beide af of is dat al; dan komen zij niet meer binnen.",
        "Verleng de aanwijzing bij Mensen, of leg het vertrek vast.",
    ),
    Check.POLICY: Meaning(
        "Beleid", "Met dit beleid zijn termijnen of herinneringen niet te berekenen.", "Pas het aan bij Beleid."
    ),
    Check.TEXTS: Meaning(
        "Teksten van berichten", "Een bericht is niet te maken en gaat dus niet uit.",
        "Herstel de eigen zinnen bij Teksten; helpt dat niet, meld het bij de leverancier.",
    ),
    Check.SECURITY_TXT: Meaning(
        "security.txt", "Wie een zwakke plek vindt, weet niet aan wie dat te melden is.",
        "Laat de technisch beheerder POLS_SECURITY_CONTACTS en POLS_SECURITY_EXPIRES instellen.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found."""

    check: Check
    verdict: Verdict
    found: str

    @property
    def words(self) -> Meaning:
        """What it means and what to do."""
        return MEANINGS[self.check]


@dataclass(frozen=True, slots=True)
class Figures:
    """Counted of the engine of a house: numbers and moments. `step`: of the database, `newest`: of this Pols."""

    seen_at: datetime | None = None
    engine_at: datetime | None = None
    rungs: int = 0
    rungs_since: datetime | None = None
    rungs_given_up: int = 0
    messages: int = 0
    messages_since: datetime | None = None
    undelivered: int = 0
    sent_at: datetime | None = None
    relay: str | None = None
    entries: int = 0
    entries_since: datetime | None = None
    entries_given_up: int = 0
    lines: int = 0
    lines_since: datetime | None = None
    sealed_at: datetime | None = None
    checked_at: datetime | None = None
    findings: int = 0
    bytes: int = 0
    step: str = ""
    newest: str = ""
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who is there: how many who may come in hold each role, and what is missing."""

    held: Mapping[Role, int] = field(default_factory=dict)
    without_contact: Sequence[str] = ()
    running_out: int = 0  #: people whose screening or training ends soon, or ended


def of_engine(one: Figures, now: datetime) -> list[Outcome]:
    """What the engine does."""
    return [
        _worker(one, now), _engine(one, now),
        _waits(Check.RUNGS, one.rungs, one.rungs_since, now, one.rungs_given_up),
        _waits(Check.MESSAGES, one.messages, one.messages_since, now),
        _waits(Check.ENTRIES, one.entries, one.entries_since, now, one.entries_given_up),
        _relay(one), _undelivered(one), _seal(one, now), _night(one, now), _findings(one), _database(one), _clock(one),
    ]  # fmt: skip


def of_setting_up(one: Staffing, *, policy: Collection[str], texts: Collection[str], ends: datetime | None,
                  now: datetime) -> list[Outcome]:  # fmt: skip
    """Whether everything is there. `policy` and `texts`: what is wrong with them; `ends`: of security.txt."""
    missing = [role for role in INDISPENSABLE if not one.held.get(role)]
    alone = [role for role in INDISPENSABLE if one.held.get(role) == 1]
    running_out = [f"{one.running_out} {'persoon' if one.running_out == 1 else 'mensen'}"] if one.running_out else []
    return [
        _none_of(Check.ROLES, map(_spoken, missing), Verdict.WRONG, "elke onmisbare rol is bezet"),
        _none_of(Check.ONE_DEEP, map(_spoken, alone), Verdict.LOOK, "elke onmisbare rol heeft er twee"),
        _none_of(Check.CONTACTS, one.without_contact, Verdict.WRONG, "elke deelnemer heeft een contact"),
        _none_of(Check.VALIDITY, running_out, Verdict.LOOK, "niemands screening of training loopt binnenkort af"),
        _none_of(Check.POLICY, policy, Verdict.WRONG, "het beleid klopt"),
        _none_of(Check.TEXTS, texts, Verdict.WRONG, "elk bericht is te maken"),
        _security_txt(ends, now),
    ]


def worst(found: Iterable[Outcome]) -> Verdict:
    """The worst of them."""
    order = list(Verdict)
    return max((one.verdict for one in found), key=order.index, default=Verdict.GOOD)


def _worker(one: Figures, now: datetime) -> Outcome:
    if one.seen_at is None:
        return Outcome(Check.WORKER, Verdict.WRONG, "heeft zich nog nooit gemeld")
    there = now - one.seen_at <= SILENT
    return Outcome(Check.WORKER, Verdict.GOOD if there else Verdict.WRONG, f"meldde zich {_ago(one.seen_at, now)}")


def _engine(one: Figures, now: datetime) -> Outcome:
    if one.engine_at is None:
        return Outcome(Check.ENGINE, Verdict.WRONG, "heeft nog nooit geantwoord")
    there = now - one.engine_at <= SILENT
    return Outcome(Check.ENGINE, Verdict.GOOD if there else Verdict.WRONG, f"antwoordde {_ago(one.engine_at, now)}")


def _waits(check: Check, number: int, since: datetime | None, now: datetime, given_up: int = 0) -> Outcome:
    waited = now - since if since else timedelta()
    told = f"{number} te doen, de oudste sinds {_long(waited)}" if number else "niets wacht"
    told += f"; {given_up} opgegeven" if given_up else ""
    if waited > STUCK:
        return Outcome(check, Verdict.WRONG, told)
    return Outcome(check, Verdict.LOOK if waited > SLOW or given_up else Verdict.GOOD, told)


def _relay(one: Figures) -> Outcome:
    if one.relay:
        return Outcome(Check.RELAY, Verdict.WRONG, said(one.relay))
    return Outcome(Check.RELAY, Verdict.GOOD, "neemt berichten aan" if one.sent_at else "nog geen bericht verstuurd")


def _undelivered(one: Figures) -> Outcome:
    told = f"{one.undelivered} in zeven dagen" if one.undelivered else "geen in zeven dagen"
    return Outcome(Check.UNDELIVERED, Verdict.LOOK if one.undelivered else Verdict.GOOD, told)


def _seal(one: Figures, now: datetime) -> Outcome:
    last = f"laatst {_ago(one.sealed_at, now)}" if one.sealed_at else "nog niets verzegeld"
    waiting = _waits(Check.SEAL, one.lines, one.lines_since, now)
    return Outcome(Check.SEAL, waiting.verdict, f"{last}; {waiting.found}" if one.lines else last)


def _night(one: Figures, now: datetime) -> Outcome:
    if one.checked_at is None:
        return Outcome(Check.NIGHT, Verdict.LOOK, "nog niet geweest")
    fresh = now - one.checked_at <= UNCHECKED
    return Outcome(Check.NIGHT, Verdict.GOOD if fresh else Verdict.WRONG, f"laatst {_ago(one.checked_at, now)}")


def _findings(one: Figures) -> Outcome:
    told = f"{one.findings} open" if one.findings else "geen"
    return Outcome(Check.FINDINGS, Verdict.LOOK if one.findings else Verdict.GOOD, told)


def _database(one: Figures) -> Outcome:
    size = f"{one.bytes / 1_000_000:,.0f} MB".replace(",", ".")
    fits = one.step == one.newest
    told = size if fits else f"{size}; stap {one.step}, deze versie vraagt {one.newest}"
    return Outcome(Check.DATABASE, Verdict.GOOD if fits else Verdict.WRONG, told)


def _clock(one: Figures) -> Outcome:
    told = f"{_long(abs(timedelta(seconds=one.shift)))} verzet" if one.shift else "loopt gelijk"
    return Outcome(Check.CLOCK, Verdict.LOOK if one.shift else Verdict.GOOD, told)


def _none_of(check: Check, wrong: Iterable[str], verdict: Verdict, good: str) -> Outcome:
    listed = list(wrong)
    return Outcome(check, verdict if listed else Verdict.GOOD, ", ".join(listed) or good)


def _security_txt(ends: datetime | None, now: datetime) -> Outcome:
    if ends is None:
        return Outcome(Check.SECURITY_TXT, Verdict.LOOK, "is niet ingesteld")
    day = f"{ends:%d-%m-%Y}"
    if ends <= now:
        return Outcome(Check.SECURITY_TXT, Verdict.WRONG, f"verliep op {day}")
    return Outcome(Check.SECURITY_TXT, Verdict.LOOK if ends <= now + SOON else Verdict.GOOD, f"geldig tot {day}")


def _spoken(role: Role) -> str:
    return role.value.replace("_", " ")


def _ago(moment: datetime, now: datetime) -> str:
    return f"{_long(max(now - moment, timedelta()))} geleden"


_STEPS: tuple[tuple[int, str, str], ...] = (
    (86_400, "dag", "dagen"), (3_600, "uur", "uur"), (60, "minuut", "minuten"), (1, "seconde", "seconden"),
)  # fmt: skip


def _long(lasting: timedelta) -> str:
    seconds = int(lasting.total_seconds())
    return next(_amounts(seconds), "0 seconden")


def _amounts(seconds: int) -> Iterator[str]:
    for size, one, more in _STEPS:
        if number := seconds // size:
            yield f"{number} {one if number == 1 else more}"
