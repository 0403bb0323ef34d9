"""The Prefect server: ours, closed, silent, alone, and gone when we are gone."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from deployments.embedded import EmbeddedServer, prepare
from deployments.prefect_server import EngineRefused, PrefectServer, without_prefect
from tests.state import fresh_state, gone

KEEP_AN_ENGINE = """
import asyncio, sys
from pathlib import Path
from deployments.prefect_server import PrefectServer

async def main() -> None:
    engine = await PrefectServer.start(database_url=sys.argv[1], home=Path(sys.argv[2]))
    print(engine.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(scope="module")
async def postgres() -> AsyncIterator[EmbeddedServer]:
    with fresh_state() as state:
        server = EmbeddedServer.start(state, durable=False)
        await prepare(server)
        yield server
        server.stop()


@pytest.fixture(scope="module")
async def engine(postgres: EmbeddedServer) -> AsyncIterator[PrefectServer]:
    engine = await PrefectServer.start(database_url=url(postgres), home=home(postgres))
    yield engine
    await engine.stop()


def url(postgres: EmbeddedServer) -> str:
    return postgres.url("pols_prefect", "pols_prefect")


def home(postgres: EmbeddedServer) -> Path:
    return postgres.data.parent.parent / "prefect"


def client(engine: PrefectServer, *, known: bool = True) -> httpx2.AsyncClient:
    user, _, password = engine.client_env()["PREFECT_API_AUTH_STRING"].partition(":")
    return httpx2.AsyncClient(base_url=engine.api_url, auth=(user, password) if known else None, trust_env=False)


async def test_the_server_runs_with_our_settings(engine: PrefectServer) -> None:
    async with client(engine) as known:
        settings = (await known.get("/admin/settings")).json()["server"]

    assert settings["analytics_enabled"] is False
    assert settings["ui"]["enabled"] is False
    assert settings["services"]["pause_expirations"]["enabled"] is False
    assert settings["database"]["migrate_on_start"] is False
    assert settings["api"]["max_parameter_size"] == 2048
    assert settings["api"]["cors_allowed_origins"] == "https://none.invalid"
    assert set(settings["services"]["db_vacuum"]["enabled"]) == {"events", "flow_runs"}


async def test_who_has_no_credential_gets_nothing(engine: PrefectServer) -> None:
    async with client(engine, known=False) as stranger:
        assert (await stranger.post("/flow_runs/filter", json={})).status_code == 401
        assert (await stranger.get("/admin/settings")).status_code == 401


async def test_the_server_has_no_pages(engine: PrefectServer) -> None:
    async with httpx2.AsyncClient(trust_env=False) as browser:
        page = await browser.get(engine.api_url.removesuffix("api") + "dashboard")

    assert "text/html" not in page.headers.get("content-type", "") or page.status_code == 404


async def test_the_server_listens_on_loopback_only(engine: PrefectServer) -> None:
    sockets = [
        line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]
    ]
    listening = {columns[1] for columns in sockets if columns[3] == "0A" and columns[1].endswith(f":{engine.port:04X}")}

    assert listening == {f"0100007F:{engine.port:04X}"}


async def test_nothing_phones_home(engine: PrefectServer) -> None:
    running = dict(entry.partition("=")[::2] for entry in Path(f"/proc/{engine.pid}/environ").read_text().split("\0"))

    for environment in (running, engine.client_env()):
        assert environment["DO_NOT_TRACK"] == "1"
        assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
        assert environment["PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS"] == "false"
        assert environment["PREFECT_LOGGING_TO_API_ENABLED"] == "false"


async def test_a_client_learns_no_database_and_the_secret_is_on_no_command_line(engine: PrefectServer) -> None:
    secret = engine.client_env()["PREFECT_API_AUTH_STRING"]

    assert not [name for name in engine.client_env() if "DATABASE" in name]
    assert secret not in Path(f"/proc/{engine.pid}/cmdline").read_text()
    assert stat.S_IMODE((engine.home / "credential").stat().st_mode) == 0o600
    assert stat.S_IMODE(engine.home.stat().st_mode) == 0o700


async def test_what_a_shell_says_about_prefect_does_not_count() -> None:
    assert without_prefect({"PREFECT_API_URL": "https://elsewhere.invalid", "PATH": "/bin"}) == {"PATH": "/bin"}


async def test_a_second_server_on_the_same_database_is_refused(engine: PrefectServer, postgres: EmbeddedServer) -> None:
    with pytest.raises(EngineRefused, match="one is the rule"):
        await PrefectServer.start(database_url=url(postgres), home=home(postgres))
    await engine.healthy(5)


async def test_the_watch_survives_a_restart_of_the_database(engine: PrefectServer, postgres: EmbeddedServer) -> None:
    postgres.restart("immediate")

    assert await engine._only_one.lost() is False
    with pytest.raises(EngineRefused, match="one is the rule"):
        await PrefectServer.start(database_url=url(postgres), home=home(postgres))


async def test_a_server_that_dies_is_started_again_on_the_same_port(engine: PrefectServer) -> None:
    assert engine.pid
    first, starts = engine.pid, engine.starts

    os.kill(first, signal.SIGKILL)
    await gone(first)
    await engine.healthy(60)

    assert engine.starts == starts + 1
    assert engine.pid != first


async def test_killed_on_purpose_it_stays_down_until_revived(engine: PrefectServer) -> None:
    await engine.kill()
    with pytest.raises(EngineRefused, match="does not answer"):
        await engine.healthy(0.5)

    await engine.revive()

    async with client(engine) as known:
        assert (await known.get("/admin/version")).status_code == 200


async def test_no_server_remains_when_its_parent_is_killed(engine: PrefectServer, postgres: EmbeddedServer) -> None:
    await engine.stop()  # the last test of this file: the database has room for one server
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KEEP_AN_ENGINE, url(postgres), str(home(postgres)), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    orphan = int(await parent.stdout.readline())

    parent.kill()
    await parent.wait()

    await gone(orphan)
