"""Makes the editor of a setting from its declared type and bounds, and from what it means."""

from __future__ import annotations

from typing import get_args

import msgspec

from app.core.settings import INSTRUCTIONS_CHARACTERS, Settings, value_of
from app.ui.look.theme import Theme
from app.ui.settings.editors import (
    AdaptersEditor,
    ChoiceEditor,
    Editor,
    FileEditor,
    LineEditor,
    NumberEditor,
    ServersEditor,
    SwitchEditor,
    TextEditor,
)
from app.wording.i18n import _
from app.wording.settings import Meaning

_MOST = 2**31 - 1


def make_editor(meaning: Meaning, settings: Settings, theme: Theme) -> Editor:
    path, value = meaning.path, value_of(settings, meaning.path)
    gguf = (_("Open a GGUF file"), _("Models in GGUF format (*.gguf)"))
    match path:
        case "engine.model_path" | "engine.projector_path":
            return FileEditor(value, meaning.hint, *gguf)
        case "remote.ca_file":
            title, kinds = _("Choose certificates"), _("Certificates in PEM format (*.pem *.crt *.cer)")
            return FileEditor(value, meaning.hint, title, kinds)
        case "engine.adapters":
            return AdaptersEditor(settings.engine.adapters)
        case "remote.others":
            return ServersEditor(settings.remote.others)
        case "instructions":
            return TextEditor(value, INSTRUCTIONS_CHARACTERS)
    if isinstance(value, bool):
        return SwitchEditor(theme, value)
    kind, lowest, highest = _declared(path)
    if kind in (int, float):
        names = [named for named, _words in meaning.named]
        least = lowest + 1 if lowest in names else lowest
        editor = NumberEditor(
            value,
            least if meaning.least is None else meaning.least,
            highest,
            whole=kind is int,
            unit=meaning.unit,
            named=meaning.named,
        )
        if value in names:
            editor.offer(meaning.custom)
        return editor
    if meaning.named:
        return ChoiceEditor(meaning.named, value)
    usual = str(value_of(Settings(), path))
    return LineEditor(value, meaning.hint or usual, empty=usual)


def _declared(path: str) -> tuple[object, float, float]:
    """Return the type under a setting's annotation, its lowest and its highest value."""
    group, _dot, name = path.rpartition(".")
    owner = value_of(Settings(), group) if group else Settings()
    assert isinstance(owner, msgspec.Struct)
    annotated = next(field.type for field in msgspec.structs.fields(type(owner)) if field.name == name)
    kind: object = annotated
    while get_args(kind):
        kind = get_args(kind)[0]
    lowest: float = -_MOST
    highest: float = _MOST
    for meta in _metas(annotated):
        lowest = meta.ge if meta.ge is not None else meta.gt + 0.01 if meta.gt is not None else lowest
        highest = meta.le if meta.le is not None else highest
    return kind, lowest, highest


def _metas(declared: object) -> list[msgspec.Meta]:
    """Return the limits (`Meta`) in the annotation of a declared type, or of the types of which it is a union."""
    found = []
    for part in get_args(declared):
        found += [part] if isinstance(part, msgspec.Meta) else _metas(part)
    return found
