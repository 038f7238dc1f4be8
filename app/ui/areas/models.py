"""The models' area: the model that is loaded, the window of models, the settings, and the desk's passphrase."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.ui.areas.area import WindowArea
from app.ui.areas.shelf import ShelfArea
from app.ui.areas.talk import TalkArea
from app.ui.frame.frame_context import FrameContext
from app.ui.look.style import Appearance
from app.ui.models.loading import ModelPresenter
from app.ui.settings.passphrase_presenter import PassphrasePresenter
from app.ui.settings.presenter import Preferences
from app.ui.shelf.saved_readings import ReadingsPresenter

if TYPE_CHECKING:
    from app.ui.models.presenter import ModelWindowPresenter


class ModelArea(WindowArea):
    def __init__(self, context: FrameContext, shelf: ShelfArea, talk: TalkArea, appearance: Appearance) -> None:
        super().__init__(context)
        window = context.window
        self.model = ModelPresenter(context, window.talk.chip, window.remote_mark)
        self.passphrase = PassphrasePresenter(context)
        self.preferences = Preferences(context, self.passphrase, appearance)
        self.readings = ReadingsPresenter(context)
        self._let_tell((self.model, self.passphrase, self.preferences, self.readings))
        self.passphrase.done.connect(window.say)
        self._connect_model(shelf, talk)
        self._connect_settings(talk)

    @cached_property
    def models(self) -> ModelWindowPresenter:
        """The window of models, made when it is opened first: few starts need it."""
        from app.ui.models.presenter import ModelWindowPresenter

        context = self._context
        made = ModelWindowPresenter(context, self.model)
        self._let_tell((made,))
        made.done.connect(self._window.say)
        context.events.engine_changed.connect(made.actions.look)
        return made

    @Slot()
    def open_models(self) -> None:
        self.models.open()

    @Slot()
    def place_model(self) -> None:
        self.models.place_loaded()

    def _connect_model(self, shelf: ShelfArea, talk: TalkArea) -> None:
        model, events, window = self.model, self._context.events, self._window
        events.engine_changed.connect(model.look)
        model.mended.connect(window.take_back)
        for loaded in (model.ready, model.revived):
            loaded.connect(talk.context.measure)
            loaded.connect(talk.attachments.measure)
            loaded.connect(shelf.shelf.count_tokens)
        model.ready.connect(talk.fitting.retry)
        model.ready.connect(self.preferences.refresh)
        model.revived.connect(talk.conversation.note_revived)
        model.failed.connect(talk.fitting.give_up)
        model.failed.connect(talk.attachments.measure)
        for changed in (model.ready, model.revived, model.failed, self.preferences.saved):
            changed.connect(model.look_where)
        shelf.matters.served.connect(model.load_again)
        for wanted in (talk.fitting.models_wanted, window.talk.chip.models_wanted, window.line.models_wanted):
            wanted.connect(self.open_models)
        window.talk.chip.placement_wanted.connect(self.place_model)

    def _connect_settings(self, talk: TalkArea) -> None:
        preferences, window, events = self.preferences, self._window, self._context.events
        preferences.saved.connect(events.tell_settings_changed)
        preferences.restart_wanted.connect(events.restart_wanted)
        preferences.reload_wanted.connect(self.model.load_again)
        preferences.readings_wanted.connect(self.readings.open_list)
        for chosen in (talk.asking.words.chosen, talk.image_consent.chosen):
            chosen.connect(preferences.change)
        talk.fitting.room_chosen.connect(preferences.use_room)
        talk.attachments.settings_wanted.connect(preferences.open_settings)
        window.shelf.settings_wanted.connect(preferences.open_settings)
        window.talk.text_stepped.connect(preferences.step_text)
        window.talk.text_sizes.chosen.connect(preferences.set_text)

    def begin(self) -> None:
        """Load the model."""
        self.model.look_where()
        self.model.start()
