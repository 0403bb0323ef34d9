"""What the answer pages say, in Dutch and in English: nothing about anybody, whoever reads along."""

from collections.abc import Mapping
from datetime import datetime

from api.workplace import wording
from models.clocks import AMSTERDAM
from models.links import Act, Reason
from models.phrases import plain
from models.words import DutyKind

LANGUAGES = ("nl", "en")

_NL: Mapping[str, str] = {
    "title": "Er wordt iets van u gevraagd", "done": "Dit is afgedaan",
    "what": "Wat", "before": "Uiterlijk", "when": "Wanneer", "house": "Van", "reference": "Kenmerk",
    "invitation": "Uitnodiging voor een overleg",
    "phone": "Liever bellen? Uw procesregisseur is te bereiken op",
    "no_names": "Op deze pagina staat met opzet niet om wie het gaat.",
    "go_on": "Verder",
    "distrust": "Vertrouwt u deze link niet? Ga zelf naar {address} en typ het kenmerk en de code uit het bericht.",
    "other_language": "English",
    "ended": "Dit is afgedaan op {day}. Er wordt hierover niets meer van u gevraagd.",
    "correct": "Klopt het niet? Bel uw procesregisseur; na aanmelden kunt u het ook enkele dagen zelf herstellen.",
    "over": "Dit overleg gaat niet door of is geweest. Er wordt hierover niets meer van u gevraagd.",
    "was_answered": "Geantwoord is",
    "was_private": "U antwoordde",
    "private_why": "Dat blijft bij uw organisatie. U krijgt geen herinneringen meer; anders antwoorden kan nog.",
    "see_answer": "Wilt u zien wat is geantwoord? Geef dan uw pincode.",
    "without_pin": "Zonder pincode", "act": "Wat wilt u laten weten?", "send": "Verstuur",
    "answer": "Antwoorden", "your_answer": "Uw antwoord",
    "give_pin": "Geef uw pincode; dan telt uw antwoord. U sprak hem af met het huis; hij staat nooit in een bericht.",
    "pin": "Pincode", "check": "Ga verder",
    "no_pin": "U hebt nog geen pincode. Vraag die telefonisch aan het huis, of meld u aan.",
    "why_not": "Kan het niet? Kies waarom", "no_reason": "kies alleen als het niet kan",
    "in_words": "Wilt u er iets bij schrijven, of zien om wie het gaat?",
    "sign_in": "Meld u aan",
    "needs_sign_in": "Voor dit antwoord is informatie nodig die alleen in Pols hoort. Meld u daarvoor aan.",
    "known_first": "Om wie het gaat ziet u na aanmelden, of u hoort het van uw procesregisseur.",
    "hand_on": "Geef door aan een collega", "colleague": "Collega", "hand": "Geef door",
    "attend": "Bent u erbij?",
    "got_it": "U meldde op {day} dat u dit hebt ontvangen.",
    "asked_time": "U vroeg op {day} om meer tijd; de procesregisseur heeft bericht.",
    "declined": "U gaf op {day} aan dat dit niet voor u is; de procesregisseur heeft bericht.",
    "said:ontvangen": "Dank u. Vastgelegd dat u dit hebt ontvangen; het antwoord blijft gevraagd.",
    "said:meer_tijd": "De procesregisseur heeft uw vraag om meer tijd. De datum blijft staan tot u anders hoort.",
    "said:niet_voor_mij": "De procesregisseur weet dat dit niet voor u is en geeft het aan een ander.",
    "said:geantwoord": "Dank u. Uw antwoord is vastgelegd; de herinneringen stoppen.",
    "said:aanwezigheid": "Dank u. Vastgelegd of u komt; u kunt dat hier nog wijzigen.",
    "said:doorgegeven": "De taak is nu van uw collega; die heeft bericht gekregen.",
    "said:pincode": "Uw pincode klopt. U kunt een kwartier lang antwoorden.",
    "wrong:pincode": "Deze pincode klopt niet.",
    "wrong:keuze": "Kies eerst een van de mogelijkheden.",
    "gone": "Deze link werkt niet (meer)",
    "gone_why": "Hij kan verlopen zijn, of de taak is nu van een ander. Er is niets veranderd.",
    "gone_then": "Neem de link of de code uit het nieuwste bericht, bel uw procesregisseur, of meld u aan.",
    "type": "Antwoorden met kenmerk en code",
    "type_why": "Beide staan in het bericht dat u kreeg. Hoofdletters en streepjes maken niet uit.",
    "code": "Code", "code_why": "Een code werkt één keer.",
    "wrong:code": "Dit kenmerk en deze code horen niet bij elkaar, of zijn niet meer geldig. Neem het laatste bericht.",
    "wrong": "Dit kan nu niet",
}  # fmt: skip
_EN: Mapping[str, str] = {
    "title": "Something is asked of you", "done": "This is settled",
    "what": "What", "before": "Before", "when": "When", "house": "From", "reference": "Reference",
    "invitation": "Invitation to a meeting",
    "phone": "Prefer to call? Your case manager can be reached at",
    "no_names": "This page deliberately does not say who it is about.",
    "go_on": "Continue",
    "distrust": "Do you not trust this link? Go to {address} yourself and type the reference and code of the message.",
    "other_language": "Nederlands",
    "ended": "This was settled on {day}. Nothing more is asked of you about it.",
    "correct": "Is something wrong? Call your case manager; signed in you can also correct it for a few days.",
    "over": "This meeting was called off or has been held. Nothing more is asked of you about it.",
    "was_answered": "The answer given was",
    "was_private": "You answered",
    "private_why": "That stays with your organisation. You get no more reminders; you can still answer otherwise.",
    "see_answer": "Do you want to see what was answered? Give your PIN.",
    "without_pin": "Without a PIN", "act": "What do you want to tell us?", "send": "Send",
    "answer": "Answer", "your_answer": "Your answer",
    "give_pin": "Give your PIN; then your answer counts. You agreed it with the house; it is never in a message.",
    "pin": "PIN", "check": "Continue",
    "no_pin": "You have no PIN yet. Ask the house for one by phone, or sign in.",
    "why_not": "Not possible? Choose why", "no_reason": "choose only when it is not possible",
    "in_words": "Do you want to add something, or see who it is about?",
    "sign_in": "Sign in", "needs_sign_in": "This answer needs information that belongs in Pols only. Please sign in.",
    "known_first": "Sign in to see who it is about, or ask your case manager.",
    "hand_on": "Hand on to a colleague", "colleague": "Colleague", "hand": "Hand on",
    "attend": "Will you be there?",
    "got_it": "You confirmed on {day} that you received this.",
    "asked_time": "You asked for more time on {day}; the case manager was told.",
    "declined": "You said on {day} that this is not for you; the case manager was told.",
    "said:ontvangen": "Thank you. We noted that you received this; an answer is still asked.",
    "said:meer_tijd": "The case manager received your request for more time. The date stands until you hear otherwise.",
    "said:niet_voor_mij": "The case manager knows that this is not for you and will give it to somebody else.",
    "said:geantwoord": "Thank you. Your answer was recorded; the reminders stop.",
    "said:aanwezigheid": "Thank you. Noted whether you will be there; you can still change that here.",
    "said:doorgegeven": "This is your colleague's now; they were told.",
    "said:pincode": "Your PIN is right. You can answer for a quarter of an hour.",
    "wrong:pincode": "This PIN is not right.",
    "wrong:keuze": "Please choose one of the options first.",
    "gone": "This link does not work (any more)",
    "gone_why": "It may have expired, or this is somebody else's now. Nothing was changed.",
    "gone_then": "Use the link or the code of the newest message, call your case manager, or sign in.",
    "type": "Answer with a reference and a code",
    "type_why": "Both are in the message you received. Capitals and dashes make no difference.",
    "code": "Code", "code_why": "A code works once.",
    "wrong:code": "This reference and code do not go together, or are not valid (any more). Use the newest message.",
    "wrong": "This is not possible now",
}  # fmt: skip
_WORDS: Mapping[str, Mapping[str, str]] = {"nl": _NL, "en": _EN}

