"""The conversation as a column of slots: the place and height of every message, with or without a widget."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from app.core.conversations.conversation import Answer, StoredQuestion, Turn
from app.ui.chat.messages.message import MessageWidget
from app.ui.chat.messages.question import images_height
from app.ui.chat.messages.tiles import NumberedImage, number_images
from app.ui.look.theme import SPACE_XL, TextSizes

GAP_AFTER_QUESTION = 18  # px
GAP_AFTER_ANSWER = 28  # px

_FOOT = 40  # px, a guess
_CHARACTER = 8  # px a character takes on average, a guess


@dataclass(eq=False)
class Slot:
    """A question, or (with an `answer_id`) an answer.

    `books` are the ids of those on the desk when it was asked, `images` are those of a question. `height` in px is a
    guess until its message was shown. `left_out` tells that the model no longer reads it. `index` and `top` (px from
    the top of everything) are the column's. `opens_thought` tells that the person opened what was thought before it.
    """

    question_id: str
    text: str
    answer_id: str = ""
    answer: Answer | None = None
    books: frozenset[str] = frozenset()
    images: tuple[NumberedImage, ...] = ()
    sentences: list[str] = field(default_factory=list)
    variant: int = 1
    variants: int = 1
    left_out: bool = False
    opens_thought: bool = False
    message: MessageWidget | None = None
    height: int = 0
    index: int = 0
    top: int = 0

    @property
    def is_answer(self) -> bool:
        return bool(self.answer_id)

    @property
    def is_open(self) -> bool:
        return self.is_answer and self.answer is None

    @property
    def text_so_far(self) -> str:
        """The text of the message, even where it is an answer that is still being written."""
        return self.message.plain_text() if self.is_open and self.message is not None else self.text

    def guess_height(self, width: int, sizes: TextSizes) -> None:
        lines = len(self.text) * _CHARACTER * sizes.percent // 100 // max(1, width) + self.text.count("\n") // 2 + 1
        if self.is_answer:
            self.height = lines * sizes.answer_line + _FOOT
        else:
            self.height = min(16, lines) * sizes.question_line + 18 + images_height(self.images, width)


def question_slot(asked: StoredQuestion, variant: int = 1, variants: int = 1, *, left_out: bool = False) -> Slot:
    return Slot(
        asked.id,
        asked.text,
        books=frozenset(ref.book_id for ref in (*asked.books, *asked.others)),
        images=number_images(asked.images),
        variant=variant,
        variants=variants,
        left_out=left_out,
    )


def make_slots(turn: Turn, sentences: list[str]) -> list[Slot]:
    """Make the slots of one turn: its question, and its answer if there is one."""
    asked, answer = turn.question, turn.answer
    left_out = answer is not None and answer.left_out
    question = question_slot(asked, turn.question_variant, turn.question_variants, left_out=left_out)
    if answer is None:
        return [question]
    return [
        question,
        Slot(
            asked.id,
            answer.text,
            answer.id,
            answer,
            books=question.books,
            sentences=sentences,
            variant=turn.answer_variant,
            variants=turn.answer_variants,
            left_out=left_out,
        ),
    ]


class SlotColumn:
    """The slots, and where each of them begins."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.total = 0

    def measure(self) -> None:
        """Compute the places again, after a height or the slots changed."""
        top = SPACE_XL
        for index, slot in enumerate(self.slots):
            slot.index, slot.top = index, top
            top += slot.height + (GAP_AFTER_ANSWER if slot.answer_id else GAP_AFTER_QUESTION)
        self.total = top if self.slots else 0

    def index_at(self, y: int) -> int:
        """Return the index of the slot at `y` (px), or of the nearest one; -1 without slots."""
        return max(0, bisect_right(self.slots, y, key=_top) - 1) if self.slots else -1

    def number_images(self) -> None:
        """Number the images through the conversation as in the model's prompt: see `services.prompts`, which leaves out
        questions without an answer."""
        answered = {slot.question_id for slot in self.slots if slot.answer is not None and slot.answer.text}
        shown = 0
        for slot in self.slots:
            if slot.images:
                slot.images = number_images((numbered.image for numbered in slot.images), shown)
                shown += len(slot.images) if slot.question_id in answered else 0

    def without_images(self, book_id: str) -> list[Slot]:
        """Take away the images of a book's pages, and return the slots whose images or numbers are others now."""
        before = [slot.images for slot in self.slots]
        for slot in self.slots:
            slot.images = tuple(image for image in slot.images if image.ref.book_id != book_id)
        self.number_images()
        return [slot for slot, images in zip(self.slots, before, strict=True) if slot.images != images]

    def find_answer(self, answer_id: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.is_answer and slot.answer_id == answer_id), None)

    def find_like(self, other: Slot) -> Slot | None:
        """Find the slot of the same question as `other`, or of that question's answer if `other` is an answer, whatever
        variant it shows; None if there is none."""
        alike = (slot for slot in self.slots if slot.question_id == other.question_id)
        return next((slot for slot in alike if slot.is_answer == other.is_answer), None)

    def index_of_question(self, question_id: str) -> int:
        """Return the index of a question's slot; -1 if there is none."""
        return next((i for i, s in enumerate(self.slots) if s.question_id == question_id and not s.is_answer), -1)


def _top(slot: Slot) -> int:
    return slot.top
