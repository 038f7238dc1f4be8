"""Highlights in a copy of a PDF, as qpdf, a library of others, reads them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import pikepdf
import pytest

from app.core.documents.note import Marker
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.documents.formats.contract import Content
from app.documents.layer import Layer
from app.documents.pdf.highlights import COLOURS, annotated
from app.documents.protocol import Highlight
from app.documents.reader import DocumentReader
from app.documents.worker import page_layer, parse
from tests.documents.pdf_writer import show, write_pdf

WORDS = "the rent of the wharf"
TEXT = show(f"The Tenant pays {WORDS} monthly.", x=100, y=500) + show("Nothing else is due.", x=100, y=480)


@pytest.fixture
def reader() -> Iterator[DocumentReader]:
    with closing(DocumentReader()) as made:
        yield made


def highlight(data: bytes, page: int = 1, password: Password | None = None) -> Highlight:
    layer = Layer(page_layer(Content("a.pdf", data, "", password), page))
    found = layer.find_quotation(WORDS)
    assert found is not None
    return Highlight(page, layer.bands(*found), Marker.BLUE, "Which one? 埠頭", "note-1", "D:20261127120000Z")


def notes_of(data: bytes, password: str = "") -> Iterator[tuple[int, pikepdf.Object]]:
    with pikepdf.open(io.BytesIO(data), password=password) as pdf:
        assert pdf.check_pdf_syntax() == []
        for number, page in enumerate(pdf.pages, 1):
            yield from ((number, annotation) for annotation in page.get("/Annots", ()))


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("cropped", ["", "/CropBox [50 100 500 700]"])
def test_another_library_finds_them_at_the_words(turned: int, cropped: str) -> None:
    data = write_pdf([show("First."), TEXT], page_entries=f"/Rotate {turned} {cropped}")
    copy = annotated(Content("a.pdf", data, ""), (highlight(data, 2),))
    ((page, found),) = notes_of(copy)
    assert (page, str(found.Subtype), str(found.Contents), str(found.NM)) == (
        2,
        "/Highlight",
        "Which one? 埠頭",
        "note-1",
    )
    assert [round(255 * float(share)) for share in found.C] == list(COLOURS[Marker.BLUE])
    quad = [float(edge) for edge in found.QuadPoints]
    left, right = min(quad[::2]), max(quad[::2])
    bottom, top = min(quad[1::2]), max(quad[1::2])
    assert [float(edge) for edge in found.Rect] == pytest.approx([left, bottom, right, top], abs=0.1)
    assert (left, right) == pytest.approx((193.38, 300.09), abs=0.1), "of Helvetica's widths, in the page's own points"
    assert bottom < 500 < top < 515


def test_a_note_about_the_whole_page_is_a_comment() -> None:
    data = write_pdf([TEXT])
    copy = annotated(Content("a.pdf", data, ""), (Highlight(1, (), None, "All of it."),))
    ((_page, found),) = notes_of(copy)
    assert (str(found.Subtype), str(found.Contents)) == ("/Text", "All of it.")


def test_the_text_and_the_comments_of_the_copy_are_read_again() -> None:
    data = write_pdf([TEXT])
    copy = annotated(Content("a.pdf", data, ""), (highlight(data),))
    before, after = (parse(Content("a.pdf", each, "0" * 64), lambda _done, _total: None) for each in (data, copy))
    assert before.pages[0].text == after.pages[0].text
    assert "Which one? 埠頭" in after.pages[0].hidden


@pytest.mark.parametrize("revision", [3, 4, 6])
def test_what_is_encrypted_stays_so_and_opens_with_its_password(revision: Literal[3, 4, 6]) -> None:
    encrypted = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_pdf([TEXT]))) as pdf:
        plain = revision == 3
        pdf.save(
            encrypted,
            encryption=pikepdf.Encryption(owner="owner", user="user", R=revision, aes=not plain, metadata=not plain),
        )
    data, password = encrypted.getvalue(), Password("user")
    copy = annotated(Content("a.pdf", data, "", password), (highlight(data, password=password),))
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(copy))
    ((_page, found),) = notes_of(copy, "user")
    assert str(found.Contents) == "Which one? 埠頭"
    assert WORDS.encode() not in copy


def test_a_page_that_is_not_there_is_named() -> None:
    with pytest.raises(AppError) as raised:
        annotated(Content("a.pdf", write_pdf([TEXT]), ""), (Highlight(2, ()),))
    assert (raised.value.code, raised.value.params) == (Code.PAGE_UNAVAILABLE, {"path": "a.pdf", "page": 2})


def test_the_reader_writes_them_in_its_sandbox_and_leaves_the_file_alone(
    reader: DocumentReader, tmp_path: Path
) -> None:
    path = tmp_path / "lease.pdf"
    path.write_bytes(data := write_pdf([TEXT]))
    copy = reader.annotated_copy(path, hashlib.sha256(data).hexdigest(), (highlight(data),))
    assert [str(found.Contents) for _page, found in notes_of(copy)] == ["Which one? 埠頭"]
    assert path.read_bytes() == data
    again = reader.annotated_copy(path, hashlib.sha256(data).hexdigest(), (highlight(data),))
    assert len(list(notes_of(again))) == 1, "it begins with the file, not with the copy before"
