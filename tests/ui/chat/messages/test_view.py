"""The conversation on the screen: chips, links, the foot, versions, selection, keys, colours, accessible names."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import CitationState, Ending, PassageRef
from app.core.conversations.verdict import Verdict
from app.ui.chat.messages import view as view_module
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.messages.answer_footer import Foot
from app.ui.chat.messages.empty import EmptyWords
from app.ui.chat.messages.question import QuestionMessage
from app.ui.chat.messages.view import ConversationView
from app.ui.chat.presenter import revived_words
from app.ui.chat.text.block_tools import ToolBar
from app.ui.chat.text.buttons import ActionButton, LinkButton
from app.ui.chat.text.chip import ChipButton
from app.ui.look.theme import LAMP, PAPER, Palette, TextSizes, Theme
from app.ui.widgets.link_dialog import LinkDialog
from tests.ui.chat.talk import answer, asked, book, cite, colours, judged, read, turn
from tests.ui.focus import in_focus
from tests.ui.leftovers import MOST_LEFT, blocks_left

TEXT = (
    "The lease asks for twelve months “before the end of the Term” [p. 87]. Notice by mail does not count [p. 88].\n\n"
    "A side letter shortens this to nine months [p. 22]."
)
CITATIONS = (
    cite(TEXT, "[p. 87]", CitationState.VERIFIED, 87),
    cite(TEXT, "[p. 88]", CitationState.NOT_FOUND, 88),
    cite(TEXT, "[p. 22]", CitationState.PAGE, 22),
)
VERDICTS = (
    judged(TEXT, "The lease asks for twelve months “before the end of the Term” [p. 87].", Verdict.VERBATIM, 87),
    judged(TEXT, "Notice by mail does not count [p. 88].", Verdict.OTHERWISE, 88),
)
SHELF = {"lease": book("lease", "Harbour Lease, consolidated"), "letters": book("letters", "Side letters 2019–2024")}


def only_answer(view: ConversationView) -> AnswerMessage:
    made = [message for message in view.messages() if isinstance(message, AnswerMessage)]
    assert len(made) == 1
    return made[0]


def chips(widget: QWidget) -> list[ChipButton]:
    shown = [chip for chip in widget.findChildren(ChipButton) if chip.isVisible()]
    return sorted(shown, key=lambda chip: chip.mapTo(widget, QPoint()).toTuple()[::-1])


def click(widget: QWidget, point: QPoint | None = None) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point or widget.rect().center())


# citations


def test_a_chip_stands_on_every_mark_and_opens_its_citation(view: ConversationView) -> None:
    clicked: list[object] = []
    view.citation_clicked.connect(clicked.append)
    view.show_turns((turn(1, "When?", TEXT, CITATIONS),), SHELF)
    shown = chips(only_answer(view))
    assert [chip.text() for chip in shown] == ["p. 87", "p. 88", "p. 22"]
    for chip in shown:
        click(chip)
    assert clicked == list(CITATIONS)


def test_chips_are_reached_with_tab_and_opened_with_return_and_space(view: ConversationView, qtbot: QtBot) -> None:
    clicked: list[object] = []
    view.citation_clicked.connect(clicked.append)
    view.show_turns((turn(1, "When?", TEXT, CITATIONS),), SHELF)
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    visited: list[str] = []
    for _ in range(8):
        QTest.keyClick(in_focus(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert isinstance(focused, ChipButton | ActionButton)
        visited.append(focused.text())
        if focused.text() == "p. 87":
            QTest.keyClick(focused, Qt.Key.Key_Return)
        elif focused.text() == "p. 22":
            QTest.keyClick(focused, Qt.Key.Key_Space)
    assert visited == ["Copy", "Edit", "p. 87", "p. 88", "p. 22", "Copy", "Try again", "Export"]
    assert clicked == [CITATIONS[0], CITATIONS[2]]


def test_a_chip_stands_where_its_mark_was_also_after_the_window_became_narrow(view: ConversationView) -> None:
    view.show_turns((turn(1, "When?", TEXT, CITATIONS),), SHELF)
    for width in (725, 420):
        view.resize(width, 700)
        message = only_answer(view)
        for chip, piece in zip(chips(message), (message.pieces[0], message.pieces[0], message.pieces[1]), strict=True):
            assert piece.top <= chip.y()
            assert chip.geometry().bottom() <= piece.bottom
            assert chip.x() >= 0
            assert chip.geometry().right() <= message.width()
        first, second = chips(message)[:2]
        assert not first.geometry().intersects(second.geometry())


def test_a_title_cannot_bring_markup_into_a_tooltip(view: ConversationView) -> None:
    view.show_turns((turn(1, "When?", TEXT, CITATIONS),), {"lease": book("lease", '<img src="file:///etc/passwd">')})
    for chip in chips(only_answer(view)):
        assert "<img" not in chip.toolTip()
        assert "&lt;img" in chip.toolTip()


def test_with_several_books_on_the_desk_a_chip_names_its_book(view: ConversationView) -> None:
    view.show_turns((turn(1, "When?", TEXT, CITATIONS, books=("lease", "letters")),), SHELF)
    assert chips(only_answer(view))[0].text() == "Harbour Lease p. 87"
    citations = (CITATIONS[0], cite(TEXT, "[p. 22]", CitationState.PAGE, 22, "letters"))
    view.show_turns((turn(1, "When?", TEXT, citations),), SHELF)
    assert [chip.text() for chip in chips(only_answer(view))] == ["Harbour Lease p. 87", "Side letters p. 22"]


def test_a_mark_that_several_books_have_asks_which(view: ConversationView) -> None:
    text = "It is his [p. 5]."
    unresolved = msgspec.structs.replace(
        cite(text, "[p. 5]", CitationState.PAGE, 5), book_id="", document="Lease / Letters", page=0
    )
    view.show_turns((turn(1, "When?", text, (unresolved,)),), SHELF)
    (chip,) = chips(only_answer(view))
    assert chip.text() == "which document? p. 5"
    assert "Lease / Letters" in chip.toolTip()


def test_words_that_were_verified_are_shown_with_the_mark(view: ConversationView) -> None:
    """The words alone: they need not be the whole sentence."""
    citation = msgspec.structs.replace(CITATIONS[0], quote="before the end of the Term")
    view.show_turns((turn(1, "When?", TEXT, (citation,)),), SHELF)
    assert "“before the end of the Term”" in chips(only_answer(view))[0].toolTip()


def test_passages_that_were_restated_stand_in_the_foot(view: ConversationView) -> None:
    clicked: list[object] = []
    view.citation_clicked.connect(clicked.append)
    passages = tuple(PassageRef("lease", "lease.pdf", page, str(page), 0, 9) for page in (3, 7, 7))

    def foot(text: str, *, excerpts: bool) -> Foot:
        shown = turn(1, "When?", text)
        assert shown.answer is not None
        told = msgspec.structs.replace(shown.answer, passages=passages, excerpts=excerpts)
        view.show_turns((msgspec.structs.replace(shown, answer=told),), SHELF)
        made = only_answer(view).foot
        if not made.numbers_button.isHidden():
            assert not any(chip.isVisible() for chip in chips(made)), "on request only"
            made.numbers_button.click()
        return made

    assert "Relevant passages: p. 3 p. 7" in foot("In March.", excerpts=False).describe()
    assert "Saw only excerpts: p. 3 p. 7" in foot("In March, too.", excerpts=True).describe()
    click(chips(only_answer(view).foot)[1])
    assert [(citation.book_id, citation.page) for citation in clicked] == [("lease", 7)]  # type: ignore[attr-defined]
    assert not chips(foot("", excerpts=False)), "an answer that never came has seen nothing"


def test_a_citation_without_a_place_in_the_text_is_not_lost(view: ConversationView) -> None:
    text = "```\n[p. 5]\n```\n\nx"
    beyond = cite("." * 900 + "[p. 9]", "[p. 9]", CitationState.PAGE, 9)
    view.show_turns((turn(1, "?", text, (cite(text, "[p. 5]", CitationState.VERIFIED, 5), beyond)),), SHELF)
    assert [chip.text() for chip in chips(only_answer(view).foot)] == ["p. 5", "p. 9"]


def test_the_foot_counts_and_says_what_was_reused(view: ConversationView) -> None:
    view.show_turns((turn(1, "When?", TEXT, CITATIONS, verdicts=VERDICTS),), SHELF)
    foot = only_answer(view).foot
    assert foot.describe() == "1 word for word, 1 says otherwise"
    line = foot.height()
    foot.numbers_button.click()
    assert foot.height() > line
    for words in ("prompt: 279,641 tokens", "reused: 279,592 tokens", "first word after 0.3 s"):
        assert words in foot.describe()


def test_the_foot_says_nothing_of_reuse_that_a_server_does_not_tell(view: ConversationView) -> None:
    told = turn(1, "When?", TEXT, CITATIONS)
    assert told.answer is not None
    usage = msgspec.structs.replace(told.answer.usage, tells_reused=False)
    silent = msgspec.structs.replace(told, answer=msgspec.structs.replace(told.answer, usage=usage))
    view.show_turns((silent,), SHELF)
    only_answer(view).foot.numbers_button.click()
    described = only_answer(view).foot.describe()
    assert "prompt: 279,641 tokens" in described
    assert "read: " not in described
    assert "reused: " not in described


def test_what_the_foot_says_is_on_one_line_and_in_a_narrow_window_whole(view: ConversationView) -> None:
    text = " ".join(f"Sentence {verdict.value} is here." for verdict in Verdict)
    verdicts = [judged(text, f"Sentence {verdict.value} is here.", verdict, 3) for verdict in Verdict]
    view.show_turns((turn(1, "When?", text, verdicts=verdicts),), SHELF)
    foot = only_answer(view).foot
    for width in (640, 360):
        height = foot.arrange(width)
        assert (height - foot.copy_button.geometry().bottom() < 3) is (width == 640)
        assert max(point.y() for point, _ in foot._drawn) < foot.height()
        assert [words.text for _, words in foot._drawn if words.verdict] == [
            *("1 word for word", "1 seems so", "1 to compare", "1 says otherwise", "1 not found", "1 not weighed")
        ]


def test_a_very_long_answer_is_there_at_once_and_whole_a_moment_later(view: ConversationView, qtbot: QtBot) -> None:
    text = (
        "\n\n".join(f"Paragraph {number}. " + "It goes on and on. " * 8 for number in range(400))
        + "\n\n```\n[p. 5]\n```"
    )
    turns = (turn(1, "?", text, (cite(text, "[p. 5]", CitationState.VERIFIED, 5),)),)
    view.show_turns(turns, SHELF)
    message = only_answer(view)
    begun = len(message.pieces)
    assert 0 < begun < 401
    assert chips(message.foot) == []
    qtbot.waitUntil(lambda: len(message.pieces) == 401)
    assert [chip.text() for chip in chips(message.foot)] == ["p. 5"]
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    view.show_turns(turns, SHELF)
    assert len(only_answer(view).pieces) > begun, "it was parsed a moment ago"


# links


def link_dialog(view: ConversationView) -> LinkDialog:
    return next(dialog for dialog in view.findChildren(LinkDialog) if dialog.isVisible())


@pytest.mark.qt_log_ignore("propagateSizeHints")  # Qt's offscreen screen has none
@pytest.mark.parametrize("keyboard", [False, True])
def test_a_link_is_opened_only_after_its_whole_address_was_shown(
    view: ConversationView, opened: list[QUrl], keyboard: bool
) -> None:
    address = "https://evil.example/" + "long/" * 60 + "?q=%C3%A4"
    view.show_turns((turn(1, "?", f"Go to [your bank](https://evil.example/{'long/' * 60}?q=ä) now."),), {})
    message = only_answer(view)
    link = message.findChildren(LinkButton)[0]

    def follow() -> LinkDialog:
        if keyboard:
            QTest.keyClick(link, Qt.Key.Key_Return)
        else:
            click(message, link.geometry().center())
        return link_dialog(view)

    dialog = follow()
    assert dialog.address_field.toPlainText() == address
    QTest.keyClick(dialog, Qt.Key.Key_Return)  # the default is to leave it
    assert not dialog.isVisible()
    assert opened == []
    click(follow().open_button)
    assert [bytes(url.toEncoded().data()).decode() for url in opened] == [address]


def test_a_link_that_only_looks_like_one_is_text(view: ConversationView) -> None:
    view.show_turns((turn(1, "?", "[a](file:///etc/passwd) <javascript:alert(1)> [b](ftp://x)"),), {})
    message = only_answer(view)
    assert message.findChildren(LinkButton) == []
    assert "a (file:///etc/passwd)" in read(message)


# buttons and versions


def test_the_buttons_say_which_question_and_answer_they_mean(view: ConversationView) -> None:
    said: list[tuple[object, ...]] = []
    view.copy_answer.connect(lambda answer_id: said.append(("copy", answer_id)))
    view.ask_again.connect(lambda question_id: said.append(("again", question_id)))
    view.edit_question.connect(lambda question_id: said.append(("edit", question_id)))
    view.variant_chosen.connect(lambda *what: said.append(what))
    view.show_turns((turn(1, "?", "One.", question_variants=(2, 3), answer_variants=(1, 2)),), {})
    question = next(message for message in view.messages() if isinstance(message, QuestionMessage))
    foot = only_answer(view).foot
    for button in (foot.copy_button, foot.again_button, question.edit_button):
        click(button)
    click(question.variants.earlier)
    click(question.variants.later)
    click(foot.variants.earlier)  # there is none before the first
    click(foot.variants.later)
    assert said == [
        ("copy", "a1"),
        ("again", "q1"),
        ("edit", "q1"),
        ("question", "q1", -1),
        ("question", "q1", 1),
        ("answer", "q1", 1),
    ]
    assert view.text_of("a1") == "One."
    assert view.text_of("other") == ""


def test_a_single_version_has_no_switch(view: ConversationView) -> None:
    view.show_turns((turn(1, "?", "One."),), {})
    assert not only_answer(view).foot.variants.isVisible()


# what is said about an answer


def test_sentences_stand_under_the_answer(view: ConversationView) -> None:
    view.show_turns((turn(1, "?", "Whole."),), {})
    view.begin_turn(asked(2, "And?"), "a2")
    view.append("Half")
    view.finish(answer(2, "Half", ending=Ending.FAILED), "The engine stopped. You can ask again.")
    view.note(revived_words())
    last = view.messages()[-1]
    assert isinstance(last, AnswerMessage)
    assert last.sentences == ("The engine stopped. You can ask again.", revived_words())
    assert revived_words() in last.accessibleDescription()
    assert view.text_of("a2") == "Half"


def test_an_answer_is_said_when_it_has_come_to_its_end_and_what_was_found_out_later_too(
    view: ConversationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(view_module, "announce", lambda _widget, words: said.append(words))
    view.begin_turn(asked(2, "And?"), "a2")
    view.append("By mail. ")
    assert said == []
    text = "By mail. It is nine months."
    view.finish(answer(2, text))
    assert len(said) == 1
    assert text in said[0]
    weighed = answer(2, text, verdicts=(judged(text, "It is nine months.", Verdict.SEEMS, 3),))
    view.show_weighed(weighed)
    view.show_weighed(weighed)
    last = view.messages()[-1]
    assert isinstance(last, AnswerMessage)
    assert said[1:] == [last.foot.describe()]
    assert said[1]


def test_an_answer_that_was_kept_unfinished_says_so(qtbot: QtBot, fonts: None, theme: Theme) -> None:
    view = ConversationView(theme, remark=lambda question, answer: [f"It ended: {answer.ending}."])
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show_turns((turn(1, "?", "Half", ending=Ending.CANCELLED),), {})
    assert only_answer(view).sentences == ("It ended: cancelled.",)


def test_the_empty_conversation_says_what_to_try(view: ConversationView) -> None:
    view.empty.show_words(EmptyWords("What would you like to know?", ("Drop a book here.",)))
    view.show_turns((), {})
    assert any(
        widget.accessibleName() == "What would you like to know?" and widget.isVisible() for widget in children(view)
    )
    view.begin_turn(asked(1, "?"), "a1")
    assert not any(
        widget.accessibleName() == "What would you like to know?" and widget.isVisible() for widget in children(view)
    )


def children(view: ConversationView) -> list[QWidget]:
    return view.viewport().findChildren(QWidget)


# selection


def test_the_mouse_selects_across_paragraphs_and_marks_are_copied_as_they_were_written(view: ConversationView) -> None:
    view.show_turns((turn(1, "?", TEXT, CITATIONS),), SHELF)
    message = only_answer(view)
    first, last = message.pieces[0], message.pieces[1]
    QTest.mousePress(message, Qt.MouseButton.LeftButton, pos=QPoint(0, first.top + 5))
    QTest.mouseMove(message, QPoint(message.width() - 1, last.bottom - 3))
    QTest.mouseRelease(message, Qt.MouseButton.LeftButton, pos=QPoint(message.width() - 1, last.bottom - 3))
    QTest.keyClick(message, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == TEXT
    assert PAPER.highlight.lower() in colours(message)


def test_all_of_a_message_is_copied_as_markdown(view: ConversationView) -> None:
    text = "1. *one*\n2. two `x`\n\n| a |\n|---|\n| b |\n"
    view.show_turns((turn(1, "?", text),), {})
    message = only_answer(view)
    click(message, QPoint(message.width() - 5, 5))
    QTest.keyClick(message, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(message, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == text


def test_a_double_click_selects_a_word_and_items_are_copied_with_their_markers(view: ConversationView) -> None:
    view.show_turns((turn(1, "?", "- wonderful words\n- things\n\nand more"),), {})
    message = only_answer(view)
    QTest.mouseDClick(message, Qt.MouseButton.LeftButton, pos=QPoint(50, message.pieces[0].top + 12))
    assert message.selected_text() == "wonderful"
    assert read(message) == "- wonderful words\n- things\n\nand more"


def test_selecting_in_one_message_gives_up_the_selection_in_another(view: ConversationView) -> None:
    view.show_turns((turn(1, "A question", "An answer"),), {})
    question, answered = view.messages()
    QTest.mouseDClick(answered, Qt.MouseButton.LeftButton, pos=QPoint(4, 12))
    assert answered.selected_text() == "An"
    click(question, QPoint(question.width() - 20, 20))
    assert answered.selected_text() == ""


def test_a_question_is_as_wide_as_its_words(view: ConversationView) -> None:
    long = "When must the tenant give notice to leave, and does a side letter change it? " * 4
    view.show_turns((turn(1, "Why?", "So."), turn(2, "Why?\nAnd since when is it like that?"), turn(3, long)), {})
    short, lines, wide = (each for each in view.messages() if isinstance(each, QuestionMessage))
    assert short.pieces[0].height == lines.pieces[0].height / 2
    ground = [each.grab().toImage() for each in (short, lines, wide)]
    washed = [
        sum(image.pixelColor(x, 4).name() == PAPER.wash.lower() for x in range(image.width())) for image in ground
    ]
    assert 40 < washed[0] < 80 < washed[1] < washed[2]


def test_the_text_grows_and_shrinks_and_keeps_its_place(view: ConversationView, theme: Theme) -> None:
    turns = tuple(turn(number, f"Question {number}?", "Words and words. " * 60) for number in range(1, 30))
    view.show_turns((*turns, turn(30, "Last?", TEXT, CITATIONS)), SHELF)
    usual = view.messages()[-1].pieces[0].height, view.measure()
    theme.use_sizes(TextSizes(150))
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    chip = view.messages()[-1].stops()[0]
    assert chip.height() == TextSizes(150).chip_height
    assert view.messages()[-1].pieces[0].height > usual[0]
    assert view.measure() > usual[1]
    theme.use_sizes(TextSizes(100))
    assert (view.messages()[-1].pieces[0].height, view.measure()) == usual


def test_a_list_of_tasks_has_boxes_and_is_copied_as_it_was_written(view: ConversationView) -> None:
    text = "- [ ] **call** the Harbour Office\n- [x] read [p. 5]\n- [no] task\n- words"
    view.show_turns((turn(1, "?", text, (cite(text, "[p. 5]", CitationState.PAGE, 5),)),), {})
    message = only_answer(view)
    assert message.pieces[0].written is not None
    assert [drawn.marker for drawn in message.pieces[0].written.drawn] == ["☐", "☑", "•", "•"]
    assert "call the Harbour Office" in message.pieces[0].written.document.toPlainText().splitlines()
    assert read(message) == text.replace("**", "")


# code and tables


def test_code_and_tables_are_copied_from_their_bars(view: ConversationView) -> None:
    saved: list[object] = []
    view.save_table.connect(saved.append)
    text = "```python\nx = 1  # [p. 5]\n\n```\n\n| Berth | Rent |\n|--|--:|\n| **4** [p. 5] | `1,200` |\n| 5 | =1 |\n"
    view.show_turns((turn(1, "?", text, (cite(text, "[p. 5]", CitationState.PAGE, 5),)),), {})
    message = only_answer(view)
    code, table = message.findChildren(ToolBar)
    assert [button.accessibleName() for button in [*code.buttons, *table.buttons]] == [
        "Copy the code",
        "Copy the table",
        "Save table as spreadsheet…",
    ]
    assert [stop.text() for stop in message.stops()][:2] == ["Copy the code", "Copy the table"]  # type: ignore[attr-defined]
    click(code.buttons[0])
    assert QGuiApplication.clipboard().text() == "x = 1  # [p. 5]\n"
    click(table.buttons[0])
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "Berth\tRent\n4 [p. 5]\t1,200\n5\t'=1"
    assert "<td>4 [p. 5]</td>" in data.html()
    click(table.buttons[1])
    assert saved == [[["Berth", "Rent"], ["4 [p. 5]", "1,200"], ["5", "=1"]]]
    for bar, piece in ((code, message.pieces[0]), (table, message.pieces[1])):
        assert piece.top <= bar.y() < bar.geometry().bottom() <= piece.bottom


def test_a_table_that_is_too_wide_scrolls_by_itself(view: ConversationView) -> None:
    row = "| " + " | ".join(f"unbreakablewords{number}" for number in range(9)) + " |"
    text = f"{row}\n{'|--' * 9}|\n" + "\n".join([row] * 60) + "\n\nwords"
    view.show_turns((turn(1, "?", text),), {})
    message = only_answer(view)
    message.expose(message.width(), -(10**7), 10**7)
    tables, words = message.pieces[:-1], message.pieces[-1]
    assert len(tables) > 1
    assert words.overflow == 0
    overflow = tables[0].overflow
    assert overflow > 200
    (bar,) = message.findChildren(ToolBar)
    assert bar.sideways.maximum() == overflow
    before = tables[0].rectangle_at(3).x()
    bar.sideways.setValue(120)
    assert {round(piece.rectangle_at(3).x()) for piece in tables} == {round(before - 120)}
    assert view.horizontalScrollBar().maximum() == 0
    view.resize(3_000, 700)
    message.expose(view.measure(), -(10**7), 10**7)
    assert tables[0].rectangle_at(3).x() >= before - 120


def test_the_wheel_moves_a_wide_table_sideways_and_the_conversation_up_and_down(view: ConversationView) -> None:
    row = "| " + " | ".join(f"unbreakablewords{number}" for number in range(9)) + " |"
    view.show_turns((turn(1, "?", f"{row}\n{'|--' * 9}|\n" + "\n".join([row] * 5)),), {})
    message = only_answer(view)
    place = QPointF(50, message.pieces[0].top + 40)

    def wheel(x: int, y: int) -> bool:
        event = QWheelEvent(
            place,
            QPointF(message.mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(x, y),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        message.wheelEvent(event)
        return event.isAccepted()

    assert wheel(-120, 0)
    assert message.pieces[0].scroll is not None
    assert message.pieces[0].scroll.value == 60
    assert not wheel(0, -120)


def test_a_selection_is_copied_with_its_emphasis(view: ConversationView) -> None:
    text = "It is **so** [p. 5] and `x < y`.\n\n- an *item*\n"
    view.show_turns((turn(1, "?", text, (cite(text, "[p. 5]", CitationState.VERIFIED, 5),)),), {})
    message = only_answer(view)
    message.select_all()
    message.copy_selection()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == text
    assert "It is <b>so</b> (p. 5) and <code>x &lt; y</code>." in data.html()
    assert "• an <i>item</i>" in data.html()


# colours and words for all


def test_a_change_of_theme_repaints_everything_that_is_shown(view: ConversationView, theme: Theme) -> None:
    text = "Words [a link](https://x.example) [p. 1]\n\n```python\nreturn 1\n```\n\n> quoted\n"
    verdicts = (judged(text, "Words [a link](https://x.example) [p. 1]", Verdict.VERBATIM, 1),)
    view.show_turns((turn(1, "?", text, (cite(text, "[p. 1]", CitationState.VERIFIED, 1),), verdicts=verdicts),), {})
    view.begin_turn(asked(2, "??"), "a2")
    view.append("still **open")

    def shown(palette: Palette) -> set[str]:
        names = ("ground", "wash", "ink", "surface", "accent", "verified", "line")
        seen = colours(view)
        return {name for name in names if getattr(palette, name).lower() in seen}

    assert shown(PAPER) == {"ground", "wash", "ink", "surface", "accent", "verified", "line"}
    theme.use(LAMP)
    assert shown(LAMP) == {"ground", "wash", "ink", "surface", "accent", "verified", "line"}
    assert shown(PAPER) == set()
    assert "still **open" in read(view.messages()[-1]) or "still open" in read(view.messages()[-1])


def test_every_message_has_an_accessible_name_and_its_text(view: ConversationView) -> None:
    view.show_turns((turn(1, "When <b>must</b> I?", TEXT, CITATIONS, verdicts=VERDICTS),), SHELF)
    names = []
    for message in view.messages():
        interface = QAccessible.queryAccessibleInterface(message)
        names.append(interface.text(QAccessible.Text.Name))
        text = interface.text(QAccessible.Text.Description)
        assert text.startswith("When <b>must</b> I?" if isinstance(message, QuestionMessage) else TEXT)
    assert names == ["Question", "Answer"]
    assert "1 says otherwise" in text


def test_a_long_question_is_folded_until_all_is_wanted(view: ConversationView) -> None:
    text = "\n".join(f"line {number} of many" for number in range(30_000))
    view.show_turns((turn(1, text),), {})
    question = view.messages()[0]
    assert isinstance(question, QuestionMessage)
    assert question.height() < 600
    assert question.selected_text() == ""
    click(question.unfold_button)
    assert question.height() > 30_000 * 20
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert "line 29999 of many" in question.pieces[-1].copy(0, question.pieces[-1].end())
    assert question.pieces[0].written is None


@pytest.mark.parametrize("percent", [100, 150, 200])
@pytest.mark.parametrize(
    "text",
    [
        "9. nine\n10. ten",
        "998. one\n999. two\n1000. three",
        "100000000. the longest",
        "- a\n\n  1998. inner",
        "- [ ] task",
        "- words[^1]\n\n[^1]: note",
    ],
)
def test_no_marker_of_a_list_is_cut_off_at_the_left(
    view: ConversationView, theme: Theme, percent: int, text: str
) -> None:
    theme.use_sizes(TextSizes(percent))
    view.show_turns((turn(1, "?", text),), {})
    message = only_answer(view)
    image = message.grab().toImage()
    edge = {image.pixelColor(0, y).name() for y in range(message.pieces[-1].bottom)}
    assert len(edge) == 1  # nothing but the ground


def test_an_answer_that_is_gone_leaves_nothing_in_memory(view: ConversationView) -> None:
    shown = turn(1, "When?", "In *March*:\n\n1. notice\n2. rent\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n")

    def show_and_close() -> None:
        view.show_turns((shown,), {})
        view.show_turns((), {})

    assert blocks_left(show_and_close) < MOST_LEFT
