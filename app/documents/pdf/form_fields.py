"""Reads a field of a PDF form: its name and its value."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pypdfium2.raw as pdfium

from app.documents.pdf.characters import read_string
from app.documents.pdf.hidden_text import RawObject
from app.documents.text import notation
from app.documents.text.clean import clean_line

_MAX_NAME_CHARACTERS = 80
_MAX_OPTIONS = 1_000
_PASSWORD = 1 << 13  # ISO 32000-1, table 228
_BOXES = {pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON}
_CHOICES = {pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX}
_SIGNED = "signed, validity not checked"
_NOT_SIGNED = "not signed"
_NOTHING_SAID = re.compile(  # names that programs give a field when its maker gives none
    "text|txt|textfield|textbox|tf|check|box|checkbox|cb|radio|button|radiobutton|rb|group|combo|combobox|list|listbox"
    "|drop|down|dropdown|field|form|formfield|fill|undefined|untitled|unnamed|topmost|subform|page",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[^\W\d_]+")
_INDEX = re.compile(r"\[\d+\]$")


class Field(msgspec.Struct, frozen=True):
    """A form field; `name` is empty if it has none that means anything."""

    kind: int
    name: str
    value: str = ""
    ticked: bool = False

    @property
    def is_box(self) -> bool:
        return self.kind in _BOXES

    def write(self, value: str, name: str) -> str:
        if self.is_box:
            return notation.check_box(name, self.ticked)
        return notation.field(name, " ".join(value.split()))

    def compare(self, shown: str | None) -> tuple[str, str]:
        """Return the text that people see in the field, and what the form's data say beyond it, "" for nothing. `shown`
        is the text drawn there, None if it is not known.
        """
        if shown is None or self.is_box or self.kind == pdfium.FPDF_FORMFIELD_LISTBOX:
            return self.value, ""
        if self.kind == pdfium.FPDF_FORMFIELD_SIGNATURE:
            words = " ".join(shown.split())
            return (f"{_SIGNED}; {words}" if words else _SIGNED) if self.ticked else (words or _NOT_SIGNED), ""
        if "".join(self.value.split()) == "".join(shown.split()):
            return self.value, ""
        is_told = self.kind == pdfium.FPDF_FORMFIELD_COMBOBOX or is_shown(self.value, shown)
        return shown, "" if is_told else self.hidden_words

    @property
    def hidden_words(self) -> str:
        """The words to keep of a field that is not visible; "" if it is empty or a signature."""
        if self.kind == pdfium.FPDF_FORMFIELD_SIGNATURE or not (self.ticked or self.value.strip()):
            return ""
        return self.write(self.value, self.name)


def read_field(form: RawObject, raw: RawObject, counted: Callable[[str], str]) -> Field | None:
    """Return the field of a widget; None for a button and for what belongs to no form. Passwords are not read.
    `counted` gets every value."""
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, raw)
    if kind in _BOXES:
        ticked = bool(pdfium.FPDFAnnot_IsChecked(form, raw))
        name = _name_of(form, raw)
        if kind == pdfium.FPDF_FORMFIELD_RADIOBUTTON:
            choice = read_string(lambda *to: pdfium.FPDFAnnot_GetFormFieldExportValue(form, raw, *to))
            name = " ".join(part for part in (name, _plain(choice)) if part)
        return Field(kind, name, ticked=ticked)
    if kind == pdfium.FPDF_FORMFIELD_SIGNATURE:
        return Field(kind, _name_of(form, raw) or "Signature", ticked=bool(pdfium.FPDFAnnot_HasKey(raw, b"V")))
    if kind != pdfium.FPDF_FORMFIELD_TEXTFIELD and kind not in _CHOICES:
        return None
    if pdfium.FPDFAnnot_GetFormFieldFlags(form, raw) & _PASSWORD and kind == pdfium.FPDF_FORMFIELD_TEXTFIELD:
        return Field(kind, _name_of(form, raw))
    value = ", ".join(_chosen(form, raw, counted)) if kind == pdfium.FPDF_FORMFIELD_LISTBOX else ""
    if not value:
        value = counted(read_string(lambda *to: pdfium.FPDFAnnot_GetFormFieldValue(form, raw, *to)))
    return Field(kind, _name_of(form, raw), value)


def is_shown(some: str, shown: str) -> bool:
    """Return whether `shown` contains the value, in any form: `1475` is in `1,475 €`."""
    return _bare(some) in _bare(shown)


def _chosen(form: RawObject, raw: RawObject, counted: Callable[[str], str]) -> list[str]:
    count = min(pdfium.FPDFAnnot_GetOptionCount(form, raw), _MAX_OPTIONS)
    return [
        counted(read_string(lambda *to, at=index: pdfium.FPDFAnnot_GetOptionLabel(form, raw, at, *to)))
        for index in range(count)
        if pdfium.FPDFAnnot_IsOptionSelected(form, raw, index)
    ]


def _name_of(form: RawObject, raw: RawObject) -> str:
    """Return the field's name for screen readers, or the last part of its full name."""
    spoken = read_string(lambda *to: pdfium.FPDFAnnot_GetFormFieldAlternateName(form, raw, *to))
    if spoken := _plain(spoken):
        return spoken
    full = read_string(lambda *to: pdfium.FPDFAnnot_GetFormFieldName(form, raw, *to))
    return _plain(_INDEX.sub("", full.rpartition(".")[2]))


def _plain(untrusted_name: str) -> str:
    name = clean_line(untrusted_name.replace("_", " "), _MAX_NAME_CHARACTERS).strip(":")
    says = any(len(word) > 1 and not _NOTHING_SAID.fullmatch(word) for word in _WORD.findall(name))
    return name if says else ""


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
