"""Parses untrusted XML and XHTML: no network, no entities, no other files, bounded depth; and finds elements in it."""

from __future__ import annotations

import contextlib
import html.entities
import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from app.documents.formats.contract import Content, refuse_over
from app.documents.formats.detect import decode_marked

MAX_DEPTH = 200
MAX_ATTRIBUTES = 1_000
"""The most attributes of one element: to look for each of them in turn takes the square of their number."""

_MAX_DIGITS = 6
_OFF = {"0", "false", "off"}

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
    """Parse XML and return its root; `mend` repairs what is not well formed, which loses what makes no sense.

    Raises ValueError if it is not well formed (or beyond repair); AppError DOCUMENT_LIMIT if it nests too deep, or an
    element has too many attributes.
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
    _check_shape(root, content)
    return root


def parse_xhtml(untrusted_bytes: bytes, content: Content) -> etree._Element:
    """Return the root of a page of XHTML; one that is not well formed is read as HTML. Raises as `parse_html` does."""
    with contextlib.suppress(ValueError):
        return parse_xml(untrusted_bytes, content)
    return parse_html(untrusted_bytes, content)


def parse_html(untrusted_bytes: bytes, content: Content) -> etree._Element:
    """Return the root of a page as a browser would read it. Raises ValueError if there is no markup at all."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(_normalise(untrusted_bytes), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("no markup at all") from error
    if root is None:
        raise ValueError("no markup at all")
    _check_shape(root, content)
    return root


def local_name(element: etree._Element) -> str:
    """Return the tag without its namespace, in lower case; "" for what is no element, such as an unresolved entity."""
    tag = element.tag
    return _without_namespace(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=1_000)
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def attribute(element: etree._Element, name: str) -> str:
    """Return the value of the attribute with this local name, in any namespace; "" if there is none."""
    plain = element.get(name)
    if plain is not None:
        return str(plain)
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}" + name)), "")


def relation_id(element: etree._Element) -> str:
    """Return the `r:id` of an element in OOXML, which may stand beside an `id` of its own; "" if there is none."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}id")), "")


def find_all(root: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """Yield every element in `root`, itself included, with this local name, in document order."""
    return (element for element in (() if root is None else root.iter()) if local_name(element) == name)


def find(root: etree._Element | None, name: str) -> etree._Element | None:
    """Find the first element in `root`, itself included, with this local name; None if there is none."""
    return next(find_all(root, name), None)


def children(element: etree._Element | None) -> list[etree._Element]:
    """Return the children of an element; none for None."""
    return [] if element is None else list(element)


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child with this local name; None if there is none."""
    return next((each for each in children(element) if local_name(each) == name), None)


def value_in(element: etree._Element | None, name: str, otherwise: str = "") -> str:
    """Return the attribute `val` of the first child with this local name; `otherwise` if there is no such child."""
    found = child(element, name)
    return otherwise if found is None else attribute(found, "val")


def text_in(root: etree._Element | None, name: str) -> str:
    """Return the text of the first element in `root` with this local name; "" if there is none."""
    found = find(root, name)
    return "" if found is None else text_of(found)


def whole_number(untrusted_text: str, otherwise: int) -> int:
    """Return the number that a text is; `otherwise` for what is no number of at most six digits."""
    plain = untrusted_text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _MAX_DIGITS else otherwise


def is_on(element: etree._Element) -> bool:
    """Return whether this property of OOXML, which is there, is switched on."""
    return attribute(element, "val").lower() not in _OFF


def switch(properties: etree._Element | None, name: str) -> bool | None:
    """Return whether a property of OOXML is on; None if it is not there."""
    found = child(properties, name)
    return None if found is None else is_on(found)


def as_xml_text(untrusted_text: str) -> str:
    """Return the text with U+FFFD for characters that XML does not allow."""
    return _NOT_OF_XML.sub("\ufffd", untrusted_text)


def text_of(element: etree._Element) -> str:
    """Return all text in an element, with single spaces."""
    return " ".join("".join(str(piece) for piece in element.itertext()).split())


def _normalise(untrusted_bytes: bytes) -> bytes:
    """Return the bytes in UTF-8 without a declaration, and with HTML's named characters resolved.

    They are decoded here, not in libxml2, whose converters may be in files that the sandbox keeps closed.
    """
    text = decode_marked(untrusted_bytes)
    if text is None:
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


def _check_shape(root: etree._Element, content: Content) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            refuse_over(MAX_DEPTH, depth, "xml_depth", content)
        if event == "start":
            refuse_over(MAX_ATTRIBUTES, len(element.attrib), "xml_attributes", content)
