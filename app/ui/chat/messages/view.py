"""The conversation: any number of turns in one column, of which only those near the window are widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.core.conversations.conversation import Answer, Citation, StoredQuestion, Turn
from app.core.conversations.verdict import SentenceVerdict
from app.core.documents.document import Book
from app.ui.chat.messages.answer import AnswerEntries, AnswerMessage, AnswerOrigin
from app.ui.chat.messages.empty import EmptyConversation
from app.ui.chat.messages.message import MessageWidget
from app.ui.chat.messages.question import QuestionMessage, ShownQuestion
from app.ui.chat.messages.scroller import ScrollAnchor, Scroller
from app.ui.chat.messages.slots import Slot, make_slots, question_slot
from app.ui.chat.messages.tiles import NumberedImage
from app.ui.chat.text.formulas import FormulaStore
from app.ui.kit.commands import MenuEntry
from app.ui.kit.words import ModelRemark, lead_words
from app.ui.look.theme import Theme
from app.ui.widgets.accessibility import announce
from app.ui.widgets.link_dialog import LinkDialog
from app.ui.widgets.pictures import Thumbnails
from app.wording.i18n import _

KEPT_THUMBNAILS = 100
"""About 30 MB."""


def say_nothing(question: StoredQuestion, answer: Answer) -> Sequence[str]:  # noqa: ARG001 - the form of `remark`
    return ()


def offer_nothing(answer: Answer) -> str:  # noqa: ARG001 - the form of `word_going_on`
    return ""


def no_entries(answer_id: str, citation: Citation | None) -> Sequence[MenuEntry]:  # noqa: ARG001 - as `AnswerEntries`
    return ()


class ConversationView(Scroller):
    """Shows turns, adds the text of an answer while it is written, and emits what the person clicked.

    `remark` gives the sentences under an answer of `show_turns`, `word_going_on` what is offered below the last one if
    it can be gone on with. `open_address` is called with a web address once the person agreed to open it.
    """

    citation_clicked = Signal(object)  # Citation
    suggestion_chosen = Signal(str)
    ask_again = Signal(str)  # question_id
    left = Signal()  # Esc
    go_on_wanted = Signal(str)  # answer_id, of the last one
    read_again_wanted = Signal(str)  # answer_id, of one that is left out
    edit_question = Signal(str)  # question_id
    copy_answer = Signal(str)  # answer_id
    export_answer = Signal(str)  # answer_id
    notes_wanted = Signal(str)  # answer_id
    model_wanted = Signal()
    save_table = Signal(object)  # rows
    variant_chosen = Signal(str, str, int)  # "question" | "answer", question_id, -1 | +1
    image_opened = Signal(object)  # NumberedImage
    image_menu_wanted = Signal(object, QPoint)  # NumberedImage, where in global coordinates

    def __init__(
        self,
        theme: Theme,
        *,
        remark: Callable[[StoredQuestion, Answer], Sequence[str]] = say_nothing,
        word_going_on: Callable[[Answer], str] = offer_nothing,
        open_address: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(theme)
        self._remark = remark
        self._word_going_on = word_going_on
        self._open_address = open_address
        self._entries: AnswerEntries = no_entries
        self._shelf: dict[str, Book] = {}
        self.thumbnails = Thumbnails(self, kept=KEPT_THUMBNAILS)
        self._formulas = FormulaStore(self)
        self._offers_notes = False
        self._lead = ""
        self._lit = ""  # the id of the question that is being edited
        self.empty = EmptyConversation(theme, self.viewport())
        self.empty.questions.chosen.connect(self.suggestion_chosen)
        self._further: tuple[str, tuple[str, ...]] = ("", ())  # an answer's id, and what may be asked after it

    # ---- what the window calls

    def offer_part_notes(self) -> None:
        """Show buttons for the notes on the parts of books that an answer is written from; a click emits
        `notes_wanted`."""
        self._offers_notes = True

    def set_lead(self, words: str) -> None:
        """Set the words that lead to a model; they change under the answers that are shown, too."""
        self._lead = words
        for slot in self._column.slots:
            if any(isinstance(sentence, ModelRemark) for sentence in slot.sentences):
                self._say(slot)

    def _say(self, slot: Slot) -> None:
        """Show the sentences under an answer that has a widget."""
        if isinstance(slot.message, AnswerMessage):
            lead = ModelRemark(self._lead or lead_words())
            said = (lead if isinstance(sentence, ModelRemark) else sentence for sentence in slot.sentences)
            slot.message.set_sentences(list(said))

    def offer_for_answers(self, entries: AnswerEntries) -> None:
        """Add entries to the menu of each answer."""
        self._entries = entries

    def show_turns(self, turns: tuple[Turn, ...], shelf: Mapping[str, Book]) -> None:
        """Show these turns instead of what was there.

        Where some of them were shown before, the text stays where it was in the window; otherwise the end is shown.
        """
        anchor = self._find_anchor()
        known = {slot.question_id for slot in self._column.slots}
        self._clear()
        self._shelf = dict(shelf)
        for turn in turns:
            sentences = self._remark(turn.question, turn.answer) if turn.answer else ()
            self._column.slots += make_slots(turn, list(sentences))
        self._column.number_images()
        self._guess_heights()
        self._following = True
        self._begin_near()
        if anchor is not None and not known.isdisjoint(turn.question.id for turn in turns):
            anchor = self._find_again(anchor)
            self._following = anchor is None
        self._settle(anchor)

    def begin_turn(self, asked: StoredQuestion, answer_id: str, sentences: Sequence[str] = ()) -> None:
        """Add a question at the end, and an open answer below it, with `sentences` under that."""
        if self._column.slots and isinstance(last := self._column.slots[-1].message, AnswerMessage):
            last.offer(self._action_below(self._column.slots[-1], is_last=False))
            last.suggest(())
        question = question_slot(asked)
        self._column.slots.append(question)
        self._column.number_images()
        self._open_answer(Slot(asked.id, "", answer_id, books=question.books, sentences=list(sentences)))

    def begin_answer(self, question_id: str, answer_id: str, sentences: Sequence[str] = ()) -> None:
        """Begin an open answer under this question, with `sentences` under it. It takes the place of the earlier answer
        and of all that followed it."""
        index = self._column.index_of_question(question_id)
        if index < 0:
            raise ValueError(f"question {question_id} is not shown")
        replaced = self._column.slots[index + 1 :]
        before = replaced[0] if replaced and replaced[0].question_id == question_id else None
        variants = before.variants + bool(before.text) if before is not None else 1
        for slot in replaced:
            self._drop(slot)
        del self._column.slots[index + 1 :]
        books = self._column.slots[index].books
        self._open_answer(
            Slot(
                question_id, "", answer_id, books=books, sentences=list(sentences), variant=variants, variants=variants
            )
        )

    def reopen(self, answer_id: str, sentences: Sequence[str] = ()) -> None:
        """Open the last answer, if it is this one, for more text, with `sentences` under it; its text stays."""
        slot = self._column.slots[-1] if self._column.slots else None
        if slot is None or slot.answer_id != answer_id:
            return
        slot.answer, slot.sentences = None, list(sentences)
        if isinstance(slot.message, AnswerMessage):
            slot.message.begin()
            self._say(slot)
        else:
            self._create(slot)
        self.append(slot.text)
        self._following = True
        self._settle()

    def set_progress(self, text: str, fraction: float | None) -> None:
        """Show a quiet line under the open question, and a bar if a `fraction` from 0 to 1 is known; an empty text
        hides both."""
        if (message := self._open_message()) is not None:
            message.set_progress(text, fraction)

    def think(self, words: str, text: str) -> None:
        """Add to what was thought before the open answer; `words` say how much that is by now."""
        if (message := self._open_message()) is not None:
            message.think(words, text)

    def append(self, text: str) -> None:
        """Add text to the open answer."""
        if (message := self._open_message()) is not None:
            message.append(text)

    def show_checked(self, citations: Sequence[Citation], verdicts: Sequence[SentenceVerdict] = ()) -> None:
        """Show what was found out about the open answer so far."""
        if (message := self._open_message()) is not None:
            message.show_checked(citations, verdicts)

    def finish(self, answer: Answer, *sentences: str) -> None:
        """Show the open answer as it was kept, with `sentences` under it."""
        slot = next((s for s in self._column.slots if s.is_answer and s.question_id == answer.question_id), None)
        if slot is None:
            return
        slot.answer, slot.answer_id, slot.text = answer, answer.id, answer.text
        slot.sentences = list(sentences)
        if isinstance(slot.message, AnswerMessage):
            slot.message.show_answer(answer, slot.variant, slot.variants)
            self._say(slot)
            slot.message.offer(self._action_below(slot, is_last=slot is self._column.slots[-1]))
            announce(slot.message, slot.message.accessibleDescription())

    def show_weighed(self, answer: Answer) -> None:
        """Show an answer whose sentences were weighed, if it is shown and has ended."""
        slot = self._column.find_answer(answer.id)
        if slot is None or slot.answer is None or slot.answer.text != answer.text:
            return
        slot.answer = answer
        if isinstance(slot.message, AnswerMessage):
            before = slot.message.foot.describe()
            slot.message.show_answer(answer, slot.variant, slot.variants)
            if (found := slot.message.foot.describe()) != before:
                announce(slot.message, found)
        self._settle()

    def show_weighing(self, answer_id: str, words: str) -> None:
        """Show how far weighing is below the answer, if that is shown; empty words when it has ended."""
        slot = self._column.find_answer(answer_id)
        if slot is not None and isinstance(slot.message, AnswerMessage):
            slot.message.foot.show_status(words)

    def note(self, sentence: str) -> None:
        """Add a sentence under the last answer."""
        slot = next((slot for slot in reversed(self._column.slots) if slot.is_answer), None)
        if slot is None:
            return
        slot.sentences.append(sentence)
        self._say(slot)

    def images(self) -> tuple[NumberedImage, ...]:
        """Return all images of the shown turns, in the order of their questions."""
        return tuple(image for slot in self._column.slots for image in slot.images)

    def forget_book(self, book_id: str) -> None:
        """Remove the images that were taken of the pages of a book that is gone; the others may get another number."""
        anchor = self._find_anchor()
        for slot in self._column.without_images(book_id):
            slot.height = 0
            self._drop(slot)
        self._guess_heights()
        self._settle(anchor)

    def suggest(self, questions: Sequence[str], answer_id: str = "") -> None:
        """Show questions to choose from, instead of those before: below the last answer if that is `answer_id`; with an
        empty id, in a conversation without turns."""
        self._further = answer_id, tuple(questions)
        for slot in self._column.slots:
            if isinstance(slot.message, AnswerMessage):
                slot.message.suggest(self._questions_after(slot))
        self.empty.suggest(() if answer_id else questions)
        self._settle()

    def light(self, question_id: str) -> None:
        """Mark the question that is being edited; an empty id for none."""
        self._lit = question_id
        for message in self.findChildren(QuestionMessage):
            message.set_lit(message.question_id == question_id)

    def _questions_after(self, slot: Slot) -> tuple[str, ...]:
        return self._further[1] if slot is self._column.slots[-1] and slot.answer_id == self._further[0] else ()

    def go_to(self, question_id: str) -> None:
        """Scroll this question to the top of the window, or as high as what follows it allows, if it is shown."""
        index = self._column.index_of_question(question_id)
        if index >= 0:
            self._show_first(self._column.slots[index])

    def text_of(self, answer_id: str) -> str:
        """Return the text of an answer as it is kept, or as far as it has come; empty for one that is not shown."""
        slot = self._column.find_answer(answer_id)
        return "" if slot is None else slot.text_so_far

    # ---- layout and events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _create(self, slot: Slot) -> MessageWidget:
        return self._create_answer(slot) if slot.is_answer else self._create_question(slot)

    def _create_question(self, slot: Slot) -> MessageWidget:
        question = ShownQuestion(slot.question_id, slot.text, slot.variant, slot.variants, slot.images)
        made = QuestionMessage(question, self._theme, self.thumbnails, self.viewport())
        made.image_opened.connect(self.image_opened)
        made.image_menu_wanted.connect(self.image_menu_wanted)
        made.edited.connect(self.edit_question)
        made.variant_chosen.connect(self.variant_chosen)
        made.set_faded(slot.left_out)
        made.set_lit(slot.question_id == self._lit)
        return self._adopt(slot, made)

    def _create_answer(self, slot: Slot) -> MessageWidget:
        images = len(self._column.slots[slot.index - 1].images)
        origin = AnswerOrigin(slot.question_id, slot.answer_id, slot.books, images)
        made = AnswerMessage(
            origin, self._theme, self._shelf, self.viewport(), formulas=self._formulas, entries=self._entries
        )
        made.copied.connect(self.copy_answer)
        made.exported.connect(self.export_answer)
        made.foot.offers_notes = self._offers_notes
        made.notes_wanted.connect(self.notes_wanted)
        made.model_wanted.connect(self.model_wanted)
        made.table_saved.connect(self.save_table)
        made.asked_again.connect(self.ask_again)
        made.action_wanted.connect(self._want_action)
        made.variant_chosen.connect(self.variant_chosen)
        made.citation_clicked.connect(self.citation_clicked)
        made.link_clicked.connect(self._ask_to_open)
        made.thought.set_open(slot.opens_thought)
        made.thought.toggled.connect(partial(setattr, slot, "opens_thought"))
        if slot.answer is None:
            made.begin()
        slot.message = made
        self._say(slot)
        if slot.answer is not None:
            made.show_answer(slot.answer, slot.variant, slot.variants)
        made.set_faded(slot.left_out)
        made.offer(self._action_below(slot, is_last=slot is self._column.slots[-1]))
        made.suggest(self._questions_after(slot))
        made.suggestion_chosen.connect(self.suggestion_chosen)
        return self._adopt(slot, made)

    def _action_below(self, slot: Slot, *, is_last: bool) -> str:
        """Return the words on the button below an answer; empty for none."""
        if slot.left_out:
            return _("Include again from here")
        return self._word_going_on(slot.answer) if is_last and slot.answer is not None else ""

    def _want_action(self, answer_id: str) -> None:
        slot = self._column.find_answer(answer_id)
        if slot is not None and slot.left_out:
            self.read_again_wanted.emit(answer_id)
        else:
            self.go_on_wanted.emit(answer_id)

    def _clear(self) -> None:
        for slot in list(self._alive):
            self._drop(slot)
        self._column.slots = []

    def _open_answer(self, slot: Slot) -> None:
        self._column.slots.append(slot)
        self._guess_heights()
        self._create(slot)
        self._following = True
        self._settle()

    def _open_message(self) -> AnswerMessage | None:
        slot = self._column.slots[-1] if self._column.slots else None
        if slot is None or not slot.is_open or not isinstance(slot.message, AnswerMessage):
            return None
        return slot.message

    def _find_again(self, anchor: ScrollAnchor) -> ScrollAnchor | None:
        slot = self._column.find_like(anchor.slot)
        return ScrollAnchor(slot, anchor.piece, anchor.offset) if slot is not None else None

    def _settle(self, anchor: ScrollAnchor | None = None) -> None:
        super()._settle(anchor)
        self.empty.setVisible(not self._column.slots)
        self.empty.setGeometry(self.viewport().rect())

    def _first_stops(self) -> list[QWidget]:
        return [] if self.empty.isHidden() else self.empty.stops()

    def _ask_to_open(self, address: str) -> None:
        dialog = LinkDialog(address, self._open_address, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
