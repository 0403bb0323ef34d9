"""Dutch sentences that remember how they were made, so that a page can say them in another language. Pure."""

from collections.abc import Iterable, Mapping
from typing import Self


class Phrase(str):
    """A Dutch text: what it was made of (`template`, and `values` that may be phrases themselves) goes along."""

    __slots__ = ("small", "template", "values")

    template: str
    values: Mapping[str, object]
    small: bool

    def __new__(cls, said: str, template: str, values: Mapping[str, object], *, small: bool = False) -> Self:
        """The text as Dutch says it; `small`: within a sentence, without its capital."""
        made = super().__new__(cls, said)
        made.template, made.values, made.small = template, values, small
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[object, ...], dict[str, object]]:
        """What a copy is made of."""
        return (str(self), self.template, dict(self.values)), {"small": self.small}


def phrase(template: str, **values: object) -> Phrase:
    """A sentence with things filled in: `phrase("De taak {what} is af", what=...)`."""
    return Phrase(template.format(**values), template, values)


def listed(parts: Iterable[str]) -> Phrase:
    """Several of them after each other."""
    given = {f"part{number}": one for number, one in enumerate(parts)}
    template = ", ".join(f"{{{name}}}" for name in given)
    return phrase(template, **given)


def plain(code: str) -> str:
    """A word of the process as people read it: a capital, and spaces instead of underscores."""
    words = str(code).replace("_", " ")
    return words[:1].upper() + words[1:]


def word(code: object) -> Phrase:
    """A word of the process within a sentence; nothing when there is none."""
    said = str(code or "")
    return Phrase(said.replace("_", " "), plain(said), {}, small=True)
