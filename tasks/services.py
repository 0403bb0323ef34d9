"""Our services for Apprise: what it makes of a message, sent through our own door to outside and no other.

Apprise routes, splits and formats; its own HTTP client would resolve names, follow redirects and connect as it likes.
Imported late: Apprise brings some 150 others, of which none can be reached any more.
"""

import json
import logging
import re
import time
import warnings
from typing import Any
from urllib.parse import quote, urlencode

from apprise import AppriseAsset, NotificationManager, NotifyBase, NotifyFormat
from apprise.plugins.matrix.base import NotifyMatrix
from apprise.plugins.workflows import NotifyWorkflows

from models import signing
from tasks.egress import Egress, NotReached

_PLACE = re.compile(r"\{(?:adres|tekst|id)\}")
_JSON = {"Content-Type": "application/json", "User-Agent": "Pols"}


def asset() -> AppriseAsset:
    """Nothing kept, nothing followed, nothing filled in by itself."""
    return AppriseAsset(
        app_id="Pols", app_desc="Pols", app_url="", secure_logging=True, http_redirects=False, storage_mode="memory",
        allow_templates=False, plugin_paths=[],
    )  # fmt: skip


def only_ours() -> None:
    """Of all the services of Apprise only mail can be made from an address; its log names recipients: not kept."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # one of its modules asks for a module that leaves Python
        NotificationManager().enable_only("mailto", "mailtos")
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class _Outside:
    """What a service of ours is given when it is made, and what became of its try."""

    enabled = True  # the services they are made of are not
    egress: Egress
    message_id: str = ""
    code: str | None = None

    def exchange(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """One request; a status of 0 when it was not reached."""
        try:
            answer = self.egress.request(method, url, headers=headers, body=body)
        except NotReached as refused:
            self.code = refused.code
            return 0, b""
        self.code = answer.code
        return answer.status, answer.body

    def post(self, url: str, payload: object, headers: dict[str, str] | None = None) -> bool:
        """Send JSON; whether it was taken."""
        self.exchange("POST", url, json.dumps(payload).encode(), _JSON | (headers or {}))
        return self.code is None


class Teams(_Outside, NotifyWorkflows):
    """A channel of Microsoft Teams, by a workflow (Power Automate) that posts what it is sent."""

    notify_format: Any = NotifyFormat.TEXT  # as Markdown every point of a sentence would get a stroke before it

    def send(self, body: str, title: str = "", notify_type: Any = None, **_more: Any) -> bool:  # noqa: ANN401, ARG002 - as Apprise has it
        """As its parent, through our door."""
        path = "/powerautomate/automations/direct" if self.power_automate else ""
        if path and self.routing_id:
            path += f"/cu/{self.routing_id}"
        query = urlencode(
            {"api-version": self.api_version, "sp": "/triggers/manual/run", "sv": "1.0", "sig": self.signature}
        )
        url = f"{_place(self)}{path}/workflows/{quote(self.workflow)}/triggers/manual/paths/invoke?{query}"
        return self.post(url, self.gen_payload(body=body, title=title))


class Matrix(_Outside, NotifyMatrix):
    """Somebody on Matrix, in a room of our own account with them. A message that is tried again is shown once."""

    def send(self, *given: Any, **named: Any) -> bool:  # noqa: ANN401 - as Apprise has it
        """With the token of the operator, and the id of the message as that of its transaction."""
        self.access_token, self.transaction_id = self.password, self.message_id  # type: ignore[assignment]
        taken = bool(super().send(*given, **named))
        self.code = None if taken else self.code or "geweigerd"
        return taken

    def _fetch(self, path: str, payload: Any = None, method: str = "POST", **_more: Any) -> tuple[bool, Any, int]:  # type: ignore[override]  # noqa: ANN401
        """As its parent, through our door."""
        headers = _JSON | {"Accept": "application/json", "Authorization": f"Bearer {self.access_token}"}
        url = f"{_place(self)}/_matrix/client/v3{path}"
        status, body = self.exchange(method, url, b"" if payload is None else json.dumps(payload).encode(), headers)
        try:
            found = json.loads(body) if body else {}
        except ValueError:
            found = {}
        return self.code is None, found, status or 503


class Webhook(_Outside, NotifyBase):
    """A system of a participant: signed JSON, as `models.signing` says."""

    service_name: Any = "Webhook"
    secure_protocol: Any = "jsons"
    secret: str

    def send(self, body: str, title: str = "", notify_type: Any = None, **_more: Any) -> bool:  # noqa: ANN401, ARG002 - the same
        """The message, signed."""
        sent = json.dumps({"id": self.message_id, "onderwerp": title, "tekst": body}).encode()
        signed = signing.headers(self.secret, self.message_id, int(time.time()), sent)
        self.exchange("POST", f"{_place(self)}{quote(self.fullpath)}", sent, _JSON | signed)
        return self.code is None

    def url(self, privacy: bool = False, *_given: Any, **_named: Any) -> str:  # noqa: ANN401, FBT001, FBT002 - as Apprise has it
        """What Apprise may log of it."""
        del privacy
        return f"jsons://{self.host}/"


class Sms(_Outside, NotifyBase):
    """A provider of SMS with an HTTP interface: which headers and which JSON it wants stands in the operator's file."""

    service_name: Any = "SMS"
    secure_protocol: Any = "sms"
    title_maxlen = 0
    body_maxlen = 459  # three messages as a telephone counts them
    to: str
    provider_headers: dict[str, str]
    template: Any

    def send(self, body: str, title: str = "", notify_type: Any = None, **_more: Any) -> bool:  # noqa: ANN401, ARG002 - the same
        """Fill the template in as data, so that no text can change its form."""
        filled = _filled(self.template, {"{adres}": self.to, "{tekst}": body, "{id}": self.message_id})
        return self.post(f"{_place(self)}{quote(self.fullpath)}", filled, self.provider_headers)

    def url(self, privacy: bool = False, *_given: Any, **_named: Any) -> str:  # noqa: ANN401, FBT001, FBT002 - as Apprise has it
        """What Apprise may log of it."""
        del privacy
        return f"sms://{self.host}/"


def _place(service: NotifyBase) -> str:
    return f"https://{service.host}:{service.port}" if service.port else f"https://{service.host}"


def _filled(template: Any, values: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(template, dict):
        return {key: _filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(one, values) for one in template]
    if isinstance(template, str):
        return _PLACE.sub(lambda found: values[found[0]], template)
    return template
