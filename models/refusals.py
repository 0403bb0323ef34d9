"""Refusals that explain themselves. The texts are Dutch: a person reads them. HTTP decides on the class."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.actors import Actor


class Refusal(Exception):
    """Something that cannot be done now, with the reason for a person. Nothing was changed."""


class NotFound(Refusal):
    """It does not exist, or this actor may not know that it does: the same answer for both."""

    def __init__(self, what: str = "Dit") -> None:
        super().__init__(f"{what} is niet gevonden, of niet voor u toegankelijk.")


class NotSignedIn(Refusal):
    """No valid token or session."""

    def __init__(self) -> None:
        super().__init__("Meld u aan met een geldig API-token.")


class LinkNotGood(Refusal):
    """A link that is none, is over, was taken back, or whose person may not come in: one answer for all."""

    def __init__(self) -> None:
        super().__init__("Deze link werkt niet, of niet meer.")


class NotAllowed(Refusal):
    """The actor may know of it but may not do this."""


class ConfirmFirst(NotAllowed):
    """This needs the second factor again, a short while ago (ASVS 7.5.3)."""

    def __init__(self) -> None:
        super().__init__("Bevestig in de werkplek eerst opnieuw dat u het bent; daarna kan dit enkele minuten lang.")


class MayNotDecide(NotAllowed):
    """The persons named cannot take this decision (R3, WGS 2.31)."""


class NotInThisPhase(Refusal):
    """The decision does not exist where the case stands."""


class GateOpen(Refusal):
    """Something must be done first; the duties are named."""


class AlreadySettled(Refusal):
    """The duty was answered, lapsed or withdrawn before."""


class AnswerNotAccepted(Refusal):
    """The answer does not fit this duty."""


class NotPossible(Refusal):
    """Valid in form, impossible for this case now."""


class Outdated(Refusal):
    """It was changed since it was read; read it again."""


class KeyUsedBefore(Refusal):
    """An idempotency key was given to another request, or to this one with another content."""

    def __init__(self) -> None:
        super().__init__("Deze Idempotency-Key is al voor een ander verzoek gebruikt; kies een nieuwe.")


class LeaseLost(Refusal):
    """Another executor holds the case; nothing of this one may commit."""


class MayNotShift(Refusal):
    """The clock is not moved in production."""


class TooMany(Refusal):
    """More requests than somebody may send in a while; `seconds` until they may again."""

    def __init__(self, seconds: int, why: str = "") -> None:
        self.seconds = seconds
        super().__init__(
            why or f"Dit zijn te veel verzoeken in korte tijd. Probeer het over {seconds} seconden opnieuw."
        )


class TooOften(TooMany):
    """Signing in failed too often from here; it may be tried again after a while."""

    def __init__(self, after: timedelta) -> None:
        seconds = max(1, ceil(after.total_seconds()))
        minutes = ceil(seconds / 60)
        moment = "over een minuut" if minutes == 1 else f"over {minutes} minuten"
        super().__init__(seconds, f"Aanmelden mislukte hier te vaak. Probeer het {moment} opnieuw.")


class ReadTooMuch(TooMany):
    """One more different case than the policy lets somebody open in ten minutes."""

    def __init__(self, most: int, actor: "Actor") -> None:
        self.most, self.actor = most, actor
        super().__init__(
            600,
            f"U opende in tien minuten {most} verschillende casussen; meer laat het beleid van uw huis niet toe. Dit is"
            " vastgelegd en gemeld aan de privacy officer. Wat u al opende blijft bereikbaar; probeer het later weer.",
        )


class NotScanned(Refusal):
    """The virus scanner gives no answer, so the file is not kept."""

    def __init__(self) -> None:
        super().__init__("De virusscanner is niet bereikbaar; het bestand is niet bewaard. Probeer het zo opnieuw.")


class NotPrinted(Refusal):
    """A document could not be made now: too many at once, or it took too long. Nothing of it is kept or logged."""

    def __init__(self) -> None:
        super().__init__("Het stuk kon nu niet worden gemaakt; er is niets vastgelegd. Probeer het zo opnieuw.")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: where it is on the wire, and what to do."""

    field: str
    message: str


class InvalidFields(Refusal):
    """The request does not carry what this needs; every wrong field is named at once."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("Niet alle velden zijn goed ingevuld: " + "; ".join(e.field for e in self.errors) + ".")
