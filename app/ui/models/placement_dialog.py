"""The placement of a model by hand: each choice is the plan's or one's own, and what comes of them is shown beside
them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from app.core.settings import KvType, Mapping
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from app.ui.models.fit import DeviceFit, FitView
from app.ui.models.placement_rows import ChoiceRow, NumberRange, NumberRow, PlacementRow
from app.ui.models.placement_ways import WaysView
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, Separator, set_role
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row, scroll_down
from app.wording.i18n import _
from app.wording.settings import Meaning, meanings
from app.wording.units import count

Choices: TypeAlias = tuple[tuple[str, str], ...]

_WIDTH, _HEIGHT = 940, 640
_AROUND = 48
_FIELDS_WIDTH = 376
_STEP = 1024
_BESIDE_BAR = (0, 0, SPACE_M, 0)
IMAGES_SEEN, IMAGES_LEFT_OUT = "seen", "left_out"
_SETTINGS = {
    "context": "engine.context_tokens",
    "kv": "engine.kv_type",
    "slice": "engine.ubatch_tokens",
    "mapping": "engine.mapping",
    "images": "engine.images",
    "experts": "engine.expert_layers",
    "gpu": "engine.gpu_layers",
    "threads": "engine.threads",
}
SLICES = (64, 128, 256, 512, 1024, 2048, 4096)


@dataclass(frozen=True)
class Bounds:
    """The limits of what can be chosen for a model on a machine: `layers` and `mixtures` count the model's layers and
    those with experts. `sees` tells that there is a projector for it."""

    context_trained: int
    layers: int
    mixtures: int
    has_gpu: bool
    threads: int
    sees: bool = False


@dataclass(frozen=True)
class Chosen:
    """The value that a placement has for each choice in the dialog."""

    context_tokens: int
    kv_type: KvType
    slice_tokens: int
    gpu_layers: int
    expert_layers: int
    threads: int
    mapping: Mapping


class PlacementDialog(QDialog):
    """The dialog itself. `changed` asks for another plan; `load_wanted` asks to load with this one; `way_chosen`
    carries the index of what could be chosen instead. The dialog is deleted when it is closed."""

    changed = Signal()
    load_wanted = Signal()
    way_chosen = Signal(int)

    def __init__(self, icons: Icons, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setWindowTitle(_("Advanced model settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.heading = ElidedLabel(title, role="heading")
        self.machine = ElidedLabel(role="small")
        self.rows: dict[str, PlacementRow] = {}
        self._fields = column(margins=_BESIDE_BAR, spacing=SPACE_M)
        self.status = PlainLabel(_("Calculating the memory…"), role="soft", wraps=True)
        self.fit = FitView(icons.theme)
        self.room = PlainLabel(role="title", wraps=True)
        self.speed = PlainLabel(wraps=True)
        self.ways = WaysView()
        self.ways.chosen.connect(self.way_chosen)
        self._sentences: list[PlainLabel] = []
        self._reasons = column(spacing=SPACE_S)
        self.automatic = TextButton(_("Reset to automatic"), role="quiet")
        self.cancel = TextButton(_("Cancel"))
        self.load = TextButton(_("Apply and reload"), role="primary")
        self.load.setEnabled(False)
        self.automatic.setEnabled(False)
        self._build()
        self.automatic.clicked.connect(self._make_automatic)
        self.cancel.clicked.connect(self.reject)
        self.load.clicked.connect(self.load_wanted)

    # ---- the choices

    def show_choices(self, bounds: Bounds, machine: str) -> None:
        """Show the choices, once the model and the machine are known."""
        self.machine.setText(machine)
        self.rows = _make_rows(self._icons, bounds)
        pair = row(spacing=SPACE_L)
        for name, choice in self.rows.items():
            choice.changed.connect(self._on_changed)
            if name in ("kv", "slice"):
                pair.addWidget(choice, 1)
            else:
                self._fields.addWidget(choice)
        self._fields.insertLayout(1, pair)
        self._fields.addStretch(1)
        first = self.rows["context"]
        assert isinstance(first, NumberRow)
        first.slider.setFocus()

    def value(self, name: str) -> int | str | None:
        """Return the value of a choice that was made by hand; None for one that is the plan's, or is not there."""
        choice = self.rows.get(name)
        return choice.value if isinstance(choice, NumberRow | ChoiceRow) else None

    def set_by_hand(self, values: dict[str, int | str]) -> None:
        """Set the values that were chosen before."""
        for name, value in values.items():
            self._show(name, value)
            if name in self.rows:
                self.rows[name].set_by_hand(True)
        self._enable()

    # ---- what comes of them

    def show_plan(
        self,
        chosen: Chosen | None,
        devices: tuple[DeviceFit, ...],
        room: str,
        speed: str,
        reasons: Sequence[str],
        ways: Sequence[str] = (),
    ) -> None:
        """Show what comes of the choices. `chosen` is None if the model does not fit; `room` then says by how much.
        `ways` are what could be chosen instead."""
        self.status.hide()
        if chosen is not None:
            values: dict[str, int | str] = {
                "context": chosen.context_tokens,
                "kv": chosen.kv_type.value,
                "slice": str(chosen.slice_tokens),
                "gpu": chosen.gpu_layers,
                "experts": chosen.expert_layers,
                "threads": chosen.threads,
                "mapping": chosen.mapping.value,
            }
            for name, value in values.items():
                if name in self.rows and not self.rows[name].by_hand:
                    self._show(name, value)
        self.fit.show_fit(devices)
        set_role(self.room, "title" if chosen is not None else "failure")
        self.room.setText(room)
        self.speed.setText(speed)
        self.speed.setVisible(bool(speed))
        self.ways.show_ways(ways)
        while len(self._sentences) < len(reasons):
            label = PlainLabel(role="soft", wraps=True)
            self._sentences.append(label)
            self._reasons.addWidget(label)
        for number, label in enumerate(self._sentences):
            label.setVisible(number < len(reasons))
            label.setText(reasons[number] if number < len(reasons) else "")
        self.load.setEnabled(chosen is not None)
        self.load.setToolTip("" if chosen is not None else _("It does not fit with these settings."))

    def show_problem(self, sentence: str) -> None:
        """Show why there is nothing to place."""
        set_role(self.status, "failure")
        self.status.setText(sentence)
        self.cancel.setText(_("Close"))
        self.load.hide()
        self.automatic.hide()

    def sentences(self) -> list[str]:
        return [label.text() for label in self._sentences if not label.isHidden()]

    @Slot()
    def _make_automatic(self) -> None:
        for choice in self.rows.values():
            choice.set_by_hand(False)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._enable()
        self.changed.emit()

    def _enable(self) -> None:
        self.automatic.setEnabled(any(choice.by_hand for choice in self.rows.values()))

    def _show(self, name: str, value: int | str) -> None:
        choice = self.rows.get(name)
        if isinstance(choice, NumberRow):
            choice.show_value(int(value))
        elif isinstance(choice, ChoiceRow):
            choice.show_value(str(value))

    # ---- how it is built

    def _build(self) -> None:
        left = scroll_down(boxed(self._fields), _("Settings"))
        left.setFixedWidth(_FIELDS_WIDTH)
        plan = column(
            *(self.status, self.fit, self.room, self.speed, self.ways, SPACE_S, self._reasons, STRETCH),
            margins=_BESIDE_BAR,
            spacing=SPACE_S,
        )
        self.fit.hide()
        self.speed.hide()
        between = Separator(Qt.Orientation.Vertical)
        column(
            self.heading,
            self.machine,
            SPACE_L,
            (row(left, between, (scroll_down(boxed(plan), _("Memory")), 1), spacing=SPACE_XL), 1),
            SPACE_L,
            row(self.automatic, STRETCH, self.cancel, self.load, spacing=SPACE_S),
            of=self,
            margins=DIALOG,
        )
        around = self.parentWidget()
        room = around.size() if around is not None else self.size()
        self.resize(min(_WIDTH, room.width() - _AROUND), min(_HEIGHT, room.height() - _AROUND))


