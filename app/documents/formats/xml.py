"""Untrusted XML and XHTML into trees: no network, no entities, no file but the bytes given, bounded depth."""

from __future__ import annotations

import codecs
import contextlib
import html.entities
import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from app.documents.formats.contract import Content, refuse_over

MAX_DEPTH = 200

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,200}\?>")
_DECLARED_ENCODING = re.compile(rb"""\A\s*<\?xml\b[^>]{0,100}\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODINGS = re.compile(
    r"utf-?8|utf-16(?:[bl]e)?|us-ascii|iso-?8859-\d{1,2}|(?:windows-|cp)125\d|koi8-[ru]"
    r"|shift[_-]jis|euc-jp|iso-2022-jp|gb2312|gbk|gb18030|big5|euc-kr",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30};)")
_OF_XML = {"amp;", "lt;", "gt;", "quot;", "apos;"}
_NOT_OF_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def parse_xml(untrusted_bytes: bytes, content: Content, mend: bool = False) -> etree._Element:
    """The root. What is not well formed is mended if `mend` says so, which loses what makes no sense.

    Raises ValueError where it is not well formed (or beyond mending); AppError DOCUMENT_LIMIT where it nests too deep.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=mend,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_normalise(untrusted_bytes), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("not well-formed") from error
    if root is None:
        raise ValueError("nothing well-formed")
    _check_depth(root, content)
    return root


def parse_xhtml(untrusted_bytes: bytes, content: Content) -> etree._Element:
    """As `parse_xml`, but what is not well formed is read as HTML, which always gives something."""
    with contextlib.suppress(ValueError):
        return parse_xml(untrusted_bytes, content)
    return parse_html(untrusted_bytes, content)


def parse_html(untrusted_bytes: bytes, content: Content) -> etree._Element:
    """The root of a page as a browser would read it. Raises ValueError where there is nothing at all."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(_normalise(untrusted_bytes), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("no markup at all") from error
    if root is None:
        raise ValueError("no markup at all")
    _check_depth(root, content)
    return root


def local_name(element: etree._Element) -> str:
    """The tag without its namespace, in lower case; "" for what is no element (an entity that was not resolved)."""
    tag = element.tag
    return _without_namespace(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=1_000)
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def attribute(element: etree._Element, name: str) -> str:
    """The value of the attribute with this local name, in whatever namespace; "" where there is none."""
    plain = element.get(name)
    if plain is not None:
        return str(plain)
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}" + name)), "")


def find_all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Every element below `root` with this local name, in document order."""
    return (element for element in root.iter() if local_name(element) == name)


def as_xml_text(untrusted_text: str) -> str:
    """With U+FFFD for what no XML may hold."""
    return _NOT_OF_XML.sub("\ufffd", untrusted_text)


def text_of(element: etree._Element) -> str:
    """All text in an element, with single spaces."""
    return " ".join("".join(str(piece) for piece in element.itertext()).split())


def _normalise(untrusted_bytes: bytes) -> bytes:
    """UTF-8 without a declaration and with HTML's named characters as themselves.

    Decoding here, not in libxml2: its converters may live in files that the sandbox keeps closed.
    """
    for mark, encoding in _BOMS:
        if untrusted_bytes.startswith(mark):
            text = untrusted_bytes[len(mark) :].decode(encoding, "replace")
            break
    else:
        declared = _DECLARED_ENCODING.match(untrusted_bytes)
        text = _decode(untrusted_bytes, declared[1].decode("ascii") if declared else "utf-8")
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() if declaration else 0 :].lstrip()
    return as_xml_text(_ENTITY.sub(_character, text)).encode("utf-8")


def _decode(untrusted_bytes: bytes, encoding: str) -> str:
    known = encoding if _ENCODINGS.fullmatch(encoding) else "utf-8"
    try:
        return untrusted_bytes.decode(known, "replace")
    except LookupError:  # a number that no encoding of the family has
        return untrusted_bytes.decode("utf-8", "replace")


def _character(entity: re.Match[str]) -> str:
    return entity[0] if entity[1] in _OF_XML else html.entities.html5.get(entity[1], entity[0])


def _check_depth(root: etree._Element, content: Content) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            refuse_over(MAX_DEPTH, depth, "xml_depth", content)
