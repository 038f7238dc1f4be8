"""The window as a program: shows it empty, opens the desk meanwhile, fills it, and puts everything away.

What is imported above delays the window's frame. The desk and the panels are imported by the thread that opens the
desk, so that the window answers meanwhile.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import Shiboken

from app.core.errors import AppError, Code, Problem
from app.core.machine import desk_window
from app.core.machine.paths import Paths, resources
from app.core.machine.window_action import WindowAction
from app.core.matter import LIBRARY
from app.core.settings import Settings
from app.isolation import program
from app.ui.frame.main_window import MainWindow
from app.ui.kit import frame_state
from app.ui.kit.bridge import Bridge, Executor, problem_of
from app.ui.kit.calls import Call, Calls, WindowLock
from app.ui.kit.frame_state import WindowState
from app.ui.look.style import Appearance
from app.ui.look.theme import Theme
from app.ui.widgets.file_dialogs import forget_folders, keep_folders_secret, use_system_dialogs
from app.ui.window.extensions import Extensions
from app.ui.window.kept_state import KeptState, stored_state
from app.wording import i18n
from app.wording.errors import sentence
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.chat.writing.composer import Composer
    from app.ui.look.icons import Icons
    from app.ui.settings.passphrase import PassphraseDialog
    from app.ui.widgets.dialogs import SmallDialog
    from app.ui.window.passphrase_screen import PassphraseScreen
    from app.ui.window.shell_feature import MakeShellFeature, ShellFeature
    from app.ui.window.window import WindowPresenter
import gc

OpenDesk: TypeAlias = "Callable[[Paths, str | None], Services]"

EXIT_FAILED = 1
APPLICATION_ID = "alt.octavo.Octavo"
"""The name by which desktops know the program; its files in packaging/desktop are named so. `alt` is not a domain, and
never will be one (RFC 9476). Who passes the program on may give it an id of a domain of theirs (`application_id`)."""

_OWN_ID = "application-id"

_LAST_BLOB = "open_matter"
"""The name by which the library keeps the id of the matter that was open last."""

_UNSEEN_MS = 500
"""The time after which the desk is opened although nothing was painted: the window is minimized, or on another
workspace."""
_UNLISTED_MS = 300
"""The time after which the panels are shown although the shelf is not listed yet."""

_log = logging.getLogger("octavo.ui")


class Application(QApplication):
    """The application of Qt, which also reports files that macOS hands over: there they are no arguments."""

    file_given = Signal(object)  # Path

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.file_given.emit(Path(event.file()))
            return True
        return super().event(event)


def run(
    paths: Paths,
    open_desk: OpenDesk,
    extensions: Extensions,
    *,
    handbook: Path,
    files: Sequence[Path] = (),
    action: WindowAction = WindowAction.NONE,
) -> int:
    """Show the window until it is closed, and return the exit code. `open_desk` may raise AppError, which is shown.
    `extensions` is what features add.

    Where a window of this desk is open already, it comes to the front, gets the files and does `action` instead.
    """
    silent: Problem | None = None
    place: WindowLock | None = None
    try:
        place = WindowLock.take(paths, Call.of(files, action))
        if place is None:
            return 0
    except AppError as error:
        silent = error.problem
    application = _make_application()
    keep_folders_secret()
    opening = WindowStart(application, paths, open_desk, handbook, files, extensions)
    application.file_given.connect(opening.take_file)
    opening.act(action)
    _quit_at_signals(application)
    sys.excepthook = opening.tell_fault
    if place is None:
        assert silent is not None
        opening.refuse(silent)
    else:
        opening.listen(place)
        opening.begin()
    code = application.exec()
    sys.excepthook = sys.__excepthook__
    opening.close()
    forget_folders()
    leave_clipboard()
    if place is not None:
        place.close()
    if opening.restarts:
        _log.info("starts again")
        program.start_again("--data-dir", str(paths.data))
    return code


def _make_application() -> Application:
    application = Application(sys.argv[:1])
    application.setApplicationName("octavo")
    application.setApplicationDisplayName("Octavo")
    application.setDesktopFileName(application_id())
    return application


def application_id() -> str:
    """Return the id that the builder of this package chose, or ours. Its file is written by packaging/build.sh."""
    try:
        return (resources() / _OWN_ID).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return APPLICATION_ID


def _quit_at_signals(application: QApplication) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_signal: application.quit())


def leave_clipboard() -> None:
    """Let the clipboard keep what was copied here in an object of Qt's own: one that Python made is destroyed after
    Python has ended, which ends the process by a segmentation fault."""
    clipboard = QGuiApplication.clipboard()
    data = clipboard.mimeData()
    if data is not None and Shiboken.createdByPython(data):
        clipboard.setText(clipboard.text())


class _Moment:
    """A moment, in seconds: by the clock, and of processor time that this process took."""

    def __init__(self) -> None:
        self.wall, self.processor = time.time(), time.process_time()


class _Shell(QObject):
    """The part of the program that is there whether a desk is open or not: the window, its look, files that wait, the
    last word."""

    def __init__(self, application: QApplication, paths: Paths, files: Sequence[Path]) -> None:
        super().__init__()
        self._application = application
        self._paths = paths
        self._files = list(files)
        self._action, self._listed = WindowAction.NONE, False  # it waits until the shelf is listed
        self._theme = Theme()
        self._appearance = Appearance(application, self._theme, self)
        self._bridge = Bridge(self)
        self._collector = Collector(self)
        self._composer: Composer | None = None
        self._dialog: SmallDialog | None = None
        self._protecting: PassphraseDialog | None = None
        self._screen: PassphraseScreen | None = None  # while it asks for the passphrase
        self._calls: Calls | None = None
        self._icons: Icons | None = None
        self._shown = False
        self.restarts = False
        """True if the program is to start again once it has ended."""
        self._seen_at = _Moment()
        self.window = MainWindow()
        self.presenter: WindowPresenter | None = None
        application.setQuitOnLastWindowClosed(False)  # where there is none, a dialog's end is not the program's

    def listen(self, place: WindowLock) -> None:
        """Be the window that second starts hand their files to."""
        self._calls = Calls(place, self)
        self._calls.arrived.connect(self._take_call)
        self._calls.look()

    def show(self) -> None:
        """Show the window where it was."""
        state = frame_state.load(self._paths.window)
        self._appearance.choose(state.theme)
        self.window.restore(state)
        self.window.fit_screen()
        self.window.show()
        self._shown = True
        self._application.setQuitOnLastWindowClosed(True)

    def _show_composer(self) -> Composer:
        from app.ui.chat.writing.composer import Composer  # now: the frame is on the screen

        made = self._composer = Composer(self._theme)
        made.hide_tools()
        self.window.show_composer(made)
        return made

    def tell_fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Say that there was a fault on the GUI thread itself: a sentence in the window, an entry in the log; the
        window goes on."""
        problem = problem_of(error)
        self.window.picture.let_go()
        if self.presenter is not None:
            self.presenter.window.tell(sentence(problem))
        elif self._screen is not None:
            self._screen.show_problem(sentence(problem))
        else:
            sys.__excepthook__(kind, error, trace)

    @Slot()
    def _restart(self) -> None:
        """Close the window, and have the program open it once more where it was."""
        self.restarts = True
        self.window.close()

    def refuse(self, problem: Problem) -> None:
        """Say why there will be no window, and end."""
        from app.ui.widgets.dialogs import SmallDialog

        self.window.picture.let_go()
        _show_icon()
        parent = self.window if self.window.isVisible() else None
        dialog = self._dialog = SmallDialog(
            _("Octavo cannot open"), sentence(problem), _("Close"), leave=None, parent=parent
        )
        dialog.finished.connect(self._give_up)
        dialog.open()

    def _tell_waiting(self) -> None:
        if self._screen is not None:
            self._screen.show_files(len(self._files))

    @Slot(object)
    def take_file(self, file: Path) -> None:
        """Take a file that the desktop hands over; before there is a window it waits."""
        if self.presenter is None:
            self._files.append(file)
            self._tell_waiting()
        else:
            self.presenter.welcome.take_files([file])

    def act(self, action: WindowAction) -> None:
        """Do what was chosen in the menu of the program's icon; before the shelf is listed it waits."""
        if self.presenter is None or not self._listed:
            self._action = action
        elif action is WindowAction.NEW_CONVERSATION:
            self.presenter.places.navigation.new_conversation()
        elif action is WindowAction.SEARCH:
            self.presenter.places.anything.search()

    @Slot(object)
    def _take_files(self, files: list[Path]) -> None:
        for file in files:
            self.take_file(file)

    @Slot(object)
    def _take_call(self, call: Call) -> None:
        for file in call.paths():
            self.take_file(file)
        if call.action:
            self.act(call.action)
        dialog = self._dialog if self._dialog is not None and Shiboken.isValid(self._dialog) else None
        for shown in (dialog, self.window):
            if shown is not None and shown.isVisible():
                call.permit()
                _bring_to_front(shown)
                return

    @Slot()
    def _on_listed(self) -> None:
        self.window.picture.let_go()
        self._act_at_last()
        QTimer.singleShot(0, self, self._log_times)  # once what was waiting is done, the first painting among it
        QTimer.singleShot(0, self, _show_icon)

    @Slot()
    def _on_listed_again(self) -> None:
        """Go on when the shelf of another desk is listed."""
        self.window.picture.let_go()
        self._act_at_last()
        QTimer.singleShot(0, self._collector, self._collector.renew)

    def _act_at_last(self) -> None:
        self._listed = True
        waiting, self._action = self._action, WindowAction.NONE
        QTimer.singleShot(0, self, partial(self.act, waiting))

    def _hold_picture(self) -> None:
        """Keep what is on the screen, if it does not take long. Over a window that asks for the passphrase nothing can
        be typed meanwhile."""
        self.window.picture.hold(_UNLISTED_MS, deaf=self._screen is not None)

    @Slot()
    def _log_times(self) -> None:
        import psutil  # now: the window is open

        began = psutil.Process().create_time()
        for words, moment in (("its frame was on the screen", self._seen_at), ("the window was open", _Moment())):
            _log.info("%s %.3f s after the start, %.3f s of processor", words, moment.wall - began, moment.processor)

    @Slot()
    def _give_up(self) -> None:
        self._application.exit(EXIT_FAILED)

    @Slot()
    def _leave(self) -> None:
        """Quit by the screen that asks for the passphrase: nothing went wrong if the desk was open before."""
        self._application.exit(0 if self._icons is not None else EXIT_FAILED)


