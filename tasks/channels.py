"""The channels beside mail: what the operator set up, and sending one message over one of them.

The operator writes a file (TOML, `POLS_CHANNELS_FILE`) with one address of Apprise per kind; people give only what is
filled in at `{adres}`, checked, as data and never as part of an address. What is not in the file does not exist.

    eigenNetwerk = ["matrix.huis.example"]            # of one's own network all the same; any port, or host:port
    certificaten = "/etc/pols/eigen-ca.pem"           # who vouches for those
    gebeurtenisHosts = ["systeem.politie.example"]    # when given: the only places that hear of events

    [sms]
    adres = "sms://api.aanbieder.example/v1/messages"
    koppen = { Authorization = "Bearer …" }
    bericht = { recipients = ["{adres}"], originator = "Pols", body = "{tekst}" }

    [matrix]
    adres = "matrixs://TOKEN@matrix.huis.example/{adres}"

    [teams]
    veiligheid = "workflows://prod-1.logic.azure.example/WORKFLOW/SIGNATURE/"

    [webhook.zaaksysteem]
    adres = "jsons://systeem.politie.example/pols/berichten"
    geheim = "whsec_…"
"""

import asyncio
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from models import signing
from models.egress import place_of
from models.ways import Way, WayKind
from tasks.egress import Egress
from tasks.outgoing import Outgoing, Sent

if TYPE_CHECKING:
    from types import ModuleType

TIMEOUT = 15  # seconds
LONGEST = 1_000  #: characters; Teams takes no more
ADDRESS = "{adres}"
#: the kinds and the scheme each has; options that change where it goes or what is read are not among those allowed
SCHEMES = {WayKind.SMS: "sms", WayKind.MATRIX: "matrixs", WayKind.TEAMS: "workflows", WayKind.WEBHOOK: "jsons"}
_OPTIONS: dict[str, frozenset[str]] = {"workflows": frozenset({"pa", "powerautomate", "route", "ver", "wrap"})}
_OWN = re.compile(r"[a-z0-9.:-]{1,253}", re.ASCII)


def _address(scheme: str, *, filled: bool = False) -> AfterValidator:
    """An address of the operator for this scheme, with `{adres}` in its path exactly when it must be filled in."""

    def check(value: str) -> str:
        parts = urlsplit(value)
        where = place_of(f"https://{parts.hostname or ''}") or (parts.hostname or "")
        allowed = _OPTIONS.get(scheme, frozenset())
        faults = {
            f"begint met {scheme}://": parts.scheme != scheme,
            "noemt een server": not _OWN.fullmatch(where),
            f"bevat {ADDRESS} eenmaal, in het pad": filled and (
                value.count(ADDRESS) != 1 or ADDRESS not in parts.path),
            "bevat geen andere accolades": bool(re.search(r"[{}]", value.replace(ADDRESS, "") if filled else value)),
            "heeft geen opties buiten " + (", ".join(sorted(allowed)) or "geen"): bool(parts.fragment)
            or not {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} <= allowed,
        }  # fmt: skip
        if wrong := next((why for why, is_so in faults.items() if is_so), None):
            raise ValueError(wrong)
        return value

    return AfterValidator(check)


def _own_place(value: str) -> str:
    if not _OWN.fullmatch(value):
        raise ValueError("is een server in kleine letters, zo nodig met een poort")
    return value


def _secret(value: str) -> str:
    if not signing.is_secret(value):
        raise ValueError("is een geheim van 32 bytes in base64, met whsec_ ervoor")
    return value


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SmsService(_Part):
    """The provider of SMS."""

    adres: Annotated[str, _address("sms")]
    koppen: dict[str, str] = Field(default_factory=dict, repr=False)
    bericht: dict[str, Any]


class MatrixService(_Part):
    """The account on Matrix that speaks for Pols."""

    adres: Annotated[str, _address("matrixs", filled=True)] = Field(repr=False)


class WebhookService(_Part):
    """A system of a participant."""

    adres: Annotated[str, _address("jsons")]
    geheim: Annotated[str, AfterValidator(_secret)] = Field(repr=False)


