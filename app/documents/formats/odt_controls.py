"""What is filled in, chosen or ticked in an OpenDocument text's forms. Source: OpenDocument 1.3, part 3, 13."""

from __future__ import annotations

from lxml import etree

from app.documents import notation
from app.documents.formats.office import whole_number
from app.documents.formats.xml import attribute, find_all, local_name, text_of

_BOXES = {"checkbox": "current-state", "radio": "current-selected"}
_TICKED = {"checked", "true"}
_LABELS = {"fixed-text", "button", "frame"}
_UNSEEN = {"hidden", "password", "generic-control", "properties"}


def controls_of(body: etree._Element) -> dict[str, str]:
    """What each control of the forms says, by the name that a place on a page refers to it by."""
    return {
        attribute(control, "id"): _said(control)
        for forms in find_all(body, "forms")
        for control in forms.iter()
        if attribute(control, "id") and local_name(control) not in _UNSEEN
    }


def value_of_control(control: etree._Element) -> str | None:
    """What is said in the place of a content control's text; None where its text is its value."""
    if attribute(control, "checkbox") == "true":
        return notation.check_box("", ticked=attribute(control, "checked") == "true")
    return (
        notation.field(attribute(control, "alias"), "")
        if attribute(control, "showing-place-holder") == "true"
        else None
    )


def value_of_mark(mark: etree._Element) -> str:
    """Of a box or a list of choices that came from Word, which have no text of their own; "" for other fields."""
    values: dict[str, list[str]] = {}
    for each in find_all(mark, "param"):
        values.setdefault(attribute(each, "name").rpartition("_")[2], []).append(attribute(each, "value"))
    kind = attribute(mark, "type")
    if kind.endswith("FORMCHECKBOX"):
        return notation.check_box("", ticked=values.get("Checked") == ["true"])
    entries = values.get("ListEntry", [])
    if kind.endswith("FORMDROPDOWN") and entries:
        index = whole_number("".join(values.get("Selected", values.get("Result", []))), 0)
        return entries[index] if index < len(entries) else ""
    return ""


def _said(control: etree._Element) -> str:
    kind = local_name(control)
    label = attribute(control, "label")
    if kind in _LABELS:
        return label
    if kind in _BOXES:
        state = _BOXES[kind]
        value = attribute(control, state) or attribute(control, state.removeprefix("current-"))
        return notation.check_box(label or attribute(control, "name"), ticked=value in _TICKED)
    if kind == "listbox":
        chosen = [attribute(each, "label") for each in find_all(control, "option") if _is_chosen(each)]
        return notation.field(attribute(control, "name"), ", ".join(chosen))
    value = attribute(control, "current-value") or attribute(control, "value")
    return notation.field(label or attribute(control, "name"), value or text_of(control))


def _is_chosen(option: etree._Element) -> bool:
    return (attribute(option, "current-selected") or attribute(option, "selected")) == "true"
