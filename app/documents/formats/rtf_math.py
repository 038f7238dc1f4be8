"""RTF's formulas, whose groups are the elements of Word's under other names. Source: RTF specification 1.9.1."""

from __future__ import annotations

from lxml import etree

from app.documents.formats import omml
from app.documents.formats.docx_styles import Style
from app.documents.formats.office import child
from app.documents.formats.xml import MAX_DEPTH, as_xml_text, local_name

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Formula:
    """Grows with the groups of a formula; groups beyond xml.MAX_DEPTH are read as if they were not there."""

    def __init__(self) -> None:
        self._open = [etree.Element(f"{_MATH}oMath")]

    def open(self, name: str) -> bool:
        """Whether the control word `name` opens an element, which is then to be closed."""
        if name in ("m", "moMath") or len(self._open) >= MAX_DEPTH or local_name(self._open[-1]) == "r":
            return False
        self._open.append(etree.SubElement(self._open[-1], _MATH + name[1:]))
        return True

    def set_look(self, name: str, number: int | None) -> None:
        """A control word inside an element, of which one says something: that a run is text."""
        if name == "mnor" and number != 0 and local_name(self._open[-1]) == "r":
            etree.SubElement(etree.SubElement(self._open[-1], f"{_MATH}rPr"), f"{_MATH}nor")

    def close(self) -> None:
        element = self._open.pop()
        if local_name(self._open[-1]).endswith("pr"):
            element.set("val", "".join(map(str, element.itertext())).strip())

    def say(self, untrusted_text: str, struck: bool) -> None:
        inner = self._open[-1]
        if struck and local_name(inner) == "r" and inner.find(f"{_WORD}rPr") is None:
            etree.SubElement(etree.SubElement(inner, f"{_WORD}rPr"), f"{_WORD}strike")
        etree.SubElement(inner, f"{_MATH}t").text = as_xml_text(untrusted_text)

    def text(self) -> str:
        return omml.latex(self._open[0], _look).text


def _look(properties: etree._Element | None) -> Style:
    return Style(struck=child(properties, "strike") is not None)
