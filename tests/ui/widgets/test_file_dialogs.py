"""File dialogs leave no names behind: all are of one kind, which is Qt's own unless somebody wants the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QFileInfo, Qt
from PySide6.QtWidgets import QFileDialog, QToolButton
from pytestqt.qtbot import QtBot

import app.ui
from app.ui.widgets import file_dialogs
from app.ui.widgets.file_dialogs import FileDialog, use_system_dialogs
from tests.ui.matter_window import Window

_OWN = Qt.ApplicationAttribute.AA_DontUseNativeDialogs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = QCoreApplication.testAttribute(_OWN)
    yield
    QCoreApplication.setAttribute(_OWN, before)


def test_all_dialogs_are_of_one_kind() -> None:
    for file in Path(app.ui.__file__).parent.rglob("*.py"):
        made = {
            node.func.id
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert "QFileDialog" not in made or file.name == "file_dialogs.py", file.name


def test_they_are_qts_own_unless_a_person_wants_the_systems(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(file_dialogs, "_FLATPAK", tmp_path / ".flatpak-info")
    use_system_dialogs(False)
    assert QCoreApplication.testAttribute(_OWN)
    dialog = FileDialog(None, "Add documents", str(tmp_path))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.testOption(QFileDialog.Option.DontUseNativeDialog) or QCoreApplication.testAttribute(_OWN)
    assert dialog.sidebarUrls()[0].toLocalFile() == str(Path.home())
    use_system_dialogs(True)
    assert not QCoreApplication.testAttribute(_OWN)
    use_system_dialogs(False)
    (tmp_path / ".flatpak-info").touch()
    use_system_dialogs(False)
    assert not QCoreApplication.testAttribute(_OWN), "inside Flatpak no other one sees the person's files"


def test_the_setting_is_followed(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(tmp_path / "desk")
    assert QCoreApplication.testAttribute(_OWN)
    window.presenter.model_area.preferences.change("system_dialogs", True)
    window.settle()
    assert not QCoreApplication.testAttribute(_OWN)
    window.end()


def test_its_buttons_and_rows_have_the_windows_own_icons(qtbot: QtBot, tmp_path: Path) -> None:
    use_system_dialogs(False)
    dialog = FileDialog(None, "Add books", str(tmp_path))
    qtbot.addWidget(dialog)
    shown = {button.objectName(): button.icon() for button in dialog.findChildren(QToolButton)}
    assert shown.keys() == file_dialogs._BUTTONS.keys(), "Qt names its buttons so"
    drawn = [icon.pixmap(16, 16).toImage() for icon in shown.values()]
    file = tmp_path / "lease.pdf"
    file.touch()
    drawn += [dialog.iconProvider().icon(QFileInfo(str(path))).pixmap(16, 16).toImage() for path in (tmp_path, file)]
    for number, image in enumerate(drawn):
        inked = sum(image.pixelColor(x, y).alpha() > 127 for x in range(16) for y in range(16))
        assert 0 < inked < 128, "no square"
        assert image not in drawn[:number]
