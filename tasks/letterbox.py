"""A letter, and the kept connection over which it is handed to the relay. Blocking: runs on a thread.

The conversation is our own and not `smtplib`'s `sendmail`, so that a line that breaks after the letter was sent can be
told from one that broke before: the first may have been taken, the second was not.
"""

import contextlib
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.utils import formatdate
from typing import Self

from models.delivery import Failure
from tasks.outgoing import CalendarPart, Outgoing, Sent

TIMEOUT = 15.0  # seconds, for each answer of the relay
_MOST_SUBJECT, _MOST_ADDRESS, _MOST_LOCAL = 150, 254, 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_DOTS = re.compile(rb"(?m)^\.")
#: after so many letters a connection is made anew: relays do not like to be held on to
_MOST_LETTERS = 100
_OK, _GO_ON, _CLOSING = 250, 354, 421
_TAKEN = frozenset({_OK, 251})


@dataclass(frozen=True, slots=True)
class Relay:
    """The operator's mail relay. Users never supply an address of a service, only their own e-mail address.

    `bounces`: the address that what comes back is sent to, with `{}` where the id of the message goes.
    """

    host: str
    port: int
    sender: str
    secure: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    bounces: str = ""
    timeout: float = TIMEOUT

    @property
    def domain(self) -> str:
        """The domain that we send as."""
        return self.sender.rpartition("@")[2]

    def envelope_sender(self, message_id: str) -> str:
        """Where what comes back goes."""
        return (self.bounces or self.sender).replace("{}", message_id)


def address_of(given: str) -> str:
    """An address as it goes on the wire: the domain in ASCII. Raises ValueError when it is none, or hides anything."""
    local, _, domain = given.strip().rpartition("@")
    try:
        known = domain.encode("idna").decode("ascii")
    except UnicodeError:
        known = ""
    plain = f"{local}@{known}"
    fits = len(plain) <= _MOST_ADDRESS and len(local) <= _MOST_LOCAL
    if not (fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(known)):
        raise ValueError("not an address")
    return plain


def _one_line(text: str, most: int) -> str:
    """A text for a header: no control character survives, nor a second line; nor what a header would decode to one."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()).replace("=?", "= ?")[:most]


@dataclass(slots=True)
class Letter:
    """One message on paper, with its envelope. `begun`: from here on the relay may have it."""

    id: str
    sender: str
    to: str
    body: bytes
    begun: bool = False

    @classmethod
    def of(cls, relay: Relay, outgoing: Outgoing, to: str) -> Self:
        """The same letter at every try, but for its date. Raises ValueError when the address is none."""
        address = address_of(to)
        message = written(relay, outgoing, address)
        sender = relay.envelope_sender(outgoing.id)
        return cls(outgoing.id, sender, address, message.as_bytes(policy=CRLF))


def written(relay: Relay, outgoing: Outgoing, to: str) -> EmailMessage:
    """The message for one recipient: text, perhaps HTML and an invitation, and the marks that mail servers read."""
    message = EmailMessage(policy=CRLF)
    message["From"] = Address(_one_line(outgoing.house, 100), addr_spec=relay.sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = _one_line(outgoing.subject, _MOST_SUBJECT)
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{outgoing.id}@{relay.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["X-Pols-Bericht"] = outgoing.id
    message.set_content(outgoing.text, cte="quoted-printable")
    if outgoing.html:
        message.add_alternative(outgoing.html, subtype="html", cte="quoted-printable")
    if outgoing.calendar is not None:
        _invite(message, outgoing.calendar)
    message["Content-Language"] = outgoing.language  # last: a new content takes such headers away
    return message


def _invite(message: EmailMessage, part: CalendarPart) -> None:
    """As an alternative, which calendars read (RFC 6047), and as a file for who reads mail without one."""
    message.add_alternative(
        part.body.decode("utf-8"), subtype="calendar", cte="base64", params={"method": part.method.value}
    )
    message.add_attachment(part.body, maintype="application", subtype="ics", filename="afspraak.ics")


class _NotThere(Exception):
    """The relay as such does not take mail now."""

    def __init__(self, code: Failure) -> None:
        super().__init__(code)
        self.code = code


class Line:
    """One connection to the relay, kept for the next letter; one letter at a time."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self._smtp: smtplib.SMTP | None = None
        self._letters = 0
        self.abandoned = False  #: somebody may still be waiting there for an answer: take another line

    def hand_over(self, letter: Letter) -> Sent:
        """Give the relay one letter. A kept connection that turns out to be gone is made anew, once."""
        kept = self._smtp is not None
        try:
            return self._hand_over(letter)
        except smtplib.SMTPServerDisconnected:
            if letter.begun:
                return Sent(Failure.UNSURE)
            if not kept:
                return Sent(Failure.NO_ANSWER)
        return self.hand_over(letter)

    def _hand_over(self, letter: Letter) -> Sent:
        smtp = self._smtp
        try:
            if smtp is None or self._letters >= _MOST_LETTERS:
                self.close()
                smtp = self._smtp = _called(self.relay)
            self._letters += 1
            return _conversed(smtp, letter)
        except _NotThere as away:
            self._let_go(smtp)
            return Sent(away.code)
        except (OSError, smtplib.SMTPException) as broken:  # an SMTPException is one that smtplib itself found odd
            self._let_go(smtp)
            raise smtplib.SMTPServerDisconnected from broken

    def _let_go(self, smtp: smtplib.SMTP | None) -> None:
        """Hang up this connection; another that was made meanwhile is not ours to close."""
        if self._smtp is smtp:
            self._smtp, self._letters = None, 0
        if smtp is not None:
            _hang_up(smtp)

    def close(self) -> None:
        """Hang up."""
        self._let_go(self._smtp)

    def abandon(self) -> None:
        """Hang up on whoever waits for an answer on another thread, and never use this line again."""
        self.abandoned = True
        self.close()


