"""One video whose frames a person chooses: looked through, shown as it is chosen from, and taken from in the end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.core.conversations.events import Opening
from app.core.errors import Problem
from app.features.videos.data import Video, evenly_spaced, frame_name, scene_changes
from app.features.videos.service import Videos
from app.features.videos.window.dialog import SelectionMethod, VideoDialog
from app.features.videos.window.strip import StripFrame
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Done, Failed, Job, is_ending
from app.ui.widgets.pictures import to_image
from app.ui.workspace import Workspace
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import count, counted

FRAMES_TO_BEGIN_WITH = 8
"""The number of frames to begin with: enough to see what happens in most videos, and less than a small context
holds."""

PREVIEW_DELAY_MS = 150
"""The time after the last change of the number before pictures are asked for."""

PREVIEWS_AT_ONCE = 4
"""The number of previews that are made at once, so that the first ones are seen while the others are still being
made."""

KEPT_PREVIEWS = 120
"""The number of previews that are kept: about 25 MB."""

LONGEST_NAME = 60
"""The most characters of a name within a sentence."""


class FrameChoice(QObject):
    """The choice, which lives as long as its dialog does. What is under way when the dialog is closed is cancelled."""

    taken = Signal(object)  # tuple[Image, ...]
    ended = Signal()  # the dialog is closed

    def __init__(self, workspace: Workspace, videos: Videos, dialog: VideoDialog, path: Path) -> None:
        super().__init__(workspace.parent)
        self._videos = videos
        self._bridge = workspace.bridge
        self._dialog = dialog
        self._path = path
        self._attachments = workspace.attachments
        self._shown = workspace.shown
        self._most = workspace.attachments.room  # so many frames can still be added
        self._video: Video | None = None
        self._tokens: int | None = None
        self._times: tuple[float, ...] = ()
        self._pictures: dict[float, QImage | None] = {}
        self._batch: tuple[float, ...] = ()
        self._preview: Job | None = None
        self._counting: Job | None = None
        self._preview_later = QTimer(self, singleShot=True, interval=PREVIEW_DELAY_MS)
        self._preview_later.timeout.connect(self._ask_previews)
        dialog.changed.connect(self._choose)
        dialog.add_wanted.connect(self._take)
        dialog.finished.connect(self._end)
        dialog.destroyed.connect(self._stop)
        self._trouble = ""
        self._is_taking = False
        self._has_ended = False
        self._show_opening(0, 0)
        self._work: Job | None = self._bridge.stream(Executor.IMAGES, partial(videos.open, path), self._on_opening)

    # ---- looking it through

    @Slot(object)
    def _on_opening(self, event: object) -> None:
        if self._has_ended:
            return
        match event:
            case Opening(done, total):
                self._show_opening(done, total)
            case Done(result=Video() as video):
                self._work = None
                self._show(video)
            case Failed(problem):
                self._work = None
                self._dialog.show_failure(self._word(problem))

    def _show_opening(self, done: int, total: int) -> None:
        words = _("Analysing the video…")
        if total:
            words = _("Analysing the video: {done} of {total}")
            words = words.format(done=clock_words(done), total=clock_words(total))
        self._dialog.show_opening(words, done / total if total else 0.0)

    def _show(self, video: Video) -> None:
        self._video = video
        most = min(self._most, len(video.moments)) if video.complete else self._most
        detail = f"{clock_words(video.duration_s)} · {video.width} × {video.height}"
        self._dialog.show_choice(detail, (video.width, video.height), most, min(most, FRAMES_TO_BEGIN_WITH))
        self._choose()
        self.measure()

    def _word(self, problem: Problem) -> str:
        """Return a problem as a sentence for the dialog, where the file is named without its folder, and a long name is
        cut."""
        name = self._path.name
        if len(name) > LONGEST_NAME:
            name = f"{name[: LONGEST_NAME // 2]}…{name[-LONGEST_NAME // 2 :]}"
        return sentence(replace(problem, params={**problem.params, "path": name}))

    # ---- choosing

    @Slot()
    def _choose(self) -> None:
        """Show what would be taken as it is chosen now; the pictures that are missing come later."""
        assert self._video is not None
        self._trouble = ""
        wanted = self._dialog.wanted
        pick = evenly_spaced if self._dialog.way is SelectionMethod.EVEN else scene_changes
        self._times = tuple(pick(self._video, wanted))
        if not set(self._batch) <= set(self._times):
            self._stop_preview()
        self._preview_later.start()
        self._draw()

    def _draw(self) -> None:
        self._draw_frames()
        self._draw_words()

    def _draw_frames(self) -> None:
        frames = [
            StripFrame(
                clock_words(time, self._times),
                self._pictures.get(time),
                missing=time in self._pictures and self._pictures[time] is None,
            )
            for time in self._times
        ]
        self._dialog.show_frames(frames)

    def _draw_words(self) -> None:
        frames = len(self._times)
        words, too_many = sum_words(frames, self._tokens, self._free_tokens())
        self._dialog.show_sum(words, too_many=too_many)
        blind = self._attachments.blindness()
        fewer = self._dialog.way is SelectionMethod.CHANGES and frames < self._dialog.wanted
        wrong = self._trouble or blind
        self._dialog.show_note(wrong or (changes_words(frames) if fewer else ""), warns=bool(wrong))

    # ---- what they take of the context

    @Slot()
    def measure(self) -> None:
        """Ask what a frame takes; the answer comes when the engine is not busy."""
        if self._video is None:
            return
        if self._counting is not None:
            self._counting.cancel()
        work = partial(self._videos.tokens, self._video)
        self._counting = self._bridge.call(Executor.ENGINE, work, self._take_tokens, self._on_uncounted)

    def _free_tokens(self) -> int | None:
        """Return how many tokens of the context are free beside what is on the desk and attached; None while nobody
        knows."""
        use = self._shown.use
        if use is None:
            return None
        return max(0, use.context_tokens - use.used_tokens - self._attachments.tokens)

    @Slot(object)
    def _take_tokens(self, tokens: int | None) -> None:
        self._tokens = tokens
        self._draw_words()

    @Slot(object)
    def _on_uncounted(self, problem: Problem) -> None:
        """Do nothing: the chip says what is wrong with the model."""

    # ---- small pictures

    @Slot()
    def _ask_previews(self) -> None:
        if self._preview is not None or self._is_taking:
            return
        missing = [time for time in self._times if time not in self._pictures]
        if not missing:
            return
        self._batch = tuple(missing[:PREVIEWS_AT_ONCE])
        work = partial(self._videos.previews, self._path, self._batch)
        self._preview = self._bridge.stream(Executor.IMAGES, work, partial(self._on_previews, self._batch))

    def _stop_preview(self) -> None:
        if self._preview is not None:
            self._preview.cancel()
        self._preview, self._batch = None, ()

    def _on_previews(self, batch: tuple[float, ...], event: object) -> None:
        if self._has_ended:
            return
        match event:
            case Done(result=tuple() as rasters):
                self._keep(dict(zip(batch, map(to_image, rasters), strict=True)))
            case Failed():
                self._keep(dict.fromkeys(batch))  # taking the frames will say why
        if is_ending(event) and batch is self._batch:
            self._preview, self._batch = None, ()
            self._ask_previews()

    def _keep(self, pictures: dict[float, QImage | None]) -> None:
        self._pictures |= pictures
        spare = [time for time in self._pictures if time not in self._times]
        for time in spare[: max(0, len(self._pictures) - KEPT_PREVIEWS)]:
            del self._pictures[time]
        self._draw_frames()

    # ---- taking them

    @Slot()
    def _take(self) -> None:
        if self._video is None or self._is_taking:
            return
        self._is_taking = True
        self._preview_later.stop()
        self._stop_preview()
        self._show_taking(0, len(self._times))
        work = partial(self._videos.take, self._path, self._video, self._times)
        self._work = self._bridge.stream(Executor.IMAGES, work, self._on_taking)

    @Slot(object)
    def _on_taking(self, event: object) -> None:
        if self._has_ended:
            return
        match event:
            case Opening(done, total):
                self._show_taking(done, total)
            case Done(result=tuple() as images):
                self._work = None
                self.taken.emit(images)
                self._dialog.finish()
            case Failed(problem):
                self._work = None
                self._is_taking = False
                self._dialog.show_taking("")
                self._trouble = self._word(problem)
                self._draw_words()
                self._preview_later.start()

    def _show_taking(self, done: int, total: int) -> None:
        words = _("Extracting frame {n} of {total}")
        self._dialog.show_taking(words.format(n=count(min(done + 1, total)), total=count(total)))

    # ---- the end

    @Slot()
    def _end(self) -> None:
        self._stop()
        self.ended.emit()
        self.deleteLater()

    @Slot()
    def _stop(self) -> None:
        """Cancel all work: a result that is still delivered finds no dialog. The video's process ends behind what was
        cancelled."""
        if self._has_ended:
            return
        self._has_ended = True
        self._preview_later.stop()
        for job in (self._work, self._preview, self._counting):
            if job is not None:
                job.cancel()
        self._bridge.call(Executor.IMAGES, self._videos.release, self._ignore, self._ignore)

    @Slot(object)
    def _ignore(self, nothing: object) -> None:
        """Do nothing more: the process is gone."""


def clock_words(time_s: float, times: Sequence[float] = ()) -> str:
    """Return a time as in the name of its frame: "1:23". `times` are the others, which it must differ from."""
    return frame_name("", time_s, times or (time_s,)).removeprefix(", ")


def sum_words(frames: int, tokens: int | None, free_tokens: int | None) -> tuple[str, bool]:
    """Say how many tokens so many frames of `tokens` each take, and return whether that is more than is free. None
    stands for what nobody knows."""
    words = counted(frames, _("1 frame"), _("{n} frames"))
    if tokens is None:
        return words, False
    taken = frames * tokens
    words = _("{frames}, {n} tokens").format(frames=words, n=count(taken))
    if free_tokens is None:
        return words, False
    if taken <= free_tokens:
        return _("{frames}; {n} are free").format(frames=words, n=count(free_tokens)), False
    if frames > 1 and tokens <= free_tokens:
        return _("{frames}; only {n} are free: choose fewer").format(frames=words, n=count(free_tokens)), True
    return _("{frames}; only {n} are free").format(frames=words, n=count(free_tokens)), True


def changes_words(frames: int) -> str:
    """Say that the picture changes less often than frames are wanted; the first frame is one in any case."""
    if frames == 1:
        return _("The picture does not change: 1 frame.")
    if frames == 2:
        return _("The picture changes once: 2 frames.")
    return _("The picture changes {n} times: {frames} frames.").format(n=count(frames - 1), frames=count(frames))
