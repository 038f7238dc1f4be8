"""The window: arranges the three panels and the line below, folds them, remembers where they were, takes drops."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QByteArray, QEvent, QMargins, QMimeData, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.documents.images.kinds import is_image
from app.documents.videos.kinds import is_video
from app.messages import _
from app.ui.chat.intake import holds_addresses, holds_image, pick_files, read_image
from app.ui.conversation_panel import ConversationPanel
from app.ui.icons import Icons
from app.ui.models.line import FetchLine
from app.ui.page.panel import PagePanel
from app.ui.remote.mark import RemoteMark
from app.ui.screens import USUAL_FRAME, place_again, place_new
from app.ui.sheet.panel import SheetPanel
from app.ui.shelf.panel import ShelfPanel
from app.ui.widgets.drop_overlay import DropOverlay
from app.ui.widgets.notice import Notice

_SIZE = (1440, 900)
_SMALLEST_HEIGHT = 480
_SHELF_WIDTH, _SHELF_SMALLEST = 264, 200
_PAGE_SHARE, _PAGE_SMALLEST, _PAGE_WIDEST = 0.315, 300, 720
_TALK_SMALLEST = 360
_FILLING = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen


class OpenPage(msgspec.Struct, frozen=True):
    """A book that lies open, and its page."""

    book_id: str
    page: int


class WindowState(msgspec.Struct, frozen=True):
    """What the window remembers: Qt's own geometry, the widths of the panels, what is folded, what lay open.

    `frame` has the widths that the desktop drew around it: left, top, right, bottom. `open_pages` lay open in the
    conversation, from left to right; `book_id` is the one of them that was shown, at its `page`.
    """

    geometry: bytes = b""
    frame: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()
    shelf_folded: bool = False
    page_folded: bool = False
    book_id: str = ""
    page: int = 1
    conversation_id: str = ""
    open_pages: tuple[OpenPage, ...] = ()


class MainWindow(QWidget):
    files_dropped = Signal(list)  # list[Path]
    image_dropped = Signal(object)  # bytes | QImage
    address_dropped = Signal()  # of the web, and nothing else
    closing = Signal()

    def __init__(
        self, icons: Icons, shelf: ShelfPanel, talk: ConversationPanel, page: PagePanel, sheet: SheetPanel
    ) -> None:
        super().__init__()
        self.setWindowTitle("Octavo")
        self.setMinimumHeight(_SMALLEST_HEIGHT)
        self.resize(*_SIZE)
        self.shelf, self.talk, self.page, self.sheet = shelf, talk, page, sheet
        self._middle = QStackedWidget()
        self._middle.addWidget(talk)
        self._middle.addWidget(sheet)
        self.remote_mark = RemoteMark(icons)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._middle, 1)
        column.addWidget(self.remote_mark)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        for panel, smallest in ((shelf, _SHELF_SMALLEST), (middle, _TALK_SMALLEST), (page, _PAGE_SMALLEST)):
            panel.setMinimumWidth(smallest)
            self._splitter.addWidget(panel)
        self._splitter.setStretchFactor(1, 1)
        self.line = FetchLine(icons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._splitter, 1)
        column.addWidget(self.line)
        self.overlay = DropOverlay(icons.theme, self)
        talk.unfold_shelf.clicked.connect(self.toggle_shelf)
        talk.unfold_page.clicked.connect(self.toggle_page)
        self._frame = USUAL_FRAME
        self._was_placed = False
        self._is_framed = True
        self._take_all_drops()
        self._spread()

    def state(self) -> WindowState:
        """Of the window itself; what lies open in it is for others to say."""
        return WindowState(
            geometry=bytes(self.saveGeometry().data()),
            frame=_widths(self._frame),
            widths=tuple(self._splitter.sizes()),
            shelf_folded=self.shelf.isHidden(),
            page_folded=self.page.isHidden(),
        )

    def restore(self, state: WindowState) -> None:
        if len(state.frame) == len(_widths(self._frame)):
            self._frame = QMargins(*state.frame)
        self._was_placed = bool(state.geometry) and self.restoreGeometry(QByteArray(state.geometry))
        self._spread()
        if len(state.widths) == self._splitter.count() and not state.shelf_folded and not state.page_folded:
            self._splitter.setSizes(list(state.widths))
        self.shelf.setHidden(state.shelf_folded)
        self.page.setHidden(state.page_folded)
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
        self.shelf.setVisible(self.shelf.isHidden())
        self._tell_folded()

    @Slot()
    def toggle_page(self) -> None:
        self.page.setVisible(self.page.isHidden())
        self._tell_folded()

    @Slot()
    def unfold_page(self) -> None:
        self.page.show()
        self._tell_folded()

    @Slot()
    def unfold_shelf(self) -> None:
        self.shelf.show()
        self._tell_folded()

    def show_sheet(self, shown: bool) -> None:
        """The question sheet in the place of the conversation, or the conversation again."""
        self._middle.setCurrentWidget(self.sheet if shown else self.talk)

    @property
    def shows_sheet(self) -> bool:
        return self._middle.currentWidget() is self.sheet

    @Slot(str)
    def tell(self, words: str) -> None:
        """Say a sentence about something that went wrong, over what is shown in the middle."""
        self._notice().show_sentence(words)

    @Slot(str)
    def say(self, words: str) -> None:
        """The same about something that went well."""
        self._notice().show_sentence(words, failed=False)

    def _notice(self) -> Notice:
        return self.sheet.notice if self.shows_sheet else self.talk.notice

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        words = _word_drop(event.mimeData())
        if words is not None:
            event.acceptProposedAction()
            self.overlay.appear(*words)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.overlay.hide()
        source = event.mimeData()
        if _word_drop(source) is None:
            return
        event.acceptProposedAction()
        if files := pick_files(source):
            self.files_dropped.emit(files)
        elif holds_image(source):
            self.image_dropped.emit(read_image(source))
        else:
            self.address_dropped.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.accept()

    def _take_all_drops(self) -> None:
        """A text field would take a dropped file for text: here the whole window takes files, and nothing else does."""
        for child in self.findChildren(QWidget):
            child.setAcceptDrops(False)
        self.setAcceptDrops(True)

    def _spread(self) -> None:
        page = round(max(_PAGE_SMALLEST, min(_PAGE_WIDEST, self.width() * _PAGE_SHARE)))
        shelf = max(_SHELF_SMALLEST, min(_SHELF_WIDTH, round(self.width() * 0.23)))
        self._splitter.setSizes([shelf, self.width() - shelf - page, page])

    def _tell_folded(self) -> None:
        self.talk.show_folded(shelf=self.shelf.isHidden(), page=self.page.isHidden())


def _widths(frame: QMargins) -> tuple[int, int, int, int]:
    return frame.left(), frame.top(), frame.right(), frame.bottom()


def _word_drop(source: QMimeData) -> tuple[str, str] | None:
    """What becomes of it when it is dropped, and more about that; None where it is not for the window."""
    names = [path.name for path in pick_files(source)]
    images = [name for name in names if is_image(name, b"")]
    videos = [name for name in names if name not in images and is_video(name, b"")]
    if not names and not holds_image(source):
        return (_("Nothing is fetched from the web"), _("Drop the image itself")) if holds_addresses(source) else None
    if videos and len(images) + len(videos) == len(names):
        words = _("Show them to the model") if len(names) > 1 else _("Show frames of it to the model")
        return words, _("You choose which frames of a video go with the next question")
    if len(images) == len(names):
        several = len(images) > 1
        return (
            _("Show them to the model") if several else _("Show it to the model"),
            _("They go with the next question") if several else _("It goes with the next question"),
        )
    formats = _("PDF, EPUB, Word, web page, e-mail, table or text: the model reads it whole")
    if videos:
        return _("Put the books on the desk, show the images and videos to the model"), formats
    if images:
        return _("Put the books on the desk, show the images to the model"), formats
    return _("Put them on the desk") if len(names) > 1 else _("Put it on the desk"), formats