def _hang_up(smtp: smtplib.SMTP) -> None:
    line = smtp.sock
    if isinstance(line, socket.socket):
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
    smtp.close()


def _called(relay: Relay) -> smtplib.SMTP:
    """A new connection, made safe and signed in on. Raises _NotThere."""
    try:
        smtp = smtplib.SMTP(relay.host, relay.port, timeout=relay.timeout)
    except (OSError, smtplib.SMTPException):
        raise _NotThere(Failure.UNREACHABLE) from None
    failure = Failure.UNREACHABLE
    try:
        smtp.ehlo_or_helo_if_needed()
        if relay.secure:
            failure = Failure.NOT_SECURE
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if relay.user:
            failure = Failure.SIGN_IN
            smtp.login(relay.user, relay.password)
    except (OSError, smtplib.SMTPException, ValueError):
        _hang_up(smtp)
        raise _NotThere(failure) from None
    return smtp


def _conversed(smtp: smtplib.SMTP, letter: Letter) -> Sent:
    """MAIL, RCPT, DATA. Raises what breaks the line, and _NotThere when the relay takes nothing from us now."""
    marks = smtp.has_extn("dsn")
    code, _ = smtp.mail(letter.sender, ("RET=HDRS", f"ENVID={letter.id}") if marks else ())
    if code == _CLOSING:
        raise smtplib.SMTPServerDisconnected
    if code != _OK:
        raise _NotThere(Failure.SENDER if _is_lasting(code) else Failure.UNREACHABLE)
    code, _ = smtp.rcpt(letter.to, ("NOTIFY=FAILURE",) if marks else ())
    if code in _TAKEN:
        code, _ = smtp.docmd("DATA")
        if code == _GO_ON:
            letter.begun = True
            smtp.send(_DOTS.sub(b"..", letter.body) + b".\r\n")
            code, _ = smtp.getreply()
            letter.begun = False  # we have its word now
            if code == _OK:
                return Sent()
    _start_over(smtp, code)
    return Sent(Failure.REFUSED, lasting=True) if _is_lasting(code) else Sent(Failure.DEFERRED)


def _start_over(smtp: smtplib.SMTP, code: int) -> None:
    """Ready for the next letter, or hung up: what the relay said of this one stands."""
    try:
        if code == _CLOSING or smtp.rset()[0] != _OK:
            _hang_up(smtp)
    except (OSError, smtplib.SMTPException):
        _hang_up(smtp)


def _is_lasting(code: int) -> bool:
    return code // 100 == 5  # noqa: PLR2004 - the class of an SMTP answer
