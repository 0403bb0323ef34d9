"""Which ways in there are: from the settings, and the account that an operator gives on the command line."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from typer.testing import CliRunner

from api.ways import Ways
from deployments import identity
from deployments.cli import app
from deployments.settings import Settings
from tests.conftest import Databases
from tests.entering import Entrance, email_of, new_accounts
from tests.factories import AHouse


def opened(**settings: Any) -> tuple[bool, bool, bool]:
    ways = identity.ways_in(Settings(**settings))
    return ways.accounts is not None, ways.provider is not None, ways.token_form


@pytest.fixture
def our_key(tmp_path: Path) -> Path:
    file = tmp_path / "client.jwk"
    file.write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=True)), encoding="utf-8")
    return file


def test_in_production_nothing_is_open_by_itself_and_never_a_token() -> None:
    assert opened() == (False, False, False)
    assert opened(production=False) == (False, False, True)
    assert Ways() == Ways(accounts=None, provider=None, token_form=False)


def test_a_key_opens_accounts_and_an_issuer_the_provider(tmp_path: Path, our_key: Path) -> None:
    provider = {"oidc_issuer": "https://idp.example", "oidc_client_id": "pols", "oidc_key_file": our_key}

    assert opened(account_key_file=identity.own_key(tmp_path)) == (True, False, False)
    assert opened(**provider) == (False, True, False)
    with pytest.raises(ValueError, match="POLS_OIDC_KEY_FILE"):
        opened(**provider | {"oidc_key_file": None})
    with pytest.raises(OSError, match="no https"):
        opened(**provider | {"oidc_issuer": "http://idp.example"})


def test_what_the_provider_is_told_comes_from_the_settings(our_key: Path) -> None:
    settings = Settings(
        base_url="https://pols.example/", oidc_issuer="https://idp.example", oidc_client_id="pols",
        oidc_key_file=our_key, oidc_acr="hoog midden", oidc_amr="otp",
    )  # fmt: skip
    provider = identity.ways_in(settings).provider

    assert provider is not None
    assert provider.known.redirect_uri == "https://pols.example/aanmelden/terug"
    assert provider.known.after_logout == "https://pols.example/aanmelden"
    assert (provider.known.acr, provider.known.amr) == (("hoog", "midden"), ("otp",))


def test_the_key_of_the_embedded_stack_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    file = identity.own_key(tmp_path)
    first = file.read_bytes()

    assert identity.own_key(tmp_path).read_bytes() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_who_the_operator_invites_comes_in(db: Databases, house: AHouse) -> None:
    code = await identity.invite(db.server.url("pols_owner", db.name), email_of(house, "regisseur"), house.slug)
    entrance = Entrance.on(db.web, new_accounts())
    await entrance.enrol(code, email_of(house, "regisseur"))
    async with entrance.browser() as client:
        assert (await entrance.sign_in(client, email_of(house, "regisseur"))).status_code == 303


def test_the_command_prints_where_to_go_and_the_code_and_says_whom_it_does_not_know(
    db: Databases, house: AHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLS_DATABASE_OWNER_URL", db.server.url("pols_owner", db.name))
    monkeypatch.setenv("POLS_BASE_URL", "https://pols.example")
    invited = CliRunner().invoke(app, ["account", email_of(house, "regisseur"), "--huis", house.slug])
    unknown = CliRunner().invoke(app, ["account", "niemand@elders.example"])

    address, _, code = invited.output.strip().partition("\t")
    assert (invited.exit_code, address, len(code)) == (0, "https://pols.example/aanmelden/account", 43)
    assert unknown.exit_code == 1
    assert "niet gevonden" in unknown.output
