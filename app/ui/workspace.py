"""The kernel of a window as features see it: the context of its parts, its panels, and where one can go."""

from __future__ import annotations

from dataclasses import dataclass

from app.ui.chat.asking import AskingPresenter
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.writing.attachments_presenter import AttachmentsPresenter
from app.ui.frame.exporting import Exporting
from app.ui.frame.frame_context import FrameContext
from app.ui.frame.navigation import Navigation
from app.ui.frame.saved_files import SavedFiles
from app.ui.kit.commands import WordsMenu
from app.ui.matters.presenter import MattersPresenter
from app.ui.page.pages import Pages
from app.ui.settings.passphrase_presenter import PassphrasePresenter
from app.ui.settings.presenter import Preferences
from app.ui.shelf.covers import BookCovers
from app.ui.shelf.file_import import FileImport
from app.ui.shelf.presenter import ShelfPresenter


@dataclass(frozen=True)
class Workspace(FrameContext):
    """The parts of a window that features may use. `matters` knows which desks there are, and opens another one;
    `covers` are those of books; `openings` takes files in; `talk` is the shown conversation, and `asking` its
    questions; `pages` are the panes with open documents; `passphrase` sets that of the desk; `exporting` writes the
    shown conversation into files; `attachments` are images that go with the next question; `words_menu` returns what
    features can do with words that another one shows."""

    navigation: Navigation
    matters: MattersPresenter
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
    words_menu: WordsMenu
