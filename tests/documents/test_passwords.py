"""Protected PDFs: opened by either password, which is asked for once and stands nowhere."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.core.work import Cancel
from app.documents.formats.contract import Content
from app.documents.protocol import DrawPage, Parse
from app.documents.reader import DocumentReader
from app.documents.worker import page_image, parse
from app.ui.kit.jobs import Done, Failed
from tests.documents.locksmith import REVISIONS, lock
from tests.documents.pdf_writer import show, write_pdf
from tests.endings import as_events

LINE = "Everybody sees this line."
SECRET = "Kellerschlüssel-7"


def _parse(data: bytes, password: str | None) -> Document:
    return parse(Content("file.pdf", data, "", Password(password) if password else None), lambda done, total: None)


def _code(data: bytes, password: str | None) -> Code:
    with pytest.raises(AppError) as raised:
        _parse(data, password)
    assert raised.value.params == {"path": "file.pdf"}
    return raised.value.code


@pytest.fixture
def reader(near_readers: None) -> Iterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    reader.close()


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "locked.pdf"
    path.write_bytes(lock(write_pdf([show(LINE)]), user=SECRET))
    return path


def _read(reader: DocumentReader, path: Path, password: str | None = None) -> Document | Code:
    *_, ending = as_events(reader.read(path, Cancel(), Password(password) if password else None))
    assert isinstance(ending, Done | Failed)
    return ending.result if isinstance(ending, Done) else ending.problem.code


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize(("user", "owner"), [("secret", "other"), ("Straße", "Eigentümer")])
def test_either_password_opens_it(revision: int, user: str, owner: str) -> None:
    data = lock(write_pdf([show(LINE)]), user=user, owner=owner, revision=revision)
    assert _code(data, None) is Code.DOCUMENT_PASSWORD_NEEDED
    assert _code(data, user.upper()) is Code.DOCUMENT_PASSWORD_WRONG
    for password in (user, owner):
        assert [page.text for page in _parse(data, password).pages] == [LINE]
    assert page_image(Content("file.pdf", data, "", Password(user)), 1, 100).width == 100


def test_a_password_of_any_script_opens_it() -> None:
    data = lock(write_pdf([show(LINE)]), user="秘密の鍵 🔑", owner="所有者")
    assert [page.text for page in _parse(data, "秘密の鍵 🔑").pages] == [LINE]


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_anybody_may_read_needs_none(revision: int) -> None:
    data = lock(write_pdf([show(LINE)]), user="", revision=revision)
    assert [page.text for page in _parse(data, None).pages] == [LINE]


def test_pages_are_drawn_without_asking_again_until_the_desk_is_closed(
    reader: DocumentReader, locked: Path, tmp_path: Path
) -> None:
    assert _read(reader, locked) is Code.DOCUMENT_PASSWORD_NEEDED
    assert _read(reader, locked, "wrong") is Code.DOCUMENT_PASSWORD_WRONG
    document = _read(reader, locked, SECRET)
    assert isinstance(document, Document)
    assert reader.draw_page(locked, document.sha256, 1, 80).width == 80
    for number in range(3):  # so many that the reader of the first is ended
        other = tmp_path / f"{number}.pdf"
        other.write_bytes(write_pdf([show(LINE)]))
        assert isinstance(_read(reader, other), Document)
    assert reader.draw_page(locked, document.sha256, 1, 80).width == 80
    reader.close()
    later = DocumentReader()
    try:
        for _try in range(2):
            with pytest.raises(AppError) as raised:
                later.draw_page(locked, document.sha256, 1, 80)
            assert raised.value.code is Code.DOCUMENT_PASSWORD_NEEDED
    finally:
        later.close()


def test_a_password_is_shown_nowhere(reader: DocumentReader, locked: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    for event in as_events(reader.read(locked, Cancel(), Password(SECRET))):
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # one that ended
                seen += child.cmdline()
                with contextlib.suppress(psutil.AccessDenied):  # only root may look into a hardened process
                    seen += child.environ().values()
        seen.append(repr(event))
    _read(reader, locked, f"not {SECRET}")
    password = Password(SECRET)
    orders = (Parse("a", password), DrawPage("a", "b", 1, 1, password), Content("a", b"", "", password))
    seen += [caplog.text, str(password), f"{password!r}", *map(repr, orders), repr(msgspec.structs.replace(password))]
    assert seen
    assert caplog.text
    assert not [text for text in seen if SECRET in text]
