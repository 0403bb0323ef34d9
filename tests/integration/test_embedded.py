"""The embedded PostgreSQL: private, kept, and back after whatever happened to it."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deployments.embedded import EmbeddedServer, Mode, ServerRefused, create_from_template, drop_database, prepare
from tests.state import fresh_state, gone

KEEP_A_SERVER = """
import sys
from pathlib import Path
from deployments.embedded import EmbeddedServer
print(EmbeddedServer.start(Path(sys.argv[1]), durable=False).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with fresh_state() as place:
        yield place


@pytest.fixture
def server(state: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer.start(state, durable=False)
    yield server
    server.stop()


async def answer(
    server: EmbeddedServer, question: str, *, role: str = "postgres", database: str = "postgres"
) -> object:
    connection = await server.connect(role, database)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def tcp_sockets_of(pid: int) -> set[str]:
    inodes = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    lines = [line for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return inodes & {f"socket:[{line.split()[9]}]" for line in lines}


async def test_only_the_servers_own_user_enters_the_socket_directory(server: EmbeddedServer) -> None:
    found = server.sockets.stat()

    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == server.data.stat().st_uid
    assert stat.S_IMODE(server.log.stat().st_mode) == 0o600


async def test_nothing_listens_on_tcp(server: EmbeddedServer) -> None:
    assert await answer(server, "SHOW listen_addresses") == ""
    assert tcp_sockets_of(server.pid) == set()


async def test_the_server_thinks_in_utc_and_knows_dutch_letters(server: EmbeddedServer) -> None:
    assert await answer(server, "SHOW timezone") == "UTC"
    assert await answer(server, "SELECT upper('geïnd')") == "GEÏND"
    assert await answer(server, "SELECT to_tsvector('dutch', 'één')::text") == "'een':1"


async def test_preparing_twice_gives_two_databases_with_owners_of_little_power(server: EmbeddedServer) -> None:
    await prepare(server)
    await prepare(server)

    powerful = "SELECT count(*) FROM pg_roles WHERE rolname ~ '^pols' AND (rolsuper OR rolbypassrls OR rolcreatedb)"
    owners = (
        "SELECT array_agg(datname || ' ' || datdba::regrole ORDER BY datname) FROM pg_database WHERE datname ~ '^pols'"
    )
    assert await answer(server, powerful) == 0
    assert await answer(server, owners) == ["pols pols_owner", "pols_prefect pols_prefect"]
    extensions = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
    assert await answer(server, extensions, role="pols_prefect", database="pols_prefect") == 1


@pytest.mark.parametrize(
    ("role", "database"),
    [
        ("pols_prefect", "pols"),
        ("pols_owner", "pols_prefect"),
        ("pols_prefect", "postgres"),
        ("pols_owner", "template1"),
    ],
)
async def test_a_role_enters_no_database_but_its_own(server: EmbeddedServer, role: str, database: str) -> None:
    await prepare(server)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await server.connect(role, database)


async def test_no_url_for_our_processes_is_the_superusers(server: EmbeddedServer) -> None:
    await prepare(server)
    engine = create_async_engine(server.url("pols_owner", "pols"))

    async with engine.connect() as connection:
        superuser = await connection.scalar(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = user"))
    await engine.dispose()

    assert superuser is False


async def test_a_copy_of_a_database_keeps_its_owner_and_its_guests(server: EmbeddedServer) -> None:
    await prepare(server)
    await answer(server, "DROP ROLE IF EXISTS guest")
    await answer(server, "CREATE ROLE guest LOGIN")
    await answer(server, "GRANT CONNECT ON DATABASE pols TO guest")

    await create_from_template(server, "copy-1", "pols")

    assert await answer(server, "SELECT user", role="guest", database="copy-1") == "guest"
    assert (
        await answer(server, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'copy-1'") == "pols_owner"
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await server.connect("pols_prefect", "copy-1")
    await drop_database(server, "copy-1")
    assert await answer(server, "SELECT count(*) FROM pg_database WHERE datname = 'copy-1'") == 0
    await answer(server, "REVOKE CONNECT ON DATABASE pols FROM guest")
    await answer(server, "DROP ROLE guest")


@pytest.mark.parametrize("mode", ["fast", "immediate", "kill"])
async def test_what_was_committed_outlives_a_restart(server: EmbeddedServer, mode: Mode) -> None:
    before = server.pid
    await answer(server, "CREATE TABLE IF NOT EXISTS kept (mode text)")
    await answer(server, f"INSERT INTO kept VALUES ('{mode}')")

    server.restart(mode)

    assert await answer(server, f"SELECT count(*) FROM kept WHERE mode = '{mode}'") == 1
    assert server.pid != before


async def test_the_data_is_kept_between_starts(state: Path) -> None:
    first = EmbeddedServer.start(state, durable=False)
    await answer(first, "CREATE TABLE remembered AS SELECT 42 AS number")
    first.stop()

    second = EmbeddedServer.start(state, durable=False)

    assert await answer(second, "SELECT number FROM remembered") == 42
    second.stop()


async def test_the_server_dies_with_a_killed_parent_and_the_next_start_works(state: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        KEEP_A_SERVER,
        str(state),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout
    orphan = int(await parent.stdout.readline())

    parent.kill()
    await parent.wait()
    server = EmbeddedServer.start(state, durable=False)  # at once, while the orphan may still be closing its files

    assert server.pid != orphan
    assert await answer(server, "SELECT 1") == 1
    await gone(orphan)
    server.stop()


async def test_a_number_left_behind_that_is_anothers_by_now_is_left_alone(state: Path) -> None:
    EmbeddedServer.start(state, durable=False).stop()
    bystander = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    note = state / "postgres" / "data" / "postmaster.pid"
    note.write_text(f"{bystander.pid}\n{note.parent}\n")

    server = EmbeddedServer.start(state, durable=False)

    assert server.pid != bystander.pid
    assert bystander.returncode is None
    server.stop()
    bystander.send_signal(signal.SIGKILL)
    await bystander.wait()


async def test_two_stacks_cannot_use_one_state(server: EmbeddedServer, state: Path) -> None:
    with pytest.raises(ServerRefused, match="another Pols is running"):
        EmbeddedServer.start(state)
    assert await answer(server, "SELECT 1") == 1


async def test_several_servers_run_side_by_side(server: EmbeddedServer) -> None:
    with fresh_state() as elsewhere:
        other = EmbeddedServer.start(elsewhere, durable=False)

        assert other.pid != server.pid
        assert await answer(other, "SELECT count(*) FROM pg_database WHERE datname = 'pols'") == 0
        other.stop()


async def test_a_long_path_gets_a_short_socket_of_its_own() -> None:
    with fresh_state() as place:
        server = EmbeddedServer.start(place / ("long-" * 20), durable=False)

        assert len(str(server.sockets)) < 80
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
        assert await answer(server, "SELECT 1") == 1
        server.stop()
        server.sockets.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only for root does the server become another user")
async def test_a_private_parent_is_refused_and_stays_private() -> None:
    with fresh_state() as place:
        place.mkdir(mode=0o700)

        with pytest.raises(ServerRefused, match="is private"):
            EmbeddedServer.start(place / "below")

        assert stat.S_IMODE(place.stat().st_mode) == 0o700
