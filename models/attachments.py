"""What may be attached: a few kinds of files, recognised by their content and never by their name."""

import re
import zipfile
from io import BytesIO

import puremagic

from models.refusals import FieldError, InvalidFields

LARGEST = 10_000_000  #: bytes of one file
MOST = 20  #: files with one referral
TOGETHER = 50_000_000  #: bytes of all files with one referral

MOST_PARTS = 2_000  #: parts of a text document

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
TEXT = "text/plain"
#: by the first bytes alone
PLAIN = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
KINDS = "pdf, png, jpg, docx, odt of platte tekst"
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069<>:"/\\|?*]')
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"\s*<(?:[!?a-zA-Z])")


def media_type(content: bytes) -> str:
    """What a file is, by its content. Raises InvalidFields when it is empty, too large or of another kind."""
    if not content:
        raise _refused("het bestand is leeg")
    if len(content) > LARGEST:
        raise _refused(f"het bestand is groter dan {LARGEST // 1_000_000} MB")
    found = _by_magic(content) or _document(content) or _text(content)
    if found is None:
        raise _refused(f"alleen {KINDS}; dit bestand is iets anders, wat zijn naam ook zegt")
    return found


def file_name(name: str) -> str:
    """The name under which a file is kept: no folders, no control characters. Raises InvalidFields."""
    bare = re.sub(
        r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069<>:\"/\\|?*]", "", re.split(r"[/\\]", name)[-1]
    ).strip(" .")
    if not bare:
        raise InvalidFields([FieldError("naam", "geef het bestand een naam")])
    return bare[:200]


def _refused(why: str) -> InvalidFields:
    return InvalidFields([FieldError("bestand", why)])


def _by_magic(content: bytes) -> str | None:
    try:
        matches = puremagic.magic_string(content[:4096])
    except (puremagic.PureError, ValueError):
        return None
    return next((one.mime_type for one in matches if one.mime_type in PLAIN), None)


def _document(content: bytes) -> str | None:
    """A text document is a zip with a fixed inside; one that carries macros is refused."""
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as inside:
            names = set(inside.namelist())
            declared = _stored(inside, "mimetype") if "mimetype" in names else ""
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        return None
    if len(names) > MOST_PARTS:
        return None
    if any(one.endswith("vbaProject.bin") or one.startswith("Basic/") for one in names):
        return None
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        return DOCX
    return ODT if declared == ODT and "content.xml" in names else None


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
