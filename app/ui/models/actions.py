"""Carries out what a person does with a model on this computer: use, verify, look at, remove it, or show its folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from textwrap import shorten

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.core.conversations.events import Hashing
from app.core.errors import Problem
from app.core.work import Cancel, finish
from app.models.provenance import FileState, ModelVerdict
from app.services.models.models import Models
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.models.card import CardAction
from app.ui.models.cards import ModelStatus, ModelWork
from app.ui.models.loading import ModelPresenter
from app.ui.widgets.dialogs import Confirmation
from app.wording.chat_formats import format_sentences
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import counted, printable

_LONGEST_SENTENCE = 300
"""The most characters of a sentence on a card: a template may add pages of words."""


class ModelActions(Presenter):
    """The actions on a model of this computer. `moved` tells that a status has changed; `changed` that what is on this
    machine, what is loaded or what is known of it has."""

    moved = Signal()
    changed = Signal()

    def __init__(self, context: WindowContext, model: ModelPresenter) -> None:
        super().__init__(context.parent)
        self._carrying = context.desk.model_files.carrying
        self._models = context.desk.models
        self._bridge = context.bridge
        self._model = model
        self._work: dict[str, ModelWork] = {}
        self._jobs: dict[str, Job] = {}
        self._outcomes: dict[str, str] = {}
        self._problems: dict[str, str] = {}
        self._activity = context.activity
        self._drawn: tuple[float | None, str] = (None, "")  # of what is being loaded, or waits for that
        self._weighs = False
        model.beginning.connect(self._on_beginning)
        for loaded in (model.ready, model.revived, model.failed):
            loaded.connect(self.changed)

    @property
    def loaded_path(self) -> str:
        """The path of the model in use; empty while another is being loaded."""
        loaded = self._models.loaded()
        return loaded.path if loaded is not None and self._loading is None else ""

    @property
    def _loading(self) -> float | None:
        """The share, from 0 to 1, that is loaded of a model that a person chose; None if none is being loaded."""
        return self._activity.loading if self._activity.holder is EngineTask.LOADING else None

    @property
    def _waiting(self) -> str:
        """The words for what the model that a person chose is waiting for; empty if none waits."""
        first = self._activity.holder
        if first is None or first is EngineTask.LOADING or not self._activity.has(EngineTask.LOADING):
            return ""
        return self._activity.wait_words(first)

    @Slot()
    def look(self) -> None:
        """Look at what the engine does, at each change of it, and tell the cards if they show it."""
        now = (self._loading, self._waiting)
        if now != self._drawn:
            self._drawn = now
            self.moved.emit()
        weighed, self._weighs = self._weighs, self._activity.has(EngineTask.WEIGHING)
        if weighed and not self._weighs:  # it may be known by now what the model is worth
            self.changed.emit()

    def status(self, path: str) -> ModelStatus:
        is_chosen = path == self._model.loading_path
        is_loaded = path == self.loaded_path
        return ModelStatus(
            is_loaded,
            self._loading if is_chosen else None,
            self._work.get(path),
            self._outcomes.get(path, ""),
            self._problems.get(path, self._model.failure if is_chosen else ""),
            self._models.fit() if is_loaded else None,
            self._waiting if is_chosen else "",
        )

    def act(self, path: str, action: CardAction, title: str, over: QWidget) -> None:
        match action:
            case CardAction.USE:
                self._model.load(path)
            case CardAction.VERIFY:
                self._verify(path, title)
            case CardAction.FORMAT:
                self._look_at_format(path)
            case CardAction.CANCEL if path in self._jobs:
                self._jobs[path].cancel()
            case CardAction.REMOVE:
                self._ask_remove(path, title, over)
            case CardAction.SHOW:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).parent)))

    # ---- use

    @Slot()
    def _on_beginning(self) -> None:
        self._problems.clear()
        self.moved.emit()

    # ---- verify

    def _verify(self, path: str, title: str) -> None:
        if path in self._jobs:
            return
        self._work[path] = ModelWork(title)
        self._outcomes.pop(path, None)
        self._problems[path] = ""
        work = partial(self._carrying.verify, Path(path))
        self._jobs[path] = self._bridge.stream(Executor.COPYING, work, partial(self._on_verifying, path))
        self.moved.emit()

    def _on_verifying(self, path: str, event: object) -> None:
        match event:
            case Hashing():
                self._work[path] = ModelWork(self._work[path].name, event)
            case Done(result):
                self._outcomes[path], self._problems[path] = verdict_words(result)
            case Failed(problem):
                self._problems[path] = sentence(problem)
        if isinstance(event, Done | Failed | Cancelled):
            del self._work[path], self._jobs[path]
        self.moved.emit()

    # ---- how conversations are written

    def _look_at_format(self, path: str) -> None:
        """Look how conversations with a model are written. While an answer is being written, this waits for it."""
        self._outcomes[path] = _("Looking at the conversation format…")
        self._problems[path] = ""
        work = partial(format_words, self._models, Path(path))
        self._call(
            work, partial(self._format_found, path), partial(self._format_unknown, path), executor=Executor.ENGINE
        )
        self.moved.emit()

    def _format_found(self, path: str, words: str) -> None:
        self._outcomes[path] = words
        self.moved.emit()

    def _format_unknown(self, path: str, problem: Problem) -> None:
        self._outcomes[path], self._problems[path] = "", sentence(problem)
        self.moved.emit()

    # ---- remove

    def _ask_remove(self, path: str, title: str, over: QWidget) -> None:
        words = _("Its files are deleted from this computer. Documents, conversations and saved readings stay.")
        dialog = Confirmation(_("Remove {model}?").format(model=title), words, _("Remove"), path, over)
        dialog.confirmed.connect(self._remove)
        dialog.open()

    @Slot(str)
    def _remove(self, path: str) -> None:
        work = partial(self._carrying.remove, Path(path))
        self._do(work, self._removed, executor=Executor.COPYING)

    @Slot()
    def _removed(self) -> None:
        self.changed.emit()


def format_words(models: Models, path: Path) -> str:
    """Say how conversations with a model are written, as far as a card has room for it. Raises AppError."""
    report = finish(models.chat_format(path, Cancel()))
    return " ".join(shorten(sentence, _LONGEST_SENTENCE, placeholder="…") for sentence in format_sentences(report))


def verdict_words(verdict: ModelVerdict) -> tuple[str, str]:
    """Return in words what verifying a model found: the good news and the bad; one of them is empty."""
    bad = [(name, state) for name, state in verdict.files if state in (FileState.CHANGED, FileState.MISSING)]
    if bad:
        states = {FileState.CHANGED: _("{file} has changed"), FileState.MISSING: _("{file} is missing")}
        found = "; ".join(states[state].format(file=printable(name)) for name, state in bad)
        return "", _("{told}. Download or import the model again before you use it.").format(told=found)
    unknown = sum(state is FileState.UNKNOWN for _name, state in verdict.files)
    if unknown:
        return "", counted(
            unknown,
            _("1 of its files has no hash to compare with."),
            _("{n} of its files have no hash to compare with."),
        )
    return _("Verified ✓ no file has changed"), ""
