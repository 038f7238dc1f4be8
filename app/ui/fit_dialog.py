"""What can be done about books that do not fit into the context: one choice among several, with their numbers."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from app.core.settings import KvType
from app.engine.protocol import Room
from app.messages import _, count
from app.services.context import Choices
from app.ui.theme import SPACE_S
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel

_HEADROOM = 1.1
"""A larger context is proposed with room for a few questions and answers."""

_STEP = 4096
_TITLE = 20  # characters


class FitDialog(SmallDialog):
    room_chosen = Signal(object)  # Room: load the model again like this
    pages_chosen = Signal(str)  # a book's id: some of its pages are to be chosen
    excerpts_chosen = Signal()

    def __init__(self, choices: Choices, kv_type: KvType, *, asked: bool, parent: QWidget | None = None) -> None:
        """`kv_type` is the present one; `asked` says that a question waits, which excerpts can answer."""
        self.options: list[tuple[QRadioButton, object]] = []
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        for room in proposed_rooms(choices, kv_type):
            words = _("A context of {n} tokens").format(n=count(room.context_tokens))
            if room.kv_type is not kv_type:
                words = _("{words}, the KV cache in {type}").format(words=words, type=room.kv_type.value)
            self._offer(column, words, room)
        for book in choices.books:
            words = _("Some pages of “{title}” ({n} tokens in all)")
            self._offer(column, words.format(title=_short(book.title), n=count(book.tokens)), book.book_id)
        if asked:
            self._offer(column, _("Only the passages that belong to the question"), None)
        largest = max(choices.rooms, key=lambda room: room.context_tokens, default=None)
        if largest is not None and largest.context_tokens < choices.needed_tokens:
            words = _("The memory of this machine allows {n} tokens at most, with the KV cache in {type}.")
            note = PlainLabel(words.format(n=count(largest.context_tokens), type=largest.kv_type.value), role="small")
            note.setWordWrap(True)
            column.addWidget(note)
        sentence = _("What lies on the desk takes {needed} tokens, and the context holds {context}. Nothing was cut.")
        super().__init__(
            _("It does not fit"),
            sentence.format(needed=count(choices.needed_tokens), context=count(choices.context_tokens)),
            _("Do this"),
            body=body,
            parent=parent,
        )
        self.action.setEnabled(bool(self.options))
        if self.options:
            self.options[0][0].setChecked(True)

    @Slot()
    def accept(self) -> None:
        for button, choice in self.options:
            if button.isChecked():
                if isinstance(choice, Room):
                    self.room_chosen.emit(choice)
                elif isinstance(choice, str):
                    self.pages_chosen.emit(choice)
                else:
                    self.excerpts_chosen.emit()
        super().accept()

    def _offer(self, column: QVBoxLayout, words: str, choice: object) -> None:
        button = QRadioButton(words.replace("&", "&&"))
        self.options.append((button, choice))
        column.addWidget(button)


def proposed_rooms(choices: Choices, kv_type: KvType) -> list[Room]:
    """A context that is large enough, for the present KV type and each smaller one that is needed for it.

    More exact types than the present one are left out, and smaller ones where a more exact one does.
    """
    rooms = choices.rooms
    present = next((number for number, room in enumerate(rooms) if room.kv_type is kv_type), 0)
    wanted = -int(-choices.needed_tokens * _HEADROOM // _STEP) * _STEP
    for room in rooms[present:]:
        if room.context_tokens >= choices.needed_tokens:
            return [Room(room.kv_type, min(wanted, room.context_tokens))]
    return []


def _short(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= _TITLE else title[: _TITLE - 1].rstrip() + "…"
