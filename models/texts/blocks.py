"""The shape of a message: what a template of words says, line by line, as paragraphs, lists and links.

A template in a language is plain lines: `# ` begins a heading, `- ` an item of a list (what is indented under it
belongs to it), and `[what it does](address)` is a link; the rest are paragraphs. The layouts make text and HTML of it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What a block is."""

    HEADING = "kop"
    PARAGRAPH = "alinea"
    LIST = "lijst"
    LINK = "verwijzing"


@dataclass(frozen=True, slots=True)
class Link:
    """What it does when it is followed, and the address itself, since many distrust links."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something of a list: what it says, line by line, and where it leads."""

    lines: tuple[str, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a message; which of the fields it has follows from its shape."""

    shape: Shape
    text: str = ""
    link: Link | None = None
    items: tuple[Item, ...] = ()


_LINK = re.compile(r"\[(?P<label>[^\]]+)\]\((?P<address>[^)\s]+)\)")


def parsed(rendered: str) -> list[Block]:
    """The blocks of what a template of words rendered."""
    found: list[Block] = []
    items: list[list[str]] = []
    for line in (*rendered.splitlines(), ""):
        if line.startswith("- "):
            items.append([line[2:].strip()])
        elif items and line.startswith("  "):
            items[-1].append(line.strip())
        elif line.strip():
            found += _ended(items)
            found.append(_single(line.strip()))
    return [*found, *_ended(items)]


def _ended(items: list[list[str]]) -> list[Block]:
    """The list that stood open, which this closes."""
    made = [Block(Shape.LIST, items=tuple(_item(lines) for lines in items))] if items else []
    items.clear()
    return made


def _item(lines: list[str]) -> Item:
    links = [_link(line) for line in lines]
    plain = tuple(line for line, link in zip(lines, links, strict=True) if link is None)
    return Item(plain, tuple(link for link in links if link is not None))


def _single(line: str) -> Block:
    link = _link(line)
    if link is not None:
        return Block(Shape.LINK, link=link)
    return Block(Shape.HEADING, line[2:]) if line.startswith("# ") else Block(Shape.PARAGRAPH, line)


def _link(line: str) -> Link | None:
    found = _LINK.fullmatch(line)
    return Link(found["label"], found["address"]) if found else None
