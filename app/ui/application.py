"""The window as a program: opens the desk without making the person wait, shows it, and puts everything away."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import msgspec
import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import Shiboken

from app import messages
from app.core.errors import AppError, Code, Problem
from app.core.paths import Paths
from app.core.settings import Settings
from app.messages import _, sentence
from app.services.desk import Desk
from app.ui import emblem
from app.ui.bridge import Bridge, Executor, problem_of
from app.ui.calls import Call, Calls, Place
from app.ui.collector import Collector
from app.ui.fonts import load_fonts
from app.ui.icons import Icons
from app.ui.main_window import WindowState
from app.ui.presenters.window import WindowPresenter
from app.ui.style import Appearance
from app.ui.theme import Theme
from app.ui.widgets.dialogs import LineDialog, SmallDialog

OpenDesk: TypeAlias = Callable[[Paths, "str | None"], Desk]

EXIT_FAILED = 1
APPLICATION_ID = "alt.octavo.Octavo"
"""By which desktops know the program; its files in packaging/desktop are named so. `alt` is not a domain, and never
will be one (RFC 9476)."""

_BLOB = "window"
_log = logging.getLogger("octavo.ui")


class Application(QApplication):
    """Qt's, which also tells of files that macOS hands over: there they are no arguments."""

    file_given = Signal(object)  # Path

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.file_given.emit(Path(event.file()))
            return True
        return super().event(event)


def run(paths: Paths, open_desk: OpenDesk, *, handbook: Path, files: Sequence[Path] = ()) -> int:
    """Show the window until it is closed; the exit code. `open_desk` may raise AppError, each one is told.

    Where a window of this desk is open already, it comes to the front and gets the files instead.
    """
    silent: Problem | None = None
    place: Place | None = None
    try:
        place = Place.take(paths, Call.of(files))
        if place is None:
            return 0
    except AppError as error:
        silent = error.problem
    application = Application(sys.argv[:1])
    application.setApplicationName("octavo")
    application.setApplicationDisplayName("Octavo")
    application.setDesktopFileName(APPLICATION_ID)
    application.setWindowIcon(emblem.icon())
    keep_folders_secret()
    load_fonts()
    opening = Opening(application, paths, open_desk, handbook, files)
    application.file_given.connect(opening.take_file)
    signal.signal(signal.SIGINT, lambda *_signal: application.quit())
    signal.signal(signal.SIGTERM, lambda *_signal: application.quit())
    sys.excepthook = opening.tell_fault
    if place is None:
        assert silent is not None
        opening.refuse(silent)
    else:
        opening.listen(place)
        opening.begin(None)
    code = application.exec()
    sys.excepthook = sys.__excepthook__
    leave_clipboard()
    opening.close()
    if place is not None:
        place.close()
    return code


