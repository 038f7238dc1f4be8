"""Scenes of what surrounds the conversation: its menu, help, the palette; at several widths."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from app.core.settings import ThemeChoice
from app.ui.palette.palette_dialog import PaletteDialog
from app.wording import i18n
from tests.tools.screens.stage import Stage
from tests.ui.room import LEASE, LETTERS, SURVEY, pause

_ANSWER = (
    "The lease asks for twelve months: the tenant shall give notice to end the Term “not less than twelve months "
    "before the end of the then current Term” [p. 87]. Notice sent by e-mail alone does not count; it “must reach "
    "the Harbour Office by registered post” [p. 88].\n\n"
    "The side letter of 3 May 2021 shortens this: “For Berths 4 to 7 the notice period is shortened to nine months” "
    "[Side letters 2019–2024, p. 22]."
)
_QUESTION = "When must the tenant give notice to leave, and does a side letter change it?"


def _answered(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("人物と場所の一覧", days_ago=4)
    stage.add_conversation("Chapter summaries", [stage.books[SURVEY]], days_ago=2)
    stage.add_conversation("What changed between drafts", [stage.books[LETTERS]])
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.engine.answers = [(_ANSWER,)]
    stage.open(**options)  # type: ignore[arg-type]
    stage.ask(_QUESTION)


def header_menu(stage: Stage) -> None:
    _answered(stage)
    stage.window.talk.more.click()
    pause(100)


def title_edited(stage: Stage) -> None:
    _answered(stage)
    stage.window.talk.title.edit()
    line = stage.window.talk.title.findChild(QLineEdit)
    assert line is not None
    pause(100)


def help_menu(stage: Stage) -> None:
    _answered(stage)
    stage.window.shelf.help_button.click()
    pause(100)


def shortcuts(stage: Stage) -> None:
    _answered(stage)
    stage.presenter.places.help.show_shortcuts()
    pause(100)


def shortcuts_dark(stage: Stage) -> None:
    _answered(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    stage.presenter.places.help.show_shortcuts()
    pause(100)


def about(stage: Stage) -> None:
    _answered(stage)
    stage.presenter.places.help.show_about()
    stage.settle()


def _typed(stage: Stage, words: str) -> None:
    stage.presenter.places.anything.find()
    stage.settle()
    dialog = stage.window.findChildren(PaletteDialog)[-1]
    dialog.line.setText(words)
    pause(400)
    stage.settle()


def palette_texts(stage: Stage) -> None:
    _answered(stage)
    _typed(stage, "notice")


def palette_texts_dark(stage: Stage) -> None:
    _answered(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    _typed(stage, "notice")


def palette_synonym(stage: Stage) -> None:
    _answered(stage, size=(2560, 1440))
    _typed(stage, "zoom")


def palette_nothing(stage: Stage) -> None:
    _answered(stage)
    _typed(stage, "zeppelin")


def palette_japanese(stage: Stage) -> None:
    i18n.use_language("ja")
    try:
        _answered(stage)
        _typed(stage, "通知")
    finally:
        i18n.use_language("en")


def palette_200(stage: Stage) -> None:
    _answered(stage, size=(1280, 720))
    _typed(stage, "")


def _cited(stage: Stage, **options: object) -> None:
    _answered(stage, **options)
    stage.presenter.places.navigation.open_citation(stage.citation(2))
    stage.settle()


def narrow_page(stage: Stage) -> None:
    """A page mark was clicked: the page has taken the place of the shelf."""
    _cited(stage, size=(1024, 700))


def narrow_page_dark(stage: Stage) -> None:
    _cited(stage, size=(1024, 700), theme=ThemeChoice.DARK)


def full_hd(stage: Stage) -> None:
    _cited(stage, size=(1920, 1080))


def wide_dark(stage: Stage) -> None:
    _cited(stage, size=(2560, 1440), theme=ThemeChoice.DARK)


def scale_125(stage: Stage) -> None:
    _cited(stage, size=(1536, 864))


def narrow_200(stage: Stage) -> None:
    _cited(stage, size=(960, 600))


CHROME_SCENES = (
    narrow_page,
    narrow_page_dark,
    full_hd,
    wide_dark,
    scale_125,
    narrow_200,
    palette_texts,
    palette_texts_dark,
    palette_synonym,
    palette_nothing,
    palette_japanese,
    palette_200,
    header_menu,
    title_edited,
    help_menu,
    shortcuts,
    shortcuts_dark,
    about,
)
CHROME_SCALED = {"palette-200": "2", "scale-125": "1.25", "narrow-200": "2"}