_CHOICES: Mapping[str, Mapping[str, str]] = {
    "nl": {
        Act.RECEIVED: "Ontvangen; ik kom erop terug", Act.MORE_TIME: "Ik heb meer tijd nodig",
        Act.NOT_MINE: "Dit is niet voor mij",
        "komt": "Ik ben aanwezig", "komt_niet": "Ik ben niet aanwezig",
        "bekend": "Bekend", "niet_bekend": "Niet bekend", "geen_mededeling": "Kan ik niet zeggen",
        "aanvaard": "Ik aanvaard de afspraak", "geweigerd": "Dit is niet haalbaar",
        "gereed": "Gereed", "niet_gelukt": "Het is niet gelukt",
        "op_schema": "Alles ligt op schema", "vertraagd": "Er is vertraging", "vastgelopen": "Het is vastgelopen",
        Reason.NO_CAPACITY: "geen capaciteit", Reason.NOT_OUR_TASK: "hoort niet bij onze taak",
        Reason.DATE: "de datum is niet haalbaar", Reason.WAITS: "wij wachten op een ander",
        Reason.CALL_ME: "bel mij hierover",
    },
    "en": {
        Act.RECEIVED: "Received; I will come back to it", Act.MORE_TIME: "I need more time",
        Act.NOT_MINE: "This is not for me",
        "komt": "I will be there", "komt_niet": "I will not be there",
        "bekend": "Known", "niet_bekend": "Not known", "geen_mededeling": "I cannot say",
        "aanvaard": "I accept the commitment", "geweigerd": "This is not feasible",
        "gereed": "Done", "niet_gelukt": "It did not succeed",
        "op_schema": "All is on schedule", "vertraagd": "There is a delay", "vastgelopen": "It is stuck",
        Reason.NO_CAPACITY: "no capacity", Reason.NOT_OUR_TASK: "not part of our task",
        Reason.DATE: "the date is not feasible", Reason.WAITS: "we are waiting for somebody else",
        Reason.CALL_ME: "call me about this",
    },
}  # fmt: skip
#: the kind of act, neutral; one that is not here is said in Dutch
_KINDS: Mapping[DutyKind, str] = {
    DutyKind.KNOWN: "known or not known", DutyKind.ACCEPT_COMMITMENT: "accept a commitment",
    DutyKind.COMMITMENT: "carry out a commitment", DutyKind.PROGRESS: "report progress",
    DutyKind.INFORMATION: "supply information", DutyKind.SUPPLEMENT: "complete a report",
    DutyKind.MORE_INFORMATION: "give more information", DutyKind.INFORM_GROUND: "state a ground",
    DutyKind.INFORM_PERSON: "inform somebody", DutyKind.RECHECK_INFORMING: "look at informing again",
    DutyKind.CORRECT_MINUTES: "correct the minutes", DutyKind.ACCEPT_TRANSFER: "accept a transfer",
    DutyKind.OBJECTION: "object to a registration",
}  # fmt: skip


