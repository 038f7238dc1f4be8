"""Two clients, each with a matter: while one is open, nothing of the other is anywhere in the program."""

from __future__ import annotations

import io
import mmap
import zipfile
from array import array
from collections.abc import Iterator
from pathlib import Path

import msgspec
import PIL.Image
import pytest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from shiboken6 import Shiboken

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import BookRef, Citation, CitationState, Draft, Ending, Question
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.documents.document import Document, Format, Page
from app.core.machine.secret import Key
from app.core.settings import KvType
from app.core.work import Cancel, finish
from app.engine.kv.saved_states import SavedState, SavedStates, StateKey
from app.engine.protocol import BookSpan
from app.features.chronology.service import timelines_of
from app.features.tables.data import GridColumn
from app.features.tables.service import sheets_of
from app.services.library_search import library_search_of
from app.services.services import Services
from app.store.books import Books
from app.store.conversations import Drafts
from app.ui.chat.plan_dialog import PlanDialog
from app.ui.palette.palette_dialog import PaletteDialog
from tests.store.decrypted import decrypted
from tests.ui.matter_window import Window
from tests.ui.room import pause, wait
from tests.whole import needs

OURS, OTHERS, LIBRARYS = "Cormorant", "Kingfisher", "Pelican"


def _png() -> bytes:
    written = io.BytesIO()
    PIL.Image.new("RGB", (1, 1)).save(written, "PNG")
    return written.getvalue()


def fill(desk: Services, word: str, byte: str) -> None:
    """With all that a desk can have, each with this word."""
    text = f"On 3 May 2021 {word} Ltd, represented by Dr {word} Smith, let the wharf to the tenant."
    books = Books(desk.database)

    def add(title: str, sha256: str) -> str:
        return books.add(Document(title, Format.PDF, sha256, (Page(1, "1", text),)), Path(f"/{word}/{word}.pdf")).id

    lease, binned = add(f"{word} lease", byte * 32), add(f"{word} letters", f"{byte}1" * 16 + byte * 8)
    refs = (BookRef(lease),)
    talk = desk.conversations.create(f"{word} talk", refs, f"As {word} would.")
    image = Image(ImageRef(byte * 32, f"{word}.png", 1, 1), _png(), Raster(1, 1, b"rgb"))
    question = desk.conversations.add_question(Question(talk.id, f"Who is {word}?", refs, images=(image,)))
    answer = desk.conversations.begin_answer(question.id, "tiny")
    cited = Citation(lease, f"{word} lease", 1, "1", f"{word} Ltd", CitationState.VERIFIED, 0, 5)
    desk.conversations.save_answer(
        msgspec.structs.replace(answer, text=f"{word} Ltd [p. 1].", ending=Ending.COMPLETE, citations=(cited,))
    )
    Drafts(desk.database).keep(talk.id, Draft(f"And {word}?"))
    sheets_of(desk).store.create(f"{word} sheet", (GridColumn(f"When did {word} sign?"),), [refs], excerpts=False)
    desk.documents.notes.mark(lease, 1, (0, len(text)), None, f"{word} note")
    finish(timelines_of(desk).find(Cancel()))
    if desk.matter is not None:  # those of the library are the person's, everywhere
        desk.own_settings.change("instructions", f"We act for {word}.")
    desk.documents.removal.delete(BinKind.BOOK, binned)
    desk.documents.removal.delete(BinKind.CONVERSATION, desk.conversations.create(f"{word} gone").id)
    _save_reading(desk, lease, word)


def _save_reading(desk: Services, book: str, word: str) -> None:
    spec = desk.models.readings.spec()
    state = mmap.mmap(-1, 5_000)
    key, books = StateKey("model", KvType.F16, 1, "llama.cpp"), (BookSpan(book, f"{word} lease", 0, 9),)
    tokens = array("i", map(ord, word)).tobytes()
    kept = SavedStates(Path(spec.folder), spec.secret, spec.quota_bytes)
    kept.save(SavedState(key, tokens, 0, b"\0" * 4, 5_000, books, "Scout", True, 1.0), state)
    state.close()


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Iterator[Window]:
    made = Window(tmp_path / "desk", (LIBRARYS, OURS, OTHERS), fill)
    made.open(made.marlow)
    yield made
    made.end()


