"""Lays out the slides of a presentation, each on a page of its own: title, shapes in reading order, speaker notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import NamedTuple

import msgspec

from app.core.documents.document import Document, Flag, Format
from app.core.documents.facts import NO_FACTS, Facts
from app.core.errors import AppError, Code
from app.documents.formats.contract import MAX_CHARACTERS, MAX_PAGES, Content, refuse_over, to_document
from app.documents.text import notation
from app.documents.text.flow import Block, Heading, flow

MAX_ORDERED_SHAPES = 200
"""The number of shapes beyond which the shapes of a slide stay in the order of the file."""

_OVERLAP = 0.1  # of its width and height may be under another shape that is beside it all the same


class ShapeBox(NamedTuple):
    """A place on a slide, in one unit for all of its shapes."""

    left: float
    top: float
    right: float
    bottom: float


class SlideShape(msgspec.Struct, frozen=True):
    """The text of a shape; `box` is None if the file does not say where it is."""

    blocks: tuple[Block, ...]
    box: ShapeBox | None = None


class Slide(msgspec.Struct, frozen=True):
    """A slide. `drawn` tells that something is on it beside text; `asides` are blocks without text, for comments on the
    whole slide."""

    title: tuple[Block, ...]
    shapes: tuple[SlideShape, ...]
    notes: tuple[Block, ...] = ()
    hidden: bool = False
    drawn: bool = False
    asides: tuple[Block, ...] = ()


def to_deck(
    slides: Iterable[Slide],
    content: Content,
    format: Format,
    untrusted_title: str,
    untrusted_language: str = "",
    facts: Facts = NO_FACTS,
) -> Document:
    """Make the document of these slides, page by page. Raises AppError DOCUMENT_LIMIT; DOCUMENT_NO_TEXT if no slide has
    text."""
    flowed = flow(_blocks(slides, content), fixed=True)
    if not any(page.text for page in flowed.pages):
        raise AppError(Code.DOCUMENT_NO_TEXT, path=content.name, pages=len(flowed.pages))
    return to_document(flowed, content, format, untrusted_title, untrusted_language, facts=facts)


def in_reading_order(shapes: Sequence[SlideShape]) -> list[SlideShape]:
    """Return the rows from the top, and in each what is left first: shapes are parted where a line runs between them,
    first across, then down (a recursive XY cut: Nagy and Seth, 1984). They stay as they come if a place is not
    known."""
    if len(shapes) > MAX_ORDERED_SHAPES:
        return list(shapes)
    placed = [(shape.box, shape) for shape in shapes if shape.box is not None]
    return [shape for _, shape in _cut(placed)] if len(placed) == len(shapes) else list(shapes)


def _cut(placed: list[tuple[ShapeBox, SlideShape]]) -> list[tuple[ShapeBox, SlideShape]]:
    if len(placed) < 2:
        return placed
    for start, end in ((1, 3), (0, 2)):
        groups = _parted(placed, start, end)
        if len(groups) > 1:
            return [each for group in groups for each in _cut(group)]
    return sorted(placed, key=lambda each: (each[0].top, each[0].left))


def _parted(placed: list[tuple[ShapeBox, SlideShape]], start: int, end: int) -> list[list[tuple[ShapeBox, SlideShape]]]:
    """Return the shapes in groups with nothing between them, along one side of their boxes."""
    groups: list[list[tuple[ShapeBox, SlideShape]]] = []
    reached = 0.0
    for each in sorted(placed, key=lambda each: itemgetter(start)(each[0])):
        box = each[0]
        slack = _OVERLAP * (box[end] - box[start])
        if groups and box[start] + slack < reached:
            groups[-1].append(each)
            reached = max(reached, box[end] - slack)
        else:
            groups.append([each])
            reached = box[end] - slack
    return groups


def _blocks(slides: Iterable[Slide], content: Content) -> Iterator[Block]:
    characters = 0
    for number, slide in enumerate(slides, 1):
        refuse_over(MAX_PAGES, number, "pages", content)
        blocks = list(_of_slide(slide))
        characters += sum(len(each.untrusted_text) for each in blocks)
        characters += sum(len(comment.untrusted_text) for each in blocks for comment in each.comments)
        refuse_over(MAX_CHARACTERS, characters, "characters", content)
        yield from blocks


def _of_slide(slide: Slide) -> Iterator[Block]:
    """Yield the blocks of a slide. The first one begins the page, and has the slide's title as its heading."""
    said = [*slide.title, *(block for shape in in_reading_order(slide.shapes) for block in shape.blocks)]
    notes = [each for each in slide.notes if each.untrusted_text.strip()]
    if notes:
        said += [Block(notation.SPEAKER_NOTES), *notes]
    is_bare = not any(map(attrgetter("untrusted_text"), said))
    title = " ".join(" ".join(block.untrusted_text.split()) for block in slide.title)
    yield Block(
        notation.HIDDEN_SLIDE if slide.hidden else "",
        (Heading(title, 1),) if title.strip() else (),
        (Flag.NO_TEXT,) if is_bare and slide.drawn else (),
        new_page=True,
    )
    yield from (msgspec.structs.replace(block, headings=()) for block in said)
    yield from slide.asides
