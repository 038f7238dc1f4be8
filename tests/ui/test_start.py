"""The window stands on the screen, in its colours, before anything heavy is imported; what is typed early is kept."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import app.ui
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.settings import Settings, ThemeChoice
from app.services.services import Services
from app.ui.chat.writing.editor import QuestionEditor
from app.ui.frame.panes import Side
from app.ui.kit import frame_state
from app.ui.kit.frame_state import FrameState
from app.ui.look.theme import HEADER_HEIGHT, LAMP, PAPER, Palette
from app.ui.widgets.dialogs import SmallDialog
from app.ui.window.application import WindowStart
from app.ui.window.passphrase_screen import PassphraseScreen
from tests.conftest import OFFSCREEN
from tests.ui.fakes import open_desk
from tests.ui.gate import Gate
from tests.ui.room import application, wait
from tests.whole import EXTENSIONS

_ROOT = Path(__file__).parents[2]


class Start:
    """A start whose desk opens when `gate` does, which is open at first. Each `begin` is another one."""

    def __init__(self, application: QApplication, paths: Paths) -> None:
        self.gate = Gate()
        self.gate.open()
        self.error: AppError | None = None
        self.paths = paths
        paths.window.mkdir(parents=True)  # as Place.take does
        self._application = application
        self._begun: list[WindowStart] = []

    def begin(self) -> WindowStart:
        opening = WindowStart(
            self._application, self.paths, self._open, self.paths.data / "handbook.md", (), EXTENSIONS
        )
        self._begun.append(opening)
        opening.begin()
        return opening

    def close(self, opening: WindowStart) -> None:
        self._begun.remove(opening)
        opening.close()
        opening.deleteLater()

    def end(self) -> None:
        self.gate.open()
        for opening in list(self._begun):
            self.close(opening)
        for widget in QApplication.topLevelWidgets():
            widget.close()
            widget.deleteLater()
        QApplication.processEvents()
        self._application.setQuitOnLastWindowClosed(True)

    def _open(self, paths: Paths, passphrase: str | None) -> Services:
        self.gate.wait()
        if self.error is not None:
            raise self.error
        return open_desk(paths.data).desk


@pytest.fixture
def start(qapp: QApplication, tmp_path: Path) -> Iterator[Start]:
    made = Start(application(), Paths(tmp_path / "desk"))
    yield made
    made.end()


def _editor(opening: WindowStart) -> QuestionEditor:
    (editor,) = opening.window.findChildren(QuestionEditor)
    return editor


def _colour(window: QWidget, x: int, y: int) -> str:
    return QColor(window.grab().toImage().pixel(QPoint(x, y))).name().upper()


# ---- what is imported

_UNTIL_THE_FRAME = """
import json, sys
from app import __main__ as program
from app.ui.window.application import WindowStart

def end(opening):
    assert opening.window.isVisible()
    print(json.dumps(sorted(sys.modules)))
    opening._application.quit()

WindowStart._begin = end
sys.argv = ["octavo-desk", "--data-dir", sys.argv[1]]
sys.exit(program.desk())
"""

_HELP = """
import json, sys
from app import __main__ as program

sys.argv = ["octavo", *sys.argv[1:]]
try:
    program.main()
except SystemExit as ended:
    assert ended.code == 0
    print("\\f", json.dumps(sorted(sys.modules)))
