"""Making a message: the words of its template in a language, laid out as text and as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from models.messages import Language, MessageKind
from models.texts import blocks, lines
from models.texts.own import Place, words_for
from models.texts.vocabulary import VOCABULARIES, Vocabulary

HERE = Path(__file__).parent
#: a message names no more than this; the rest is in Pols
MOST_LINES = 40
_PRODUCT = "Pols"

Said = tuple[Place, MessageKind | None, Language, str]


@dataclass(frozen=True, slots=True)
class Overrides:
    """What changes a text for one reader: whether they work at the house, and what their house says itself."""

    of_house: bool = False
    said: tuple[Said, ...] = field(default_factory=tuple)
    meeting_word: str = "overleg"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words."""

    subject: str
    text: str
    html: str


@cache
def _environment(folder: str, *, html: bool) -> SandboxedEnvironment:
    return SandboxedEnvironment(
        loader=FileSystemLoader(HERE / folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=html,
    )  # fmt: skip


def letter(template: str, **facts: Any) -> str:  # noqa: ANN401 - what a letter needs differs
    """A letter of the house, which stays inside; a name it does not know is an error, not an empty space."""
    return _environment("letters", html=False).get_template(template).render(**facts)


def message(
    template: str, told: Sequence[Mapping[str, Any]], *, house: str, base_url: str, now: datetime | None = None,
    language: Language = Language.DUTCH, overrides: Overrides | None = None,
) -> Rendered:  # fmt: skip
    """A message in the language of who reads it; `now` is when it is sent. Raises DoesNotFit."""
    kind, words, own = MessageKind(template), VOCABULARIES[language], overrides or Overrides()
    found = blocks.parsed(_words(kind, words, told, language, own, base_url=base_url, now=now))
    signature = (_own(Place.SIGNATURE, kind, language, own) or house).splitlines()
    subject = f"{_PRODUCT}: {words.subjects[kind]}"
    facts = {
        "blocks": _with_own(found, kind, language, own), "signature": signature, "language": language.value,
        "title": words.subjects[kind], "subject": subject,
    }  # fmt: skip
    text = _environment("layout", html=False).get_template("basis.txt").render(**facts).strip()
    html = _environment("layout", html=True).get_template("basis.html").render(**facts)
    return Rendered(subject, text, html)


def _words(
    kind: MessageKind, words: Vocabulary, told: Sequence[Mapping[str, Any]], language: Language, own: Overrides, *,
    base_url: str, now: datetime | None,
) -> str:  # fmt: skip
    """What the template of a kind says, as lines."""
    ordered = lines.in_order([lines.checked(one) for one in told])
    spoken = [
        lines.spoken(one, words, of_house=own.of_house, base_url=base_url, now=now) for one in ordered[:MOST_LINES]
    ]
    first = lines.earliest(ordered)
    word, phones = own.meeting_word, {one["telefoon"] for one in spoken} - {""}
    return _environment(language.value, html=False).get_template(f"{kind}.txt").render(
        regels=spoken, aantal=len(told), meer=len(told) - len(spoken), adres=base_url,
        eerste=words.moment(first) if first else "", groepen=_grouped(spoken, words),
        overleg=words.meeting_words.get(word, word if language is Language.DUTCH else "meeting"),
        telefoon=phones.pop() if len(phones) == 1 else "",
        bereikbaar=_own(Place.PHONE_HOURS, kind, language, own),
    )  # fmt: skip


def _grouped(spoken: Sequence[dict[str, Any]], words: Vocabulary) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lines of a bundle under what each of them would have been by itself, in the order of the kinds."""
    found: dict[MessageKind, list[dict[str, Any]]] = {}
    for one in spoken:
        if one["bericht"]:
            found.setdefault(MessageKind(one["bericht"]), []).append(one)
    return [(words.subjects[kind], found[kind]) for kind in MessageKind if kind in found]


def _own(place: Place, kind: MessageKind, language: Language, own: Overrides) -> str:
    return words_for(place, kind, language, own.said)


def _with_own(found: list[blocks.Block], kind: MessageKind, language: Language, own: Overrides) -> list[blocks.Block]:
    """What the house says itself: after the first paragraph, which says what is asked, and at the end."""
    opening, closing = (
        [
            blocks.Block(blocks.Shape.PARAGRAPH, line)
            for line in _own(place, kind, language, own).splitlines()
            if line.strip()
        ]
        for place in (Place.OPENING, Place.CLOSING)
    )
    return [*found[:1], *opening, *found[1:], *closing]
