"""What others made and we ship: as they published it, under a licence that lets us, and used by our pages."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from api.workplace import files
from tests.architecture.source import ROOT

STATIC = ROOT / "api" / "workplace" / "static"
TEMPLATES = sorted((ROOT / "api" / "workplace" / "templates").rglob("*.html"))
PACKAGES = json.loads((STATIC / "packages.json").read_text(encoding="utf-8"))
OURS = {"pols.css", "pols.svg", "theme.css", "packages.json"}


def test_every_file_of_others_is_as_they_published_it() -> None:
    published = {one["file"]: one["sha256"] for one in PACKAGES}
    kept = {
        str(one.relative_to(STATIC)): sha256(one.read_bytes()).hexdigest()
        for one in STATIC.rglob("*")
        if one.suffix in {".css", ".js"} and one.name not in OURS
    }

    assert kept == published


def test_every_file_of_others_comes_with_a_licence_that_lets_us() -> None:
    assert {one["license"] for one in PACKAGES} <= {"EUPL-1.2", "MIT", "0BSD", "CC0-1.0"}
    assert [one["file"] for one in PACKAGES if not list((STATIC / one["file"]).parent.glob("LICENSE*"))] == []


def style() -> str:
    return files._style().decode()


def test_the_style_sheet_asks_nothing_of_another_place() -> None:
    assert re.findall(r"@import|url\(|sourceMappingURL", style()) == []


def used(template: str) -> set[str]:
    """The classes of a template; what is filled in is none."""
    found = re.findall(r'class="((?:{{.*?}}|[^"{])*)"', template)
    literal = re.sub(r"[\w-]*{[{%].*?[%}]}[\w-]*", " ", " ".join(found))
    return set(literal.split())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_a_template_uses_only_classes_that_the_style_sheet_knows(template: Path) -> None:
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", style()))

    assert used(template.read_text(encoding="utf-8")) - known == set()


def test_the_dark_scheme_has_a_value_for_every_colour_of_the_light_one() -> None:
    theme = (STATIC / "theme.css").read_text(encoding="utf-8")
    light, dark = theme.split("@media (prefers-color-scheme: dark)")
    colours = {name for name, value in re.findall(r"(--pols-[\w-]+):\s*(#\w+)", light) if value}

    assert colours - set(re.findall(r"(--pols-[\w-]+):\s*#\w+", dark)) == set()
    assert len(colours) > 15
