"""Tampering with the log, six ways, each on a copy of a real log, found by a verifier that stands alone; no forks."""

import asyncio
import hashlib
import json
import logging
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import text
from typer.testing import CliRunner

from deployments import anchors, embedded, oversight
from deployments.anchors import Anchors
from deployments.cli import app
from deployments.embedded import EmbeddedServer
from models import sealing
from models.actors import ENGINE, Origin
from models.casebook import sealer
from models.casebook.frame import audit
from models.migrations import config, migrate
from models.sealing import SYSTEM, Checked
from models.tables.base import new_id
from models.transactions import unit_of_work
from models.words import Door, Phase
from tests.conftest import TEMPLATE, Databases, connected
from tests.factories import AHouse, a_case, a_house, a_report

HOUR = 3600.0


async def seal_all(db: Databases) -> int:
    """Seal until nothing waits; answers how many lines."""
    together = 0
    while True:
        async with unit_of_work(ENGINE, db.engine) as work:
            sealed = await sealer.seal_lines(work)
        together += sealed
        if not sealed:
            return together


@dataclass(frozen=True)
class Kept:
    """A sealed log with two anchors an hour apart, to copy."""

    name: str
    server: EmbeddedServer
    chain: str
    lines: int
    anchored: int  #: how far the first anchor came
    folder: Path
    public_key: Path

    @property
    def proof(self) -> oversight.Proof:
        """The anchors and their key."""
        return oversight.Proof(self.folder, self.public_key)


@pytest.fixture(scope="module")
async def kept(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept]:
    """Half a case, sealed and anchored; then the rest, and an anchor an hour later."""
    folder = tmp_path_factory.mktemp("ankers")
    anchors.new_key(folder / "key.pem")
    (folder / "public.pem").write_bytes(anchors.public_key(folder / "key.pem"))
    writing = Anchors.of(folder / "ankers", folder / "key.pem")
    assert writing is not None
    name = f"sealed_{new_id().hex[-12:]}"
    await embedded.create_from_template(server, name, TEMPLATE)
    db = connected(server, name)
    house = await a_house(db.owner)
    await a_case(db.web, house, Phase.REGIE)
    anchored = await seal_all(db)
    assert await writing.write(db.engine) == 1
    await db.shift(HOUR)
    await a_case(db.web, house, Phase.MONITORING)
    lines = anchored + await seal_all(db)
    assert await writing.write(db.engine) == 1
    await db.close()
    yield Kept(name, server, str(house.id), lines, anchored, folder / "ankers", folder / "public.pem")
    await embedded.drop_database(server, name)


@pytest.fixture
async def copy(kept: Kept) -> AsyncIterator[Databases]:
    """A copy to tamper with."""
    name = f"tampered_{new_id().hex[-12:]}"
    await embedded.create_from_template(kept.server, name, kept.name)
    made = connected(kept.server, name)
    yield made
    await made.close()
    await embedded.drop_database(kept.server, name)


async def as_superuser(db: Databases, *statements: str) -> None:
    """What a database administrator can do: no triggers, no security."""
    connection = await db.server.connect(database=db.name)
    try:
        await connection.execute("SET session_replication_role = replica")
        for one in statements:
            await connection.execute(one)
    finally:
        await connection.close()


Tampering = Callable[[Databases, Kept], Awaitable[None]]
AT = 7  # the line that is tampered with


async def _edit(db: Databases, _: Kept) -> None:
    await as_superuser(
        db, f"UPDATE audit_line SET purpose = 'anders' WHERE id = (SELECT line_id FROM audit_seal WHERE seq = {AT})"
    )


async def _delete(db: Databases, _: Kept) -> None:
    await as_superuser(
        db, f"DELETE FROM audit_line WHERE id = (SELECT line_id FROM audit_seal WHERE seq = {AT})",
        f"DELETE FROM audit_seal WHERE seq = {AT}",
    )  # fmt: skip


async def _reorder(db: Databases, _: Kept) -> None:
    one, other = (f"(SELECT line_id FROM audit_seal WHERE seq = {at})" for at in (AT, AT + 3))
    await as_superuser(
        db, f"CREATE TEMP TABLE two AS SELECT {one} AS one, {other} AS other",
        f"UPDATE audit_seal SET line_id = gen_random_uuid() WHERE seq = {AT}",
        f"UPDATE audit_seal SET line_id = (SELECT one FROM two) WHERE seq = {AT + 3}",
        f"UPDATE audit_seal SET line_id = (SELECT other FROM two) WHERE seq = {AT}",
    )  # fmt: skip


