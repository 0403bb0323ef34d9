"""Setting a document in type: an accessible PDF (PDF/UA-1), in this process, from data alone.

The one module that knows Typst. The template is ours and all that anybody wrote reaches it as JSON; no package, font or
file is fetched: the fonts are those inside the library. A thread does it, since it is computing, and not many at once.
"""

import asyncio
import json
import logging
import re
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import typst

from models.papers import PURPOSES, Block, Bullets, Heading, Paper, PaperKind, Paragraph, Table, fits
from models.refusals import NotPossible, NotPrinted

TEMPLATE = Path(__file__).parent / "texts" / "papers" / "stuk.typ"
AT_ONCE = 4
#: a full plan takes a tenth of a second
SECONDS = 20.0
#: characters of a word without a place to break it
_LONG_WORD = re.compile(r"\S{40}(?=\S)")
_BREAKABLE = "\u200b"
_MISSING = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
#: more different signs than this that no font of ours has: then all but the letters of Europe are told by number
_MOST_PROBES = 100
_LETTERS = 0x17F
#: dashes, quotation marks, the ellipsis, the euro
_POINTS = frozenset("\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u20ac" + _BREAKABLE)
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029\x0b\x0c]")
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")

_slots = BoundedSemaphore(AT_ONCE)
_log = logging.getLogger("pols.printing")


async def printed(paper: Paper, moment: datetime) -> bytes:
    """The PDF of a document, dated on this moment. Raises NotPossible for what is too long, NotPrinted when busy."""
    if not fits(paper):
        raise NotPossible(
            "Dit stuk is te lang om in één keer te maken. Vraag de leveranciers om lange informatie samen te vatten."
        )
    if not _slots.acquire(blocking=False):
        raise NotPrinted

    going = asyncio.get_running_loop().run_in_executor(_threads(), _in_a_slot, paper, moment)
    try:  # shielded: who gives up waiting takes no work back, or its slot would never be given back either
        made = await asyncio.wait_for(asyncio.shield(going), SECONDS)
    except TimeoutError:
        raise NotPrinted from None
    if made is None:
        raise NotPrinted
    return made


def _in_a_slot(paper: Paper, moment: datetime) -> bytes | None:
    """In a thread: the PDF, or None when that failed. What failed is not told on: it may hold what somebody wrote."""
    try:
        return typeset(paper, moment)
    except Exception as error:  # noqa: BLE001 - of whatever kind, its text stays here
        _log.error("not printed error=%s", type(error).__name__)
        return None
    finally:
        _slots.release()  # when the thread is free


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="printing")


@cache
def _fonts() -> typst.Fonts:
    """Those inside the library, read once."""
    return typst.Fonts(include_system_fonts=False)


@cache
def _source() -> bytes:
    return TEMPLATE.read_bytes()


def typeset(paper: Paper, moment: datetime) -> bytes:
    """The PDF, in the calling thread. Raises TypstError."""
    data = _data(paper)
    missing = _missing(set(json.dumps(data, ensure_ascii=False)))
    try:
        return _compiled(_source(), _told(data, missing), moment)
    except typst.TypstError as error:
        if not _MISSING.search(str(error)):
            raise
    # signs that a font has one by one and not together
    return _compiled(_source(), _told(data, _beyond_letters(set(json.dumps(data, ensure_ascii=False)))), moment)


def _compiled(source: bytes, data: Any, moment: datetime | None = None) -> bytes:  # noqa: ANN401 - JSON is anything
    compiler = typst.Compiler(
        input=source, root=TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True,
        sys_inputs={"stuk": json.dumps(data)},
    )  # fmt: skip
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=int(moment.timestamp()) if moment else None)
    if not isinstance(made, bytes):
        raise TypeError
    return made


# What the template gets


