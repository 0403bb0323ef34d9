"""The address of a database, with the password in it, is on no command line, in no log and in no error."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from deployments.cli import app
from tests.architecture.source import ROOT

WORD = "verzonnenwachtwoord"
ADDRESSES = {
    "nobody listens": f"postgresql+asyncpg://pols:{WORD}@127.0.0.1:1/pols",
    "no number": f"postgresql+asyncpg://pols:{WORD}@127.0.0.1:poort/pols",
    "no address": f"{WORD} is geen adres",
    "another driver": f"mysql+geheim://pols:{WORD}@127.0.0.1/pols",
}
SECRETS = ("WEB", "ENGINE", "OWNER", "PREFECT")


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_command_that_fails_does_not_say_the_password(address: str, tmp_path: Path) -> None:
    house = tmp_path / "huis.json"
    house.write_text('{"naam": "H", "slug": "h", "geldigTot": "2099-01-01", "organisaties": []}', encoding="utf-8")
    secret = tmp_path / "geheim"
    secret.touch(mode=0o600)
    secret.write_text(ADDRESSES[address], encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("POLS_", "PREFECT_"))}
    env |= {f"POLS_DATABASE_{one}_URL_FILE": str(secret) for one in SECRETS}

    commands = (["migrate"], ["verify"], ["setup", str(house)], ["engine", str(tmp_path / "prefect")])
    for arguments, (code, said) in zip(
        commands, await asyncio.gather(*(_pols(env, *one) for one in commands)), strict=True
    ):
        assert code != 0, arguments
        assert said, arguments
        assert WORD not in said, arguments


async def _pols(env: dict[str, str], *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deployments.cli", *arguments, cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode or 0, said.decode()


def test_no_command_takes_a_secret_as_an_argument() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    taken = {(name, one.name) for name, command in commands.items() for one in command.params}

    assert ("engine", "home") in taken
    assert [one for one in taken if any(word in str(one[1]) for word in ("url", "password", "token", "secret"))] == []
