"""Books of an older reading in the terminal: they say so, and --read-again reads their files again."""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.core.documents.document import READING
from app.core.documents.facts import NO_FACTS
from app.core.machine.paths import Paths
from app.store.books import Books
from app.store.db import Database
from app.store.keys import obtain
from tests.cli.conftest import Octavo


def test_an_older_reading_says_so_until_its_file_is_read_again(
    octavo: Octavo, tmp_path: Path, tiny_scout: Path
) -> None:
    note, desk = tmp_path / "note.txt", Paths(tmp_path / "desk")
    note.write_text("The quay was rebuilt in 1931.\n")
    asked = ("ask", "--data-dir", desk.data, "--model", tiny_scout, "--max-tokens", 4, "--document", note)
    assert "earlier version" not in octavo(*asked, "When?")[2]
    with contextlib.closing(Database.open(desk.database, obtain(desk))) as database:
        (book,) = Books(database).all()
        Books(database).set_reading(book.id, READING - 1, NO_FACTS)
    code, _out, err = octavo(*asked, "When?")
    assert code == 0
    assert "“note”: An earlier version of Octavo imported this document." in err
    assert "--read-again" in err
    assert "earlier version" not in octavo(*asked, "--read-again", "When?")[2]
    assert "earlier version" not in octavo(*asked, "When?")[2]
