"""Reads EPUB 2 and 3: lays out the chapters of the spine on pages. Sources: EPUB 3.3, OCF 3.3, OPF 2.0.1 (NCX)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cache, partial

import msgspec
from lxml import etree

from app.core.documents.document import Document, Flag, Format
from app.core.documents.facts import Facts, Role
from app.core.errors import AppError, Code
from app.documents.formats.archive import Archive
from app.documents.formats.contract import (
    MAX_CHARACTERS,
    MAX_OUTLINE_LEVELS,
    Content,
    Progress,
    none_if_damaged,
    refuse_damaged,
    refuse_over,
    to_document,
)
from app.documents.formats.facts import authors, make_facts, texts
from app.documents.formats.xml import attribute, child, find, find_all, local_name, parse_xhtml, text_in, text_of
from app.documents.protocol import MAX_COVER_BYTES
from app.documents.text.flow import Block, Heading, flow
from app.documents.text.open_paragraph import InlineMark
from app.documents.web.css import MAX_IMPORTS, StyleSheet, join, read_sheet
from app.documents.web.footnotes import Elsewhere, Notes, anchors_of
from app.documents.web.visibility import is_sheet
from app.documents.web.xhtml import PICTURE, XhtmlChapter, read_chapter, read_title
from app.documents.web.xhtml_styles import Rules, read_rules

format = Format.EPUB

MAX_SPINE_ITEMS = 10_000
MAX_NOTE_CHAPTERS = 8  # with notes of other chapters

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_SCRAMBLING = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_NOT_CHAPTERS = ("image/", "audio/", "video/", "font/", "text/css")  # pages that are a picture have no text
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_QUOTED = re.compile(rb"%([0-9A-Fa-f]{2})")
_NCX_TYPE = "application/x-dtbncx+xml"


class _Item(msgspec.Struct, frozen=True):
    """A file of the book, from the manifest; `name` is its member of the archive."""

    name: str
    media_type: str
    properties: tuple[str, ...]


class _Package(msgspec.Struct, frozen=True):
    untrusted_title: str
    untrusted_language: str
    spine: tuple[_Item, ...]
    contents: _Item | None  # the navigation document, else the NCX
    cover: _Item | None
    facts: Facts


class _Target(msgspec.Struct, frozen=True):
    """An entry of the table of contents and where it leads."""

    heading: Heading
    name: str
    fragment: str


def parse(content: Content, progress: Progress) -> Document:
    """Parse a book. A chapter that cannot be read leaves a flag on its page. Raises AppError DOCUMENT_ENCRYPTED for a
    book with DRM."""
    archive = Archive(content, format)
    _refuse_encrypted(archive, content)
    package = _read_package(archive)
    refuse_over(MAX_SPINE_ITEMS, len(package.spine), "chapters", content)
    blocks, places = _read_spine(_Chapters(archive, content), package.spine, content, progress)
    flowed = flow(_apply_contents(blocks, list(_read_contents(archive, package.contents, content)), places))
    if not any(page.text.replace(PICTURE, "").strip() for page in flowed.pages):
        raise AppError(Code.DOCUMENT_NO_TEXT, path=content.name, pages=len(package.spine))
    progress(len(package.spine), len(package.spine))
    title, language = package.untrusted_title, package.untrusted_language
    return to_document(flowed, content, format, title, language, facts=package.facts)


def cover_picture(content: Content) -> bytes:
    """Return the image that the package names as its cover (EPUB 3.3, D.2; before EPUB 3, by `meta`), as it is in the
    archive. The bytes are empty if it names none, or one that is missing, damaged or larger than MAX_COVER_BYTES."""
    archive = Archive(content, format)
    cover = _read_package(archive).cover
    picture = none_if_damaged(lambda: archive.read(cover.name)) if cover is not None else None
    return picture if picture is not None and len(picture) <= MAX_COVER_BYTES else b""


def _read_spine(
    chapters: _Chapters, spine: Sequence[_Item], content: Content, progress: Progress
) -> tuple[list[Block], dict[tuple[str, str], int]]:
    """Return the blocks of all chapters, and for each file and anchor in it the block that it leads to.

    Raises AppError DOCUMENT_LIMIT, and DOCUMENT_DAMAGED if no chapter can be read.
    """
    blocks: list[Block] = []
    places: dict[tuple[str, str], int] = {}
    characters = unread = 0
    for done, item in enumerate(spine):
        progress(done, len(spine))
        places.setdefault((item.name, ""), len(blocks))
        chapter = chapters.read(item.name)
        if chapter is None:
            blocks.append(Block("", flags=(Flag.DAMAGED,)))
            unread += 1
            continue
        places.update({(item.name, anchor): len(blocks) + index for anchor, index in chapter.anchors.items()})
        characters += sum(len(block.untrusted_text) for block in chapter.blocks)
        refuse_over(MAX_CHARACTERS, characters, "characters", content)
        blocks += chapter.blocks
    if unread == len(spine):
        refuse_damaged(content, format)
    return blocks, places


class _Chapters:
    """Reads the chapters. Those with notes of others are kept as trees: a note must be the same element every time."""

    def __init__(self, archive: Archive, content: Content) -> None:
        self._archive = archive
        self._content = content
        self._notes = Notes()
        self._kept: dict[str, tuple[etree._Element, dict[str, etree._Element]] | None] = {}
        self._sheet = cache(self._read_sheet)

    def read(self, name: str) -> XhtmlChapter | None:
        """Read a chapter; None for one that is missing or damaged."""

        def read() -> XhtmlChapter:
            root = self._open(name)
            rules, sheet = self._styles_for(name, root)
            notes, elsewhere = self._notes, self._finder(name)
            return read_chapter(root, notes=notes, elsewhere=elsewhere, pictures=True, rules=rules, sheet=sheet)

        return none_if_damaged(read)

    def _open(self, name: str) -> etree._Element:
        """Open a chapter. Raises ValueError, and AppError as `parse_xhtml` does."""
        kept = self._kept.get(name)
        return kept[0] if kept else parse_xhtml(self._archive.read(name), self._content)

    def _finder(self, base_name: str) -> Elsewhere:
        """Return a function that finds what an address in `base_name` leads to in another chapter; None if nothing is
        there."""

        def find(untrusted_href: str) -> etree._Element | None:
            name, fragment = _resolve(base_name, untrusted_href)
            if name == base_name or name not in self._archive:
                return None
            if name not in self._kept and len(self._kept) < MAX_NOTE_CHAPTERS:
                self._kept[name] = self._look_into(name)
            kept = self._kept.get(name)
            return kept[1].get(fragment) if kept else None

        return find

    def _styles_for(self, base_name: str, root: etree._Element) -> tuple[Rules, StyleSheet]:
        """Return the rules of a chapter's style sheets."""
        rules: dict[str, frozenset[InlineMark]] = {}
        sheets: list[StyleSheet] = []
        for link in find_all(root, "link"):
            name = _resolve(base_name, attribute(link, "href"))[0]
            if is_sheet(link) and name in self._archive:
                marks, sheet = self._sheet(name, attribute(link, "media").strip())
                rules.update(marks)
                sheets.append(sheet)
        for style in find_all(root, "style"):
            sheets += self._imported(base_name, read_sheet(text_of(style)))
        return rules, join(sheets)

    def _read_sheet(self, name: str, media: str) -> tuple[Rules, StyleSheet]:
        """Return the rules of a sheet; none if it cannot be read: the chapter can."""

        def read() -> tuple[Rules, StyleSheet]:
            untrusted_css = self._archive.read(name).decode("utf-8", "replace")
            sheet = read_sheet(untrusted_css, media)
            return read_rules(untrusted_css), join([*self._imported(name, sheet), sheet])

        return none_if_damaged(read) or ({}, StyleSheet())

    def _imported(self, base_name: str, sheet: StyleSheet) -> list[StyleSheet]:
        """Return the sheets that one imports, but not what these import in turn, which no book does."""
        names = (_resolve(base_name, each)[0] for each in sheet.untrusted_imports[:MAX_IMPORTS])
        read = (none_if_damaged(partial(self._archive.read, name)) for name in names if name in self._archive)
        return [read_sheet(each.decode("utf-8", "replace")) for each in read if each]

    def _look_into(self, name: str) -> tuple[etree._Element, dict[str, etree._Element]] | None:
        try:
            root = self._open(name)
        except (ValueError, AppError):
            return None
        return root, anchors_of(root)


