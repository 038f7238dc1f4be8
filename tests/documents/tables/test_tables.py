"""Tables, as text and as workbooks: rows with their header, values as a person reads them, and hostile files."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.tables import csv, rows
from app.documents.text.flow import MAX_PAGE_CHARACTERS
from app.documents.worker import parse
from tests.documents.workbook_writer import DATE, DATE_TIME, DURATION, PERCENT, TIME, sheet, write_workbook


def _parse(data: bytes, name: str = "table.xlsx") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _refusal(data: bytes, name: str = "table.xlsx") -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data, name)
    assert raised.value.params["path"] == name
    return raised.value


def _csv(text: str, encoding: str = "utf-8") -> str:
    return "\n\n".join(each.text for each in _parse(text.encode(encoding), "table.csv").pages)


def _cells(data: str) -> list[str]:
    """The first row of a sheet."""
    return _parse(write_workbook({"A": data})).pages[0].text.removeprefix("A\n\n").split("\n")[0].split(" | ")


# ---- rows -----------------------------------------------------------------------------------------------------


def test_every_page_carries_the_header() -> None:
    lines = ["Number,Word"] + [f"{number},{'word ' * (number % 9)}end" for number in range(1, 2_001)]
    document = _parse("\n".join(lines).encode(), "table.csv")
    assert len(document.pages) > 20
    assert all(each.text.startswith("Number | Word\n") for each in document.pages)
    assert all(len(each.text) <= MAX_PAGE_CHARACTERS for each in document.pages)
    body = [line for each in document.pages for line in each.text.split("\n") if line not in ("", "Number | Word")]
    assert [int(line.split(" | ")[0]) for line in body] == list(range(1, 2_001))


def test_the_header_stands_over_each_block_of_rows() -> None:
    text = _csv("h\n" + "1\n" * 65)
    assert [block.count("1") for block in text.split("\n\n")] == [29, 30, 6]
    assert all(block.startswith("h\n") for block in text.split("\n\n"))


def test_a_very_long_header_is_not_repeated() -> None:
    text = _csv("h" * (rows.MAX_HEADER_CHARACTERS + 1) + "\n" + "row\n" * 100)
    assert text.count("h" * 100) == 6
    assert text.count("row") == 100


def test_a_row_longer_than_a_page_is_kept() -> None:
    document = _parse(b"h\n" + b"word " * 2_000 + b"\nlast", "table.csv")
    assert sum(each.text.count("word") for each in document.pages) == 2_000
    assert document.pages[-1].text.endswith("h\nlast")


def test_empty_rows_and_empty_cells_at_the_end_are_left_out() -> None:
    assert _csv("a,b,,\n,,\n\n,c,\n") == "a | b\n | c"


# ---- CSV ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a,b\n1,2\n", "a | b\n1 | 2"),
        ("a;b\n1,5;2,5\n3,5;4,5\n", "a | b\n1,5 | 2,5\n3,5 | 4,5"),
        ("a\tb, c\n1\t2\n", "a | b, c\n1 | 2"),
        ("a|b\n1|2\n", "a | b\n1 | 2"),
        ("sep=;\r\na,1;b\r\n", "a,1 | b"),
        ('"a,x";"b\n""c"""\r1;2', 'a,x | b "c"\n1 | 2'),
        ('Name\n"one, two"\n', "Name\none, two"),
        ("alone\n", "alone"),
        ('a,b\n"unclosed,2\n3,4\n', "a | b\nunclosed,2 3,4"),
        ("=1+1,=cmd|' /C calc'!A0,@SUM(A1),-1\n", "=1+1 | =cmd|' /C calc'!A0 | @SUM(A1) | -1"),
    ],
)
def test_cells_are_text_as_it_is_written(text: str, read: str) -> None:
    assert _csv(text) == read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_tables_are_in_the_encodings_of_texts(encoding: str) -> None:
    written = "Größe;Straße\n" + "Übermut;tut selten gut, sagte die Großmutter über die Öfen\n" * 3
    assert _csv(written, encoding).startswith("Größe | Straße\nÜbermut | tut selten gut")


def test_tabs_in_a_tsv() -> None:
    document = _parse(b"a\tb\n", "table.tsv")
    assert (document.pages[0].text, document.title, document.outline) == ("a | b", "table", ())


