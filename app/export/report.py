"""What an export says, whatever its format: questions with images, answers with numbered references, the references."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeAlias

from app.core.conversation import Answer, Citation, CitationState, Ending, StoredQuestion, Turn
from app.core.document import Book
from app.core.errors import Problem
from app.core.image import ImageRef
from app.documents.images.kinds import ENDINGS
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.page_names import cited_page, page_words
from app.wording.support import basis_words
from app.wording.weighing import weighed_words

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
        """What is written in its place when it could not be read."""
        named = Problem(problem.code, {**problem.params, "path": self.name})
        return _("{image} is missing. {why}").format(image=self.caption, why=sentence(named))


def safe_name(untrusted_name: str, characters: int) -> str:
    """As a part of a file's name on any system, at most so many characters long."""
    return _NOT_IN_NAMES.sub(" ", untrusted_name)[:characters].strip(" .")


OPEN, CLOSE = "\ufdd2", "\ufdd3"  # noncharacters: cleaning takes them out of every text
REFERENCE = re.compile(f"{OPEN}(\\d+){CLOSE}")
"""The place of a reference in an answer, with its number."""


@dataclass(frozen=True)
class ReportPart:
    """A question as plain text, its answer as Markdown with the places of its references, what is to be said about
    the answer, which may be empty, and the images above the question."""

    question: str
    answer: str
    note: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Reference:
    """`state` is what the program found out, in words; `quote` may be empty."""

    number: int
    place: str
    state: str
    quote: str

    @property
    def words(self) -> str:
        quote = f" “{self.quote}”" if self.quote else ""
        return f"{self.place}: {self.state}.{quote}"


@dataclass(frozen=True)
class Report:
    title: str
    parts: tuple[ReportPart, ...]
    references: tuple[Reference, ...]


def compose(untrusted_title: str, turns: Sequence[Turn], books: Mapping[str, Book], answer_id: str = "") -> Report:
    """The turns of a conversation or, of these, the one with this answer. `books` by their ids: they name their pages.

    References are counted through all that are written. Images are counted through the conversation, as the model reads
    it (`services.prompts`): a question that was not answered is not repeated to it, so the images of the next one get
    its numbers again.
    """
    parts: list[ReportPart] = []
    references: list[Reference] = []
    shown = 0
    for turn in turns:
        question, answer = turn.question, turn.answer
        pictures = tuple(
            Picture(number, " ".join(cleaned(ref.untrusted_name).split()), ref)
            for number, ref in enumerate(question.images, shown + 1)
        )
        if answer is not None and answer.text:
            shown += len(pictures)
        if answer_id and (answer is None or answer.id != answer_id):
            continue
        if answer is None:
            parts.append(ReportPart(cleaned(question.text), "", "", pictures))
            continue
        text, found = number_references(answer, books, len(references))
        references += found
        notes = (
            note_on(question, answer),
            cleaned(weighed_words(answer, books)),
            _("The following questions were asked without this one and its answer.") if answer.left_out else "",
        )
        parts.append(ReportPart(cleaned(question.text), text, " ".join(filter(None, notes)), pictures))
    return Report(cleaned(untrusted_title) or _("Conversation"), tuple(parts), tuple(references))


def number_references(answer: Answer, books: Mapping[str, Book], before: int = 0) -> tuple[str, list[Reference]]:
    """The text with numbers for its page marks, which go on after `before`; references that have no mark follow the
    text."""
    pieces: list[str] = []
    references: list[Reference] = []
    position = 0
    for citation in sorted(answer.citations, key=lambda c: (c.start < 0, c.start)):
        number = before + len(references) + 1
        if citation.start >= position:
            pieces.append(cleaned(answer.text[position : citation.start]))
            position = citation.end
        elif position < len(answer.text):
            pieces.append(cleaned(answer.text[position:]) + " ")
            position = len(answer.text)
        pieces.append(f"{OPEN}{number}{CLOSE}")
        references.append(_reference(number, citation, books))
    pieces.append(cleaned(answer.text[position:]))
    return "".join(pieces), references


def _reference(number: int, citation: Citation, books: Mapping[str, Book]) -> Reference:
    words = {
        CitationState.VERIFIED: _("these words are on this page, word for word"),
        CitationState.REPAIRED: _("these words are on this page, word for word; the answer named p. {named}"),
        CitationState.NEAR: _("the quotation is on this page in other words, as follows"),
        CitationState.CUT: _("the quotation is cut; in full, the page says"),
        CitationState.NOT_FOUND: _("not found on this page"),
        CitationState.PAGE: _("named by the answer, without a quotation"),
        CitationState.FOUND: _("found by Octavo, not named by the answer"),
        CitationState.RELATED: _("most related page, found by Octavo only by shared words"),
        CitationState.DIFFERS: _("differs from the answer in a number, name, negation or obligation, as follows"),
    }[citation.state]
    if citation.is_unresolved:
        words = _("named by the answer, which does not say which of these books it means")
    title = cleaned(citation.document)
    page = cleaned(page_words(cited_page(citation, books)))
    fuller = (CitationState.NEAR, CitationState.CUT, CitationState.DIFFERS)
    quote = citation.on_page if citation.state in fuller else citation.quote
    place = f"{title}, {page}" if title else page
    return Reference(number, place, words.format(named=cleaned(citation.named)), cleaned(quote))


def note_on(question: StoredQuestion, answer: Answer) -> str:
    """What is to be said about an answer; empty where it needs no word."""
    return " ".join(filter(None, (basis_words(question, answer), _state_words(answer))))


def _state_words(answer: Answer) -> str:
    if answer.excerpts:
        return _("The model saw only excerpts of the books.")
    if answer.ending in (Ending.CANCELLED, Ending.CLOSED, Ending.FAILED, Ending.OPEN):
        return _("This answer is not complete.")
    return _("This answer was cut off at the length limit.") if answer.ending is Ending.LENGTH else ""


def cleaned(untrusted_text: str) -> str:
    """Without what cannot be seen."""
    from app.documents.text.clean import clean  # its tables of characters take a while to load

    return clean(untrusted_text)[0]
