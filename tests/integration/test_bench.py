"""The bench measures what it says: in a very small form, so that it is not found broken when figures are wanted."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deployments.stack import Stack
from models.words import Phase
from tests import factories
from tests.bench import __main__ as bench
from tests.bench import cpu, plans
from tests.bench.decisions import decide_all
from tests.bench.machine import Machine, memory, note, processor
from tests.bench.report import Row, at_least, at_most, compared, keep, p95, reported, show
from tests.bench.stopwatch import Counted, Timed, _Now, kind_of, layer
from tests.conftest import Databases
from tests.doors import own_client, rows
from tests.factories import AHouse
from tests.serving import serving

SHAPE = {"work", "value", "unit", "against", "ratio", "bar", "holds"}
A_MACHINE = Machine("a processor", 2.6, 2, 8.0, {"Python": "3.11"}, "2026-11-27", "abc1234")


def kept(path: Path) -> list[dict[str, object]]:
    """The rows in a file."""
    found: list[dict[str, object]] = json.loads(path.read_text())
    return found


def test_a_group_by_itself_leaves_the_rows_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "build" / "bench.json"
    keep([reported("one", 1, "/s"), at_most("two", 2, "ms", 3)], path, fresh=True)

    keep([at_most("two", 5, "ms", 3), reported("three", 3, "/s")], path, fresh=False)

    assert [(one["work"], one["value"], one["holds"]) for one in kept(path)] == [
        ("one", 1, None), ("two", 5, False), ("three", 3, None),
    ]  # fmt: skip
    assert all(set(one) == SHAPE for one in kept(path))


def test_a_whole_run_begins_afresh(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    keep([reported("one", 1, "/s")], path, fresh=True)

    keep([reported("two", 2, "/s")], path, fresh=True)

    assert [one["work"] for one in kept(path)] == ["two"]


def test_where_and_when_each_group_was_measured_stands_beside_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    note(A_MACHINE, "lists", path, fresh=True)

    note(replace(A_MACHINE, commit="def5678", date="2026-11-28"), "rungs", path, fresh=False)

    found = json.loads((tmp_path / "bench-machine.json").read_text())
    assert (found["model"], found["ghz"], found["cores"], found["commit"]) == ("a processor", 2.6, 2, "def5678")
    assert {name: one["commit"] for name, one in found["measured"].items()} == {"lists": "abc1234", "rungs": "def5678"}


def test_the_machine_is_read_from_the_system() -> None:
    told = "processor\t: 0\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2600.012\n"

    assert processor(told) == ("AMD EPYC", 2.6)
    assert processor("")[1] is None
    assert memory("MemTotal:       16777216 kB\n") == 16.0
    assert str(A_MACHINE) == "a processor at 2.6 GHz, 2 cores, 8 GiB; Python 3.11; 2026-11-27, commit abc1234"


def test_a_row_says_whether_it_holds_its_bar(capsys: pytest.CaptureFixture[str]) -> None:
    measured = [
        at_least("fast", 5, "/s", 3), at_most("slow", 5, "ms", 3),
        compared(Row("beside", 10, "/s"), "another: 2/s", 5, 3),
    ]  # fmt: skip

    show(measured)

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["holds", "REACHED", "holds"]
    assert p95([float(one) for one in range(101)]) == 95


def test_a_full_run_has_every_group_but_what_is_apart() -> None:
    assert {"decisions", "wakes", "slices", "lists", "rungs", "rest", "demo"} <= bench.GROUPS.keys()
    assert bench.GROUPS.keys() > bench.APART


def test_a_sequential_scan_is_found_wherever_it_stands_in_a_plan() -> None:
    plan = (
        "Append\n  ->  Seq Scan on house\n  ->  Parallel Seq Scan on duty d (never executed)\n  ->  Seq Scan on cases c"
    )

    assert plans.reads_whole("late", plan) == ["late: duty", "late: cases"]
    assert "never executed" not in plans.shown(plan)
    assert len(plans.QUESTIONS) >= 10
    assert len({one.title for one in plans.QUESTIONS}) == len(plans.QUESTIONS)


async def test_every_hot_statement_is_explained_as_what_it_is(db: Databases, house: AHouse) -> None:
    await factories.a_case(db.web, house, Phase.MONITORING)

    for one in plans.QUESTIONS:
        plan, took = await plans.explained(db, house, one)

        assert "actual time" in plan, one.title
        assert took > 0


async def test_decisions_are_taken_over_http_by_so_many_clients(db: Databases, house: AHouse) -> None:
    stories = [await factories.a_report(db.web, house) for _ in range(3)]
    async with own_client(db) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        async with serving(app) as address:
            stack = Stack(Path(), db.server, db.name, port=int(address.rpartition(":")[2]))
            took = await decide_all(stack, house, [str(one.case_id) for one in stories], 2)

    assert len(took) == 3
    assert (await rows(db, house))["decision"] == 3


async def test_the_stopwatch_charges_the_innermost_layer_and_tells_waiting_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_Now, "counted", Counted())

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        with layer("outer"):
            _work(0.01)
            with layer("inner"):
                _work(0.03)
                await receive()

    transport = httpx2.ASGITransport(app=_answering(Timed(app)))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        await client.post("/")

    counted = _Now.counted
    assert counted.requests == 1
    assert counted.cpu["inner"] > counted.cpu["outer"] > 0
    assert sum(counted.cpu.values()) <= counted.took


def test_statements_are_told_apart_by_what_they_do() -> None:
    assert kind_of("SELECT * FROM pols_enter($1, $2)") == "sign in, context, what may be seen"
    assert kind_of("INSERT INTO rung (id) VALUES ($1)") == "INSERT INTO rung"
    assert kind_of("UPDATE duty SET answered_at=$1") == "UPDATE duty"


def test_the_processor_time_of_a_process_is_read() -> None:
    before = cpu.spent([os.getpid()])
    _work(0.1)

    assert cpu.spent([os.getpid(), 2**22 + 1]) > before  # a process that is not there spends nothing


def _work(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def _answering(app: Any) -> Any:
    """An application that answers after this one did its work."""

    async def answered(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return answered
