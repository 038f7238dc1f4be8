"""The kernel of a window as features see it: its desk, its panels, where one can go, and what happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.services.services import Services
from app.ui.activity import Activity
from app.ui.bridge import Bridge
from app.ui.chat.asking import AskingPresenter
from app.ui.chat.attachments_presenter import AttachmentsPresenter
from app.ui.chat.presenter import ConversationPresenter
from app.ui.commands import WordsMenu
from app.ui.exporting import Exporting
from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.navigation import Navigation
from app.ui.page.pages import Pages
from app.ui.saved_files import SavedFiles
from app.ui.settings.passphrase_presenter import PassphrasePresenter
from app.ui.settings.presenter import Preferences
from app.ui.shelf.covers import BookCovers
from app.ui.shelf.file_import import FileImport
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shown import Shown


class WindowEvents(QObject):
    """What happens in a window, told by the kernel to whom it may concern; and what anybody in it asks of the
    program."""

    books_changed = Signal()
    """Documents came or went, were restored, or were read again."""

    book_removed = Signal(str)
    """The id of a document that is no longer on the shelf."""

    conversation_shown = Signal(object)
    """The `Conversation` that is shown from now on; None for none."""

    settings_changed = Signal()
    """A person changed settings; they are saved."""

    context_measured = Signal()
    """How the context is used may have changed."""

    engine_changed = Signal()
    """`Activity` says something else."""

    notes_changed = Signal()
    """Some note of a document, or of an answer, is new, another or gone: told by the kernel and by features."""

    restart_wanted = Signal()
    """The program shall start anew."""

    engine_released = Signal()
    """Whoever had the engine has put all away, and questions of conversations have gone first: what waits may begin."""

    engine_used = Signal()
    """A feature has asked something: what the engine holds in its context is to be measured again."""

    binned = Signal(object)
    """A feature has put something into the bin: its `BinEntry`."""

    restored = Signal(object)
    """Something is back from the bin: its `BinEntry`."""


@dataclass(frozen=True)
class Workspace:
    """`activity`: who has the engine; `shown`: what the window shows; `covers`: of books; `openings`: takes files in;
    `talk`: the shown conversation, and `asking` its questions; `pages`: the panes with open documents; `passphrase`:
    sets that of the desk; `exporting`: writes the shown conversation into files; `attachments`: images that go with the
    next question; `handbook`: the book that is open at the first start; `words_menu`: what features can do with words
    that another one shows. `now` gives the local time, aware of its zone; `parent` lives as long as the desk is open in
    the window."""

    desk: Services
    bridge: Bridge
    icons: Icons
    window: MainWindow
    activity: Activity
    shown: Shown
    navigation: Navigation
    shelf: ShelfPresenter
    covers: BookCovers
    openings: FileImport
    talk: ConversationPresenter
    asking: AskingPresenter
    attachments: AttachmentsPresenter
    pages: Pages
    passphrase: PassphrasePresenter
    preferences: Preferences
    exporting: Exporting
    saved_files: SavedFiles
    events: WindowEvents
    handbook: Path
    words_menu: WordsMenu
    now: Callable[[], datetime]
    parent: QObject