"""

_HEAVY = (
    *("PIL", "apsw", "av", "cryptography", "docx", "email", "ftfy", "huggingface_hub", "httpx2", "keyring"),
    *("llama_cpp", "lxml", "markdown_it", "numpy", "onnxruntime", "polib.po", "psutil", "pygments", "pypdfium2"),
    *("qtawesome", "qtpy", "rapidfuzz", "rapidocr", "ssl", "tqdm", "xlsxwriter"),
    *("app.bootstrap", "app.documents", "app.engine", "app.export", "app.models", "app.services", "app.store"),
)


def _loaded(script: str, *arguments: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = json.loads(done.stdout.rpartition("\f")[2])
    return [name for name in names if name.startswith("app.") or name.partition(".")[0] in _HEAVY]


def _heavy(names: list[str]) -> list[str]:
    return [name for name in names if any(name == heavy or name.startswith(f"{heavy}.") for heavy in _HEAVY)]


def test_nothing_heavy_is_imported_before_the_frame_is_shown(tmp_path: Path) -> None:
    names = _loaded(_UNTIL_THE_FRAME, str(tmp_path / "desk"))
    assert "app.ui.frame.main_window" in names
    assert _heavy(names) == []
    rooms = {file.parent.name for file in Path(app.ui.__file__).parent.glob("*/__init__.py")}
    later = rooms - {"frame", "kit", "look", "window", "widgets"}
    assert {"chat", "page", "shelf"} <= later
    assert [name for name in names if name.startswith("app.ui.") and name.split(".")[2] in later] == []
    assert [name for name in names if name.startswith("app.ui.widgets.")] == [
        "app.ui.widgets.accessibility",
        "app.ui.widgets.file_dialogs",
    ]


def test_what_is_opened_later_is_imported_later() -> None:
    names = _loaded("import json, sys, app.ui.window.window; print('\\f', json.dumps(sorted(sys.modules)))")
    assert "app.ui.window.window" in names
    later = (
        "models.presenter",
        "models.card",
        "palette.palette_dialog",
        "report.dialog",
        "report.rows",
        "settings.dialog",
    )
    assert [name for name in names if name.removeprefix("app.ui.") in later] == []


@pytest.mark.parametrize("words", [["--help"], ["read", "--help"], ["models", "plan", "--help"], ["--version"]])
def test_help_imports_no_desk_and_no_window(words: list[str]) -> None:
    names = _loaded(_HELP, *words)
    assert "app.cli.arguments" in names
    assert _heavy(names) == []
    assert [name for name in names if name.startswith("app.ui")] == []


# ---- how it looks


@pytest.mark.parametrize(("theme", "palette"), [(ThemeChoice.LIGHT, PAPER), (ThemeChoice.DARK, LAMP)])
def test_the_frame_has_the_colours_of_its_theme_before_the_desk_is_open(
    start: Start, theme: ThemeChoice, palette: Palette
) -> None:
    frame_state.save(start.paths.window, FrameState(theme=theme))
    window = start.begin().window
    assert window.isVisible()
    assert not start.gate.reached.is_set(), "nothing is opened yet"
    shelf, talk, page = window.panes.sizes()
    assert page == 0, "the screen is narrow"
    for x in (shelf // 2, shelf + talk // 2):
        for y in (5, HEADER_HEIGHT + 40, window.height() // 2):
            assert _colour(window, x, y) == palette.ground, (x, y)
    assert _colour(window, shelf, 5) == palette.line, "between the panels"
    assert _colour(window, shelf + talk // 2, HEADER_HEIGHT) == palette.line


def test_the_window_stands_where_it_was_before_the_desk_is_open(start: Start) -> None:
    first = start.begin()
    wait(lambda: first.presenter is not None)
    first.window.panes.fold(Side.PAGE)
    wait(lambda: first.window.minimumWidth() < 700)  # once it is laid out anew
    first.window.resize(700, 520)
    left, size = first.window.panes.sizes(), first.window.size()
    start.close(first)
    second = start.begin()
    assert second.presenter is None
    assert second.window.size() == size
    assert second.window.panes.sizes() == left
    assert second.window.state().page_folded


def test_the_panels_take_the_places_of_the_empty_ones(start: Start) -> None:
    opening = start.begin()
    before = opening.window.panes.sizes()
    wait(lambda: opening.presenter is not None)
    assert opening.window.panes.sizes() == before
    assert opening.window.shelf.isVisible()
    assert opening.window.page.isHidden(), "the screen is narrow"
    assert opening.window.findChildren(QuestionEditor) == [opening.window.talk.composer.editor]
    assert [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()] == [opening.window]


def test_the_panels_are_shown_as_soon_as_the_shelf_is_listed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.window.application._UNLISTED_MS", 10_000_000)  # not because it takes long
    opening = start.begin()
    wait(lambda: opening.presenter is not None and opening.window.updatesEnabled())
    assert opening.presenter is not None
    assert opening.presenter.welcome._started


def test_a_chosen_theme_is_that_of_the_next_frame(start: Start) -> None:
    first = start.begin()
    wait(lambda: first.presenter is not None)
    assert first._desk is not None
    first._desk.settings.save(Settings(theme=ThemeChoice.DARK))
    first._appearance.choose(ThemeChoice.DARK)
    start.close(first)
    second = start.begin()
    assert _colour(second.window, 5, 5) == LAMP.ground


def test_what_is_kept_in_plain_says_nothing_of_the_desk(start: Start) -> None:
    opening = start.begin()
    wait(lambda: opening.presenter is not None)
    start.close(opening)
    file = start.paths.window / "frame"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = json.loads(file.read_bytes())
    assert set(kept) == {
        "geometry",
        "margins",
        "shelf_width",
        "middle_width",
        "page_in_front",
        "shelf_folded",
        "page_folded",
        "theme",
    }
    assert all(isinstance(number, int) for number in kept["margins"])


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"widths": "wide"}', b'{"theme": "pink"}', b"{" * 99_999])
def test_what_is_no_frame_state_is_passed_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "frame").write_bytes(content)
    assert frame_state.load(tmp_path) == FrameState()


# ---- typing early


def test_what_is_typed_before_the_desk_is_open_is_kept(qtbot: QtBot, start: Start) -> None:
    start.gate = Gate()
    opening = start.begin()
    qtbot.keyClicks(opening.window, "When ")  # before there is a composer
    wait(start.gate.reached.is_set)
    assert opening.presenter is None
    qtbot.keyClicks(_editor(opening), "must ")
    assert _editor(opening).toPlainText() == "When must "
    start.gate.open()
    wait(lambda: opening.presenter is not None and opening.presenter.shown.conversation is not None)
    composer = opening.window.talk.composer
    qtbot.keyClicks(composer.editor, "it")
    assert composer.text() == "When must it"
    assert composer.book_button.isVisible()
    shown = opening.presenter.shown.conversation if opening.presenter else None
    assert shown is not None
    start.close(opening)
    again = start.begin()
    wait(lambda: again.presenter is not None and again.presenter.shown.conversation is not None)
    assert again.window.talk.composer.text() == "When must it"


def test_early_words_come_behind_the_draft_of_the_conversation(qtbot: QtBot, start: Start) -> None:
    first = start.begin()
    wait(lambda: first.presenter is not None and first.presenter.shown.conversation is not None)
    qtbot.keyClicks(first.window.talk.composer.editor, "A draft")
    start.close(first)
    second = start.begin()
    qtbot.keyClicks(second.window, "early")
    wait(lambda: second.presenter is not None and second.presenter.shown.conversation is not None)
    assert second.window.talk.composer.text() == "A draft\nearly"


def test_nothing_but_the_field_works_before_the_desk_is_open(start: Start) -> None:
    start.gate = Gate()
    opening = start.begin()
    wait(start.gate.reached.is_set)
    composer = _editor(opening).parentWidget()
    assert composer is not None
    shown = [widget for widget in composer.findChildren(QWidget) if widget.isVisible() and widget.focusPolicy()]
    assert [widget for widget in shown if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus] == [_editor(opening)]


# ---- when it does not open


def test_what_is_told_instead_of_a_desk_lies_over_the_window(start: Start) -> None:
    start.error = AppError(Code.DATABASE_NEWER, path="octavo.db", found=9, known=1)
    opening = start.begin()
    wait(lambda: any(dialog.isVisible() for dialog in opening.window.findChildren(SmallDialog)))
    (dialog,) = opening.window.findChildren(SmallDialog)
    assert dialog.isModal()
    assert opening.window.isVisible()


def test_a_passphrase_is_asked_for_in_the_window(start: Start) -> None:
    start.error = AppError(Code.PASSPHRASE_NEEDED, path="octavo.db")
    opening = start.begin()
    wait(lambda: opening.window.findChild(PassphraseScreen) is not None)
    screen = opening.window.findChild(PassphraseScreen)
    assert isinstance(screen, PassphraseScreen)
    assert screen.isVisible()
    assert not opening.window.panes.isVisible()
    assert screen.size() == opening.window.size()
    assert opening.window.focusWidget() is screen.secret.line


_CLOSED_EARLY = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QMetaObject, Qt
from PySide6.QtWidgets import QApplication
from app.core.machine.paths import Paths
from app.ui.window.application import run
from tests import whole

def close_and_open(paths, passphrase):
    (window,) = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    closed = threading.Event()
    window.closing.connect(closed.set, Qt.ConnectionType.DirectConnection)
    QMetaObject.invokeMethod(window, "close", Qt.ConnectionType.QueuedConnection)
    assert closed.wait(60)
    return whole.open_desk(paths, passphrase)

code = run(Paths(Path(sys.argv[1])), close_and_open, whole.EXTENSIONS, handbook=Path("handbook.md"))
with whole.open_desk(Paths(Path(sys.argv[1]))).database.alone():
    sys.exit(code)
"""


def test_a_window_that_is_closed_before_the_desk_is_open_ends_well(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CLOSED_EARLY, str(tmp_path / "desk")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if not line.startswith(OFFSCREEN)]
    assert (done.returncode, done.stdout, told) == (0, "", [])