def keep_folders_secret() -> None:
    """Qt's own file dialog, which is there where the desktop has none, would write the folders that were visited into
    QtProject.conf, outside the desk and for all to read. It writes nowhere; while the window is open it knows them."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)


def leave_clipboard() -> None:
    """Let the clipboard keep what was copied here in an object of Qt's own: one that Python made is destroyed after
    Python has ended, which ends the process by a segmentation fault."""
    clipboard = QGuiApplication.clipboard()
    data = clipboard.mimeData()
    if data is not None and Shiboken.createdByPython(data):
        clipboard.setText(clipboard.text())


class Opening(QObject):
    """From an empty screen to a living window, or to a sentence that says why not."""

    def __init__(
        self,
        application: QApplication,
        paths: Paths,
        open_desk: OpenDesk,
        handbook: Path,
        files: Sequence[Path],
    ) -> None:
        super().__init__()
        self._application = application
        self._paths = paths
        self._open_desk = open_desk
        self._handbook = handbook
        self._files = list(files)
        self._theme = Theme()
        self._appearance = Appearance(application, self._theme, self)
        self._bridge = Bridge(self)
        self._collector = Collector(self)
        self._desk: Desk | None = None
        self._dialog: SmallDialog | None = None
        self._calls: Calls | None = None
        self.presenter: WindowPresenter | None = None
        application.setQuitOnLastWindowClosed(False)  # a passphrase's dialog closes before the window opens

    def listen(self, place: Place) -> None:
        """Be the window that second starts hand their files to."""
        self._calls = Calls(place, self)
        self._calls.arrived.connect(self._take_call)
        self._calls.look()

    def begin(self, passphrase: str | None) -> None:
        work = partial(_open, self._open_desk, self._paths, passphrase)
        self._bridge.call(Executor.STORE, work, self._show, self._on_problem)

    def close(self) -> None:
        """End the work under way, keep what the window remembers, close the desk."""
        self._bridge.close()
        if self._desk is not None:
            if self.presenter is not None:
                state = msgspec.msgpack.encode(self.presenter.state())
                with contextlib.suppress(AppError):  # a full disk: the window will open in its usual place
                    self._desk.settings.set_blob(_BLOB, state)
                with contextlib.suppress(AppError):  # the same: what was typed in the last second is lost
                    self.presenter.conversation.drafts.close()
            self._desk.close()
        if self.presenter is not None:
            self.presenter.window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._collector.close()

    def tell_fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """What went wrong on the GUI thread itself: a sentence, an entry in the log; the window goes on."""
        problem = problem_of(error)
        if self.presenter is not None:
            self.presenter.window.tell(sentence(problem))
        else:
            sys.__excepthook__(kind, error, trace)

    @Slot(object)
    def _show(self, opened: tuple[Desk, Settings, WindowState]) -> None:
        self._desk, settings, state = opened
        messages.use_language(settings.language)
        self.presenter = WindowPresenter(
            self._desk,
            self._bridge,
            Icons(self._theme, self),
            self._appearance,
            handbook=self._handbook,
            now=_now,
            parent=self,
        )
        self.presenter.start(settings, state, self._files)
        self.presenter.window.fit_screen()
        self.presenter.window.show()
        self._application.setQuitOnLastWindowClosed(True)
        QTimer.singleShot(0, self, _note_open)  # once what was waiting is done, the first painting among it

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        if problem.code in (Code.PASSPHRASE_NEEDED, Code.DATABASE_KEY):
            dialog = self._dialog = LineDialog(_("Octavo"), sentence(problem), _("Open"), key="passphrase")
            dialog.line.setEchoMode(QLineEdit.EchoMode.Password)
            dialog.given.connect(self._try_passphrase)
            dialog.rejected.connect(self._give_up)
            dialog.open()
            return
        self.refuse(problem)

    def refuse(self, problem: Problem) -> None:
        """Say why there will be no window, and end."""
        told = self._dialog = SmallDialog(_("Octavo cannot open"), sentence(problem), _("Close"), choice=False)
        told.finished.connect(self._give_up)
        told.open()

    @Slot(object)
    def take_file(self, file: Path) -> None:
        """One that the desktop hands over; before there is a window it waits."""
        if self.presenter is None:
            self._files.append(file)
        else:
            self.presenter.welcome.take_files([file])

    @Slot(object)
    def _take_call(self, call: Call) -> None:
        for file in call.paths():
            self.take_file(file)
        shown = self.presenter.window if self.presenter is not None else self._dialog
        if shown is not None and Shiboken.isValid(shown) and shown.isVisible():
            call.permit()
            _bring_to_front(shown)

    @Slot(str, str)
    def _try_passphrase(self, key: str, passphrase: str) -> None:  # noqa: ARG002 - there is only one question
        self.begin(passphrase)

    @Slot()
    def _give_up(self) -> None:
        self._application.exit(EXIT_FAILED)


def _open(open_desk: OpenDesk, paths: Paths, passphrase: str | None) -> tuple[Desk, Settings, WindowState]:
    desk = open_desk(paths, passphrase)
    blob = desk.settings.get_blob(_BLOB)
    state = WindowState()
    if blob is not None:
        with contextlib.suppress(msgspec.MsgspecError):  # of another version: the window opens in its usual place
            state = msgspec.msgpack.decode(blob, type=WindowState)
    return desk, desk.settings.load(), state


def _note_open() -> None:
    _log.info("the window was open %.2f s after the start", time.time() - psutil.Process().create_time())


def _bring_to_front(window: QWidget) -> None:
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()


def _now() -> datetime:
    return datetime.now().astimezone()
