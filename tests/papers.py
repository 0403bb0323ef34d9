"""Looking into a PDF: its structure, its text, and everything that is in it at all."""

import zlib
from collections import Counter
from io import BytesIO
from typing import Any

import pikepdf
from pypdf import PdfReader


def pages(pdf: bytes) -> list[str]:
    """The text of each page, on one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    """The text of the whole document, on one line."""
    return " ".join(pages(pdf))


def tags(pdf: bytes) -> Counter[str]:
    """How often each kind of element is in the structure that a screen reader follows."""
    found: Counter[str] = Counter()
    with pikepdf.open(BytesIO(pdf)) as opened:
        todo: list[Any] = [opened.Root.StructTreeRoot]
        while todo:
            one = todo.pop()
            if isinstance(one, pikepdf.Array):
                todo += list(one)
            elif isinstance(one, pikepdf.Dictionary):
                if "/S" in one:
                    found[str(one.S).removeprefix("/")] += 1
                if "/K" in one:
                    todo.append(one.K)
    return found


def everything(pdf: bytes) -> str:
    """All text, the metadata, and every object and stream with its compression undone: nothing is anywhere else."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert list(opened.attachments) == []
        parts = [words(pdf), str(dict(opened.docinfo)), str(opened.open_metadata())]
        for one in opened.objects:
            parts.append(repr(one))
            if isinstance(one, pikepdf.Stream):
                try:
                    parts.append(one.read_bytes().decode("latin-1"))
                except (pikepdf.PdfError, zlib.error):
                    parts.append(one.read_raw_bytes().decode("latin-1"))
    return "\n".join([*parts, pdf.decode("latin-1")])
