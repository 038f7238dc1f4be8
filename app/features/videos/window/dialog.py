"""A dialog for the frames of a video that go with the question: how many, chosen in which way, and what they look
like."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QProgressBar, QRadioButton, QSlider, QStackedWidget, QWidget

from app.features.videos.window.strip import FrameStrip, StripFrame
from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XL
from app.ui.widgets.dialogs import choices
from app.ui.widgets.labels import ElidedLabel, PlainLabel, set_role
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row
from app.ui.widgets.number_field import NumberField
from app.wording.i18n import _
from app.wording.units import counted, printable

_WIDTH, _HEIGHT = 620, 508  # px: two rows of wide pictures
_AROUND = 48  # px of a small window that stay in sight beside it
_PROGRESS_WIDTH = 320
_NUMBER_WIDTH = 64
_PROGRESS_STEPS = 1000
_PAGE = 4
"""The number of frames more or fewer with Page Up and Page Down."""


class SelectionMethod(StrEnum):
    """The way in which the frames are chosen."""

    EVEN = "even"
    CHANGES = "changes"


class VideoDialog(QDialog):
    """The dialog. It is open while the video is looked through, and shows then what there is to choose. It is deleted
    when it is closed.

    `add_wanted` tells that the person wants the frames that are shown; the dialog stays until `finish` is called.
    """

    changed = Signal()  # the way, or the number
    add_wanted = Signal()

    def __init__(self, untrusted_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = printable(untrusted_name)
        self.setWindowTitle(_("Frames of a video"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.heading = ElidedLabel(name, role="heading", elide=Qt.TextElideMode.ElideMiddle)
        self.detail = PlainLabel(" ", role="small")
        self.progress_words = PlainLabel()
        self.progress = QProgressBar(textVisible=False, maximum=_PROGRESS_STEPS)
        self.failure = PlainLabel(wraps=True)
        self.failure.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.ways = {
            SelectionMethod.EVEN: QRadioButton(_("Evenly spaced")),
            SelectionMethod.CHANGES: QRadioButton(_("Where the picture changes")),
        }
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setPageStep(_PAGE)
        self.number = NumberField(1, 1, 1)
        self.sum = PlainLabel(wraps=True)
        self.note = PlainLabel(role="small", wraps=True)
        self.strip = FrameStrip()
        self.status = PlainLabel(role="small")
        self.cancel, self.action = choices(self, _("Add frames"))
        self.action.setEnabled(False)
        self._controls = QWidget()
        self._pages = QStackedWidget()
        for page in (self._opening_page(), self._choice_page(), boxed(column(self.failure, STRETCH))):
            self._pages.addWidget(page)
        self._build()
        self.setAccessibleName(self.windowTitle())
        self.setAccessibleDescription(name)

    @property
    def way(self) -> SelectionMethod:
        return next(way for way, button in self.ways.items() if button.isChecked())

    @property
    def wanted(self) -> int:
        """The number of frames that are wanted, if there are as many."""
        return self.slider.value()

    # ---- what it shows

    def show_opening(self, words: str, fraction: float) -> None:
        """Show how much of the video is looked through, from 0 to 1."""
        self.progress_words.setText(words)
        self.progress.setAccessibleName(words)
        self.progress.setValue(round(_PROGRESS_STEPS * fraction))

    def show_choice(self, detail: str, size: tuple[int, int], most: int, wanted: int) -> None:
        """Show what can be chosen from the video: at most so many frames of this size in pixels, `wanted` of them to
        begin with."""
        self.detail.setText(detail)
        self.strip.set_proportions(*size)
        self.number.set_bounds(1, most)
        self.slider.setRange(1, most)
        self.slider.setValue(wanted)
        self.number.set_value(wanted)
        for control in (self.slider, self.number):
            control.setEnabled(most > 1)
        self.slider.valueChanged.connect(self._take_slider)
        self.number.changed.connect(self._take_number)
        for button in self.ways.values():
            button.toggled.connect(self._take_way)
        self._pages.setCurrentIndex(1)
        self.action.setEnabled(True)
        self.action.setDefault(True)
        (self.slider if most > 1 else self.ways[SelectionMethod.EVEN]).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_frames(self, frames: Sequence[StripFrame]) -> None:
        self.strip.show_frames(frames)
        words = counted(len(frames), _("Add 1 frame"), _("Add {n} frames"))
        self.action.setText(words)

    def show_sum(self, words: str, *, too_many: bool = False) -> None:
        """Show how much of the context the frames take."""
        set_role(self.sum, "warning" if too_many else "")
        self.sum.setText(words)

    def show_note(self, words: str, *, warns: bool = False) -> None:
        """Show a note with anything else there is to know; an empty one goes away."""
        set_role(self.note, "warning" if warns else "small")
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def show_taking(self, words: str) -> None:
        """Show that the frames are being taken: nothing can be chosen meanwhile. Empty words mean that they are not, or
        no more."""
        self._controls.setEnabled(not words)
        self.action.setEnabled(not words)
        self.status.setText(words)
        if words:
            self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_failure(self, sentence: str) -> None:
        """Say why nothing can be chosen from this video."""
        self.failure.setText(sentence)
        self.failure.setAccessibleName(sentence)
        self.setAccessibleDescription(sentence)
        for needless in (self.detail, self.action):
            needless.hide()
        self.cancel.setText(_("Close"))
        self.cancel.setDefault(True)
        self._pages.setCurrentIndex(2)
        self._shrink()
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self) -> None:
        """Close the dialog, as the frames were taken."""
        super().accept()

    @Slot()
    def accept(self) -> None:
        self.add_wanted.emit()

    # ---- what the person does

    @Slot(int)
    def _take_slider(self, wanted: int) -> None:
        self.number.set_value(wanted)
        self.changed.emit()

    @Slot(float)
    def _take_number(self, wanted: float) -> None:
        self.slider.setValue(int(wanted))

    @Slot(bool)
    def _take_way(self, checked: bool) -> None:
        if checked:
            self.changed.emit()

    # ---- how it is built

    def _build(self) -> None:
        buttons = row((self.status, 1), self.cancel, self.action, spacing=SPACE_S)
        shown = (self.heading, self.detail, SPACE_L, (self._pages, 1), SPACE_L, buttons)
        column(*shown, of=self, margins=DIALOG)
        around = self.parentWidget()
        room = around.size() if around is not None else self.size()
        self.resize(min(_WIDTH, room.width() - _AROUND), min(_HEIGHT, room.height() - _AROUND))

    def _opening_page(self) -> QWidget:
        self.progress.setFixedWidth(_PROGRESS_WIDTH)
        middle = Qt.AlignmentFlag.AlignHCenter
        return boxed(column(STRETCH, (self.progress_words, middle), (self.progress, middle), STRETCH, spacing=SPACE_S))

    def _choice_page(self) -> QWidget:
        self.ways[SelectionMethod.EVEN].setChecked(True)
        label = PlainLabel(_("Frames"))
        label.setBuddy(self.number)
        for control in (self.slider, self.number):
            control.setAccessibleName(_("Number of frames"))
        self.number.setFixedWidth(_NUMBER_WIDTH)
        self.note.hide()
        column(
            row(*self.ways.values(), STRETCH, spacing=SPACE_XL),
            row(label, (self.slider, 1), self.number, spacing=SPACE_S),
            of=self._controls,
            spacing=SPACE_S,
        )
        return boxed(column(self._controls, self.sum, self.note, SPACE_S, (self.strip, 1), spacing=SPACE_S))

    def _shrink(self) -> None:
        """Shrink the dialog: a sentence needs little room, and need not have that of the other pages."""
        while (page := self._pages.widget(0)) is not None and page is not self._pages.currentWidget():
            self._pages.removeWidget(page)
        layout = self.layout()
        assert layout is not None
        self._pages.updateGeometry()
        layout.activate()  # or else it would hold to the height that the other pages need
        self.resize(self.width(), layout.totalHeightForWidth(self.width()))
