"""Folders are added: what is new, changed, double, gone or damaged in them; how it goes on after an interruption."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.sources import Adding, FileBegun, FileEnded, FilesFound, PlaceState, SourcePlace
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Password
from app.core.work import Cancel, finish
from app.isolation import fork_server
from app.services.library import parallel_reading
from app.services.library.folder_adding import AddingReport
from app.services.library.parallel_reading import AddingPause, NamedFile
from app.services.services import Services
from app.store.sources import Sources
from tests import work
from tests.documents.locksmith import lock
from tests.documents.pdf_writer import show, write_pdf
from tests.services.near_reader import NearReader
from tests.ui.fakes import open_desk
from tests.whole import open_desk as open_real_desk


@pytest.fixture
def reader() -> NearReader:
    return NearReader()


@pytest.fixture
def desk(tmp_path: Path, reader: NearReader) -> Iterator[Services]:
    made = open_desk(tmp_path / "desk", reader=reader).desk  # type: ignore[arg-type]
    yield made
    made.close()


@pytest.fixture
def case(tmp_path: Path) -> Path:
    made = tmp_path / "case"
    _write(made, **{"lease.txt": "Lease\nThe rent is 1,200.", "old/letter.txt": "Letter", "old/map.txt": "Map\nof it"})
    return made


def _write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _age(file: Path, seconds: int = 9) -> None:
    """Make it look as if it had been written so much later."""
    later = file.stat().st_mtime_ns + seconds * 10**9
    os.utime(file, ns=(later, later))


def _add(desk: Services, *paths: Path, retry: bool = False) -> AddingReport:
    return finish(desk.documents.adding.add(paths, Cancel(), retry=retry))


def _titles(desk: Services) -> set[str]:
    return {book.title for book in desk.documents.library.books()}


def test_all_documents_come_onto_the_shelf_small_ones_first(desk: Services, reader: NearReader, case: Path) -> None:
    events, report = work.run(desk.documents.adding.add([case], Cancel()))
    assert _titles(desk) == {"Lease", "Letter", "Map"}
    assert (len(report.added), report.failed, report.left, report.stopped) == (3, [], 0, False)
    (planned,) = [event for event in events if isinstance(event, FilesFound)]
    assert [path.name for path in planned.paths] == ["letter.txt", "map.txt", "lease.txt"]
    assert sum(isinstance(event, FileBegun) for event in events) == len(report.ended)
    last = [event for event in events if isinstance(event, Adding)][-1]
    assert (last.done, last.total, last.done_bytes) == (3, 3, last.total_bytes)
    (counts,) = desk.documents.adding.all()
    assert (counts.source.path, counts.read, counts.waiting) == (case, 3, 0)
    shelf = desk.documents.adding.shelf()
    assert {shelf[book.id].folder for book in desk.documents.library.books()} == {Path(), Path("old")}


def test_what_is_as_it_was_is_not_read_again(desk: Services, reader: NearReader, case: Path) -> None:
    _add(desk, case)
    _age(case / "lease.txt")
    reader.read_files.clear()
    report = _add(desk, case, case / "old")
    assert (reader.read_files, report.added, report.changed) == ([], (), ())
    assert len(report.unchanged) == 2
    assert len(_titles(desk)) == 3


def test_a_folder_and_one_in_it_both_know_their_files(desk: Services, case: Path) -> None:
    report = _add(desk, case, case / "old")
    assert (len(report.added), report.left) == (3, 0)
    assert [counts.read for counts in desk.documents.adding.all()] == [2, 3]
    (letter,) = [book for book in desk.documents.library.books() if book.title == "Letter"]
    assert desk.documents.adding.shelf()[letter.id].places == (case / "old" / "letter.txt",), "it is one file"


def test_the_same_content_is_kept_once_with_both_places(desk: Services, case: Path) -> None:
    _write(case, **{"copy.txt": "Letter"})
    report = _add(desk, case)
    assert (len(report.added), len(report.doubles)) == (3, 1)
    (letter,) = [book for book in desk.documents.library.books() if book.title == "Letter"]
    assert desk.documents.adding.shelf()[letter.id].places == (case / "copy.txt", case / "old" / "letter.txt")
    (case / "copy.txt").unlink()
    report = _add(desk, case)
    assert report.gone == [case / "copy.txt"]
    assert desk.documents.adding.shelf()[letter.id].places == (case / "old" / "letter.txt",)
    assert Path(desk.documents.library.book(letter.id).path).exists()


def test_a_changed_file_is_a_new_version_and_the_old_one_stays(desk: Services, case: Path) -> None:
    _add(desk, case)
    (old,) = [book for book in desk.documents.library.books() if book.title == "Lease"]
    _write(case, **{"lease.txt": "Lease\nThe rent is 1,500 now."})
    os.utime(case / "lease.txt", (1_790_000_000, 1_790_000_000))
    report = _add(desk, case)
    (ended,) = report.changed
    assert ended.older is not None
    assert ended.book is not None
    assert (ended.older.id, ended.book.title) == (old.id, "Lease (2026-09-21)")
    shelf = desk.documents.adding.shelf()
    assert (shelf[old.id].newer_id, shelf[old.id].versions, shelf[old.id].folder) == (ended.book.id, 1, Path())
    assert (shelf[ended.book.id].newer_id, shelf[ended.book.id].versions) == ("", 2)
    _write(case, **{"lease.txt": "Lease\nThe rent is 1,200."})  # as it was
    _add(desk, case)
    shelf = desk.documents.adding.shelf()
    assert (shelf[ended.book.id].newer_id, shelf[old.id].newer_id) == (old.id, "")


def test_a_file_that_has_a_copy_is_no_earlier_version(desk: Services, case: Path) -> None:
    _write(case, **{"copy.txt": "Letter"})
    _add(desk, case)
    _write(case, **{"copy.txt": "Another letter"})
    report = _add(desk, case)
    (letter,) = [book for book in desk.documents.library.books() if book.title == "Letter"]
    assert len(report.changed) == 1
    assert desk.documents.adding.shelf()[letter.id].newer_id == "", "its other file is as it was"


def test_what_fails_is_kept_with_its_reason_and_can_be_retried(desk: Services, reader: NearReader, case: Path) -> None:
    _write(case, **{"bad.txt": "damaged", "secret.txt": "locked\nby a key"})
    report = _add(desk, case)
    assert {path.name: problem.code for path, problem in report.failed} == {
        "bad.txt": Code.DOCUMENT_DAMAGED,
        "secret.txt": Code.DOCUMENT_PASSWORD_NEEDED,
    }
    assert len(report.added) == 3
    tried: list[str] = []
    reader.before = tried.append
    report = _add(desk, case)
    assert len(report.failed) == 2, "they are named each time"
    assert tried == [], "and not tried for nothing"
    _add(desk, case, retry=True)
    assert sorted(tried) == ["bad.txt", "secret.txt"]
    (counts,) = desk.documents.adding.all()
    failed = desk.documents.adding.sources.places(counts.source.id, PlaceState.FAILED)
    assert {place.path.name for place in failed} == {"bad.txt", "secret.txt"}
    named = {case / "secret.txt": NamedFile(Password("key"))}
    report = finish(desk.documents.adding.add([case], Cancel(), named=named))
    assert [end.place.path.name for end in report.added] == ["secret.txt"]
    assert [path.name for path, _problem in report.failed] == ["bad.txt"]


def test_a_reader_that_something_else_ended_says_nothing_of_its_file(
    desk: Services, reader: NearReader, case: Path
) -> None:
    ends = {"lease.txt": AppError(Code.READER_ENDED, path=""), "map.txt": AppError(Code.READER_CRASHED, signal=11)}

    def end(name: str) -> None:
        if name in ends:
            raise ends[name]

    reader.before = end
    assert {path.name for path, _problem in _add(desk, case).failed} == {"lease.txt", "map.txt"}
    ends.clear()
    report = _add(desk, case)
    assert [ended.path.name for ended in report.added] == ["lease.txt"]
    assert [path.name for path, _problem in report.failed] == ["map.txt"]


def test_what_is_gone_is_said_once_and_its_book_stays(desk: Services, case: Path) -> None:
    _add(desk, case)
    (case / "lease.txt").unlink()
    assert _add(desk, case).gone == [case / "lease.txt"]
    assert _add(desk, case).gone == []
    assert "Lease" in _titles(desk)
    (counts,) = desk.documents.adding.all()
    assert (counts.read, counts.gone) == (2, 1)
    report = _add(desk, case / "none")
    assert [(path.name, problem.code) for path, problem in report.failed] == [("none", Code.FILE_MISSING)]


def test_several_are_read_at_once_each_on_its_thread(
    desk: Services, reader: NearReader, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel_reading, "readers_at_once", lambda: 3)

    meet = threading.Barrier(3, timeout=30)
    reader.before = lambda _name: meet.wait()
    _add(desk, case)
    assert len(reader.threads) == 3
    assert len(_titles(desk)) == 3


def test_it_pauses_and_goes_on(desk: Services, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_reading, "readers_at_once", lambda: 1)
    pause = AddingPause()
    events: list[object] = []

    def then(event: object) -> None:
        events.append(event)
        if isinstance(event, FileEnded) and not pause.on and len(_titles(desk)) == 1:
            pause.set(True)
        elif isinstance(event, Adding) and event.paused:
            pause.set(False)

    finish(desk.documents.adding.add([case], Cancel(), pause=pause), then)
    assert [event.done for event in events if isinstance(event, Adding) and event.paused] == [1]
    assert len(_titles(desk)) == 3


@pytest.mark.parametrize("leaving", [False, True])
def test_stopped_it_keeps_what_is_done(
    desk: Services, reader: NearReader, case: Path, monkeypatch: pytest.MonkeyPatch, leaving: bool
) -> None:
    monkeypatch.setattr(parallel_reading, "readers_at_once", lambda: 1)
    cancel = Cancel()

    def then(event: object) -> None:
        if isinstance(event, FileEnded):
            cancel.request(leaving=leaving)

    report = finish(desk.documents.adding.add([case], cancel), then)
    assert (len(report.added), report.left, report.stopped) == (1, 2, True)
    assert [counts.waiting for counts in desk.documents.adding.unfinished()] == ([2] if leaving else [])
    assert len(_add(desk, case).added) == 2


def test_one_file_is_stopped_and_the_others_are_read(
    desk: Services, reader: NearReader, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel_reading, "readers_at_once", lambda: 1)
    files = (case / "lease.txt", case / "old" / "letter.txt", case / "old" / "map.txt")
    named = {file: NamedFile(opened=True) for file in files}
    reader.before = lambda name: named[files[2]].stop.request() if name == "map.txt" else None
    named[files[0]].stop.request()  # before it is begun
    report = finish(desk.documents.adding.add(files, Cancel(), named=named))
    assert (_titles(desk), report.stopped, report.left) == ({"Letter"}, False, 2)
    assert desk.documents.adding.unfinished() == ()
    assert [counts.source.path for counts in desk.documents.adding.sources.all()] == [files[1]], "nothing else is known"
    assert len(_add(desk, *files).added) == 2


def test_a_file_that_was_to_be_opened_and_cannot_be_read_leaves_no_trace(desk: Services, case: Path) -> None:
    _write(case, **{"bad.txt": "damaged", "mail.eml": "Your lease\n> bad.txt damaged"})
    lease, *opened = case / "lease.txt", case / "bad.txt", case / "mail.eml"
    _add(desk, lease)
    _write(case, **{"lease.txt": "damaged"})
    _age(lease)
    report = finish(
        desk.documents.adding.add(
            [*opened, lease], Cancel(), named={file: NamedFile(opened=True) for file in (*opened, lease)}
        )
    )
    assert len(report.failed) == 3
    assert {counts.source.path for counts in desk.documents.adding.sources.all()} == {case / "mail.eml", lease}
    _write(case, **{"lease.txt": "Lease, once more"})
    _age(lease, 99)
    assert len(_add(desk, lease).changed) == 1, "its earlier version is known"


def test_a_file_that_will_be_opened_is_read_though_it_is_as_it_was(
    desk: Services, reader: NearReader, case: Path
) -> None:
    lease = case / "lease.txt"
    (added,) = _add(desk, lease).added
    reader.read_files.clear()
    assert _add(desk, lease).ended == []
    report = finish(desk.documents.adding.add([lease], Cancel(), named={lease: NamedFile(opened=True)}))
    assert reader.read_files == ["lease.txt"], "its password is needed for its pages"
    assert [(ended.known, ended.book) for ended in report.ended] == [(True, added.book)]


def test_a_watched_folder_is_looked_at_and_nothing_is_read(desk: Services, reader: NearReader, case: Path) -> None:
    _add(desk, case)
    (counts,) = desk.documents.adding.all()
    _write(case, **{"new.txt": "New"})
    assert finish(desk.documents.adding.look(Cancel())) == ()
    desk.documents.adding.sources.set_watched(counts.source.id, True)
    assert finish(desk.documents.adding.look(Cancel())) == (), "somebody may still be writing it"
    _age(case / "new.txt", -9)
    (news,) = finish(desk.documents.adding.look(Cancel()))
    assert [place.path.name for place in news.changes.new] == ["new.txt"]
    assert "New" not in _titles(desk)
    assert _add(desk, case).left == 0
    assert finish(desk.documents.adding.look(Cancel())) == ()


def test_a_full_disk_ends_it_all_and_the_rest_waits(
    desk: Services, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise AppError(Code.DISK_FULL, path="octavo.db")

    monkeypatch.setattr(desk.documents.adding.books, "add", full)
    assert work.problem_of(desk.documents.adding.add([case], Cancel())).code is Code.DISK_FULL
    assert [counts.waiting for counts in desk.documents.adding.unfinished()] == [3]


def test_what_a_person_deleted_does_not_come_back(desk: Services, case: Path) -> None:
    _write(case, **{"mail.eml": "Your lease\n> terms.txt The terms"})
    _add(desk, case)
    by_title = {book.title: book for book in desk.documents.library.books()}
    entries = [desk.documents.removal.delete(BinKind.BOOK, by_title[title].id) for title in ("Lease", "The terms")]
    assert len(_add(desk, case).unchanged) == 5, "in the bin"
    for entry in entries:
        assert entry is not None
        desk.documents.removal.purge(entry)
    assert [counts.read for counts in desk.documents.adding.all()] == [3], "their names are no longer known"
    report = _add(desk, case)
    assert (report.deleted, report.ended, len(report.unchanged)) == (1, [], 3)
    _age(case / "mail.eml")
    _write(case, **{"mail.eml": "Your lease, once more\n> terms.txt The terms"})
    _add(desk, case)
    assert not {"Lease", "The terms"} & _titles(desk)
    _add(desk, case / "lease.txt")
    assert "Lease" in _titles(desk), "it was named"


def test_a_file_by_itself_is_forgotten_with_what_was_made_of_it(desk: Services, case: Path) -> None:
    _write(case, **{"mail.eml": "Your lease\n> terms.txt The terms"})
    _add(desk, case / "mail.eml", case / "lease.txt", case / "old")
    by_title = {book.title: book.id for book in desk.documents.library.books()}

    def purge(title: str) -> set[str]:
        entry = desk.documents.removal.delete(BinKind.BOOK, by_title[title])
        assert entry is not None
        desk.documents.removal.purge(entry)
        return {counts.source.path.name for counts in desk.documents.adding.sources.all()}

    assert purge("Lease") == {"mail.eml", "old"}
    assert purge("Your lease") == {"mail.eml", "old"}, "what is in it is still there"
    assert purge("The terms") == {"old"}
    purge("Letter")
    assert purge("Map") == {"old"}, "a folder may have other files some day"


def test_attachments_and_files_in_a_zip_are_documents_of_their_own(
    desk: Services, reader: NearReader, case: Path
) -> None:
    _write(
        case, **{"mail.eml": "Your lease\n> lease.txt The lease\n> bad.txt damaged", "papers.zip": "> map.txt A map"}
    )
    report = _add(desk, case)
    assert {"Your lease", "The lease", "A map"} <= _titles(desk)
    assert [str(path.relative_to(case)) for path, _problem in report.failed] == [str(Path("mail.eml", "bad.txt"))]
    assert report.left == 0
    by_title = {book.title: book for book in desk.documents.library.books()}
    lease = by_title["The lease"]
    assert (lease.parent_id, lease.member, lease.path) == (by_title["Your lease"].id, "0", str(case / "mail.eml"))
    assert by_title["A map"].parent_id == ""
    assert desk.documents.adding.shelf()[lease.id].places == (case / "mail.eml" / "lease.txt",)
    reader.read_files.clear()
    report = _add(desk, case)
    assert (reader.read_files, len(report.unchanged), len(report.failed)) == ([], 6, 1)
    _add(desk, case, retry=True)
    _write(case, **{"mail.eml": "Your lease\n> other.txt More\n> lease.txt The lease, changed"})
    report = _add(desk, case)
    assert {end.older.title for end in report.changed if end.older} == {"Your lease", "The lease"}
    assert "More" in _titles(desk)
    (case / "mail.eml").unlink()
    assert len(_add(desk, case).gone) == 3


_KILLED = """
import os, signal, sys
from pathlib import Path
from app.core.machine.paths import Paths
from app.core.conversations.sources import FileEnded
from app.core.work import Cancel, finish
from tests.services.near_reader import NearReader
from tests.whole import open_desk

