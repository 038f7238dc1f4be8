"""Scenes of the settings: each section, what is found, and what waits for a new load or a restart."""

from __future__ import annotations

import msgspec

from app.core.settings import Adapter, EngineSettings, RemoteSettings, Settings, ThemeChoice
from app.ui.settings.dialog import SettingsDialog
from app.ui.settings.passphrase import PassphraseDialog, PassphraseStep
from app.wording.i18n import use_language
from app.wording.settings import SectionKind
from tests.tools.screens.stage import Stage
from tests.ui.fakes import SCOUT
from tests.ui.room import LEASE, LETTERS, pause

_WIDE = (920, 680)
_ADAPTERS = (Adapter("/home/me/models/contract-style-lora-r16-epoch3.gguf", 0.75), Adapter("/home/me/terms.gguf"))


def _open(
    stage: Stage,
    kind: SectionKind,
    *,
    size: tuple[int, int] = (1440, 900),
    theme: ThemeChoice = ThemeChoice.LIGHT,
    kept: Settings | None = None,
) -> SettingsDialog:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.desk.settings.save(msgspec.structs.replace(kept or Settings(), theme=theme))
    stage.open(theme=theme, size=size)
    stage.presenter.model_area.preferences.open_settings()
    stage.settle()
    dialog = stage.presenter.model_area.preferences.dialog
    assert dialog is not None
    dialog.resize(*_WIDE)
    dialog.show_section(kind)
    stage.settle()
    return dialog


def settings(stage: Stage) -> None:
    _open(stage, SectionKind.ANSWERS)


def settings_dark(stage: Stage) -> None:
    _open(stage, SectionKind.ANSWERS, theme=ThemeChoice.DARK)


def settings_small(stage: Stage) -> None:
    _open(stage, SectionKind.ANSWERS, size=(1024, 700))


def settings_200(stage: Stage) -> None:
    _open(stage, SectionKind.GENERAL, size=(1024, 700))


def settings_large(stage: Stage) -> None:
    _open(stage, SectionKind.GENERAL, size=(2560, 1440))


def settings_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _open(stage, SectionKind.ANSWERS, size=(1024, 700))
    finally:
        use_language("en")


def settings_japanese_advanced(stage: Stage) -> None:
    use_language("ja")
    try:
        _open(stage, SectionKind.ADVANCED, theme=ThemeChoice.DARK)
    finally:
        use_language("en")


def settings_model(stage: Stage) -> None:
    """The context was changed: the model has to be loaded again."""
    dialog = _open(stage, SectionKind.MODEL)
    dialog.editor("engine.context_tokens").set_value(65_536)
    stage.presenter.model_area.preferences.change("engine.context_tokens", 65_536)
    stage.settle()


def settings_restart(stage: Stage) -> None:
    _open(stage, SectionKind.GENERAL)
    stage.presenter.model_area.preferences.change("language", "ja")
    stage.settle()


def settings_documents(stage: Stage) -> None:
    _open(stage, SectionKind.DOCUMENTS)


def settings_downloads(stage: Stage) -> None:
    """An address that is none."""
    dialog = _open(stage, SectionKind.DOWNLOADS)
    dialog.editor("hub.endpoint").set_value("mirror.example.org")
    stage.presenter.model_area.preferences.change("hub.endpoint", "mirror.example.org")
    stage.settle()


def settings_no_server(stage: Stage) -> None:
    _open(stage, SectionKind.SERVER)


def settings_server(stage: Stage) -> None:
    kept = Settings(remote=RemoteSettings("https://models.example.org"))
    _open(stage, SectionKind.SERVER, kept=kept)


def settings_server_dark(stage: Stage) -> None:
    kept = Settings(remote=RemoteSettings("https://models.example.org"))
    _open(stage, SectionKind.SERVER, kept=kept, theme=ThemeChoice.DARK)


def settings_advanced(stage: Stage) -> None:
    """Show the advanced settings of a machine with a graphics card."""
    _open(stage, SectionKind.ADVANCED)


def settings_advanced_cpu(stage: Stage) -> None:
    """Without a card nothing is said of one."""
    stage.engine.info = msgspec.structs.replace(SCOUT, device="CPU")
    _open(stage, SectionKind.ADVANCED, kept=Settings(engine=EngineSettings(adapters=_ADAPTERS)))


def _find(stage: Stage, words: str, theme: ThemeChoice = ThemeChoice.LIGHT) -> None:
    dialog = _open(stage, SectionKind.GENERAL, theme=theme)
    dialog.search.setText(words)
    dialog.search.setFocus()
    stage.settle()


def settings_found(stage: Stage) -> None:
    _find(stage, "memory")


def settings_nothing_found(stage: Stage) -> None:
    _find(stage, "printer", ThemeChoice.DARK)


def settings_privacy(stage: Stage) -> None:
    _open(stage, SectionKind.PRIVACY)


def _passphrase(stage: Stage, words: str, again: str = "", theme: ThemeChoice = ThemeChoice.LIGHT) -> PassphraseDialog:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(theme=theme, size=(1024, 700))
    stage.presenter.model_area.passphrase.open()
    dialog = stage.presenter.model_area.passphrase.dialog
    assert dialog is not None
    dialog.chosen.new.line.setText(words)
    dialog.chosen.again.line.setText(again)
    stage.settle()
    return dialog


def passphrase(stage: Stage) -> None:
    _passphrase(stage, "")


def passphrase_weak(stage: Stage) -> None:
    """Weak, and typed in another way the second time."""
    _passphrase(stage, "harbour", "harbor", ThemeChoice.DARK)


def passphrase_strong(stage: Stage) -> None:
    dialog = _passphrase(stage, "lantern quay otter violet", "lantern quay otter violet")
    dialog.reveal.click()


def passphrase_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _passphrase(stage, "lantern quay", "lantern quay")
    finally:
        use_language("en")


def passphrase_change(stage: Stage) -> None:
    stage.add_conversation("")
    stage.open(size=(1024, 700))
    PassphraseDialog(PassphraseStep.CHANGE, stage.window).open()
    pause(100)


def passphrase_remove(stage: Stage) -> None:
    stage.add_conversation("")
    stage.open(size=(1024, 700), theme=ThemeChoice.DARK)
    PassphraseDialog(PassphraseStep.REMOVE, stage.window).open()
    pause(100)


SETTINGS_SCENES = (
    settings,
    settings_dark,
    settings_small,
    settings_200,
    settings_large,
    settings_japanese,
    settings_japanese_advanced,
    settings_model,
    settings_restart,
    settings_documents,
    settings_downloads,
    settings_no_server,
    settings_server,
    settings_server_dark,
    settings_advanced,
    settings_advanced_cpu,
    settings_found,
    settings_nothing_found,
    settings_privacy,
    passphrase,
    passphrase_weak,
    passphrase_strong,
    passphrase_japanese,
    passphrase_change,
    passphrase_remove,
)
SETTINGS_SCALED = {"settings-200": "2"}
