"""The commands of pages."""

from __future__ import annotations

from functools import partial
from operator import attrgetter, methodcaller

from app.ui.frame.main_window import MainWindow
from app.ui.frame.navigation import Navigation
from app.ui.kit.commands import Anchor, Command, CommandGroup, Group
from app.ui.look.icons import Symbol
from app.ui.page.pager import ASK_PAGE_KEYS, ASK_PART_KEYS, BACK_KEYS, FORWARD_KEYS
from app.ui.page.pages import Pages
from app.ui.page.panel import PagePanel
from app.ui.page.selection_bar import MARK_KEY, NOTE_KEY
from app.ui.page.view_menu import ACROSS_KEYS, ACTUAL_KEYS, FIT_PAGE_KEYS, SPLIT_KEYS, TURN_BACK_KEYS, TURN_KEYS
from app.wording.i18n import _


def page_commands(go: Navigation, pages: Pages, window: MainWindow) -> CommandGroup:
    panel = window.page
    return CommandGroup(
        Group.PAGE,
        _("Page"),
        Symbol.PAGE,
        (
            Command(_("Find in document"), "Ctrl+F", go.find_in_book, words=_("search"), symbol=Symbol.FIND),
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
                can=partial(pages.offers, attrgetter("outline")),
            ),
            Command(
                _("Thumbnails"),
                "Ctrl+Shift+P",
                pages.offer_thumbnails,
                words=_("small pictures, overview"),
                symbol=Symbol.THUMBNAILS,
                can=partial(pages.offers, attrgetter("thumbnails")),
            ),
            Command(_("Close the document"), "Ctrl+W", go.close_book, words=_("tab"), symbol=Symbol.CLOSE),
            Command(
                _("Switch between text and page view"),
                "Ctrl+T",
                partial(panel.act, PagePanel.toggle_drawing),
                words=_("drawing, original"),
                can=partial(pages.offers, attrgetter("as_text")),
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
                _("Copy the document’s reference as BibTeX"),
                "",
                pages.copy_bibtex,
                words=_("citation, bibliography, LaTeX, Zotero"),
                symbol=Symbol.COPY,
                can=pages.is_citable,
            ),
            Command(
                _("Copy the document’s reference as CSL JSON"),
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
                words=_("two documents, beside each other, compare"),
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
