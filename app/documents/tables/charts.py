"""What the text of a page says of charts and diagrams: titles, names of series, labels. ECMA-376, part 1, 21."""

from __future__ import annotations

from itertools import islice

from lxml import etree

from app.documents.formats.xml import find_all, local_name, text_of
from app.documents.text import notation
from app.documents.word.office import child

_MAX_SERIES = 20


def describe(root: etree._Element | None) -> str:
    """`root` is that of a chart's own part, None where there is none. Formulas of cells are no names."""
    if root is None:
        return notation.chart()
    title = next(find_all(root, "title"), None)
    series = (child(each, "tx") for each in find_all(root, "ser"))
    names = (_words(name) for name in islice(series, _MAX_SERIES) if name is not None)
    return notation.chart(_words(title) if title is not None else "", filter(None, names))


def describe_diagram(root: etree._Element | None) -> str:
    """`root` is that of a diagram's data, in which each label is a point."""
    points = find_all(root, "pt") if root is not None else iter(())
    return notation.diagram(_words(point) for point in points)


def _words(element: etree._Element) -> str:
    """In a title text is in `a:t`, a paragraph's runs after one another; what comes from cells is in `c:v`."""
    paragraphs = ["".join(_run_text(each) for each in paragraph.iter()) for paragraph in find_all(element, "p")]
    if any(paragraphs):
        return " ".join(" ".join(paragraphs).split())
    return " ".join(text_of(each) for each in find_all(element, "v"))


def _run_text(element: etree._Element) -> str:
    return (element.text or "") if local_name(element) == "t" else ""