def _make_rows(icons: Icons, bounds: Bounds) -> dict[str, PlacementRow]:
    """Make the rows of the choices, in the words of the settings, which keep what is chosen here."""
    said = {name: meanings()[path] for name, path in _SETTINGS.items()}
    rows: dict[str, PlacementRow] = {}

    def number(name: str, lowest: int, highest: int, hint: str) -> None:
        rows[name] = NumberRow(icons, said[name].title, hint, NumberRange(lowest, highest))

    def choice(name: str, choices: Choices, hint: str = "") -> None:
        rows[name] = ChoiceRow(icons, said[name].title, hint or said[name].help, choices)

    trained = bounds.context_trained
    space = said["context"].title
    tokens = NumberRange(_STEP, trained, steps=_STEP, growing=True)
    rows["context"] = NumberRow(icons, space, _("in tokens"), tokens)
    choice("kv", _choices(said["kv"]))
    choice("slice", _slice_words())
    mapped = next(words for value, words in said["mapping"].named if value is Mapping.MAPPED)
    hint = _("“{mapped}” is for a model that is larger than memory; it is slow, even with a fast SSD")
    choice("mapping", _choices(said["mapping"]), hint.format(mapped=mapped))
    if bounds.sees:
        choice("images", ((IMAGES_SEEN, _("On")), (IMAGES_LEFT_OUT, _("Off"))))
    on_gpu = "" if bounds.has_gpu else _("no GPU: everything is in main memory")
    if bounds.mixtures:
        number("experts", 0, bounds.layers if bounds.has_gpu else 0, on_gpu or said["experts"].help)
    hint = _("of {n}; the output counts as one").format(n=count(bounds.layers + 1))
    number("gpu", 0, bounds.layers + 1 if bounds.has_gpu else 0, on_gpu or hint)
    number("threads", 1, max(2, 2 * bounds.threads), said["threads"].help)
    return rows


def _choices(meaning: Meaning) -> Choices:
    """Return the values that have names, except “Automatic”: each row has a button for that."""
    return tuple(
        (value.value, words)
        for value, words in meaning.named
        if isinstance(value, KvType | Mapping) and value is not Mapping.AUTO
    )


def _slice_words() -> Choices:
    return tuple((str(tokens), _("{n} tokens").format(n=count(tokens))) for tokens in SLICES)