def silent(words: str) -> None:
    """Only what is ours is said."""
    assert OTHERS.casefold() not in words.casefold()
    assert LIBRARYS.casefold() not in words.casefold()


def everything(desk: Services) -> str:
    """All that the desk's parts list, and find by the words of all three."""
    found: list[object] = [
        desk.documents.library.books(),
        desk.conversations.all(),
        [desk.conversations.turns(talk.id) for talk in desk.conversations.all()],
        [Drafts(desk.database).get(talk.id) for talk in desk.conversations.all()],
        sheets_of(desk).store.all(),
        desk.documents.images.named(),
        desk.documents.removal.kept.all(),
        desk.models.readings.all(),
        desk.documents.notes.store.all(),
        desk.documents.adding.all(),
        timelines_of(desk).store.events(),
        timelines_of(desk).store.entities(),
        desk.asking.ask.settings(),
    ]
    return msgspec.json.encode(found, enc_hook=repr).decode()


def test_no_list_and_no_file_has_anything_of_the_other(window: Window) -> None:
    listed = everything(window.desk)
    assert listed.count(OURS) > 12
    silent(listed)
    home, paths = window.desk.shared.matters.home, window.desk.paths
    ours: tuple[tuple[Path, Key], ...] = (
        (paths.database, home.key),
        (paths.matter(window.marlow), window.desk.database.key),
    )
    of_home, of_matter = (decrypted(path, key) for path, key in ours)
    assert OURS.encode() in of_matter
    silent(of_matter.decode("latin-1"))
    for word in (OURS, OTHERS):
        assert word.encode() not in of_home, "the library knows nothing of what is in matters"
    for file in paths.data.rglob("*"):
        for word in (OURS, OTHERS, LIBRARYS):
            assert word not in file.name
            assert not file.is_file() or word.encode() not in file.read_bytes()


def test_no_search_finds_anything_of_the_other(window: Window) -> None:
    library = library_search_of(window.desk)
    for word in (OTHERS, LIBRARYS):
        found = finish(library.find(library.understand(word), Cancel()))
        assert found.hits == ()
        assert window.desk.documents.notes.store.find(word) == ()
    ours = finish(library.find(library.understand(OURS), Cancel()))
    assert len(ours.hits) >= 3


def test_the_palette_offers_and_finds_nothing_of_the_other(window: Window) -> None:
    window.presenter.places.anything.find()
    dialog = window.dialog(PaletteDialog)
    assert isinstance(dialog, PaletteDialog)
    wait(lambda: window.start._bridge.idle)
    silent(window.words())
    for word in (OTHERS, LIBRARYS, OURS, "wharf", "Who is"):
        dialog.line.setText(word)
        pause(400)  # until the search has begun: it waits for the next letter
        wait(lambda: window.start._bridge.idle)
        shown = window.words().replace(dialog.line.text(), "")
        silent(shown)
    dialog.close()


_OPENS = (
    *("Table…", "Chronology", "Notes and highlights", "Bin…", "Saved readings…", "Settings"),
    *("Saved prompts…", "Instructions for this conversation…", "Manage matters…", "Import report…", "Thumbnails"),
    *("Keyboard shortcuts", "Search everything"),
)


