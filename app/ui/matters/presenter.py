"""Lists the desks and opens another one, when nothing is lost by it; moves things there; sets what a matter has of its
own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal, Slot

from app.core.matter import LIBRARY, Matter
from app.core.settings import INSTRUCTIONS_CHARACTERS, RemoteSettings, Settings
from app.ui.adding.presenter import FolderImport
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.activity import EngineTask
from app.ui.kit.commands import Entry, EntryKind
from app.ui.kit.form import ChoiceField, FormDialog, TextField
from app.ui.kit.presenter import Presenter
from app.ui.shelf.matter_switch import desk_name
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shelf.rows import title_of
from app.ui.widgets.dialogs import Confirmation, SmallDialog
from app.wording.i18n import _
from app.wording.units import printable


class MattersPresenter(Presenter):
    """The presenter of the desks. `desk_wanted` carries the id of the desk to open in place of this one, or this one
    anew, what to say then, and what to do before, once nothing else is under way, or None; `done` carries a
    sentence."""

    desk_wanted = Signal(str, str, object)
    done = Signal(str)
    listed = Signal()
    instructed = Signal()
    served = Signal()

    def __init__(self, context: FrameContext, folders: FolderImport, shelf: ShelfPresenter) -> None:
        super().__init__(context.parent)
        desk = context.desk
        self._desk = desk
        self._matters = desk.shared.matters
        self.matter = desk.matter
        self._bridge = context.bridge
        self._activity = context.activity
        self._openings = shelf.openings
        self._folders = folders
        self._shelf = shelf
        self._shown = context.shown
        self._window = context.window
        self.known: tuple[Matter, ...] = ()
        self._also_stopped: Callable[[], str] = str
        switch = self._switch = context.window.shelf.desk
        switch.show_open(desk.matter)
        switch.chosen.connect(self.open)
        context.window.shelf.conversation_move_wanted.connect(self.ask_move_conversation)
        context.window.shelf.book_move_wanted.connect(self.ask_move_book)

    # ---- which there are

    @Slot()
    def look(self) -> None:
        """List the desks."""
        self._call(self._matters.all, self._show)

    @Slot(object)
    def _show(self, matters: tuple[Matter, ...]) -> None:
        self.known = matters
        self._switch.show_matters(matters)
        if self.matter is not None:
            self.matter = next((matter for matter in matters if matter.id == self.matter.id), self.matter)
        self.listed.emit()

    def entries(self) -> list[Entry]:
        """Return an entry of the palette for each other desk that can be opened: the library, or a matter."""
        desks = [None, *(matter for matter in self.known if not matter.archived)]
        return [
            Entry(
                EntryKind.MATTER,
                LIBRARY if matter is None else matter.id,
                desk_name(matter),
                _("open"),
                words=_("matter, case, client, switch"),
            )
            for matter in desks
            if matter != self.matter
        ]

    # ---- opening another

    @Slot(str)
    def open(self, id: str) -> None:
        """Open another desk; ask first if something would be stopped by it."""
        words = self._busy_words()
        if not words:
            self._leave(id)
            return
        title = _("Open “{name}”?").format(name=self.name_of(id))
        dialog = Confirmation(title, words, _("Stop and open"), id, self._window)
        dialog.confirmed.connect(self._leave)
        dialog.open()

    @Slot(str)
    def _leave(self, id: str) -> None:
        self.desk_wanted.emit(id, "", None)

    def open_made(self, matter: Matter) -> None:
        """List one that was just made, and open it."""
        self._show((matter, *self.known))
        self.open(matter.id)

    def name_of(self, id: str) -> str:
        """Return the name of the matter with this id; that of the library for any other id."""
        return desk_name(next((matter for matter in self.known if matter.id == id), None))

    def _busy_words(self) -> str:
        """Say which work would be stopped if another desk were opened now; empty for none."""
        if self._activity.has(EngineTask.ANSWER):
            return _("The running answer will stop. What is written stays.")
        if words := self._also_stopped():
            return words
        if self._activity.has(EngineTask.SURVEY):
            return _("The question about all documents will stop. Ask again later to go on.")
        if self._folders.busy:
            return _("Adding the folder will stop. When you come back, Octavo offers to go on.")
        if self._openings.busy:
            return _("The import of documents will stop. When you come back, Octavo offers to go on.")
        if self._window.line.isVisible():
            return _("The download of a model will pause. “Models…” goes on with it.")
        return ""

    def ask_also(self, busy_words: Callable[[], str]) -> None:
        """Ask also about something else that would be stopped by opening another desk; `busy_words` says what, or
        nothing."""
        self._also_stopped = busy_words

    @Slot()
    def open_menu(self) -> None:
        self._window.unfold_shelf()
        self._switch.open_menu()

    # ---- moving something there

    @Slot(str)
    def ask_move_conversation(self, id: str) -> None:
        title = next((title_of(each) for each in self._shelf.conversations if each.id == id), "")
        words = _("It takes along the documents that it was asked about. Those that others here need too are copied.")
        self._ask_move(title, words, conversations=(id,))

    @Slot(str)
    def ask_move_book(self, id: str) -> None:
        book = self._shown.shelf.get(id)
        words = _(
            "It takes along the tables about it alone. If another table here needs it, it stays here too; else it can"
            " no longer be opened in conversations here."
        )
        self._ask_move(book.title if book is not None else "", words, books=(id,))

    def _ask_move(
        self, title: str, words: str, *, books: tuple[str, ...] = (), conversations: tuple[str, ...] = ()
    ) -> None:
        desks = [(each.id, desk_name(each)) for each in self.known if each != self.matter and not each.archived]
        desks += [(LIBRARY, desk_name(None))] if self.matter is not None else []
        if not desks:
            self.failed.emit(_("There is no matter to move it to. Make one first: “New matter…” at the top left."))
            return
        sentence = f"{busy} {words}" if (busy := self._busy_words()) else words
        heading = _("Move “{title}”").format(title=printable(title))
        dialog = FormDialog(heading, sentence, _("Move"), ChoiceField(_("Move to"), tuple(desks)), self._window)
        dialog.given.connect(partial(self._move, printable(title), books, conversations))
        dialog.open()

    def _move(self, title: str, books: tuple[str, ...], conversations: tuple[str, ...], target: str) -> None:
        """Move books and conversations to another matter or to the library, and open this desk anew, so that nothing in
        it still shows them or has them open."""
        work = partial(self._matters.move, self._desk.database, target, books, conversations)
        words = _("“{title}” is in “{name}” now.").format(title=title, name=self.name_of(target))
        self.desk_wanted.emit(self.matter.id if self.matter is not None else LIBRARY, words, work)

    # ---- what is its own

    def is_open(self) -> bool:
        """Return whether a matter is open, and not the library."""
        return self.matter is not None

    @Slot()
    def instruct(self) -> None:
        """Ask what the model is told with every question in this matter."""
        if self.matter is not None:
            words = _(
                "What holds for every question in this matter: whom you act for, what is to be looked at, how answers"
                " are written? The model reads this after your own instructions, which are in the settings."
            )
            written = self._desk.own_settings.load().instructions
            field = TextField(_("Instructions"), written, INSTRUCTIONS_CHARACTERS)
            dialog = FormDialog(_("Standing instructions of the matter"), words, _("Save"), field, self._window)
            dialog.given.connect(partial(self._instruct, dialog))
            dialog.open()

    def _instruct(self, dialog: SmallDialog, text: str) -> None:
        self._submit(dialog, partial(self._desk.own_settings.change, "instructions", text), self._instructed)

    @Slot()
    def choose_server(self) -> None:
        """Ask which server answers in this matter."""
        from app.ui.matters.server_dialog import ServerDialog  # when it is opened

        if self.matter is not None:
            known, own = self._desk.settings.load().remote, self._desk.own_settings.load().remote
            dialog = ServerDialog(known, own, self._window)
            dialog.given.connect(partial(self._serve, dialog))
            dialog.open()

    def _serve(self, dialog: SmallDialog, own: RemoteSettings) -> None:
        def keep() -> None:
            self._desk.own_settings.change("remote", own)
            self._desk.models.choose_again()

        self._submit(dialog, keep, self._served)

    @Slot(object)
    def _served(self, _outcome: object) -> None:
        self.served.emit()

    @Slot(object)
    def _instructed(self, settings: Settings) -> None:
        words = _("The instructions are used from the next question on.")
        self.done.emit(words if settings.instructions else _("The matter has no instructions now."))
        self.instructed.emit()
