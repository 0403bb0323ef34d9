"""Pictures without what they carry along: where and with what they were made, and what was hidden behind them.

Parts are taken over or left out as they lie there; no picture is ever unpacked. What is no whole picture is refused,
and what lies behind one is cut off, which also ends files that are two things at once.
"""

import re
from collections.abc import Iterator
from zlib import crc32

MOST_PIXELS = 100_000_000  #: a larger picture is made to fill a memory
PNG = b"\x89PNG\r\n\x1a\n"
_SHOWN = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
})  # fmt: skip
JPEG = b"\xff\xd8"
_END, _SCAN = 0xD9, 0xDA
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
#: application parts that the colours need; every other (EXIF, XMP, IPTC, maker notes, previews) stays behind
_NEEDED = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
_CARRIED, _COMMENT = range(0xE0, 0xF0), 0xFE


class NoPicture(ValueError):
    """It is not a whole picture."""


def png(content: bytes) -> bytes:
    """A PNG with what is shown and nothing else. Raises NoPicture."""
    kept, at = [PNG], len(PNG)
    for kind, part in _chunks(content, at):
        if len(kept) == 1:
            _must_fit(kind == b"IHDR", int.from_bytes(part[8:12], "big"), int.from_bytes(part[12:16], "big"))
        if kind in _SHOWN:
            kept.append(part)
    return b"".join(kept)


def _chunks(content: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk up to the end of the picture."""
    kind = b""
    while kind != b"IEND":
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        kind, part = content[at + 4 : at + 8], content[at:end]
        if end > len(content) or not kind.isalpha() or crc32(part[4:-4]) != int.from_bytes(part[-4:], "big"):
            raise NoPicture
        yield kind, part
        at = end


def jpeg(content: bytes) -> bytes:
    """A JPEG with what is shown and nothing else. Raises NoPicture."""
    kept, shown = [JPEG], False
    for marker, part in _segments(content):
        if marker in _FRAMES:
            shown = True
            _must_fit(len(part) > 9, int.from_bytes(part[5:7], "big"), int.from_bytes(part[7:9], "big"))  # noqa: PLR2004
        if marker == _COMMENT or (marker in _CARRIED and not _is_needed(marker, part)):
            continue
        kept.append(part)
    if not shown:
        raise NoPicture
    return b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Every segment up to the end of the picture, a scan with what it scans."""
    at, marker = len(JPEG), 0
    while marker != _END:
        if content[at : at + 1] != b"\xff" or at + 2 > len(content):
            raise NoPicture
        marker = content[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a byte that fills up
            at += 1
            continue
        end = _end_of(content, at, marker)
        yield marker, content[at:end]
        at = end


def _end_of(content: bytes, at: int, marker: int) -> int:
    if marker == _END or marker in _ALONE:
        return at + 2
    length = int.from_bytes(content[at + 2 : at + 4], "big")
    end = at + 2 + length
    if length < 2 or end > len(content) or marker == 0:  # noqa: PLR2004 - the length counts itself
        raise NoPicture
    if marker != _SCAN:
        return end
    found = _NEXT.search(content, end)
    if found is None:
        raise NoPicture
    return found.start()


def _is_needed(marker: int, part: bytes) -> bool:
    start = _NEEDED.get(marker)
    return start is not None and part[4:].startswith(start)


def _must_fit(is_picture: bool, first: int, second: int) -> None:  # noqa: FBT001 - one condition more
    if not is_picture or not 0 < first * second <= MOST_PIXELS:
        raise NoPicture
