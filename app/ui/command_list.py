"""The commands that the window has, with their shortcuts, in the order in which they are offered."""

from __future__ import annotations

from collections.abc import Callable

from app.ui.chat.asking import AskingPresenter
from app.ui.chat.composer import IMAGE_KEYS
from app.ui.chat.image_sources import ImageSources
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.text_size import LARGER_KEYS, SMALLER_KEYS, USUAL_KEYS
from app.ui.commands import Command
from app.ui.context.fitting import Fitting
from app.ui.context.presenter import ContextPresenter, Prefill
from app.ui.exporting import Exporting
from app.ui.main_window import MainWindow
from app.ui.models.loading import ModelPresenter
from app.ui.navigation import Navigation
from app.ui.page.pager import ASK_PAGE_KEYS, ASK_PART_KEYS
from app.ui.page.presenter import PagePresenter
from app.ui.palette import Anything
from app.ui.portal import ScreenPortal
from app.ui.prompts.presenter import PromptsPresenter
from app.ui.settings.presenter import Preferences
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shelf.saved_readings import ReadingsPresenter
from app.wording.i18n import _


def adding_commands(
    go: Navigation, shelf: ShelfPresenter, images: ImageSources, portal: ScreenPortal, anything: Anything
) -> tuple[Command, ...]:
    return (
        Command(_("New conversation"), "Ctrl+N", go.new_conversation),
        Command(_("Add a book…"), "Ctrl+O", shelf.choose_files),
        Command(_("Show the model an image or a video…"), IMAGE_KEYS, images.choose),
        Command(_("Show the model a part of the screen…"), "", portal.ask, portal.found),
        Command(_("Find anything"), "Ctrl+K", anything.find),
        Command(_("Rename the conversation"), "F2", go.rename),
        Command(_("Delete the conversation…"), "", go.delete),
    )


def asking_commands(
    go: Navigation,
    talk: ConversationPresenter,
    asking: AskingPresenter,
    fitting: Fitting,
    ahead: Prefill,
    context: ContextPresenter,
    prompts: PromptsPresenter,
) -> tuple[Command, ...]:
    return (
        Command(_("Ask again"), "Ctrl+R", asking.ask_last_again),
        Command(_("Ask again with excerpts"), "Ctrl+Shift+R", asking.ask_last_from_excerpts),
        Command(_("Edit the last question"), "Ctrl+E", asking.edit_last),
        Command(_("Copy the last answer"), "Ctrl+Shift+C", talk.copy_last),
        Command(_("Stop"), "Esc", go.stop, is_hint=True),
        Command(_("Instructions for this conversation…"), "", prompts.instruct),
        Command(_("Saved prompts…"), "", prompts.open_list),
        Command(_("Make room for the conversation…"), "", fitting.offer),
        Command(_("Let the model read the books on the desk now"), "", ahead.start),
        Command(_("Pause or resume the reading"), "Ctrl+P", context.pause_or_resume),
    )


def page_commands(go: Navigation, page: PagePresenter, window: MainWindow) -> tuple[Command, ...]:
    panel = window.page
    return (
        Command(_("Find in book"), "Ctrl+F", go.find_in_book),
        Command(_("Go to page"), "Ctrl+G", go.go_to_page),
        Command(_("Outline"), "Ctrl+Shift+O", panel.open_outline),
        Command(_("Thumbnails"), "Ctrl+Shift+P", page.offer_thumbnails),
        Command(_("Switch between text and page view"), "Ctrl+T", panel.toggle_drawing),
        Command(_("Ask about this page"), ASK_PAGE_KEYS, page.ask_about_page),
        Command(_("Ask about a part of this page"), ASK_PART_KEYS, go.select_part),
        Command(_("Import report…"), "Ctrl+I", go.report_on_open_book),
        Command(_("Zoom in"), "Ctrl++", panel.zoom_in),
        Command(_("Zoom out"), "Ctrl+-", panel.zoom_out),
        Command(_("Reset zoom"), "Ctrl+0", panel.zoom_fit),
        Command(_("Show or hide the shelf"), "Ctrl+B", window.toggle_shelf),
        Command(_("Show or hide the page"), "Ctrl+J", window.toggle_page),
        Command(_("Go to the shelf"), "Ctrl+1", go.focus_shelf),
        Command(_("Go to the question"), "Ctrl+2", go.focus_composer),
        Command(_("Go to the page"), "Ctrl+3", go.focus_page),
    )


def model_commands(
    window: MainWindow, model: ModelPresenter, open_models: Callable[[], None], place_model: Callable[[], None]
) -> tuple[Command, ...]:
    return (
        Command(_("Choose a model"), "Ctrl+M", window.talk.chip.open_menu),
        Command(_("Models…"), "Ctrl+Shift+M", open_models),
        Command(_("Advanced model settings…"), "", place_model),
        Command(_("Open a GGUF file…"), "", model.choose_file),
        Command(_("Load the model again"), "", model.load_again),
    )


def program_commands(
    go: Navigation, exporting: Exporting, readings: ReadingsPresenter, preferences: Preferences, window: MainWindow
) -> tuple[Command, ...]:
    return (
        Command(_("Export the conversation…"), "Ctrl+Shift+S", exporting.export),
        Command(_("Question sheet…"), "Ctrl+L", go.open_sheet),
        Command(_("Compare the first two books on the desk…"), "Ctrl+Shift+D", go.compare_on_desk),
        Command(_("Saved readings…"), "", readings.open_list),
        Command(_("Switch between light and dark"), "", preferences.toggle_theme),
        Command(_("Larger text in conversations"), LARGER_KEYS, preferences.enlarge_text, is_hint=True),
        Command(_("Smaller text in conversations"), SMALLER_KEYS, preferences.reduce_text, is_hint=True),
        Command(_("Usual text size in conversations"), USUAL_KEYS, preferences.reset_text, is_hint=True),
        Command(_("Settings"), "Ctrl+,", preferences.open_settings),
        Command(_("Quit"), "Ctrl+Q", window.close),
    )
