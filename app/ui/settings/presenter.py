"""The settings: shows them, saves each change at once, and offers what lets it take effect."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import msgspec
import shiboken6
from PySide6.QtCore import Signal, Slot

from app.core.errors import Problem
from app.core.machine.secret import Password
from app.core.settings import TEXT_PERCENTS, Settings, ThemeChoice
from app.engine.protocol import Room
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.presenter import Presenter
from app.ui.look.style import Appearance
from app.ui.settings.feature_row import ExplainedRows, FeatureRow
from app.ui.settings.passphrase_presenter import PassphrasePresenter
from app.wording.errors import sentence
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.ui.settings.dialog import Known, Pending, SettingsDialog

_RELOAD, _RESTART, _READINGS = "reload", "restart", "readings"
_PASSPHRASE, _NO_PASSPHRASE = "passphrase", "no passphrase"
_CPU = "CPU"
"""The device of a model that no card computes (`ModelInfo.device`)."""


_Found: TypeAlias = tuple[Settings, bool, ExplainedRows]


class Preferences(Presenter):
    reload_wanted = Signal()
    restart_wanted = Signal()
    readings_wanted = Signal()
    saved = Signal()

    def __init__(self, context: FrameContext, passphrase: PassphrasePresenter, appearance: Appearance) -> None:
        super().__init__(context.parent)
        self._store, self._models, self._passphrase = context.desk.settings, context.desk.models, passphrase
        self._bridge, self._icons = context.bridge, context.icons
        self._appearance = appearance
        self._window = context.window
        self._settings = Settings()
        self._in_effect = Settings()  # what the model was loaded with, and the language that is shown
        self._shown: SettingsDialog | None = None
        self._added: tuple[FeatureRow, ...] = ()
        context.window.talk.notice.acted.connect(self._act)
        passphrase.changed.connect(self._look_again)

    def use(self, added: Iterable[FeatureRow]) -> None:
        """Take the rows of features."""
        self._added = tuple(added)

    @property
    def dialog(self) -> SettingsDialog | None:
        """The dialog while it is open; else None."""
        return self._shown if self._shown is not None and shiboken6.isValid(self._shown) else None

    @property
    def settings(self) -> Settings:
        """The settings that are in force."""
        return self._settings

    def begin(self, settings: Settings) -> None:
        """Begin with the settings that are in force, and say what is wrong with the administrator's policy."""
        if (problem := self._store.policy.problem) is not None:
            self._on_problem(problem)
        self._settings = self._in_effect = settings
        self._appearance.choose(settings.theme)
        self._appearance.set_text(settings.text_percent)

    @Slot()
    def refresh(self) -> None:
        """Load the settings again, as the model was loaded. Others keep settings too: which model is used, and how it
        is placed."""
        self._call(self._store.load, self._take)

    @Slot(object)
    def _take(self, settings: Settings) -> None:
        self._settings = settings
        self._in_effect = msgspec.structs.replace(settings, language=self._in_effect.language)
        self._show_pending()

    @Slot()
    def toggle_theme(self) -> None:
        self.change("theme", ThemeChoice.LIGHT if self._appearance.dark else ThemeChoice.DARK)

    # ---- the dialog

    @Slot(int)
    def step_text(self, step: int) -> None:
        """Make the text of conversations so many steps larger, or smaller for less than 0; 0 gives it its usual
        size."""
        larger = bisect_left(TEXT_PERCENTS, self._settings.text_percent) + step
        self.set_text(TEXT_PERCENTS[max(0, min(len(TEXT_PERCENTS) - 1, larger))] if step else 100)

    @Slot(int)
    def set_text(self, percent: int) -> None:
        """Set the size of the text of conversations, in percent."""
        if percent != self._settings.text_percent:
            self.change("text_percent", percent)

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
        self._call(self._look, self._show)

    def _look(self) -> _Found:
        """Return the settings, whether there is a key for the server that they name, and what the rows of features
        say."""
        settings = self._store.load()
        explained = tuple((row, row.explain()) for row in self._added)
        return settings, self._models.remote.has_key(settings.remote.address), explained

    @Slot(object)
    def _show(self, found: _Found) -> None:
        self._settings, key_kept, explained = found

        from app.ui.settings.dialog import SettingsDialog  # when it is opened

        known = self._known(key_kept, explained)
        dialog = self._shown = SettingsDialog(self._icons, self._settings, known, self._window)
        dialog.changed.connect(self.change)
        dialog.key_changed.connect(self._keep_key)
        dialog.acted.connect(self._act)
        dialog.finished.connect(self._on_closed)
        self._show_pending()
        dialog.open()

    def _known(self, key_kept: bool, explained: ExplainedRows) -> Known:
        from app.ui.settings.dialog import Known

        loaded, policy = self._models.loaded(), self._store.policy
        known = Known(self._passphrase.origin, key_kept=key_kept, added=explained, policy=policy)
        if loaded is None or loaded.host:
            return known
        return replace(known, gpu=loaded.device != _CPU, experts=loaded.experts > 0)

    @Slot()
    def _on_closed(self) -> None:
        """Say in the window which changes still wait to take effect, once the last of them is saved."""
        self._shown = None
        self._call(self._store.load, self._tell_pending)

    @Slot(object)
    def _tell_pending(self, settings: Settings) -> None:
        self._settings = settings
        pending = self._pending()
        if pending is not None and self.dialog is None:
            notice = self._window.talk.notice
            notice.show_sentence(pending.words, failed=False, action=pending.action, key=pending.key)

    # ---- a change

    @Slot(str, object)
    def change(self, path: str, value: object) -> None:
        """Save a setting, such as engine.threads, and let it take effect if it can."""
        work = partial(self._store.change, path, value)
        self._call(work, self._saved, partial(self._refused, path))

    @Slot(str, str)
    def _keep_key(self, address: str, key: str) -> None:
        work = partial(self._models.remote.set_key, address, Password(key))
        self._do(work)

    @Slot(object)
    def _saved(self, settings: Settings) -> None:
        self._settings = settings
        self._appearance.choose(settings.theme)
        self._appearance.set_text(settings.text_percent)
        self.saved.emit()
        self._look_again()

    @Slot()
    def _look_again(self) -> None:
        self._call(self._look, self._show_again)

    @Slot(object)
    def _show_again(self, found: _Found) -> None:
        if self.dialog is not None:
            settings, key_kept, explained = found
            self.dialog.show_settings(settings, self._known(key_kept, explained))
            self._show_pending()

    def _refused(self, path: str, problem: Problem) -> None:
        if self.dialog is not None:
            self.dialog.show_problem(path, sentence(problem))
        else:
            self.failed.emit(sentence(problem))

    # ---- what a change waits for

    def _show_pending(self) -> None:
        if self.dialog is not None:
            self.dialog.show_pending(self._pending())

    def _pending(self) -> Pending | None:
        from app.ui.settings.dialog import Pending

        now, before = self._settings, self._in_effect
        host = self._models.remote.host(now.remote)
        if now.remote != before.remote and host:
            words = _(
                "After the model is loaded again, {host} answers and receives the full text of the documents and"
                " questions."
            ).format(host=host)
            return Pending(words, _("Load again"), _RELOAD)
        if (now.engine, now.remote) != (before.engine, before.remote):
            words = _("The model settings are saved. They take effect when the model is loaded again.")
            return Pending(words, _("Load again"), _RELOAD)
        if now.language != before.language:
            return Pending(_("The language changes when you restart Octavo."), _("Restart now"), _RESTART)
        return None

    @Slot(object)
    def use_room(self, room: Room) -> None:
        """Load the model again with this context."""
        engine = msgspec.structs.replace(
            self._settings.engine, context_tokens=room.context_tokens, kv_type=room.kv_type
        )
        settings = msgspec.structs.replace(self._settings, engine=engine)
        work = partial(self._store.save, settings)
        self._do(work, partial(self._room_saved, settings))

    def _room_saved(self, settings: Settings) -> None:
        self._settings = settings
        self.reload_wanted.emit()

    @Slot(str)
    def _act(self, key: str) -> None:
        if key == _RELOAD:
            self.reload_wanted.emit()
        elif key == _RESTART:
            if self.dialog is not None:
                self.dialog.accept()
            self._do(self._store.load, self._restart)
        elif key == _READINGS:
            self.readings_wanted.emit()
        elif key == _PASSPHRASE:
            self._passphrase.open()
        elif key == _NO_PASSPHRASE:
            self._passphrase.remove()
        for row in self._added:
            if row.key == key:
                if row.closes_settings and self.dialog is not None:
                    self.dialog.accept()
                row.run()

    @Slot()
    def _restart(self) -> None:
        self.restart_wanted.emit()
