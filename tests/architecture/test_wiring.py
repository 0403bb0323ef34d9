"""Who may do what in our own code: one place commits, one package writes, one selects, rules are pure."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import refusals
from tests.architecture.source import ROOT, named, parsed, product_files

PURE = (
    "models.process",
    "models.owed",
    "models.words",
    "models.calendars",
    "models.clocks",
    "models.ladder",
    "models.delivery",
    "models.projection",
    "models.visibility",
    "models.refusals",
    "models.messages",
    "models.preferences",
    "models.texts.rendering",
)
WRITES = {"insert", "update", "delete"}
#: where data is written besides the casebook, and why
WRITERS = ("models/casebook/", "models/transactions.py")
#: where data is asked for besides the lookups: verbs that read what they change in the same breath, in SQL of their own
SELECTORS = ("models/lookups/", "models/transactions.py", "models/casebook/")


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def imported(path: Path, module: str) -> set[str]:
    """The names a file takes from a module or from what is in it."""
    return {
        alias.name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module and (node.module + ".").startswith(module + ".")
        for alias in node.names
    }


def every_refusal(of: type[BaseException] = refusals.Refusal) -> Iterator[type[BaseException]]:
    for one in of.__subclasses__():
        yield one
        yield from every_refusal(one)


def test_every_refusal_explains_itself() -> None:
    found = list(every_refusal())

    assert len(found) > 10
    assert [one.__name__ for one in found if not (one.__doc__ or "").strip()] == []


def test_refusals_live_in_one_module() -> None:
    strays = [one.__name__ for one in every_refusal() if one.__module__ != "models.refusals"]

    assert [name for name in strays if not name.startswith("_")] == []


def test_one_module_begins_and_commits() -> None:
    files = [path for path in product_files() if path.parts[-2] != "migrations"]
    found = {
        named(path) for path in files for call in calls(path)
        if method(call) in {"commit", "rollback", "begin", "begin_nested"}
        and not isinstance(getattr(call.func, "value", None), ast.Constant)
    }  # fmt: skip

    assert {name for name in found if name.startswith("models/")} == {"models/transactions.py"}
    assert found & {name for name in found if name.split("/")[0] in {"api", "tasks", "flows"}} == set()


def test_only_the_casebook_writes() -> None:
    writers = {
        named(path) for path in product_files()
        if "sqlalchemy" in path.read_text(encoding="utf-8")
        and (WRITES & (imported(path, "sqlalchemy") | imported(path, "sqlalchemy.dialects.postgresql")))
    }  # fmt: skip

    assert writers
    assert [name for name in writers if not name.startswith(WRITERS)] == []


def test_only_the_casebook_adds_to_a_session() -> None:
    found = {
        named(path) for path in product_files() for call in calls(path)
        if method(call) in {"add", "add_all", "delete"} and _is_session(call.func)
    }  # fmt: skip

    assert found
    assert [name for name in found if not name.startswith("models/casebook/")] == []


def _is_session(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and ast.unparse(func.value).endswith("session")


def test_only_lookups_select_and_the_casebook_what_it_changes() -> None:
    found = {named(path) for path in product_files() if "select" in imported(path, "sqlalchemy")}

    assert any(name.startswith("models/lookups/") for name in found)
    assert [name for name in found if not name.startswith(SELECTORS)] == []


def test_doors_and_flows_write_no_sql() -> None:
    found = {named(path) for path in product_files() if "text" in imported(path, "sqlalchemy")}

    assert [name for name in found if name.split("/")[0] in {"api", "flows", "tasks"}] == []


@pytest.mark.parametrize("module", PURE)
def test_a_rule_knows_no_database(module: str) -> None:
    program = f"import sys, {module}; sys.exit('sqlalchemy' in sys.modules or 'prefect' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_the_casebook_is_the_only_package_that_takes_the_lock_of_a_case() -> None:
    found = {
        named(path) for path in product_files() for call in calls(path)
        if method(call) == "with_for_update" or "case_for_update" in ast.unparse(call.func)
    }  # fmt: skip

    assert [name for name in found if not name.startswith(("models/casebook/", "models/lookups/"))] == []
