"""Answering without signing in: what a link is good for, by itself and with a second factor. Pure.

A mail carries a reference, a link and a code. The reference says nothing and gives nothing; the link (or the reference
with its code) is good for one duty of one person; what counts as an answer needs the second factor as well.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import pbkdf2_hmac
from uuid import UUID

from models.owed import DUTIES
from models.refusals import FieldError, InvalidFields
from models.words import ClosedBy, DutyKind

#: no letter or digit that looks like another, and no vowel: a reference is never a word
ALPHABET = "23456789CDFGHJKMNPQRTVWX"
LENGTH, GROUP = 8, 4
_MISREAD = str.maketrans("BSZ", "852")
#: good until two weeks after the term; at least two weeks, at most six
AFTERWARDS, LONGEST = timedelta(days=14), timedelta(days=42)
#: of one duty somebody holds no more than these: each mail carries a fresh one
MOST_LIVE = 5
#: after the second factor was given
PROVEN_FOR = timedelta(minutes=15)
#: one who was asked for more time does not hear so again within
ASKED_AGAIN = timedelta(hours=24)
#: who has a copy of the database needs hours for one code; who sends ten thousand mails needs seconds for all of them
_ROUNDS = 500


class Factor(StrEnum):
    """What somebody gave besides the link."""

    PIN = "pincode"


class Act(StrEnum):
    """What a link is good for by itself: nothing of this ends a duty or moves its term."""

    RECEIVED = "ontvangen"
    MORE_TIME = "meer_tijd"
    NOT_MINE = "niet_voor_mij"


class Reason(StrEnum):
    """Why something cannot be done: a closed list, since a text about people needs somebody who is signed in."""

    NO_CAPACITY = "geen_capaciteit"
    NOT_OUR_TASK = "niet_onze_taak"
    DATE = "datum_niet_haalbaar"
    WAITS = "wacht_op_ander"
    CALL_ME = "bel_mij"


#: how a reason stands in the answer
SENTENCES: Mapping[Reason, str] = {
    Reason.NO_CAPACITY: "Er is nu geen capaciteit.",
    Reason.NOT_OUR_TASK: "Dit hoort niet bij onze taak.",
    Reason.DATE: "De datum is niet haalbaar.",
    Reason.WAITS: "Wij wachten op een andere organisatie.",
    Reason.CALL_ME: "Bel mij hierover.",
}
#: what may be answered with a link and a second factor; all else needs somebody who is signed in
OUTCOMES: Mapping[DutyKind, tuple[str, ...]] = {
    DutyKind.KNOWN: ("bekend", "niet_bekend", "geen_mededeling"),
    DutyKind.ACCEPT_COMMITMENT: ("aanvaard", "geweigerd"),
    DutyKind.COMMITMENT: ("gereed", "niet_gelukt"),
    DutyKind.PROGRESS: ("op_schema", "vertraagd", "vastgelopen"),
}
#: a message about one of these carries a link
LINKED = frozenset(kind for kind, spec in DUTIES.items() if spec.closed_by is ClosedBy.ANSWER)


def new_token() -> str:
    """The secret of a link: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A reference, or a code to type."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """As people read it aloud: K7QF-3M9P."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def typed(text: str) -> str:
    """A reference or a code as somebody typed it; nothing when it cannot be one."""
    found = "".join(one for one in text.upper() if one.isalnum()).translate(_MISREAD)
    return found if len(found) == LENGTH and set(found) <= set(ALPHABET) else ""


def code_hash(code: str, link_id: UUID) -> bytes:
    """What is kept of a code. It is short, so it is salted with its link and hashed slowly."""
    return pbkdf2_hmac("sha256", code.encode(), link_id.bytes, _ROUNDS)


def good_until(due_at: datetime, now: datetime) -> datetime:
    """When a link that is made now is over."""
    return min(max(due_at, now) + AFTERWARDS, now + LONGEST)


def note_of(kind: DutyKind, outcome: str, reason: str) -> str:
    """The text that goes with an answer by link. Raises InvalidFields: not such an answer, or the reason is missing."""
    if outcome not in OUTCOMES.get(kind, ()):
        raise InvalidFields([FieldError("uitkomst", "kies een van de antwoorden")])
    if outcome not in DUTIES[kind].explained:
        return ""
    if reason not in set(Reason):
        raise InvalidFields([FieldError("reden", "kies waarom; voor een toelichting meldt u zich aan")])
    return SENTENCES[Reason(reason)]
