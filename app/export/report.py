"""The content of an export, whatever its format: its title block, questions with images, answers with numbered
references, what the pages have of each sentence, and at the end the documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TypeAlias

from app.core.conversations.conversation import Answer, Ending, StoredQuestion, Turn
from app.core.conversations.image import ImageRef
from app.core.documents.document import Book
from app.core.errors import Problem
from app.documents.images.kinds import ENDINGS
from app.export.references import CheckedAnswer, CheckedSentence, Reference, check_answer, cleaned
from app.export.title_block import Asked, TitleBlock, compose_title_block, day_of, models_of
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import basis_words
from app.wording.thoughts import thought_of

PICTURE_SIDE = 2_000
"""Pixels of the longest side; a larger image is reduced to it. Across MOST_WIDTH that is 400 an inch, as sharp as paper
needs it; a photograph of 12 megapixels adds 5 MB to a file instead of 20."""

MOST_WIDTH, MOST_HEIGHT = 12.5, 12.0
"""Centimetres that an image takes on paper at most: within the text, and less than half a page."""

LoadPicture: TypeAlias = Callable[[ImageRef, int], bytes]
"""Gives an image as PNG, reduced if a side is longer than so many pixels. Raises AppError."""

PIXELS_PER_INCH = 96
_CENTIMETRES = 2.54
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_NAME_CHARACTERS = 50


@dataclass(frozen=True)
class Picture:
    """An image of a question. `number` and `name` are those by which the model read it."""

    number: int
    name: str
    ref: ImageRef

    @property
    def caption(self) -> str:
        return _("Image {number}: {name}").format(number=self.number, name=self.name)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in which it is shown, in pixels of which an inch has PIXELS_PER_INCH: its own, unless that
        is too large."""
        width, height = self.ref.width, self.ref.height
        scale = min(
            1.0,
            MOST_WIDTH / _CENTIMETRES * PIXELS_PER_INCH / width,
            MOST_HEIGHT / _CENTIMETRES * PIXELS_PER_INCH / height,
        )
        return max(1, round(width * scale)), max(1, round(height * scale))

    @property
    def file_stem(self) -> str:
        """The name of a file that it is written into, without the ending."""
        stem = PurePath(self.name).stem if self.name.lower().endswith(ENDINGS) else self.name
        return _("image {number} {name}").format(number=self.number, name=safe_name(stem, _NAME_CHARACTERS)).strip()

    def missing(self, problem: Problem) -> str:
        """Return the words that are written in the image's place when it could not be read."""
        named = Problem(problem.code, {**problem.params, "path": self.name})
        return _("{image} is missing. {why}").format(image=self.caption, why=sentence(named))


def safe_name(untrusted_name: str, characters: int) -> str:
    """Turn a name into a part of a file's name that any system takes, at most so many characters long."""
    return _NOT_IN_NAMES.sub(" ", untrusted_name)[:characters].strip(" .")


@dataclass(frozen=True)
class ReportThought:
    """A model's thought, and in `words` how long it took."""

    words: str
    text: str


@dataclass(frozen=True)
class ReportPart:
    """A question as plain text, its answer as Markdown with the places of its references, what is to be said about the
    answer, which may be empty, and the images above the question. `label` says which question it is, and is empty if it
    is the only one. `thought` stands before the answer, if it is wanted. `sentences` say what the pages have of
    each."""

    question: str
    answer: str
    note: str
    pictures: tuple[Picture, ...] = ()
    label: str = ""
    thought: ReportThought | None = None
    sentences: tuple[CheckedSentence, ...] = ()


@dataclass(frozen=True)
class Report:
    head: TitleBlock
    parts: tuple[ReportPart, ...]
    references: tuple[Reference, ...]

    @property
    def title(self) -> str:
        return self.head.title

    @property
    def sentences(self) -> tuple[CheckedSentence, ...]:
        return tuple(each for part in self.parts for each in part.sentences)


def compose(
    untrusted_title: str,
    turns: Sequence[Turn],
    books: Mapping[str, Book],
    answer_id: str = "",
    *,
    now: datetime | None = None,
    thoughts: bool = False,
) -> Report:
    """Compose the report of the turns of a conversation or, of these, the one with this answer. `books`, by their ids,
    name their pages. `now` is when it is written, aware of its zone. With `thoughts`, what the models thought is
    written too.

    References are counted through all that are written. Images are counted through the conversation, as the model reads
    it (`services.prompts`): a question that was not answered is not repeated to it, so the images of the next one get
    its numbers again.
    """
    now = now or datetime.now().astimezone()
    written: list[tuple[Turn, tuple[Picture, ...]]] = []
    shown = 0
    for turn in turns:
        pictures = tuple(
            Picture(number, " ".join(cleaned(ref.untrusted_name).split()), ref)
            for number, ref in enumerate(turn.question.images, shown + 1)
        )
        if turn.answer is not None and turn.answer.text:
            shown += len(pictures)
        if not answer_id or (turn.answer is not None and turn.answer.id == answer_id):
            written.append((turn, pictures))
    asked = [(turn.question, turn.answer) for turn, _pictures in written]
    labels = _labels(asked, now)
    parts: list[ReportPart] = []
    references: list[Reference] = []
    for label, (turn, pictures) in zip(labels, written, strict=True):
        checked = check_answer(turn.answer, books, len(references)) if turn.answer else CheckedAnswer("")
        references += checked.references
        thought = _thought(turn.answer) if thoughts else None
        asked_words, notes = cleaned(turn.question.text), _notes(turn)
        parts.append(ReportPart(asked_words, checked.text, notes, pictures, label, thought, checked.sentences))
    head = compose_title_block(cleaned(untrusted_title) or _("Conversation"), asked, books, now)
    return Report(head, tuple(parts), tuple(references))


def _labels(asked: Asked, now: datetime) -> list[str]:
    """Return which question each is, with its day and its model if these are several."""
    if len(asked) == 1:
        return [""]
    several_days = len({day_of(question, now) for question, _answer in asked}) > 1
    several_models = len(models_of(asked)) > 1
    labels = []
    for number, (question, answer) in enumerate(asked, 1):
        day = day_of(question, now) if several_days else ""
        model = "".join(models_of([(question, answer)])) if several_models else ""
        labels.append(" · ".join(filter(None, (_("Question {number}").format(number=number), day, model))))
    return labels


def _thought(answer: Answer | None) -> ReportThought | None:
    if answer is None or answer.thought is None:
        return None
    return ReportThought(thought_of(answer), cleaned(answer.thought.text))


def _notes(turn: Turn) -> str:
    answer = turn.answer
    if answer is None:
        return ""
    notes = (
        note_on(turn.question, answer),
        _("The following questions were asked without this one and its answer.") if answer.left_out else "",
    )
    return " ".join(filter(None, notes))


def note_on(question: StoredQuestion, answer: Answer) -> str:
    """Say what an answer rests on, and whether it is complete; empty where it needs no word."""
    return " ".join(filter(None, (basis_words(question, answer), _state_words(answer))))


def _state_words(answer: Answer) -> str:
    if answer.excerpts:
        return _("The model saw only excerpts of the documents.")
    if answer.ending in (Ending.CANCELLED, Ending.CLOSED, Ending.FAILED, Ending.OPEN):
        return _("This answer is not complete.")
    return _("This answer was cut off at the length limit.") if answer.ending is Ending.LENGTH else ""
