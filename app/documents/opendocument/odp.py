"""Reads OpenDocument presentations, a slide a page. Source: OpenDocument 1.3, part 3, 10.2 and 16.41."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from app.core.documents.document import Document, Format
from app.documents.formats.contract import Content, Progress
from app.documents.formats.xml import attribute, child, children, find, find_all, local_name
from app.documents.opendocument.odf import OdfPackage, OdfWalker
from app.documents.slides.deck import ShapeBox, Slide, SlideShape, to_deck
from app.documents.text.flow import Block

format = Format.ODP

_GROUPS = {"g", "a"}
_NO_SHAPES = {"notes", "forms", "annotation", "animations", "par", "title", "desc"}
_DRAWN = {"image", "object", "object-ole", "plugin"}
_LENGTH = re.compile(r"(-?\d{1,6}(?:\.\d{1,9})?)(cm|mm|in|pt|px)")
_POINTS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0, "px": 0.75}
_TITLE = "title"


def parse(content: Content, progress: Progress) -> Document:
    """Parse a presentation. Text of the master slides is left out; comments are kept apart. Raises AppError
    DOCUMENT_ENCRYPTED for a file with a password."""
    progress(0, 1)
    package = OdfPackage(content, format, "presentation")
    pages = [each for each in package.body if local_name(each) == "page"]
    hidden = set(_hidden_styles((package.styles, package.root)))
    slides = _slides(pages, package.walker(None), hidden, progress)
    document = to_deck(slides, content, format, package.title, package.language, package.facts)
    progress(len(pages), len(pages))
    return document


def _slides(pages: list[etree._Element], walker: OdfWalker, hidden: set[str], progress: Progress) -> Iterator[Slide]:
    for done, page in enumerate(pages):
        progress(done, len(pages))
        titles, shapes = list[Block](), list[SlideShape]()
        for element in _shapes(page):
            blocks = walker.read_aside(element)
            if attribute(element, "class") == _TITLE and not titles:
                titles = blocks
            else:
                shapes.append(SlideShape(tuple(blocks), _box(element)))
        yield Slide(
            tuple(titles),
            tuple(shapes),
            tuple(_notes(page, walker)),
            attribute(page, "style-name") in hidden,
            any(find(each, name) is not None for each in _shapes(page) for name in _DRAWN),
            tuple(walker.read_aside(each for each in page if local_name(each) == "annotation")),
        )


def _shapes(page: etree._Element) -> Iterator[etree._Element]:
    """Yield the shapes of a slide or its notes; those of a group one by one, since their places are those on the
    slide."""
    stack = list(reversed(page))
    while stack:
        element = stack.pop()
        name = local_name(element)
        if name in _GROUPS:
            stack += reversed(element)
        elif name and name not in _NO_SHAPES:
            yield element


def _notes(page: etree._Element, walker: OdfWalker) -> Iterator[Block]:
    notes = child(page, "notes")
    for each in children(notes) and _shapes(page if notes is None else notes):
        if local_name(each) != "page-thumbnail":
            yield from walker.read_aside(each)


def _hidden_styles(roots: Iterable[etree._Element | None]) -> Iterator[str]:
    for root in roots:
        for style in find_all(root, "style"):
            properties = child(style, "drawing-page-properties")
            if properties is not None and attribute(properties, "visibility") == "hidden":
                yield attribute(style, "name")


def _box(shape: etree._Element) -> ShapeBox | None:
    """Return the box of a shape in points; None if it has none."""
    left, top, width, height = (_points(attribute(shape, name)) for name in ("x", "y", "width", "height"))
    if left is None or top is None:
        return None
    return ShapeBox(left, top, left + (width or 0), top + (height or 0))


def _points(untrusted_length: str) -> float | None:
    found = _LENGTH.fullmatch(untrusted_length)
    return float(found[1]) * _POINTS[found[2]] if found else None