def test_limits_of_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal(b"," * 20_000 + b"a\n", "a.csv").params["limit"] == "columns"
    assert _refusal(b'"' + b"a" * (csv.MAX_CELL_CHARACTERS + 1) + b'"\n', "a.csv").code is Code.DOCUMENT_DAMAGED
    monkeypatch.setattr(rows, "MAX_ROWS", 10)
    assert _refusal(b"a\n" * 11, "a.csv").params == {"path": "a.csv", "limit": "rows", "value": 10}
    monkeypatch.setattr(rows, "MAX_CHARACTERS", 10)
    assert _refusal(b"abcdef\nabcdef\n", "a.csv").params["limit"] == "characters"


@pytest.mark.parametrize("data", [b",,\n,,\n", b"\n\n", b'""'])
def test_a_table_without_text_is_told(data: bytes) -> None:
    assert _refusal(data, "a.csv").code is Code.DOCUMENT_NO_TEXT


def test_a_million_cells_as_text() -> None:
    document = _parse((",".join(["7"] * 100) + "\n").encode() * 10_000, "a.csv")
    assert sum(each.text.count("7") for each in document.pages) >= 1_000_000


# ---- workbooks ------------------------------------------------------------------------------------------------


def test_sheets_are_chapters() -> None:
    long = sheet([["Word"]] + [["lamp " * 10]] * 20)
    document = _parse(write_workbook({"One & two": long, "Empty": "", "Last": sheet([["x"]])}, title="Log <1>"))
    assert document.title == "Log <1>"
    assert [(each.title, each.page, each.level) for each in document.outline] == [
        ("One & two", 1, 1),
        ("Empty", 2, 1),
        ("Last", 2, 1),
    ]
    assert document.pages[0].text.startswith("One & two\n\nWord\nlamp")
    assert document.pages[1].text == "Empty\n\nLast\n\nx"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((7, "7"), (7.0, "7"), (1234.5, "1234.5"), (0.1 + 0.2, "0.3"), (-0.0, "0"), (1e20, "1e+20"), (1e-7, "1e-07")),
        *((123456789012345, "123456789012345"), ((0.5, PERCENT), "0.5"), (True, "TRUE"), (False, "FALSE")),
        *(((46093, DATE), "2026-03-12"), ((46093.604166667, DATE_TIME), "2026-03-12 14:30")),
        *(((0.25, TIME), "06:00"), ((1.2521, DURATION), "30:03:01"), ((46093.604861, DATE_TIME), "2026-03-12 14:31")),
        *(("a\n b", "a b"), ("=1+1", "=1+1")),
    ],
)
def test_values_are_as_a_person_reads_them(value: object, shown: str) -> None:
    assert _cells(sheet([[value]])) == [shown]


def test_formulas_show_what_they_last_came_to() -> None:
    number = '<c r="A1"><f>WEBSERVICE("https://example.org")</f><v>42</v></c>'
    assert _cells(f'<row r="1">{number}<c r="B1" t="str"><f>A1</f><v>x</v></c></row>') == ["42", "x"]
    assert _refusal(write_workbook({"A": '<row r="1"><c r="A1"><f>1+1</f></c></row>'})).code is Code.DOCUMENT_NO_TEXT


def test_shared_strings_are_found() -> None:
    shared = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>猫</t></si></sst>'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(io.BytesIO(write_workbook({"A": ""}))) as packed:
        relations = packed.read("xl/_rels/workbook.xml.rels").decode()
    entry = f'<Relationship Id="t" Type="{relation}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    members: dict[str, str | bytes] = {
        "xl/sharedStrings.xml": shared,
        "xl/_rels/workbook.xml.rels": relations.replace("</Relationships>", entry),
    }
    data = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert _parse(write_workbook({"A": data}, members=members)).pages[0].text == "A\n\n猫"
    assert _refusal(write_workbook({"A": data.replace("0<", "9<")}, members=members)).code is Code.DOCUMENT_DAMAGED


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_left_out_and_flagged(state: str) -> None:
    sheets = {"Seen": sheet([["a"]]), "Secret": sheet([["Secret"]])}
    document = _parse(write_workbook(sheets, states={"Secret": state}))
    assert [(each.text, each.flags) for each in document.pages] == [("Seen\n\na", (Flag.HIDDEN_TEXT,))]
    assert _refusal(write_workbook({"Secret": sheet([["a"]])}, states={"Secret": state})).code is Code.DOCUMENT_NO_TEXT


def test_names_of_sheets_are_cleaned() -> None:
    document = _parse(write_workbook({"a\u202eb\u200b": sheet([["x\u2066"]])}))
    assert document.outline[0].title == "ab"
    assert (document.pages[0].text, document.pages[0].flags) == ("ab\n\nx", (Flag.INVISIBLE_CHARACTERS,))
