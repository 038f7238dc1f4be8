"""The settings, built from their declarations: every field with its bounds and its help text."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, get_args

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.core.settings import INSTRUCTIONS_CHARACTERS, Settings
from app.ui.frame_state import bound
from app.ui.settings.editors import (
    AdaptersEditor,
    ChoiceEditor,
    Editor,
    FileEditor,
    KeyEditor,
    LineEditor,
    NumberEditor,
    SeedEditor,
    SwitchEditor,
    TextEditor,
)
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS
from app.ui.widgets.dialogs import choices
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row, scroll_down
from app.wording.i18n import _

_WIDTH, _HEIGHT = 640, 680
_FIELD_WIDTH = 220
_MOST = 2**31 - 1
_KEY = "remote.key"


class SettingsDialog(QDialog):
    """`saved` carries the new Settings; before it, `key_changed` the address of the remote engine and its new key."""

    saved = Signal(object)
    key_changed = Signal(str, str)

    def __init__(self, settings: Settings, parent: QWidget | None = None, *, key_kept: bool = False) -> None:
        """`key_kept`: whether there is a key for the remote engine."""
        super().__init__(parent)
        self._settings = settings
        self.key = KeyEditor(kept=key_kept)
        self._editors: dict[str, Editor] = {}
        self.setWindowTitle(_("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(bound(self, _WIDTH, _HEIGHT))
        names = _names()
        form = column(margins=(SPACE_XL, SPACE_S, SPACE_XL, SPACE_XL), spacing=SPACE_S)
        for title, note, fields in _sections():
            form.addSpacing(SPACE_L)
            form.addWidget(PlainLabel(title, role="heading"))
            if note:
                form.addWidget(PlainLabel(note, role="small", wraps=True))
            form.addSpacing(SPACE_XS)
            for path in fields:
                form.addWidget(self._key_row() if path == _KEY else self._row(path, names[path]))
        form.addStretch(1)
        self._lay_out(form)

    def accept(self) -> None:
        key, address = self.key.value(), str(self._editors["remote.address"].value())
        if key is not None and address:
            self.key_changed.emit(address, key)
        self.saved.emit(self.settings())
        super().accept()

    def settings(self) -> Settings:
        """What the fields say now."""
        settings: Settings = _assemble(self._settings, "", self._editors)
        return settings

    def editor(self, path: str) -> Editor:
        """The editor of a field such as `engine.threads`."""
        return self._editors[path]

    def _row(self, path: str, name: str) -> QWidget:
        field, value = _field(self._settings, path)
        editor = _make_editor(path, field, value)
        self._editors[path] = editor
        return _laid_out(name, _sentence_case(_(_description(field.type))), editor)

    def _key_row(self) -> QWidget:
        """It is no setting: it goes into the keyring."""
        return _laid_out(
            _("Key"),
            _("Stored in the system keyring, or encrypted in Octavo’s data; sent only to that server"),
            self.key,
        )

    def _lay_out(self, form: QVBoxLayout) -> None:
        cancel, save = choices(self, _("Save"))
        save.setDefault(True)
        buttons = row(STRETCH, cancel, save, margins=(SPACE_XL, SPACE_M) * 2, spacing=SPACE_S)
        column((scroll_down(boxed(form)), 1), Separator(), buttons, of=self)


def _laid_out(name: str, help_text: str, editor: Editor) -> QWidget:
    """A field with its name and its help on the left."""
    editor.setAccessibleName(name)
    editor.setAccessibleDescription(help_text)
    words = column(PlainLabel(name), PlainLabel(help_text, role="small", wraps=True), STRETCH)
    if isinstance(editor, TextEditor):
        return boxed(column(words, editor, margins=(0, SPACE_XS) * 2, spacing=SPACE_XS))
    editor.setFixedWidth(_FIELD_WIDTH)
    top = Qt.AlignmentFlag.AlignTop
    return boxed(row((words, 1), (editor, top), margins=(0, SPACE_XS) * 2, spacing=SPACE_XL))


def _make_editor(path: str, field: msgspec.structs.FieldInfo, value: Any) -> Editor:
    gguf = (_("Open a GGUF file"), _("Models in GGUF format (*.gguf)"))
    certificates = (_("Choose certificates"), _("Certificates in PEM format (*.pem *.crt *.cer)"))
    if path == "engine.model_path":
        return FileEditor(value, _("starter model"), *gguf)
    if path == "engine.projector_path":
        return FileEditor(value, _("in the same folder"), *gguf)
    if path == "remote.address":
        return LineEditor(value, _("none: this computer answers"))
    if path == "remote.model":
        return LineEditor(value, _("the only model there"))
    if path == "remote.ca_file":
        return FileEditor(value, _("same as system"), *certificates)
    if path == "engine.adapters":
        return AdaptersEditor(value)
    if path == "instructions":
        return TextEditor(value, INSTRUCTIONS_CHARACTERS)
    if path == "language":
        return ChoiceEditor((("", _("Same as system")), ("en", "English"), ("ja", "日本語")), value, str)
    kind, lowest, highest = _bounds(field.type)
    if kind is bool:
        return SwitchEditor(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        words = _choice_words()
        members = [(member.value, words.get(member.value, member.value)) for member in kind]
        if field.default is None:
            return ChoiceEditor(
                (("", _("Automatic")), *members), value or "", lambda text: kind(text) if text else None
            )
        return ChoiceEditor(tuple(members), value, kind)
    if kind is str:
        return LineEditor(value, field.default, empty=field.default)
    if field.default is None:
        return SeedEditor(value, int(highest))
    return NumberEditor(value, lowest, highest, whole=kind is int)


# ---- the declarations --------------------------------------------------------------------------------------------


def _sections() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return (
        (_("Window"), "", ("theme", "language", "text_percent")),
        (
            _("Model"),
            _("Takes effect when the model is loaded again."),
            tuple(f"engine.{field.name}" for field in msgspec.structs.fields(type(Settings().engine))),
        ),
        (
            _("Remote server"),
            _(
                "A server of your organisation (vLLM, SGLang, llama-server) can answer instead of this computer. It"
                " receives the full text of the books as soon as they are on the desk, the conversation and every"
                " question. Octavo does not know what the server stores. Takes effect when the model is loaded again."
            ),
            ("remote.address", "remote.enabled", "remote.model", _KEY, "remote.ca_file"),
        ),
        (_("Model hub"), _("Octavo connects to it only when you look up or download a model."), ("hub.endpoint",)),
        (
            _("Saved readings"),
            _("Books that the model has read are saved, encrypted, so it need not read them again."),
            ("readings_quota_gb",),
        ),
        (
            _("Answers"),
            "",
            (
                "instructions",
                "close_reading",
                "weigh_sentences",
                "suggest_questions",
                "max_answer_tokens",
                *(f"sampling.{field.name}" for field in msgspec.structs.fields(type(Settings().sampling))),
            ),
        ),
    )


def _names() -> dict[str, str]:
    return {
        "theme": _("Theme"),
        "language": _("Language"),
        "text_percent": _("Text size"),
        "engine.model_path": _("Model"),
        "engine.projector_path": _("Projector"),
        "engine.images": _("Images"),
        "engine.context_tokens": _("Context"),
        "engine.kv_type": _("KV cache"),
        "engine.threads": _("Threads"),
        "engine.ubatch_tokens": _("Batch size"),
        "engine.gpu_layers": _("Layers on the GPU"),
        "engine.expert_layers": _("Experts in main memory"),
        "engine.mapping": _("Weights"),
        "engine.adapters": _("LoRA adapters"),
        "hub.endpoint": _("Address"),
        "instructions": _("Instructions"),
        "close_reading": _("Point to relevant passages"),
        "weigh_sentences": _("Weigh sentences"),
        "suggest_questions": _("Suggest questions"),
        "remote.address": _("Address"),
        "remote.enabled": _("In use"),
        "remote.model": _("Model there"),
        "remote.ca_file": _("Certificates"),
        "readings_quota_gb": _("Disk space"),
        "max_answer_tokens": _("Maximum length of an answer"),
        "sampling.temperature": _("Temperature"),
        "sampling.top_k": _("Top-k"),
        "sampling.top_p": _("Top-p"),
        "sampling.min_p": _("Min-p"),
        "sampling.repeat_penalty": _("Repeat penalty"),
        "sampling.true_quotes": _("Only real quotations"),
        "sampling.lookup": _("Faster copying"),
        "sampling.seed": _("Seed"),
    }


def _choice_words() -> dict[str, str]:
    return {
        "system": _("Same as system"),
        "light": _("Light"),
        "dark": _("Dark"),
        "auto": _("Automatic"),
        "mapped": _("Mapped from the file"),
        "locked": _("Mapped and locked in memory"),
        "read": _("Copied to memory"),
        "direct": _("Copied without the disk cache"),
        "f16": _("f16, exact"),
        "q8_0": _("q8_0, half the size"),
        "q4_0": _("q4_0, a quarter"),
    }


def _field(settings: Settings, path: str) -> tuple[msgspec.structs.FieldInfo, Any]:
    owner: Any = settings
    *groups, name = path.split(".")
    for group in groups:
        owner = getattr(owner, group)
    field = next(field for field in msgspec.structs.fields(type(owner)) if field.name == name)
    return field, getattr(owner, name)


def _description(annotated: Any) -> str:
    return next((meta.description for meta in _metas(annotated) if meta.description), "")


def _sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]


def _metas(declared: Any) -> list[msgspec.Meta]:
    """Of a declared type, or of the types that a union of it is made of."""
    found = []
    for part in get_args(declared):
        found += [part] if isinstance(part, msgspec.Meta) else _metas(part)
    return found


def _bounds(annotated: Any) -> tuple[Any, float, float]:
    """The type under the annotation, its lowest and its highest value."""
    kind = annotated
    while get_args(kind):
        kind = get_args(kind)[0]
    lowest: float = -_MOST
    highest: float = _MOST
    for meta in _metas(annotated):
        lowest = meta.ge if meta.ge is not None else meta.gt + 0.01 if meta.gt is not None else lowest
        highest = meta.le if meta.le is not None else highest
    return kind, lowest, min(highest, _MOST) if kind is int else highest


def _assemble(group: Any, prefix: str, editors: dict[str, Editor]) -> Any:
    changes: dict[str, Any] = {}
    for field in msgspec.structs.fields(type(group)):
        path, value = prefix + field.name, getattr(group, field.name)
        if isinstance(value, msgspec.Struct):
            changes[field.name] = _assemble(value, f"{path}.", editors)
        elif path in editors:
            changes[field.name] = editors[path].value()
    return msgspec.structs.replace(group, **changes)
