"""Files that come in, from wherever: sorted into images, books and what features take; books are imported, each with
its row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from app.core.conversations.events import Opening
from app.core.conversations.sources import Adding, FileEnded, FileOpening, FilesFound
from app.core.documents.document import Book
from app.core.errors import Code, Problem
from app.core.machine.secret import Password
from app.core.work import Cancel, Work, relay
from app.documents.folders import holds_documents
from app.documents.formats import detect
from app.documents.images import kinds as image_kinds
from app.services.library.folder_adding import AddingReport, FolderProgress
from app.services.library.parallel_reading import NamedFile
from app.ui.kit.bridge import Executor
from app.ui.kit.file_kind import GivenKind
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.shelf.rows import BookRow, BookState
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.file_dialogs import FileDialog
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import count, counted, printable

_FILE_PATTERNS = " ".join(f"*{ending}" for ending in (*detect.ENDINGS, ".zip"))


@dataclass(frozen=True)
class TakenFiles:
    """Files of a kind that a feature takes; at least one of them."""

    kind: GivenKind
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class SortedFiles:
    """Files that were given at once, by what becomes of them. `others` are for features."""

    images: tuple[Path, ...]
    others: tuple[TakenFiles, ...]
    books: tuple[Path, ...]

    @property
    def shown(self) -> tuple[Path, ...]:
        """The files that go with the question."""
        return (*self.images, *(path for files in self.others for path in files.paths))


class _Stage(Enum):
    EXPECTED = auto()  # it may still turn out to be an image
    OPENING = auto()
    LOCKED = auto()  # it waits for its password
    FAILED = auto()  # its row stays until the person removes it


@dataclass(frozen=True)
class _Opening:
    """A file that is to become a book, or one that is inside such a file.

    `talks` are the ids of the conversations that it was added to, none for what is inside a file; `again` is the id of
    the book whose file is read again, empty for a new book. `drop` is the number of the run that opens it, and `stop`
    ends it there, and what is inside it.
    """

    row: BookRow
    stage: _Stage
    talks: tuple[str, ...]
    file: Path
    again: str = ""
    drop: int = 0
    stop: Cancel = field(default_factory=Cancel)

    @property
    def key(self) -> str:
        return self.row.key

    @property
    def pending(self) -> bool:
        """True if the file may still become a book."""
        return self.stage is not _Stage.FAILED

    def begun(self, drop: int) -> _Opening:
        return replace(self, row=_row(Path(self.key)), stage=_Stage.OPENING, drop=drop, stop=Cancel())


class FileImport(Presenter):
    """The one place that sorts files, and knows which of them are being opened for which conversation.

    An empty id means the conversation that will be shown first, while none is. `images_given` carries
    list[Path]; `opened` the Book, tuple[str, ...], the conversations it was given for, and the title it had before;
    `read_again` the Book, whose pages may have changed; `unopened` the title of what became no book, and the
    conversations; `folders_given` list[Path]; `locked` the path of a file that waits for its password, and whether one
    was given that did not fit.
    """

    images_given = Signal(list)
    folders_given = Signal(list)
    opened = Signal(object, object, str)
    read_again = Signal(object)
    unopened = Signal(str, object)
    locked = Signal(str, bool)
    changed = Signal()

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._adding = context.desk.documents.adding
        self._library = context.desk.documents.library
        self._bridge = context.bridge
        self._shown = context.shown
        self._openings: dict[str, _Opening] = {}
        self._drops = 0
        self.kinds: Sequence[GivenKind] = ()
        """The kinds of files that features take for the next question."""

    def rows(self, conversation_id: str) -> list[BookRow]:
        """Return the rows as a conversation shows them: what was added to another one will not be on its desk."""
        return [
            msgspec.structs.replace(opening.row, on_desk=bool({conversation_id, ""}.intersection(opening.talks)))
            for opening in self._openings.values()
            if opening.stage is not _Stage.EXPECTED
        ]

    @property
    def busy(self) -> bool:
        """True if anything is being opened."""
        return any(opening.stage is _Stage.OPENING for opening in self._openings.values())

    def pending(self, conversation_id: str) -> tuple[str, ...]:
        """Return the titles of what may still come onto the desk of a conversation, in the order in which it was
        added."""
        return tuple(
            opening.row.title
            for opening in self._openings.values()
            if opening.pending and conversation_id in opening.talks
        )

    def adopt(self, conversation_id: str) -> None:
        """Give this conversation the files that were added while none was shown."""
        for key, opening in self._openings.items():
            talks = dict.fromkeys(talk or conversation_id for talk in opening.talks)
            self._openings[key] = replace(opening, talks=tuple(talks))

    def choose(self, window: QWidget) -> None:
        """Let the person choose files."""
        patterns = _("Documents ({patterns})").format(patterns=_FILE_PATTERNS)
        dialog = FileDialog(window, _("Add documents"), "", f"{patterns};;{_('All files (*)')}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.take_books)
        dialog.open()

    @Slot(list)
    def take_books(self, names: list[str]) -> None:
        """Take files that were chosen as books, images among them; those that features take go with the question all
        the same."""
        sort = partial(sort_files, self._without_folders(map(Path, names)), _head, self.kinds, images_are_books=True)
        self._call(sort, self._take_sorted, executor=Executor.IMAGES)

    def _without_folders(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """Return the files among these paths, and pass folders on."""
        given = tuple(paths)
        folders = [path for path in given if holds_documents(path)]
        if folders:
            self.folders_given.emit(folders)
        return tuple(path for path in given if path not in folders)

    @Slot(list)
    def take_files(self, files: Iterable[Path | str]) -> None:
        """Take files that were given: images, and what features take, go with the question, all else comes onto the
        desk. Questions wait for all of it at once."""
        paths = self._without_folders(map(Path, files))
        for path in map(Path.resolve, paths):
            opening = self._openings.get(str(path))
            if opening is not None and opening.pending:
                self._give(opening)
            else:
                self._put(_new(path, self._shown.id))
        self.changed.emit()
        sort = partial(sort_files, paths, _head, self.kinds)
        self._call(sort, self._take_sorted, partial(self._on_unsorted, paths), executor=Executor.IMAGES)

    @Slot(list)
    def take_shown(self, names: list[str]) -> None:
        """Take files that were chosen to be shown to the model: the image reader says which of them are no images."""
        sort = partial(sort_files, tuple(map(Path, names)), _head, self.kinds, takes_books=False)
        self._call(sort, self._take_sorted, executor=Executor.IMAGES)

    @Slot(object)
    def _take_sorted(self, files: SortedFiles) -> None:
        if files.images:
            self.images_given.emit(list(files.images))
        self.open_files(files.books)
        for others in files.others:
            others.kind.take(list(others.paths))
        self._dismiss(files.shown)

    def _on_unsorted(self, paths: tuple[Path, ...], problem: Problem) -> None:
        self._dismiss(paths)
        self._on_problem(problem)

    def _dismiss(self, paths: Iterable[Path]) -> None:
        """Take away the rows of files that were expected to be books, and are none."""
        for key in (str(path.resolve()) for path in paths):
            if (opening := self._openings.get(key)) is not None and opening.stage is _Stage.EXPECTED:
                del self._openings[key]
        self.changed.emit()

    def open_files(self, paths: Iterable[Path]) -> None:
        """Open these files as books; one that is being opened already is not opened again."""
        wanted = list[_Opening]()
        for path in dict.fromkeys(map(Path.resolve, paths)):
            opening = self._openings.get(str(path))
            if opening is None or opening.stage is _Stage.FAILED:
                wanted.append(_new(path, self._shown.id))
            elif opening.stage is _Stage.EXPECTED:
                wanted.append(opening)
            else:
                given = self._give(opening)
                wanted += [given] if opening.stage is _Stage.LOCKED else []
        self._start(wanted)

    def put_on_shelf(self, path: Path) -> None:
        """Open a file for no conversation, unless it is being opened."""
        opening = self._openings.get(str(path.resolve()))
        if opening is None or not opening.pending:
            self._start([_new(path.resolve())])
        elif opening.stage is not _Stage.OPENING:
            self._start([opening])

    def reread(self, book: Book) -> None:
        """Read the file of a book again, unless it is being read."""
        opening = self._openings.get(book.path)
        if opening is None or opening.stage is not _Stage.OPENING:
            self._start([replace(_new(Path(book.path)), again=book.id)])

    def unlock(self, key: str, password: Password) -> None:
        """Open a file that waits for this password, unless it was removed meanwhile."""
        if (opening := self._openings.get(key)) is not None:
            self._start([opening], password)

    def _put(self, opening: _Opening) -> None:
        self._openings[opening.key] = opening

    def _give(self, opening: _Opening) -> _Opening:
        """Add a file that is being opened to the shown conversation, too."""
        given = replace(opening, talks=tuple(dict.fromkeys((*opening.talks, self._shown.id))))
        self._put(given)
        return given

    def _start(self, openings: Sequence[_Opening], password: Password | None = None) -> None:
        """Read these files, several at the same time; what is a book already, by itself."""
        new = [each for each in openings if not each.again]
        for run in filter(None, (new, *([each] for each in openings if each.again))):
            self._drops += 1
            begun = tuple(each.begun(self._drops) for each in run)
            self._openings |= {each.key: each for each in begun}
            work = partial(self._work, begun, password)
            self._bridge.stream(Executor.READER, work, partial(self._on_event, self._drops))
        self.changed.emit()

    def _work(
        self, begun: tuple[_Opening, ...], password: Password | None, cancel: Cancel
    ) -> Work[Opening | FolderProgress, Book | AddingReport]:
        """Return the work that reads these files. It does not tell how far all of them are: each has its row."""
        if begun[0].again:
            cancel.on_request(begun[0].stop.request)
            return self._library.read_again(begun[0].again, begun[0].stop, password)
        named = {Path(each.key): NamedFile(password, opened=True, stop=each.stop) for each in begun}
        work = self._adding.add((each.file for each in begun), cancel, named=named)
        return relay(work, lambda event: () if isinstance(event, Adding) else (event,))

    @Slot(str)
    def stop(self, key: str) -> None:
        """Stop opening a file, with what is inside it, or take away the row of one that failed."""
        stopped = self._openings.get(key)
        if stopped is None:
            return
        gone = [stopped]
        if stopped.stage is _Stage.OPENING:
            stopped.stop.request()
            gone = [each for each in self._opened_by(stopped.drop) if each.stop is stopped.stop]
        for opening in gone:
            self._leave(opening)
        self.changed.emit()

    def _opened_by(self, drop: int) -> list[_Opening]:
        """Return the files that a run still has to open."""
        return [each for each in self._openings.values() if each.drop == drop and each.stage is _Stage.OPENING]

    def _leave(self, opening: _Opening) -> None:
        """Take away the row of a file that becomes no book."""
        del self._openings[opening.key]
        if opening.pending:
            self.unopened.emit(opening.row.title, opening.talks)

    def _find(self, drop: int, path: Path) -> _Opening | None:
        """Find the file at `path` that the run of number `drop` opens; None for one that was stopped meanwhile."""
        opening = self._openings.get(str(path))
        return opening if opening is not None and opening.drop == drop else None

    def _on_event(self, drop: int, event: object) -> None:
        match event:
            case FilesFound(paths):
                for path in paths:
                    self._expect(drop, path)
            case FileOpening(path, opening):
                self._show(self._find(drop, path), opening)
            case FileEnded():
                self._on_ended(self._find(drop, event.path), event)
            case Opening():
                for each in self._opened_by(drop):
                    self._show(each, event)
            case Done(result=Book() as book):
                self.read_again.emit(book)
                for each in self._opened_by(drop):
                    del self._openings[each.key]
                    if each.talks:
                        self.opened.emit(book, each.talks, each.row.title)
            case Done(result=AddingReport() as report):
                problems = dict(report.failed)
                for each in self._opened_by(drop):
                    if (problem := problems.get(Path(each.key))) is not None:
                        self._fail(each, problem)
                    else:
                        self._leave(each)
            case Cancelled():
                for each in self._opened_by(drop):
                    self._leave(each)
            case Failed(problem):
                for each in self._opened_by(drop):
                    self._fail(each, problem)
        self.changed.emit()

    def _expect(self, drop: int, path: Path) -> None:
        """Give a file inside another file a row, too; it comes onto no desk."""
        above = next((each for parent in path.parents if (each := self._find(drop, parent)) is not None), None)
        if above is not None:
            self._put(replace(above, row=_row(path), talks=()))

    def _show(self, opening: _Opening | None, progress: Opening) -> None:
        if opening is not None and (progress.done or progress.total):
            fraction = progress.done / progress.total if progress.total else opening.row.fraction
            row = msgspec.structs.replace(opening.row, state_text=_progress_words(progress), fraction=fraction)
            self._put(replace(opening, row=row))

    def _on_ended(self, opening: _Opening | None, ended: FileEnded) -> None:
        if opening is not None and ended.place.problem is not None:
            self._fail(opening, ended.place.problem)
            return
        if opening is not None:
            del self._openings[opening.key]
        if ended.book is not None:  # though it was stopped, perhaps, but too late
            talks = opening.talks if opening is not None else ()
            self.opened.emit(ended.book, talks, ended.path.stem)

    def _fail(self, opening: _Opening, problem: Problem) -> None:
        if problem.code in (Code.DOCUMENT_PASSWORD_NEEDED, Code.DOCUMENT_PASSWORD_WRONG):
            row = msgspec.structs.replace(opening.row, state_text=_("needs a password"), fraction=None)
            self._put(replace(opening, row=row, stage=_Stage.LOCKED))
            self.locked.emit(opening.key, problem.code is Code.DOCUMENT_PASSWORD_WRONG)
        else:
            row = msgspec.structs.replace(
                opening.row, state=BookState.FAILED, state_text=_("could not be imported"), fraction=None
            )
            self._put(replace(opening, row=row, stage=_Stage.FAILED))
            self.failed.emit(sentence(problem))
            self.unopened.emit(opening.row.title, opening.talks)


def sort_files(
    paths: Iterable[Path],
    head: Callable[[Path, int], bytes],
    kinds: Sequence[GivenKind],
    *,
    takes_books: bool = True,
    images_are_books: bool = False,
) -> SortedFiles:
    """Sort files by the beginning of each, of which `head` returns so many bytes, and else by its name. `kinds` are
    those that features take. Without `takes_books` a file of another kind counts as an image."""
    most = max((image_kinds.HEAD_BYTES, *(kind.head_bytes for kind in kinds)))
    images: list[Path] = []
    books: list[Path] = []
    others: dict[GivenKind, list[Path]] = {kind: [] for kind in kinds}
    for path in paths:
        untrusted_head = head(path, most)
        if image_kinds.is_image(path.name, untrusted_head) and not images_are_books:
            images.append(path)
        elif kind := next((kind for kind in kinds if kind.is_one(path.name, untrusted_head)), None):
            others[kind].append(path)
        else:
            (books if takes_books else images).append(path)
    of_kinds = tuple(TakenFiles(kind, tuple(found)) for kind, found in others.items() if found)
    return SortedFiles(tuple(images), of_kinds, tuple(books))


def _head(path: Path, most: int) -> bytes:
    """Return the first `most` bytes of a file; nothing of one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        return b""


