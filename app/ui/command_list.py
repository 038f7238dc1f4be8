"""The commands that the window has, with their shortcuts, in the order in which they are offered.

Shortcuts are what people know from other programs. `Ctrl` is the command key on macOS, which has Cmd+M and Cmd+H for
itself, so these two are nobody's here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import methodcaller

from PySide6.QtGui import QAction

from app.ui.adding.presenter import FolderImport
from app.ui.bin.presenter import BinPresenter
from app.ui.chat.asking import AskingPresenter
from app.ui.chat.composer import IMAGE_KEYS
from app.ui.chat.image_sources import ImageSources
from app.ui.chat.instructing import Instructing
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.text_size import LARGER_KEYS, SMALLER_KEYS, USUAL_KEYS
from app.ui.commands import Anchor, Command, CommandGroup, Group
from app.ui.context.fitting import Fitting
from app.ui.context.presenter import ContextPresenter, Prefill
from app.ui.exporting import Exporting
from app.ui.help.presenter import HelpPresenter
from app.ui.icons import Symbol
from app.ui.main_window import MainWindow
from app.ui.matters.presenter import MattersPresenter
from app.ui.models.loading import ModelPresenter
from app.ui.navigation import Navigation
from app.ui.page.pager import ASK_PAGE_KEYS, ASK_PART_KEYS, BACK_KEYS, FORWARD_KEYS
from app.ui.page.pages import Pages
from app.ui.page.panel import PagePanel
from app.ui.page.selection_bar import MARK_KEY, NOTE_KEY
from app.ui.page.view_menu import ACROSS_KEYS, ACTUAL_KEYS, FIT_PAGE_KEYS, SPLIT_KEYS, TURN_BACK_KEYS, TURN_KEYS
from app.ui.palette import Anything
from app.ui.portal import ScreenPortal
from app.ui.settings.passphrase_presenter import PassphrasePresenter
from app.ui.settings.presenter import Preferences
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shelf.saved_readings import ReadingsPresenter
from app.wording.i18n import _

_Role = QAction.MenuRole


def adding_commands(
    go: Navigation,
    shelf: ShelfPresenter,
    folders: FolderImport,
    images: ImageSources,
    portal: ScreenPortal,
    anything: Anything,
    bin_: BinPresenter,
) -> CommandGroup:
    return CommandGroup(
        Group.DESK,
        _("Desk"),
        Symbol.BOOK,
        (
            Command(
                _("New conversation"), "Ctrl+N", go.new_conversation, words=_("chat, start, begin"), symbol=Symbol.ADD
            ),
            Command(_("Add a book…"), "Ctrl+O", shelf.choose_files, words=_("open file, import document, PDF")),
            Command(_("Add a folder…"), "", folders.choose, words=_("import documents, directory, all files")),
            Command(images.words.command, IMAGE_KEYS, images.choose, words=_("picture, photo"), symbol=Symbol.SCAN),
            Command(
                _("Show the model a part of the screen…"),
                "",
                portal.ask,
                portal.found,
                words=_("screenshot"),
                symbol=Symbol.PART,
            ),
            Command(
                _("Find anything"),
                "Ctrl+K",
                anything.find,
                words=_("search"),
                symbol=Symbol.FIND,
                apart=True,
                anchor=Anchor.FINDING,
            ),
            Command(
                _("Bin…"),
                "",
                bin_.open,
                words=_("trash, deleted, restore, undo"),
                symbol=Symbol.DELETE,
                apart=True,
                anchor=Anchor.DELETING,
            ),
        ),
    )


def matter_commands(matters: MattersPresenter) -> CommandGroup:
    return CommandGroup(
        Group.MATTERS,
        _("Matters"),
        Symbol.MATTER,
        (
            Command(_("Open another matter…"), "", matters.open_menu, words=_("case, client, switch, library")),
            Command(_("New matter…"), "", matters.ask_new, words=_("case, client, create"), symbol=Symbol.ADD),
            Command(
                _("Standing instructions of the matter…"),
                "",
                matters.instruct,
                words=_("system prompt, style, role"),
                symbol=Symbol.EDIT,
                can=matters.is_open,
            ),
            Command(
                _("Server of the matter…"),
                "",
                matters.choose_server,
                words=_("organisation, remote, model"),
                can=matters.is_open,
            ),
            Command(
                _("Manage matters…"),
                "",
                matters.manage,
                words=_("rename, archive, delete, case, client"),
                anchor=Anchor.MANAGING,
            ),
        ),
    )


def conversation_commands(
    go: Navigation, instructing: Instructing, fitting: Fitting, exporting: Exporting
) -> CommandGroup:
    """What can be done with the shown conversation: its menu."""
    return CommandGroup(
        Group.CONVERSATION,
        _("Conversation"),
        Symbol.CONVERSATION,
        (
            Command(
                _("Rename the conversation"),
                "F2",
                go.rename,
                words=_("title, name"),
                symbol=Symbol.EDIT,
                can=go.shows_conversation,
            ),
            Command(
                _("Pin or unpin the conversation"),
                "",
                go.pin,
                words=_("favourite, star, on top"),
                can=go.shows_conversation,
            ),
            Command(
                _("Archive or unarchive the conversation"),
                "",
                go.archive,
                words=_("hide, put away, done"),
                can=go.shows_conversation,
            ),
            Command(
                _("Instructions for this conversation…"),
                "",
                instructing.instruct,
                words=_("system prompt, style, role"),
                can=go.shows_conversation,
            ),
            Command(
                _("Make room for the conversation…"),
                "",
                fitting.offer,
                words=_("too long, context full, does not fit"),
                can=go.shows_conversation,
                anchor=Anchor.FITTING,
            ),
            Command(
                _("Export the conversation…"),
                "Ctrl+Shift+S",
                exporting.export,
                words=_("save as, Word, PDF, download, share"),
                symbol=Symbol.EXPORT,
                can=exporting.has_words,
                apart=True,
                anchor=Anchor.EXPORTING,
            ),
            Command(
                _("Delete the conversation"),
                "",
                go.delete,
                words=_("remove, bin, trash"),
                symbol=Symbol.DELETE,
                can=go.shows_conversation,
                apart=True,
            ),
        ),
    )


def asking_commands(
    go: Navigation, talk: ConversationPresenter, asking: AskingPresenter, ahead: Prefill, context: ContextPresenter
) -> CommandGroup:
    return CommandGroup(
        Group.ASKING,
        _("Questions and answers"),
        Symbol.TEXT,
        (
            Command(
                _("Ask again"),
                "Ctrl+R",
                asking.ask_last_again,
                words=_("retry, regenerate, try again"),
                symbol=Symbol.UNDO,
            ),
            Command(
                _("Ask again with excerpts"),
                "Ctrl+Shift+R",
                asking.ask_last_from_excerpts,
                words=_("passages, search instead of reading"),
            ),
            Command(
                _("Edit the last question"), "Ctrl+E", asking.edit_last, words=_("change, correct"), symbol=Symbol.EDIT
            ),
            Command(
                _("Copy the last answer"), "Ctrl+Shift+C", talk.copy_last, words=_("clipboard"), symbol=Symbol.COPY
            ),
            Command(_("Ask all documents"), "", asking.planning.toggle, words=_("whole library, every book, scope")),
            Command(_("Stop"), "Esc", go.stop, is_hint=True, words=_("cancel, abort, interrupt"), anchor=Anchor.ASKING),
            Command(
                _("Let the model read the books on the desk now"), "", ahead.start, words=_("prepare, load, prefill")
            ),
            Command(_("Pause or resume the reading"), "Ctrl+.", context.pause_or_resume, words=_("halt, continue")),
        ),
    )


def page_commands(go: Navigation, pages: Pages, window: MainWindow) -> CommandGroup:
    panel = window.page
    return CommandGroup(
        Group.PAGE,
        _("Page"),
        Symbol.PAGE,
        (
            Command(_("Find in book"), "Ctrl+F", go.find_in_book, words=_("search"), symbol=Symbol.FIND),
            Command(_("Go to page"), "Ctrl+G", go.go_to_page, words=_("jump, number")),
            Command(
                _("Back"),
                BACK_KEYS,
                partial(panel.act, methodcaller("travel", -1)),
                words=_("where I was, history"),
                symbol=Symbol.BACK,
            ),
            Command(
                _("Forward"),
                FORWARD_KEYS,
                partial(panel.act, methodcaller("travel", 1)),
                words=_("history"),
                symbol=Symbol.FORWARD,
            ),
            Command(
                _("Outline"),
                "Ctrl+Shift+O",
                partial(panel.act, PagePanel.open_outline),
                words=_("contents, chapters, bookmarks"),
                symbol=Symbol.OUTLINE,
            ),
            Command(
                _("Thumbnails"),
                "Ctrl+Shift+P",
                pages.offer_thumbnails,
                words=_("small pictures, overview"),
                symbol=Symbol.THUMBNAILS,
            ),
            Command(_("Close the book"), "Ctrl+W", go.close_book, words=_("tab"), symbol=Symbol.CLOSE),
            Command(
                _("Switch between text and page view"),
                "Ctrl+T",
                partial(panel.act, PagePanel.toggle_drawing),
                words=_("drawing, original"),
            ),
            Command(
                _("Ask about this page"), ASK_PAGE_KEYS, pages.ask_about_page, words=_("show as an image"), apart=True
            ),
            Command(
                _("Ask about a part of this page"),
                ASK_PART_KEYS,
                go.select_part,
                words=_("figure, region, crop"),
                symbol=Symbol.PART,
            ),
            Command(
                _("Highlight the selected words"), MARK_KEY, pages.highlight, is_hint=True, words=_("mark, annotate")
            ),
            Command(
                _("Write a note about the selected words"),
                NOTE_KEY,
                pages.write_note,
                is_hint=True,
                words=_("annotate, comment"),
            ),
            Command(
                _("Copy the book’s reference as BibTeX"),
                "",
                pages.copy_bibtex,
                words=_("citation, bibliography, LaTeX, Zotero"),
                symbol=Symbol.COPY,
                can=pages.is_citable,
            ),
            Command(
                _("Copy the book’s reference as CSL JSON"),
                "",
                pages.copy_csl,
                words=_("citation, bibliography, Zotero, Pandoc"),
                symbol=Symbol.COPY,
                can=pages.is_citable,
                anchor=Anchor.REFERENCES,
            ),
            Command(
                _("Import report…"), "Ctrl+I", go.report_on_open_book, words=_("OCR, scan, recognised text, quality")
            ),
            Command(
                _("Split view"),
                SPLIT_KEYS,
                pages.toggle,
                words=_("two books, beside each other, compare"),
                symbol=Symbol.PANELS,
                anchor=Anchor.SPLIT_VIEW,
            ),
            Command(
                _("Zoom in"),
                "Ctrl++; Ctrl+=",
                partial(panel.act, PagePanel.zoom_in),
                words=_("larger, bigger, magnify"),
                symbol=Symbol.ZOOM_IN,
                apart=True,
            ),
            Command(
                _("Zoom out"),
                "Ctrl+-",
                partial(panel.act, PagePanel.zoom_out),
                words=_("smaller, reduce"),
                symbol=Symbol.ZOOM_OUT,
            ),
            Command(_("Reset zoom"), "Ctrl+0", partial(panel.act, PagePanel.zoom_fit), words=_("fit width")),
            Command(_("Whole page"), FIT_PAGE_KEYS, partial(panel.act, PagePanel.fit_page), words=_("zoom, fit")),
            Command(_("Actual size"), ACTUAL_KEYS, partial(panel.act, PagePanel.fit_actual), words=_("zoom, 100 %")),
            Command(
                _("One page or two side by side"),
                ACROSS_KEYS,
                partial(panel.act, PagePanel.switch_across),
                words=_("spread, facing, columns"),
            ),
            Command(_("Rotate right"), TURN_KEYS, partial(panel.act, methodcaller("turn", 1)), words=_("turn")),
            Command(_("Rotate left"), TURN_BACK_KEYS, partial(panel.act, methodcaller("turn", -1)), words=_("turn")),
        ),
    )


def view_commands(go: Navigation, preferences: Preferences, window: MainWindow) -> CommandGroup:
    return CommandGroup(
        Group.VIEW,
        _("View"),
        Symbol.PANELS,
        (
            Command(
                _("Show or hide the shelf"),
                "Ctrl+B",
                window.toggle_shelf,
                words=_("sidebar, panel, library"),
                symbol=Symbol.SHELF,
            ),
            Command(_("Show or hide the page"), "Ctrl+J", window.toggle_page, words=_("panel, reader")),
            Command(_("Go to the shelf"), "Ctrl+1", go.focus_shelf, words=_("focus")),
            Command(_("Go to the question"), "Ctrl+2", go.focus_composer, words=_("focus, write, type")),
            Command(_("Go to the page"), "Ctrl+3", go.focus_page, words=_("focus, read")),
            Command(
                _("Larger text in conversations"),
                LARGER_KEYS,
                preferences.enlarge_text,
                is_hint=True,
                words=_("zoom, font, bigger"),
                symbol=Symbol.TEXT_SIZE,
                apart=True,
            ),
            Command(
                _("Smaller text in conversations"),
                SMALLER_KEYS,
                preferences.reduce_text,
                is_hint=True,
                words=_("zoom, font"),
            ),
            Command(_("Usual text size in conversations"), USUAL_KEYS, preferences.reset_text, is_hint=True),
            Command(
                _("Full screen"),
                "F11; Ctrl+Meta+F",
                window.toggle_full_screen,
                words=_("maximise, whole screen, larger"),
            ),
            Command(
                _("Switch between light and dark"),
                "",
                preferences.toggle_theme,
                words=_("theme, appearance, night, colours"),
                symbol=Symbol.THEME,
                apart=True,
            ),
        ),
    )


def model_commands(
    window: MainWindow,
    model: ModelPresenter,
    open_models: Callable[[], None],
    place_model: Callable[[], None],
    readings: ReadingsPresenter,
) -> CommandGroup:
    return CommandGroup(
        Group.MODEL,
        _("Model"),
        Symbol.MODEL,
        (
            Command(_("Choose a model"), "Ctrl+Shift+L", window.talk.chip.open_menu, words=_("switch, change")),
            Command(
                _("Models…"),
                "Ctrl+Shift+M",
                open_models,
                words=_("download, Llama, Scout, delete a model"),
                symbol=Symbol.DOWNLOAD,
            ),
            Command(
                _("Advanced model settings…"), "", place_model, words=_("GPU, graphics card, memory, layers, placement")
            ),
            Command(_("Open a GGUF file…"), "", model.choose_file, words=_("load, weights")),
            Command(_("Load the model again"), "", model.load_again, words=_("restart, reload")),
            Command(_("Saved readings…"), "", readings.open_list, words=_("cache, disk space"), apart=True),
        ),
    )


def help_commands(help_: HelpPresenter) -> CommandGroup:
    """The menu of the question mark."""
    return CommandGroup(
        Group.HELP,
        _("Help"),
        Symbol.HELP,
        (
            Command(
                _("Handbook"),
                "F1",
                help_.open_handbook,
                words=_("help, manual, guide, how to, documentation"),
                symbol=Symbol.BOOK,
            ),
            Command(
                _("Keyboard shortcuts"),
                "Ctrl+/",
                help_.show_shortcuts,
                words=_("help, keys, hotkeys"),
                symbol=Symbol.KEYS,
            ),
            Command(
                _("About Octavo"),
                "",
                help_.show_about,
                words=_("help, version, licence, credits"),
                symbol=Symbol.INFO,
                apart=True,
                role=_Role.AboutRole,
            ),
        ),
    )


def program_commands(preferences: Preferences, passphrase: PassphrasePresenter, window: MainWindow) -> CommandGroup:
    return CommandGroup(
        Group.PROGRAM,
        _("Octavo"),
        Symbol.SETTINGS,
        (
            Command(
                _("Settings"),
                "Ctrl+,",
                preferences.open_settings,
                words=_("preferences, options, configuration"),
                role=_Role.PreferencesRole,
                anchor=Anchor.SETTINGS,
            ),
            Command(
                _("Set a passphrase…"),
                "",
                passphrase.open,
                words=_("password, encryption, key, lock"),
                role=_Role.ApplicationSpecificRole,
            ),
            Command(
                _("Quit"), "Ctrl+Q", window.close, words=_("exit, close"), symbol=Symbol.CLOSE, role=_Role.QuitRole
            ),
        ),
    )