def _refuse_encrypted(archive: Archive, content: Content) -> None:
    """Refuse a book with anything encrypted but fonts, which may be scrambled against copying (OCF 3.3, 4.4): the rest
    is DRM."""
    if _ENCRYPTION not in archive:
        return
    for entry in find_all(archive.tree(_ENCRYPTION), "encrypteddata"):
        method = find(entry, "encryptionmethod")
        if method is None or attribute(method, "Algorithm") not in _FONT_SCRAMBLING:
            raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)


def _read_package(archive: Archive) -> _Package:
    rootfile = find(archive.tree(_CONTAINER, mend=True), "rootfile")
    package_name = attribute(rootfile, "full-path") if rootfile is not None else ""
    root = archive.tree(package_name, mend=True)
    metadata = find(root, "metadata")
    items: dict[str, _Item] = {}
    for entry in find_all(root, "item"):
        name = _resolve(package_name, attribute(entry, "href"))[0]
        properties = tuple(attribute(entry, "properties").split())
        items[attribute(entry, "id")] = _Item(name, attribute(entry, "media-type").lower(), properties)
    named = [attribute(entry, "content") for entry in find_all(root, "meta") if attribute(entry, "name") == "cover"]
    covers = [item for item in items.values() if "cover-image" in item.properties]
    covers += [items[id] for id in named if id in items]
    references = [attribute(entry, "idref") for entry in find_all(root, "itemref")]
    spine = [items.get(reference, _Item("", "", ())) for reference in references]
    ncx = [item for item in items.values() if item.media_type == _NCX_TYPE]
    contents = [item for item in items.values() if "nav" in item.properties] + ncx
    return _Package(
        untrusted_title=text_in(metadata, "title"),
        untrusted_language=text_in(metadata, "language"),
        spine=tuple(item for item in spine if not item.media_type.startswith(_NOT_CHAPTERS)),
        contents=next((item for item in contents if item.name in archive), None),
        cover=next((item for item in covers if item.media_type.startswith("image/")), None),
        facts=_facts(metadata),
    )


