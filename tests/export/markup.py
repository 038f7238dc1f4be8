"""Reads what was written as HTML or as a part of a Word file: elements and texts by paths of XPath."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx.oxml.ns import nsmap
from lxml import etree
from lxml import html as lxml_html


def page_of(written: str | bytes) -> Any:
    """Give the root of a web page; lxml's stubs do not know what it can do."""
    return lxml_html.document_fromstring(written)


def part_of(data: bytes, name: str) -> etree._Element:
    """Give the root of one part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def elements(root: etree._Element, path: str) -> list[etree._Element]:
    """Give all elements at a path, with the prefixes that Word files have."""
    found = root.xpath(path, namespaces=nsmap)
    assert isinstance(found, list)
    return [each for each in found if isinstance(each, etree._Element)]


def texts(root: etree._Element, path: str, **variables: str) -> list[str]:
    """Give all texts and attributes at a path, or the one text that the path makes."""
    found: Any = etree.XPath(path, namespaces=nsmap)(root, **variables)
    return [found] if isinstance(found, str) else [str(each) for each in found]


def text_of(element: etree._Element) -> str:
    """Give all text within an element."""
    return "".join(each for each in element.itertext() if isinstance(each, str))
