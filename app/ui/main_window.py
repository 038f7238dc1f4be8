"""The window: arranges the three panels and the line below, folds them, remembers where they were, takes drops.

It is on the screen, with empty panels of the right width, before there is anything to put into it: what this module
imports delays that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QMargins, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.core.settings import ThemeChoice
from app.ui import motion
from app.ui.frame_state import USUAL_FRAME, FrameState, place_again, place_new
from app.ui.theme import FOOT_HEIGHT, HEADER_HEIGHT, SPACE_M

if TYPE_CHECKING:
    from app.ui.chat.composer import Composer
    from app.ui.conversation_panel import ConversationPanel
    from app.ui.drops import WindowDrops
    from app.ui.page.panel import PagePanel
    from app.ui.sheet.panel import SheetPanel
    from app.ui.shelf.panel import ShelfPanel
    from app.ui.widgets.network_lines import FetchLine, RemoteMark
    from app.ui.widgets.notice import NoticeBar

_SIZE = (1440, 900)
_SMALLEST_HEIGHT = 480
_SHELF_WIDTH, _SHELF_SMALLEST = 264, 200
_PAGE_SHARE, _PAGE_SMALLEST, _PAGE_WIDEST = 0.315, 300, 720
_TALK_SMALLEST = 360
_FILLING = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen


class MainWindow(QWidget):
    closing = Signal()
    seen = Signal()  # it was painted for the first time

    shelf: ShelfPanel
    talk: ConversationPanel
    page: PagePanel
    sheet: SheetPanel  # once it was added
    remote_mark: RemoteMark
    line: FetchLine
    overlay: WindowDrops

    def __init__(self) -> None:
        """Empty; `furnish` fills it."""
        super().__init__()
        self.setWindowTitle("Octavo")
        self.setMinimumHeight(_SMALLEST_HEIGHT)
        self.resize(*_SIZE)
        self._shelf_pane: QWidget = QWidget()
        self._page_pane: QWidget = _EmptyPane()
        self._waiting = _EmptyPane(foot=True)
        self._middle = QStackedWidget()
        self._middle.addWidget(self._waiting)
        middle = QWidget()
        self._middle_column = _column(middle)
        self._middle_column.addWidget(self._middle, 1)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        panes = ((self._shelf_pane, _SHELF_SMALLEST), (middle, _TALK_SMALLEST), (self._page_pane, _PAGE_SMALLEST))
        for pane, smallest in panes:
            pane.setMinimumWidth(smallest)
            self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(1, 1)
        self._column = _column(self)
        self._column.addWidget(self._splitter, 1)
        self._frame = USUAL_FRAME
        self._was_placed = False
        self._is_framed = True
        self._is_seen = False
        self._early_keys: list[QKeyEvent] = []
        self._has_composer = False
        self._furnished = False
        self._spread()

    def show_composer(self, composer: Composer) -> None:
        """Where it will be in the furnished window, so that a question can be begun."""
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
        self._shelf_pane = self._put(shelf, self._shelf_pane)
        self._page_pane = self._put(page, self._page_pane)
        self._middle.addWidget(talk)
        self._middle.removeWidget(self._waiting)
        self._waiting.deleteLater()
        self._middle_column.addWidget(remote_mark)
        self._column.addWidget(line)
        talk.unfold_shelf.clicked.connect(self.toggle_shelf)
        talk.unfold_page.clicked.connect(self.toggle_page)
        self._furnished = self._has_composer = True
        _refuse_drops(self)
        self.setAcceptDrops(True)
        self._tell_folded()

    def add_sheet(self, sheet: SheetPanel) -> None:
        """Behind the conversation, for `show_sheet`."""
        self.sheet = sheet
        self._middle.addWidget(sheet)
        _refuse_drops(sheet)

    def _put(self, panel: QWidget, pane: QWidget) -> QWidget:
        """The panel in the place of an empty pane, which goes."""
        panel.setMinimumWidth(pane.minimumWidth())
        folded = pane.isHidden()
        self._splitter.replaceWidget(self._splitter.indexOf(pane), panel)
        panel.setHidden(folded)
        pane.deleteLater()
        return panel

    def state(self, theme: ThemeChoice = ThemeChoice.SYSTEM) -> FrameState:
        """With the theme that is chosen. What is open in the window is for others to say."""
        return FrameState(
            geometry=bytes(self.saveGeometry().data()),
            margins=_widths(self._frame),
            widths=tuple(self._splitter.sizes()),
            shelf_folded=self._shelf_pane.isHidden(),
            page_folded=self._page_pane.isHidden(),
            theme=theme,
        )

    def restore(self, state: FrameState) -> None:
        if len(state.margins) == len(_widths(self._frame)):
            self._frame = QMargins(*state.margins)
        self._was_placed = bool(state.geometry) and self.restoreGeometry(QByteArray(state.geometry))
        self._spread()
        if len(state.widths) == self._splitter.count() and not state.shelf_folded and not state.page_folded:
            self._splitter.setSizes(list(state.widths))
        self._shelf_pane.setHidden(state.shelf_folded)
        self._page_pane.setHidden(state.page_folded)
        self._tell_folded()

    def fit_screen(self) -> None:
        """Before the window is shown for the first time: where it was, or in the middle, and all of it on a screen."""
        if not self.windowState() & _FILLING:
            if self._was_placed:
                self.setGeometry(place_again(self.geometry(), self._screens(), self._frame))
            else:
                self.setGeometry(place_new(QSize(*_SIZE), self._screens(), self._frame))
                self._spread()
        self._is_framed = False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and not self._is_framed:
            self._is_framed = True
            self._learn_frame()

    def _learn_frame(self) -> None:
        """Once the window is on the screen, what the desktop drew around it is known."""
        frame = self.windowHandle().frameMargins()
        if self.windowState() & _FILLING or frame.isNull():
            return
        self._frame = frame
        if not any(screen.contains(self.frameGeometry()) for screen in self._screens()):
            self.setGeometry(place_again(self.geometry(), self._screens(), frame))

    def _screens(self) -> list[QRect]:
        """What may be used of each, the one of this window first."""
        here = self.screen()
        others = [screen for screen in QGuiApplication.screens() if screen is not here]
        return [screen.availableGeometry() for screen in (here, *others)]

    @Slot()
    def toggle_shelf(self) -> None:
        self._fold(self._shelf_pane, not self._shelf_pane.isHidden())

    @Slot()
    def toggle_page(self) -> None:
        self._fold(self._page_pane, not self._page_pane.isHidden())

    @Slot()
    def unfold_page(self) -> None:
        self._fold(self._page_pane, False)

    @Slot()
    def unfold_shelf(self) -> None:
        self._fold(self._shelf_pane, False)

    def show_sheet(self, shown: bool) -> None:
        """The question sheet in the place of the conversation, or the conversation again."""
        self._middle.setCurrentWidget(self.sheet if shown else self.talk)

    @property
    def shows_sheet(self) -> bool:
        return self._middle.currentWidget() is not self.talk

    @Slot(str)
    def tell(self, words: str) -> None:
        """Say a sentence about something that went wrong, over what is shown in the middle."""
        self._notice().show_sentence(words)

    @Slot(str)
    def say(self, words: str) -> None:
        """The same about something that went well."""
        self._notice().show_sentence(words, failed=False)

    def _notice(self) -> NoticeBar:
        return self.sheet.notice if self.shows_sheet else self.talk.notice

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What nothing in the window takes. While there is nothing to type into, it is kept for the composer."""
        if not self._has_composer:
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

    def _spread(self) -> None:
        page = round(max(_PAGE_SMALLEST, min(_PAGE_WIDEST, self.width() * _PAGE_SHARE)))
        shelf = max(_SHELF_SMALLEST, min(_SHELF_WIDTH, round(self.width() * 0.23)))
        self._splitter.setSizes([shelf, self.width() - shelf - page, page])

    def _fold(self, pane: QWidget, folded: bool) -> None:
        if folded:
            pane.hide()
        else:
            motion.show_gently(pane)
        self._tell_folded()

    def _tell_folded(self) -> None:
        if self._furnished:
            self.talk.show_folded(shelf=self.shelf.isHidden(), page=self.page.isHidden())


class _EmptyPane(QWidget):
    """With the lines that the panel will have: under its header and, if it has one, over its foot."""

    def __init__(self, *, foot: bool = False) -> None:
        super().__init__()
        self._foot = foot

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        line = self.palette().color(QPalette.ColorRole.Mid)
        painter.fillRect(0, HEADER_HEIGHT, self.width(), 1, line)
        if self._foot:
            painter.fillRect(0, self.height() - FOOT_HEIGHT - 1, self.width(), 1, line)


def _refuse_drops(parent: QWidget) -> None:
    """A text field would take a dropped file for text: here the whole window takes files, through its overlay, and
    nothing in it does."""
    for child in parent.findChildren(QWidget):
        child.setAcceptDrops(False)


def _column(widget: QWidget) -> QVBoxLayout:
    """A layout that leaves no room between what is in it."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _widths(frame: QMargins) -> tuple[int, int, int, int]:
    return frame.left(), frame.top(), frame.right(), frame.bottom()
