"""Comparing in the window: from the shelf to the changes, from a change to both pages, and what is done with all."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import docx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.core.documents.document import Book, Format
from app.core.work import Cancel, finish
from app.documents.formats.contract import Content
from app.documents.web import markdown
from app.documents.word import docx as reader
from app.features.comparison.compare import compare
from app.features.comparison.data import ChangeKind
from app.features.comparison.window.changes import in_short
from app.features.comparison.window.comparison import ComparisonWindow
from app.features.comparison.window.dialog import CompareDialog
from app.ui.kit.bridge import Executor
from app.ui.kit.rows import RowRole
from app.ui.look.theme import Palette
from app.ui.page.panel import PagePanel
from app.ui.page.text_page import TextPage
from app.ui.page.tints import Ground
from app.ui.palette.palette_dialog import PaletteDialog
from app.ui.shelf.rows import ItemRole
from tests.features.comparison.contract import CHANGES, as_docx
from tests.store.deleting import delete_book
from tests.there import there
from tests.ui.room import Room


@pytest.fixture
def leases(room: Room) -> tuple[Book, Book]:
    books = []
    for new in (False, True):
        document = reader.parse(Content("lease", as_docx(new), str(int(new)) * 64), lambda done, total: None)
        books.append(room.fake.books.add(document, Path(f"/home/me/lease-{1 + new}.docx")))
    room.add_conversation("A", books)
    room.open()
    return books[0], books[1]


def dialog_of(room: Room) -> CompareDialog:
    dialog = room.feature(ComparisonWindow).comparing.dialog
    assert dialog is not None
    return dialog


@pytest.fixture
def dialog(room: Room, leases: tuple[Book, Book]) -> CompareDialog:
    room.feature(ComparisonWindow).compare(leases[0].id, leases[1].id)
    room.settle()
    return dialog_of(room)


def lit(panel: PagePanel) -> str:
    return panel.text.lit_words()


def choose(room: Room, dialog: CompareDialog, kind: ChangeKind, words: str = "") -> None:
    rows = range(dialog.changes.rowCount())
    found = (dialog.changes.index(row) for row in rows)
    dialog.view.setCurrentIndex(
        next(each for each in found if each.data(RowRole).change.kind is kind and words in str(each.data()))
    )
    room.settle()


def test_the_pages_of_a_comparison_offer_what_can_be_done_there(dialog: CompareDialog) -> None:
    words = [action.text().partition("\t")[0] for action in dialog.first.view_menu().actions()]
    assert "Larger text" in words
    assert "Split view" not in words
    assert "Print…" not in words


def test_the_menu_of_a_book_compares_it_with_another(room: Room, leases: tuple[Book, Book]) -> None:
    model = room.window.shelf.book_view.model()
    rows = (model.index(row, 0) for row in range(model.rowCount()))
    menu = room.window.shelf.book_menu(
        next(row for row in rows if getattr(row.data(ItemRole), "key", "") == leases[1].id)
    )
    assert menu is not None
    (below,) = (action.menu() for action in menu.actions() if action.text() == "Compare with")
    assert isinstance(below, QMenu)
    (other,) = below.actions()
    assert other.text() == "Lease of a berth"
    other.trigger()
    room.settle()
    assert dialog_of(room).titles.text() == "Lease of a berth → Lease of a berth (lease-2)"  # the later one is second


def test_of_many_books_the_menu_lists_the_most_similar_and_finds_any_other(room: Room) -> None:
    titles = [*(f"Letter of {day} May" for day in range(1, 16)), "Lease of Berth 2", "Lease of Berth 2, draft"]
    for title in titles:
        content = Content(title, f"# {title}\n\nWords.\n".encode(), sha256(title.encode()).hexdigest())
        room.fake.books.add(markdown.parse(content, lambda done, total: None), Path(f"/home/me/{title}.md"))
    room.open()
    lease = next(book for book in room.presenter.shown.shelf.values() if book.title == "Lease of Berth 2")
    (entry,) = room.feature(ComparisonWindow).book_menu(lease)
    assert len(entry.below) == 13
    assert entry.below[0].words == "Lease of Berth 2, draft"
    assert entry.below[-1].run is not None
    entry.below[-1].run()
    (palette,) = room.window.findChildren(PaletteDialog)
    palette.line.setText("15 May")
    (only,) = palette.entries()
    palette.chosen.emit(only)
    room.settle()
    assert set(dialog_of(room).titles.text().split(" → ")) == {"Letter of 15 May", "Lease of Berth 2"}


def test_the_changes_are_listed_and_the_first_is_open_on_both_sides(dialog: CompareDialog) -> None:
    assert dialog.summary.text().startswith("12 changes: ")
    assert "4 → 3" in dialog.notes.text()
    assert dialog.changes.rowCount() == len(CHANGES)
    assert dialog.changes.index(1).data() == "changed, p. 1 → p. 1: “on 31 March 2031” → “on 30 June 2031”"
    assert dialog.place.text() == "Change 1 of 12"
    assert lit(dialog.first).startswith("The Landlord lets Berth 12")
    assert lit(dialog.second).startswith("The Landlord leases Berth 12")
    assert "lets" in dialog.redline.toPlainText()
    assert "leases" in dialog.redline.toPlainText()


def test_the_line_of_a_change_has_no_signs_of_markdown(room: Room) -> None:
    texts = "The **rent** is due.\n\nThe tenant **may** go.", "The **rent** is due.\n\nThe tenant **must `not`** go."
    first, second = (
        room.add_book(markdown.parse(Content(f"{n}.md", text.encode(), str(n) * 64), lambda done, total: None), n)
        for n, text in enumerate(texts)
    )
    room.add_conversation("A", (first, second))
    room.open()
    room.feature(ComparisonWindow).compare(first.id, second.id)
    room.settle()
    assert dialog_of(room).changes.index(0).data() == "changed, p. 1 → p. 1: “tenant may go” → “tenant must not go”"


def test_headings_are_without_their_signs_as_on_the_page(room: Room) -> None:
    rent, pets = "## 1 Rent\n\nThe rent is due on Mondays.", "## 2 Pets\n\nThe tenant may keep one dog."
    first, second = (
        room.add_book(markdown.parse(Content(f"{n}.md", text.encode(), str(n) * 64), lambda done, total: None), n)
        for n, text in enumerate((f"{rent}\n\n{pets}\n", f"{rent}\n"))
    )
    room.add_conversation("A", (first, second))
    room.open()
    room.feature(ComparisonWindow).compare(first.id, second.id)
    room.settle()
    dialog = dialog_of(room)
    assert dialog.changes.index(0).data() == "removed, p. 1: 2 Pets The tenant may keep one dog."
    assert " ".join(dialog.redline.toPlainText().split()) == "2 Pets The tenant may keep one dog."


def test_the_keyboard_goes_from_change_to_change(room: Room, dialog: CompareDialog, qtbot: QtBot) -> None:
    dialog.activateWindow()
    qtbot.keyClick(dialog.view, Qt.Key.Key_Down)
    room.settle()
    assert lit(dialog.second).endswith("ends on 30 June 2031.")
    dialog.go_on()
    dialog.go_on()
    dialog.go_back()
    room.settle()
    assert dialog.place.text() == "Change 3 of 12"
    assert not dialog.next.isHidden()
    for _step in range(20):
        dialog.go_on()
    room.settle()
    assert dialog.place.text() == "Change 12 of 12"
    assert not dialog.next.isEnabled()


def test_what_only_one_book_has_is_at_its_place_in_the_other(room: Room, dialog: CompareDialog) -> None:
    choose(room, dialog, ChangeKind.REMOVED)
    assert lit(dialog.first).startswith("6. Watch")
    assert lit(dialog.second) == ""
    assert dialog.second.note() == "This passage is not in this document."
    assert "Yacht | 450" in dialog.second.text.page_text()
    choose(room, dialog, ChangeKind.ADDED)
    assert dialog.first.note() == "This passage is not in this document."
    assert lit(dialog.second).startswith("9. Waste")


def tinted(panel: PagePanel, palette: Palette) -> dict[str, set[str]]:
    """Return the words on a ground of their own on the pages whose text is there, by the name of the colour."""
    names = {QColor(ground.fill(dark=palette.dark)).name(): ground.name for ground in Ground}
    found: dict[str, set[str]] = {}
    for sheet in panel.text.findChildren(TextPage):
        for selection in sheet.extraSelections():
            if (name := names.get(selection.format.background().color().name())) is not None:
                found.setdefault(name, set()).add(" ".join(selection.cursor.selectedText().split()))
    return found


def test_every_change_is_tinted_on_both_pages_whichever_is_chosen(room: Room, dialog: CompareDialog) -> None:
    palette = room.window.page.theme.palette
    first, second = (tinted(panel, palette) for panel in (dialog.first, dialog.second))
    assert {"lets", "31 March"} <= first["AMBER"]
    assert {"leases", "30 June"} <= second["AMBER"]
    choose(room, dialog, ChangeKind.CHANGED, "31 March")
    assert tinted(dialog.first, palette) == first
    choose(room, dialog, ChangeKind.REMOVED)
    assert any(words.startswith("6. Watch") for words in tinted(dialog.first, palette)["RED"])
    assert "RED" not in tinted(dialog.second, palette)
    choose(room, dialog, ChangeKind.ADDED)
    assert "GREEN" not in tinted(dialog.first, palette)
    assert any(words.startswith("9. Waste") for words in tinted(dialog.second, palette)["GREEN"])
    choose(room, dialog, ChangeKind.MOVED)
    for panel in (dialog.first, dialog.second):
        assert any("The Tenant keeps the quay lamps" in words for words in tinted(panel, palette)["BLUE"])


def test_other_books_without_a_difference_say_so(room: Room, leases: tuple[Book, Book]) -> None:
    room.feature(ComparisonWindow).compare(leases[0].id, leases[0].id)
    room.settle()
    dialog = dialog_of(room)
    assert dialog.summary.text() == "No differences were found."
    assert not dialog.view.isVisible()
    assert dialog.first.text.page_text() == dialog.second.text.page_text() != ""


def test_until_it_is_done_it_says_how_far_it_is_and_closing_stops_it(room: Room, leases: tuple[Book, Book]) -> None:
    gate = room.hold(Executor.COMPARING)
    room.feature(ComparisonWindow).compare(leases[0].id, leases[1].id)
    dialog = dialog_of(room)
    assert dialog.state() == "Comparing the texts…"
    assert not dialog.export.isEnabled()
    dialog.close()
    gate.open()
    room.settle()
    assert room.feature(ComparisonWindow).comparing.dialog is None


def test_a_book_that_is_gone_is_said_in_its_place(room: Room, leases: tuple[Book, Book]) -> None:
    delete_book(room.fake.books, leases[1].id)
    room.feature(ComparisonWindow).compare(leases[0].id, leases[1].id)
    room.settle()
    assert dialog_of(room).state()
    assert "Comparing" not in dialog_of(room).state()


def test_the_other_book_can_be_the_first(room: Room, dialog: CompareDialog) -> None:
    dialog.swap.click()
    room.settle()
    assert dialog_of(room).titles.text() == "Lease of a berth (lease-2) → Lease of a berth"
    assert dialog_of(room).changes.index(1).data() == "changed, p. 1 → p. 1: “on 30 June 2031” → “on 31 March 2031”"


def test_they_are_written_into_a_word_document(room: Room, dialog: CompareDialog, tmp_path: Path) -> None:
    room.feature(ComparisonWindow).comparing.write(str(tmp_path / "redline.docx"))
    room.settle()
    assert len(docx.Document(str(tmp_path / "redline.docx")).paragraphs) > 20


def test_a_question_about_them_waits_in_a_conversation_with_both_books(
    room: Room, dialog: CompareDialog, leases: tuple[Book, Book]
) -> None:
    dialog.ask.click()
    room.settle()
    assert {ref.book_id for ref in room.shown().books} == {book.id for book in leases}
    written = room.window.talk.composer.text()
    assert "12 in number" in written
    assert written.endswith("Question: What do these changes mean?")


def test_the_command_takes_the_first_two_books_on_the_desk(room: Room, leases: tuple[Book, Book]) -> None:
    room.feature(ComparisonWindow).compare_on_desk()
    room.settle()
    assert dialog_of(room).changes.rowCount() == len(CHANGES)


def test_without_two_books_on_the_desk_the_command_says_what_it_needs(room: Room) -> None:
    room.add_conversation("A")
    room.open()
    room.feature(ComparisonWindow).compare_on_desk()
    assert room.window.talk.notice.text() == "Put the two documents that you want to compare on the desk first."


def test_a_removed_book_closes_its_comparison(room: Room, dialog: CompareDialog, leases: tuple[Book, Book]) -> None:
    room.presenter.shelf_area.shelf.book_removed.emit(leases[0].id)
    room.settle()
    assert room.feature(ComparisonWindow).comparing.dialog is None


def test_nothing_touches_the_edges_and_a_button_closes_it(qtbot: QtBot, room: Room, dialog: CompareDialog) -> None:
    for part in (dialog.view, dialog.place, dialog.next):
        around = there(part.parentWidget()).rect()
        assert part.geometry().left() >= around.left() + 8
        assert part.geometry().right() <= around.right() - 8
    qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    assert room.feature(ComparisonWindow).comparing.dialog is None


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            "The Tenant may renew once for five years.",
            "The Tenant may not renew the Term.",
            "“may renew once for five years” → “may not renew the Term”",
        ),
        ("The rent is EUR 500 a month.", "The rent is EUR 650 a month.", "“EUR 500 a” → “EUR 650 a”"),
        (
            "Nobody smokes on the quay. The crane is lashed to its rails at night.",
            "Nobody smokes on the quay. Dogs are kept away. The crane is lashed to its rails at night.",
            "+ “Dogs are kept away.”",
        ),
        (
            "The Tenant pays the rent and all of the taxes of the berth in advance, and insures the crane.",
            "The Landlord pays the rent and all of the taxes of the berth in arrears, and insures the crane.",
            "“The Tenant pays” → “The Landlord pays”; “in advance” → “in arrears”",
        ),
        (
            "賃貸借は2031年3月31日に終了し、更新しない。",
            "賃貸借は2031年6月30日に終了し、更新しない。",
            "“2031年3月31日に終了” → “2031年6月30日に終了”",
        ),
    ],
)
def test_a_change_is_said_with_its_neighbours(first: str, second: str, words: str) -> None:
    contents = (Content("a", f"{text}\n".encode(), "0" * 64) for text in (first, second))
    was, now = (markdown.parse(content, lambda done, total: None) for content in contents)
    (change,) = finish(compare(was, now, Cancel())).changes
    assert in_short(change, Format.MARKDOWN) == words
