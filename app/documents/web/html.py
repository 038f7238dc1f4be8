"""Reads web pages: one HTML file, or a page saved as MHTML. Sources: HTML Living Standard; RFC 2557."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

import msgspec
from lxml import etree

from app.core.documents.document import Document, Format
from app.core.documents.facts import NO_FACTS, Facts
from app.documents.formats.contract import MAX_CHARACTERS, Content, Progress, refuse_damaged, refuse_over, to_document
from app.documents.formats.detect import begins_like_mail, decode_marked
from app.documents.formats.facts import authors, make_facts
from app.documents.formats.xml import attribute, find_all, local_name, parse_html, parse_xhtml, text_of
from app.documents.plain_text import decode_unmarked
from app.documents.text.flow import Block, flow
from app.documents.web import mime
from app.documents.web.css import StyleSheet
from app.documents.web.mhtml import find_page
from app.documents.web.mime import codec_of
from app.documents.web.xhtml import XhtmlChapter, read_chapter

format = Format.HTML

MAIN_SHARE = 0.5
"""The share of all text, from 0 to 1, that an element must hold which claims to be the main text, for it to be used."""

_CHARSET_BYTES = 4_096  # HTML requires it within the first 1,024; saved pages have comments before it
_META = re.compile(rb"<meta\b[^>]{0,1000}", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,200}\?>")
_XML_CHARSET = re.compile(rb"\A\s*<\?xml\b[^>]{0,100}\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})")
_OF_HEAD = {"title", "meta", "link", "base", "basefont", "script", "style", "noscript", "template", "object", "bgsound"}
MAX_META = 500
_DATES = (
    *("citation_publication_date", "citation_date", "dc.date", "dc.issued", "dc.created", "article:published_time"),
    "date",
)
_AUTHORS = ("citation_author", "dc.creator", "author")
_IDENTIFIERS = ("citation_doi", "citation_isbn", "dc.identifier")
_MENU = frozenset({"nav"})


class WebPage(msgspec.Struct, frozen=True):
    """The content of a page; its title is that of its head, else its first heading of level 1."""

    blocks: tuple[Block, ...]
    untrusted_title: str
    untrusted_language: str
    facts: Facts = NO_FACTS


def parse(content: Content, progress: Progress) -> Document:
    """Parse the main text, if the page marks one that holds most of its text, else all of its body."""
    progress(0, 1)
    refuse_over(4 * MAX_CHARACTERS, len(content.data), "characters", content)
    data = bytes(content.data)
    page = _read_saved(data, content) if begins_like_mail(data) else read_page(data, content)
    refuse_over(MAX_CHARACTERS, sum(len(block.untrusted_text) for block in page.blocks), "characters", content)
    flowed = flow(page.blocks)
    title, language = page.untrusted_title, page.untrusted_language
    document = to_document(flowed, content, format, title, language, empty_pages=1, facts=page.facts)
    progress(1, 1)
    return document


def read_page(
    untrusted_html: bytes,
    content: Content,
    untrusted_charset: str = "",
    sheet_of: Callable[[etree._Element], StyleSheet] | None = None,
) -> WebPage:
    """Read a page. `untrusted_charset` is the encoding named outside of the page; `sheet_of` returns all style sheets
    that a page links to, None if they are not at hand. Raises AppError DOCUMENT_LIMIT."""
    untrusted_text = decode(untrusted_html, untrusted_charset)
    declared = _XML_DECLARATION.match(untrusted_text)
    untrusted_bytes = untrusted_text[declared.end() if declared else 0 :].encode("utf-8", "replace")
    try:
        root = parse_xhtml(untrusted_bytes, content) if declared else parse_html(untrusted_bytes, content)
    except ValueError:
        return WebPage((), "", "")
    title = next((text_of(each) for each in find_all(root, "title") if not _is_of_drawing(each)), "")
    facts = _facts(root)
    _open_heads(root)
    blocks = _main_blocks(root, sheet_of(root) if sheet_of is not None else None)
    headings = (each.untrusted_title for block in blocks for each in block.headings if each.level == 1)
    return WebPage(blocks, title or next(headings, ""), root.get("lang") or "", facts)


def _facts(root: etree._Element) -> Facts:
    """Return the facts in a page's `meta` elements: of journals (Google Scholar's), Dublin Core, Open Graph, plain
    ones."""
    said: dict[str, list[str]] = {}
    for each in islice(find_all(root, "meta"), MAX_META):
        name = (attribute(each, "name") or attribute(each, "property")).lower().replace("dcterms.", "dc.")
        said.setdefault(name, []).append(attribute(each, "content"))
    names = next(filter(None, map(said.get, _AUTHORS)), [])
    return make_facts(
        (date for name in _DATES for date in said.get(name, ())),
        authors(names),
        untrusted_publisher=" ".join(said.get("citation_publisher") or said.get("dc.publisher") or ()),
        untrusted_container=" ".join(said.get("citation_journal_title", ())),
        untrusted_identifiers=" ".join(each for name in _IDENTIFIERS for each in said.get(name, ())),
    )


def decode(untrusted_html: bytes, untrusted_charset: str = "") -> str:
    """Decode by the byte order mark, else as it was sent, else as the page says, else as its bytes suggest."""
    if (marked := decode_marked(untrusted_html)) is not None:
        return marked
    codec = codec_of(untrusted_charset) or _declared_codec(untrusted_html[:_CHARSET_BYTES])
    if not codec:
        return decode_unmarked(untrusted_html)
    return mime.decode_as(untrusted_html, codec)


def _declared_codec(untrusted_head: bytes) -> str:
    """Return the codec that the page declares. One whose declaration is readable byte by byte is not in UTF-16."""
    found = [_XML_CHARSET.match(untrusted_head)]
    found += [_CHARSET.search(meta[0]) for meta in _META.finditer(untrusted_head)]
    codecs = (codec_of(each[1].decode("ascii")) for each in found if each)
    codec = next(filter(None, codecs), "")
    return "utf-8" if codec.startswith("utf-16") else codec


def _open_heads(root: etree._Element) -> None:
    """Turn heads with body content into divisions: without `<body>`, libxml2 leaves elements that it does not know in
    the head."""
    for head in list(find_all(root, "head")):
        if all(local_name(child) in _OF_HEAD for child in head):
            continue
        for title in head.findall("title"):
            title.tag = "template"
        head.tag = "div"


def _main_blocks(root: etree._Element, sheet: StyleSheet | None) -> tuple[Block, ...]:
    chapter = read_chapter(root, _MENU, aria=True, sheet=sheet)
    if any(block.untrusted_text for block in chapter.blocks):
        return _main_part(chapter)
    return read_chapter(root, sheet=sheet).blocks


def _main_part(chapter: XhtmlChapter) -> tuple[Block, ...]:
    """Return the smallest main part that holds enough of the text."""
    ends = [0]
    for block in chapter.blocks:
        ends.append(ends[-1] + len(block.untrusted_text))
    enough = [part for part in chapter.main_parts if ends[part[1]] - ends[part[0]] >= MAIN_SHARE * ends[-1]]
    start, end = min(enough, key=lambda part: ends[part[1]] - ends[part[0]], default=(0, len(chapter.blocks)))
    return chapter.blocks[start:end]


def _is_of_drawing(title: etree._Element) -> bool:
    parent = title.getparent()
    return parent is not None and local_name(parent) not in ("head", "html", "body")


def _read_saved(data: bytes, content: Content) -> WebPage:
    """Read a page with what was saved with it."""
    page = find_page(mime.open_message(data, content, format))
    if page is None:
        refuse_damaged(content, format)
    return read_page(page.untrusted_html, content, page.untrusted_charset, page.sheet)
