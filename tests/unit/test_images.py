"""Pictures are kept without what they carry along, and what hides behind or in front of a file is not let in."""

import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import attachments, images
from models.refusals import InvalidFields

SECRET = b"Hendrik 52.0907N 5.1214E"


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(*between: bytes, width: int = 1, height: int = 1) -> bytes:
    """A picture of one grey dot, with these chunks in it."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    dot = chunk(b"IDAT", zlib.compress(b"\x00\x80"))
    return images.PNG + chunk(b"IHDR", head) + b"".join(between) + dot + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2, "big") + data


def jpeg(*between: bytes, width: int = 8, height: int = 8) -> bytes:
    """The parts of a picture, with these segments in it; its scan has a stuffed byte and a restart."""
    frame = segment(0xC0, bytes([8]) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes([1, 1, 0x11, 0]))
    tables = segment(0xDB, bytes(65)) + segment(0xC4, bytes(17) + b"\x00")
    scan = segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\x12\xff\x00\x34\xff\xd0\x56"
    return images.JPEG + segment(0xE0, b"JFIF\x00\x01") + b"".join(between) + tables + frame + scan + b"\xff\xd9"


EXIF, XMP = segment(0xE1, b"Exif\x00\x00" + SECRET), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + SECRET)
COLOURS = segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + bytes(20))


def zip_of(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(name, content)
    return held.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(InvalidFields) as refusal:
        attachments.accepted(content)
    return refusal.value.errors[0].message


@pytest.mark.parametrize(
    "carried",
    [
        chunk(b"tEXt", b"Author\x00" + SECRET), chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + SECRET),
        chunk(b"eXIf", b"MM\x00*" + SECRET), chunk(b"tIME", bytes(7)), chunk(b"caNv", SECRET),
    ],
)  # fmt: skip
def test_a_png_is_kept_without_what_it_carries(carried: bytes) -> None:
    assert attachments.accepted(png(carried)) == attachments.Accepted("image/png", png())


@pytest.mark.parametrize(
    "carried", [EXIF, XMP, segment(0xED, b"Photoshop 3.0\x00" + SECRET), segment(0xFE, SECRET), segment(0xE5, SECRET)]
)
def test_a_jpeg_is_kept_without_what_it_carries_and_with_its_colours(carried: bytes) -> None:
    assert attachments.accepted(jpeg(carried, COLOURS)) == attachments.Accepted("image/jpeg", jpeg(COLOURS))


@pytest.mark.parametrize("picture", [png(), jpeg(COLOURS)])
@pytest.mark.parametrize(
    "behind", [SECRET, zip_of("a.exe", b"MZ"), b"<script>alert(1)</script>", jpeg(EXIF), b"\x00" * 9]
)
def test_what_hides_behind_a_picture_is_cut_off(picture: bytes, behind: bytes) -> None:
    assert attachments.accepted(picture + behind).content == picture


@pytest.mark.parametrize(
    "broken",
    [
        png()[:-4], png().replace(b"IEND", b"IENE"), png(width=20_000, height=20_000), png(width=0),
        images.PNG + chunk(b"IDAT", b""), jpeg()[:-2], jpeg(width=60_000, height=60_000), jpeg(segment(0xE1, b"x")[:3]),
        images.JPEG + b"\xff\xe0\x00\x10JFIF\x00\x01" + bytes(30) + b"\xff\xd9",
        images.JPEG + segment(0xE0, b"JFIF\x00") + b"\xff\xd9",
    ],
)  # fmt: skip
def test_what_is_no_whole_picture_is_refused(broken: bytes) -> None:
    assert "afbeelding" in refused(broken)


@given(st.binary(max_size=200), st.sampled_from([png(), jpeg()]), st.integers(0, 400))
def test_whatever_is_done_to_a_picture_it_is_a_picture_or_refused(noise: bytes, picture: bytes, at: int) -> None:
    strip = images.png if picture.startswith(images.PNG) else images.jpeg
    try:
        kept = strip(picture[:at] + noise + picture[at + len(noise) :])
    except images.NoPicture:
        return
    assert strip(kept) == kept


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"


@pytest.mark.parametrize(
    "double",
    [
        PDF + zip_of("a.exe", b"MZ"), PDF + b"<html>", PDF.replace(b"<<>>", b"<script>alert(1)</script>"),
        PDF.replace(b"%%EOF", zip_of("a", b"") + b"%%EOF"), png(chunk(b"iCCP", b"x" + b"<script>1</script>")),
    ],
)  # fmt: skip
def test_what_is_two_files_at_once_is_refused(double: bytes) -> None:
    assert "tweede bestand" in refused(double)


def document(**more: bytes) -> bytes:
    """A Word file with these parts more."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in ({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"} | more).items():
            made.writestr(name, content)
    return held.getvalue()


def test_a_document_that_bursts_is_refused_without_being_unpacked() -> None:
    bomb = document(**{"word/media/x.xml": bytes(150_000_000)})

    assert len(bomb) < 200_000
    assert "iets anders" in refused(bomb)


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "C:/x.exe", "word/../../x", "..\\x.exe", "WORD/VBAPROJECT.BIN"]
)
def test_a_document_with_a_part_outside_its_folder_or_with_macros_is_refused(name: str) -> None:
    assert attachments.accepted(document(**{"word/media/foto.xml": b"x"})).media_type == attachments.DOCX
    assert "iets anders" in refused(document(**{name: b"x"}))


def test_a_document_with_something_in_front_or_behind_or_with_parts_that_overlap_is_refused() -> None:
    whole = document()
    again = bytearray(whole)
    first, second = (at for at in range(len(whole)) if whole[at : at + 4] == b"PK\x01\x02")
    again[second + 42 : second + 46] = again[first + 42 : first + 46]

    for changed in (b"PK\x03\x04" + whole, whole + b"MZ", bytes(again)):
        assert "iets anders" in refused(changed)
