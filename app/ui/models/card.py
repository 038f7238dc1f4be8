"""A model's card: what it is, what it would take and leave, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.ui.icons import Icons, Symbol
from app.ui.models.fit import DeviceFit, FitView
from app.ui.theme import SPACE_L, SPACE_XL, SPACE_XS
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel
from app.ui.widgets.roles import repolish, set_role
from app.wording.i18n import _

_WORDS_WIDTH = 252
_BUTTON_WIDTH = 152
_STEPS = 1000


class CardGroup(StrEnum):
    """Where a card stands."""

    HERE = "here"
    COMING = "coming"
    OFFERED = "offered"


class Deed(StrEnum):
    """What a person can do with a model."""

    USE = "use"
    PLACE = "place"
    FETCH = "fetch"
    ASK = "ask"  # the hub for its header
    PAUSE = "pause"
    GO_ON = "go_on"
    DISCARD = "discard"
    CANCEL = "cancel"
    TOKEN = "token"  # noqa: S105 -- a deed, not a secret
    VERIFY = "verify"
    REMOVE = "remove"
    SHOW = "show"


@dataclass(frozen=True)
class Button:
    """`deed` None for one that only says how it is; `badge`: and says it in the accent."""

    deed: Deed | None
    words: str
    badge: bool = False


@dataclass(frozen=True)
class CardProgress:
    """`fraction` from 0 to 1, None where it is not known. `words` and `aside` stand above the bar, `below` under it."""

    words: str
    fraction: float | None
    aside: str = ""
    below: str = ""


@dataclass(frozen=True)
class CardData:
    """`lines` say what the model is; `room` what it leaves, or that it does not fit (`misfit`), `tip` the whole
    explanation; `problem` what went wrong. `quiet`: deeds below the button, `more`: those in its menu."""

    key: str
    group: CardGroup
    title: str
    lines: tuple[str, ...] = ()
    current: bool = False
    fit: tuple[DeviceFit, ...] = ()
    room: str = ""
    tip: str = ""
    misfit: bool = False
    problem: str = ""
    progress: CardProgress | None = None
    button: Button | None = None
    quiet: tuple[Button, ...] = ()
    more: tuple[Button, ...] = ()


class ModelCard(QFrame):
    """`acted` carries the card's key and the Deed."""

    acted = Signal(str, object)

    def __init__(self, icons: Icons, card: CardData, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = card
        self.setProperty("role", "card")
        self.title = ElidedLabel(role="heading")
        self._lines: list[PlainLabel] = []
        self.fit = FitView(icons.theme)
        self.room = PlainLabel()
        self.problem = PlainLabel(role="failure")
        self.progress_words = ElidedLabel(role="small")
        self.progress_aside = PlainLabel(role="small")
        self.progress_below = ElidedLabel(role="small")
        self.progress = QProgressBar(textVisible=False, maximum=_STEPS)
        self.button = TextButton("")
        self.button.clicked.connect(self._press)
        self._quiet: list[TextButton] = []
        self.menu = QMenu(self)
        self.more = IconButton(icons, Symbol.MORE, _("More"))
        self.more.clicked.connect(self._open_menu)
        self._build()
        self.show_card(card)

    @property
    def quiet_buttons(self) -> tuple[TextButton, ...]:
        return tuple(button for button in self._quiet if not button.isHidden())

    def press(self, deed: Deed) -> None:
        """As if its button or its entry of the menu were chosen."""
        self.acted.emit(self.card.key, deed)

    def show_card(self, card: CardData) -> None:
        changed_current = card.current != self.property("current")
        self.card = card
        self.setAccessibleName(", ".join((card.title, *card.lines)))
        self.setAccessibleDescription(card.problem or card.room)
        if changed_current:
            self.setProperty("current", card.current)
            repolish(self)
        self.title.setText(card.title)
        while len(self._lines) < len(card.lines):
            label = PlainLabel(role="small")
            label.setWordWrap(True)
            self._lines.append(label)
            self._words.insertWidget(self._words.count() - 1, label)
        for number, label in enumerate(self._lines):
            label.setVisible(number < len(card.lines))
            label.setText(card.lines[number] if number < len(card.lines) else "")
        self.fit.show_fit(card.fit)
        for label, words in ((self.room, card.room), (self.problem, card.problem)):
            label.setText(words)
            label.setVisible(bool(words))
        self.room.setToolTip(card.tip)
        set_role(self.room, "warning" if card.misfit else "")
        self._show_progress(card.progress)
        self._show_buttons(card)

    def _show_progress(self, progress: CardProgress | None) -> None:
        for widget in (self.progress_words, self.progress_aside, self.progress, self.progress_below):
            widget.setVisible(progress is not None)
        if progress is None:
            return
        self.progress_words.setText(progress.words)
        self.progress_aside.setText(progress.aside)
        self.progress_below.setText(progress.below)
        self.progress_below.setVisible(bool(progress.below))
        self.progress.setVisible(progress.fraction is not None)
        self.progress.setValue(round(_STEPS * (progress.fraction or 0.0)))
        self.progress.setAccessibleName(progress.words)

    def _show_buttons(self, card: CardData) -> None:
        button = card.button
        self.button.setVisible(button is not None)
        if button is not None:
            self.button.setText(button.words)
            self.button.setEnabled(button.deed is not None)
            self.button.setAccessibleName(_("{deed}: {model}").format(deed=button.words, model=card.title))
            set_role(self.button, "badge" if button.badge else "")
        while len(self._quiet) < len(card.quiet):
            made = TextButton("", role="quiet")
            made.clicked.connect(partial(self._press_quiet, len(self._quiet)))
            self._quiet.append(made)
            self._below.insertWidget(self._below.count() - 2, made)
        for number, made in enumerate(self._quiet):
            made.setVisible(number < len(card.quiet))
            if number < len(card.quiet):
                words = card.quiet[number].words
                made.setText(words)
                made.setAccessibleName(_("{deed}: {model}").format(deed=words, model=card.title))
        self.more.setVisible(bool(card.more))
        self.more.set_name(_("More about {model}").format(model=card.title))

    @Slot()
    def _press(self) -> None:
        if self.card.button is not None and self.card.button.deed is not None:
            self.acted.emit(self.card.key, self.card.button.deed)

    def _press_quiet(self, number: int) -> None:
        deed = self.card.quiet[number].deed
        if deed is not None:
            self.acted.emit(self.card.key, deed)

    @Slot()
    def _open_menu(self) -> None:
        self.menu.clear()
        for button in self.card.more:
            if button.deed is not None:
                self.menu.addAction(button.words, partial(self.press, button.deed))
        self.menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))

    def _build(self) -> None:
        self._words = QVBoxLayout()
        self._words.setSpacing(SPACE_XS)
        self._words.addStretch(1)
        self._words.addWidget(self.title)
        self._words.addStretch(1)
        left = QWidget()
        left.setFixedWidth(_WORDS_WIDTH)
        left.setLayout(self._words)
        self._words.setContentsMargins(0, 0, 0, 0)
        middle = QVBoxLayout()
        middle.setSpacing(SPACE_XS)
        above = QHBoxLayout()
        above.setContentsMargins(3, 0, 3, 0)
        above.addWidget(self.progress_words, 1)
        above.addWidget(self.progress_aside)
        for label in (self.room, self.problem):
            label.setWordWrap(True)
            label.setContentsMargins(3, 0, 3, 0)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.progress_below.setContentsMargins(3, 0, 3, 0)
        middle.addStretch(1)
        middle.addWidget(self.fit)
        middle.addWidget(self.room)
        middle.addLayout(above)
        bar = QHBoxLayout()
        bar.setContentsMargins(3, 2, 3, 2)
        bar.addWidget(self.progress)
        middle.addLayout(bar)
        middle.addWidget(self.progress_below)
        middle.addWidget(self.problem)
        middle.addStretch(1)
        self._below = QHBoxLayout()
        self._below.setSpacing(0)
        self._below.addStretch(1)
        self._below.addWidget(self.more)
        self._below.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(SPACE_XS)
        right.addStretch(1)
        self.button.setFixedWidth(_BUTTON_WIDTH)
        right.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        right.addLayout(self._below)
        right.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L + 2, SPACE_L, SPACE_L + 2, SPACE_L)
        row.setSpacing(SPACE_XL)
        row.addWidget(left)
        row.addLayout(middle, 1)
        side = QWidget()
        side.setFixedWidth(_BUTTON_WIDTH)
        side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        row.addWidget(side)
        for widget in (self.fit, self.room, self.problem):
            widget.hide()