async def _insert(db: Databases, kept: Kept) -> None:
    await as_superuser(
        db, f"UPDATE audit_seal SET seq = seq + 100000 WHERE seq >= {AT}",
        "UPDATE audit_seal SET seq = seq - 99999 WHERE seq > 100000",
        "INSERT INTO audit_line SELECT (l).* FROM (SELECT jsonb_populate_record(l, jsonb_build_object('id',"
        f" gen_random_uuid(), 'action', 'inzien')) AS l FROM audit_line l WHERE house_id = '{kept.chain}' LIMIT 1) x",
        f"INSERT INTO audit_seal SELECT chain, {AT}, (SELECT id FROM audit_line l WHERE NOT EXISTS (SELECT FROM"
        " audit_seal s WHERE s.line_id = l.id)), previous_hash, hash, sealed_at FROM audit_seal WHERE seq ="
        f" {AT + 1}",
    )  # fmt: skip


async def _truncate(db: Databases, kept: Kept) -> None:
    gone = f"SELECT line_id FROM audit_seal WHERE seq > {kept.lines - 5}"
    await as_superuser(
        db, f"DELETE FROM audit_line WHERE id IN ({gone})", f"DELETE FROM audit_seal WHERE seq > {kept.lines - 5}"
    )


async def _rewrite(db: Databases, kept: Kept) -> None:
    """Everything anew, by the rules, as if one act was another's."""
    await _edit(db, kept)
    async with unit_of_work(ENGINE, db.engine) as work:
        lines = [one async for one in sealer.sealed(work, UUID(kept.chain))]
    previous, statements = sealing.START, []
    for one in lines:
        assert one.line is not None
        made = sealing.seal(previous, kept.chain, one.seq, one.sealed_at, one.line)
        statements.append(
            f"UPDATE audit_seal SET previous_hash = '\\x{previous.hex()}', hash = '\\x{made.hex()}'"
            f" WHERE seq = {one.seq}"
        )
        previous = made
    await as_superuser(db, *statements)


#: how, the number that is told without anchors (None: nothing is), and with them
SIX: dict[str, tuple[Tampering, int | None, Callable[[Kept], int]]] = {
    "edit": (_edit, AT, lambda _: AT),
    "delete": (_delete, AT, lambda _: AT),
    "reorder": (_reorder, AT, lambda _: AT),
    "insert": (_insert, AT, lambda _: AT),
    "cut the tail": (_truncate, None, lambda kept: kept.lines - 4),
    "write everything anew": (_rewrite, None, lambda _: 1),
}


