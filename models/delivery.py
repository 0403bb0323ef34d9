"""What becomes of a message, from the outbox to an answer: its states, what went wrong, when it is tried again.

No state is kept: it follows from the moments of the row. Pure; `lookups.messages` asks the database the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from models.actors import Actor
from models.words import OrganisationKind, Role


class Delivery(StrEnum):
    """Where a message stands."""

    WAITING = "wachtend"  #: not sent yet, or to be tried again
    SENT = "verzonden"  #: the relay took it; whether it was read nobody knows
    BOUNCED = "teruggekomen"  #: the relay took it, the mailbox did not
    OPENED = "geopend"  #: the page where it can be answered was visited
    ANSWERED = "beantwoord"  #: all it asked was answered, here or elsewhere
    GIVEN_UP = "opgegeven"  #: not sent, and not tried any more


MEANING: Mapping[Delivery, str] = {
    Delivery.WAITING: "nog niet verzonden, of het wordt opnieuw geprobeerd",
    Delivery.SENT: "de mailserver nam het aan; of het gelezen is weten wij niet",
    Delivery.BOUNCED: "de mailserver nam het aan, maar de brievenbus niet",
    Delivery.OPENED: "de antwoordpagina is bezocht",
    Delivery.ANSWERED: "alles wat erin stond is beantwoord, hier of elders",
    Delivery.GIVEN_UP: "niet verzonden, en het wordt niet meer geprobeerd",
}


@dataclass(frozen=True, slots=True)
class Moments:
    """What happened to a message, and when."""

    sent_at: datetime | None = None
    gave_up_at: datetime | None = None
    bounced_at: datetime | None = None
    opened_at: datetime | None = None
    answered_at: datetime | None = None


def sees(actor: Actor) -> bool:
    """Who sees how the mail goes: the staff of the house, and the functional administrator, who sees no case."""
    return actor.is_staff or mends(actor)


def mends(actor: Actor) -> bool:
    """Who sends again and gives up, whatever it is about: the manager and the functional administrator."""
    of_house = actor.organisation_kind is OrganisationKind.HOUSE
    return of_house and actor.has(Role.MANAGER, Role.ADMINISTRATOR)


def state(of: Moments) -> Delivery:
    """The state that follows from the moments: the best that is known of it.

    What waits is not answered, even when nothing is owed any more: it may still go out.
    """
    tried = of.sent_at or of.gave_up_at
    if tried and of.answered_at:
        return Delivery.ANSWERED
    if of.opened_at:
        return Delivery.OPENED
    if of.bounced_at:
        return Delivery.BOUNCED
    if of.sent_at:
        return Delivery.SENT
    return Delivery.GIVEN_UP if of.gave_up_at else Delivery.WAITING


class Failure(StrEnum):
    """Why a try failed: codes of ours. The words of the other side may hold an address and are never kept."""

    ADDRESS = "adres_ongeldig"
    REFUSED = "geweigerd"  #: for good: a 5xx about this recipient or this message
    DEFERRED = "uitgesteld"  #: for now: a 4xx about this recipient or this message
    NO_ANSWER = "geen_antwoord"  #: silence or a broken line before the message was sent
    UNSURE = "onzeker"  #: silence or a broken line after it was sent: it may have been taken
    UNREACHABLE = "mailserver_onbereikbaar"
    NOT_SECURE = "mailserver_onveilig"
    SIGN_IN = "mailserver_weigert_aanmelding"
    NOWHERE = "kanaal_beeindigd"
    SENDER = "mailserver_weigert_afzender"


#: these say nothing about one message: the relay as such is not there. No message is given up for it.
OF_RELAY = frozenset({Failure.UNREACHABLE, Failure.NOT_SECURE, Failure.SIGN_IN, Failure.SENDER})


class WhyGivenUp(StrEnum):
    """Why somebody gives a message up by hand."""

    NOT_NEEDED = "niet_meer_nodig"
    TOLD = "anders_verteld"
    ADDRESS = "adres_klopt_niet"
    OTHER = "anders"


#: the case does not wait for these: who had to know, knows
SETTLED = frozenset({WhyGivenUp.NOT_NEEDED, WhyGivenUp.TOLD})

SAID: Mapping[str, str] = {
    Failure.ADDRESS: "het e-mailadres is niet geldig",
    Failure.REFUSED: "de ontvangende mailserver weigert het",
    Failure.DEFERRED: "de ontvangende mailserver vraagt om het later te proberen",
    Failure.NO_ANSWER: "de mailserver gaf geen antwoord",
    Failure.UNSURE: "de verbinding brak af tijdens het verzenden; misschien kwam het al aan",
    Failure.UNREACHABLE: "de mailserver is niet bereikbaar",
    Failure.NOT_SECURE: "de mailserver biedt geen vertrouwde versleutelde verbinding",
    Failure.SIGN_IN: "de mailserver weigert de aanmelding van Pols",
    Failure.NOWHERE: "het kanaal waarvoor het was, is beëindigd",
    Failure.SENDER: "de mailserver weigert de afzender",
    WhyGivenUp.NOT_NEEDED: "met de hand opgegeven: niet meer nodig",
    WhyGivenUp.TOLD: "met de hand opgegeven: anders verteld",
    WhyGivenUp.ADDRESS: "met de hand opgegeven: het adres klopt niet",
    WhyGivenUp.OTHER: "met de hand opgegeven",
}


def said(code: str | None) -> str:
    """A code in plain words. Of other channels it is Dutch already; the name of an error is a mistake in Pols."""
    if code is None:
        return ""
    return SAID.get(code, code if code[:1].islower() else f"er ging iets mis in Pols ({code})")


#: waits after a failed try, at most; after the last one the message is undeliverable and the case shows it
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 240, 480, 720, 1440))
#: how much earlier a try may come, so that what failed together is not tried together
_SPREAD = 0.2
#: so many tries of an earlier message a later one to the same person waits for
PATIENCE = 3
#: how long nothing is sent after the relay was not there, time after time; then one message is the probe
PAUSES = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300))


def wait(tries: int, message_id: UUID) -> timedelta | None:
    """How long after this failed try the next one comes; nothing when that was the last."""
    if tries > len(BACK_OFF):
        return None
    return BACK_OFF[tries - 1] * (1 - _SPREAD * (message_id.int % 1000) / 1000)


def pause(failures: int) -> timedelta:
    """How long the relay is left alone after it was not there so many times in a row."""
    return PAUSES[min(failures, len(PAUSES)) - 1]
