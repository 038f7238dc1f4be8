"""Ctrl+K: finds any command, book, conversation, image or text by words. Lies over the window, which is dimmed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QLineEdit, QListView, QWidget

from app.ui.kit.commands import Entry, EntryKind, caps_of
from app.ui.kit.rows import RowRole
from app.ui.kit.text_finder import TextFinder
from app.ui.look import motion
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XL, SPACE_XS, SPACE_XXL
from app.ui.palette.palette_rows import EntryDelegate, EntryList
from app.ui.widgets.key_caps import KeyCaps
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _

_WIDTH, _HIGHEST = 620, 440
_FROM_TOP = 0.13
"""The share of the window's height at which the palette's top is."""
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
_PAUSE_MS = 150
"""The time after the last key before texts are looked through."""
_FEWEST = 2
"""The fewest characters that are looked for in texts."""
_DIM_LIGHT, _DIM_DARK = 70, 130
_SHADOW, _SHADOW_ALPHA, _CORNER = 36, 3, 12
_KEYS = QKeySequence("Ctrl+K")


class PaletteDialog(QDialog):
    """The palette. `chosen` carries the Entry, `search_wanted` the words that are to be looked for in texts."""

    chosen = Signal(object)
    search_wanted = Signal(str)

    def __init__(
        self,
        icons: Icons,
        entries: Sequence[Entry],
        parent: QWidget,
        *,
        hint: str = "",
        finders: Sequence[TextFinder] = (),
    ) -> None:
        """`hint` says what there is to choose from, if that is not all. `finders` look through texts."""
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)  # a part of the window; Qt lets no dialog begin as one
        self._window = parent
        self._theme = icons.theme
        self._finders = tuple(finders)
        self._before: QWidget | None = None
        self.setAccessibleName(_("Find anything"))
        self._model = EntryList(entries, self, last=[finder.further for finder in self._finders])
        self.line = QLineEdit()
        self.line.setProperty("role", "palette")
        self.line.setPlaceholderText(hint or self._hint())
        self.line.setAccessibleName(_("Find anything"))
        self.line.textChanged.connect(self._narrow)
        self.line.installEventFilter(self)
        self.view = self._make_view(icons)
        self.note = PlainLabel(role="soft", wraps=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setMinimumHeight(3 * SPACE_XXL)
        self._card = QFrame(self)
        self._card.setProperty("role", "palette")
        below = column(self.note, self.view, margins=(SPACE_S, SPACE_XS, SPACE_S, SPACE_S))
        column(self.line, Separator(), below, Separator(), self._make_foot(), of=self._card)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._want_search)
        self._searching = False
        parent.installEventFilter(self)
        self._select(0)

    def _hint(self) -> str:
        if self._finders:
            return _("A command, a document, a conversation, or words in them")
        return _("A command, a document or a conversation")

    def _make_view(self, icons: Icons) -> QListView:
        view = QListView()
        view.setAccessibleName(_("Found"))
        view.setModel(self._model)
        view.setItemDelegate(EntryDelegate(icons, view))
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setMouseTracking(True)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.clicked.connect(self._choose)
        return view

    def _make_foot(self) -> QWidget:
        """Make the foot, which says what keys there are."""
        items: list[QWidget] = []
        hints = [(("↑", "↓"), _("choose")), (("↵",), _("open")), (("Esc",), _("close"))]
        hints += [(caps_of(finder.keys), finder.hint) for finder in self._finders]
        for keys, words in hints:
            items += [KeyCaps(self._theme, keys), PlainLabel(words, role="small")]
        foot = row(*items, STRETCH, spacing=SPACE_S, margins=(SPACE_L, SPACE_S, SPACE_L, SPACE_S))
        return boxed(foot)

    @Slot(object)
    def add(self, entries: Sequence[Entry]) -> None:
        """Add more to choose from, found meanwhile."""
        at = self.view.currentIndex().row()
        self._model.add(entries, self.line.text())
        self._select(at)

    def add_found(self, entries: Sequence[Entry]) -> None:
        """Add texts that hold the words."""
        at = self.view.currentIndex().row()
        self._model.add_found(entries, self.line.text())
        self._select(at)

    def entries(self) -> list[Entry]:
        """Return the entries that can be chosen now."""
        return self._model.entries()

    def begin_search(self) -> None:
        self._searching = True
        self._model.forget_found()
        self._fit()

    def end_search(self) -> None:
        """Note that all texts were looked through."""
        self._searching = False
        at = self.view.currentIndex().row()
        self._model.narrow(self.line.text())
        self._select(at)

    def open_over(self) -> None:
        """Show the palette in the upper part of its window."""
        self._before = QApplication.focusWidget()
        self.setGeometry(self._window.rect())
        self.raise_()
        motion.show_gently(self)
        self._fit()
        self.line.setFocus()

    def done(self, result: int) -> None:
        """Close, and give the focus back to where it was."""
        self._window.removeEventFilter(self)
        before, self._before = self._before, None
        super().done(result)
        self.deleteLater()
        if before is not None and before.isVisible():
            before.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        elif watched is self.line and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # no command of the window, as long as this is open
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._press(event)
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        """Do what a key is for, and return whether it is kept from the line."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self._step(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.view.currentIndex())
        elif finder := self._finder_of(QKeySequence(event.keyCombination())):
            self.accept()
            self.chosen.emit(finder.further(self.line.text()))
        elif event.key() == Qt.Key.Key_Escape or QKeySequence(event.keyCombination()) == _KEYS:
            self.reject()
        else:
            return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True

    def _finder_of(self, keys: QKeySequence) -> TextFinder | None:
        return next((finder for finder in self._finders if finder.keys == keys), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._card.geometry().contains(event.position().toPoint()):
            self.reject()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        dark = self._theme.palette.dark
        painter.fillRect(self.rect(), QColor(0, 0, 0, _DIM_DARK if dark else _DIM_LIGHT))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, _SHADOW_ALPHA))
        card = QRectF(self._card.geometry()).translated(0, SPACE_S)
        for spread in range(0, _SHADOW, 2):
            painter.drawRoundedRect(card.adjusted(-spread, -spread, spread, spread), _CORNER + spread, _CORNER + spread)

    def _fit(self) -> None:
        """Make the palette as high as its rows, and put it in the middle of the window's width."""
        entries = self._model.entries()
        empty = all(entry.kind is EntryKind.EVERYWHERE for entry in entries)
        self.note.setText(self._nothing() if empty else "")
        self.note.setVisible(empty)
        self.view.setVisible(bool(entries))
        top = max(SPACE_XL, round(self.height() * _FROM_TOP))
        room = self.height() - top - SPACE_XL - self._card.sizeHint().height() + self.view.height()
        self.view.setFixedHeight(max(SPACE_XXL, min(self._model.height(), _HIGHEST, room)))
        width = min(_WIDTH, self.width() - 2 * SPACE_XL)
        self._card.setFixedWidth(width)
        self._card.adjustSize()
        self._card.move(QPoint((self.width() - width) // 2, top))
        self.update()

    def _nothing(self) -> str:
        if self._searching or self._pause.isActive():
            return _("Looking through conversations and documents…")
        return self.nothing_words(" ".join(self.line.text().split()))

    @staticmethod
    def nothing_words(words: str) -> str:
        """Say that nothing was found for these words."""
        return _("Nothing found for “{words}”. Try fewer words, or a part of one.").format(words=words)

    def _step(self, step: int) -> None:
        """Go to the next entry in a direction, past headings; at an end, to that entry."""
        target = self._model.step(self.view.currentIndex().row(), step)
        if target.isValid():
            self._go(target.row())

    def _select(self, at: int) -> None:
        """Select the entry in this row, or the next one below."""
        target = self._model.step(at - 1, 1)
        self._go(target.row() if target.isValid() else self._model.rowCount() - 1)
        self._fit()

    def _go(self, at: int) -> None:
        self.view.setCurrentIndex(self._model.index(at, 0))
        if at == 1:
            self.view.scrollToTop()  # with its heading

    @Slot(str)
    def _narrow(self, words: str) -> None:
        if self._finders and len(words.strip()) >= _FEWEST:
            self._pause.start()
        else:
            self._pause.stop()
        self._model.narrow(words)
        self._select(0)

    @Slot()
    def _want_search(self) -> None:
        self.search_wanted.emit(self.line.text())

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(RowRole) if index.isValid() else None
        if isinstance(entry, Entry):
            self.accept()
            self.chosen.emit(entry)
