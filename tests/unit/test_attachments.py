"""What may be attached: recognised by its content, whatever it is called."""

import io
import zipfile

import pytest

from models import attachments
from models.refusals import InvalidFields
from tests.unit.test_images import jpeg, png


def zipped(**files: str) -> bytes:
    """A zip with these files; a double underscore stands for a slash, a single one in front for a dot."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name, text in files.items():
            made.writestr(name.replace("__", "/"), text)
    return held.getvalue()


def office(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name in names:
            made.writestr(name, "<x/>")
    return held.getvalue()


def squeezed(name: str, content: bytes) -> bytes:
    """A few bytes that unpack to many."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_BZIP2) as made:
        made.writestr(name, content)
        made.writestr("content.xml", "<x/>")
    return held.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF", "application/pdf"),
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (office(*WORD), attachments.DOCX),
        (zipped(mimetype=attachments.ODT, **{"content.xml": "<x/>"}), attachments.ODT),
        ("Verslag van het gesprek: één afspraak.\n".encode(), attachments.TEXT),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, kind: str) -> None:
    assert attachments.media_type(content) == kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "leeg"),
        (b"x" * (attachments.LARGEST + 1), "groter dan 10 MB"),
        (b"MZ\x90\x00" + bytes(60), "iets anders"),
        (b"<html><script>alert(1)</script></html>", "iets anders"),
        (b"  <!doctype html>", "iets anders"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "iets anders"),
        (office("a.exe"), "iets anders"),
        (office(*WORD, "word/vbaProject.bin"), "iets anders"),
        (b"PK\x03\x04 and then nothing", "iets anders"),
        (office(*(f"deel{number}.xml" for number in range(2_001)), *WORD), "iets anders"),
        (squeezed("mimetype", b"x" * 5_000_000), "iets anders"),
        (b"text with a \x00 in it", "iets anders"),
        (bytes(range(128, 256)), "iets anders"),
    ],
)
def test_anything_else_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        attachments.media_type(content)

    assert said in refused.value.errors[0].message


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("brief.pdf", "brief.pdf"), ("../../etc/passwd", "passwd"), ("C:\\map\\brief.pdf", "brief.pdf"),
        ('a"b<c>.pdf', "abc.pdf"), ("regel\r\nX: y.pdf", "regelX y.pdf"), ("x" * 400, "x" * 200),
        ("e\u0301e\u0301n.pdf", "één.pdf"), ("..\\..\\x", "x"), ("a/../../b.pdf", "b.pdf"),
        ("\u202efdp.exe", "fdp.exe"), ("%2e%2e%2fx", "%2e%2e%2fx"),
    ],
)  # fmt: skip
def test_a_name_is_kept_without_what_could_do_harm(given: str, kept: str) -> None:
    assert attachments.file_name(given) == kept


@pytest.mark.parametrize("name", ["", "/", "...", "\x00"])
def test_a_file_has_a_name(name: str) -> None:
    with pytest.raises(InvalidFields):
        attachments.file_name(name)
