"""The catalogues of the pages: `python -m api.workplace.catalogues` brings them up to date with the code.

What stands in the templates and in the code is found by reading them; the words of the domain are asked of the domain.
A text that is new gets an empty translation, one that is gone goes: a test says what is still to be done.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.workplace import channels, entering, own, pages, post, preferences, trail, wording, wordings
from api.workplace.case import history
from api.workplace.language import TRANSLATED
from models import (
    agenda,
    asking,
    calendars,
    clocks,
    delivery,
    events,
    findings,
    itemwords,
    ladder,
    messages,
    owed,
    papers,
    process,
    projection,
    refusals,
    rights,
    stalled,
    unblock,
    words,
)
from models import preferences as when
from models.casebook import progress
from models.lookups import terms, viewers
from models.phrases import plain
from models.refusals import Refusal
from models.texts.vocabulary import DUTCH


def _refusals(of: type[Refusal]) -> set[type[Refusal]]:
    """What says why in its first argument; who reads a page may be told."""
    below = {one for child in of.__subclasses__() for one in _refusals(child)}
    return {of, *below} - {refusals.InvalidFields, refusals.NotFound, refusals.TooMany}


_ROOT = Path(str(files("api"))).parent
_METHODS = [("**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]
#: functions that take a text, and which of their arguments it is
_KEYWORDS: Mapping[str, Any] = {
    "_": None, "several": (1, 2), "ngettext": (1, 2), "phrase": None, "_who": (3,), "_guest": None,
    "FieldError": (2,), **{one.__name__: None for one in _refusals(Refusal)},
}  # fmt: skip
#: words that a page shows as they are called in the process
_SHOWN: tuple[type[StrEnum], ...] = (
    words.Role, words.Phase, words.DecisionKind, words.DutyKind, words.TermChange, words.Standing,
    words.CommitmentState, words.ContactKind, words.EscalatedTo, words.EscalationEnd, words.GoalState, words.GlassKind,
    words.GlassVerdict, words.ReassignReason, words.Withheld, words.LogPurpose, words.TokenScope, itemwords.Category,
    itemwords.Condition, agenda.Presence, agenda.RepliedBy, asking.Supplied, delivery.Delivery, events.EventKind,
    messages.MessageKind, ladder.Addressee, terms.RungState, words.SearchReason, words.HandoverWay,
)  # fmt: skip

_MONDAY = date(2026, 11, 30)
_CALENDARS = (calendars.WorkingCalendar(), calendars.WorkingCalendar().for_law())


def domain() -> Iterator[str]:
    """The texts that pages show of the domain: its words, and what it says about itself."""
    for shown in _SHOWN:
        yield from map(plain, shown)
    for duty in owed.DUTIES.values():
        yield from map(plain, (*duty.answers, *duty.private))
    for told in (
        pages.SAID, pages.TITLES, pages.REASONS, wording.ROLES, own.WAYS, post.WHY, trail.PURPOSES, channels.KINDS,
        channels.OCCASIONS, wordings.LABELS, preferences.MOMENTS, process.LABELS, process.HELP, delivery.MEANING,
        delivery.SAID, rights.MEANING, papers.TITLES, papers.PURPOSES, messages.ALWAYS, DUTCH.subjects,
        ladder.EXPLANATIONS, viewers.SEEN, viewers.DID, viewers.FUNCTIONS, viewers.SAID_PURPOSES,
    ):  # fmt: skip
        yield from told.values()
    yield from map(plain, (*viewers.SEEN, *viewers.DID, *history.KINDS, *progress.RANK))
    yield from (pages.WENT_WRONG, own.WRONG, entering.NOT_GOOD, entering.TOKEN_NOT_GOOD)
    yield from (*wording.DAYS, *clocks.MONTHS, *_days_off(), clocks.ON_HOLD, clocks.AFTER_CLOSING)
    yield from _told()


def _days_off() -> set[str]:
    years = (date(_MONDAY.year + ahead, 1, 1) + timedelta(days=day) for ahead in range(-3, 5) for day in range(366))
    return {why for day in years for kind in _CALENDARS if (why := kind.why_not(day))}


def _told() -> Iterator[str]:
    for cause in stalled.WORDS.values():
        yield from (cause.name, cause.meaning, cause.act, cause.offer)
    for finding in findings.MEANINGS.values():
        yield from (finding.name, finding.meaning, finding.advice)
    for one, more in projection.WORDS.values():
        yield from (one, more)
    yield from (way.label for way in unblock.WAYS.values())
    yield from (kind.meaning for kind in events.TYPES.values())
    yield from (what for _field, _name, what in preferences.GROUPS)
    yield from (happening.what for happening in when.example_week(_MONDAY))
    yield from rights.Capacity


def found() -> Catalog:
    """Every text there is, with where it stands."""
    made = Catalog(project="Pols", charset="utf-8")
    for folder in ("api/workplace", "models"):
        for name, _line, text, _comments, context in extract_from_dir(
            str(_ROOT / folder), _METHODS, keywords=_KEYWORDS, options_map={"**.html": {"silent": "false"}}
        ):
            made.add(text, locations=[(f"{folder}/{name}", 0)], context=context)
    for text in domain():
        if text:
            made.add(str(text))
    return made


def place(language: str) -> Path:
    """Where a catalogue is kept."""
    return _ROOT / "api" / "workplace" / "locale" / language / "LC_MESSAGES" / "pols.po"


def kept(language: str) -> Catalog:
    """A catalogue as it is committed."""
    with place(language).open("rb") as file:
        return read_po(file, locale=language, domain="pols")


def main() -> None:
    """Bring every catalogue up to date."""
    texts = found()
    for language in TRANSLATED:
        catalogue = kept(language) if place(language).exists() else Catalog(locale=language.value, project="Pols")
        catalogue.update(texts, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        place(language).parent.mkdir(parents=True, exist_ok=True)
        with place(language).open("wb") as file:
            write_po(file, catalogue, width=120, include_lineno=False, sort_output=True, omit_header=True)


if __name__ == "__main__":
    main()
