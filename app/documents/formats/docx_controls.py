"""What is chosen or ticked in a Word document's form fields and content controls. ECMA-376, 1, 17.5.2, 17.16."""

from __future__ import annotations

from lxml import etree

from app.documents import notation
from app.documents.formats.docx_styles import children
from app.documents.formats.office import child, is_on, switch, whole_number
from app.documents.formats.xml import attribute, local_name


def value_of_control(properties: etree._Element | None) -> str | None:
    """What is said in the place of a content control's text: a box by its state, a prompt by the field that it is in;
    None where its text is its value.
    """
    box = child(properties, "checkbox")
    if box is not None:
        return notation.check_box("", ticked=bool(switch(box, "checked")))
    if switch(properties, "showingplchdr"):
        name = child(properties, "alias")
        return notation.field(attribute(name, "val") if name is not None else "", "")
    return None


def value_of_field(form: etree._Element | None) -> str:
    """Of a box or a list of choices, whose fields have no text of their own; "" for other fields."""
    box, choices = child(form, "checkbox"), child(form, "ddlist")
    if box is not None:
        state = child(box, "checked")
        state = child(box, "default") if state is None else state
        return notation.check_box("", ticked=state is not None and is_on(state))
    if choices is not None:
        chosen = child(choices, "result")
        index = whole_number(attribute(chosen, "val"), 0) if chosen is not None else 0
        entries = [attribute(each, "val") for each in children(choices) if local_name(each) == "listentry"]
        return entries[index] if index < len(entries) else ""
    return ""
