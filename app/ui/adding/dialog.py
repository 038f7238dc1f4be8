"""The files of folders that are being added, or were: which wait, which were read, and why one could not be."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QLineEdit,
    QProgressBar,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.core.documents.untrusted import disarm
from app.core.machine.secret import Password
from app.ui.adding.files import AddedFiles, AddedState, FileRole, FileRow
from app.ui.look.fonts import ui_font
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XS
from app.ui.shelf.delegates import RowDelegate
from app.ui.shelf.lists import ShelfListView
from app.ui.shelf.rows import Index
from app.ui.shelf.running import RunProgress
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, plain_tip, two_lines
from app.ui.widgets.layouts import DIALOG, STRETCH, column, row
from app.wording.i18n import _
from app.wording.units import count

_SIZE = QSize(680, 560)
_CHOICE_WIDTH = 220
_ROW_HEIGHT = 52
_LINE = 18
_SIGN = 16
_PASSWORD_WIDTH = 160
_STEPS = 1000
_ALL = "all"
_SIGNS = {
    AddedState.WAITING: Symbol.MORE,
    AddedState.READING: Symbol.FILE,
    AddedState.READ: Symbol.COPIED,
    AddedState.FAILED: Symbol.FAILED,
}


class FilesView(ShelfListView):
    """A list of as many files as a folder may have: its height is not that of all its rows."""

    def __init__(self) -> None:
        super().__init__(_("Files"))
        self.setProperty("role", "framed")

    def sizeHint(self) -> QSize:
        return _SIZE


class FileDelegate(RowDelegate):
    """Paints the row of a file: its place, and what became of it; a fault in two lines if need be."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = option.widget
        width = view.viewport().width() if isinstance(view, QAbstractItemView) else _SIZE.width()
        file = index.data(FileRole)
        lines = len(_lines(file, width - 2 * SPACE_XS - 3 * SPACE_S - _SIGN - _beside(file)))
        return QSize(80, _ROW_HEIGHT + (lines - 1) * _LINE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        file: FileRow = index.data(FileRole)
        palette = self._theme.palette
        colours = {
            AddedState.WAITING: palette.soft_ink,
            AddedState.READING: palette.accent,
            AddedState.READ: palette.verified,
            AddedState.FAILED: palette.not_found,
        }
        area: QRect = option.rect.adjusted(SPACE_XS, 1, -SPACE_XS, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, area, option, card=False)
        self._paint_focus(painter, area, option)
        inner = area.adjusted(SPACE_S, (_ROW_HEIGHT - 2 * _LINE) // 2 - 1, -SPACE_S - _beside(file), 0)
        sign = QRect(inner.left(), inner.top() + 1, _SIGN, _SIGN)
        self._icons.icon(_SIGNS[file.state], colours[file.state]).paint(painter, sign)
        inner.setLeft(sign.right() + SPACE_S)
        self._paint_line(painter, inner, file.name, ui_font(SIZE_UI), palette.ink, Qt.TextElideMode.ElideMiddle)
        colour = palette.not_found if file.state is AddedState.FAILED else palette.soft_ink
        for number, line in enumerate(_lines(file, inner.width()), 1):
            self._paint_line(painter, inner.translated(0, number * _LINE), line, ui_font(SIZE_SMALL), colour)
        painter.restore()

    def _paint_line(
        self,
        painter: QPainter,
        area: QRect,
        words: str,
        font: QFont,
        colour: str,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(words, elide, area.width())
        painter.drawText(QRect(area.left(), area.top(), area.width(), _LINE), Qt.AlignmentFlag.AlignVCenter, shown)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:  # noqa: ARG002
        file = index.data(FileRole)
        words = f"{file.name}\n{disarm(file.words)}" if isinstance(file, FileRow) else ""
        QToolTip.showText(event.globalPos(), plain_tip(words), view)
        return True


def _lines(file: FileRow, width: int) -> list[str]:
    """Return in words what became of a file: a failure on up to two lines of this width (px), all else on one line."""
    words = disarm(" ".join(file.words.split()))
    return two_lines(words, ui_font(SIZE_SMALL), width) if file.state is AddedState.FAILED else [words]


def _beside(file: FileRow) -> int:
    """Return the room for a password beside the words, px."""
    return _PASSWORD_WIDTH + SPACE_M if file.is_locked else 0


class PasswordRow(QWidget):
    """A field over the row of a protected file, for its password. `given` carries its Path and the Password."""

    given = Signal(object, object)

    def __init__(self, file: FileRow) -> None:
        super().__init__()
        self._path = file.path
        self.line = QLineEdit(placeholderText=_("Password"))
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setFixedWidth(_PASSWORD_WIDTH)
        self.line.setAccessibleName(_("“{name}” needs a password:").format(name=file.name))
        self.line.returnPressed.connect(self._give)
        row(STRETCH, self.line, of=self, margins=(0, 0, SPACE_S + SPACE_XS, 0))

    @Slot()
    def _give(self) -> None:
        if self.line.text():
            password = Password(self.line.text())
            self.line.clear()
            self.given.emit(self._path, password)


class AddingDialog(QDialog):
    """The list of files. It is not modal, and is deleted when it is closed. `retry_wanted` carries list[Path], the
    files that are to be tried again; `password_wanted` the Path of one that needs a password, `password_given` that and
    the Password; `pause_wanted` whether to pause."""

    retry_wanted = Signal(list)
    password_wanted = Signal(object)
    password_given = Signal(object, object)
    pause_wanted = Signal(bool)

    def __init__(self, icons: Icons, files: AddedFiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Added files"))
        self._files = files
        self._paused = self._runs = False
        self._tried: Path | None = None
        self._title, self._words = ElidedLabel(role="heading"), PlainLabel(role="soft", wraps=True)
        self.bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self.filter = ChoiceButton(self._choices(), _ALL)
        self.filter.setMinimumWidth(_CHOICE_WIDTH)
        self.filter.setAccessibleName(_("Choose the files to list"))
        self.filter.chosen.connect(self.narrow)
        self.view = FilesView()
        self.view.setItemDelegate(FileDelegate(icons, self.view))
        self.view.setModel(files)
        self.copy, self.close_button = TextButton(_("Copy the list"), role="quiet"), TextButton(_("Close"))
        self.pause = TextButton(_("Pause"))
        self.again, self.all_again = TextButton(_("Try again")), TextButton(_("Try all again"))
        self._connect()
        self._lay_out()
        self.resize(_SIZE if parent is None else _SIZE.boundedTo(parent.size() - QSize(DIALOG[0], DIALOG[1])))
        self._count()

    def show_run(self, title: str, words: str, run: RunProgress | None) -> None:
        """Show how far the run is. `words` say that or, if `run` is None, what came of it."""
        begins = run is not None and not self._runs
        self._runs, self._paused = run is not None, run is not None and run.paused is True
        self._title.setText(disarm(title))
        self._words.setText(words)
        self.bar.setVisible(run is not None)
        if run is not None:
            self.bar.setMaximum(_STEPS if run.fraction is not None else 0)
            self.bar.setValue(round(_STEPS * (run.fraction or 0.0)))
            self.bar.setAccessibleName(words)
        self.pause.setVisible(self._runs)
        self.pause.setText(_("Go on") if self._paused else _("Pause"))
        self._count()
        if begins or run is None:
            self._place_fields()

    @Slot(str)
    def narrow(self, which: str) -> None:
        self.filter.set_value(which)
        self._files.narrow(None if which == _ALL else AddedState(which))

    def look_at_current(self) -> None:
        """Scroll to the file that is being read, or else to the beginning."""
        model = self.view.model()
        places = (model.index(number, 0) for number in range(model.rowCount()))
        reading = next((place for place in places if place.data(FileRole).state is AddedState.READING), None)
        if reading is not None:
            self.view.scrollTo(reading, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.view.setFocus()

    def _connect(self) -> None:
        self._files.counted.connect(self._count)
        self._files.modelReset.connect(self._look)
        self._files.modelReset.connect(self._place_fields)
        self.view.selectionModel().currentChanged.connect(self._look)
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.reject)
        self.pause.clicked.connect(self._pause)
        self.again.clicked.connect(self._again)
        self.view.doubleClicked.connect(self._again)
        self.all_again.clicked.connect(self._all_again)

    def _lay_out(self) -> None:
        buttons = (self.copy, STRETCH, self.again, self.all_again, self.pause, self.close_button)
        column(
            self._title,
            self._words,
            SPACE_XS,
            self.bar,
            SPACE_S,
            row(self.filter, STRETCH),
            SPACE_XS,
            (self.view, 1),
            row(*buttons, margins=(0, SPACE_M, 0, 0), spacing=SPACE_S),
            of=self,
            margins=DIALOG,
            spacing=SPACE_XS,
        )

    def _choices(self) -> tuple[tuple[str, str], ...]:
        def words(text: str, state: AddedState | None) -> str:
            return f"{text} ({count(self._files.count(state))})"

        return (
            (_ALL, words(_("All files"), None)),
            (AddedState.FAILED, words(_("Could not be read"), AddedState.FAILED)),
            (AddedState.WAITING, words(_("Waiting"), AddedState.WAITING)),
            (AddedState.READ, words(_("Read"), AddedState.READ)),
        )

    @Slot()
    def _count(self) -> None:
        self.filter.rename(self._choices())
        self.all_again.setVisible(not self._runs and self._files.count(AddedState.FAILED) > 1)
        self._look()

    @Slot()
    def _place_fields(self) -> None:
        """Put a field into the row of each file that needs a password, once it can be read with one."""
        for number in range(self._files.rowCount()):
            index = self._files.index(number, 0)
            file: FileRow = index.data(FileRole)
            there: QWidget | None = self.view.indexWidget(index)
            wanted = file.is_locked and not self._runs
            if wanted and there is None:
                field = self._field(file)
                self.view.setIndexWidget(index, field)
                if file.path == self._tried:  # the password was a wrong one
                    field.line.setFocus()
            elif there is not None and not wanted:
                there.hide()  # Qt deletes it later
                self.view.setIndexWidget(index, None)  # type: ignore[arg-type]

    def _field(self, file: FileRow) -> PasswordRow:
        field = PasswordRow(file)
        field.given.connect(self._give)
        return field

    @Slot(object, object)
    def _give(self, path: Path, password: Password) -> None:
        self._tried = path
        self.password_given.emit(path, password)

    @Slot()
    def _look(self) -> None:
        file = self.view.currentIndex().data(FileRole)
        failed = isinstance(file, FileRow) and file.state is AddedState.FAILED
        self.again.setVisible(failed and not self._runs)
        if isinstance(file, FileRow):
            self.again.setText(_("Enter its password…") if file.is_locked else _("Try again"))

    @Slot()
    def _again(self) -> None:
        file = self.view.currentIndex().data(FileRole)
        if not isinstance(file, FileRow) or file.state is not AddedState.FAILED or self._runs:
            return
        if file.is_locked:
            self.password_wanted.emit(file.path)
        else:
            self.retry_wanted.emit([file.path])

    @Slot()
    def _all_again(self) -> None:
        self.retry_wanted.emit([file.path for file in self._files.failed()])

    @Slot()
    def _pause(self) -> None:
        self.pause_wanted.emit(not self._paused)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._files.text())
