"""Sending one message to one person through Apprise and a real SMTP relay. Success means: the relay took it."""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

from tasks import texts

TIMEOUT = 15  # seconds


@dataclass(frozen=True, slots=True)
class Relay:
    """The operator's mail relay. Users never supply an address of a service, only their own e-mail address."""

    host: str
    port: int
    sender: str
    secure: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    def url(self, recipient: str, message_id: str) -> str:
        """The Apprise address for one recipient; the id of the message lets a mailbox recognise a second delivery."""
        scheme, mode = ("mailtos", "starttls") if self.secure else ("mailto", "insecure")
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        query = "&".join(
            (
                f"from={quote(self.sender, safe='')}", f"to={quote(recipient, safe='')}", f"mode={mode}",
                f"smtp={quote(self.host, safe='')}", f"+X-Pols-Bericht={message_id}",
                "+Auto-Submitted=auto-generated", "format=text",
            )
        )  # fmt: skip
        return f"{scheme}://{who}{self.host}:{self.port}?{query}"


@cache
def _asset() -> Any:  # noqa: ANN401 - apprise is imported late: it brings 150 plugins
    from apprise import AppriseAsset  # noqa: PLC0415

    return AppriseAsset(app_id="Pols", app_desc="Pols", app_url="", secure_logging=True, http_redirects=False)


async def send(relay: Relay, message: Any, base_url: str, *, to: str = "") -> str | None:  # noqa: ANN401 - a row of the outbox
    """Send one outbox row. Answers None, or a code that says why not; never the words of the relay."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415

    subject, body = texts.message(
        message.template, message.lines, house=message.house, base_url=base_url, now=message.now
    )
    apprise = Apprise(asset=_asset())
    if not apprise.add(relay.url(to or message.email, str(message.id))):
        return "adres ongeldig"
    try:
        result = await asyncio.wait_for(
            apprise.async_notify(body=body, title=subject, body_format=NotifyFormat.TEXT, timeout=TIMEOUT),
            TIMEOUT + 5,
        )
    except TimeoutError:
        return "geen antwoord van de mailserver"
    return None if result else "afgewezen of onbereikbaar"
