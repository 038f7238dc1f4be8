"""Workbooks that mean harm: vast sheets, markup, archives, what calamine cannot take."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents.formats import archive
from app.documents.formats.contract import Content
from app.documents.tables import rows, workbook, xlsx_checks
from app.documents.worker import parse
from tests.documents.compound_writer import write_compound
from tests.documents.workbook_writer import cell, sheet, write_workbook


def _parse(data: bytes, name: str = "table.xlsx") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _refusal(data: bytes, name: str = "table.xlsx") -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data, name)
    assert raised.value.params["path"] == name
    return raised.value


def _read_or_refuse(data: bytes) -> str:
    """The text, or the code of the refusal."""
    try:
        return "\n\n".join(each.text for each in _parse(data).pages)
    except AppError as refusal:
        return refusal.code


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (cell(1, "A1") + cell(1, "XFD1048576"), "cells"),
        (f'<row r="1">{cell(1)}</row><row r="1048576">{cell(1, "E1048576")}</row>', "cells"),
        (f'<row r="1">{cell(1)}</row><row r="1048576">{cell(None) * 16_000}{cell(1)}</row>', "cells"),
        (f"<row r='1'>{cell(1)}</row><x:row r = '9999999'>{cell(1)}</x:row>", "rows"),
        (cell(1, "ZZZ1"), "columns"),
        ('<row r="1">' * 9 + cell(1) * 20_000, "columns"),
        (cell(1, "A1048576") + cell(1, "XFD1048576"), "cells"),
        (f'<row r="1">{cell(None) * 17_000}{cell(1)}</row>', "columns"),
    ],
)
def test_a_sheet_that_is_small_but_says_to_be_vast_is_refused(data: str, limit: str) -> None:
    refusal = _refusal(write_workbook({"A": data}))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, limit)


@pytest.mark.parametrize(
    "data",
    [
        *(cell(1, reference) for reference in ("ZZZZZZ99999999999", "A0", "1", "A1:B2", "&#65;1", "A-1")),
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="-1"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1" x=">"r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1" r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r=A1><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</c></row>',
        '<row r="1"><c r="A1" t="s"><v>99999999999999999999</v></c></row>',
        "\0",
    ],
)
def test_a_sheet_that_makes_no_sense_is_read_or_refused(data: str) -> None:
    read = _read_or_refuse(write_workbook({"A": data}))
    assert read in (Code.DOCUMENT_DAMAGED, Code.DOCUMENT_LIMIT, "A\n\n1", "A\n\n0")


def test_a_sheet_in_another_encoding_is_damaged() -> None:
    with zipfile.ZipFile(io.BytesIO(write_workbook({"A": sheet([["x"]])}))) as packed:
        text = packed.read("xl/worksheets/sheet1.xml").decode()
    members: dict[str, str | bytes] = {"xl/worksheets/sheet1.xml": text.replace("UTF-8", "UTF-16").encode("utf-16")}
    assert _refusal(write_workbook({"A": ""}, members=members)).code is Code.DOCUMENT_DAMAGED


def test_a_panic_of_calamine_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def panic(*_: object) -> None:
        raise PanicException

    monkeypatch.setattr(workbook, "load_workbook", panic)
    refusal = _refusal(write_workbook({"A": sheet([["x"]])}))
    assert (refusal.code, refusal.params["format"]) == (Code.DOCUMENT_DAMAGED, "xlsx")


def test_no_entity_is_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret", encoding="ascii")
    laughs = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY l0 "lol">{laughs}]>'
    data = '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;&l11;</t></is></c><c r="B1"><v>1</v></c></row>'
    read = _read_or_refuse(write_workbook({"A": data}, doctype=doctype))
    assert "Secret" not in read
    assert len(read) < 100


def test_nesting_costs_nothing() -> None:
    deep = f"{'<a>' * 10_000}{'</a>' * 10_000}"
    assert _parse(write_workbook({"A": sheet([["x"]]) + deep})).pages[0].text == "A\n\nx"


@pytest.mark.parametrize("length", [2_500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_very_many_cells(length: int) -> None:
    """The larger table has a million."""
    cells = "".join(
        f'<row r="{number}">{"".join(cell(number * 7919 * column % 9973) for column in range(1, 101))}</row>'
        for number in range(1, length + 1)
    )
    document = _parse(write_workbook({"A": cells}))
    assert sum(each.text.count(" | ") for each in document.pages) >= 99 * length


def test_strings_that_many_cells_share_count_for_each() -> None:
    """A string of 30,000 characters, 20,000 times, is what a small file says and no memory holds."""
    shared = f"<sst><si><t>{'x' * 30_000}</t></si></sst>"
    members: dict[str, str | bytes] = {"xl/sharedStrings.xml": shared}
    data = "".join(f'<row r="{n}"><c t="s"><v>0</v></c></row>' for n in range(1, 20_001))
    refusal = _refusal(write_workbook({"A": data}, members=members))
    assert refusal.params == {"path": "table.xlsx", "limit": "characters", "value": xlsx_checks.MAX_STRING_CHARACTERS}


def test_limits_of_workbooks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_workbook({"A": sheet([["abc", "def"]] * 3), "B": sheet([["abc"]])})
    for module, limit, value, name in (
        (workbook, "MAX_SHEETS", 1, "sheets"),
        (xlsx_checks, "MAX_CELLS", 5, "cells"),
        (xlsx_checks, "MAX_ROWS", 2, "rows"),
        (xlsx_checks, "MAX_COLUMNS", 1, "columns"),
        (rows, "MAX_CHARACTERS", 20, "characters"),
        (archive, "MAX_READ_BYTES", 99, "archive_bytes"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(module, limit, value)
            assert _refusal(data).params == {"path": "table.xlsx", "limit": name, "value": value}


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    refusal = _refusal(write_workbook({"A": " " * 30_000_000}))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "expansion")


def test_a_member_outside_is_refused() -> None:
    assert _refusal(write_workbook({"A": ""}, members={"../outside": "x"})).code is Code.DOCUMENT_DAMAGED


def test_a_workbook_under_a_password_is_told() -> None:
    assert _refusal(write_compound({"EncryptedPackage": b"x"})).code is Code.DOCUMENT_ENCRYPTED


@pytest.mark.parametrize(
    "members",
    [
        {"xl/workbook.xml": ""},
        {"xl/workbook.xml": b"\xff\xfe\x00"},
        {"xl/_rels/workbook.xml.rels": "<Relationships/>"},
        {"xl/worksheets/sheet1.xml": "<worksheet><sheetData>"},
        {"_rels/.rels": "<x"},
        {"xl/styles.xml": "<styleSheet><cellXfs><xf numFmtId='x'/>"},
    ],
)
def test_a_broken_workbook_is_read_or_damaged(members: dict[str, str | bytes]) -> None:
    read = _read_or_refuse(write_workbook({"A": sheet([["x"]])}, members=members))
    assert read in (Code.DOCUMENT_DAMAGED, Code.DOCUMENT_NO_TEXT, "A\n\nx")


def test_another_archive_is_no_workbook() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("a.txt", "x")
    assert _refusal(packed.getvalue()).code is Code.DOCUMENT_DAMAGED