def _data(paper: Paper) -> dict[str, Any]:
    stamp = paper.stamp
    behalf = f"namens {stamp.behalf}"
    cleaned: dict[str, Any] = _clean(
        {
            "title": paper.title, "house": paper.house, "behalf": behalf,
            "across": [f"{stamp.recipient} · {stamp.day}", f"{PURPOSES[stamp.purpose]} · {behalf}"],
            "stamp": [
                f"Exemplaar voor {stamp.recipient}. Niet verder verspreiden.",
                f"Doel: {PURPOSES[stamp.purpose]}. {stamp.day}, {behalf}.",
                f"Kenmerk {paper.reference}",
            ],
            "page": "Bladzijde", "of": "van",
            "address": [f"Aan: {stamp.recipient}"],
            "marks": [
                ["Datum", stamp.day], ["Betreft", paper.about], ["Kenmerk", paper.reference],
                ["Doel", PURPOSES[stamp.purpose]],
            ],
            "blocks": [_block(one) for one in paper.blocks],
            "signature": _signature(paper, behalf),
        }
    )  # fmt: skip
    # a heading of nothing is none: a screen reader would stop at it
    cleaned["blocks"] = [one for one in cleaned["blocks"] if one["kind"] != "heading" or one["text"]]
    return cleaned


def _signature(paper: Paper, behalf: str) -> list[str]:
    greeting = ["Met vriendelijke groet,"] if paper.kind in {PaperKind.ADVICE, PaperKind.CLOSING} else []
    if not paper.signed_by:
        return [*greeting, f"{paper.house}, {behalf}"]
    return [*greeting, paper.signed_by, f"{paper.signed_as}, {behalf}"]


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(text=text, level=level):
            return {"kind": "heading", "level": level, "text": text}
        case Paragraph(text=text, quiet=quiet):
            return {"kind": "paragraph", "quiet": quiet, "text": text}
        case Bullets(items=items):
            return {"kind": "bullets", "items": list(items)}
        case Table(header=header, rows=rows):
            widths = [5] + [3] * (len(header) - 1)
            return {"kind": "table", "header": list(header), "rows": [list(row) for row in rows], "widths": widths}


def _clean(value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    """Every text without what is not meant for readers: controls, and signs that turn the direction of what follows."""
    match value:
        case str():
            return _plain(value)
        case list():
            return [_clean(one) for one in value]
        case dict():
            return {name: _clean(one) for name, one in value.items()}
        case _:
            return value


def _plain(text: str) -> str:
    ended = _EMPTY_LINES.sub("\n\n", _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))).strip()
    kept = "".join(one for one in ended.replace("\t", " ") if one == "\n" or unicodedata.category(one) not in _UNSEEN)
    return _LONG_WORD.sub(lambda found: found[0] + _BREAKABLE, kept)


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


# Signs that no font of ours has


def _missing(signs: set[str]) -> frozenset[str]:
    """Those of these that cannot be printed; asked of the compiler, which names one at a time."""
    unsure = {one for one in signs if ord(one) > _LETTERS and one != _BREAKABLE}
    missing: set[str] = set()
    while rest := sorted(unsure - missing):
        if len(missing) > _MOST_PROBES:
            return _beyond_letters(signs)
        named = _first_missing(" ".join(rest)) & unsure
        if not named:
            break
        missing |= named
    return frozenset(missing)


_PROBE = b"""#set document(title: "-")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))
#json(bytes(sys.inputs.stuk))"""


def _first_missing(signs: str) -> set[str]:
    try:
        _compiled(_PROBE, signs)
    except typst.TypstError as error:
        found = _MISSING.search(str(error))
        if found is None:
            raise
        return set(_unescaped(found[1]))
    return set()


def _unescaped(said: str) -> str:
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), said)


def _beyond_letters(signs: Iterable[str]) -> frozenset[str]:
    return frozenset(one for one in signs if ord(one) > _LETTERS and one not in _POINTS)


def _told(value: Any, missing: frozenset[str]) -> Any:  # noqa: ANN401 - JSON is anything
    """Every sign that cannot be printed by its number, so that nothing is left out unseen."""
    if not missing:
        return value
    match value:
        case str():
            return "".join(f"[U+{ord(one):04X}]" if one in missing else one for one in value)
        case list():
            return [_told(one, missing) for one in value]
        case dict():
            return {name: _told(one, missing) for name, one in value.items()}
        case _:
            return value
