"""Pages in more than one language: nothing is missing, and no template says anything past the catalogues."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes

from api.workplace import catalogues
from api.workplace.language import TRANSLATED

TEMPLATES = Path(str(catalogues._ROOT)) / "api" / "workplace" / "templates"
#: their words come from answer_words.py, which has both languages
OF_ANSWERS = "antwoord"
#: names, which no language changes
NAMES = frozenset({"Pols", "\N{EN DASH} Pols", "Nederlands", "English"})
_LETTER = re.compile(r"[^\W\d_]")
_ENTITY = re.compile(r"&[a-zA-Z]+;")
_JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
#: a macro that gives attributes stands outside every tag
_ATTRIBUTE = re.compile(r"[a-z-]+=\"[^\"]*\"")
_FILLED_IN = re.compile(r"%\(\w+\)[sd]|{\w*[^}]*}")
_READ_ALOUD = frozenset({"aria-label", "data-kop", "placeholder", "title", "alt"})


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return catalogues.found()


def _parts(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(map(str, text)) if isinstance(text, (tuple, list)) else ()


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (one for one in catalogue if one.id)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_in_the_catalogue_and_translated(texts: Catalog, language: str) -> None:
    kept = catalogues.kept(language)
    asked, known = ({_parts(one.id) for one in _messages(which)} for which in (texts, kept))

    assert {"missing": asked - known, "no longer said": known - asked} == {"missing": set(), "no longer said": set()}, (
        "run `python -m api.workplace.catalogues` and translate what is empty"
    )
    assert [one.id for one in _messages(kept) if one.fuzzy or not all(_parts(one.string))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_the_same_and_adds_no_markup(language: str) -> None:
    for one in _messages(catalogues.kept(language)):
        for dutch, other in zip(_parts(one.id), _parts(one.string), strict=True):
            assert sorted(set(_FILLED_IN.findall(dutch))) == sorted(set(_FILLED_IN.findall(other))), dutch
            assert {mark for mark in '<>"' if mark in other} <= {mark for mark in '<>"' if mark in dutch}, other
            assert (dutch[0] == " ", dutch[-1] == " ") == (other[0] == " ", other[-1] == " "), dutch


def _templates() -> list[Path]:
    return [one for one in sorted(TEMPLATES.rglob("*.html")) if not one.name.startswith(OF_ANSWERS)]


class _Texts(HTMLParser):
    """What a reader of the page gets to read, and to hear."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in _READ_ALOUD]


def bare(source: str) -> list[str]:
    """The words of a template that stand outside `_()`."""
    page = _Texts()
    page.feed(_JINJA.sub(" ", source))
    return [
        one for text in page.found if text not in NAMES
        for one in [_ATTRIBUTE.sub("", _ENTITY.sub("", text))] if _LETTER.search(one)
    ] + list(_spoken(Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(source)))  # fmt: skip


def _spoken(node: nodes.Node) -> Iterator[str]:
    """The sentences in expressions that are not handed to `_()`: a capital, or several words."""
    if isinstance(node, (nodes.Compare, nodes.Getitem, nodes.Filter, nodes.Extends, nodes.Import, nodes.Include)):
        for child in node.iter_child_nodes():
            if not isinstance(child, nodes.Const):
                yield from _spoken(child)
        return
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in {"_", "ngettext"}:
        for each in node.kwargs:
            yield from _spoken(each.value)
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        said = node.value
        if said not in NAMES and re.search(r"^[A-Z][a-zé]|[^\W\d_] [a-z]{2}", said) and not said.startswith(" "):
            yield said
    for child in node.iter_child_nodes():
        yield from _spoken(child)


@pytest.mark.parametrize("template", _templates(), ids=lambda one: one.name)
def test_no_template_says_anything_past_the_catalogue(template: Path) -> None:
    assert bare(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Er is niets</p>", '<td data-kop="Van">{{ x }}</td>', '{{ "Maak een adres" if x else _("Anders") }}',
        '{{ delen.taken(rijen, "U hebt niets.") }}', '<p>{{ _("Casus %(x)s", x=y or "niet bekend") }}</p>',
    ],
)  # fmt: skip
def test_what_stands_past_the_catalogue_is_found(source: str) -> None:
    assert len(bare(source)) == 1
