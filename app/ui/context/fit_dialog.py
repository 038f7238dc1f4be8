"""A dialog for when the context is too small: how much of it each part takes, and a choice among several ways out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QGridLayout, QRadioButton, QWidget

from app.core.settings import KvType
from app.services.asking.fitting import Choices, Remedy, RemedyKind, ways
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import ElidedLabel, PlainLabel, Separator
from app.ui.widgets.layouts import DIALOG, boxed, column
from app.wording.i18n import _
from app.wording.units import count, counted, estimate

_TITLE = 20  # characters
_MOST_BOOKS = 5  # that have a line of their own
_LINES = 2  # that are kept free for what a choice means
_MARK = 2 * SPACE_L  # the round mark before a choice, with what is around it


class FitDialog(SmallDialog):
    chosen = Signal(object)  # Remedy

    def __init__(self, choices: Choices, kv_type: KvType | None, *, asked: bool, parent: QWidget | None = None) -> None:
        """`kv_type` is the present one, None if the model runs elsewhere; `asked` says that a question waits."""
        self._choices = choices
        self._kv_type = kv_type
        self.options = [(QRadioButton(), way) for way in ways(choices, kv_type, asked=asked)]
        self.meaning = PlainLabel(role="small", wraps=True)
        self.meaning.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.meaning.setMinimumHeight(_LINES * self.meaning.fontMetrics().lineSpacing())
        fits = choices.fits_without(0)
        sentence = (
            _("The model can read {context} tokens at once. With one more question, this needs {needed}.")
            if fits
            else _("The model can read {context} tokens at once, and this needs {needed}. Nothing was cut off.")
        )
        super().__init__(
            _("Room for the conversation") if fits else _("Too long to read at once"),
            sentence.format(needed=count(choices.needed_tokens), context=count(choices.context_tokens)),
            _("Apply"),
            body=self._body(_table(choices, asked=asked)),
            parent=parent,
        )
        left, _above, right, _below = DIALOG
        width = self.width() - left - right - _MARK
        for button, way in self.options:
            _write(button, _timed(self._words(way), choices.seconds(way.kind)), width)
            button.toggled.connect(self._explain)
        self.action.setEnabled(False)
        if (best := next((button for button, way in self.options if way.helps or way.book), None)) is not None:
            best.setChecked(True)

    def _body(self, table: QGridLayout) -> QWidget:
        buttons = [button for button, _way in self.options]
        limit = [PlainLabel(words, role="small", wraps=True)] if (words := _limit_words(self._choices)) else []
        return boxed(column(table, SPACE_S, *buttons, SPACE_XS, self.meaning, *limit, spacing=SPACE_S))

    def accept(self) -> None:
        for button, way in self.options:
            if button.isChecked():
                self.chosen.emit(way)
        super().accept()

    @Slot()
    def _explain(self) -> None:
        """Say what the choice means, and name the button by what it does."""
        for button, way in self.options:
            if button.isChecked():
                action, meaning = _action_words(way.kind)
                if way.kind is RemedyKind.NEW and self._choices.books:
                    meaning = _("{meaning} It does not need to read the documents again.").format(meaning=meaning)
                self.meaning.setText(meaning)
                self.action.setText(action)
                self.action.setEnabled(True)

    def _words(self, way: Remedy) -> str:
        choices = self._choices
        match way.kind:
            case RemedyKind.LARGER if way.room is not None:
                words = _("A context of {n} tokens").format(n=count(way.room.context_tokens))
                if way.room.kv_type is not self._kv_type:
                    words = _("{words}, the KV cache in {type}").format(words=words, type=way.room.kv_type.value)
                return words
            case RemedyKind.LEAVE_OUT:
                number, tokens = len(choices.oldest), count(choices.oldest_tokens)
                if number == 1:
                    return _("Leave out the oldest question and answer ({tokens} tokens)").format(tokens=tokens)
                words = _("Leave out the oldest {n} questions and answers ({tokens} tokens)")
                return words.format(n=count(number), tokens=tokens)
            case RemedyKind.NEW if choices.books:
                return _("Continue in a new conversation with the same documents")
            case RemedyKind.NEW:
                return _("Continue in a new conversation")
            case RemedyKind.PAGES if way.book is not None:
                words = _("Some pages of “{title}” ({n} tokens in all)")
                return words.format(title=_short(way.book.title), n=count(way.book.tokens))
            case RemedyKind.TAKE_OFF if way.book is not None:
                words = _("Take “{title}” off the desk ({n} tokens)")
                return words.format(title=_short(way.book.title), n=count(way.book.tokens))
            case RemedyKind.PARTS:
                return _("All pages, read in parts")
            case RemedyKind.CHOOSE:
                return _("What matters most whole, excerpts of the others")
            case RemedyKind.EXCERPTS:
                return _("Only relevant excerpts")
            case _:
                return _("Another model")


def _timed(words: str, seconds: float | None) -> str:
    """Return words with how long the model reads for it, about, if that is known."""
    return words if seconds is None else _("{words} · about {time}").format(words=words, time=estimate(seconds))


def _write(button: QRadioButton, words: str, width: int) -> None:
    """Put words on a button, in as many lines as they take at this width: Qt breaks none there."""
    button.ensurePolished()
    layout, lines = QTextLayout(words, button.font()), []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        lines.append(words[line.textStart() : line.textStart() + line.textLength()].strip())
    layout.endLayout()
    button.setText("\n".join(lines).replace("&", "&&"))
    button.setAccessibleName(words)


def _action_words(kind: RemedyKind) -> tuple[str, str]:
    """Return the word on the button, and what comes of it."""
    return {
        RemedyKind.LARGER: (_("Load again"), _("The model is loaded again with a larger context.")),
        RemedyKind.LEAVE_OUT: (
            _("Leave out"),
            _("They stay here in grey, but the model no longer reads them. You can include them again at any time."),
        ),
        RemedyKind.NEW: (_("Continue there"), _("The model does not know there what was said here.")),
        RemedyKind.PAGES: (_("Choose pages…"), _("The model reads only these pages and does not know the others.")),
        RemedyKind.TAKE_OFF: (
            _("Take it off"),
            _("It stays on the shelf. You can put it back on the desk at any time."),
        ),
        RemedyKind.PARTS: (
            _("Read in parts"),
            _("The model reads part after part and writes notes, then the answer from the notes. This can take long."),
        ),
        RemedyKind.CHOOSE: (
            _("Choose…"),
            _("For each question, Octavo shows which of these documents it will read in full. You can change that."),
        ),
        RemedyKind.EXCERPTS: (
            _("Ask with excerpts"),
            _("The model sees only what a search finds for this question, and can miss other parts of the documents."),
        ),
        RemedyKind.MODEL: (_("Show models"), _("The list shows how much room each model has on this computer.")),
    }[kind]


def _limit_words(choices: Choices) -> str:
    """Say why there is no room for all of it, however the model is loaded; empty if there can be."""
    largest = max(choices.rooms, key=lambda room: room.context_tokens, default=None)
    if largest is None or largest.context_tokens >= choices.needed_tokens:
        return ""
    words = (
        _("This model can read up to {n} tokens. More memory does not change that.")
        if largest.trained
        else _("The memory of this computer allows up to {n} tokens, with the KV cache in {type}.")
    )
    return words.format(n=count(largest.context_tokens), type=largest.kv_type.value)


def _table(choices: Choices, *, asked: bool) -> QGridLayout:
    """Make a table of how many tokens each part takes, line by line."""
    named = choices.largest(_MOST_BOOKS)
    parts = [(book.title, book.tokens) for book in choices.books if book in named]
    if others := len(choices.books) - len(named):
        one, several = _("1 other document"), _("{n} other documents")
        words = counted(others, one, several)
        parts.append((words, choices.books_tokens - sum(book.tokens for book in named)))
    if choices.turns:
        one, several = _("The conversation: 1 question"), _("The conversation: {n} questions")
        words = counted(choices.turns, one, several)
        parts.append((words, choices.turns_tokens))
    parts.append((_("This question") if asked else _("One more question"), choices.question_tokens))
    parts.append((_("Reserved for the answer"), choices.reserve_tokens))
    rest = choices.needed_tokens - sum(tokens for _name, tokens in parts)
    parts.append((_("Instructions for the model"), rest))
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_L)
    grid.setVerticalSpacing(SPACE_XS)
    grid.setColumnStretch(0, 1)
    for row, (name, tokens) in enumerate(parts):
        _add(grid, row, name, tokens)
    grid.addWidget(Separator(), len(parts), 0, 1, 2)
    grid.setContentsMargins(0, 0, SPACE_M, 0)
    _add(grid, len(parts) + 1, _("Together"), choices.needed_tokens)
    return grid


def _add(grid: QGridLayout, row: int, name: str, tokens: int) -> None:
    grid.addWidget(ElidedLabel(name, role="soft"), row, 0)
    number = PlainLabel(count(tokens), role="soft")
    grid.addWidget(number, row, 1, Qt.AlignmentFlag.AlignRight)


def _short(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= _TITLE else title[: _TITLE - 1].rstrip() + "…"