class WindowStart(_Shell):
    """The way from an empty screen to a living window, or to a sentence that says why not. Features see it as
    `Shell`."""

    def __init__(
        self,
        application: QApplication,
        paths: Paths,
        open_desk: OpenDesk,
        handbook: Path,
        files: Sequence[Path],
        extensions: Extensions,
    ) -> None:
        super().__init__(application, paths, files)
        self._extensions = extensions
        self._makers: Sequence[MakeShellFeature] = ()
        self.features: list[ShellFeature] = []
        """The features that outlive the open desk; made when the first desk is shown."""
        self._open_desk, self._handbook = open_desk, handbook
        self._desk: Services | None = None
        self._untold: Problem | None = None  # what went wrong before there was a place to say so
        self._unsaid = ""
        self._given: str | None = None  # the passphrase, until the desk is open
        self._begun = self._untouched = False  # the latter: the person wants damaged data as it is
        self._kept = KeptState(self._bridge, self)
        self._unseen = QTimer(self, singleShot=True, interval=_UNSEEN_MS)
        self.window.seen.connect(self._begin)
        self._unseen.timeout.connect(self._begin)

    def begin(self) -> None:
        """Show the window where it was, and open the desk as soon as it is on the screen."""
        self.show()
        self._unseen.start()

    @Slot()
    def _begin(self) -> None:
        """Have a question be begun while the desk opens: fonts and the composer come first, and take a moment."""
        if self._begun:
            return
        self._begun = True
        self._seen_at = _Moment()
        from app.ui.look import fonts  # now: the frame is on the screen

        self._unseen.stop()
        fonts.load_fonts()
        self._show_composer()
        self._open(None)

    @Slot(str)
    @Slot(str, str)
    def _open(self, passphrase: str | None, new: str = "") -> None:
        self._bridge.call(Executor.STORE, partial(self._opened, new or passphrase), self._show, self._on_problem)

    def _opened(self, passphrase: str | None) -> tuple[Settings, WindowState]:
        """Open the desk, on the bridge's thread, and return what is to be shown of it."""
        self._given = passphrase
        desk = self._desk = self._open_desk(self._paths, passphrase)
        if self._can_mend:
            self._look_for_damage(desk)
        last = (desk.settings.get_blob(_LAST_BLOB) or b"").decode("ascii", "replace")
        import_module("app.ui.window.window")  # here: the window answers meanwhile
        desk.make_all()
        self._makers = [import_maker() for import_maker in self._extensions.shell]
        try:
            return self._turned(last)
        except AppError as error:  # it is gone, or damaged: the library is there
            self._untold = error.problem if error.code is not Code.MATTER_UNKNOWN else None
            return self._turned(LIBRARY)

    def _look_for_damage(self, desk: Services) -> None:
        """Look for damage in matters, whose databases are opened later. Raises AppError DATABASE_DAMAGED."""
        from app.store.db import suspect_in  # here: opening the desk has imported it

        if (matter := suspect_in(self._paths.matters)) is not None:
            desk.close()
            self._desk = None
            raise AppError(Code.DATABASE_DAMAGED, path=str(matter))

    def _turned(self, id: str, before: Callable[[], object] | None = None) -> tuple[Settings, WindowState]:
        """Turn to another desk, on the bridge's thread, and return what is to be shown of it. `before` is called first.
        Raises AppError; then the present desk stays."""
        desk = self._desk
        assert desk is not None
        desk_window.note_locked(self._paths, False)
        if before is not None:
            before()
        if self._icons is not None or id != LIBRARY:  # of a desk that was just opened, the library is open
            desk = self._desk = desk.shared.turn_to(id)
        if (desk.settings.get_blob(_LAST_BLOB) or b"") != id.encode("ascii"):
            desk.settings.set_blob(_LAST_BLOB, id.encode("ascii"))
        return desk.settings.load(), stored_state(desk)

    def close(self) -> None:
        """End the work under way, keep what the window remembers, close the desk."""
        self._bridge.close()
        for feature in self.features:
            feature.close()
        if self._desk is not None:
            self._keep_state()
            if self.presenter is not None:
                self.presenter.end()
            self._desk.close()
        if self._shown:
            frame_state.save(self._paths.window, self.window.state(self._appearance.choice))
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._collector.close()

    def _keep_state(self) -> None:
        if self.presenter is None:
            return
        self._kept.leave()
        with contextlib.suppress(AppError):  # a full disk: what was typed in the last second is lost
            self.presenter.talk_area.drafts.close()

    def _here(self) -> str:
        """Return the id of the desk that is open."""
        assert self._desk is not None
        return self._desk.matter.id if self._desk.matter is not None else LIBRARY

    @Slot(str, str, object)
    def _change_desk(self, id: str, words: str, before: Callable[[], object] | None) -> None:
        """Put away all that the window shows, and what is under way for it; then open another desk in its place, or the
        same one anew. `before` is done in between, while nothing else is; `words` are said in the end, empty for
        nothing."""
        if self.presenter is None:
            return
        self._unsaid = words
        self._hold_picture()
        self._put_away()
        self._show_composer()
        self._bridge.drain(partial(self._turn, id, before))

    def _put_away(self) -> None:
        """Keep what the window remembers, and take all out of it."""
        assert self.presenter is not None
        forget_folders()
        self._keep_state()
        self.presenter.end()
        self.presenter.deleteLater()
        self.presenter = self._composer = None
        self._listed = False
        self.window.strip()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _turn(self, id: str, before: Callable[[], object] | None) -> None:
        self._bridge.call(Executor.STORE, partial(self._turned, id, before), self._show, self._stay)

    @Slot(object)
    def _stay(self, problem: Problem) -> None:
        """Show the present desk again, as the other one does not open."""
        self._untold = problem
        self._bridge.call(Executor.STORE, partial(self._turned, self._here()), self._show, self._on_problem)

    @Slot(object)
    def _show(self, opened: tuple[Settings, WindowState]) -> None:
        """Fill the window, which shows what it shows now until the shelf is listed: it would say that it is empty."""
        self._hold_picture()
        try:
            self._fill(*opened)
        except Exception as error:
            if self.presenter is not None:  # there is a place to say so
                raise
            self.refuse(problem_of(error))

    def _fill(self, settings: Settings, state: WindowState) -> None:
        from app.ui.kit.handbook import Handbook
        from app.ui.look.icons import Icons  # they were imported when the desk was opened
        from app.ui.window.window import EmptyWindow, WindowPresenter

        assert self._desk is not None
        self._take_question_away()
        composer = self._composer or self._show_composer()
        self._given = None
        i18n.use_language(settings.language)
        QGuiApplication.inputMethod().commit()
        first, self._icons = self._icons is None, self._icons or Icons(self._theme, self)
        handbook = Handbook(self._handbook, self._paths.data)
        empty = EmptyWindow(self.window, composer, self._bridge, self._icons, self._appearance, handbook)
        self.presenter = WindowPresenter(self._desk, empty, now=_now, features=self._extensions.features, parent=self)
        self.presenter.events.restart_wanted.connect(self._restart)
        self.presenter.shelf_area.matters.desk_wanted.connect(self._change_desk, Qt.ConnectionType.QueuedConnection)
        self.presenter.model_area.preferences.saved.connect(self._follow)
        files, self._files = self._files, []
        self.presenter.start(settings, state, files)
        self._follow()
        if not self.features:
            self.features = [make(self, self) for make in self._makers]
        for feature in self.features:
            feature.desk_shown(self.presenter)
        self._say_untold()
        on_listed = self._on_listed if first else self._on_listed_again
        for follower in (on_listed, self._follow_state):
            listed = self.presenter.shelf_area.shelf.conversations_listed
            listed.connect(follower, Qt.ConnectionType.SingleShotConnection)
        QTimer.singleShot(0, self, self._desk.documents.reader.expect)

    @Slot()
    def _follow_state(self) -> None:
        if self._desk is not None and self.presenter is not None:
            self._kept.follow(self._desk, self.presenter.state)

    def _take_question_away(self) -> None:
        """Put away the screen, or the dialog, that asks for a passphrase."""
        if (screen := self._screen) is not None:
            self._screen = None
            self.window.show_all()
            screen.ended.emit()
            screen.deleteLater()
        if self._protecting is not None:
            self._protecting.finish()
            self._protecting = None

    def _say_untold(self) -> None:
        if self._untold is not None:
            self.window.tell(sentence(self._untold))
        elif self._unsaid:
            self.window.say(self._unsaid)
        self._untold, self._unsaid = None, ""

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.window.picture.let_go()
        screen = self._screen
        if problem.code is Code.DATABASE_DAMAGED and self._can_mend:
            self._mend(problem)
        elif screen is not None and problem.code is Code.DATABASE_KEY:
            screen.show_wrong()
        elif screen is not None:
            screen.show_problem(sentence(problem))
        elif self._protecting is not None:
            self._protecting.show_problem(sentence(problem))
        elif problem.code in (Code.PASSPHRASE_NEEDED, Code.DATABASE_KEY):
            self._ask_passphrase("" if problem.code is Code.PASSPHRASE_NEEDED else sentence(problem))
        elif problem.code is Code.PASSPHRASE_REQUIRED:
            self._ask_new_passphrase(problem)
        else:
            self.refuse(problem)

    def _ask_passphrase(self, words: str) -> None:
        """Ask for the passphrase. `words` say why, if there is more to say than that the desk is locked."""
        from app.ui.window.passphrase_screen import PassphraseScreen  # now: most starts need none

        screen = PassphraseScreen(words)
        screen.given.connect(self._open)
        self.ask(screen)
        _show_icon()

    @property
    def _can_mend(self) -> bool:
        """True if damaged data is looked for, and something helps with it."""
        return self._extensions.mending is not None and not self._untouched

    def _mend(self, problem: Problem) -> None:
        assert self._extensions.mending is not None
        _show_icon()
        mending = self._extensions.mending(self._paths, self._extensions.keeps, self._bridge, self.window)
        mending.ended.connect(self._open_mended)
        mending.offer(problem, self._given)

    @Slot(bool)
    def _open_mended(self, whole: bool) -> None:
        """Open the desk once damage was offered to be mended. If the data is not `whole`, a damaged matter stays
        closed, and a damaged library does not open at all."""
        self._untouched = not whole
        self._open(self._given)

    def _ask_new_passphrase(self, problem: Problem) -> None:
        """Ask for a new passphrase, which the administrator of this machine wants and the desk does not have."""
        from app.ui.settings.passphrase import PassphraseDialog, PassphraseStep  # now: few desks open so

        _show_icon()
        dialog = self._dialog = self._protecting = PassphraseDialog(PassphraseStep.SET, self.window, sentence(problem))
        dialog.given.connect(self._open)
        dialog.rejected.connect(self._give_up)
        dialog.open()

    @Slot()
    def _follow(self) -> None:
        """Open the file dialogs that the settings name."""
        if self.presenter is not None:
            use_system_dialogs(self.presenter.model_area.preferences.settings.system_dialogs)

    # ---- for features

    @property
    def bridge(self) -> Bridge:
        return self._bridge

    @property
    def desk(self) -> Services | None:
        return self._desk

    def open(self, passphrase: str) -> None:
        self._open(passphrase)

    def ask(self, screen: PassphraseScreen) -> None:
        self._screen = screen
        screen.files_given.connect(self._take_files)
        screen.quit_wanted.connect(self._leave)
        self.window.show_alone(screen)
        self._tell_waiting()

    def let_go(self) -> Services:
        assert self._desk is not None
        self._put_away()
        desk, self._desk = self._desk, None
        return desk

    def take_back(self, desk: Services) -> None:
        self._desk = desk
        self._turn(self._here(), None)

    def forget(self) -> None:
        self._collector.renew()


