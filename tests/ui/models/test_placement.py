"""The placement by hand: every choice the plan's or one's own, the plan beside it, and what is loaded then."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.errors import Code
from app.core.settings import KvType, Mapping
from app.engine.planner.placement import Reason
from app.services.models.plans import Hardware
from app.ui.models.placement_dialog import PlacementDialog
from app.ui.models.placement_rows import ChoiceRow, NumberRow
from app.wording.settings import meanings
from tests.models.projector import write_projector
from tests.said import explains, says
from tests.ui.focus import in_focus
from tests.ui.models.shop import H100, Shop

RTX = Hardware((24,), 128)


def _open(shop: Shop, hardware: Hardware = RTX) -> PlacementDialog:
    shop.open(hardware)
    shop.view(shop.scout).quiet_buttons[0].click()
    shop.room.settle()
    dialog = shop.dialog()
    assert isinstance(dialog, PlacementDialog)
    return dialog


def _number(dialog: PlacementDialog, name: str) -> NumberRow:
    row = dialog.rows[name]
    assert isinstance(row, NumberRow)
    return row


def _choice(dialog: PlacementDialog, name: str) -> ChoiceRow:
    row = dialog.rows[name]
    assert isinstance(row, ChoiceRow)
    return row


def _pick(dialog: PlacementDialog, name: str, value: str) -> None:
    actions = _choice(dialog, name).choice.menu_of_values.actions()
    next(action for action in actions if action.data() == value).trigger()


def test_at_first_all_is_automatic_and_shows_what_the_plan_chose(shop: Shop) -> None:
    dialog = _open(shop)
    assert [row.state.text() for row in dialog.rows.values()] == ["automatic"] * 7
    assert _number(dialog, "context").number == 131_072
    assert _number(dialog, "experts").number > 30
    assert _number(dialog, "gpu").number == 49
    assert _choice(dialog, "kv").choice.value() in ("f16", "q8_0")
    assert dialog.room.text() == "Room for 131,072 tokens, about 220 pages"
    assert dialog.speed.text().startswith("Writes about ")
    assert any(explains(words, Reason.EXPERTS_ON_CPU) for words in dialog.sentences())
    assert not dialog.automatic.isEnabled()


def test_every_change_makes_a_new_plan(shop: Shop, qtbot: QtBot) -> None:
    dialog = _open(shop)
    before = _number(dialog, "experts").number
    context = _number(dialog, "context")
    context.field.setFocus()
    context.field.selectAll()
    qtbot.keyClicks(context.field, "16384")
    qtbot.keyClick(context.field, Qt.Key.Key_Tab)
    shop.room.settle()
    assert context.state.text() == "manual"
    assert dialog.room.text() == "Room for 16,384 tokens, about 20 pages"
    assert _number(dialog, "experts").number < before
    assert any(explains(words, Reason.CONTEXT_REQUESTED, context_tokens=16_384) for words in dialog.sentences())
    experts = _number(dialog, "experts")
    experts.slider.setFocus()
    qtbot.keyClick(experts.slider, Qt.Key.Key_End)
    shop.room.settle()
    assert experts.number == 48
    assert any("48 of 48 layers" in words for words in dialog.sentences())
    qtbot.mouseClick(experts.reset, Qt.MouseButton.LeftButton)
    shop.room.settle()
    assert experts.number < 48
    assert experts.state.text() == "automatic"


def test_the_number_of_the_plan_can_be_kept(shop: Shop, qtbot: QtBot) -> None:
    dialog = _open(shop)
    experts = _number(dialog, "experts")
    before = experts.number
    experts.field.setFocus()
    qtbot.keyClick(experts.field, Qt.Key.Key_Return)
    shop.room.settle()
    assert (experts.by_hand, experts.number) == (True, before)
    assert dialog.isVisible()


def test_what_does_not_fit_cannot_be_loaded_and_says_what_would_help(shop: Shop, qtbot: QtBot) -> None:
    dialog = _open(shop)
    qtbot.keyClick(_number(dialog, "experts").slider, Qt.Key.Key_Home)
    qtbot.keyClick(_number(dialog, "gpu").slider, Qt.Key.Key_Home)
    qtbot.keyClick(_number(dialog, "gpu").slider, Qt.Key.Key_End)
    shop.room.settle()
    assert dialog.room.text().startswith("It does not fit: ")
    assert any(explains(words, Reason.MORE_MEMORY) for words in dialog.sentences())
    assert not dialog.load.isEnabled()
    assert dialog.load.toolTip() == "It does not fit with these settings."
    dialog.automatic.click()
    shop.room.settle()
    assert dialog.load.isEnabled()
    assert [row.by_hand for row in dialog.rows.values()] == [False] * 7


def test_loading_with_it_keeps_what_was_chosen_and_leaves_the_rest(shop: Shop) -> None:
    dialog = _open(shop)
    _number(dialog, "context").field.set_value(65_536)
    _number(dialog, "threads").field.set_value(3)
    _pick(dialog, "kv", "q8_0")
    shop.room.settle()
    dialog.load.click()
    shop.room.settle()
    assert shop.models.placement.dialog is None
    engine = shop.room.desk.settings.load().engine
    assert engine.model_path == str(shop.scout)
    assert (engine.context_tokens, engine.threads, engine.kv_type) == (65_536, 3, KvType.Q8_0)
    assert (engine.gpu_layers, engine.expert_layers) == (-1, -1)
    assert shop.room.engine.specs[-1].context_tokens == 65_536


def test_weights_on_the_disk_load_what_memory_does_not_hold(shop: Shop) -> None:
    dialog = _open(shop, Hardware((), 24))
    assert not dialog.load.isEnabled()
    (way,) = [button for words, button in dialog.ways.shown() if "with weights read from disk (mapped)" in words]
    way.click()
    shop.room.settle()
    assert _choice(dialog, "mapping").value == "mapped"
    assert not dialog.ways.shown()
    assert dialog.room.text().startswith("Room for 32,768 tokens")
    assert any(explains(words, Reason.READ_FROM_DISK) for words in dialog.sentences())
    assert any(explains(words, Reason.DISK_ASSUMED) for words in dialog.sentences())
    dialog.load.click()
    shop.room.settle()
    assert shop.room.desk.settings.load().engine.mapping is Mapping.MAPPED


def test_above_what_the_card_holds_a_way_back_is_chosen_with_one_click(shop: Shop) -> None:
    write_projector(shop.scout.with_name("mmproj-Scout.gguf"))
    dialog = _open(shop, H100)
    _number(dialog, "context").field.set_value(524_288)
    shop.room.settle()
    assert any(explains(words, Reason.EXPERTS_ON_CPU) for words in dialog.sentences())
    words, buttons = zip(*dialog.ways.shown(), strict=True)
    assert [text.partition(",")[0] for text in words] == [
        "With the KV cache in q4_0",
        "Without images",
        "With a context of 518",
    ]
    assert all("Writes about 220 tokens a second" in text for text in words)
    buttons[0].click()
    shop.room.settle()
    assert (_choice(dialog, "kv").value, _number(dialog, "context").value) == ("q4_0", 524_288)
    assert any(explains(words, Reason.ALL_ON_GPU) for words in dialog.sentences())
    assert not dialog.ways.shown()


def test_images_can_be_left_out(shop: Shop) -> None:
    write_projector(shop.scout.with_name("mmproj-Scout.gguf"))
    dialog = _open(shop, H100)
    before = _number(dialog, "context").number
    _pick(dialog, "images", "left_out")
    shop.room.settle()
    assert _number(dialog, "context").number > before
    dialog.load.click()
    shop.room.settle()
    assert shop.room.desk.settings.load().engine.images is False
    assert shop.room.engine.specs[-1].projector_path == ""


def test_what_was_chosen_before_is_shown_as_chosen(shop: Shop) -> None:
    settings = shop.room.desk.settings.load()
    engine = msgspec.structs.replace(
        settings.engine, model_path=str(shop.scout), context_tokens=65_536, expert_layers=44, kv_type=KvType.Q8_0
    )
    shop.room.desk.settings.save(msgspec.structs.replace(settings, engine=engine))
    dialog = _open(shop)
    chosen = {name for name, row in dialog.rows.items() if row.by_hand}
    assert chosen == {"context", "experts", "kv"}
    assert _number(dialog, "experts").number == 44
    assert dialog.automatic.isEnabled()


def test_without_a_gpu_there_is_nothing_to_choose_for_it(shop: Shop) -> None:
    dialog = _open(shop, Hardware((), 128))
    for name in ("experts", "gpu"):
        assert not _number(dialog, name).slider.isEnabled()
        assert _number(dialog, name).hint.text() == "no GPU: everything is in main memory"
    assert _number(dialog, "context").number == 32_768
    assert any(explains(words, Reason.CONTEXT_USUAL, context_tokens=32_768) for words in dialog.sentences())


def test_it_is_reached_from_the_chip_and_its_choices_have_names(shop: Shop, qtbot: QtBot) -> None:
    shop.room.add_conversation("A")
    shop.room.open()
    shop.models.imagine(RTX)
    chip = shop.room.window.talk.chip
    chip.open_menu()
    next(action for action in chip.menu.actions() if action.text() == "Advanced…").trigger()
    chip.menu.close()
    shop.room.settle()
    dialog = shop.dialog()
    assert isinstance(dialog, PlacementDialog)
    dialog.activateWindow()
    reached = set()
    for _step in range(20):
        focus = in_focus()
        reached.add((focus.accessibleName() or getattr(focus, "text", str)()).partition(":")[0])  # a choice: its value
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    paths = ("context_tokens", "kv_type", "ubatch_tokens", "expert_layers", "gpu_layers", "threads")
    wanted = {meanings()[f"engine.{path}"].title for path in paths}
    assert wanted | {"Apply and reload", "Cancel"} <= reached
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    shop.room.settle()
    assert shop.dialogs() == []


def test_a_file_that_is_no_model_has_nothing_to_place(shop: Shop) -> None:
    broken = shop.scout.with_name("broken.gguf")
    broken.write_bytes(b"nothing of the kind")
    shop.open()
    shop.models.placement.open(str(broken), "broken", shop.window)
    shop.room.settle()
    dialog = shop.dialog()
    assert isinstance(dialog, PlacementDialog)
    assert says(dialog.status.text(), Code.MODEL_NOT_GGUF, path="broken.gguf")
    assert not dialog.load.isVisible()
    dialog.reject()
