"""The view of a conversation in which nothing was asked yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QSizePolicy, QWidget

from app.ui.chat.messages.suggestions import SuggestionList
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Theme
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.wording.i18n import _

_WIDEST, _NARROW = 580, 440  # px
_BESIDE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class EmptyAction(Enum):
    """An action that is offered to a person who has asked nothing yet."""

    ADD = auto()
    CHOOSE_BOOKS = auto()
    ASK_ALL = auto()
    SEE_MODEL = auto()
    SEE_MODELS = auto()
    SET_PASSPHRASE = auto()
    KEEP_KEY = auto()


@dataclass(frozen=True)
class AdvisedModel:
    """The model that is best for this machine: its name, what it would be able to do, and the words on the button that
    opens its terms."""

    title: str
    words: str
    button: str


@dataclass(frozen=True)
class EmptyWords:
    """The words of an empty conversation. `most_questions` is how many are suggested at most. `actions` are the
    buttons, the one that is most likely wanted first. `key` says what there is to know about the key to what is kept;
    it is empty for nothing."""

    title: str = ""
    lines: tuple[str, ...] = ()
    most_questions: int = 5
    actions: tuple[tuple[EmptyAction, str], ...] = ()
    advice: AdvisedModel | None = None
    key: str = ""


class EmptyConversation(QWidget):
    """Words, questions to choose from, and what can be done, in a column a little above the middle. The remarks on the
    machine and on the key come late and stand below, if there is room for them: nothing moves under the pointer. In a
    low window questions are left out, from the last one."""

    wanted = Signal(object)  # EmptyAction

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = EmptyWords()
        self._suggested: tuple[str, ...] = ()
        self._title = PlainLabel(role="welcome", wraps=True, parent=self)
        self._lines = PlainLabel(role="lead", wraps=True, parent=self)
        self.questions = SuggestionList(theme, self)
        self._buttons = QWidget(self)
        self._button_row = row(STRETCH, of=self._buttons, spacing=SPACE_S)
        self.buttons: dict[EmptyAction, TextButton] = {}
        self._advice_button = self._button(EmptyAction.SEE_MODEL, "")
        self._advice, self._advice_title, self._advice_words = self._make_advice()
        self._key = _Remark(
            self._button(EmptyAction.SET_PASSPHRASE, _("Set a passphrase…"), "link"),
            self._button(EmptyAction.KEEP_KEY, _("Not now"), "link"),
            parent=self,
        )
        self.show_words(self._words)

    @property
    def words(self) -> EmptyWords:
        return self._words

    def show_words(self, words: EmptyWords) -> None:
        if words.actions != self._words.actions:
            self._show_actions(words.actions)
        self._words = words
        self._title.setText(words.title)
        self._lines.setText("\n".join(words.lines))
        advice = words.advice or AdvisedModel("", "", "")
        self._advice_title.setText(advice.title)
        self._advice_words.setText(advice.words)
        self._advice_button.setText(advice.button)
        self._key.words.setText(words.key)
        self.setAccessibleName(words.title)
        self.suggest(self._suggested)

    def suggest(self, questions: Sequence[str]) -> None:
        self._suggested = tuple(questions)
        self.questions.set_questions(questions[: self._words.most_questions])
        self._arrange()

    def stops(self) -> list[QWidget]:
        """Return the widgets that Tab visits, in order."""
        buttons = [button for button in self.findChildren(TextButton) if button.isVisibleTo(self)]
        return [*self.questions.stops(), *buttons]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Arrange the parts again if one of them wants another height because its font has changed or came late."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    # ---- how it is made

    def _show_actions(self, actions: Sequence[tuple[EmptyAction, str]]) -> None:
        for old in self.buttons.values():
            old.hide()
            old.deleteLater()
        self.buttons.clear()
        for place, (action, words) in enumerate(actions):
            self.buttons[action] = button = self._button(action, words, "" if place else "primary")
            self._button_row.insertWidget(place, button)

    def _make_advice(self) -> tuple[QFrame, PlainLabel, PlainLabel]:
        card = QFrame(self)
        card.setProperty("role", "card")
        title, words = PlainLabel(role="title", wraps=True), PlainLabel(role="small", wraps=True)
        for label in (title, words):
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        said = column(title, words, spacing=2)
        margins = (SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        row((said, 1), (self._advice_button, _BESIDE), of=card, margins=margins, spacing=SPACE_M)
        return card, title, words

    def _button(self, action: EmptyAction, words: str, role: str = "") -> TextButton:
        button = TextButton(words, role=role)
        button.clicked.connect(partial(self.wanted.emit, action))
        return button

    # ---- where it is

    def _arrange(self) -> None:
        width = max(0, min(_WIDEST, self.width() - 2 * SPACE_XL))
        left = (self.width() - width) // 2
        if isinstance(card := self._advice.layout(), QBoxLayout):
            card.setDirection(QBoxLayout.Direction.TopToBottom if width < _NARROW else QBoxLayout.Direction.LeftToRight)
        early, late = _said(self._early()), _said(self._late())
        heights = {part: _height(part, width) for part, _gap in (*early, *late) if part is not self.questions}
        fixed = sum(gap for _part, gap in early) + sum(heights.get(part, 0) for part, _gap in early)
        heights[self.questions] = self.questions.arrange(width, max(0, self.height() - fixed - SPACE_XL))
        free = max(0, self.height() - fixed - heights[self.questions])
        y = free * 2 // 5
        while late and sum(heights[part] + gap for part, gap in late) > free - y:
            late.pop(0)
        shown = dict((*early, *late))
        for part, _says, _gap in (*self._early(), *self._late()):
            part.setVisible(part in shown)
        for part, gap in shown.items():
            y += gap
            part.setGeometry(left, y, width, heights[part])
            y += heights[part]

    def _early(self) -> Iterator[tuple[QWidget, bool, int]]:
        """Yield the parts from the top: each with whether it has something to say, and the px above it."""
        yield self._title, bool(self._words.title), 0
        yield self._lines, bool(self._words.lines), SPACE_S
        yield self.questions, bool(self.questions.questions), SPACE_L
        yield self._buttons, bool(self._words.actions), SPACE_XL

    def _late(self) -> Iterator[tuple[QWidget, bool, int]]:
        yield self._advice, self._words.advice is not None, SPACE_XL
        yield self._key, bool(self._words.key), SPACE_L


def _said(parts: Iterator[tuple[QWidget, bool, int]]) -> list[tuple[QWidget, int]]:
    """Return the parts that have something to say, each with the px above it; their fonts are known."""
    said = [(part, gap) for part, says, gap in parts if says]
    for part, _gap in said:
        part.ensurePolished()
    return said


class _Remark(QWidget):
    """Words, and behind them what can be done about it, or below them where there is no room."""

    def __init__(self, *buttons: TextButton, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = PlainLabel(role="small", wraps=True, parent=self)
        self._buttons = buttons
        for button in buttons:
            button.setParent(self)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        height = max(button.sizeHint().height() for button in self._buttons)
        return max(height, self._line()) if self._is_one_line(width) else self.words.heightForWidth(width) + height

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width, whole = self.width(), self._is_one_line(self.width())
        height = max(button.sizeHint().height() for button in self._buttons)
        if whole:
            self.words.setGeometry(0, (self.height() - self._line()) // 2, self._wide(), self._line())
        else:
            self.words.setGeometry(0, 0, width, self.height() - height)
        x = self._wide() + SPACE_S if whole else -_LINK_PADDING
        for button in self._buttons:
            button.setGeometry(x, self.height() - height, button.sizeHint().width(), height)
            x += button.width() + SPACE_XS

    def _is_one_line(self, width: int) -> bool:
        return self._wide() + sum(button.sizeHint().width() + SPACE_S for button in self._buttons) <= width

    def _wide(self) -> int:
        return self.words.fontMetrics().horizontalAdvance(self.words.text()) + 1

    def _line(self) -> int:
        return self.words.fontMetrics().height()


_LINK_PADDING = 5
"""The space before the first letter of a link, in px, with which the letter stands under the text above it."""


def _height(part: QWidget, width: int) -> int:
    """Return the height of a part that is so wide, px."""
    layout = part.layout()
    if layout is not None and layout.hasHeightForWidth():
        return layout.totalHeightForWidth(width)
    return part.heightForWidth(width) if part.hasHeightForWidth() else part.sizeHint().height()
