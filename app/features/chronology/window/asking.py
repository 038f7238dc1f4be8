"""Has the model asked for what the rules missed, while nothing else wants the engine."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from app.core.conversations.events import Loading, Notice, Reading, Tokenizing
from app.features.chronology.asking import TimelineAsked, timeline_asking_of
from app.features.chronology.data import TimelineFinding
from app.features.chronology.window.panel import TimelinePanel
from app.features.chronology.words import asked_words
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.ui.kit.presenter import Presenter
from app.ui.widgets.dialogs import SmallDialog
from app.ui.workspace import Workspace
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import count, counted


class TimelineAskingPresenter(Presenter):
    """Asks in the window. A question of the person comes first and stops it; asked again, it goes on where it was.
    `changed` tells that more was found; `done` says what came of it."""

    changed = Signal()
    done = Signal(str)

    def __init__(self, workspace: Workspace, panel: TimelinePanel) -> None:
        super().__init__(workspace.parent)
        self._asking = timeline_asking_of(workspace.desk)
        self._bridge = workspace.bridge
        self._panel = panel
        self._activity = workspace.activity
        self._at = (0, 1)
        panel.ask_wanted.connect(self._offer)
        panel.stop_wanted.connect(self.stop)

    @Slot()
    def _offer(self) -> None:
        words = _(
            "The model reads each document once and lists what the rules missed. For many documents this takes hours."
            " You can stop at any time: what was found stays, and it goes on from there. Questions that you ask"
            " meanwhile come first."
        )
        dialog = SmallDialog(_("Ask the model"), words, _("Ask"), parent=self._panel.window())
        dialog.accepted.connect(self.begin)
        dialog.open()

    @Slot()
    def begin(self) -> None:
        if self._activity.may(EngineTask.SURVEY) not in (None, EngineTask.LOADING):
            self.failed.emit(
                _("Something else is being asked. Wait until it has finished, or stop it, then try again.")
            )
            return
        self._at = (0, 1)
        self._panel.show_running(_("Asking the model…"), 0.0)
        job = self._bridge.stream(Executor.ENGINE, self._asking.run, self._on_event)
        self._activity.begin(EngineTask.SURVEY, job.cancel)

    @Slot()
    def stop(self) -> None:
        self._activity.stop(EngineTask.SURVEY)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case TimelineFinding(done, total):
                self._at = (done, max(1, total))
                self._activity.note(EngineTask.SURVEY, None)
                self.changed.emit()
                self._show()
            case Loading() | Tokenizing() | Reading():
                self._activity.note(EngineTask.SURVEY, event)
                self._show()
            case Notice(problem):
                self.failed.emit(sentence(problem))
            case Done(result=TimelineAsked(added, dropped)):
                self._end()
                self.done.emit(asked_words(added, dropped))
            case Cancelled():
                self._end()
            case Failed(problem):
                self._end()
                self.failed.emit(sentence(problem))

    def _show(self) -> None:
        done, total = self._at
        words = counted(
            total,
            _("Asking the model: {done} of 1 question"),
            _("Asking the model: {done} of {n} questions"),
            done=count(done),
        )
        self._panel.show_running(words, done / total)

    def _end(self) -> None:
        self._activity.end(EngineTask.SURVEY)
        self._panel.show_running("", None)
        self.changed.emit()
