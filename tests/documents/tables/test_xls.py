"""XLS: the sheets of Excel 97 to 2003, and what hostile ones may not do."""

from __future__ import annotations

import struct

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats import ole
from app.documents.formats.contract import Content
from app.documents.tables import xls
from app.documents.worker import parse
from tests.documents.compound_writer import record, write_compound, write_xls, xls_cell, xls_sheet

_SHEET = xls_sheet([["Berth", "Rent"], ["12", 1475.5], [None, 3]])


def _parse(data: bytes, name: str = "table.xls") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _refusal(data: bytes, name: str = "table.xls") -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data, name)
    assert raised.value.params["path"] == name
    return raised.value


def test_sheets_are_read_row_by_row_as_those_of_newer_workbooks() -> None:
    dated = xls_cell(3, 0, 46093.0, style=1)
    document = _parse(write_xls({"Leases": _SHEET + dated, "Notes": xls_sheet([["日本語"]])}, title="Häfen"))
    assert document.title == "Häfen"
    assert document.pages[0].text == "Leases\n\nBerth | Rent\n12 | 1475.5\n | 3\n2026-03-12\n\nNotes\n\n日本語"
    assert [section.title for section in document.outline] == ["Leases", "Notes"]


def test_hidden_sheets_are_left_out_and_flagged() -> None:
    page = _parse(write_xls({"A": _SHEET, "B": xls_sheet([["secret"]])}, hidden=["B"])).pages[0]
    assert "secret" not in page.text
    assert page.flags == (Flag.HIDDEN_TEXT,)


def test_it_is_known_without_its_name() -> None:
    assert _parse(write_xls({"A": _SHEET}), "table.dat").pages
    mismatch = _refusal(write_xls({"A": _SHEET}), "a.docx")
    assert (mismatch.code, mismatch.params["found"]) == (Code.FORMAT_MISMATCH, "xls")


def test_a_password_damage_and_nothing_are_named() -> None:
    assert _refusal(write_xls({"A": _SHEET}, head=record(0x2F, bytes(54)))).code is Code.DOCUMENT_ENCRYPTED
    assert _refusal(write_xls({"A": b""})).code is Code.DOCUMENT_NO_TEXT
    assert _refusal(write_compound({"Workbook": b"no records"})).code is Code.DOCUMENT_DAMAGED
    assert _refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)).code is Code.DOCUMENT_DAMAGED
    assert _refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.dat").code is Code.FORMAT_UNKNOWN
    assert _refusal(write_compound({"Odd": b"x"}), "a.dat").code is Code.FORMAT_UNKNOWN


def test_what_is_small_but_says_to_be_vast_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    corners = xls_cell(0, 0, 1.0) + xls_cell(65_535, 255, 1.0)
    assert _refusal(write_xls({"A": corners})).params["limit"] == "cells"
    wide = xls_cell(0, 0, 1.0) + record(0xBD, struct.pack("<HH", 65_535, 0) + bytes(6) + struct.pack("<H", 0xFFFF))
    assert _refusal(write_xls({"A": wide})).params["limit"] == "cells"
    monkeypatch.setattr(xls, "MAX_CELLS", 11)
    assert _refusal(write_xls({"A": _SHEET, "B": _SHEET})).params["limit"] == "cells"
    assert _parse(write_xls({"A": _SHEET})).pages


def test_streams_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_xls({"A": _SHEET}, title="Title")
    with monkeypatch.context() as patch:
        patch.setattr(ole, "MAX_STREAM_BYTES", 100)
        assert _refusal(data).params["limit"] == "archive_member_bytes"
    with monkeypatch.context() as patch:
        patch.setattr(ole, "MAX_READ_BYTES", 100)
        assert _refusal(data).params["limit"] == "archive_bytes"
    monkeypatch.setattr(ole, "MAX_STREAMS", 1)
    assert _refusal(data).params["limit"] == "streams"


@pytest.mark.parametrize("field", [(44, 2), (48, 5), (60, 3), (68, 0), (76, 9), (512 + 76, 0), (512 + 68, 1)])
def test_chains_that_lead_in_circles_or_nowhere_are_damage(field: tuple[int, int]) -> None:
    data = bytearray(write_xls({"A": _SHEET * 40}, title="Title"))
    struct.pack_into("<I", data, *field)
    try:
        _parse(bytes(data))
    except AppError as refusal:
        assert refusal.code is Code.DOCUMENT_DAMAGED  # noqa: PT017 -- it may be read as well


def test_a_long_line_of_entries_is_read_or_refused() -> None:
    names = {f"{number:05}": b"" for number in range(900)}
    assert _refusal(write_compound({"Workbook": b"", **names}, chained=True)).code is not Code.BUG