def _show_icon() -> None:
    """Draw the icon of the program. It is done once there is nothing more urgent to do: it takes as long as a panel."""
    from app.ui.look import emblem

    QApplication.setWindowIcon(emblem.icon())


def _bring_to_front(window: QWidget) -> None:
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()


def _now() -> datetime:
    return datetime.now().astimezone()


_INTERVAL_MS = 2_000
_OLD_EVERY, _OLD_EVERY_IN_USE = 15, 1_800
"""The numbers of rounds after which old objects are looked at, too, while the window is not in use, and while it is:
half a minute, or an hour. Young objects are looked at in every round."""

_FEW_OLD, _GROWTH = 5_000, 1.25
"""Old objects are looked at earlier if they are more than `_FEW_OLD` and more than `_GROWTH` times what the last look
left. Python's own collector has a rule like it."""


class Collector(QObject):
    """Collects cycles on its own thread, and nowhere else, from its making until `close`.

    A cycle may hold objects of Qt, and those must be destroyed on the thread they belong to; the collector, left alone,
    runs on whichever thread happens to allocate. (Qt: "QObject::~QObject: Timers cannot be stopped from another
    thread".)

    What is young is looked through every few seconds, in some milliseconds. To look through everything takes a tenth of
    a second on a large desk: that waits until the person is elsewhere, until a quarter of it is new, or for an hour.
    What the first round finds is never looked through: it stays as long as the program, most of it modules.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._rounds, self._most_old = 0, _FEW_OLD
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        self._rounds += 1
        if self._rounds == 1:
            gc.freeze()
        unseen = QGuiApplication.applicationState() != Qt.ApplicationState.ApplicationActive
        due = self._rounds % (_OLD_EVERY if unseen else _OLD_EVERY_IN_USE) == 0
        if due or self._old() > self._most_old:
            gc.collect(2)
            self._most_old = max(_FEW_OLD, int(self._old() * _GROWTH))
        else:
            gc.collect(1)

    @staticmethod
    def _old() -> int:
        """Return the number of old objects, without those that are never looked through."""
        return len(gc.get_objects(generation=2))

    @Slot()
    def renew(self) -> None:
        """Collect everything, what was found in the first round too: it belonged to a desk that was left."""
        gc.unfreeze()
        gc.collect()
        self._rounds, self._most_old = 0, _FEW_OLD

    def close(self) -> None:
        """Collect everything, and leave it to Python again; no other thread should be at work by now."""
        self._timer.stop()
        gc.collect()
        gc.enable()