class Channels(_Part):
    """What the operator set up. Without a file there is mail and nothing else."""

    own: tuple[Annotated[str, AfterValidator(_own_place)], ...] = Field(default=(), alias="eigenNetwerk")
    ca_file: Path | None = Field(default=None, alias="certificaten")
    event_hosts: tuple[Annotated[str, AfterValidator(_own_place)], ...] = Field(default=(), alias="gebeurtenisHosts")
    sms: SmsService | None = None
    matrix: MatrixService | None = None
    teams: dict[str, Annotated[str, _address("workflows")]] = Field(default_factory=dict, repr=False)
    webhook: dict[str, WebhookService] = Field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Channels":
        """The channels of a file. Raises ValueError, which says in plain words what is wrong and repeats no secret."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"the channels file is no TOML ({str(error).rpartition('(at ')[2].rstrip(')')})") from None
        except ValidationError as error:
            raise ValueError("the channels file: " + "; ".join(_fault(one) for one in error.errors())) from None

    def egress(self, **more: Any) -> Egress:  # noqa: ANN401 - what a test looks names up with
        """The door to outside, as the operator opened it."""
        return Egress(frozenset(self.own), self.ca_file, **more)

    def names(self) -> list[str]:
        """What there is, for who checks the file: without an address or a secret."""
        single = [kind for kind, one in ((WayKind.SMS, self.sms), (WayKind.MATRIX, self.matrix)) if one]
        named = [f"teams {one}" for one in self.teams] + [f"webhook {one}" for one in self.webhook]
        return ["e-mail", *map(str, single), *named]


def _fault(one: Any) -> str:  # noqa: ANN401 - as pydantic has it
    return ".".join(map(str, one["loc"])) + " " + str(one["msg"]).removeprefix("Value error, ")


@cache
def _services() -> "ModuleType":
    from tasks import services  # noqa: PLC0415 - brings Apprise

    services.only_ours()
    return services


def service(channels: Channels, egress: Egress, message_id: str, way: Way) -> Any:  # noqa: ANN401 - a service of Apprise
    """What sends over this way; nothing when the operator did not set it up (any more)."""
    found = _configured(channels, way)
    if found is None:
        return None
    template, more = found
    kind = getattr(_services(), way.kind.name.title())
    parsed = kind.parse_url(template)
    if not parsed:
        return None
    made = kind(**parsed, asset=_services().asset(), overflow="truncate")
    for name, value in {"egress": egress, "message_id": message_id, **more}.items():
        setattr(made, name, value)
    return made


def _configured(channels: Channels, way: Way) -> tuple[str, dict[str, Any]] | None:
    """The address of the operator for a kind, and what goes with it."""
    match way.kind:
        case WayKind.SMS if channels.sms:
            sms = channels.sms
            return sms.adres, {"to": way.address, "provider_headers": sms.koppen, "template": sms.bericht}
        case WayKind.MATRIX if channels.matrix:
            # given as it is: in a path it would be taken apart again
            account = channels.matrix.adres.replace(ADDRESS, "") + "?discovery=no&e2ee=no&mode=off"
            return account, {"users": [way.address], "rooms": [], "include_image": False}
        case WayKind.TEAMS if way.address in channels.teams:
            return channels.teams[way.address], {"include_image": False}
        case WayKind.WEBHOOK if way.address in channels.webhook:
            hook = channels.webhook[way.address]
            return hook.adres, {"secret": hook.geheim}
    return None


async def send(channels: Channels, outgoing: Outgoing, way: Way, egress: Egress | None = None) -> Sent:
    """Send one message over one way. Never lasting: after a few tries it is mail that goes."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415

    made = service(channels, egress or channels.egress(), outgoing.id, way)
    if made is None:
        return Sent("kanaal niet ingericht")
    title, body = _said(outgoing, way.kind)
    apprise = Apprise(asset=made.asset)
    apprise.add(made)
    try:
        taken = await asyncio.wait_for(
            apprise.async_notify(body=body, title=title, body_format=NotifyFormat.TEXT, timeout=TIMEOUT), TIMEOUT + 5
        )
    except TimeoutError:
        return Sent("geen antwoord")
    return Sent() if taken else Sent(made.code or "geweigerd of onbereikbaar")


def _said(outgoing: Outgoing, kind: WayKind) -> tuple[str, str]:
    """What fits: a telephone and a crowded channel get it in one breath."""
    brief = outgoing.short or f"{outgoing.subject}. Lees het in Pols."
    if kind is WayKind.SMS:
        return "", brief
    return outgoing.subject, outgoing.text if len(outgoing.text) <= LONGEST else brief
