"""The small parts: labels that cut, fields that keep to their bounds, notices that offer one thing to do."""

from __future__ import annotations

import ast
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from pytestqt.qtbot import QtBot

import app.ui
from app.ui.look.icons import Icons
from app.ui.look.theme import Theme
from app.ui.widgets.buttons import ChoiceButton
from app.ui.widgets.dialogs import Confirmation, LineDialog
from app.ui.widgets.labels import ElidedLabel, elide_title
from app.ui.widgets.notice import NoticeBar
from app.ui.widgets.number_field import NumberField
from tests.there import there
from tests.ui.controls import name_of


def test_a_label_that_was_cut_tells_the_whole_in_its_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("A <b>very</b> long title\nof a book")
    qtbot.addWidget(label)
    label.show()
    label.resize(1000, 20)
    assert label.toolTip() == ""
    label.resize(60, 20)
    assert label.toolTip() == "<span>A &lt;b&gt;very&lt;/b&gt; long title of a book</span>"
    assert label.minimumSizeHint().width() < 60


def test_a_label_with_a_tip_of_its_own_keeps_it_at_every_width(qtbot: QtBot) -> None:
    label = ElidedLabel("adapter.gguf", tip="/models/adapter.gguf")
    qtbot.addWidget(label)
    for width in (40, 400):
        label.resize(width, 20)
        assert "/models/adapter.gguf" in label.toolTip()


def test_a_title_is_cut_at_its_end_and_its_page_stays(qtbot: QtBot) -> None:
    metrics = QFontMetrics(QFont())
    title, rest = "Lease of the northern berth with its bollards", " · p. 12"
    wide = metrics.horizontalAdvance(title + rest)
    assert elide_title(title + rest, metrics, wide) == title + rest
    cut = elide_title(title + rest, metrics, wide // 2)
    assert cut.startswith("Lease of")
    assert cut.endswith(f"…{rest}")
    assert elide_title(title, metrics, wide // 2).endswith("…")
    narrow = metrics.horizontalAdvance(rest) + 4
    assert elide_title(title + rest, metrics, narrow).endswith("…"), "hardly anything of the title would be left"


def test_only_names_whose_end_matters_are_cut_in_the_middle() -> None:
    """Names of files and images differ at their ends; and a chip's page is at its end."""
    folder = Path(app.ui.__file__).parents[1]
    files = (file for file in folder.rglob("*.py") if "ElideMiddle" in file.read_text("utf-8"))
    cut = {file.relative_to(folder).as_posix() for file in files}
    assert cut == {
        "features/chronology/window/cells.py",
        "features/videos/window/dialog.py",
        "ui/adding/dialog.py",
        "ui/chat/messages/tiles.py",
        "ui/chat/writing/attachment_card.py",
        "ui/settings/editors.py",
    }


def test_a_number_is_brought_within_its_bounds(qtbot: QtBot) -> None:
    field = NumberField(4096, 0, 100_000)
    qtbot.addWidget(field)
    assert field.text() == "4,096"
    for typed, value in (("250,000", 100_000), ("-3", 0), ("words", 0), ("nan", 0), ("12", 12)):
        field.setText(typed)
        assert field.value() == value
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 13


def test_decimals_move_in_steps(qtbot: QtBot) -> None:
    field = NumberField(0.6, 0, 2, decimals=2, step=0.05)
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.changed) as changed:
        qtbot.keyClick(field, Qt.Key.Key_Down)
    assert changed.args == [0.55]
    assert field.text() == "0.55"


def test_a_choice_shows_words_and_gives_values(qtbot: QtBot) -> None:
    choice = ChoiceButton((("f16", "exact"), ("q8_0", "half")), "f16")
    qtbot.addWidget(choice)
    with qtbot.waitSignal(choice.chosen) as chosen:
        choice.menu_of_values.actions()[1].trigger()
    assert chosen.args == ["q8_0"]
    assert choice.value() == "q8_0"
    assert choice.text().startswith("half")


def test_the_arrow_keys_go_on_from_the_chosen_value(qtbot: QtBot) -> None:
    choice = ChoiceButton((("en", "English"), ("de", "Deutsch"), ("ja", "日本語")), "de")
    qtbot.addWidget(choice)
    choice.show()
    choice.click()
    qtbot.keyClick(choice.menu_of_values, Qt.Key.Key_Down)
    qtbot.keyClick(choice.menu_of_values, Qt.Key.Key_Return)
    assert choice.value() == "ja"


def test_a_notice_says_its_sentence_and_does_one_thing(qtbot: QtBot) -> None:
    notice = NoticeBar(Icons(Theme()))
    qtbot.addWidget(notice)
    assert notice.isHidden()
    notice.show_sentence("The settings are kept.", failed=False, action="Load again", key="reload")
    assert notice.text() == notice.accessibleName() == "The settings are kept."
    with qtbot.waitSignal(notice.acted) as acted:
        notice.action.click()
    assert acted.args == ["reload"]
    assert notice.isHidden()


def test_return_destroys_nothing(qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Escape):
        dialog = Confirmation("Delete?", "It is gone then.", "Delete", "key")
        dialog.open()
        assert name_of(there(dialog.focusWidget())) == "Cancel"
        with qtbot.assertNotEmitted(dialog.confirmed):
            qtbot.keyClick(dialog.focusWidget(), key)
        assert not dialog.isVisible()


def test_whoever_goes_to_the_button_means_it(qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        dialog = Confirmation("Delete?", "It is gone then.", "Delete", "key")
        dialog.open()
        qtbot.keyClick(dialog, Qt.Key.Key_Tab)
        assert dialog.focusWidget() is dialog.action
        with qtbot.waitSignal(dialog.confirmed) as confirmed:
            qtbot.keyClick(dialog.action, key)
        assert confirmed.args == ["key"]


def test_every_dialog_that_destroys_says_so() -> None:
    destroying = {"Delete", "Remove", "Discard"}
    calls = [
        (file.name, function, call)
        for file in Path(app.ui.__file__).parent.rglob("*.py")
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and {_said(argument) for argument in call.args} & destroying
    ]
    dialogs = [(name, function, call) for name, function, call in calls if len(call.args) > 2]
    assert len(dialogs) >= 6, "conversations, books, models, downloads, sheets, readings"
    for name, function, call in dialogs:
        # A confirmation destroys always, and the removal of a passphrase leaves everything as it is.
        is_decided = isinstance(call.func, ast.Name) and call.func.id in {"Confirmation", "PassphraseWords"}
        called = {each.func.attr for each in _calls(function) if isinstance(each.func, ast.Attribute)}
        assert is_decided or "cancel_by_return" in called, name


def _calls(function: ast.FunctionDef) -> list[ast.Call]:
    return [each for each in ast.walk(function) if isinstance(each, ast.Call)]


def _said(argument: ast.expr) -> str:
    match argument:
        case ast.Call(func=ast.Name("_"), args=[ast.Constant(str(words))]):
            return words
    return ""


def test_a_line_is_asked_for(qtbot: QtBot) -> None:
    dialog = LineDialog("Octavo", "The passphrase, please.", "Open", key="passphrase")
    dialog.open()
    qtbot.keyClicks(dialog.line, "  secret ")
    with qtbot.waitSignal(dialog.given) as given:
        qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert given.args == ["passphrase", "secret"]
