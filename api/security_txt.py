"""Whom to tell about a weakness: `/.well-known/security.txt` (RFC 9116)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

ADDRESS = "/.well-known/security.txt"
#: RFC 9116, 2.5.5: less than a year ahead is recommended
LONGEST = timedelta(days=366)
_SCHEMES = ("mailto:", "https://", "tel:")


@dataclass(frozen=True, slots=True)
class SecurityContact:
    """What an operator says about reporting weaknesses."""

    contacts: tuple[str, ...]
    expires: datetime
    canonical: str
    policy: str = ""

    def __post_init__(self) -> None:
        if not self.contacts or not all(one.startswith(_SCHEMES) and _one_line(one) for one in self.contacts):
            msg = "a contact is a mailto:, https:// or tel: address"
            raise ValueError(msg)
        if self.expires.tzinfo is None:
            msg = "the end needs a time zone"
            raise ValueError(msg)
        if not (self.canonical.startswith("https://") and _one_line(self.canonical) and _one_line(self.policy)):
            msg = "the file lives at an https address"
            raise ValueError(msg)
        if self.policy and not self.policy.startswith("https://"):
            msg = "the policy lives at an https address"
            raise ValueError(msg)

    def lasts(self, now: datetime, at_least: timedelta) -> bool:
        """Whether the file is still good for so long, and not longer than the norm recommends."""
        return now + at_least < self.expires <= now + LONGEST

    def text(self) -> str:
        """The file: one field per line."""
        fields = [f"Contact: {one}" for one in self.contacts]
        fields.append(f"Expires: {self.expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
        fields += [f"Canonical: {self.canonical}", "Preferred-Languages: nl, en"]
        if self.policy:
            fields.append(f"Policy: {self.policy}")
        return "".join(f"{one}\r\n" for one in fields)


def _one_line(value: str) -> bool:
    return value.isprintable() and " " not in value


def route(contact: SecurityContact) -> Route:
    """The address of the file."""
    text = contact.text()

    async def read(_request: Request) -> Response:
        return PlainTextResponse(text)

    return Route(ADDRESS, read)
