"""ODS: the sheets as a person sees them, and what hostile ones may not do."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.opendocument import ods
from app.documents.worker import parse
from tests.documents.office_writer import write_ods, write_odt


def _parse(data: bytes) -> Document:
    return parse(Content("table.ods", data, ""), lambda done, total: None)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "table.ods"
    return raised.value


def _cell(text: str = "", attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def _row(*cells: str, count: str = "") -> str:
    repeated = f'table:number-rows-repeated="{count}"' if count else ""
    return f"<table:table-row {repeated}>{''.join(cells)}</table:table-row>"


def _many(count: int | str, text: str = "") -> str:
    return _cell(text, f'table:number-columns-repeated="{count}"')


def _text(*rows: str) -> str:
    return _parse(write_ods({"A": "".join(rows)})).pages[0].text.removeprefix("A\n\n")


def _value(kind: str, name: str, value: str) -> str:
    return _cell("shown", f'office:value-type="{kind}" office:{name}="{value}"')


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (_value("float", "value", "1475.50"), "1475.5"),
        (_value("float", "value", "0.30000000000000004"), "0.3"),
        (_value("percentage", "value", "0.04"), "0.04"),
        (_value("currency", "value", "12"), "12"),
        (_value("date", "date-value", "2026-03-12"), "2026-03-12"),
        (_value("date", "date-value", "2026-03-12T14:30:00.000000000"), "2026-03-12 14:30"),
        (_value("time", "time-value", "PT01H15M00S"), "01:15"),
        (_value("time", "time-value", "PT30H00M05.5S"), "30:00:05"),
        (_value("time", "time-value", "-PT1H"), "-1:00:00"),
        (_value("boolean", "boolean-value", "true"), "TRUE"),
        (_value("float", "value", "many"), "shown"),
        (_value("date", "date-value", "2026-02-31"), "shown"),
        (_value("time", "time-value", "noon"), "shown"),
        (_value("string", "string-value", "x"), "shown"),
        (_cell("two</text:p><text:p>lines<text:s text:c='3'/>b"), "two lines b"),
    ],
)
def test_cells_hold_stored_values_as_in_other_workbooks(cell: str, text: str) -> None:
    assert _text(_row(cell)) == text


def test_rows_and_cells_that_are_repeated_keep_their_places() -> None:
    rows = (
        _row(_cell("a"), _many(2), "<table:covered-table-cell/>", _cell("e"), _many(16_000)),
        f"<table:table-header-rows>{_row(_many(2, 'x'), count='2')}</table:table-header-rows>",
        _row(_cell(), count="3"),
        f"<table:table-row-group>{_row(_cell(), _cell('end'))}</table:table-row-group>",
        _row(_many(16_384), count="1048570"),
    )
    assert _text(*rows) == "a |  |  |  | e\nx | x\nx | x\n | end"


def test_sheets_are_in_the_outline_and_hidden_ones_left_out() -> None:
    document = _parse(write_ods({"A": _row(_cell("a")), "B": _row(_cell("secret"))}, hidden="B", title="Leases"))
    assert (document.title, [section.title for section in document.outline]) == ("Leases", ["A"])
    assert document.pages[0].text == "A\n\na"
    assert document.pages[0].flags == (Flag.HIDDEN_TEXT,)


def test_comments_are_kept_apart_with_their_cell_and_struck_words_are_marked() -> None:
    styles = (
        '<style:style style:name="S" style:family="table-cell"><style:text-properties'
        ' style:text-line-through-style="solid"/></style:style>'
    )
    comment = "<office:annotation><dc:creator>Ada</dc:creator><text:p>Sure?</text:p></office:annotation>"
    rows = _row(_cell(), count="2") + _row(
        _many(26), f"<table:table-cell>{comment}<text:p>b</text:p></table:table-cell>"
    )
    data = write_ods({"A": rows + _row(_cell("four", 'table:style-name="S"'))}, styles=styles)
    page = _parse(data).pages[0]
    assert page.hidden == "[comment by Ada on AA3: Sure?]"
    assert page.text.endswith(" | b\n[struck: four]")


def test_a_cell_in_the_colour_of_what_is_behind_it_is_kept_aside() -> None:
    white = '<style:text-properties fo:color="#ffffff"/>'
    style = f'<style:style style:name="{{}}" style:family="table-cell">{white}{{}}</style:style>'
    ground = '<style:table-cell-properties fo:background-color="{}"/>'
    looks = {"W": "", "F": ground.format("#ffffff"), "D": ground.format("#003366"), "M": "<style:map/>"}
    styles = "".join(style.format(name, inner) for name, inner in looks.items())
    cells = (_cell(name, f'table:style-name="{name}"') for name in looks)
    (page,) = _parse(write_ods({"A": _row(_cell("a"), *cells)}, styles=styles)).pages
    assert (page.text, page.hidden, page.flags) == ("A\n\na |  |  | D | M", "W F", (Flag.HIDDEN_TEXT,))


def test_what_is_no_spreadsheet_is_refused() -> None:
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    assert _refusal(write_odt("", members={"mimetype": mime})).code is Code.DOCUMENT_DAMAGED
    assert _refusal(write_ods({"A": _row(_many(9), count="9")})).code is Code.DOCUMENT_NO_TEXT
    entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    assert _refusal(write_ods({"A": _row(_cell("x"))}, manifest=entry)).code is Code.DOCUMENT_ENCRYPTED


@pytest.mark.parametrize(
    ("rows", "limit"),
    [
        ((_row(_many(16_385, "x")),), "columns"),
        ((_row(_many("9" * 30, "x")),), "columns"),
        ((_row(_many(16_384), _cell("x")),), "columns"),
        ((_row(_cell(), count="1048576"), _row(_cell("x"))), "rows"),
        ((_row(_cell("x"), count="1048577"),), "rows"),
        ((_row(_many(16_384, "xxxx"), count="1048576"),), "characters"),
        ((_row(_many(16_383), _cell("x"), count="1048576"),), "characters"),
        ((_row(_cell(" " * (20 << 20))),), "expansion"),
    ],
)
def test_what_is_small_but_says_to_be_vast_is_refused(
    rows: tuple[str, ...], limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.documents.tables.rows.MAX_CHARACTERS", 1_000_000)
    assert _refusal(write_ods({"A": "".join(rows)})).params["limit"] == limit


def test_sheets_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ods, "MAX_SHEETS", 1)
    assert _refusal(write_ods({"A": _row(_cell("a")), "B": ""})).params["limit"] == "sheets"
