"""A small writer of Excel workbooks for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

DATE, DATE_TIME, TIME, DURATION, PERCENT = 1, 2, 3, 4, 5
"""Styles that a number can have."""

_NUMBER_FORMATS = (0, 14, 22, 20, 46, 9)


def cell(value: object, reference: str = "", style: int = 0) -> str:
    """A cell's element; a tuple is a number with its style."""
    if isinstance(value, tuple):
        return cell(value[0], reference, value[1])
    place = f' r="{reference}"' if reference else ""
    if value is None:
        return f"<c{place}/>"
    if isinstance(value, bool):
        return f'<c{place} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c{place} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c{place} s="{style}"><v>{value}</v></c>'


def sheet(rows: Sequence[Sequence[object]]) -> str:
    """Write the rows of a sheet's data."""
    return "".join(
        f'<row r="{number}">{"".join(cell(value) for value in row)}</row>' for number, row in enumerate(rows, 1)
    )


def write_workbook(
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] | None = None,
    title: str = "",
    doctype: str = "",
    relations: str = "",
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """`sheets` are the names and the data of the sheets, `states` says which of them are hidden; `doctype` stands in
    every sheet, `relations` beside those of the workbook; `members` replace or add files of the archive.
    """
    numbered = list(enumerate(sheets.items(), 1))
    entries = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{(states or {}).get(name, "visible")}" r:id="r{n}"/>'
        for n, (name, _) in numbered
    )
    relations += "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}"><cellXfs>'
        + "".join(f'<xf numFmtId="{number}"/>' for number in _NUMBER_FORMATS)
        + "</cellXfs></styleSheet>",
        "docProps/core.xml": f'<p:coreProperties xmlns:p="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></p:coreProperties>',
    }
    for number, (_, data) in numbered:
        files[f"xl/worksheets/sheet{number}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
            f'<worksheet xmlns="{_SHEET}"><sheetData>{data}</sheetData></worksheet>'
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files | dict(members or {})).items():
            archive.writestr(name, content)
    return packed.getvalue()
