"""What of the looks of a workbook's cells belongs to what they say. Source: ECMA-376, part 1, 18.4 and 18.8."""

from __future__ import annotations

from lxml import etree

from app.documents.formats.base import Content
from app.documents.formats.office import child, is_on, whole_number
from app.documents.formats.runs import PLAIN, Change, Look, Run, Shift, written
from app.documents.formats.xml import attribute, local_name, parse_xml

_STRINGS = {"si", "is"}
_SHIFTS = {"superscript": Shift.RAISED, "subscript": Shift.LOWERED}


def write_looks(untrusted_xml: bytes, content: Content) -> bytes:
    """Strings with raised, lowered or struck runs as plain ones that say so: calamine joins the runs of a string."""
    if b"vertAlign" not in untrusted_xml and b"strike" not in untrusted_xml:
        return untrusted_xml
    try:
        root = parse_xml(untrusted_xml, content)
    except ValueError:
        return untrusted_xml  # calamine says what is wrong with it
    changed = False
    for element in root.iter():
        if local_name(element) in _STRINGS:
            runs = [_run(each) for each in element if local_name(each) == "r"]
            if any(look != PLAIN for _, look in runs):
                _set_text(element, written(runs))
                changed = True
    return etree.tostring(root, encoding="utf-8") if changed else untrusted_xml


def struck_styles(untrusted_xml: bytes, content: Content) -> frozenset[int]:
    """The styles of cells, by their numbers, that strike out all that is in a cell."""
    if b"strike" not in untrusted_xml:
        return frozenset()
    try:
        root = parse_xml(untrusted_xml, content)
    except ValueError:
        return frozenset()
    fonts = child(root, "fonts")
    struck = {n for n, font in enumerate(fonts if fonts is not None else ()) if _is_struck(font)}
    styles = child(root, "cellxfs")
    return frozenset(
        number
        for number, style in enumerate(styles if styles is not None else ())
        if whole_number(attribute(style, "fontId"), -1) in struck
    )


def _run(run: etree._Element) -> Run:
    text, properties = child(run, "t"), child(run, "rpr")
    shift = child(properties, "vertalign")
    look = Look(
        _SHIFTS.get(attribute(shift, "val"), Shift.NONE) if shift is not None else Shift.NONE,
        Change.STRUCK if properties is not None and _is_struck(properties) else Change.NONE,
    )
    return (text.text or "") if text is not None else "", look


def _is_struck(font: etree._Element) -> bool:
    strike = child(font, "strike")
    return strike is not None and is_on(strike)


def _set_text(string: etree._Element, text: str) -> None:
    for each in list(string):
        string.remove(each)
    inner = etree.SubElement(string, str(string.tag).rpartition("}")[0] + "}t" if "}" in str(string.tag) else "t")
    inner.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    inner.text = text