def alone(where: Path, export: Path, kept: Kept | None = None) -> tuple[int, str]:
    """The verifier as an auditor runs it: one file, in an empty place, without Pols."""
    where.mkdir()
    shutil.copy(sealing.__file__, where / "sealing.py")
    argv = [sys.executable, "sealing.py", str(export)]
    if kept is not None:
        argv += ["--anchors", str(kept.folder), "--public-key", str(kept.public_key)]
    done = subprocess.run(argv, cwd=where, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin"})
    return done.returncode, done.stdout + done.stderr


async def in_database(db: Databases, kept: Kept, *, beside: bool) -> Checked:
    url = db.server.url("pols_engine", db.name)
    return (await oversight.check_log(url, kept.chain, kept.proof if beside else None))[kept.chain]


async def test_a_log_that_nobody_touched_is_whole(copy: Databases, kept: Kept, tmp_path: Path) -> None:
    url, export = copy.server.url("pols_engine", copy.name), tmp_path / "logboek.jsonl.gz"
    count = await oversight.export_log(url, kept.chain, export)

    code, said = alone(tmp_path / "a", export, kept)

    assert (code, said) == (0, f"het logboek is heel: {kept.lines} regels, 2 ankers kloppen\n")
    assert count == kept.lines > kept.anchored > 5
    assert await in_database(copy, kept, beside=True) == Checked(kept.lines, 2, None)
    with pytest.raises(FileExistsError):
        await oversight.export_log(url, kept.chain, export)


@pytest.mark.parametrize("how", list(SIX))
async def test_tampering_is_found_and_the_first_wrong_number_is_told(
    copy: Databases, kept: Kept, tmp_path: Path, how: str
) -> None:
    tamper, bare, beside = SIX[how]
    await tamper(copy, kept)
    await oversight.export_log(copy.server.url("pols_engine", copy.name), kept.chain, tmp_path / "logboek.jsonl")

    found = [await in_database(copy, kept, beside=with_) for with_ in (False, True)]
    told = [alone(tmp_path / "a", tmp_path / "logboek.jsonl"), alone(tmp_path / "b", tmp_path / "logboek.jsonl", kept)]

    assert [one.found and one.found.seq for one in found] == [bare, beside(kept)]
    assert [code for code, _ in told] == [int(bare is not None), 1]
    assert f"vanaf regel {beside(kept)}" in told[1][1]


async def test_a_line_that_was_put_beside_the_chain_is_found(copy: Databases, kept: Kept) -> None:
    await as_superuser(
        copy, "INSERT INTO audit_line SELECT (l).* FROM (SELECT jsonb_populate_record(l, jsonb_build_object('id',"
        " gen_random_uuid())) AS l FROM audit_line l LIMIT 1) x",
    )  # fmt: skip

    found = await oversight.check_log(copy.server.url("pols_engine", copy.name), None, kept.proof)

    assert found["los"].found is not None
    assert found[kept.chain].found is None


async def test_a_log_that_is_gone_altogether_is_missed(copy: Databases, kept: Kept) -> None:
    every = ("audit_seal", "audit_line", "audit_unsealed", "processing", "cases", "person", "organisation", "house")
    await as_superuser(copy, *(f"DELETE FROM {table}" for table in every))

    found = await oversight.check_log(copy.server.url("pols_engine", copy.name), None, kept.proof)

    assert "de staart ontbreekt" in sealing.told(found[kept.chain])
    assert found[SYSTEM].found is None


async def test_a_log_beside_a_folder_without_its_anchors_is_not_called_whole(
    copy: Databases, kept: Kept, tmp_path: Path
) -> None:
    await oversight.export_log(copy.server.url("pols_engine", copy.name), kept.chain, tmp_path / "log.jsonl")
    empty = oversight.Proof(tmp_path, kept.public_key)

    beside = await oversight.check_log(copy.server.url("pols_engine", copy.name), kept.chain, empty)

    assert "geen anker" in sealing.told(beside[kept.chain])
    assert "geen anker" in sealing.told(sealing.verify(tmp_path / "log.jsonl", tmp_path, kept.public_key))


async def test_a_log_that_was_written_anew_is_not_anchored_again(
    copy: Databases, kept: Kept, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    shutil.copytree(kept.folder, tmp_path / "ankers")
    await _rewrite(copy, kept)
    house = UUID(kept.chain)
    async with unit_of_work(ENGINE, copy.engine) as work:
        audit(work, "herinnering", "casus", house, house_id=house)
    await seal_all(copy)
    await copy.shift(2 * HOUR)
    writing = Anchors.of(tmp_path / "ankers", kept.public_key.parent / "key.pem")
    assert writing is not None

    with caplog.at_level(logging.ERROR, "pols.anchors"):
        assert await writing.write(copy.engine) == 0

    assert "does not agree" in caplog.text


# The chain while many write


SEALS = """
import asyncio, sys
from models.actors import ENGINE
from models.casebook import sealer
from models.transactions import Database, unit_of_work

async def seal():
    database = Database(sys.argv[1], pool_size=1)
    while True:
        async with unit_of_work(ENGINE, database) as work:
            if await sealer.seal_lines(work, most=9):
                await work.session.flush()
                print("sealing", flush=True)
                await asyncio.sleep(60)

asyncio.run(seal())
"""


async def test_chains_have_no_gap_and_no_fork_with_eight_writers_and_sealers_that_die(own_db: Databases) -> None:
    houses = [await a_house(own_db.owner) for _ in range(2)]
    writing, deaths = True, list[int]()

    async def write(number: int) -> None:
        house = houses[number % 2]
        for _ in range(40):
            async with unit_of_work(house.actors["politie"], own_db.web) as work:
                audit(work, "inzien", "casus", None)
                audit(work, "inzien", "tijdlijn", None)

    async def seal() -> None:
        while writing:
            async with unit_of_work(ENGINE, own_db.engine) as work:
                await sealer.seal_lines(work, most=9)

    async def die() -> None:
        while writing:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", SEALS, own_db.server.url("pols_engine", own_db.name),
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            assert process.stdout is not None
            await process.stdout.readline()  # it holds lines that it has not committed
            process.kill()
            await process.wait()
            deaths.append(process.pid)

    others = [asyncio.create_task(one()) for one in (seal, die)]
    await asyncio.gather(*(write(number) for number in range(8)))
    writing = False
    await asyncio.gather(*others)
    await seal_all(own_db)

    assert deaths
    found = await oversight.check_log(own_db.server.url("pols_engine", own_db.name))
    assert {chain: (one.lines, one.found) for chain, one in found.items()} == {
        str(houses[0].id): (320, None), str(houses[1].id): (320, None), SYSTEM: (0, None),
    }  # fmt: skip


async def test_what_belongs_to_no_house_has_a_chain_of_its_own(own_db: Databases, tmp_path: Path) -> None:
    house = await a_house(own_db.owner)
    async with unit_of_work(ENGINE, own_db.engine, origin=Origin(Door.OPERATOR)) as work:
        audit(work, "gewist", "casus", None)
        audit(work, "gewist", "casus", None, house_id=house.id)
    await seal_all(own_db)

    url = own_db.server.url("pols_engine", own_db.name)
    assert await oversight.export_log(url, "geen", tmp_path / "geen.jsonl") == 1
    assert await oversight.export_log(url, house.slug, tmp_path / "huis.jsonl") == 1
    line = json.loads((tmp_path / "geen.jsonl").read_text().splitlines()[1])["line"]
    assert (line["house_id"], line["door"]) == (None, "beheer")


# The anchors


async def test_an_anchor_is_written_once_an_hour_when_there_is_more_and_never_over_another(
    own_db: Databases, house: AHouse, tmp_path: Path
) -> None:
    own = await a_house(own_db.owner)
    anchors.new_key(tmp_path / "key.pem")
    first, second = (Anchors.of(tmp_path / "ankers", tmp_path / "key.pem") for _ in range(2))
    assert first is not None
    assert second is not None
    await a_report(own_db.web, own)
    await seal_all(own_db)

    made = await asyncio.gather(first.write(own_db.engine), second.write(own_db.engine))
    await a_report(own_db.web, own)
    await seal_all(own_db)
    within_the_hour = await first.write(own_db.engine)
    await own_db.shift(HOUR)
    later = [await one.write(own_db.engine) for one in (first, second)]
    await own_db.shift(HOUR)
    nothing_new = await first.write(own_db.engine)

    assert (sorted(made), within_the_hour, later, nothing_new) == ([0, 1], 0, [1, 0], 0)
    files = sorted((tmp_path / "ankers").iterdir())
    assert [one.name for one in files] == [sealing.anchor_name(str(own.id), number) for number in (1, 2)]
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o444}
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert house.id != own.id
    with pytest.raises(FileExistsError):
        anchors.new_key(tmp_path / "key.pem")


def test_a_worker_without_a_key_says_so_once_and_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert Anchors.of(tmp_path / "ankers", None) is None

    assert [one.message for one in caplog.records] == ["no anchors are written: POLS_ANCHOR_KEY_FILE names no key"]


# The command


async def invoked(copy: Databases, kept: Kept, *argv: str) -> tuple[int, str]:
    environment = {
        "POLS_DATABASE_ENGINE_URL": copy.server.url("pols_engine", copy.name),
        "POLS_ANCHOR_KEY_FILE": str(kept.public_key.parent / "key.pem"),
    }
    done = await asyncio.to_thread(CliRunner().invoke, app, list(argv), env=environment)
    return done.exit_code, done.output


async def test_the_command_exports_checks_and_tells_with_its_exit_code(
    copy: Databases, kept: Kept, tmp_path: Path
) -> None:
    export, beside = tmp_path / "log.jsonl.gz", ("--anchors", str(kept.folder), "--public-key", str(kept.public_key))

    assert await invoked(copy, kept, "audit", "export", str(export), "--house", kept.chain) == (
        0, f"{kept.lines} regels uitgevoerd\n",
    )  # fmt: skip
    assert (await invoked(copy, kept, "audit", "verify", str(export), *beside))[0] == 0
    assert (await invoked(copy, kept, "audit", "verify", "--database", *beside))[0] == 0
    assert (await invoked(copy, kept, "verify"))[0] == 0
    assert (await invoked(copy, kept, "audit", "verify"))[0] == 2
    assert (await invoked(copy, kept, "audit", "public-key"))[1] == kept.public_key.read_text()
    await _truncate(copy, kept)
    code, said = await invoked(copy, kept, "audit", "verify", "--database", *beside)
    assert code == 1
    assert "de staart ontbreekt" in said


async def test_the_records_are_exported_between_two_moments(copy: Databases, kept: Kept, tmp_path: Path) -> None:
    every = tmp_path / "alles.jsonl"
    code, said = await invoked(copy, kept, "ldv", "export", str(every), "--house", kept.chain)
    records = [json.loads(one) for one in every.read_text().splitlines()]

    assert (code, said) == (0, f"{len(records)} records uitgevoerd\n")
    assert len(records) == kept.lines
    assert [one["start_time"] for one in records] == sorted(one["start_time"] for one in records)
    assert {one["status"] for one in records} == {"Ok"}
    none = ("--from", "2090-01-01", "--to", "2091-01-01")
    assert await invoked(copy, kept, "ldv", "export", str(tmp_path / "x"), "--house", kept.chain, *none) == (
        0, "0 records uitgevoerd\n",
    )  # fmt: skip


# What there was before


@dataclass
class Old:
    """A database from before, with a house and three lines in the one chain there was."""

    db: Databases
    house: UUID
    last: bytes


OLD = (
    "id, house_id, at, action, object_kind, object_id, case_id, person_id, organisation_id, on_behalf_of, roles,"
    " purpose, result, facts"
)


def as_before(previous: bytes, row: Any) -> bytes:
    """A seal as it was made before there was a chain per house."""
    line = {name: row[name].isoformat() if name == "at" else row[name] for name in OLD.split(", ")}
    plain = json.dumps(line, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=True)
    return hashlib.sha256(previous + plain.encode()).digest()


@pytest.fixture
async def old(server: EmbeddedServer) -> AsyncIterator[Old]:
    name = f"old_{new_id().hex[-12:]}"
    await embedded.create_from_template(server, name, "pols")
    await asyncio.to_thread(command.upgrade, config(server.url("pols_owner", name)), "2026_11_22_plans")
    db, house = connected(server, name), new_id()
    await as_superuser(db, f"INSERT INTO house (id, name, slug, last_number) VALUES ('{house}', 'Huis', 'huis', 0)")
    for _ in range(3):
        await as_superuser(
            db, "INSERT INTO audit_line (id, house_id, at, action, object_kind, object_id, roles, purpose, result,"
            f" facts) VALUES ('{new_id()}', '{house}', now(), 'inzien', 'aanmelding', gen_random_uuid(),"
            " '{manager}', 'casus', 'ok', '{\"b\": [1], \"a\": \"é\"}')",
        )  # fmt: skip
    last = b"\x00" * 32
    async with db.engine.engine.connect() as connection:
        lines = (await connection.execute(text(f"SELECT {OLD} FROM audit_line ORDER BY id"))).mappings().all()
    for seq, line in enumerate(lines, start=1):
        made = as_before(last, line)
        await as_superuser(
            db, "INSERT INTO audit_seal (seq, line_id, previous_hash, hash, sealed_at)"
            f" VALUES ({seq}, '{line['id']}', '\\x{last.hex()}', '\\x{made.hex()}', now())",
        )  # fmt: skip
        last = made
    yield Old(db, house, last)
    await db.close()
    await embedded.drop_database(server, name)


async def test_an_old_log_is_checked_and_sealed_again_per_house(old: Old) -> None:
    await migrate(old.db.server.url("pols_owner", old.db.name))
    await seal_all(old.db)

    found = await oversight.check_log(old.db.server.url("pols_engine", old.db.name))
    async with unit_of_work(ENGINE, old.db.engine) as work:
        [first] = [one.line async for one in sealer.sealed(work, UUID(SYSTEM))]
        referrals = set(await work.session.scalars(text("SELECT referral_id = object_id FROM audit_line"
                                                        " WHERE object_kind = 'aanmelding'")))  # fmt: skip
    assert {chain: (one.lines, one.found) for chain, one in found.items()} == {
        str(old.house): (3, None), SYSTEM: (1, None),
    }  # fmt: skip
    assert first is not None
    assert (first["action"], first["facts"]) == (
        "keten vernieuwd",
        {"laatste_regel": 3, "laatste_zegel": old.last.hex()},
    )
    assert referrals == {True}


async def test_an_old_log_that_does_not_hold_is_not_sealed_again(old: Old) -> None:
    await as_superuser(old.db, "UPDATE audit_line SET purpose = 'anders'")

    with pytest.raises(RuntimeError, match="does not hold from line 1"):
        await migrate(old.db.server.url("pols_owner", old.db.name))
