"""Minutes on paper: who was there, and by part of the method the lines that their recipient may read. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.itemwords import Reliability
from models.papers import Block, Bullets, Heading, Paragraph, Pledged, day, pledges


@dataclass(frozen=True, slots=True)
class Minuted:
    """A line of the minutes: what was said, from whom and how sure; whether it contradicts the line before it."""

    said: str
    whose: str = ""
    reliability: Reliability = Reliability.UNJUDGED
    disputes: bool = False
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """The content of the minutes of one meeting."""

    held_on: date
    present: Sequence[str]
    absent: Sequence[str]
    parts: Sequence[tuple[str, Sequence[Minuted]]]
    adopted: bool = False
    commitments: Sequence[Pledged] = ()


def minutes(facts: MinutesFacts) -> tuple[Block, ...]:
    """Who was there, what came of it, what was said and what was pledged."""
    stands = "" if facts.adopted else " Dit verslag is nog niet vastgesteld."
    blocks: list[Block] = [Paragraph(f"Gehouden op {day(facts.held_on)}.{stands}")]
    for heading, names in (("Aanwezig", facts.present), ("Genodigd en niet aanwezig", facts.absent)):
        if names:
            blocks += [Heading(heading), Bullets(tuple(names))]
    for heading, lines in facts.parts:
        blocks += [Heading(heading), *(block for line in lines for block in _minuted(line))] if lines else []
    if facts.commitments:
        blocks += pledges(facts.commitments)
    return tuple(blocks)


def _minuted(line: Minuted) -> Iterable[Block]:
    yield Paragraph(f"Anders gezien: {line.said}" if line.disputes else line.said)
    sure = "" if line.reliability is Reliability.UNJUDGED else f" ({line.reliability.replace('_', ' ')})"
    later = "Later gecorrigeerd door de leverancier." if line.corrected else ""
    from_whom = f"{line.whose}{sure}." if line.whose else ""
    if from_whom or later:
        yield Paragraph(" ".join(filter(None, (from_whom, later))), quiet=True)