def then(event):
    if isinstance(event, FileEnded):
        os.kill(os.getpid(), signal.SIGKILL)

desk = open_desk(Paths(Path(sys.argv[1])), None, NearReader())
finish(desk.documents.adding.add([Path(sys.argv[2])], Cancel()), then)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path, case: Path) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "real"), str(case)]
    killed = subprocess.run(command, cwd=Path(__file__).parents[3], check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    real = open_real_desk(Paths(tmp_path / "real"), None, NearReader())  # type: ignore[arg-type]
    try:
        (counts,) = real.documents.adding.unfinished()
        assert (counts.read, counts.waiting) == (1, 2)
        report = finish(real.documents.adding.add([counts.source.path], Cancel()))
        assert (len(report.unchanged), len(report.added) + len(report.doubles)) == (1, 2)
        assert len(real.documents.library.books()) == 3
        assert real.documents.adding.unfinished() == ()
    finally:
        real.close()


def test_what_is_recorded_of_a_file_does_not_take_all_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[int] = []
    places = Sources.places

    def count(sources: Sources, source_id: int, *states: PlaceState) -> tuple[SourcePlace, ...]:
        asked.append(source_id)
        return places(sources, source_id, *states)

    monkeypatch.setattr(Sources, "places", count)
    case = tmp_path / "case"
    _write(case, **{f"{number}.txt": f"Entry {number} of the ledger." for number in range(9)})
    real = open_real_desk(Paths(tmp_path / "real"), None, NearReader())  # type: ignore[arg-type]
    try:
        assert len(finish(real.documents.adding.add([case], Cancel())).added) == 9
        assert len(asked) == 1  # to compare the folder with what was there before
    finally:
        real.close()


_KILLED_AMONG_MANY = """
import os, signal, sys
from pathlib import Path
from app.core.machine.paths import Paths
from app.core.conversations.sources import FileEnded
from app.core.work import Cancel, finish
from tests.whole import open_desk

ended = 0

def then(event):
    global ended
    ended += isinstance(event, FileEnded)
    if ended == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

desk = open_desk(Paths(Path(sys.argv[1])))
finish(desk.documents.adding.add([Path(sys.argv[2])], Cancel()), then)
"""


@pytest.mark.usefixtures("process")
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_killed_among_many_nothing_is_lost_and_nothing_read_twice(tmp_path: Path) -> None:
    """The desk twice, then the process that forks its readers."""
    case, many, killed_after = tmp_path / "case", 200, (60, 50)
    _write(case, **{f"{number}.txt": f"Entry {number} of the ledger." for number in range(many)})
    for count in killed_after:
        command = [sys.executable, "-c", _KILLED_AMONG_MANY, str(tmp_path / "real"), str(case), str(count)]
        killed = subprocess.run(command, cwd=Path(__file__).parents[3], check=False, capture_output=True)
        assert killed.returncode == -9, killed.stderr
    real = open_real_desk(Paths(tmp_path / "real"))
    servers, ended = set[int](), list[FileEnded]()

    def kill_the_server(event: object) -> None:
        server = real.documents.adding.reader._client._server
        if isinstance(event, FileEnded):
            ended.append(event)
        if isinstance(event, FileEnded) and len(ended) in (20, 40, 60) and server is not None:
            servers.add(server._process.pid)
            os.killpg(server._process.pid, signal.SIGKILL)

    try:
        (counts,) = real.documents.adding.unfinished()
        assert (counts.read, counts.waiting) == (sum(killed_after), many - sum(killed_after))
        report = finish(real.documents.adding.add([case], Cancel()), kill_the_server)
        assert (len(report.unchanged), len(report.added)) == (sum(killed_after), many - sum(killed_after))
        assert report.failed == []
        assert len(servers) == (3 if fork_server.POSSIBLE else 0)
        pages = [real.documents.library.page(book.id, 1).text for book in real.documents.library.books()]
        assert sorted(pages) == sorted(f"Entry {number} of the ledger." for number in range(many))
    finally:
        real.close()


@pytest.mark.usefixtures("process")
def test_readers_in_processes_read_what_they_can(tmp_path: Path) -> None:
    case = tmp_path / "case"
    _write(case, **{"lease.txt": "The rent is 1,200.", "empty.txt": ""})
    (case / "bad.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    (case / "secret.pdf").write_bytes(lock(write_pdf([show("A secret.")]), user="key"))
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["Date"] = "The rent", "a@example.org", "Thu, 01 Jan 2026 10:00:00 +0000"
    mail.set_content("As attached.")
    mail.add_attachment("The rent is due.", filename="terms.txt")
    with zipfile.ZipFile(case / "mails.zip", "w") as packed:
        packed.writestr("2026/rent.eml", mail.as_bytes())
    real = open_real_desk(Paths(tmp_path / "real"))
    try:
        report = finish(real.documents.adding.add([case], Cancel()))
        assert {path.name: problem.code for path, problem in report.failed} == {
            "bad.pdf": Code.DOCUMENT_DAMAGED,
            "empty.txt": Code.FILE_EMPTY,
            "secret.pdf": Code.DOCUMENT_PASSWORD_NEEDED,
        }
        titles = {book.title: book for book in real.documents.library.books()}
        assert set(titles) == {"lease", "The rent", "terms"}
        assert (titles["terms"].member, titles["terms"].parent_id) == ("0/0", titles["The rent"].id)
    finally:
        real.close()
