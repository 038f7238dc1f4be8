"""A model's card: what it is, what it would take and leave, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QProgressBar, QSizePolicy, QWidget

from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_L, SPACE_XL, SPACE_XS
from app.ui.models.fit import DeviceFit, FitView
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, repolish, set_role, set_tip
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _

_WORDS_WIDTH = 252
_BUTTON_WIDTH = 152
_STEPS = 1000
_HIGHEST = (1 << 24) - 1  # as Qt has it: no limit
_PRESSED = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)

UNSETTLED_MS = 500
"""The time for which a card that has moved takes no click: it was meant for what was in its place before."""


class CardGroup(StrEnum):
    """The group that a card belongs to."""

    HERE = "here"
    COMING = "coming"
    OFFERED = "offered"
    OTHER = "other"  # offered, too, and folded away
    MISFIT = "misfit"


class CardAction(StrEnum):
    """An action that a person can choose on the card of a model."""

    USE = "use"
    PLACE = "place"
    FETCH = "fetch"
    ASK = "ask"  # the hub for its header
    PAUSE = "pause"
    GO_ON = "go_on"
    DISCARD = "discard"
    CANCEL = "cancel"
    TOKEN = "token"  # noqa: S105 -- a action, not a secret
    VERIFY = "verify"
    FORMAT = "format"
    REMOVE = "remove"
    SHOW = "show"


@dataclass(frozen=True)
class Button:
    """A button of a card. `action` is None for one that only says how the model is; `badge` has it say so in the
    accent. `primary` is the one that a person is led to."""

    action: CardAction | None
    words: str
    badge: bool = False
    primary: bool = False


@dataclass(frozen=True)
class CardProgress:
    """The bar of something under way. `fraction` is from 0 to 1, None if it is not known. `words` and `aside` are above
    the bar, `below` under it."""

    words: str
    fraction: float | None
    aside: str = ""
    below: str = ""


@dataclass(frozen=True)
class CardLimit:
    """Something that a model is not asked to do, in words, and why."""

    words: str
    reason: str


@dataclass(frozen=True)
class CardData:
    """All that a card shows. `mark` says why it is set off, `lines` what the model is, `limit` what it is not asked to
    do; `room` says what it leaves, or that it does not fit (`misfit`), `tip` is the whole explanation; `problem` says
    what went wrong. `quiet` are actions below the button, `more` those in its menu."""

    key: str
    group: CardGroup
    title: str
    mark: str = ""
    lines: tuple[str, ...] = ()
    limit: CardLimit | None = None
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
    """The card of a model. `acted` carries the card's key and the CardAction. The card of a model that is here keeps
    its height while one is loaded, so that no other moves under the pointer."""

    acted = Signal(str, object)

    def __init__(self, icons: Icons, card: CardData) -> None:
        super().__init__()
        self.card = card
        self.setProperty("role", "card")
        self._unsettled = QTimer(self, singleShot=True, interval=UNSETTLED_MS)
        self.mark = PlainLabel(role="mark", wraps=True)
        self.title = ElidedLabel(role="heading")
        self._lines: list[PlainLabel] = []
        self.limit = PlainLabel(role="small", wraps=True)
        self.fit = FitView(icons.theme)
        self.room = PlainLabel(wraps=True)
        self.problem = PlainLabel(role="failure", wraps=True)
        self.progress_words = ElidedLabel(role="small")
        self.progress_aside = PlainLabel(role="small")
        self.progress_below = ElidedLabel(role="small")
        self.progress = QProgressBar(textVisible=False, maximum=_STEPS)
        self.button = TextButton("")
        self.button.clicked.connect(self._press)
        self.button.installEventFilter(self)
        self._quiet: list[TextButton] = []
        self.menu = QMenu(self)
        self.more = IconButton(icons, Symbol.MORE, _("More"))
        self.more.clicked.connect(self._open_menu)
        self.more.installEventFilter(self)
        self._words = column(STRETCH, self.mark, self.title, self.limit, STRETCH, spacing=SPACE_XS)
        self._below = row(STRETCH, self.more, STRETCH)
        self._room_or_work = QWidget()
        self._build()
        self.show_card(card)

    @property
    def quiet_buttons(self) -> tuple[TextButton, ...]:
        return tuple(button for button in self._quiet if not button.isHidden())

    def press(self, action: CardAction) -> None:
        """Carry out an action, as if its button or its entry in the menu were chosen."""
        self.acted.emit(self.card.key, action)

    def show_card(self, card: CardData) -> None:
        changed_current = card.current != self.property("current")
        self.card = card
        if card.group is CardGroup.HERE:
            self._keep_height()
        limit = card.limit or CardLimit("", "")
        self.setAccessibleName(", ".join(filter(None, (card.title, card.mark, *card.lines, limit.words))))
        self.setAccessibleDescription(card.problem or card.room)
        if changed_current:
            self.setProperty("current", card.current)
            repolish(self)
        self.title.setText(card.title)
        self.mark.setText(card.mark)
        self.mark.setVisible(bool(card.mark))
        while len(self._lines) < len(card.lines):
            label = PlainLabel(role="small", wraps=True)
            self._lines.append(label)
            self._words.insertWidget(self._words.count() - 2, label)
        for number, label in enumerate(self._lines):
            label.setVisible(number < len(card.lines))
            label.setText(card.lines[number] if number < len(card.lines) else "")
        self.limit.setText(limit.words)
        self.limit.setVisible(bool(limit.words))
        set_tip(self.limit, limit.reason)
        self.fit.show_fit(card.fit)
        for label, words in ((self.room, card.room), (self.problem, card.problem)):
            label.setText(words)
            label.setVisible(bool(words))
        self.room.setVisible(bool(card.room) and card.progress is None)
        self._room_or_work.setVisible(bool(card.room) or card.progress is not None)
        set_tip(self.room, card.tip)
        set_role(self.room, "warning" if card.misfit else "")
        self._show_progress(card.progress)
        self._show_buttons(card)

    def _keep_height(self) -> None:
        """Keep the height of the card: a model that is being loaded shows its progress in place of its room, and
        nothing that goes makes the card lower."""
        work = self.progress_words.sizeHint().height() + SPACE_XS + self.progress.sizeHint().height() + 4
        self._room_or_work.setMinimumHeight(work)
        if self.isVisible():
            self.setMinimumHeight(self.height())
            self.setMaximumHeight(self.height() if self.card.progress is not None else _HIGHEST)

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._unsettled.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.setMinimumHeight(0)
            self.setMaximumHeight(_HIGHEST)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep presses of the pointer from the buttons of a card that has just moved."""
        late = event.type() in _PRESSED and self._unsettled.isActive()
        return late or super().eventFilter(watched, event)

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
            self.button.setEnabled(button.action is not None)
            self.button.setAccessibleName(_("{action}: {model}").format(action=button.words, model=card.title))
            set_role(self.button, "badge" if button.badge else "primary" if button.primary else "")
        while len(self._quiet) < len(card.quiet):
            made = TextButton("", role="quiet")
            made.clicked.connect(partial(self._press_quiet, len(self._quiet)))
            made.installEventFilter(self)
            self._quiet.append(made)
            self._below.insertWidget(self._below.count() - 2, made)
            made.stackUnder(self.more)
        for number, made in enumerate(self._quiet):
            made.setVisible(number < len(card.quiet))
            if number < len(card.quiet):
                words = card.quiet[number].words
                made.setText(words)
                made.setAccessibleName(_("{action}: {model}").format(action=words, model=card.title))
        self.more.setVisible(bool(card.more))
        self.more.set_name(_("More about {model}").format(model=card.title))

    @Slot()
    def _press(self) -> None:
        if self.card.button is not None and self.card.button.action is not None:
            self.acted.emit(self.card.key, self.card.button.action)

    def _press_quiet(self, number: int) -> None:
        action = self.card.quiet[number].action
        if action is not None:
            self.acted.emit(self.card.key, action)

    @Slot()
    def _open_menu(self) -> None:
        self.menu.clear()
        for button in self.card.more:
            if button.action is not None:
                self.menu.addAction(button.words, partial(self.press, button.action))
        self.menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))

    def _build(self) -> None:
        inset = (3, 0, 3, 0)
        for label in (self.room, self.problem):
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        for label in (self.room, self.problem, self.progress_below):
            label.setContentsMargins(*inset)
        column(
            self.room,
            row((self.progress_words, 1), self.progress_aside, margins=inset, spacing=SPACE_XS),
            row(self.progress, margins=(3, 2, 3, 2)),
            self.progress_below,
            STRETCH,
            of=self._room_or_work,
            spacing=SPACE_XS,
        )
        middle = column(STRETCH, self.fit, self._room_or_work, self.problem, STRETCH, spacing=SPACE_XS)
        self.button.setFixedWidth(_BUTTON_WIDTH)
        button = (self.button, Qt.AlignmentFlag.AlignHCenter)
        words, side = boxed(self._words), boxed(column(STRETCH, button, self._below, STRETCH, spacing=SPACE_XS))
        words.setFixedWidth(_WORDS_WIDTH)
        side.setFixedWidth(_BUTTON_WIDTH)
        row(words, (middle, 1), side, of=self, margins=(SPACE_L + 2, SPACE_L) * 2, spacing=SPACE_XL)
        for widget in (self.mark, self.limit, self.fit, self.room, self.problem):
            widget.hide()
