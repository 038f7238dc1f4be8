"""Files are dropped together: several are read at the same time, each with its row, its password and its way to be
stopped."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from app.core.documents.document import Document, Format, Member, Page
from app.core.errors import Code, Problem
from app.core.machine.secret import Password
from app.services.library import parallel_reading
from app.ui.shelf.rows import BookRow, BookState
from tests.ui.gate import Gate
from tests.ui.room import Room, wait

_AT_ONCE = 4


@pytest.fixture
def drop(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is dropped; several files are read at the same time."""
    monkeypatch.setattr(parallel_reading, "readers_at_once", lambda: _AT_ONCE)
    room.add_conversation("A")
    room.open()
    return tmp_path


def _file(room: Room, folder: Path, name: str, digest: str, *members: str) -> Path:
    """One that the reader can read, and what is inside it."""
    path = folder / name
    path.write_text(digest)
    inside = tuple(Member(str(place), member, 9) for place, member in enumerate(members))
    format, pages = Format.EML if members else Format.TEXT, (Page(1, "1", digest),)
    room.reader.documents[name] = Document(path.stem, format, digest * 64, pages, members=inside)
    for place, member in enumerate(members):
        other = Document(member, Format.TEXT, f"{place}{digest}" * 32, pages)
        room.reader.documents[f"{name}/{place}"] = other
    return path


def _take(room: Room, *paths: Path) -> None:
    room.presenter.shelf_area.openings.take_files(paths)


def _rows(room: Room) -> dict[str, BookRow]:
    return {row.title: row for row in room.presenter.shelf_area.openings.rows(room.shown().id)}


def _titles(room: Room) -> set[str]:
    return {book.title for book in room.presenter.shown.shelf.values()}


def _on_desk(room: Room) -> set[str]:
    return {room.presenter.shown.shelf[ref.book_id].title for ref in room.shown().books}


def test_forty_files_are_read_several_at_the_same_time(room: Room, drop: Path) -> None:
    gates = [Gate() for _number in range(40)]
    paths = list[Path]()
    for number, gate in enumerate(gates):
        path = _file(room, drop, f"letter {number:02}.txt", "0")
        letter = room.reader.documents[path.name]
        room.reader.documents[path.name] = msgspec.structs.replace(letter, sha256=f"{number:064x}")
        room.reader.steps[path.name] = [gate]
        paths.append(path)
    _take(room, *paths)
    wait(lambda: sum(gate.reached.is_set() for gate in gates) == _AT_ONCE)
    assert len(_rows(room)) == len(paths), "each has its row"
    for gate in gates:
        gate.open()
    room.settle()
    assert _on_desk(room) == {path.stem for path in paths}
    assert _rows(room) == {}


def test_a_mail_is_read_once_and_its_attachments_have_rows(room: Room, drop: Path) -> None:
    gate = Gate()
    mail = _file(room, drop, "mail.eml", "a", "terms.txt")
    room.reader.steps["mail.eml/0"] = [gate]
    _take(room, mail)
    wait(lambda: set(_rows(room)) == {"terms"})
    assert not _rows(room)["terms"].on_desk
    assert room.presenter.shelf_area.openings.pending(room.shown().id) == ()
    gate.open()
    room.settle()
    assert room.reader.begun == ["mail.eml", "mail.eml/0"]
    assert (_on_desk(room), _titles(room)) == ({"mail"}, {"mail", "terms.txt"})


def test_a_changed_file_is_a_new_version_of_its_book(room: Room, drop: Path) -> None:
    lease = _file(room, drop, "lease.txt", "a")
    _take(room, lease)
    room.settle()
    (older,) = room.presenter.shown.shelf.values()
    _file(room, drop, "lease.txt", "b")
    os.utime(lease, (1_790_000_000, 1_790_000_000))
    _take(room, lease)
    room.settle()
    (newer,) = [book for book in room.presenter.shown.shelf.values() if book.id != older.id]
    assert room.desk.documents.adding.shelf()[older.id].newer_id == newer.id
    assert newer.title == "lease (2026-09-21)"
    assert _on_desk(room) == {older.title, newer.title}


def test_one_of_several_is_stopped_and_the_others_go_on(room: Room, drop: Path) -> None:
    paths = [_file(room, drop, name, digest) for name, digest in (("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c"))]
    gates = {path.name: Gate() for path in paths}
    room.reader.steps |= {name: [gate] for name, gate in gates.items()}
    _take(room, *paths)
    wait(lambda: all(gate.reached.is_set() for gate in gates.values()))
    room.window.shelf.opening_cancelled.emit(str(paths[1]))
    assert set(_rows(room)) == {"a", "c"}, "its row goes at once"
    _take(room, paths[1])
    wait(lambda: set(_rows(room)) == {"a", "b", "c"})
    room.window.shelf.opening_cancelled.emit(str(paths[1]))
    for name in ("a.txt", "c.txt"):
        gates[name].open()
    room.settle()
    assert _titles(room) == {"a", "c"}
    assert room.desk.documents.adding.unfinished() == (), "a person stopped it: nobody offers it again"


def test_a_mail_is_stopped_with_what_is_inside_it(room: Room, drop: Path) -> None:
    mail = _file(room, drop, "mail.eml", "a", "one.txt", "two.txt")
    gates = [Gate(), Gate()]
    room.reader.steps |= {f"mail.eml/{place}": [gate] for place, gate in enumerate(gates)}
    _take(room, mail)
    wait(lambda: all(gate.reached.is_set() for gate in gates))
    wait(lambda: set(_rows(room)) == {"one", "two"})
    room.window.shelf.opening_cancelled.emit(str(mail / "one.txt"))
    room.settle()
    assert (_rows(room), _titles(room)) == ({}, {"mail"})


def test_a_locked_attachment_is_opened_with_its_password(room: Room, drop: Path) -> None:
    mail = _file(room, drop, "mail.eml", "a", "secret.txt", "bad.txt")
    room.reader.passwords["mail.eml/0"] = "key"
    room.reader.steps["mail.eml/1"] = [Problem(Code.DOCUMENT_DAMAGED, {"path": "bad.txt", "format": "text"})]
    _take(room, mail)
    room.settle()
    assert {title: row.state for title, row in _rows(room).items()} == {
        "secret": BookState.OPENING,
        "bad": BookState.FAILED,
    }
    openings = room.presenter.shelf_area.openings
    openings.unlock(str(mail / "secret.txt"), Password("wrong"))
    room.settle()
    openings.unlock(str(mail / "secret.txt"), Password("key"))
    room.settle()
    assert _titles(room) == {"mail", "secret.txt"}
    assert room.reader.begun.count("mail.eml") == 1
    openings.stop(str(mail / "bad.txt"))
    assert _rows(room) == {}


def test_a_file_that_is_on_the_shelf_is_found_again(room: Room, drop: Path) -> None:
    lease = _file(room, drop, "lease.txt", "a")
    _take(room, lease)
    room.settle()
    (book,) = room.presenter.shown.shelf.values()
    room.presenter.shelf_area.shelf.toggle_desk(book.id)
    link = drop / "link.txt"
    link.symlink_to(lease)
    _take(room, link)
    room.settle()
    assert _on_desk(room) == {book.title}
    assert len(room.desk.documents.library.books()) == 1
