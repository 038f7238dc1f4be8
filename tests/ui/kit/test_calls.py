"""A second start: the window that is open gets the files and comes to the front, and no socket is opened for it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.window_action import WindowAction
from app.services.services import Services
from app.ui.kit.calls import Call, Calls, WindowLock
from app.ui.palette.palette import Anything
from app.ui.window.application import WindowStart
from app.ui.window.passphrase_screen import PassphraseScreen
from tests.there import there
from tests.ui import shelf_of_books
from tests.ui.fakes import ScriptedReader, open_desk
from tests.ui.room import application, wait
from tests.whole import EXTENSIONS

_START = "import sys; sys.argv[0] = '/usr/bin/octavo-desk'; from app.__main__ import main; sys.exit(main())"
_HOLD = """
import sys
from pathlib import Path
from app.core.machine.paths import Paths
from app.ui.kit.calls import Call, WindowLock
place = WindowLock.take(Paths(Path(sys.argv[1])), Call())
assert place is not None and place.folder is not None
print("held", flush=True)
sys.stdin.read()
"""


def _taken(paths: Paths) -> WindowLock:
    place = WindowLock.take(paths, Call())
    assert place is not None
    assert place.folder is not None
    return place


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "desk")


@pytest.fixture
def place(paths: Paths) -> Iterator[WindowLock]:
    made = _taken(paths)
    yield made
    made.close()


@pytest.fixture
def start(
    qapp: QApplication, paths: Paths, place: WindowLock, tmp_path: Path
) -> Iterator[Callable[[Callable[[Paths, str | None], Services]], WindowStart]]:
    """An open window over a scripted desk, which listens."""
    application()
    started: list[WindowStart] = []

    def begin(opener: Callable[[Paths, str | None], Services]) -> WindowStart:
        opening = WindowStart(qapp, paths, opener, tmp_path / "handbook.md", (), EXTENSIONS)
        started.append(opening)
        opening.listen(place)
        opening.begin()
        return opening

    yield begin
    for opening in started:
        opening.close()
        for widget in QApplication.topLevelWidgets():
            widget.close()
            widget.deleteLater()
        opening.deleteLater()
    QApplication.processEvents()


def _read_lease(paths: Paths, passphrase: str | None) -> Services:
    reader = ScriptedReader(documents={"lease.epub": shelf_of_books.lease()})
    return open_desk(paths.data, reader=reader).desk


def test_a_second_start_hands_its_files_to_the_window_that_is_open(
    start: Callable[[Callable[[Paths, str | None], Services]], WindowStart], paths: Paths, tmp_path: Path
) -> None:
    opening = start(_read_lease)
    wait(lambda: opening.presenter is not None)
    assert opening.presenter is not None
    opening.presenter.window.showMinimized()
    shutil.copy(shelf_of_books.file("lease.epub"), tmp_path)
    calls = tmp_path / "calls.txt"
    watched = ["strace", "-f", "-e", "trace=network", "-o", str(calls)] if shutil.which("strace") else []
    command = [*watched, sys.executable, "-c", _START, "--data-dir", str(paths.data), "lease.epub", "none.pdf"]
    second = subprocess.Popen(command, cwd=tmp_path)
    wait(lambda: second.poll() is not None)
    assert second.returncode == 0
    presenter = opening.presenter
    wait(lambda: [book.title for book in presenter.shown.shelf.values()] == ["Harbour Lease, consolidated"])
    wait(lambda: "none.pdf" in presenter.window.talk.notice.text())
    assert not presenter.window.isMinimized()
    assert [file.name for file in paths.window.iterdir()] == ["lock"]
    if watched:
        assert "AF_" not in calls.read_text(encoding="utf-8", errors="replace")


def test_files_that_come_while_a_passphrase_is_asked_for_are_opened_afterwards(
    start: Callable[[Callable[[Paths, str | None], Services]], WindowStart], paths: Paths
) -> None:
    def locked(paths: Paths, passphrase: str | None) -> Services:
        if passphrase is None:
            raise AppError(Code.PASSPHRASE_NEEDED, path=str(paths.database))
        return _read_lease(paths, None)

    opening = start(locked)
    wait(lambda: opening.window.findChild(PassphraseScreen) is not None)
    screen = there(opening.window.findChild(PassphraseScreen))
    assert screen.waiting.isHidden()
    second = _in_thread(lambda: WindowLock.take(paths, Call.of([shelf_of_books.file("lease.epub")])))
    wait(lambda: not second.is_alive())
    wait(screen.waiting.isVisible)
    assert screen.waiting.text() == "A file is waiting. Octavo opens it when it is unlocked."
    screen.secret.line.setText("right")
    screen.accept()
    wait(lambda: opening.presenter is not None and len(opening.presenter.shown.shelf) == 1)


@pytest.mark.parametrize("at_once", [True, False])
def test_the_menu_of_the_icon_begins_a_conversation_or_a_search(
    start: Callable[[Callable[[Paths, str | None], Services]], WindowStart],
    paths: Paths,
    at_once: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the window that is open, or as soon as it is."""

    def choose(action: WindowAction) -> None:
        second = _in_thread(lambda: WindowLock.take(paths, Call.of([], action)))
        wait(lambda: not second.is_alive())

    searches: list[Anything] = []
    monkeypatch.setattr(Anything, "search", lambda anything: searches.append(anything))
    opening = start(_read_lease)
    if not at_once:
        wait(lambda: opening.presenter is not None and opening._listed)
    choose(WindowAction.SEARCH)
    wait(lambda: opening.presenter is not None and opening._listed)
    presenter = opening.presenter
    assert presenter is not None
    wait(lambda: searches == [presenter.places.anything])
    choose(WindowAction.NEW_CONVERSATION)
    wait(lambda: len(presenter.shelf_area.shelf.conversations) == 1)
    assert presenter.shown.id == presenter.shelf_area.shelf.conversations[0].id


