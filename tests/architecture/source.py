"""Reads our own source: which files there are, and what stands in them."""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("api", "deployments", "flows", "models", "tasks")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def product_files() -> list[Path]:
    """Give every Python file of the five packages, without the migrations, which are facts and not code."""
    files = [path for package in OURS for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in files if path.parent.parts[-2:] != ("migrations", "versions")]


def proof_files() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
