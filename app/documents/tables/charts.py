"""Describes charts and diagrams by titles, names of series and labels. Source: ECMA-376, part 1, 21."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from lxml import etree

from app.documents.formats.archive import Archive, Relation
from app.documents.formats.xml import child, find, find_all, local_name, text_of
from app.documents.text import notation

_MAX_SERIES = 20


def describe(root: etree._Element | None) -> str:
    """Describe a chart as text. `root` is that of its part, None if there is none. Formulas of cells are no names."""
    series = (child(each, "tx") for each in find_all(root, "ser"))
    return notation.chart(_words(find(root, "title")), filter(None, map(_words, islice(series, _MAX_SERIES))))


def describe_diagram(root: etree._Element | None) -> str:
    """Describe a diagram as text. `root` is that of its data, in which each label is a point."""
    return notation.diagram(map(_words, find_all(root, "pt")))


_DRAWN = {"chart": describe, "chartEx": describe, "diagramData": describe_diagram}


def describe_drawn(archive: Archive, relations: Iterable[Relation]) -> dict[str, str]:
    """Describe the charts and diagrams that a part leads to, as text, by the relation's id."""
    return {each.id: _DRAWN[each.kind](archive.optional_tree(each.part)) for each in relations if each.kind in _DRAWN}


def _words(element: etree._Element | None) -> str:
    """Return the text of a title: in `a:t`, a paragraph's runs after one another; from cells, in `c:v`."""
    paragraphs = ["".join(_run_text(each) for each in paragraph.iter()) for paragraph in find_all(element, "p")]
    if any(paragraphs):
        return " ".join(" ".join(paragraphs).split())
    return " ".join(text_of(each) for each in find_all(element, "v"))


def _run_text(element: etree._Element) -> str:
    return (element.text or "") if local_name(element) == "t" else ""
