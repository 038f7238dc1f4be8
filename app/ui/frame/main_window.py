"""The window: arranges the three panels and the line below, folds them, remembers where they were, takes drops.

It is on the screen, with empty panels of the right width, before there is anything to put into it: what this module
imports delays that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QMargins, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QCloseEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from app.core.settings import ThemeChoice
from app.ui.frame.panes import MiddleRoom, Panes, Side
from app.ui.kit.frame_state import USUAL_FRAME, FrameState, place_again, place_new
from app.ui.kit.held_picture import HeldPicture
from app.ui.look.theme import FOOT_HEIGHT, HEADER_HEIGHT, SPACE_M
from app.ui.widgets.accessibility import speak_as

if TYPE_CHECKING:
    from app.ui.chat.writing.composer import Composer
    from app.ui.frame.conversation_panel import ConversationPanel
    from app.ui.frame.drops import WindowDrops
    from app.ui.page.panel import PagePanel
    from app.ui.shelf.panel import ShelfPanel
    from app.ui.widgets.middle_panel import MiddleView
    from app.ui.widgets.network_lines import FetchLine, RemoteMark
    from app.ui.widgets.notice import NoticeAction, NoticeBar
    from app.ui.widgets.unfold_buttons import UnfoldButtons

_SIZE = (1440, 900)
_SMALLEST_HEIGHT = 480
_OF_DESK = ("shelf", "talk", "page", "remote_mark", "line", "overlay")
_FILLING = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen


class MainWindow(QWidget):
    closing = Signal()
    seen = Signal()  # it was painted for the first time

    shelf: ShelfPanel
    talk: ConversationPanel
    page: PagePanel
    remote_mark: RemoteMark
    line: FetchLine
    overlay: WindowDrops

    def __init__(self) -> None:
        """Make the window empty; `furnish` fills it."""
        super().__init__()
        self.setWindowTitle("Octavo")
        speak_as(self, QAccessible.Role.Window)
        self.setMinimumHeight(_SMALLEST_HEIGHT)
        self.resize(*_SIZE)
        self._waiting = _EmptyPane(foot=True)
        self._middle = QStackedWidget()
        speak_as(self._middle, QAccessible.Role.Grouping)
        self._middle.addWidget(self._waiting)
        middle = QWidget()
        self._middle_column = _column(middle)
        self._middle_column.addWidget(self._middle, 1)
        self.panes = Panes(_EmptyPane(header=False, foot=True), middle, _EmptyPane())
        self.panes.changed.connect(self._tell_folded)
        self._column = _column(self)
        self._column.addWidget(self.panes, 1)
        self._frame = USUAL_FRAME
        self._was_placed = False
        self._is_framed = True
        self._is_seen = False
        self._early_keys: list[QKeyEvent] = []
        self._unfolding: list[UnfoldButtons] = []
        self._views: list[MiddleView] = []
        self._alone: QWidget | None = None
        self._has_composer = False
        self._furnished = False
        self.picture = HeldPicture(self)
        self._own = tuple(self.children())

    def show_composer(self, composer: Composer) -> None:
        """Show the composer where it will be in the furnished window, so that a question can be begun."""
        column = _column(self._waiting)
        column.addStretch(1)
        column.addWidget(composer)
        column.addSpacing(SPACE_M + 1 + FOOT_HEIGHT)
        self._has_composer = True
        composer.show()
        composer.setFocus()
        for key in self._early_keys:
            QCoreApplication.sendEvent(composer.editor, key)
        self._early_keys.clear()

    def furnish(
        self,
        shelf: ShelfPanel,
        talk: ConversationPanel,
        page: PagePanel,
        *,
        remote_mark: RemoteMark,
        line: FetchLine,
        overlay: WindowDrops,
    ) -> None:
        """Put the panels into their places, each as wide as the place is."""
        self.shelf, self.talk, self.page = shelf, talk, page
        self.remote_mark, self.line, self.overlay = remote_mark, line, overlay
        self.panes.replace(Side.SHELF, shelf)
        self.panes.replace(Side.PAGE, page)
        self._middle.addWidget(talk)
        self._middle.removeWidget(self._waiting)
        self._waiting.deleteLater()
        self._middle_column.addWidget(remote_mark)
        self._column.addWidget(line)
        self._furnished = self._has_composer = True
        _refuse_drops(self)
        self.setAcceptDrops(True)
        self._use_unfolding(talk.unfold)

    def strip(self) -> None:
        """Empty the window again, which stays as wide and folded as it is: all that came with a desk goes, with its
        dialogs and shortcuts."""
        self._unfolding.clear()
        self._furnished = self._has_composer = False
        self.show_talk()
        self.panes.replace(Side.SHELF, _EmptyPane(header=False, foot=True))
        self.panes.replace(Side.PAGE, _EmptyPane())
        shown = [widget for number in range(self._middle.count()) if (widget := self._middle.widget(number))]
        self._waiting = _EmptyPane(foot=True)
        self._middle.addWidget(self._waiting)
        self._middle.setCurrentWidget(self._waiting)
        for widget in (*shown, self.remote_mark):
            widget.deleteLater()
        for child in self.children():
            if child not in self._own:
                child.deleteLater()
        self._views.clear()
        for name in _OF_DESK:
            self.__dict__.pop(name, None)  # what Python keeps of them has words of the desk

    def show_alone(self, widget: QWidget) -> None:
        """Show a widget in the place of everything; `show_all` leads back. What is typed past it is forgotten."""
        self._alone = widget
        self._early_keys.clear()
        self.panes.hide()
        self._column.addWidget(widget, 1)
        widget.show()
        widget.setFocus()
        self.picture.let_go()

    def show_all(self) -> None:
        if self._alone is not None:
            self._column.removeWidget(self._alone)
            self._alone.hide()
            self._alone = None
        self.panes.show()

    def add_line(self, line: QWidget) -> None:
        """Add a line below the panels, over the whole width."""
        self._column.addWidget(line)

    def add_view(self, view: MiddleView) -> None:
        """Add a view behind the conversation, for `show_view`."""
        self._views.append(view)
        self._middle.addWidget(view)
        self._use_unfolding(view.unfold)
        _refuse_drops(view)

    def show_view(self, view: MiddleView, room: MiddleRoom = MiddleRoom.SPACIOUS) -> None:
        """Show a view in the place of the conversation; `show_talk` leads back."""
        self._middle.setCurrentWidget(view)
        self.panes.give_middle(room)

    def state(self, theme: ThemeChoice = ThemeChoice.SYSTEM) -> FrameState:
        """Return the state of the window, with the theme that is chosen. What is open in the window is for others to
        say."""
        shelf_width, middle_width = self.panes.chosen_widths
        return FrameState(
            geometry=bytes(self.saveGeometry().data()),
            margins=_widths(self._frame),
            shelf_width=shelf_width,
            middle_width=middle_width,
            shelf_folded=not self.panes.wants(Side.SHELF),
            page_folded=not self.panes.wants(Side.PAGE),
            page_in_front=self.panes.front is Side.PAGE,
            theme=theme,
        )

    def restore(self, state: FrameState) -> None:
        if len(state.margins) == len(_widths(self._frame)):
            self._frame = QMargins(*state.margins)
        self._was_placed = bool(state.geometry) and self.restoreGeometry(QByteArray(state.geometry))
        self.panes.restore(
            shelf_width=state.shelf_width,
            middle_width=state.middle_width,
            shelf=not state.shelf_folded,
            page=not state.page_folded,
            front=Side.PAGE if state.page_in_front else Side.SHELF,
        )

    def fit_screen(self) -> None:
        """Place the window before it is shown for the first time: where it was, or in the middle, and all of it on a
        screen."""
        if not self.windowState() & _FILLING:
            if self._was_placed:
                self.setGeometry(place_again(self.geometry(), self._screens(), self._frame))
            else:
                self.setGeometry(place_new(QSize(*_SIZE), self._screens(), self._frame))
        self._is_framed = False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and not self._is_framed:
            self._is_framed = True
            self._learn_frame()

    def _learn_frame(self) -> None:
        """Learn what the desktop drew around the window, which is known once it is on the screen."""
        frame = self.windowHandle().frameMargins()
        if self.windowState() & _FILLING or frame.isNull():
            return
        self._frame = frame
        if not any(screen.contains(self.frameGeometry()) for screen in self._screens()):
            self.setGeometry(place_again(self.geometry(), self._screens(), frame))

    def _screens(self) -> list[QRect]:
        """Return the area of each screen that may be used, that of this window's screen first."""
        here = self.screen()
        others = [screen for screen in QGuiApplication.screens() if screen is not here]
        return [screen.availableGeometry() for screen in (here, *others)]

    @Slot()
    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def toggle_shelf(self) -> None:
        self.panes.toggle(Side.SHELF)

    @Slot()
    def toggle_page(self) -> None:
        self.panes.toggle(Side.PAGE)

    @Slot()
    def unfold_page(self) -> None:
        """Bring the page into sight. If it takes the place of the shelf, it takes over the focus too."""
        focused = QApplication.focusWidget()
        was_there = focused is not None and self.shelf.isAncestorOf(focused)
        self.panes.show_side(Side.PAGE)
        if was_there and not self.panes.shows(Side.SHELF):
            self.page.focus_page()

    @Slot()
    def unfold_shelf(self) -> None:
        self.panes.show_side(Side.SHELF)

    def show_talk(self) -> None:
        """Show the conversation again, in the place of a view."""
        self._middle.setCurrentWidget(self.talk)
        self.panes.give_middle(MiddleRoom.READABLE)

    def shows(self, view: MiddleView) -> bool:
        """Return whether a view is in the place of the conversation."""
        return self._middle.currentWidget() is view

    @Slot(str)
    def tell(self, words: str) -> None:
        """Say a sentence about something that went wrong, over what is shown in the middle."""
        self._notice().show_sentence(words)

    @Slot(str)
    def say(self, words: str) -> None:
        """Say a sentence about something that went well, over what is shown in the middle."""
        self._notice().show_sentence(words, failed=False)

    def offer(self, words: str, actions: Sequence[NoticeAction], *, passes_ms: int = 0) -> None:
        """Say a sentence, with what can be done now; with `passes_ms` it goes by itself after that time."""
        self._notice().show_sentence(words, failed=False, actions=actions, passes_ms=passes_ms)

    @Slot(str)
    def take_back(self, words: str) -> None:
        """Hide a sentence that still stands, as its cause is over."""
        for notice in (self.talk.notice, *(view.notice for view in self._views)):
            if words and notice.text() == words:
                notice.hide()

    def hide_notice(self) -> None:
        self._notice().hide()

    def _notice(self) -> NoticeBar:
        shown = self._middle.currentWidget()
        return next((view.notice for view in self._views if view is shown), self.talk.notice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a key that nothing in the window takes; keep it for the composer while there is nothing to type into."""
        if self._alone is not None:
            super().keyPressEvent(event)
        elif not self._has_composer:
            self._early_keys.append(event.clone())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_seen:
            self._is_seen = True
            QTimer.singleShot(0, self, self.seen.emit)  # once what is painted is on the screen

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.accept()

    @Slot()
    def _tell_folded(self) -> None:
        if self._furnished:
            for buttons in self._unfolding:
                buttons.show_folded(shelf=not self.panes.shows(Side.SHELF), page=not self.panes.shows(Side.PAGE))

    def _use_unfolding(self, buttons: UnfoldButtons) -> None:
        self._unfolding.append(buttons)
        buttons.shelf.clicked.connect(self.toggle_shelf)
        buttons.page.clicked.connect(self.toggle_page)
        self._tell_folded()


class _EmptyPane(QWidget):
    """A panel without anything in it, but with the lines that it will have: under its header and over its foot, if it
    has one."""

    def __init__(self, *, header: bool = True, foot: bool = False) -> None:
        super().__init__()
        self._header, self._foot = header, foot

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        line = self.palette().color(QPalette.ColorRole.Mid)
        if self._header:
            painter.fillRect(0, HEADER_HEIGHT, self.width(), 1, line)
        if self._foot:
            painter.fillRect(0, self.height() - FOOT_HEIGHT - 1, self.width(), 1, line)


def _refuse_drops(parent: QWidget) -> None:
    """Let nothing in a widget take drops: a text field would take a dropped file for text. The whole window takes
    files, through its overlay."""
    for child in parent.findChildren(QWidget):
        child.setAcceptDrops(False)


def _column(widget: QWidget) -> QVBoxLayout:
    """Make a layout for a widget that leaves no room between what is in it."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _widths(frame: QMargins) -> tuple[int, int, int, int]:
    return frame.left(), frame.top(), frame.right(), frame.bottom()