class Wording:
    """The words of one language, for one page."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.other = LANGUAGES[1 - LANGUAGES.index(language)]

    def say(self, key: str, **facts: str) -> str:
        """A sentence."""
        return _WORDS[self.language][key].format(**facts)

    def said(self, key: str) -> str:
        """What came of a form; nothing for a key that is none."""
        return _WORDS[self.language].get(f"said:{key}", "")

    def choice(self, value: str) -> str:
        """Something to choose."""
        return _CHOICES[self.language].get(value, plain(value))

    def kind(self, kind: DutyKind | None) -> str:
        """What is asked."""
        if kind is None:
            return self.say("invitation")
        return _KINDS.get(kind, plain(kind)) if self.language == "en" else plain(kind)

    def day(self, moment: datetime) -> str:
        """The day of a moment."""
        return wording.day(moment) if self.language == "nl" else f"{moment.astimezone(AMSTERDAM):%d %B %Y}"

    def timed(self, moment: datetime) -> str:
        """A moment."""
        return wording.timed(moment) if self.language == "nl" else f"{moment.astimezone(AMSTERDAM):%A %d %B %Y, %H:%M}"


def language_of(asked: str, accepted: str) -> str:
    """The language that somebody asked for; else English when the browser prefers it to Dutch."""
    if asked in LANGUAGES:
        return asked
    preferred = [one.partition(";")[0].strip().lower()[:2] for one in accepted[:200].split(",")]
    return next((one for one in preferred if one in LANGUAGES), "nl")
