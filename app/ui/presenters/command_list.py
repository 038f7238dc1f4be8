"""The commands that the window has, with their shortcuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.messages import _
from app.ui.chat.composer import IMAGE_KEYS
from app.ui.page.pager import ASK_PAGE_KEYS, ASK_PART_KEYS
from app.ui.presenters.commands import Command

if TYPE_CHECKING:
    from app.ui.presenters.window import WindowPresenter


def list_commands(presenter: WindowPresenter) -> tuple[Command, ...]:
    """In the order in which they are offered."""
    window, talk, page, go = presenter.window, presenter.conversation, presenter.window.page, presenter.navigation
    return (
        Command(_("New conversation"), "Ctrl+N", go.new_conversation),
        Command(_("Add a book…"), "Ctrl+O", presenter.shelf.choose_files),
        Command(_("Show the model an image or a video…"), IMAGE_KEYS, presenter.images.choose),
        Command(_("Show the model a part of the screen…"), "", presenter.portal.ask, presenter.portal.found),
        Command(_("Find anything"), "Ctrl+K", presenter.find_anything),
        Command(_("Rename the conversation"), "F2", go.rename),
        Command(_("Delete the conversation…"), "", presenter.delete),
        Command(_("Ask again"), "Ctrl+R", talk.ask_last_again),
        Command(_("Ask again with excerpts"), "Ctrl+Shift+R", talk.ask_last_from_excerpts),
        Command(_("Edit the last question"), "Ctrl+E", talk.edit_last),
        Command(_("Copy the last answer"), "Ctrl+Shift+C", talk.copy_last),
        Command(_("Stop"), "Esc", presenter.stop, told=True),
        Command(_("Make room for the conversation…"), "", presenter.fitting.offer),
        Command(_("Let the model read the books on the desk now"), "", presenter.read_ahead),
        Command(_("Pause or resume the reading"), "Ctrl+P", presenter.context.pause_or_resume),
        Command(_("Find in book"), "Ctrl+F", go.find_in_book),
        Command(_("Go to page"), "Ctrl+G", go.go_to_page),
        Command(_("Outline"), "Ctrl+Shift+O", page.open_outline),
        Command(_("Thumbnails"), "Ctrl+Shift+P", presenter.page.offer_thumbnails),
        Command(_("Switch between text and page view"), "Ctrl+T", page.toggle_drawing),
        Command(_("Ask about this page"), ASK_PAGE_KEYS, presenter.page.ask_about_page),
        Command(_("Ask about a part of this page"), ASK_PART_KEYS, go.select_part),
        Command(_("Import report…"), "Ctrl+I", presenter.report_on_open_book),
        Command(_("Zoom in"), "Ctrl++", page.zoom_in),
        Command(_("Zoom out"), "Ctrl+-", page.zoom_out),
        Command(_("Reset zoom"), "Ctrl+0", page.zoom_fit),
        Command(_("Show or hide the shelf"), "Ctrl+B", window.toggle_shelf),
        Command(_("Show or hide the page"), "Ctrl+J", window.toggle_page),
        Command(_("Go to the shelf"), "Ctrl+1", go.focus_shelf),
        Command(_("Go to the question"), "Ctrl+2", go.focus_composer),
        Command(_("Go to the page"), "Ctrl+3", go.focus_page),
        Command(_("Choose a model"), "Ctrl+M", window.talk.chip.open_menu),
        Command(_("Models…"), "Ctrl+Shift+M", presenter.models.open),
        Command(_("Advanced model settings…"), "", presenter.models.place_loaded),
        Command(_("Open a GGUF file…"), "", presenter.model.choose_file),
        Command(_("Load the model again"), "", presenter.model.load_again),
        Command(_("Export the conversation…"), "Ctrl+Shift+S", presenter.export),
        Command(_("Question sheet…"), "Ctrl+L", go.open_sheet),
        Command(_("Saved readings…"), "", presenter.readings.open_list),
        Command(_("Switch between light and dark"), "", presenter.preferences.toggle_theme),
        Command(_("Settings"), "Ctrl+,", presenter.preferences.open_settings),
        Command(_("Quit"), "Ctrl+Q", window.close),
    )
