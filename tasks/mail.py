"""Handing one message to the mail relay, for one person. Success means: the relay took it.

Apprise keeps the routing, the result and the time it may take; the letter and the conversation are ours, because we
must know why a try failed and whether the message may have been taken all the same.
"""

from functools import cache
from typing import Any

from models.delivery import Failure
from tasks.letterbox import TIMEOUT, Letter, Line, Relay
from tasks.outgoing import Outgoing, Sent

__all__ = ["TIMEOUT", "Line", "Relay", "send", "send_over"]

_ANSWERS = 4  #: a whole message may take as long as so many answers of the relay


@cache
def _asset() -> Any:  # noqa: ANN401 - apprise is imported late: it brings 150 plugins
    from apprise import AppriseAsset  # noqa: PLC0415

    return AppriseAsset(app_id="Pols", app_desc="Pols", app_url="", secure_logging=True, http_redirects=False)


async def send(relay: Relay, outgoing: Outgoing, to: str) -> Sent:
    """Send one message over a connection of its own."""
    line = Line(relay)
    try:
        return await send_over(line, outgoing, to)
    finally:
        line.close()


async def send_over(line: Line, outgoing: Outgoing, to: str) -> Sent:
    """Send one message over a kept connection: one at a time. Never the words of the relay, only a code of ours."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415

    from tasks.mail_service import MailService  # noqa: PLC0415

    try:
        letter = Letter.of(line.relay, outgoing, to)
    except ValueError:
        return Sent(Failure.ADDRESS, lasting=True)
    service = MailService(line, letter, _asset())
    apprise = Apprise(asset=_asset())
    apprise.add(service)
    try:
        await apprise.async_notify(
            body=outgoing.text, title=outgoing.subject, body_format=NotifyFormat.TEXT,
            timeout=line.relay.timeout * _ANSWERS,
        )  # fmt: skip
    finally:  # no answer in time, or nobody waits for it any more
        if service.outcome is None:
            line.abandon()
    return service.outcome or Sent(Failure.UNSURE if letter.begun else Failure.NO_ANSWER)
