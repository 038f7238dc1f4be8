"""Writes the form fields of a page with their values. Source: HTML Living Standard, 4.10."""

from __future__ import annotations

from itertools import islice

from lxml import etree

from app.documents.formats.xml import find_all, local_name, text_of
from app.documents.text import notation

FIELDS = {"input", "select", "textarea"}

_BOXES = {"checkbox", "radio"}
_UNREAD_TYPES = {"hidden", "password", "submit", "button", "image", "reset", "file", "range", "color"}
_TOOLS, _TOOL_ROLES = {"nav", "search"}, {"search", "navigation"}
_CELLS = {"td", "th"}
_NO_LABELS = {*FIELDS, "option", "optgroup", "button", "script", "style"}
_MAX_LABEL_CHARACTERS, _MAX_LABEL_EVENTS = 200, 400


class Fields:
    """The fields of one page. One is written if a printed page would show something of it; its name is added unless the
    page has it in the usual place, before a field or after a box."""

    def __init__(self) -> None:
        self._labels: dict[str, tuple[str, bool]] | None = None  # by the field's id; is it before the field?

    def written(self, field: etree._Element, name: str) -> str:
        """Return the field's text; "" for one that is invisible, secret, or only a tool of the page (a search, a
        button)."""
        kind = (field.get("type") or "text").strip().lower() if name == "input" else name
        if kind in _UNREAD_TYPES or _is_tool(field, kind):
            return ""
        label, stands_before = self._label(field)
        spare = " ".join((field.get("aria-label") or field.get("title") or "").split())
        if kind in _BOXES:
            named = spare if not label else label if stands_before else ""
            if not (label or spare or _has_text_beside(field)):
                return ""
            return notation.check_box(named, field.get("checked") is not None)
        value = _value(field, name) or (_first_option(field) if label else "")
        if not (value.strip() or label):
            return ""
        named = "" if label and stands_before else label or spare or field.get("name") or ""
        return notation.field(named[:_MAX_LABEL_CHARACTERS], value)

    def _label(self, field: etree._Element) -> tuple[str, bool]:
        """Return the visible label of the field, and whether it is before the field."""
        around = next((each for each in field.iterancestors() if local_name(each) == "label"), None)
        if around is not None:
            return _text_around(field, around)
        if self._labels is None:
            self._labels = _labels_below(field.getroottree().getroot())
        return self._labels.get(field.get("id") or "", ("", False))


def _labels_below(root: etree._Element) -> dict[str, tuple[str, bool]]:
    labels: dict[str, tuple[str, bool]] = {}
    met: set[str] = set()
    for element in root.iter():
        name = local_name(element)
        if name == "label" and (target := element.get("for")):
            labels.setdefault(target, (_text_around(None, element)[0], target not in met))
        elif name in FIELDS and (own := element.get("id")):
            met.add(own)
    return labels


def _text_around(field: etree._Element | None, label: etree._Element) -> tuple[str, bool]:
    pieces: list[str] = []
    stands_before = False
    for event, element in islice(etree.iterwalk(label, events=("start", "end")), _MAX_LABEL_EVENTS):
        if element is field:
            stands_before |= event == "start" and any(map(str.strip, pieces))
        within = event == "start" and local_name(element) not in _NO_LABELS
        text = element.text if within else element.tail if event == "end" and element is not label else None
        pieces.append((text or "")[:_MAX_LABEL_CHARACTERS])
    return " ".join("".join(pieces).split())[:_MAX_LABEL_CHARACTERS], stands_before


def _is_tool(field: etree._Element, kind: str) -> bool:
    if kind == "search":
        return True
    above = (each for each in (field, *field.iterancestors()))
    return any(local_name(each) in _TOOLS or (each.get("role") or "").strip().lower() in _TOOL_ROLES for each in above)


def _has_text_beside(box: etree._Element) -> bool:
    """Return whether there is text beside the box: else it is an invisible switch, such as that of a menu."""
    return bool((box.tail or "").strip()) or any(local_name(each) in _CELLS for each in box.iterancestors())


def _value(field: etree._Element, name: str) -> str:
    """Return the text that is filled into a field, or chosen in a list."""
    if name == "input":
        return field.get("value") or ""
    if name == "textarea":
        return "".join(map(str, field.itertext()))
    chosen = [each for each in find_all(field, "option") if each.get("selected") is not None]
    return ", ".join(map(_text_of_option, chosen))


def _first_option(field: etree._Element) -> str:
    """Return the option that a list shows if nothing is chosen; "" if it shows none."""
    option = None if field.get("multiple") is not None else next(find_all(field, "option"), None)
    return _text_of_option(option) if option is not None else ""


def _text_of_option(option: etree._Element) -> str:
    return text_of(option) or option.get("label") or ""
