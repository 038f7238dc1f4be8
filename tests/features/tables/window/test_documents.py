"""The documents that a new table can ask: by folder, ticked by mouse and by key, found, counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from app.features.tables.window import document_tree
from app.features.tables.window.document_chooser import DocumentChooser
from app.features.tables.window.tables import TablesWindow
from tests.features.tables.window.new_table import editor
from tests.there import there
from tests.ui import shelf_of_books
from tests.ui.room import Room

_ON, _OFF, _PARTLY = Qt.CheckState.Checked, Qt.CheckState.Unchecked, Qt.CheckState.PartiallyChecked


@pytest.fixture
def chooser(room: Room, tmp_path: Path) -> DocumentChooser:
    """Two documents in no folder, one of them on the desk, and two in folders, one within the other."""
    (tmp_path / "契約" / "old").mkdir(parents=True)
    (tmp_path / "契約" / "new.pdf").write_bytes(b"survey")
    (tmp_path / "契約" / "old" / "letters.pdf").write_bytes(b"letters")
    room.reader.documents |= {"new.pdf": shelf_of_books.survey(), "letters.pdf": shelf_of_books.letters()}
    rules = room.add_book(shelf_of_books.rules())
    room.add_conversation("Talk", [rules])
    room.open()
    room.presenter.shelf_area.folders.take([tmp_path / "契約"])
    room.settle()
    room.add_book(shelf_of_books.handbook(), 1)
    room.feature(TablesWindow).open()
    room.settle()
    return editor(room).documents


def _rows(chooser: DocumentChooser) -> dict[str, QTreeWidgetItem]:
    """All rows from top to bottom, by what they are called."""
    found: dict[str, QTreeWidgetItem] = {}

    def take(item: QTreeWidgetItem) -> None:
        for place in range(item.childCount()):
            child = there(item.child(place))
            found[child.text(0)] = child
            take(child)

    take(chooser.tree.invisibleRootItem())
    return found


def _states(chooser: DocumentChooser) -> list[Qt.CheckState]:
    return [item.checkState(0) for item in _rows(chooser).values()]


def _click(qtbot: QtBot, chooser: DocumentChooser, name: str, *, right: bool = True) -> None:
    chooser.tree.scrollToItem(_rows(chooser)[name])
    row = chooser.tree.visualItemRect(_rows(chooser)[name])
    spot = row.center() if right else QPoint(row.left() + 14, row.center().y())
    qtbot.mouseClick(chooser.tree.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_they_are_a_tree_by_folder_and_none_is_ticked_unasked(chooser: DocumentChooser) -> None:
    assert list(_rows(chooser)) == [
        *("Octavo handbook", "横浜港湾施設使用規則"),
        *("契約", "old", "Side letters 2019–2024", "Survey of the quay walls"),
    ]
    assert set(_states(chooser)) == {_OFF}
    assert chooser.chosen == ()
    assert chooser.counted.text() == "0 of 4 documents"
    assert all(item.isExpanded() for name, item in _rows(chooser).items() if name in ("契約", "old"))


@pytest.mark.parametrize("right", [True, False])
def test_a_click_anywhere_in_a_row_ticks_it_once(qtbot: QtBot, chooser: DocumentChooser, right: bool) -> None:
    _click(qtbot, chooser, "Octavo handbook", right=right)
    assert _states(chooser) == [_ON, *[_OFF] * 5]
    assert chooser.counted.text() == "1 of 4 documents"
    _click(qtbot, chooser, "Octavo handbook", right=right)
    assert set(_states(chooser)) == {_OFF}


def test_the_tick_of_a_folder_is_that_of_all_in_it(qtbot: QtBot, chooser: DocumentChooser) -> None:
    _click(qtbot, chooser, "Side letters 2019–2024")
    assert _states(chooser)[2:] == [_PARTLY, _ON, _ON, _OFF]
    _click(qtbot, chooser, "契約")
    assert _states(chooser)[2:] == [_ON] * 4
    assert len(chooser.chosen) == 2
    _click(qtbot, chooser, "契約")
    assert set(_states(chooser)) == {_OFF}


def test_space_ticks_and_the_arrows_fold(qtbot: QtBot, chooser: DocumentChooser) -> None:
    folder = _rows(chooser)["契約"]
    chooser.tree.setFocus(Qt.FocusReason.TabFocusReason)
    chooser.tree.setCurrentItem(folder)
    qtbot.keyClick(chooser.tree, Qt.Key.Key_Space)
    assert len(chooser.chosen) == 2
    qtbot.keyClick(chooser.tree, Qt.Key.Key_Left)
    assert not folder.isExpanded()
    qtbot.keyClick(chooser.tree, Qt.Key.Key_Right)
    assert folder.isExpanded()
    row = chooser.tree.visualItemRect(folder)
    qtbot.mouseClick(chooser.tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(row.left() + 39, row.center().y()))
    assert (folder.isExpanded(), len(chooser.chosen)) == (False, 2), "the sign folds, and ticks nothing"


def test_a_screen_reader_is_told_which_row_it_is_and_what_became_of_it(
    qtbot: QtBot, chooser: DocumentChooser, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(document_tree, "announce", lambda _widget, words: said.append(words))
    chooser.search.setFocus()
    chooser.tree.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chooser.tree, Qt.Key.Key_Space)
    qtbot.keyClick(chooser.tree, Qt.Key.Key_Space)
    name = "Octavo handbook"
    assert said[-3:] == [f"{name}: not ticked", f"{name}: ticked", f"{name}: not ticked"]


def test_what_is_found_is_shown_and_a_folder_ticks_that_alone(qtbot: QtBot, chooser: DocumentChooser) -> None:
    chooser.search.setText("契約 letters")
    assert [name for name, item in _rows(chooser).items() if not item.isHidden()] == [
        *("契約", "old", "Side letters 2019–2024")
    ]
    _click(qtbot, chooser, "契約")
    assert _states(chooser)[2:] == [_PARTLY, _ON, _ON, _OFF]
    chooser.search.clear()
    assert not any(item.isHidden() for item in _rows(chooser).values())
    assert len(chooser.chosen) == 1


def test_a_click_on_the_count_shows_what_is_ticked(qtbot: QtBot, chooser: DocumentChooser) -> None:
    assert not chooser.counted.isEnabled()
    _click(qtbot, chooser, "old")
    qtbot.mouseClick(chooser.counted, Qt.MouseButton.LeftButton)
    assert [name for name, item in _rows(chooser).items() if not item.isHidden()] == [
        *("契約", "old", "Side letters 2019–2024")
    ]
    assert chooser.counted.text() == "Show all documents"
    qtbot.mouseClick(chooser.counted, Qt.MouseButton.LeftButton)
    assert not any(item.isHidden() for item in _rows(chooser).values())


def test_a_screen_reader_hears_a_tree_of_boxes(chooser: DocumentChooser) -> None:
    chooser.tree.toggle(_rows(chooser)["old"])
    QAccessible.setActive(True)
    tree = QAccessible.queryAccessibleInterface(chooser.tree)
    assert tree is not None
    assert tree.role() is QAccessible.Role.Tree
    rows = {each.text(QAccessible.Text.Name): each for each in map(tree.child, range(tree.childCount()))}
    old, other = rows["old"], rows["Octavo handbook"]
    assert isinstance(old, QAccessibleInterface)
    assert (old.state().checkable, old.state().checked, other.state().checked) == (True, True, False)
    assert old.text(QAccessible.Text.Description) == "1 document"
