"""The ways to reach a person: what kinds there are, what an address of each looks like, and which is for what.

People give addresses, never the address of a service: that is a template of the operator. Mail is what is always there.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.commands.base import Command
from models.egress import is_name
from models.refusals import FieldError, InvalidFields


class WayKind(StrEnum):
    """Over what somebody is reached."""

    MAIL = "e-mail"
    SMS = "sms"
    MATRIX = "matrix"
    TEAMS = "teams"  #: a channel that the operator named
    WEBHOOK = "webhook"  #: a system of their organisation that the operator named


class Occasion(StrEnum):
    """For what somebody may choose another way."""

    TASK = "taak"
    REMINDER = "herinnering"
    MEETING = "overleg"
    CASE = "casus"
    URGENT = "spoed"


@dataclass(frozen=True, slots=True)
class Way:
    """A way that a message goes: a kind, and where to."""

    kind: WayKind
    address: str
    id: UUID | None = None  #: none: the mail address with which somebody was designated


#: what each message is, for who chooses a way for it
OCCASIONS: Mapping[str, Occasion] = {
    "aankondiging": Occasion.TASK, "vraag": Occasion.TASK, "overgedragen": Occasion.TASK,
    "besluit_namens_u": Occasion.TASK, "afschrift": Occasion.TASK, "antwoord_hersteld": Occasion.TASK,
    "herinnering": Occasion.REMINDER, "leidinggevende": Occasion.REMINDER, "zonder_vervanger": Occasion.REMINDER,
    "uitnodiging": Occasion.MEETING, "afzegging": Occasion.MEETING, "uitkomst": Occasion.MEETING,
    "dagbundel": Occasion.REMINDER, "weekoverzicht": Occasion.REMINDER,
    "ontvangstbevestiging": Occasion.CASE, "terugkoppeling": Occasion.CASE, "afgesloten": Occasion.CASE,
    "gecorrigeerd": Occasion.CASE,
    "alarm": Occasion.URGENT, "noodtoegang": Occasion.URGENT, "massaal_gelezen": Occasion.URGENT,
}  # fmt: skip
CODE = "kanaal_code"  #: goes to the way that it is about, and to no other
#: a second factor goes where somebody was designated, whatever they chose
ONLY_BY_MAIL = frozenset({"noodtoegang_code"})
#: after so many tries over the way that was chosen it is mail that goes: a broken provider silences nobody
TRIES_ELSEWHERE = 2

CODE_LASTS = timedelta(minutes=30)
MOST_TRIES = 5
MOST_CODES = 3  #: sent to one address
MOST_WAYS = 10  #: of one person, and added in one day
KEPT = timedelta(days=30)  #: an address after it was ended, or after its person left
#: what a provider charges for is not for every country of the world
COUNTRIES = ("+31", "+32", "+49")

_LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._'+-]{0,62}[A-Za-z0-9])?", re.ASCII)
_MATRIX = re.compile(r"@[a-z0-9._=+-]{1,64}", re.ASCII)
_NAMED = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[\s().\-]+")
_DUTCH_MOBILE = re.compile(r"\+316[1-9][0-9]{7}", re.ASCII)

_WRONG: Mapping[WayKind, str] = {
    WayKind.MAIL: "is een e-mailadres zoals naam@organisatie.nl",
    WayKind.SMS: "is een mobiel nummer uit Nederland, België of Duitsland, zoals 06 12345678",
    WayKind.MATRIX: "is een Matrix-adres zoals @naam:organisatie.nl",
    WayKind.TEAMS: "is de naam van een Teams-kanaal zoals de beheerder die gaf, geen webadres",
    WayKind.WEBHOOK: "is de naam van een systeem zoals de beheerder die gaf, geen webadres",
}


class AddWay(Command):
    """A way to be reached by; it counts from the code that is sent to it."""

    kind: WayKind
    address: Annotated[str, Field(min_length=1, max_length=254)]


class ConfirmWay(Command):
    """The code that came over it."""

    code: Annotated[str, Field(min_length=1, max_length=20)]


class ChooseWays(Command):
    """What goes over which way; what is not named goes by mail."""

    choices: Annotated[dict[Occasion, UUID], Field(max_length=len(Occasion))] = Field(default_factory=dict)


def normal(kind: WayKind, given: str) -> str:
    """An address in its one form. Raises InvalidFields."""
    found = _FORMS[kind](given.strip())
    if found is None:
        raise InvalidFields([FieldError("adres", _WRONG[kind])])
    return found


def _mail(given: str) -> str | None:
    local, at, domain = given.partition("@")
    fits = bool(at) and _LOCAL.fullmatch(local) is not None and ".." not in local and is_name(domain.lower())
    return f"{local}@{domain.lower()}" if fits else None


def _phone(given: str) -> str | None:
    number = _BETWEEN_DIGITS.sub("", given.replace("(0)", ""))
    if number.startswith("00"):
        number = f"+{number[2:]}"
    elif number.startswith("0"):
        number = f"+31{number[1:]}"
    fits = _PHONE.fullmatch(number) is not None and number.startswith(COUNTRIES)
    mobile = not number.startswith("+31") or _DUTCH_MOBILE.fullmatch(number) is not None
    return number if fits and mobile else None


def _matrix(given: str) -> str | None:
    who, at, domain = given.lower().partition(":")
    return f"{who}:{domain}" if at and _MATRIX.fullmatch(who) and is_name(domain) else None


def _named(given: str) -> str | None:
    name = given.lower()
    return name if _NAMED.fullmatch(name) else None


_FORMS = {
    WayKind.MAIL: _mail, WayKind.SMS: _phone, WayKind.MATRIX: _matrix, WayKind.TEAMS: _named, WayKind.WEBHOOK: _named,
}  # fmt: skip


def check_domain(kind: WayKind, address: str, own_mail: str, allowed: Collection[str]) -> None:
    """A mailbox or a Matrix server is of the organisation itself: of the domain of the designated address, or one that
    the policy of the house allows that organisation. Raises InvalidFields."""
    if kind not in {WayKind.MAIL, WayKind.MATRIX}:
        return
    domain = address.rpartition("@" if kind is WayKind.MAIL else ":")[2]
    own = own_mail.rpartition("@")[2].lower()
    if domain != own and domain not in {one.lower() for one in allowed}:
        raise InvalidFields([
            FieldError("adres", f"is van {own} of van een domein dat het huis voor uw organisatie toestaat")
        ])  # fmt: skip


def shown(kind: WayKind, address: str) -> str:
    """An address as others than its owner see it: enough to know which one it is."""
    if kind is WayKind.SMS:
        return f"{address[:3]}…{address[-2:]}"
    local, at, domain = address.rpartition("@" if kind is WayKind.MAIL else ":")
    return f"{local[:2]}…{at}{domain}" if at else address
