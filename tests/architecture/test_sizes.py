"""Small enough to read: functions, files, and no sleeping in tests."""

import ast

from tests.architecture.source import functions, length, named, parsed, product_files, proof_files

LONGEST_FUNCTION = 40
LONGEST_FILE = 400
USUAL_FUNCTION = 25  # nine in ten stay under this


def test_no_function_is_longer_than_a_screen() -> None:
    found = [(named(path), function.name, length(function)) for path in product_files() for function in functions(path)]

    assert found, "no functions found: this test would guard nothing"
    assert [entry for entry in found if entry[2] > LONGEST_FUNCTION] == []


def test_nine_functions_in_ten_are_short() -> None:
    lengths = sorted(length(function) for path in product_files() for function in functions(path))

    assert lengths[len(lengths) * 9 // 10] <= USUAL_FUNCTION


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lines = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in product_files()}

    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [named(path) for path in product_files() + proof_files() if not ast.get_docstring(parsed(path))] == []


def test_no_test_sleeps_for_a_fixed_time() -> None:
    tests = [path for path in proof_files() if "bench" not in path.parts]  # which measures, and proves nothing
    assert tests
    assert [named(path) for path in tests for node in ast.walk(parsed(path)) if _sleeps(node)] == []


def _sleeps(node: ast.AST) -> bool:
    """Find `time.sleep(…)` and `asyncio.sleep(…)`; yielding to the loop with `asyncio.sleep(0)` is no sleep."""
    match node:
        case ast.Call(func=ast.Attribute(attr="sleep"), args=[ast.Constant(value=0)]):
            return False
        case ast.Call(func=ast.Attribute(value=ast.Name(id="time" | "asyncio"), attr="sleep")):
            return True
        case _:
            return False
