"""Finds out in whose words answers are written: by what a person chose, and by what the loaded model is worth."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot

from app.core.settings import AnswerWords
from app.engine.protocol import ModelInfo
from app.services.asking import verbatim
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.writing.composer import Composer
from app.ui.kit.activity import EngineTask
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext

_SETTING = "answer_words"


class WordsPresenter(Presenter):
    """Shows the switch in the composer where books are asked, of a model that can be held to their sentences."""

    chosen = Signal(str, object)  # the path of the setting, and its new value

    def __init__(self, context: WindowContext, conversation: ConversationPresenter, composer: Composer) -> None:
        super().__init__(context.parent)
        self._settings = context.desk.settings
        self._weighing = context.desk.asking.weighing
        self._bridge = context.bridge
        self._switch = composer.words
        self._activity = context.activity
        self._shown = context.shown
        self._wanted = False
        self._asked: ModelInfo | None = None  # the model that was asked for last
        self._known: ModelInfo | None = None  # the one that `_wanted` is about
        self._looks = 0
        self._weighs = False
        self._switch.chosen.connect(self._choose)
        conversation.shown.connect(self.show)
        self.note_engine()

    def is_verbatim(self) -> bool | None:
        """Return whether questions that are asked now are answered in the documents' words; None while that is not
        known of the loaded model."""
        return self._wanted if self._loaded() == self._known else None

    @Slot()
    def look(self) -> None:
        """Find out what is wanted: of the database and of the model's file, and so not in the window's thread."""
        self._looks += 1
        self._asked = self._loaded()
        found = partial(self._take, self._looks)
        self._call(self._find, found, self._ignore)

    def _find(self) -> tuple[ModelInfo | None, bool]:
        model = self._loaded()
        return model, verbatim.is_wanted(self._settings.load().answer_words, model, self._weighing.may_judge)

    def _take(self, look: int, found: tuple[ModelInfo | None, bool]) -> None:
        if look == self._looks:  # else it is asked once more
            self._known, self._wanted = found
            self.show()

    @Slot()
    def note_engine(self) -> None:
        """Look again after the engine has changed: another model may be loaded, or it may be known by now what one is
        worth."""
        weighed, self._weighs = self._weighs, self._activity.has(EngineTask.WEIGHING)
        if self._loaded() != self._asked or (weighed and not self._weighs):
            self.look()
            self.show()

    @Slot()
    def show(self) -> None:
        """Show the switch, or hide it."""
        conversation, model = self._shown.conversation, self._loaded()
        asks = conversation is not None and (bool(conversation.books) or conversation.scope is not None)
        offered = asks and model == self._known and verbatim.is_possible(model)
        self._switch.show_choice(self._wanted if offered else None)

    @Slot(bool)
    def _choose(self, in_documents: bool) -> None:
        self._wanted = in_documents  # at once: a question may follow
        self.chosen.emit(_SETTING, AnswerWords.DOCUMENTS if in_documents else AnswerWords.FREE)
        self.look()  # as it is kept then

    def _loaded(self) -> ModelInfo | None:
        return self._weighing.engine.model()
