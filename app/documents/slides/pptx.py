"""Reads PowerPoint presentations, a slide a page. Source: ECMA-376, part 1, 19 and 21."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from lxml import etree

from app.core.documents.document import Document, Flag, Format
from app.documents.formats.archive import Archive, Relation
from app.documents.formats.contract import MAX_PAGES, Content, Progress, refuse_damaged, refuse_over
from app.documents.formats.facts import package_facts
from app.documents.formats.xml import (
    attribute,
    child,
    children,
    find,
    find_all,
    local_name,
    relation_id,
    text_in,
    text_of,
)
from app.documents.slides.deck import ShapeBox, Slide, SlideShape, in_reading_order, to_deck
from app.documents.slides.drawing_text import DrawingWalker
from app.documents.tables.charts import describe_drawn
from app.documents.text import notation
from app.documents.text.flow import Block, Comment

format = Format.PPTX

_PRESENTATION = "ppt/presentation.xml"
_TITLES = {"title", "ctrTitle"}
_RUNNING = {"dt", "ftr", "sldNum", "sldImg", "hdr"}
_LISTED = {"", "body", "obj"}  # whose paragraphs are points of a list, unless they say otherwise
_SHAPES = {"sp", "graphicframe", "cxnsp"}
_DRAWN = ("pic", "graphicframe")
_OFF, _ON = {"0", "false"}, {"1", "true"}
_NOWHERE = ShapeBox(0, 0, 0, 0)


def parse(content: Content, progress: Progress) -> Document:
    """Parse a presentation. Text of layouts and masters is left out; comments are kept apart."""
    progress(0, 1)
    archive = Archive(content, format)
    package = {each.kind: each.part for each in archive.relations()}
    name = package.get("officeDocument", _PRESENTATION)
    root, related = archive.tree(name), archive.relations(name)
    parts = {each.id: each.part for each in related}
    slides = [parts.get(relation_id(each), "") for each in children(child(root, "sldidlst"))]
    refuse_over(MAX_PAGES, len(slides), "pages", content)
    if not slides:
        refuse_damaged(content, format)
    reader = _SlideReader(archive, related)
    core = archive.optional_tree(package.get("core-properties", ""))
    title, language = text_in(core, "title"), text_in(core, "language")
    document = to_deck(reader.read(slides, progress), content, format, title, language, package_facts(core))
    progress(len(slides), len(slides))
    return document


class _Placeholder(msgspec.Struct, frozen=True):
    """The kind of content that a shape says it is a placeholder for; `type` is None for a shape that is none."""

    type: str | None
    index: str


class _SlideReader:
    def __init__(self, archive: Archive, related: tuple[Relation, ...]) -> None:
        self._archive = archive
        self._authors = {
            attribute(author, "id"): attribute(author, "name")
            for each in related
            if each.kind in ("commentAuthors", "authors")
            for author in children(archive.optional_tree(each.part))
        }
        self._places: dict[str, dict[_Placeholder, ShapeBox]] = {}  # of placeholders, for each layout and master

    def read(self, parts: list[str], progress: Progress) -> Iterator[Slide]:
        for done, part in enumerate(parts):
            progress(done, len(parts))
            yield self._slide(part)

    def _slide(self, part: str) -> Slide:
        root, related = self._archive.tree(part), self._archive.relations(part)
        walker = DrawingWalker(describe_drawn(self._archive, related))
        tree = child(child(root, "csld"), "sptree")
        titles, shapes = tuple[Block, ...](), list[SlideShape]()
        for element in _elements(tree):
            if _placeholder(element).type in _TITLES and not titles and not _is_hidden(element):
                titles = walker.blocks(element, listed=False)
            elif (shape := self._shape(element, walker, related)) is not None:
                shapes.append(shape)
        return Slide(
            titles,
            tuple(shapes),
            tuple(self._notes(related)),
            attribute(root, "show").lower() in _OFF,
            any(find(tree, name) is not None for name in _DRAWN),
            tuple(self._comments(related)),
        )

    def _shape(
        self, element: etree._Element, walker: DrawingWalker, related: tuple[Relation, ...]
    ) -> SlideShape | None:
        """Return the text of a shape; None for what runs over all slides, and for pictures. A group is one shape, whose
        parts are in their own order; calls nest no deeper than the elements, which `xml.MAX_DEPTH` limits."""
        if _is_hidden(element):
            return SlideShape(_kept_aside(element), _NOWHERE)
        if local_name(element) == "grpsp":
            parts = (self._shape(each, walker, related) for each in _elements(element))
            ordered = in_reading_order([each for each in parts if each is not None])
            return SlideShape(
                tuple(block for each in ordered for block in each.blocks), _box(child(element, "grpsppr"))
            )
        placeholder = _placeholder(element)
        if local_name(element) not in _SHAPES or placeholder.type in _RUNNING:
            return None
        box = _box(element) or _box(child(element, "sppr"))
        if box is None and placeholder.type is not None:
            box = self._place(placeholder, related)
        return SlideShape(walker.blocks(element, placeholder.type in _LISTED), box)

    def _place(self, placeholder: _Placeholder, related: tuple[Relation, ...]) -> ShapeBox | None:
        """Return where the slide's layout puts a placeholder, or the layout's master; None if neither does."""
        for kind in ("slideLayout", "slideMaster"):
            part = next((each.part for each in related if each.kind == kind), "")
            if part not in self._places:
                tree = find(self._archive.optional_tree(part), "sptree")
                self._places[part] = {
                    _placeholder(each): box
                    for each in _elements(tree)
                    if (box := _box(child(each, "sppr"))) is not None
                }
            places = self._places[part]
            alike = (box for each, box in places.items() if each.type == placeholder.type)
            if (found := places.get(placeholder) or next(alike, None)) is not None:
                return found
            related = self._archive.relations(part) if part else ()
        return None

    def _notes(self, related: tuple[Relation, ...]) -> Iterator[Block]:
        for each in related:
            if each.kind == "notesSlide":
                walker = DrawingWalker({})
                for element in _elements(find(self._archive.optional_tree(each.part), "sptree")):
                    if local_name(element) in _SHAPES and _placeholder(element).type not in _RUNNING:
                        yield from walker.blocks(element, listed=False)

    def _comments(self, related: tuple[Relation, ...]) -> Iterator[Block]:
        for each in related:
            if each.kind == "comments":
                for comment in find_all(self._archive.optional_tree(each.part), "cm"):
                    text = child(comment, "text")
                    said = text_of(text) if text is not None else text_in(comment, "txbody")
                    if said:
                        author = self._authors.get(attribute(comment, "authorId"), "")
                        yield Block("", comments=(Comment(notation.comment(said, author)),))


def _elements(tree: etree._Element | None) -> Iterator[etree._Element]:
    """Yield the shapes of a tree or a group; of alternatives the first."""
    for each in children(tree):
        if local_name(each) == "alternatecontent":
            yield from children(child(each, "choice"))
        else:
            yield each


def _is_hidden(shape: etree._Element) -> bool:
    properties = next((each for each in shape if local_name(each).startswith("nv")), None)
    drawing = child(properties, "cnvpr")
    return drawing is not None and attribute(drawing, "hidden").lower() in _ON


def _kept_aside(shape: etree._Element) -> tuple[Block, ...]:
    """Return the text of a hidden shape, or group of shapes, with a flag."""
    words = " ".join(each.text for each in find_all(shape, "t") if each.text)
    return (Block("", flags=(Flag.HIDDEN_TEXT,), untrusted_hidden=words),) if words.strip() else ()


def _placeholder(shape: etree._Element) -> _Placeholder:
    properties = next((each for each in shape if local_name(each).startswith("nv")), None)
    found = child(child(properties, "nvpr"), "ph")
    if found is None:
        return _Placeholder(None, "")
    return _Placeholder(attribute(found, "type"), attribute(found, "idx"))


def _box(properties: etree._Element | None) -> ShapeBox | None:
    """Return the box of a shape in English Metric Units, of which an inch has 914,400; None if it has none."""
    place = child(properties, "xfrm")
    offset, extent = child(place, "off"), child(place, "ext")
    if offset is None or extent is None:
        return None
    left, top = _emu(attribute(offset, "x")), _emu(attribute(offset, "y"))
    return ShapeBox(left, top, left + _emu(attribute(extent, "cx")), top + _emu(attribute(extent, "cy")))


def _emu(untrusted_text: str) -> int:
    digits = untrusted_text.strip().removeprefix("-")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else 0
    return -number if untrusted_text.strip().startswith("-") else number
