"""What is sent: the kinds of messages, to which group each belongs, and what nobody can switch off. Pure."""

from enum import StrEnum


class Language(StrEnum):
    """In which somebody reads their messages."""

    DUTCH = "nl"
    ENGLISH = "en"


class MessageKind(StrEnum):
    """Each has a template of this name in every language."""

    ANNOUNCEMENT = "aankondiging"
    QUESTION = "vraag"
    HANDED_OVER = "overgedragen"
    REMINDER = "herinnering"
    LEAD = "leidinggevende"  #: to who leads at a partner
    INVITATION = "uitnodiging"
    CALLED_OFF = "afzegging"
    OUTCOME = "uitkomst"
    CLOSED = "afgesloten"
    RECEIPT = "ontvangstbevestiging"
    FEEDBACK = "terugkoppeling"
    DECIDED_FOR_YOU = "besluit_namens_u"
    COPY = "afschrift"
    ANSWER_CORRECTED = "antwoord_hersteld"
    CORRECTED = "gecorrigeerd"
    MORE_TIME = "meer_tijd_gevraagd"
    NOT_MINE = "niet_voor_mij"
    NOBODY_STANDS_IN = "zonder_vervanger"
    ALERT = "alarm"
    WAY_CODE = "kanaal_code"  #: to confirm an address
    GLASS_CODE = "noodtoegang_code"
    GLASS = "noodtoegang"
    READ_MUCH = "massaal_gelezen"
    DIGEST = "dagbundel"  #: what somebody gets once a day instead of each by itself
    WEEKLY = "weekoverzicht"  #: what an organisation has open, on Monday


class EventGroup(StrEnum):
    """About what somebody chooses when to hear of it."""

    ANNOUNCEMENTS = "aankondigingen"
    REMINDERS = "herinneringen"
    MEETINGS = "overleggen"
    OUTCOMES = "uitkomsten"
    OWN_REPORT = "eigen_aanmelding"


_K = MessageKind
GROUPS = {
    _K.ANNOUNCEMENT: EventGroup.ANNOUNCEMENTS,
    _K.QUESTION: EventGroup.ANNOUNCEMENTS,
    _K.HANDED_OVER: EventGroup.ANNOUNCEMENTS,
    _K.REMINDER: EventGroup.REMINDERS,
    _K.INVITATION: EventGroup.MEETINGS,
    _K.OUTCOME: EventGroup.OUTCOMES,
    _K.CLOSED: EventGroup.OUTCOMES,
    _K.RECEIPT: EventGroup.OWN_REPORT,
    _K.FEEDBACK: EventGroup.OWN_REPORT,
}
#: at once, day and night: somebody has to act now, or somebody opened what is not theirs
URGENT = frozenset({_K.ALERT, _K.GLASS_CODE, _K.WAY_CODE, _K.GLASS, _K.READ_MUCH})
#: what counts as a reminder when there are too many of them on a day; a partial index names these two
CAPPED = (_K.REMINDER, _K.LEAD)
#: why a kind that is in no group cannot be put off or switched off, in Dutch
ALWAYS = {
    _K.ALERT: "spoed of een incident",
    _K.GLASS_CODE: "de code waar u zelf om vroeg",
    _K.WAY_CODE: "de code om een kanaal te bevestigen",
    _K.GLASS: "noodtoegang tot een casus",
    _K.READ_MUCH: "ongewoon veel inzage",
    _K.LEAD: "escalatie naar de leidinggevende",
    _K.NOBODY_STANDS_IN: "niemand vervangt wie afwezig is",
    _K.DECIDED_FOR_YOU: "een besluit namens u, met een termijn voor bezwaar",
    _K.COPY: "het afschrift van uw telefonische antwoord, met een termijn voor herstel",
    _K.ANSWER_CORRECTED: "een hersteld antwoord waarop is voortgebouwd",
    _K.CORRECTED: "informatie die u niet meer mag gebruiken",
    _K.MORE_TIME: "een partner die om meer tijd vraagt",
    _K.NOT_MINE: "een taak die bij een ander hoort",
    _K.CALLED_OFF: "een overleg dat niet doorgaat",
}


def group_of(template: str) -> EventGroup | None:
    """The group in which somebody may choose; None for what always goes, and for what this version does not know."""
    return GROUPS.get(MessageKind(template)) if template in set(MessageKind) else None
