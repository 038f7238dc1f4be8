"""Scenes of the window of models: on several machines, while one is fetched, its terms, and the placement by hand."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.core.chat_template import ChatTemplate, WorkedOut
from app.core.conversations.events import Fetching, Loading
from app.core.errors import Code, Parameter, Problem
from app.core.settings import KvType, ThemeChoice
from app.models.hub.catalogue import catalogue
from app.models.local import starter
from app.models.offers import Offer
from app.models.provenance import Record
from app.services.models import judgement
from app.services.models.chat_templates import FormatReport
from app.services.models.plans import Hardware
from app.store.judges import Judge, JudgedLanguage
from app.ui.kit.bridge import Executor
from app.ui.models.card import CardAction, CardGroup
from app.ui.models.placement_rows import NumberRow
from app.ui.models.window import ModelsWindow
from app.wording.chat_formats import format_sentences
from app.wording.i18n import use_language
from tests.models.headers import SCOUT as SCOUT_SHAPE
from tests.models.headers import write_header
from tests.models.projector import write_projector
from tests.tools.screens.stage import Stage
from tests.ui.fakes import SCOUT
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, pause, wait

H100 = Hardware((80,), 256)
SMALL = Hardware((12,), 64)
NO_GPU = Hardware((), 64)
_HOST = "huggingface.co"
_SCOUT = "unsloth/Llama-4-Scout-17B-16E-Instruct-GGUF"


def offer_of(repository: str, quantization: str) -> Offer:
    offers = catalogue().offers
    return next(each for each in offers if each.repository == repository and each.quantization == quantization)


def _furnish(stage: Stage) -> Path:
    """Scout lies in the models folder, and is loaded; the catalogue is the one that comes with Octavo."""
    folder = stage.desk.models.folder / "Scout-Q4_K_M"
    folder.mkdir(parents=True)
    path = write_header(folder / "Llama-4-Scout-17B-16E-Instruct-Q4_K_M.gguf", SCOUT_SHAPE, "Q4_K_M")
    write_projector(folder / "mmproj-F16.gguf")
    downloads = stage.fake.downloads
    downloads.catalogue = catalogue().offers
    downloads.licences = {licence.id: licence for licence in catalogue().licences}
    downloads.owned[str(path)] = Record("Llama 4 Scout", _SCOUT, "", "llama4", (), "", "Q4_K_M")
    _load(stage, str(path), 512_000)
    return path


def _load(stage: Stage, path: str, context_tokens: int) -> None:
    """Put a model in use."""
    stage.engine.info = msgspec.structs.replace(SCOUT, path=path, context_tokens=context_tokens)


def _load_starter(stage: Stage) -> None:
    found = starter()
    assert found is not None
    stage.engine.info = msgspec.structs.replace(
        SCOUT, name="Smollm2", path=found.path, context_tokens=8192, kv_type=KvType.F16, experts=0, vision=None
    )


def _open(
    stage: Stage,
    hardware: Hardware = H100,
    *,
    size: tuple[int, int] = (1180, 900),
    theme: ThemeChoice = ThemeChoice.LIGHT,
) -> ModelsWindow:
    path = _furnish(stage)
    if hardware is SMALL:
        _load(stage, str(path), 131_072)
    elif hardware is NO_GPU:
        _load_starter(stage)
    return _show(stage, hardware, size=size, theme=theme)


def _show(
    stage: Stage,
    hardware: Hardware = H100,
    *,
    size: tuple[int, int] = (1180, 900),
    theme: ThemeChoice = ThemeChoice.LIGHT,
) -> ModelsWindow:
    stage.open(theme=theme)
    stage.presenter.model_area.models.imagine(hardware)
    stage.presenter.model_area.models.open()
    window = stage.presenter.model_area.models.window
    assert window is not None
    window.resize(*size)
    stage.alone = window
    stage.settle()
    return window


def _fetch(stage: Stage, *, gate: Gate) -> Offer:
    """A download that has come this far and stands still."""
    offer = offer_of(_SCOUT, "UD-Q4_K_XL")
    parts = [msgspec.structs.replace(offer.files[0], size_bytes=n * 10**9) for n in (48, 12)]
    offer = msgspec.structs.replace(offer, files=tuple(parts), projector=None)
    stage.fake.downloads.accepted.add("llama4")
    stage.fake.downloads.fetches = [(Fetching(51_300_000_000, offer.size_bytes, 48 * 10**9, 214e6, _HOST, "a"), gate)]
    stage.presenter.model_area.models.fetching.start(offer)
    wait(gate.reached.is_set)
    pause(200)
    return offer


def models_h100(stage: Stage) -> None:
    _open(stage, size=(1180, 1500))
    _fetch(stage, gate=Gate())


def models_12_gb(stage: Stage) -> None:
    _open(stage, SMALL, size=(1180, 1700))


def models_cpu(stage: Stage) -> None:
    _open(stage, NO_GPU, size=(1180, 1500))


def _unfold(window: ModelsWindow) -> None:
    window.folds[CardGroup.MISFIT].click()
    pause(100)
    bar = window.scroller.verticalScrollBar()
    bar.setValue(bar.maximum())


def models_unfolded(stage: Stage) -> None:
    """The end of the list, with what does not fit."""
    _unfold(_open(stage, NO_GPU, size=(1024, 900)))


def models_unfolded_dark(stage: Stage) -> None:
    _unfold(_open(stage, SMALL, size=(1024, 700), theme=ThemeChoice.DARK))


def models_first(stage: Stage) -> None:
    """Only the starter is here: one model is recommended."""
    downloads = stage.fake.downloads
    downloads.catalogue = catalogue().offers
    downloads.licences = {licence.id: licence for licence in catalogue().licences}
    _load_starter(stage)
    _show(stage, SMALL, size=(1180, 760))


def models_misfit_order(stage: Stage) -> None:
    """Fetching what cannot run here says so once more."""
    window = _open(stage, NO_GPU)
    stage.fake.downloads.accepted.add("llama4")
    window.cards[offer_of(_SCOUT, "Q8_0").key].press(CardAction.FETCH)
    stage.settle()


def models_dark(stage: Stage) -> None:
    _open(stage, theme=ThemeChoice.DARK)
    _fetch(stage, gate=Gate())


def models_format(stage: Stage) -> None:
    """How conversations with a model are written, where its makers write them otherwise."""
    known = ChatTemplate("<|system|>", "<|user|>", "<|assistant|>", "<|user|>", "<|assistant|>")
    own = WorkedOut(
        ChatTemplate("<|system|>Today is 1 January 2026.\n", "<|user|>", "<|assistant|>", "<|user|>", "<|assistant|>"),
        added=("Today is 1 January 2026.",),
    )
    _open(stage, SMALL, size=(1024, 700))
    actions = stage.presenter.model_area.models.actions
    actions._format_found(actions.loaded_path, " ".join(format_sentences(FormatReport(known, own))))
    stage.settle()


def models_word_for_word(stage: Stage) -> None:
    """The loaded model failed the test of judges."""
    path = _furnish(stage)
    language = JudgedLanguage("en", 1.0, -1.0, 0.1, 0.6)
    stage.desk.asking.weighing.judges.keep(Judge(judgement.file_key(path, ()), judgement.VERSION, (language,)))
    _show(stage, size=(1024, 700))


def models_small(stage: Stage) -> None:
    _open(stage, SMALL, size=(1024, 700))


def models_200(stage: Stage) -> None:
    _open(stage, size=(900, 700))
    _fetch(stage, gate=Gate())


def models_large(stage: Stage) -> None:
    _open(stage, size=(2560, 1440))


def models_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        window = _open(stage, SMALL, size=(1024, 900))
        _fetch(stage, gate=Gate())
        window.import_button.setFocus()
    finally:
        use_language("en")


def models_planning(stage: Stage) -> None:
    """The plans are being made."""
    path = _furnish(stage)
    stage.open()
    stage.presenter.model_area.models.imagine(H100)
    stage.presenter.model_area.models.open()
    window = stage.presenter.model_area.models.window
    assert window is not None
    stage.alone = window
    wait(lambda: str(path) in window.cards)
    stage.hold(Executor.MODELS)
    window.resize(1180, 760)
    pause(100)


def models_only_starter(stage: Stage) -> None:
    """Show the models as on the first day, with an error of an import."""
    _load_starter(stage)
    window = _show(stage, NO_GPU, size=(1180, 760))
    stage.fake.downloads.imports = [(Problem(Code.MODEL_NOT_GGUF, {"path": "/media/stick/scout.gguf"}),)]
    window.files_given.emit([Path("/media/stick/scout.gguf")])
    stage.settle()


def models_unused_card(stage: Stage) -> None:
    """There is a card, and its driver is too old."""
    _open(stage, NO_GPU, size=(1180, 760))
    plans = stage.presenter.model_area.models.plans
    assert plans.seen is not None
    card = {"name": "NVIDIA A100-SXM4-80GB", "version": "470.256.02"}
    told = Problem(Code.CARD_DRIVER_OLD, {**card, "needed": 525, "package": "octavo-cuda12"})
    plans.seen = msgspec.structs.replace(plans.seen, unused_card=told)
    plans.make_again()
    stage.settle()


def models_failed(stage: Stage) -> None:
    """A download that stopped, one that needs a token, and a model that could not be loaded."""
    path = _furnish(stage)
    other = write_header(path.parent.parent / "scout-Q2_K.gguf", SCOUT_SHAPE, "Q2_K")
    (path.parent.parent / "broken.gguf").write_bytes(b"nothing of the kind")
    window = _show(stage, size=(1180, 1100))
    downloads = stage.fake.downloads
    downloads.accepted.add("llama4")
    scout, gated = offer_of(_SCOUT, "Q5_K_M"), offer_of(_SCOUT, "Q6_K")
    downloads.fetches = [
        (
            Fetching(21_000_000_000, scout.size_bytes, 0, 9e6, _HOST, "a"),
            Problem(Code.HUB_INTERRUPTED, {"host": _HOST}),
        ),
        (Problem(Code.HUB_GATED, {"repository": gated.repository}),),
    ]
    for offer in (scout, gated):
        stage.presenter.model_area.models.fetching.start(offer)
    memory: dict[str, Parameter] = {"path": str(other), "needed_bytes": 70 * 10**9, "free_bytes": 41 * 10**9}
    stage.engine.loads = [(Problem(Code.MODEL_OUT_OF_MEMORY, memory),)]
    window.cards[str(other)].press(CardAction.USE)
    stage.settle()


def models_loading(stage: Stage) -> None:
    path = _furnish(stage)
    other = write_header(path.parent.parent / "scout-Q2_K.gguf", SCOUT_SHAPE, "Q2_K")
    window = _show(stage, size=(1180, 760))
    gate = Gate()
    stage.engine.loads = [(Loading(0.42), gate)]
    window.cards[str(other)].press(CardAction.USE)
    wait(gate.reached.is_set)
    pause(200)


def models_fetching_line(stage: Stage) -> None:
    """The main window while a model is fetched."""
    _furnish(stage)
    stage.add_books()
    stage.add_conversation("Berths and cranes", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open()
    _fetch(stage, gate=Gate())


def models_licence(stage: Stage) -> None:
    window = _open(stage)
    window.cards[offer_of(_SCOUT, "Q5_K_M").key].press(CardAction.FETCH)
    stage.settle()


def models_licence_dark(stage: Stage) -> None:
    window = _open(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    window.cards[offer_of(_SCOUT, "Q5_K_M").key].press(CardAction.FETCH)
    stage.settle()


def models_order_too_large(stage: Stage) -> None:
    window = _open(stage)
    stage.fake.downloads.accepted.add("llama4")
    stage.fake.downloads.free_bytes = 21 * 10**9
    window.cards[offer_of(_SCOUT, "Q5_K_M").key].press(CardAction.FETCH)
    stage.settle()


def models_token(stage: Stage) -> None:
    window = _open(stage)
    stage.presenter.model_area.models.adding.ask_token(offer_of(_SCOUT, "Q6_K"), window)
    stage.settle()


def models_by_name(stage: Stage) -> None:
    window = _open(stage)
    found = tuple(each for each in catalogue().offers if each.repository == _SCOUT)
    stage.fake.downloads.listings[_SCOUT] = found
    window.name_button.click()
    stage.settle()
    dialog = stage.presenter.model_area.models.adding.dialog
    assert dialog is not None
    dialog.name.setText(_SCOUT)
    dialog.look_up.click()
    stage.settle()
    dialog.list.setCurrentRow(2)
    stage.settle()


def _placement(stage: Stage, hardware: Hardware = H100, **options: object) -> None:
    window = _open(stage, hardware, **options)  # type: ignore[arg-type]
    key = next(key for key in window.cards if "Q4_K_M.gguf" in key and key.startswith("/"))
    window.cards[key].press(CardAction.PLACE)
    stage.settle()


def _row(stage: Stage, name: str) -> NumberRow:
    dialog = stage.presenter.model_area.models.placement.dialog
    assert dialog is not None
    row = dialog.rows[name]
    assert isinstance(row, NumberRow)
    return row


def placement(stage: Stage) -> None:
    _placement(stage)


def placement_dark(stage: Stage) -> None:
    _placement(stage, SMALL, theme=ThemeChoice.DARK)
    _row(stage, "context").field.set_value(65_536)
    stage.settle()


def placement_short(stage: Stage) -> None:
    _placement(stage, size=(1024, 700))
    _row(stage, "context").field.set_value(2_097_152)
    stage.settle()
    _row(stage, "experts").field.set_value(0)
    stage.settle()
    _row(stage, "gpu").field.set_value(49)
    stage.settle()


def placement_above(stage: Stage) -> None:
    """A little more context than the card holds: the ways to stay on it."""
    _placement(stage)
    _row(stage, "context").field.set_value(524_288)
    stage.settle()


def placement_above_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _placement(stage, size=(1024, 700), theme=ThemeChoice.DARK)
        _row(stage, "context").field.set_value(524_288)
        stage.settle()
    finally:
        use_language("en")


def models_above(stage: Stage) -> None:
    """The loaded model has more context than the card holds."""
    path = _furnish(stage)
    _load(stage, str(path), 524_288)
    _show(stage)


def placement_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _placement(stage, SMALL, size=(1024, 700))
    finally:
        use_language("en")


def chip_menu(stage: Stage) -> None:
    """The models of this machine behind the chip."""
    path = _furnish(stage)
    write_header(path.parent.parent / "scout-Q2_K.gguf", SCOUT_SHAPE, "Q2_K")
    stage.add_conversation("")
    stage.engine.info = msgspec.structs.replace(stage.engine.info, kv_type=KvType.Q8_0)
    stage.open()
    stage.window.talk.chip.open_menu()
    pause(100)


MODEL_SCENES = (
    models_h100,
    models_12_gb,
    models_cpu,
    models_first,
    models_unfolded,
    models_unfolded_dark,
    models_misfit_order,
    models_dark,
    models_format,
    models_word_for_word,
    models_small,
    models_200,
    models_large,
    models_japanese,
    models_planning,
    models_only_starter,
    models_unused_card,
    models_failed,
    models_loading,
    models_fetching_line,
    models_licence,
    models_licence_dark,
    models_order_too_large,
    models_token,
    models_by_name,
    models_above,
    placement,
    placement_above,
    placement_above_japanese,
    placement_dark,
    placement_short,
    placement_japanese,
    chip_menu,
)
MODEL_SCALED = {"models-200": "2"}
