"""The words of both languages: days, subjects, kinds of tasks, and how a term stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from models.clocks import AMSTERDAM
from models.messages import Language, MessageKind

_K = MessageKind


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is said in one language. `tasks`: what the kinds of tasks are called; in Dutch they are Dutch already."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    subjects: Mapping[MessageKind, str]
    steps: Mapping[str, str]
    case: str  #: what the number of a case is called, for who works at the house
    reference: str  #: what the reference of a recipient is called
    at: str
    late_days: tuple[str, str]
    late_hours: tuple[str, str]
    due_today: str
    due_soon: str
    tasks: Mapping[str, str] = field(default_factory=dict)
    meeting_words: Mapping[str, str] = field(default_factory=dict)

    def day(self, value: date) -> str:
        """A day as people write it: dinsdag 24 november 2026."""
        return f"{self.days[value.weekday()]} {value.day} {self.months[value.month - 1]} {value.year}"

    def moment(self, value: str | datetime) -> str:
        """A moment in local time: dinsdag 24 november 2026 om 17:00."""
        local = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(AMSTERDAM)
        return f"{self.day(local.date())} {self.at} {local:%H:%M}"

    def task(self, code: str) -> str:
        """What somebody owes, in words."""
        return self.tasks.get(code, code.replace("_", " "))


DUTCH = Vocabulary(
    days=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    months=(
        "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
        "december",
    ),
    subjects={
        _K.ANNOUNCEMENT: "Er staat een taak voor u klaar",
        _K.QUESTION: "Uw antwoord wordt gevraagd",
        _K.REMINDER: "Herinnering: er wacht een taak",
        _K.RECEIPT: "Uw aanmelding is ontvangen",
        _K.FEEDBACK: "Er is een uitkomst op uw aanmelding",
        _K.INVITATION: "Uitnodiging voor een overleg",
        _K.CALLED_OFF: "Een overleg gaat niet door of is verzet",
        _K.OUTCOME: "De uitkomst van het overleg staat klaar",
        _K.CLOSED: "Een casus is afgesloten",
        _K.DECIDED_FOR_YOU: "Er is een besluit namens u vastgelegd",
        _K.COPY: "Wij hebben uw telefonische antwoord vastgelegd",
        _K.ANSWER_CORRECTED: "Een telefonisch antwoord is hersteld",
        _K.ALERT: "Vandaag uw aandacht gevraagd",
        _K.GLASS_CODE: "Uw code voor toegang tot een casus",
        _K.WAY_CODE: "Uw code om dit kanaal te bevestigen",
        _K.GLASS: "Iemand opende een casus met noodtoegang of voor toezicht",
        _K.CORRECTED: "Informatie in een casus is gewijzigd",
        _K.NOBODY_STANDS_IN: "Er wacht iets op een collega die afwezig is",
        _K.HANDED_OVER: "Taken van een collega zijn nu van u",
        _K.READ_MUCH: "Er zijn ongewoon veel casussen geopend",
        _K.MORE_TIME: "Iemand vraagt om meer tijd",
        _K.NOT_MINE: "Iemand zegt dat een taak niet voor hem of haar is",
        _K.LEAD: "Een antwoord van uw organisatie blijft uit",
        _K.DIGEST: "Uw berichten van vandaag",
        _K.WEEKLY: "Weekoverzicht: wat uw organisatie heeft openstaan",
    },
    steps={
        "snoozed": "u had deze herinnering uitgesteld",
        "deputy": "uw collega heeft nog niet geantwoord",
        "director": "de partner heeft nog niet geantwoord; u kunt bellen",
        "partner_manager": (
            "voorstel: bericht aan de leidinggevende van de partner; u verstuurt het met één klik in Pols"
        ),
        "partner_manager_unknown": "bij de partner is geen leidinggevende bekend; u kunt bellen",
        "manager": "alle herinneringen zijn verstuurd zonder antwoord",
    },
    case="casus",
    reference="kenmerk",
    at="om",
    late_days=("dag te laat", "dagen te laat"),
    late_hours=("uur te laat", "uur te laat"),
    due_today="de termijn is vandaag",
    due_soon="de termijn loopt bijna af",
)  # fmt: skip

ENGLISH = Vocabulary(
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    subjects={
        _K.ANNOUNCEMENT: "There is a task for you",
        _K.QUESTION: "Your answer is requested",
        _K.REMINDER: "Reminder: a task is waiting",
        _K.RECEIPT: "Your report was received",
        _K.FEEDBACK: "There is an outcome on your report",
        _K.INVITATION: "Invitation to a meeting",
        _K.CALLED_OFF: "A meeting is off or was moved",
        _K.OUTCOME: "The outcome of the meeting is ready",
        _K.CLOSED: "A case was closed",
        _K.DECIDED_FOR_YOU: "A decision was recorded in your name",
        _K.COPY: "We recorded your answer by phone",
        _K.ANSWER_CORRECTED: "An answer by phone was corrected",
        _K.ALERT: "Your attention is asked today",
        _K.GLASS_CODE: "Your code for access to a case",
        _K.WAY_CODE: "Your code to confirm this channel",
        _K.GLASS: "Somebody opened a case with emergency access or for supervision",
        _K.CORRECTED: "Information in a case was changed",
        _K.NOBODY_STANDS_IN: "Something is waiting for a colleague who is away",
        _K.HANDED_OVER: "Tasks of a colleague are now yours",
        _K.READ_MUCH: "Unusually many cases were opened",
        _K.MORE_TIME: "Somebody asks for more time",
        _K.NOT_MINE: "Somebody says that a task is not theirs",
        _K.LEAD: "An answer of your organisation is missing",
        _K.DIGEST: "Your messages of today",
        _K.WEEKLY: "Weekly overview: what your organisation has open",
    },
    steps={
        "snoozed": "you had put off this reminder",
        "deputy": "your colleague has not answered yet",
        "director": "the partner has not answered yet; you can call",
        "partner_manager": "proposal: a message to who leads at the partner; you send it with one click in Pols",
        "partner_manager_unknown": "nobody is known who leads at the partner; you can call",
        "manager": "all reminders were sent without an answer",
    },
    case="case",
    reference="reference",
    at="at",
    late_days=("day late", "days late"),
    late_hours=("hour late", "hours late"),
    due_today="the term ends today",
    due_soon="the term is almost over",
    meeting_words={
        "casusoverleg": "case meeting", "focusoverleg": "case meeting", "ICO": "case meeting (ICO)",
        "rondetafel": "round table",
    },
    tasks={
        "ontvangst_bevestigen": "confirm receipt",
        "compleetheid_toetsen": "check whether the report is complete",
        "aanmelding_aanvullen": "complete the report",
        "bekendheid_andere_huizen": "known at another house",
        "bekend_of_niet_bekend": "known or not known",
        "criteria_toetsen": "judge the criteria",
        "over_toelating_beslissen": "decide on admission",
        "nadere_informatie_geven": "give more information",
        "doorverwijzing_aanvaarden": "accept what was referred on",
        "melder_terugkoppelen": "tell the reporter the outcome",
        "advies_uitbrengen": "give advice",
        "nabellen": "follow up by phone",
        "procesregisseur_toewijzen": "assign a process director",
        "betrokken_deelnemers_kiezen": "choose who is involved",
        "grond_tegen_informeren_melden": "name a ground against informing the person",
        "betrokkene_informeren": "inform the person",
        "uitstel_informeren_hertoetsen": "look again at informing that was postponed",
        "overleg_plannen": "set a date for the meeting",
        "overleg_houden": "hold the meeting",
        "informatie_aanleveren": "supply information",
        "casusregisseur_aanwijzen": "appoint a case director",
        "uitkomst_bekendmaken": "publish the outcome",
        "verslag_vaststellen": "draw up the minutes",
        "verslag_corrigeren": "correct the minutes",
        "plan_vaststellen": "adopt the plan",
        "afspraak_aanvaarden": "accept a commitment",
        "geweigerde_afspraak_vervangen": "replace a commitment that was refused",
        "tegenstrijdige_afspraken_afstemmen": "settle commitments that contradict each other",
        "plan_rond_krijgen": "complete the plan",
        "afspraak_uitvoeren": "carry out a commitment",
        "voortgang_melden": "report on progress",
        "evalueren": "evaluate",
        "eindevaluatie_houden": "hold the final evaluation",
        "heraanmeldcriteria_vastleggen": "record when to report again",
        "overdracht_regelen": "arrange the handover",
        "overdracht_aanvaarden": "accept the handover",
        "escalatie_beantwoorden": "answer the escalation",
        "partners_terugkoppelen": "tell the partners the outcome",
        "slotbrief_versturen": "send the closing letter",
        "over_afsluiten_beslissen": "decide on closure",
        "waakvlam_bewaken": "keep watch",
        "opschorting_heroverwegen": "reconsider the hold",
        "overname_aanvaarden": "accept the transfer",
        "incident_beoordelen": "judge the incident",
        "bezwaar_tegen_registratie": "object to what was recorded",
        "noodtoegang_beoordelen": "review the emergency access",
        "noodtoegang": "emergency access",
        "toezicht": "supervision",
    },
)  # fmt: skip

VOCABULARIES: Mapping[Language, Vocabulary] = {Language.DUTCH: DUTCH, Language.ENGLISH: ENGLISH}
