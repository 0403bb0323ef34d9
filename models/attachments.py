"""What may be attached: a few kinds of files, recognised by their content and never by their name."""

import re
import unicodedata
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO

import puremagic

from models import images
from models.refusals import FieldError, InvalidFields

LARGEST = 10_000_000  #: bytes of one file
MOST = 20  #: files with one referral
TOGETHER = 50_000_000  #: bytes of all files with one referral

MOST_PARTS = 2_000  #: parts of a text document
MOST_UNPACKED = 200_000_000  #: bytes of all its parts together
MOST_TIMES = 100  #: how many times larger it becomes; a real document stays under twenty

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
TEXT = "text/plain"
#: by the first bytes alone
PLAIN = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
KINDS = "pdf, png, jpg, docx, odt of platte tekst"
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069<>:"/\\|?*]')
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MACROS = re.compile(r"(^|/)(vbaProject\.bin$|Basic/)", re.IGNORECASE)
_OUTSIDE = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")
_ZIP_ENDS, _ZIP_END, _ZIP_LOOKS_BACK, _ZIP_HEADER = b"PK\x05\x06", 22, 66_000, 30
_PAGE, _BROWSER_LOOKS = re.compile(rb"<(script|html|body|iframe|\?php|svg|!doctype)", re.IGNORECASE), 1_500
_STRIPPED = {"image/png": images.png, "image/jpeg": images.jpeg}
#: whether a file is clean; raises NotScanned when that cannot be told
Scan = Callable[[bytes], Awaitable[bool]]
_MARKUP = re.compile(r"\s*<(?:[!?a-zA-Z])")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it is kept: what it is, and its content without what a picture carries along."""

    media_type: str
    content: bytes


def accepted(content: bytes) -> Accepted:
    """A file that may be kept. Raises InvalidFields when it is empty, too large, of another kind or two at once."""
    if not content:
        raise _refused("het bestand is leeg")
    if len(content) > LARGEST:
        raise _refused(f"het bestand is groter dan {LARGEST // 1_000_000} MB")
    kind = _by_magic(content) or _document(content) or _text(content)
    if kind is None:
        raise _refused(f"alleen {KINDS}; dit bestand is iets anders, wat zijn naam ook zegt")
    if kind in _STRIPPED:
        try:
            content = _STRIPPED[kind](content)
        except images.NoPicture:
            raise _refused(
                "deze afbeelding is beschadigd of te groot; sla haar opnieuw op en probeer het dan"
            ) from None
    if kind in PLAIN and _is_two_things(content):
        raise _refused("in dit bestand zit een tweede bestand; stuur alleen het document zelf")
    return Accepted(kind, content)


def media_type(content: bytes) -> str:
    """What a file is, by its content. Raises InvalidFields as `accepted` does."""
    return accepted(content).media_type


def file_name(name: str) -> str:
    """The name under which a file is kept: no folders, no control characters. Raises InvalidFields."""
    bare = _NOT_IN_NAMES.sub("", re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]).strip(" .")
    if not bare:
        raise InvalidFields([FieldError("naam", "geef het bestand een naam")])
    return bare[:200]


def infected() -> InvalidFields:
    """The refusal of a file in which the scanner found something."""
    return _refused("de virusscanner herkent dit bestand als schadelijk; het is niet bewaard")


def _refused(why: str) -> InvalidFields:
    return InvalidFields([FieldError("bestand", why)])


def _by_magic(content: bytes) -> str | None:
    try:
        matches = puremagic.magic_string(content[:4096])
    except (puremagic.PureError, ValueError):
        return None
    return next((one.mime_type for one in matches if one.mime_type in PLAIN), None)


def _is_two_things(content: bytes) -> bool:
    """Whether something else can be read from behind or in front of what it says it is."""
    behind = content[-_ZIP_LOOKS_BACK:]
    if _ZIP_ENDS in behind or _PAGE.search(content[:_BROWSER_LOOKS]):
        return True
    return content.startswith(b"%PDF") and bool(content[content.rfind(b"%%EOF") + 5 :].strip(b"\x00\t\r\n\f "))


def _document(content: bytes) -> str | None:
    """A text document is a zip with a fixed inside; one that carries macros, or is made to burst, is refused."""
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as inside:
            parts = inside.infolist()
            declared = _stored(inside, "mimetype") if "mimetype" in inside.namelist() else ""
            ends = content.rfind(_ZIP_ENDS) + _ZIP_END == len(content)  # nothing behind it, not even a comment
            is_sound = ends and _is_sound(parts, len(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        return None
    names = {one.filename for one in parts}
    if not is_sound or any(_MACROS.search(one) for one in names):
        return None
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        return DOCX
    return ODT if declared == ODT and "content.xml" in names else None


def _is_sound(parts: list[zipfile.ZipInfo], size: int) -> bool:
    """Parts that lie behind each other, unpack to something reasonable, stay in their folder and can be looked into."""
    if not 0 < len(parts) <= MOST_PARTS or len({one.filename for one in parts}) != len(parts):
        return False
    if sum(one.file_size for one in parts) > min(MOST_UNPACKED, MOST_TIMES * size):
        return False
    end = 0
    for one in sorted(parts, key=lambda part: part.header_offset):
        if one.header_offset < end or one.flag_bits & 1 or _OUTSIDE.search(one.filename):
            return False
        end = one.header_offset + _ZIP_HEADER + one.compress_size
    return min(one.header_offset for one in parts) == 0 and end <= size


def _stored(inside: zipfile.ZipFile, name: str) -> str:
    """A short part as it lies there. Nothing is ever unpacked: a few bytes can unpack to more than the memory."""
    part = inside.getinfo(name)
    if part.compress_type != zipfile.ZIP_STORED or part.file_size > 100:  # noqa: PLR2004 - a media type is short
        return ""
    return inside.read(part).decode("ascii", "replace")


def _text(content: bytes) -> str | None:
    """Readable text; what a browser could take for a page is no text."""
    try:
        words = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _NOT_IN_TEXT.search(words) or _MARKUP.match(words) else TEXT
