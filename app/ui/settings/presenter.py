"""The settings: shows them, keeps them, and lets them take effect."""

from __future__ import annotations

from bisect import bisect_left
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.core.secret import Password
from app.core.settings import TEXT_PERCENTS, Settings, ThemeChoice
from app.engine.protocol import Room
from app.services.models import RemoteEngine
from app.store.settings import SettingsStore
from app.ui.bridge import Bridge, Executor
from app.ui.main_window import MainWindow
from app.ui.presenter import Presenter
from app.ui.style import Appearance
from app.wording.i18n import _

_RELOAD = "reload"


class Preferences(Presenter):
    reload_wanted = Signal()
    saved = Signal()

    def __init__(
        self,
        store: SettingsStore,
        remote: RemoteEngine,
        bridge: Bridge,
        appearance: Appearance,
        window: MainWindow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._remote = remote
        self._bridge = bridge
        self._appearance = appearance
        self._window = window
        self._settings = Settings()
        window.talk.notice.acted.connect(self._act)

    def begin(self, settings: Settings) -> None:
        """These are in force."""
        self._settings = settings
        self._appearance.choose(settings.theme)
        self._appearance.set_text(settings.text_percent)

    @Slot()
    def refresh(self) -> None:
        """Others keep settings too: which model is used, and how it is placed."""
        self._bridge.call(Executor.STORE, self._store.load, self._take, self._on_problem)

    @Slot(object)
    def _take(self, settings: Settings) -> None:
        self._settings = settings

    @Slot()
    def toggle_theme(self) -> None:
        choice = ThemeChoice.LIGHT if self._appearance.dark else ThemeChoice.DARK
        self.save(msgspec.structs.replace(self._settings, theme=choice))

    @Slot(int)
    def step_text(self, step: int) -> None:
        """The text of conversations so many steps larger or smaller; in its usual size with 0."""
        larger = bisect_left(TEXT_PERCENTS, self._settings.text_percent) + step
        self.set_text(TEXT_PERCENTS[max(0, min(len(TEXT_PERCENTS) - 1, larger))] if step else 100)

    @Slot(int)
    def set_text(self, percent: int) -> None:
        """The size of the text of conversations."""
        if percent != self._settings.text_percent:
            self.save(msgspec.structs.replace(self._settings, text_percent=percent))

    @Slot()
    def enlarge_text(self) -> None:
        self.step_text(1)

    @Slot()
    def reduce_text(self) -> None:
        self.step_text(-1)

    @Slot()
    def reset_text(self) -> None:
        self.step_text(0)

    @Slot()
    def open_settings(self) -> None:
        self._bridge.call(Executor.STORE, self._look, self._show, self._on_problem)

    def _look(self) -> tuple[Settings, bool]:
        """The settings, and whether there is a key for the remote engine that they name."""
        settings = self._store.load()
        return settings, self._remote.has_key(settings.remote.address)

    @Slot(object)
    def save(self, settings: Settings) -> None:
        work = partial(self._store.save, settings)
        self._bridge.call(Executor.STORE, work, partial(self._saved, settings), self._on_problem)

    @Slot(object)
    def _show(self, found: tuple[Settings, bool]) -> None:
        self._settings, key_kept = found

        from app.ui.settings.dialog import SettingsDialog  # when it is opened

        dialog = SettingsDialog(self._settings, self._window, key_kept=key_kept)
        dialog.key_changed.connect(self._keep_key)
        dialog.saved.connect(self.save)
        dialog.open()

    @Slot(str, str)
    def _keep_key(self, address: str, key: str) -> None:
        work = partial(self._remote.set_key, address, Password(key))
        self._bridge.call(Executor.STORE, work, self._ignore, self._on_problem)

    def _saved(self, settings: Settings, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        before, self._settings = self._settings, settings
        self._appearance.choose(settings.theme)
        self._appearance.set_text(settings.text_percent)
        notice = self._window.talk.notice
        self.saved.emit()
        host = self._remote.host(settings.remote)
        if settings.remote != before.remote and host:
            words = _(
                "After the model is loaded again, {host} answers and receives the full text of the books and questions."
            ).format(host=host)
            notice.show_sentence(words, failed=False, action=_("Load again"), key=_RELOAD)
        elif settings.engine != before.engine or settings.remote != before.remote:
            words = _("The model settings are saved. They take effect when the model is loaded again.")
            notice.show_sentence(words, failed=False, action=_("Load again"), key=_RELOAD)
        elif settings.language != before.language:
            notice.show_sentence(_("The language changes when you restart Octavo."), failed=False)

    @Slot(object)
    def use_room(self, room: Room) -> None:
        """Load the model again with this context."""
        engine = msgspec.structs.replace(
            self._settings.engine, context_tokens=room.context_tokens, kv_type=room.kv_type
        )
        settings = msgspec.structs.replace(self._settings, engine=engine)
        work = partial(self._store.save, settings)
        self._bridge.call(Executor.STORE, work, partial(self._room_saved, settings), self._on_problem)

    def _room_saved(self, settings: Settings, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self._settings = settings
        self.reload_wanted.emit()

    @Slot(str)
    def _act(self, key: str) -> None:
        if key == _RELOAD:
            self.reload_wanted.emit()
