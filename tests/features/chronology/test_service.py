"""What it takes to look through many documents, and that it can be stopped on the way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.core.documents.document import Document, Format, Page
from app.core.work import Cancel, Stopped, finish
from app.features.chronology.service import timelines_of
from app.services.services import Services
from app.store.books import Books
from tests.queries import counting
from tests.ui.fakes import open_desk

_FEW, _MANY = 8, 40


def _fill(desk: Services, first: int, last: int) -> None:
    books = Books(desk.database)
    for number in range(first, last):
        page = Page(1, "1", f"Mr Smith signed the lease of berth {number} on 5 March {1900 + number}.")
        title = f"Lease {number}"
        books.add(Document(title, Format.TEXT, hashlib.sha256(title.encode()).hexdigest(), (page,)), Path(f"/{number}"))


def test_a_document_takes_as_much_however_many_there_are(tmp_path: Path) -> None:
    desk = open_desk(tmp_path).desk
    try:
        taken = []
        for first, last in ((0, _FEW), (_FEW, _MANY)):
            _fill(desk, first, last)
            with counting(desk.database) as asked:
                finish(timelines_of(desk).find(Cancel()))
            taken.append((len(asked.statements) / (last - first), asked.rows / (last - first)))
        (few_statements, few_rows), (many_statements, many_rows) = taken
        assert many_statements <= few_statements
        assert many_rows <= few_rows + 1
    finally:
        desk.close()


def test_it_stops_between_documents_and_goes_on_there(tmp_path: Path) -> None:
    desk = open_desk(tmp_path).desk
    try:
        _fill(desk, 0, 3)
        timelines, cancel = timelines_of(desk), Cancel()
        work = timelines.find(cancel)
        assert (next(work).done, next(work).done) == (0, 1)
        cancel.request()
        with pytest.raises(Stopped):
            next(work)
        assert len(timelines.wanting()) == 1  # the second one was looked through to its end
        finish(timelines.find(Cancel()))
        assert not timelines.wanting()
    finally:
        desk.close()