def _new(path: Path, *talks: str) -> _Opening:
    return _Opening(_row(path), _Stage.EXPECTED, talks, path)


def _row(path: Path) -> BookRow:
    return BookRow(str(path), path.stem or path.name, state=BookState.OPENING, state_text=_("importing"), on_desk=True)


def _progress_words(opening: Opening) -> str:
    if opening.recognising:
        words = _("recognising text, page {page} of {pages}")
        return words.format(page=count(min(opening.done + 1, opening.total)), pages=count(opening.total))
    if opening.total:
        return _("importing {percent} %").format(percent=round(100 * opening.done / opening.total))
    return counted(opening.done, _("importing · 1 page"), _("importing · {n} pages"))


class PasswordDialog(SmallDialog):
    """A dialog that asks for the password of a file. `given` carries the Password."""

    given = Signal(object)

    def __init__(self, name: str, *, wrong: bool, parent: QWidget | None = None) -> None:
        """`name` is the file's; `wrong` tells that the password that was given before did not fit."""
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        words = (
            _("This is not the password of “{name}”. Try again or cancel.")
            if wrong
            else _("“{name}” needs a password:")
        )
        self.sentence = words.format(name=name)
        super().__init__(_("Protected document"), self.sentence, _("Open"), body=self.line, parent=parent)
        self.line.setAccessibleName(self.sentence)
        self.line.textChanged.connect(self._enable)
        self._enable()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def accept(self) -> None:
        password = Password(self.line.text())
        self.line.clear()
        super().accept()
        self.given.emit(password)

    @Slot()
    def _enable(self) -> None:
        self.action.setEnabled(bool(self.line.text()))


class Passwords(QObject):
    """Asks for the passwords of files. It keeps none: a password goes to the reader, which holds it until the desk is
    closed."""

    def __init__(self, context: WindowContext, openings: FileImport) -> None:
        super().__init__(context.parent)
        self._openings = openings
        self._window = context.window
        self._waiting: list[tuple[str, bool]] = []
        self.dialog: PasswordDialog | None = None
        openings.locked.connect(self._ask)

    @Slot(str, bool)
    def _ask(self, key: str, wrong: bool) -> None:
        self._waiting.append((key, wrong))
        self._ask_next()

    def _ask_next(self) -> None:
        if self.dialog is not None or not self._waiting:
            return
        key, wrong = self._waiting.pop(0)
        dialog = self.dialog = PasswordDialog(printable(Path(key).name), wrong=wrong, parent=self._window)
        dialog.given.connect(partial(self._unlock, key))
        dialog.rejected.connect(partial(self._leave, key))
        dialog.open()

    def _unlock(self, key: str, password: Password) -> None:
        self.dialog = None
        self._openings.unlock(key, password)
        self._ask_next()

    def _leave(self, key: str) -> None:
        self.dialog = None
        self._openings.stop(key)
        self._ask_next()
