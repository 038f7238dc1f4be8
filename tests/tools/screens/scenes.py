"""The scenes, by the name of their picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from app.core.conversations.events import Loading, Opening, Reading, Thinking
from app.core.errors import Code, Problem
from app.core.settings import ThemeChoice
from app.ui.context.fit_dialog import FitDialog
from tests.tools.screens import grids, sheets
from tests.tools.screens.asking_scenes import ASKING_SCALED, ASKING_SCENES
from tests.tools.screens.attachment_scenes import ATTACHMENT_SCALED, ATTACHMENT_SCENES, drag_over
from tests.tools.screens.backup_scenes import BACKUP_SCALED, BACKUP_SCENES
from tests.tools.screens.bin_scenes import BIN_SCENES
from tests.tools.screens.chrome_scenes import CHROME_SCALED, CHROME_SCENES
from tests.tools.screens.claim_scenes import CLAIM_SCENES
from tests.tools.screens.comparisons import COMPARISONS
from tests.tools.screens.conversation_scenes import CONVERSATION_SCALED, CONVERSATION_SCENES
from tests.tools.screens.folder_scenes import FOLDER_SCENES
from tests.tools.screens.gallery_scenes import GALLERY_SCALED, GALLERY_SCENES
from tests.tools.screens.holding_scenes import HOLDING_SCENES
from tests.tools.screens.library_searches import LIBRARY_SCALED, LIBRARY_SEARCHES
from tests.tools.screens.lock_scenes import LOCK_SCALED, LOCK_SCENES
from tests.tools.screens.matter_scenes import MATTER_SCENES
from tests.tools.screens.model_scenes import MODEL_SCALED, MODEL_SCENES
from tests.tools.screens.note_scenes import NOTE_SCALED, NOTE_SCENES
from tests.tools.screens.page_scenes import PAGE_SCALED, PAGE_SCENES
from tests.tools.screens.program_scenes import PROGRAM_SCENES
from tests.tools.screens.record_scenes import RECORD_SCENES
from tests.tools.screens.remote_scenes import REMOTE_SCENES
from tests.tools.screens.reports import REPORTS
from tests.tools.screens.rescue_scenes import RESCUE_SCENES
from tests.tools.screens.scans import SCANS
from tests.tools.screens.searches import SEARCHES
from tests.tools.screens.settings_scenes import SETTINGS_SCALED, SETTINGS_SCENES
from tests.tools.screens.stage import Stage
from tests.tools.screens.start_scenes import START_SCALED, START_SCENES
from tests.tools.screens.suggestion_scenes import SUGGESTION_SCENES
from tests.tools.screens.thought_scenes import SCENES as THOUGHT_SCENES
from tests.tools.screens.timeline_scenes import TIMELINE_SCENES
from tests.tools.screens.video_scenes import VIDEO_SCENES
from tests.tools.screens.words_scenes import WORDS_SCENES
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, RULES, SURVEY, pause, wait

Scene: TypeAlias = Callable[[Stage], None]

NOTICE = "When must the tenant give notice to leave, and does a side letter change it?"
DRY_DOCK = "Quote the sentence about the dry dock."
_ANSWER = (
    "The lease asks for twelve months: the tenant shall give notice to end the Term “not less than twelve months "
    "before the end of the then current Term” [p. 87]. Notice sent by e-mail alone does not count; it “must reach "
    "the Harbour Office by registered post” [p. 88].\n\n"
    "The side letter of 3 May 2021 shortens this: “For Berths 4 to 7 the notice period is shortened to nine months” "
    "[Side letters 2019–2024, p. 22]. I found no other change, and no page that extends it to the dry dock [p. 512]."
)
_STREAMED = f"“{shelf_of_books.QUOTE}” [p. 203], and the schedule repeats it"


def _desk(stage: Stage) -> None:
    """Books and conversations as in an ordinary week; the newest conversation has the lease and the letters."""
    stage.add_books()
    stage.add_conversation("人物と場所の一覧", days_ago=4)
    stage.add_conversation("Chapter summaries", [stage.books[SURVEY]], days_ago=2)
    stage.add_conversation("What changed between drafts", [stage.books[LETTERS]])
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])


def _answered(stage: Stage, **options: object) -> None:
    _desk(stage)
    stage.engine.answers = [(_ANSWER,)]
    stage.open(**options)  # type: ignore[arg-type]
    stage.ask(NOTICE)


def _streaming(stage: Stage, **options: object) -> None:
    gate = Gate()
    _desk(stage)
    stage.engine.answers = [(_ANSWER,), (_STREAMED, gate, " word for word.")]
    stage.open(**options)  # type: ignore[arg-type]
    stage.ask(NOTICE)
    stage.presenter.places.pages.first.open_page(stage.books[LEASE].id, 203, shelf_of_books.QUOTE)
    stage.settle()
    stage.ask(DRY_DOCK, settle=False)
    wait(gate.reached.is_set)
    pause(200)


def loading(stage: Stage) -> None:
    gate = Gate()
    _desk(stage)
    stage.engine.loads = [(Loading(0.42), gate)]
    stage.open(settle=False)
    wait(gate.reached.is_set)
    pause(300)


def streaming(stage: Stage) -> None:
    _streaming(stage)


def dark(stage: Stage) -> None:
    _streaming(stage, theme=ThemeChoice.DARK)


def small(stage: Stage) -> None:
    _streaming(stage, size=(1024, 700))


def large(stage: Stage) -> None:
    _streaming(stage, size=(2560, 1440))


def scale_200(stage: Stage) -> None:
    _streaming(stage, size=(1280, 800))


def reading(stage: Stage) -> None:
    begun, gate = Gate(), Gate()
    _desk(stage)
    stage.engine.to_read = 279_641
    stage.engine.answers = [(Reading(48, 279_641, 0), begun, Reading(252_000, 279_641, 0), gate, "")]
    stage.open()
    stage.ask(NOTICE, settle=False)
    wait(begun.reached.is_set)
    pause(100)
    stage.seconds = 540
    begun.open()
    wait(gate.reached.is_set)
    pause(200)


def thinking(stage: Stage) -> None:
    gate = Gate()
    _desk(stage)
    stage.engine.answers = [(Reading(279_641, 279_641, 279_000), Thinking(), gate, "")]
    stage.open()
    stage.ask(NOTICE, settle=False)
    wait(gate.reached.is_set)
    pause(200)


def thought_only(stage: Stage) -> None:
    _desk(stage)
    stage.engine.answers = [(Thinking(), Problem(Code.ANSWER_ALL_THOUGHT))]
    stage.open()
    stage.ask(NOTICE)


def citation_text(stage: Stage) -> None:
    _answered(stage)
    stage.presenter.places.navigation.open_citation(stage.citation(0))
    stage.settle()


def citation_pdf(stage: Stage) -> None:
    _answered(stage)
    stage.presenter.places.navigation.open_citation(stage.citation(2))
    stage.settle()


def page_gone(stage: Stage) -> None:
    _answered(stage)
    stage.reader.draw = None
    stage.presenter.places.navigation.open_citation(stage.citation(2))
    stage.settle()


def find_in_book(stage: Stage) -> None:
    _answered(stage)
    stage.presenter.places.pages.first.open_page(stage.books[LEASE].id, 203)
    stage.settle()
    stage.window.page.header.find_field.setText("Landlord")
    pause(400)
    stage.settle()


def outline(stage: Stage) -> None:
    _answered(stage)
    stage.presenter.places.pages.first.open_page(stage.books[LEASE].id, 203)
    stage.settle()
    stage.window.page.open_outline()
    pause(100)


def error(stage: Stage) -> None:
    _desk(stage)
    stage.engine.answers = [
        (
            Problem(
                Code.DOES_NOT_FIT,
                {
                    "needed_tokens": 612_400,
                    "context_tokens": 524_288,
                    "documents_tokens": 608_192,
                    "conversation_tokens": 3_184,
                    "reserve_tokens": 1_024,
                },
            ),
        )
    ]
    stage.reader.steps["minutes.pdf"] = [Problem(Code.DOCUMENT_ENCRYPTED, {"path": "minutes.pdf"})]
    stage.open()
    stage.ask(NOTICE)
    dialog = stage.window.findChild(FitDialog)
    assert dialog is not None
    dialog.reject()
    stage.presenter.shelf_area.shelf.openings.open_files([shelf_of_books.file("minutes.pdf")])
    stage.settle()


def _misfit(stage: Stage) -> None:
    _desk(stage)
    stage.engine.info = msgspec.structs.replace(stage.engine.info, context_tokens=131_072)
    stage.open()
    stage.presenter.talk_area.fitting.offer()
    stage.settle()


def fit(stage: Stage) -> None:
    _misfit(stage)


def fit_pages(stage: Stage) -> None:
    _misfit(stage)
    dialog = stage.window.findChild(FitDialog)
    assert dialog is not None
    dialog.reject()
    stage.window.shelf.pages_wanted.emit(stage.books[LEASE].id)
    pause(600)


def ahead(stage: Stage) -> None:
    """Read ahead, and paused."""
    begun, gate = Gate(), Gate()
    _desk(stage)
    stage.engine.to_read = 279_641
    stage.engine.readings = [(Reading(0, 279_641, 0), begun, Reading(100_000, 279_641, 0), gate)]
    stage.open()
    stage.presenter.talk_area.ahead.start()
    wait(begun.reached.is_set)
    pause(100)
    stage.seconds = 220
    begun.open()
    wait(gate.reached.is_set)
    pause(100)
    stage.presenter.talk_area.context.act()
    pause(200)


def half_read(stage: Stage) -> None:
    _desk(stage)
    stage.engine.to_read = 180_000
    stage.open(theme=ThemeChoice.DARK, size=(1024, 700))


def numbers(stage: Stage) -> None:
    _answered(stage)
    stage.last_answer().foot.numbers_button.click()
    stage.settle()


def engine_died(stage: Stage) -> None:
    gate = Gate()
    _desk(stage)
    stage.engine.answers = [(_ANSWER,), (_STREAMED, Problem(Code.ENGINE_CRASHED, {"signal": 9}))]
    stage.open()
    stage.ask(NOTICE)
    stage.engine.loads = [(Loading(0.31), gate)]
    stage.ask(DRY_DOCK, settle=False)
    wait(gate.reached.is_set)
    pause(200)


def engine_back(stage: Stage) -> None:
    _desk(stage)
    stage.engine.answers = [(_ANSWER,), (_STREAMED, Problem(Code.ENGINE_CRASHED, {"signal": 9}))]
    stage.open()
    stage.ask(NOTICE)
    stage.ask(DRY_DOCK)


def variants(stage: Stage) -> None:
    _answered(stage)
    stage.engine.answers = [("Twelve months [p. 87].",)]
    stage.presenter.talk_area.asking.ask_last_again()
    stage.settle()
    stage.presenter.talk_area.asking.edit_last()
    pause(100)


def japanese(stage: Stage) -> None:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE]], days_ago=1)
    stage.add_conversation("人物と場所の一覧", [stage.books[RULES]], days_ago=3)
    stage.add_conversation("退去の通知について", [stage.books[RULES]])
    stage.engine.answers = [
        (
            "借主は「契約期間の満了の十二か月前までに、書留郵便によって港湾事務所に通知しなければならない」とされています"
            " [p. 1]。また、「乾ドックとその設備は、この章に定めるすべての中途解約の権利から除かれる」ので、"
            "乾ドックだけを先に返すことはできません [p. 1]。",
        )
    ]
    stage.open()
    stage.ask("退去の通知はいつまでに、どのように行う必要がありますか。")
    stage.presenter.places.navigation.open_citation(stage.citation(1))
    stage.settle()


def empty_shelf(stage: Stage) -> None:
    stage.add_conversation("")
    stage.open()


def opening(stage: Stage) -> None:
    gate = Gate()
    _desk(stage)
    stage.reader.steps["Annual report 2025.pdf"] = [Opening(172, 410), gate]
    stage.open()
    stage.presenter.shelf_area.shelf.openings.open_files([shelf_of_books.file("Annual report 2025.pdf")])
    wait(gate.reached.is_set)
    pause(200)


def drop(stage: Stage) -> None:
    _answered(stage)
    drag_over(stage, "lease.pdf")


def palette(stage: Stage) -> None:
    _answered(stage)
    stage.presenter.places.anything.find()
    pause(100)


def pages(stage: Stage) -> None:
    _answered(stage)
    stage.window.shelf.pages_wanted.emit(stage.books[LEASE].id)
    pause(100)


def models(stage: Stage) -> None:
    _answered(stage)
    stage.window.talk.chip.open_menu()
    pause(100)


def folded(stage: Stage) -> None:
    _answered(stage)
    stage.window.toggle_shelf()
    stage.window.toggle_page()
    stage.settle()


SCENES: dict[str, Scene] = (
    {
        scene.__name__.replace("_", "-"): scene
        for scene in (
            *START_SCENES,
            *FOLDER_SCENES,
            loading,
            streaming,
            dark,
            small,
            large,
            scale_200,
            reading,
            thinking,
            thought_only,
            ahead,
            half_read,
            numbers,
            fit,
            fit_pages,
            citation_text,
            citation_pdf,
            page_gone,
            find_in_book,
            outline,
            error,
            engine_died,
            engine_back,
            variants,
            japanese,
            empty_shelf,
            opening,
            drop,
            palette,
            pages,
            models,
            folded,
            *PAGE_SCENES,
            *NOTE_SCENES,
            *ATTACHMENT_SCENES,
            *VIDEO_SCENES,
            *sheets.SCENES,
            *grids.SCENES,
            *GALLERY_SCENES,
            *HOLDING_SCENES,
            *ASKING_SCENES,
            *SUGGESTION_SCENES,
            *CHROME_SCENES,
            *CLAIM_SCENES,
            *CONVERSATION_SCENES,
            *BACKUP_SCENES,
            *BIN_SCENES,
            *RESCUE_SCENES,
            *PROGRAM_SCENES,
            *RECORD_SCENES,
            *TIMELINE_SCENES,
            *MATTER_SCENES,
            *MODEL_SCENES,
            *SETTINGS_SCENES,
            *LOCK_SCENES,
            *THOUGHT_SCENES,
            *WORDS_SCENES,
        )
    }
    | COMPARISONS
    | REPORTS
    | SCANS
    | SEARCHES
    | LIBRARY_SEARCHES
    | REMOTE_SCENES
)
SCALED = (
    {"scale-200": "2"}
    | START_SCALED
    | CHROME_SCALED
    | LIBRARY_SCALED
    | PAGE_SCALED
    | NOTE_SCALED
    | ATTACHMENT_SCALED
    | BACKUP_SCALED
    | GALLERY_SCALED
    | MODEL_SCALED
    | CONVERSATION_SCALED
    | SETTINGS_SCALED
    | LOCK_SCALED
    | ASKING_SCALED
)
"""Scenes that need Qt's scale factor, which is read when the program starts."""