def test_a_window_that_was_killed_is_no_obstacle(paths: Paths) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(paths.data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdin is not None
    assert first.stdout.readline() == "held\n"
    with pytest.raises(AppError):
        WindowLock.take(paths, Call(), patience_s=0)
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdin.close()
    first.stdout.close()
    _taken(paths).close()


def test_a_start_while_the_window_closes_becomes_the_window(paths: Paths) -> None:
    first = _taken(paths)
    taken: list[WindowLock | None] = []
    second = _in_thread(lambda: taken.append(WindowLock.take(paths, Call.of([shelf_of_books.file("lease.epub")]))))
    wait(lambda: any(paths.window.glob("*.call")))
    first.close()
    wait(lambda: not second.is_alive())
    (place,) = taken
    assert place is not None
    assert not any(paths.window.glob("*.call"))
    place.close()


def test_a_window_that_does_not_answer_is_told_and_nothing_is_left_behind(paths: Paths, place: WindowLock) -> None:
    with pytest.raises(AppError) as told:
        WindowLock.take(paths, Call.of([shelf_of_books.file("lease.epub")]), patience_s=0)
    assert told.value.code is Code.WINDOW_SILENT
    assert [file.name for file in paths.window.iterdir()] == ["lock"]


def test_a_folder_that_nothing_can_be_written_into_is_told_by_the_desk_and_not_here(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    place = WindowLock.take(Paths(tmp_path / "file"), Call())
    assert place is not None
    assert place.folder is None
    Calls(place).look()
    place.close()


def test_desks_that_are_kept_apart_have_a_window_each(paths: Paths, place: WindowLock, tmp_path: Path) -> None:
    _taken(Paths(tmp_path / "other")).close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_any_name_that_a_file_can_have_arrives(qapp: QApplication, paths: Paths, place: WindowLock) -> None:
    odd = [Path(os.fsdecode(b"/books/\xff\n.pdf")), Path("/books/契約書.pdf")]
    arrived: list[Call] = []
    calls = Calls(place)
    calls.arrived.connect(arrived.append)
    second = _in_thread(lambda: WindowLock.take(paths, Call.of(odd)))
    wait(lambda: not second.is_alive())
    assert [call.paths() for call in arrived] == [odd]


def test_what_is_no_call_and_what_is_an_old_one_is_taken_away_unheard(
    qapp: QApplication, paths: Paths, place: WindowLock
) -> None:
    (paths.window / "1.call").write_bytes(b"\xc1 no message")
    for name in ("2.call", "3.part"):
        (paths.window / name).write_bytes(b"")
        os.utime(paths.window / name, (0, 0))
    calls = Calls(place)
    arrived: list[Call] = []
    calls.arrived.connect(arrived.append)
    calls.look()
    assert arrived == []
    assert [file.name for file in paths.window.iterdir()] == ["lock"]


def test_the_desktops_leave_to_come_to_the_front_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "a token")
    call = Call.of([])
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN")
    call.permit()
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "a token"


_MACOS = """
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from app.ui.window.application import Application
application = Application([])
given = []
application.file_given.connect(given.append)
QApplication.sendEvent(application, QFileOpenEvent("/books/lease.epub"))
assert [file.as_posix() for file in given] == ["/books/lease.epub"], given
"""


def test_files_that_macos_hands_over_are_taken() -> None:
    ended = subprocess.run([sys.executable, "-c", _MACOS], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def _in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread
