"""The folders that were added: which books are from which, on the shelf; and what is new in those that are watched."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot

from app.core.conversations.sources import Shelved, SourceCounts
from app.services.library.folder_adding import News
from app.ui.adding.presenter import FolderImport
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Done, Failed
from app.ui.kit.presenter import Presenter
from app.ui.shelf.rows import group_key
from app.ui.widgets.notice import NoticeAction
from app.wording.folders import news_words
from app.wording.i18n import _

_LOOK_EVERY_MS = 60_000
_FIRST_LOOK_MS = 5_000
"""The time after the window was opened at which folders are looked at first: then there is time."""


class AddedFolders(Presenter):
    """The folders that were added. `listed` carries dict[str, Shelved], by the ids of books, and tuple[SourceCounts,
    ...]."""

    listed = Signal(object, object)

    def __init__(self, context: FrameContext, folders: FolderImport) -> None:
        super().__init__(context.parent)
        self._adding = context.desk.documents.adding
        self._folders = folders
        self._bridge = context.bridge
        self._window = context.window
        self._sources: dict[int, SourceCounts] = {}
        self._shelved: dict[str, Shelved] = {}
        self._offered: set[tuple[int, Path, int, int]] = set()
        self._looking = False
        self._unseen: set[Path] = set()  # folders that are being added, and are not on the shelf yet
        self._timer = QTimer(self, singleShot=True, interval=_FIRST_LOOK_MS)
        self._timer.timeout.connect(self.look)
        folders.began.connect(self._expect)
        folders.added.connect(self.renew)
        menu = context.window.shelf.folder_menu
        menu.scan_wanted.connect(self.scan)
        menu.watch_wanted.connect(self.watch)
        menu.forget_wanted.connect(self.forget)
        menu.files_wanted.connect(self.show_files)

    @Slot()
    def renew(self) -> None:
        """Read again which books are from which folders."""
        self._call(self._read, self._take)

    @Slot(int)
    def scan(self, source_id: int) -> None:
        """Add what is new or has changed."""
        if (counts := self._sources.get(source_id)) is not None:
            self._folders.take([counts.source.path])

    @Slot(int)
    def show_files(self, source_id: int) -> None:
        """Show what became of each file of a folder; while one is being added, of that."""
        counts = self._sources.get(source_id)
        if counts is not None:
            read, show = (
                partial(self._adding.sources.places, source_id),
                partial(self._folders.show_files, counts.source),
            )
            self._call(read, show)

    @Slot(int, bool)
    def watch(self, source_id: int, on: bool) -> None:
        self._change(partial(self._adding.sources.set_watched, source_id, on))

    @Slot(int)
    def forget(self, source_id: int) -> None:
        """Forget a folder; its books stay."""
        self._change(partial(self._adding.sources.forget, source_id))

    @Slot()
    def look(self) -> None:
        """Look whether there is something new in the folders that are watched; nothing is read."""
        watched = any(counts.source.watched for counts in self._sources.values())
        if watched and not self._looking and not self._folders.busy:
            self._looking = True
            self._bridge.stream(Executor.ADDING, self._adding.look, self._on_looked)
        self._timer.start(_LOOK_EVERY_MS)

    def _change(self, work: partial[None]) -> None:
        self._do(work, self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        self.renew()

    def _read(self) -> tuple[dict[str, Shelved], tuple[SourceCounts, ...]]:
        """Read where books belong; what is as it was stays the same object, which is quickly compared."""
        known = self._shelved
        read = {
            id: old if (old := known.get(id)) is not None and old == now else now
            for id, now in self._adding.shelf().items()
        }
        return read, self._adding.all()

    @Slot(object)
    def _take(self, read: tuple[dict[str, Shelved], tuple[SourceCounts, ...]]) -> None:
        shelved, sources = read
        self._shelved = shelved
        self._sources = {counts.source.id: counts for counts in sources}
        self.listed.emit(shelved, sources)
        self._reveal()
        if not self._timer.isActive():
            self._timer.start()

    @Slot(object)
    def _expect(self, paths: tuple[Path, ...]) -> None:
        self._unseen = set(paths)

    def _reveal(self) -> None:
        """Scroll the shelf to a folder once its first books are there."""
        for counts in self._sources.values():
            if counts.read and counts.source.path in self._unseen:
                self._unseen.discard(counts.source.path)
                self._window.shelf.book_view.reveal(group_key(counts.source.id))

    def _on_looked(self, event: object) -> None:
        match event:
            case Done(result=tuple() as news):
                self._looking = False
                self._offer(news)
            case Failed(problem):
                self._looking = False
                self._on_problem(problem)

    def _offer(self, news: tuple[News, ...]) -> None:
        """Offer to add what is new, once for each file as it is."""
        states = {
            (place.source_id, place.path, place.size, place.mtime_ns)
            for each in news
            for place in (*each.changes.new, *each.changes.changed)
        }
        if not states - self._offered or self._folders.busy:
            return
        self._offered |= states
        add = NoticeAction(_("Add"), partial(self._folders.take, [each.source.path for each in news]))
        self._window.offer(news_words(news), (add,))