@needs("tables", "chronology", "notes", "bin", "prompts", "matters", "library_search")
def test_nothing_that_a_command_opens_shows_anything_of_the_other(window: Window) -> None:
    wait(lambda: window.presenter.shown.book is not None)
    assert OURS in window.words()
    assert window.start.window.windowTitle() == f"{OURS} talk – Client One – Octavo"
    for name in _OPENS:
        before = len(window.words())
        window.presenter.commands.actions[name].trigger()
        wait(lambda: window.start._bridge.idle)
        pause(1)
        assert len(window.words()) != before, f"{name} opens something"
        silent(window.words())
        for dialog in window.start.window.findChildren(QDialog):
            dialog.close()
        pause(1)


@pytest.mark.parametrize("ending", [".md", ".html", ".docx"])
def test_no_export_has_anything_of_the_other(window: Window, tmp_path: Path, ending: str) -> None:
    exporting, file = window.presenter.places.exporting, tmp_path / f"out{ending}"
    exporting.choose(window.presenter.shown.conversation)  # type: ignore[arg-type]
    exporting.write(str(file))
    wait(lambda: window.start._bridge.idle)
    if ending == ".docx":
        with zipfile.ZipFile(file) as word:
            written = b"".join(map(word.read, word.namelist()))
    else:
        written = file.read_bytes()
    assert OURS.encode() in written
    silent(written.decode("utf-8", "replace"))


def test_a_file_dialog_does_not_know_where_the_other_was_looked_for(window: Window, tmp_path: Path) -> None:
    folder = tmp_path / OURS
    folder.mkdir()
    (folder / "lease.txt").write_text("Lease", "utf-8")
    dialog = QFileDialog(window.start.window, "", str(folder))
    dialog.open()
    dialog.selectFile(str(folder / "lease.txt"))
    dialog.accept()
    Shiboken.delete(dialog)
    assert QFileDialog(None, "", "").directory().dirName() == OURS
    window.open(window.tern)
    after = QFileDialog(None, "", "")
    assert OURS not in after.directory().absolutePath()
    assert OURS not in "".join(after.history())


def test_the_engine_is_given_nothing_of_the_other(window: Window) -> None:
    window.presenter.talk_area.asking.submit("Who signed?")
    wait(lambda: window.start._bridge.idle)
    assert window.engine.prompts
    asked = msgspec.json.encode(window.engine.prompts).decode()
    assert OURS in asked
    silent(asked)


def test_all_documents_are_those_of_the_client(window: Window) -> None:
    planning, composer = window.presenter.talk_area.asking.planning, window.presenter.window.talk.composer
    planning.toggle()
    composer.set_text("Who signed at the wharf?")
    composer.submit()
    wait(lambda: window.start._bridge.idle)
    composer.scope.button.click()
    dialog = window.dialog(PlanDialog)
    assert isinstance(dialog, PlanDialog)
    assert OURS in str([each.title for each in dialog.documents.proposal.documents])
    silent(window.words())
    dialog.accept()
    wait(lambda: window.start._bridge.idle)
    asked = msgspec.json.encode(window.engine.prompts).decode()
    assert OURS in asked
    silent(asked)


def test_a_deleted_client_leaves_no_byte(window: Window) -> None:
    paths, secret = window.desk.paths, window.desk.shared.matters.kept.key(window.tern).secret
    window.desk.shared.matters.delete(window.tern)
    databases = {
        paths.database: window.desk.shared.matters.home.key,
        paths.matter(window.marlow): window.desk.database.key,
    }
    for path, key in databases.items():
        pages = decrypted(path, key)
        for trace in (OTHERS, OTHERS.casefold(), "Client Two", secret):
            assert trace.encode() not in pages
    files = [file for file in paths.data.rglob("*") if file.is_file()]
    kept = [file for file in files if file.suffix == ".db"]
    assert sorted(kept) == sorted(databases)
    assert window.tern not in "".join(map(str, files))
    window.open("")
    readings = window.desk.models.readings
    assert len(readings.all()) == 1
    assert readings.others_bytes() > 0, "of the other client, who stays"
    window.desk.shared.matters.delete(window.marlow)
    assert readings.others_bytes() == 0
