"""A message in one breath, for a telephone: kind of act, day, reference and whom to call. Nothing about anybody."""

from datetime import datetime
from typing import Any

from models.clocks import AMSTERDAM
from models.ways import CODE
from tasks.texts import SUBJECTS

LONGEST = 300


def brief(template: str, lines: list[dict[str, Any]], *, phone: str = "") -> str:
    """The message; a case is never named, only the reference of this recipient."""
    if template == CODE:
        line = lines[0]
        return f"Pols: uw code is {line['code']}, geldig tot {_at(line['uiterlijk']):%H:%M}."
    parts = [f"Pols: {SUBJECTS[template]}", *_counted(lines), *_first_day(lines), *_reference(lines)]
    calling = f" Vragen: {phone}." if phone else ""
    return f"{', '.join(parts)}."[:LONGEST] + calling


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(AMSTERDAM)


def _counted(lines: list[dict[str, Any]]) -> list[str]:
    return [f"{len(lines)} onderwerpen"] if len(lines) > 1 else []


def _first_day(lines: list[dict[str, Any]]) -> list[str]:
    days = sorted(_at(line["uiterlijk"]) for line in lines if line.get("uiterlijk"))
    return [f"uiterlijk {days[0].day}-{days[0].month}-{days[0].year}"] if days else []


def _reference(lines: list[dict[str, Any]]) -> list[str]:
    return [f"kenmerk {lines[0]['kenmerk']}"] if len(lines) == 1 and lines[0].get("kenmerk") else []
