"""Documents inside other files, through real readers: listed, read, drawn, and never on a disk."""

from __future__ import annotations

import io
import mmap
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.core.documents.document import Document, Format, Member
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.documents import files
from app.documents.files import hold
from app.documents.reader import DocumentReader
from tests.documents.pdf_writer import lines, write_pdf


@pytest.fixture(scope="module")
def reader() -> Iterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    reader.close()


def _zip(packed: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, data in packed.items():
            archive.writestr(name, data)
    return written.getvalue()


def _mail(attached: Mapping[str, bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = "Ada <a@example.org>", "Lease", "Thu, 12 Mar 2026 10:00:00 +0100"
    mail.set_content("See below.")
    for name, data in attached.items():
        mail.add_attachment(data, "application", "octet-stream", filename=name)
    return bytes(mail)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ZIP with a mail with a ZIP with a PDF."""
    path = tmp_path_factory.mktemp("case") / "case.zip"
    inner = _zip({"signed/lease.pdf": write_pdf([lines("The lamp is lit.")], title="The lease")})
    path.write_bytes(
        _zip({"a.txt": b"Some words.", "mails/letter.eml": _mail({"papers.zip": inner}), "empty.txt": b""})
    )
    return path


def _read(reader: DocumentReader, path: Path, member: str = "") -> Document:
    return finish(reader.read(path, Cancel(), member=member))


def test_a_pdf_in_a_zip_in_a_mail_in_a_zip_is_read_and_drawn(reader: DocumentReader, case: Path) -> None:
    text, letter, empty = reader.members(case, Cancel())
    assert (text, letter) == (Member("0", "a.txt", 11), Member("1", "letter.eml", letter.size_bytes, "mails"))
    mail = _read(reader, case, letter.key)
    assert (mail.format, mail.title, mail.facts.date) == (Format.EML, "Lease", "2026-03-12T10:00")
    (papers,) = mail.members
    assert (papers.key, papers.name) == ("1/0", "papers.zip")
    (lease,) = reader.members(case, Cancel(), papers.key)
    assert (lease.key, lease.name, lease.folder) == ("1/0/0", "lease.pdf", "signed")
    pdf = _read(reader, case, lease.key)
    assert (pdf.format, pdf.title, pdf.pages[0].text) == (Format.PDF, "The lease", "The lamp is lit.")
    assert reader.draw_page(case, pdf.sha256, 1, 100, lease.key).width == 100
    assert reader.page_sizes(case, pdf.sha256, lease.key) == ((612.0, 792.0),)
    assert reader.page_layer(case, pdf.sha256, 1, lease.key).text.strip() == "The lamp is lit."
    with pytest.raises(AppError) as raised:
        _read(reader, case, empty.key)
    assert (raised.value.code, raised.value.params) == (Code.FILE_EMPTY, {"path": f"{case}/empty.txt"})


@pytest.mark.usefixtures("near_readers")
def test_the_pages_of_an_attachment_are_drawn(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "letter.eml"
    path.write_bytes(_mail({"lease.pdf": write_pdf([lines("The lamp is lit.")])}))
    (lease,) = _read(reader, path).members
    pdf = _read(reader, path, lease.key)
    assert reader.draw_page(path, pdf.sha256, 1, 100, lease.key).width == 100


@pytest.mark.usefixtures("near_readers")
def test_what_is_not_there_or_too_deep_is_refused(reader: DocumentReader, case: Path) -> None:
    for member, code in (
        ("7", Code.PAGE_UNAVAILABLE),
        ("0/0", Code.PAGE_UNAVAILABLE),
        ("0/0/0/0/0", Code.DOCUMENT_LIMIT),
    ):
        with pytest.raises(AppError) as raised:
            _read(reader, case, member)
        assert raised.value.code is code
    with pytest.raises(AppError) as raised:
        reader.draw_page(case, "5" * 64, 1, 100, "7")
    assert raised.value.code is Code.PAGE_UNAVAILABLE


def _shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")


@pytest.mark.parametrize("without", [lambda _patch: None, _shared_memory], ids=["memfd", "shm"])
def test_what_is_taken_out_has_no_name(
    without: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch)
    fd = hold(b"secret words")
    try:
        assert os.fstat(fd).st_nlink == 0
        with mmap.mmap(fd, 12, access=mmap.ACCESS_READ) as memory:
            assert memory[:] == b"secret words"
    finally:
        os.close(fd)


def test_where_memory_has_no_files_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise OSError("none")

    monkeypatch.setattr(files, "_file_in_memory", refuse)
    with pytest.raises(OSError, match="none"):
        hold(b"secret words")