def _facts(metadata: etree._Element | None) -> Facts:
    """Return the facts in a book's metadata; dates of the book (EPUB 2 names what each is of) come before those of the
    file."""
    dates = sorted(find_all(metadata, "date"), key=lambda each: attribute(each, "event") not in ("", "publication"))
    editors = [each for each in find_all(metadata, "creator") if attribute(each, "role") == "edt"]
    writers = [each for each in find_all(metadata, "creator") if each not in editors]
    return make_facts(
        map(text_of, dates),
        (*authors(map(text_of, writers)), *authors(map(text_of, editors), Role.EDITOR)),
        untrusted_publisher=text_in(metadata, "publisher"),
        untrusted_identifiers=" ".join(texts(metadata, "identifier")),
    )


def _resolve(base_name: str, untrusted_href: str) -> tuple[str, str]:
    """Return the member that a relative address in `base_name` leads to, "" for one outside, and the fragment."""
    address, _, fragment = untrusted_href.strip().partition("#")
    path = _unquote(address.partition("?")[0])
    if _ELSEWHERE.match(address):
        return "", ""
    if not path:
        return base_name, _unquote(fragment)
    return posixpath.normpath(posixpath.join(posixpath.dirname(base_name), path)), _unquote(fragment)


def _unquote(untrusted_text: str) -> str:
    """Return the text without percent encoding (RFC 3986, 2.1). `urllib` could do it, but does not belong in this
    process."""
    untrusted_bytes = untrusted_text.encode("utf-8", "replace")
    return _QUOTED.sub(lambda found: bytes([int(found[1], 16)]), untrusted_bytes).decode("utf-8", "replace")


def _read_contents(archive: Archive, item: _Item | None, content: Content) -> Iterator[_Target]:
    """Yield the entries of the table of contents; none if it cannot be read, since the chapters can be."""
    if item is None:
        return
    root = none_if_damaged(lambda: parse_xhtml(archive.read(item.name), content))
    if root is not None:
        yield from (_ncx_entries if item.media_type == _NCX_TYPE else _nav_entries)(root, item.name)


def _ncx_entries(root: etree._Element, base_name: str) -> Iterator[_Target]:
    for point in find_all(root, "navpoint"):
        label, target = child(point, "navlabel"), child(point, "content")
        if label is not None and target is not None:
            level = 1 + sum(local_name(above) == "navpoint" for above in point.iterancestors())
            yield _target(text_of(label), level, base_name, attribute(target, "src"))


def _nav_entries(root: etree._Element, base_name: str) -> Iterator[_Target]:
    navs = list(find_all(root, "nav"))
    nav = next((each for each in navs if "toc" in attribute(each, "type").split()), navs[0] if navs else None)
    if nav is None:
        return
    for link in find_all(nav, "a"):
        level = sum(local_name(above) == "li" for above in link.iterancestors())
        yield _target(read_title(link), level, base_name, attribute(link, "href"))


def _target(untrusted_title: str, level: int, base_name: str, untrusted_href: str) -> _Target:
    return _Target(
        Heading(untrusted_title, min(max(level, 1), MAX_OUTLINE_LEVELS)), *_resolve(base_name, untrusted_href)
    )


def _apply_contents(blocks: list[Block], targets: list[_Target], places: dict[tuple[str, str], int]) -> list[Block]:
    """Return the blocks with the entries of the table of contents as their headings, if that is usable."""
    headings: dict[int, list[Heading]] = {}
    for target in targets:
        place = places.get((target.name, target.fragment), places.get((target.name, "")))
        if place is not None and blocks:
            headings.setdefault(min(place, len(blocks) - 1), []).append(target.heading)
    if not headings:
        return blocks
    return [
        msgspec.structs.replace(block, headings=tuple(headings.get(index, ()))) for index, block in enumerate(blocks)
    ]
