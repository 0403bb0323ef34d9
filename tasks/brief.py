"""A message in one breath, for a telephone: kind of act, day, reference and whom to call. Nothing about anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.clocks import AMSTERDAM
from models.messages import Language, MessageKind
from models.texts.vocabulary import VOCABULARIES
from models.ways import CODE

LONGEST = 300


@dataclass(frozen=True, slots=True)
class _Words:
    code: str
    until: str
    many: str
    before: str
    call: str


_WORDS: Mapping[Language, _Words] = {
    Language.DUTCH: _Words("uw code is", "geldig tot", "onderwerpen", "uiterlijk", "Vragen"),
    Language.ENGLISH: _Words("your code is", "good until", "subjects", "before", "Questions"),
}


def brief(
    template: str, lines: list[dict[str, Any]], *, phone: str = "", language: Language = Language.DUTCH
) -> str:  # fmt: skip
    """The message; a case is never named, only the reference of this recipient."""
    words = _WORDS[language]
    if template == CODE:
        line = lines[0]
        return f"Pols: {words.code} {line['code']}, {words.until} {_at(line['uiterlijk']):%H:%M}."
    said = VOCABULARIES[language]
    about = [*_counted(lines, words), *_first_day(lines, words), *_reference(lines, said.reference)]
    calling = f" {words.call}: {phone}." if phone else ""
    return f"{', '.join((f'Pols: {said.subjects[MessageKind(template)]}', *about))}."[:LONGEST] + calling


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(AMSTERDAM)


def _counted(lines: list[dict[str, Any]], words: _Words) -> list[str]:
    return [f"{len(lines)} {words.many}"] if len(lines) > 1 else []


def _first_day(lines: list[dict[str, Any]], words: _Words) -> list[str]:
    days = sorted(_at(line["uiterlijk"]) for line in lines if line.get("uiterlijk"))
    return [f"{words.before} {days[0].day}-{days[0].month}-{days[0].year}"] if days else []


def _reference(lines: list[dict[str, Any]], called: str) -> list[str]:
    return [f"{called} {lines[0]['kenmerk']}"] if len(lines) == 1 and lines[0].get("kenmerk") else []
