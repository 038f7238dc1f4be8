"""Tests of how an answer's sentences are shown: one line and one chip each, a card with the page's words, counts
below."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.core.conversations.conversation import Citation, CitationState, Turn
from app.core.conversations.verdict import SentenceVerdict, Unweighed, Verdict
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.messages.question import QuestionMessage
from app.ui.chat.messages.view import ConversationView
from app.ui.chat.text.chip import ChipButton
from app.ui.chat.text.evidence import EvidenceCard
from app.ui.chat.text.sentence_lines import SentenceLine
from app.ui.chat.text.verdict_marks import colour_verdict
from app.ui.look.theme import LAMP, PAPER, Palette, Theme
from app.ui.widgets.buttons import TextButton
from app.wording.i18n import use_language
from app.wording.verdicts import verdict_label
from tests.ui.chat.talk import book, chips, cite, colours, judged, lined, read, turn
from tests.ui.focus import in_focus
from tests.ui.room import wait

SHELF = {
    "lease": book("lease", "Harbour Lease, consolidated", 300),
    "letters": book("letters", "Side letters 2019–2024"),
}
SENTENCES = {
    Verdict.VERBATIM: "The Term ends “in the spring of the year” [p. 87].",
    Verdict.SEEMS: "Notice goes to the Harbour Office [p. 88].",
    Verdict.COMPARE: "The period is nine months for all berths [p. 22].",
    Verdict.OTHERWISE: "The rent is 1,300 a year [p. 5].",
    Verdict.NOTHING: "Marlow was informed in person.",
    Verdict.UNWEIGHED: "The quay is as old as the lease.",
}
PAGES = {Verdict.VERBATIM: 87, Verdict.SEEMS: 88, Verdict.COMPARE: 22, Verdict.OTHERWISE: 5}
ON_PAGE = {
    Verdict.VERBATIM: ("It ends in the spring of the year.",),
    Verdict.SEEMS: ("Notices are sent there.", "The Harbour Office keeps them."),
    Verdict.COMPARE: ("For Berths 4 to 7 only, the period is nine months.",),
    Verdict.OTHERWISE: ("The rent is 1,200 a year.",),
}
TEXT = " ".join(SENTENCES.values())
LABELS = ["p. 87 ✓", "p. 88 seems to say this", "p. 22 · compare", "p. 5 says otherwise", "no page says this"]


def shown_turn(text: str = TEXT) -> Turn:
    citations = [cite(text, f"[p. {page}]", CitationState.PAGE, page) for page in PAGES.values()]
    verdicts = [
        judged(text, sentence, verdict, PAGES.get(verdict, 0), *ON_PAGE.get(verdict, ()))
        for verdict, sentence in SENTENCES.items()
    ]
    return turn(1, "When?", text, citations, verdicts=verdicts)


def show(view: ConversationView, text: str, citations: list[Citation], *verdicts: SentenceVerdict) -> AnswerMessage:
    view.show_turns((turn(1, "When?", text, citations, verdicts=verdicts),), SHELF)
    return only_answer(view)


def only_answer(view: ConversationView) -> AnswerMessage:
    (made,) = [message for message in view.messages() if isinstance(message, AnswerMessage)]
    return made


def lines(message: AnswerMessage) -> list[SentenceLine]:
    return [line for piece in message.pieces for line in piece._lines]


# lines and chips


def test_each_sentence_has_one_line_from_its_first_to_its_last_word_and_one_chip(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    message = only_answer(view)
    assert lined(message) == [
        ("The Term ends “in the spring of the year”", Verdict.VERBATIM),
        ("Notice goes to the Harbour Office", Verdict.SEEMS),
        ("The period is nine months for all berths", Verdict.COMPARE),
        ("The rent is 1,300 a year", Verdict.OTHERWISE),
        ("Marlow was informed in person", Verdict.NOTHING),
    ]
    assert [chip.text() for chip in chips(message)] == LABELS
    assert [chip.verdict for chip in chips(message)] == list(SENTENCES)[:-1]
    assert read(message) == TEXT, "nothing that was not written is copied"


@pytest.mark.parametrize("palette", [PAPER, LAMP], ids=["light", "dark"])
def test_green_and_the_tick_are_for_sentences_that_a_page_has_word_for_word(
    view: ConversationView, theme: Theme, palette: Palette
) -> None:
    theme.use(palette)
    view.show_turns((shown_turn(),), SHELF)
    wanted = [palette.verified, palette.soft_ink, palette.near, palette.not_found, palette.not_found]
    for chip, colour in zip(chips(only_answer(view)), wanted, strict=True):
        assert colour.lower() in colours(chip)
        is_verbatim = chip.verdict is Verdict.VERBATIM
        assert ("✓" in chip.text()) is is_verbatim
        assert (palette.verified.lower() in colours(chip)) is is_verbatim
    assert {verdict for verdict in [*Verdict, None] if colour_verdict(verdict, palette) == palette.verified} == {
        Verdict.VERBATIM
    }


@pytest.mark.parametrize("state", CitationState)
def test_what_was_found_out_about_a_citation_alone_is_never_shown(view: ConversationView, state: CitationState) -> None:
    message = show(view, "It says “so and so” [p. 5].", [cite("It says “so and so” [p. 5].", "[p. 5]", state, 5)])
    (chip,) = chips(message)
    assert chip.text() == "p. 5"
    assert colours(chip).isdisjoint({PAPER.verified.lower(), PAPER.near.lower(), PAPER.not_found.lower()})
    assert lined(message) == []
    assert message.foot.describe() == ""


def test_of_several_marks_only_that_of_the_verdicts_page_says_it(view: ConversationView) -> None:
    text = "It ends in spring [p. 3], as all know [p. 4], or do not [p. 4]."
    first, second = cite(text, "[p. 3]", CitationState.PAGE, 3), cite(text, "[p. 4]", CitationState.PAGE, 4)
    last = Citation("lease", "lease.pdf", 4, "4", "", CitationState.PAGE, text.rindex("[p. 4]"), text.rindex("."))
    message = show(view, text, [first, second, last], judged(text, text, Verdict.VERBATIM, 4))
    assert [(chip.text(), chip.verdict) for chip in chips(message)] == [
        *(("p. 3", None), ("p. 4 ✓", Verdict.VERBATIM), ("p. 4", None))
    ]
    for named in ("3, 4", ""):
        other = show(view, text, [first, second, last], judged(text, text, Verdict.VERBATIM, 9, named=named))
        assert [chip.text() for chip in chips(other)] == ["p. 3, 4 → 9 ✓", "p. 4", "p. 4"]
        assert sum(chip.verdict is not None for chip in chips(other)) == 1


def test_of_several_pages_in_one_mark_the_chip_is_that_of_the_verdict(view: ConversationView) -> None:
    text = "It ends in spring [p. 3, 4]."
    marks = [cite(text, "[p. 3, 4]", CitationState.PAGE, page) for page in (3, 4)]
    verdict = judged(text, text, Verdict.SEEMS, 4)
    message = show(view, text, marks, verdict)
    assert [chip.text() for chip in chips(message)] == [verdict_label(verdict, SHELF)]
    assert "Also cited: p. 3" in message.foot.describe()


def test_a_mark_behind_the_full_stop_belongs_to_the_sentence_before_it(view: ConversationView) -> None:
    text = "It ends in spring. [p. 3] It begins in autumn. [p. 4]"
    marks = [cite(text, f"[p. {page}]", CitationState.PAGE, page) for page in (3, 4)]
    verdicts = (
        judged(text, "It ends in spring.", Verdict.VERBATIM, 3),
        judged(text, "It begins in autumn.", Verdict.COMPARE, 4),
    )
    message = show(view, text, marks, *verdicts)
    assert [chip.text() for chip in chips(message)] == ["p. 3 ✓", "p. 4 · compare"]
    assert lined(message) == [("It ends in spring", Verdict.VERBATIM), ("It begins in autumn", Verdict.COMPARE)]


def test_a_sentence_on_which_nothing_is_known_has_no_line_and_at_most_its_page(view: ConversationView) -> None:
    text = "It ends in spring. It begins in autumn."
    nothing = judged(text, "It ends in spring.", Verdict.UNWEIGHED, reason=Unweighed.NO_JUDGE)
    waits = judged(text, "It begins in autumn.", Verdict.UNWEIGHED, 7, reason=Unweighed.WAITING)
    message = show(view, text, [], nothing, waits)
    assert lined(message) == []
    assert [chip.text() for chip in chips(message)] == ["p. 7"]
    assert "2 not weighed" in message.foot.describe()
    marked = "It ends in spring [p. 3]."
    elsewhere = judged(marked, marked, Verdict.UNWEIGHED, 9, reason=Unweighed.WAITING)
    (chip,) = chips(show(view, marked, [cite(marked, "[p. 3]", CitationState.PAGE, 3)], elsewhere))
    assert (chip.text(), chip.citation.page) == ("p. 3", 3), "what the answer names, as nothing is known"
    assert chip.accessibleDescription().startswith("Not weighed yet")
    message = show(view, text, [], nothing, waits)
    assert "no model judged it; Not weighed yet" in message.foot.toolTip()


def test_with_several_books_the_chip_names_its_own(view: ConversationView) -> None:
    text = "It ends in spring."
    verdict = judged(text, text, Verdict.COMPARE, 2, book_id="letters")
    view.show_turns((turn(1, "When?", text, verdicts=[verdict], books=("lease", "letters")),), SHELF)
    assert [chip.text() for chip in chips(only_answer(view))] == ["Side letters p. 2 · compare"]
    text = "It ends in spring [p. 5]."
    nothing, mark = judged(text, text, Verdict.NOTHING), cite(text, "[p. 5]", CitationState.PAGE, 5)
    named = judged(text, text, Verdict.NOTHING, named="5")
    view.show_turns((turn(1, "When?", text, [mark], verdicts=[nothing], books=("lease", "letters")),), SHELF)
    assert [chip.text() for chip in chips(only_answer(view))] == [verdict_label(named, SHELF, "Harbour Lease")]


@pytest.mark.parametrize(
    ("text", "sentence", "words"),
    [
        ("- Elephants sleep standing up.\n- Other.", "Elephants sleep standing up.", "Elephants sleep standing up"),
        ("2. They *never* sleep in **winter**.", "They *never* sleep in **winter**.", "They never sleep in winter"),
        ("**“Elephants” sleep** in winter.", "**“Elephants” sleep** in winter.", "“Elephants” sleep in winter"),
        ("_Elephants_ sleep in _winter_.", "_Elephants_ sleep in _winter_.", "Elephants sleep in winter"),
        ("- [x] Elephants sleep at night", "[x] Elephants sleep at night", "Elephants sleep at night"),
        ("They sleep [there](https://x.example/a).", "They sleep [there](https://x.example/a).", "They sleep there"),
        ("Elephants sleep at night[^1].\n\n[^1]: Some.", "Elephants sleep at night[^1].", "Elephants sleep at night"),
        ("Elephants sleep &amp; wake.", "Elephants sleep &amp; wake.", "Elephants sleep & wake"),
        ("象は立って眠る。冬は眠らない。", "象は立って眠る。", "象は立って眠る"),
        ("They 🐘 sleep standing 🐘 up.", "They 🐘 sleep standing 🐘 up.", "They 🐘 sleep standing 🐘 up"),
    ],
)  # fmt: skip
def test_lines_leave_the_text_as_it_is(view: ConversationView, text: str, sentence: str, words: str) -> None:
    plain = read(show(view, text, []))
    message = show(view, text, [], judged(text, sentence, Verdict.NOTHING))
    assert read(message) == plain
    assert lined(message) == [(words, Verdict.NOTHING)]
    assert [chip.text() for chip in chips(message)] == ["no page says this"]


def test_a_row_of_a_table_has_its_line_in_every_cell_and_its_chip_in_the_last(view: ConversationView) -> None:
    text = "| Berth | Rent |\n|--|--|\n| The fourth berth [p. 5] | 1,200 |\n| The fifth berth | 960 |\n"
    rows = text.splitlines()[2:]
    verdicts = (judged(text, rows[0], Verdict.VERBATIM, 5), judged(text, rows[1], Verdict.NOTHING))
    message = show(view, text, [cite(text, "[p. 5]", CitationState.PAGE, 5)], *verdicts)
    assert [chip.text() for chip in chips(message)] == ["p. 5 ✓", "no page says this"]
    found = [line.verdict for line in lines(message)]
    assert found == [Verdict.VERBATIM] * 2 + [Verdict.NOTHING] * 2
    first, second = chips(message)
    assert second.x() > first.x(), "in the cell of the last word"


def test_a_line_ends_where_its_words_end_also_where_they_wrap(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    view.resize(320, 700)
    message = only_answer(view)
    shown = chips(message)
    assert len(lines(message)) > len(SENTENCES) - 1, "one wraps at least"
    for line in lines(message):
        y = message.pieces[0].top + line.y
        assert line.left < line.right <= message.width()
        for chip in shown:
            if chip.y() <= y <= chip.geometry().bottom():
                assert line.right <= chip.x() + 2 or line.left >= chip.geometry().right() - 2


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.UNWEIGHED])
def test_a_line_is_drawn_in_the_colour_of_its_verdict(view: ConversationView, verdict: Verdict) -> None:
    message = show(
        view, "It ends in the spring.", [], judged("It ends in the spring.", "It ends in the spring.", verdict)
    )
    (line,) = lines(message)
    picture = message.grab().toImage()
    row = [picture.pixelColor(x, int(message.pieces[0].top + line.y)) for x in range(int(line.left), int(line.right))]
    drawn = {colour.name() for colour in row}
    if verdict is Verdict.SEEMS:
        assert drawn.isdisjoint({PAPER.verified.lower(), PAPER.near.lower(), PAPER.not_found.lower()})
        assert len(drawn) == 1
    elif verdict is Verdict.COMPARE:
        assert len(drawn) > 2, "dots"
    else:
        assert drawn == {colour_verdict(verdict, PAPER).lower()}


# the page's words


def test_a_chip_opens_the_page_with_its_own_sentence(view: ConversationView) -> None:
    clicked: list[Citation] = []
    view.citation_clicked.connect(clicked.append)
    view.show_turns((shown_turn(),), SHELF)
    for chip in chips(only_answer(view)):
        QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert [(each.page, each.shown) for each in clicked] == [
        (page, ON_PAGE[verdict][0]) for verdict, page in PAGES.items()
    ]


def test_a_chip_that_leads_nowhere_shows_why(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    chip = chips(only_answer(view))[-1]
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chip.card is not None
    assert chip.accessibleDescription() == "No page says this"


def hover(chip: ChipButton) -> EvidenceCard | None:
    place = chip.rect().center()
    QApplication.sendEvent(chip, QHelpEvent(QEvent.Type.ToolTip, place, chip.mapToGlobal(place)))
    return chip.card


def test_the_card_shows_both_sentences_with_the_words_that_differ(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    chip = chips(only_answer(view))[2]
    card = hover(chip)
    assert card is not None
    assert card.isVisible()
    words = card.words.text()
    for part in ("Close to p. 22 of lease.pdf: compare", "The answer", "Page 22"):
        assert part in words
    bold = [part.split("<")[0] for part in words.split('font-weight:600">')[1:]]
    assert bold == ["for all berths", "For Berths 4 to 7 only"]
    assert view.rect().contains(card.geometry())
    QApplication.sendEvent(chip, QEvent(QEvent.Type.Leave))
    wait(lambda: chip.card is None)


def test_the_card_comes_too_where_the_mouse_rests_on_the_sentence(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    message = only_answer(view)
    first, second, *_others = chips(message)

    def rest(x: float, y: float) -> None:
        place = QPoint(round(x), round(y))
        QApplication.sendEvent(message, QHelpEvent(QEvent.Type.ToolTip, place, message.mapToGlobal(place)))

    line = lines(message)[0]
    rest(line.left + 5, line.y - 6)
    assert first.card is not None
    QTest.mouseMove(message, QPoint(round(line.left) + 9, round(line.y) - 6))
    assert first.card is not None, "it stays on its sentence"
    following = next(line for line in lines(message) if line.verdict is Verdict.SEEMS)
    rest(following.left + 5, following.y - 6)
    assert [chip.card is not None for chip in (first, second)] == [False, True]
    QApplication.sendEvent(message, QEvent(QEvent.Type.Leave))
    wait(lambda: second.card is None)


def test_the_card_of_what_seems_so_has_all_sentences_that_it_rests_on(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    card = hover(chips(only_answer(view))[1])
    assert card is not None
    assert all(sentence in card.words.text() for sentence in ON_PAGE[Verdict.SEEMS])


def test_the_card_comes_with_the_keyboard_and_goes_with_escape(view: ConversationView) -> None:
    left: list[bool] = []
    view.left.connect(lambda: left.append(True))
    view.show_turns((shown_turn(),), SHELF)
    chip = chips(only_answer(view))[3]
    chip.setFocus(Qt.FocusReason.TabFocusReason)
    if chip.card is None:  # the window is not active on some screens
        QApplication.sendEvent(chip, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert chip.card is not None
    QTest.keyClick(chip, Qt.Key.Key_Escape)
    assert chip.card is None
    assert not left
    QTest.keyClick(chip, Qt.Key.Key_Escape)
    assert left


def test_the_card_goes_with_its_answer(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    card = hover(chips(only_answer(view))[0])
    assert card is not None
    view.show_turns((), SHELF)
    assert not card.isVisible()


# what can be done on the card


def words_of(card: EvidenceCard | None) -> list[str]:
    """The words on its buttons."""
    assert card is not None
    return [stop.text() for stop in card.stops() if isinstance(stop, TextButton)]


def test_the_card_offers_the_page_and_to_write_again_what_is_not_word_for_word(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    offered = {chip.verdict: words_of(hover(chip)) for chip in chips(only_answer(view))}
    both = ["Open page", "Write again"]
    assert offered == {
        Verdict.VERBATIM: ["Open page"],
        **dict.fromkeys((Verdict.SEEMS, Verdict.COMPARE, Verdict.OTHERWISE), both),
        Verdict.NOTHING: ["Write again"],
    }
    card = chips(only_answer(view))[-1].card
    assert card is not None
    assert all(card.rect().contains(QRect(stop.mapTo(card, QPoint()), stop.size())) for stop in card.stops())


def test_its_buttons_do_what_the_chip_and_the_foot_do(view: ConversationView) -> None:
    clicked: list[Citation] = []
    again: list[str] = []
    view.citation_clicked.connect(clicked.append)
    view.ask_again.connect(again.append)
    view.show_turns((shown_turn(),), SHELF)
    chip = chips(only_answer(view))[2]
    chip.click()
    card = hover(chip)
    assert card is not None
    QTest.mouseClick(card.page_button, Qt.MouseButton.LeftButton)
    assert clicked == [chip.citation] * 2
    assert chip.card is None
    only_answer(view).foot.again_button.click()
    card = hover(chip)
    assert card is not None
    QTest.mouseClick(card.again_button, Qt.MouseButton.LeftButton)
    assert again == [only_question(view)] * 2
    assert chip.card is None


def only_question(view: ConversationView) -> str:
    (made,) = [message.question_id for message in view.messages() if isinstance(message, QuestionMessage)]
    return made


def test_an_answer_that_is_being_written_is_not_offered_to_be_written_again(view: ConversationView) -> None:
    shown = shown_turn()
    view.show_turns((turn(1, "When?", ""),), SHELF)
    message = only_answer(view)
    message.begin()
    message.append(TEXT)
    assert shown.answer is not None
    message.show_checked(shown.answer.citations, shown.answer.verdicts)
    wait(lambda: len(chips(message)) == len(LABELS))
    assert words_of(hover(chips(message)[2])) == ["Open page"]
    message.show_answer(shown.answer, 1, 1)
    assert words_of(hover(chips(message)[2])) == ["Open page", "Write again"]


def test_the_keyboard_goes_from_the_chip_over_the_card_to_the_next_chip(view: ConversationView) -> None:
    clicked: list[Citation] = []
    view.citation_clicked.connect(clicked.append)
    view.show_turns((shown_turn(),), SHELF)
    first, second, *_others = chips(only_answer(view))[1:]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    card = first.card
    assert card is not None
    visited = []
    for _step in range(2):
        QTest.keyClick(in_focus(), Qt.Key.Key_Tab)
        visited.append(QApplication.focusWidget())
    assert visited == [card.page_button, card.again_button]
    assert first.card is card
    QTest.keyClick(card.again_button, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is second
    assert [chip.card is not None for chip in (first, second)] == [False, True]
    QTest.keyClick(second, Qt.Key.Key_Tab)
    QTest.keyClick(in_focus(), Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is second
    assert second.card is None
    second.clearFocus()
    second.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(second, Qt.Key.Key_Tab)
    QTest.keyClick(in_focus(), Qt.Key.Key_Return)
    assert clicked == [second.citation]
    assert QApplication.focusWidget() is second


def test_the_mouse_can_go_from_the_chip_or_its_sentence_to_the_card(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    message = only_answer(view)
    chip, other = chips(message)[2:4]
    line = next(line for line in lines(message) if line.verdict is chip.verdict)
    on_chip = chip.mapTo(view, chip.rect().center())
    on_sentence = message.mapTo(view, QPoint(round(line.left) + 9, round(line.y) - 6))
    elsewhere = QPoint(2, view.height() - 2)

    def go(to: QPoint) -> None:
        QTest.mouseMove(view.windowHandle(), to)
        QApplication.processEvents()

    for place, rest in ((on_chip, chip), (on_sentence, message)):
        go(place)
        at = rest.mapFrom(view, place)
        QApplication.sendEvent(rest, QHelpEvent(QEvent.Type.ToolTip, at, rest.mapToGlobal(at)))
        card = chip.card
        assert card is not None
        card._leaving.setInterval(60_000)  # however slow this machine is
        go(card.geometry().topLeft() - QPoint(1, 1))
        go(card.page_button.mapTo(view, card.page_button.rect().center()))
        assert chip.card is card
        assert not card._leaving.isActive()
        card._leaving.setInterval(0)
        go(elsewhere)
        wait(lambda: chip.card is None)
    hover(chip)
    assert hover(other) is not None
    assert chip.card is None, "there is one card at a time"


def test_the_wheel_over_the_card_turns_the_conversation(view: ConversationView) -> None:
    view.show_turns((shown_turn(), turn(2, "And then?", "So it is. " * 900)), SHELF)
    view.go_to(shown_turn().question.id)
    chip = next(chip for message in view.messages() if isinstance(message, AnswerMessage) for chip in chips(message))
    card = hover(chip)
    assert card is not None
    before = view.verticalScrollBar().value()
    place = QPointF(card.rect().center())
    turned = QWheelEvent(
        place,
        QPointF(card.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(card, turned)
    assert view.verticalScrollBar().value() > before


def test_no_text_brings_markup_into_a_card(view: ConversationView) -> None:
    text = "It is <b>so</b> & so in <img src=x>."
    message = show(view, text, [], judged(text, text, Verdict.COMPARE, 3, '<img src="file:///etc/passwd"> & so'))
    card = hover(chips(message)[0])
    assert card is not None
    assert "<img" not in card.words.text()
    assert "&lt;img" in card.words.text()


def test_a_screen_reader_is_told_all_that_the_card_shows(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    said = [chip.accessibleDescription() for chip in chips(only_answer(view))]
    assert said[0] == "On p. 87 of lease.pdf, word for word\nPage 87\n“It ends in the spring of the year.”"
    assert said[2].splitlines() == [
        "Close to p. 22 of lease.pdf: compare",
        *("The answer", "“The period is nine months for all berths.”", "Only there: “for all berths”"),
        *("Page 22", "“For Berths 4 to 7 only, the period is nine months.”", "Only there: “For Berths 4 to 7 only”"),
    ]
    counts = "1 word for word, 1 seems so, 1 to compare, 1 says otherwise, 1 not found, 1 not weighed"
    assert counts in only_answer(view).accessibleDescription()


# beside the verdicts


def test_a_search_result_has_pages_and_never_a_tick(view: ConversationView) -> None:
    text = "“The Term ends in spring.” [p. 87] “It begins in autumn.” [p. 88]"
    marks = [cite(text, f"[p. {page}]", CitationState.VERIFIED, page) for page in (87, 88)]
    shown = turn(1, "When?", text, marks)
    assert shown.answer is not None
    found = msgspec.structs.replace(shown, answer=msgspec.structs.replace(shown.answer, from_search=True))
    view.show_turns((found,), SHELF)
    message = only_answer(view)
    assert [chip.text() for chip in chips(message)] == ["p. 87", "p. 88"]
    assert all(PAPER.verified.lower() not in colours(chip) for chip in chips(message))
    assert lined(message) == []
    assert message.foot.describe() == "Search result · p. 87 · p. 88"
    assert "✓" not in message.foot.describe()


def test_a_copied_answer_names_pages_and_no_verdicts(view: ConversationView) -> None:
    view.show_turns((shown_turn(),), SHELF)
    message = only_answer(view)
    message.select_all()
    copied = message.selected_html()
    assert "for all berths (p. 22)." in copied
    assert "in person." in copied
    assert not any(words in copied for words in ("✓", "compare", "otherwise", "no page"))


def test_in_japanese_every_chip_and_count_is_japanese(view: ConversationView) -> None:
    use_language("ja")
    try:
        view.show_turns((shown_turn(),), SHELF)
        message = only_answer(view)
        said = [chip.text() for chip in chips(message)] + [message.foot.describe()]
        said += [chip.accessibleDescription() for chip in chips(message)]
    finally:
        use_language("en")
    for words in said[1:]:
        assert any("\u3041" <= sign <= "\u9fff" for sign in words), words
        assert "compare" not in words
