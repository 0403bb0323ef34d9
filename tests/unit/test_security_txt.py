"""security.txt says what RFC 9116 asks, and not for longer than it is good."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.app import create_app
from api.security_txt import SecurityContact
from deployments.settings import Settings
from models.transactions import Database
from tests.integration.test_headers import knocking

ENDS = datetime(2027, 6, 1, 12, tzinfo=UTC)
GOOD = SecurityContact(
    ("mailto:security@huis.example", "https://huis.example/melden"), ENDS,
    "https://pols.huis.example/.well-known/security.txt", "https://huis.example/beleid",
)  # fmt: skip
FIELD = re.compile(r"^(Contact|Expires|Canonical|Preferred-Languages|Policy): (\S.*)$")


def test_it_has_the_fields_and_the_form_of_the_norm() -> None:
    lines = GOOD.text().split("\r\n")
    fields = [(match[1], match[2]) for line in lines[:-1] if (match := FIELD.match(line))]
    names = [name for name, _ in fields]

    assert lines[-1] == ""
    assert len(fields) == len(lines) - 1
    assert (names.count("Contact"), names.count("Expires"), names.count("Preferred-Languages")) == (2, 1, 1)
    assert dict(fields)["Expires"] == "2027-06-01T12:00:00Z"
    assert datetime.fromisoformat(dict(fields)["Expires"]) == ENDS


@pytest.mark.parametrize(
    "wrong",
    [
        {"contacts": ()}, {"contacts": ("security@huis.example",)}, {"contacts": ("mailto:a@b.example\r\nX: y",)},
        {"contacts": ("http://huis.example",)}, {"expires": datetime(2027, 6, 1)}, {"canonical": "http://huis.example/x"},
        {"policy": "ftp://x"},
    ],
)  # fmt: skip
def test_what_the_norm_forbids_is_a_mistake_at_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"contact|end|address"):
        replace(GOOD, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "good"), [(400, False), (366, True), (31, True), (30, False), (1, False), (0, False), (-1, False)]
)
def test_it_is_good_when_it_lasts_a_month_and_no_longer_than_a_year(days: int, good: bool) -> None:  # noqa: FBT001
    assert GOOD.lasts(ENDS - timedelta(days=days), timedelta(days=30)) is good


async def test_it_is_open_to_everybody_at_the_address_of_the_norm() -> None:
    nowhere = Database("postgresql+asyncpg://pols_web@/pols?host=/nergens&port=1", pool_size=1)
    async with knocking(create_app(nowhere, contact=GOOD)) as client:
        answer = await client.get("/.well-known/security.txt")
    async with knocking(create_app(nowhere)) as client:
        without = await client.get("/.well-known/security.txt")
    await nowhere.close()

    assert (answer.status_code, answer.text) == (200, GOOD.text())
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert without.status_code == 404


def test_the_settings_make_it_and_say_what_is_missing() -> None:
    given = {
        "base_url": "https://pols.huis.example/",
        "security_contacts": "mailto:a@huis.example, https://huis.example/m",
    }

    made = Settings(**given, security_expires=ENDS).security_contact()  # type: ignore[arg-type]

    assert made is not None
    assert (made.contacts, made.canonical) == (("mailto:a@huis.example", "https://huis.example/m"), GOOD.canonical)
    assert Settings().security_contact() is None
    with pytest.raises(ValueError, match="POLS_SECURITY_EXPIRES"):
        Settings(**given).security_contact()  # type: ignore[arg-type]
