"""Formulas: what is one, how it stands in its line, its source in copied text; money stays money."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.export.formulas import FormulaText
from app.ui.chat.messages.message import MessageWidget
from app.ui.chat.messages.view import ConversationView
from app.ui.chat.text.formulas import FormulaStore, typeset
from app.ui.look.theme import LAMP, Theme
from tests.export.test_formulas import odd_inputs
from tests.ui.chat.talk import asked, colours, read, turn

SET = "\ufffc"


def plain(message: MessageWidget) -> str:
    return "\n".join(piece.written.document.toPlainText() for piece in message.pieces if piece.written)


def show(view: ConversationView, qtbot: QtBot, text: str) -> MessageWidget:
    """The message, once all formulas are set that can be."""
    view.show_turns((turn(1, "?", text),), {})
    message = view.messages()[-1]
    qtbot.waitUntil(lambda: not any(piece.written.pending for piece in message.pieces if piece.written))
    return message


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 to $10 in total, or $1,000.",
        "US$5 and CA$6, not $7",
        "$100 a month or 50$ a week",
        "Pay $20 in cash, or $30",
        "`$x^2$`",
        r"a \$5 note and \$6",
        "```\n$x^2$\n```",
    ],
)
def test_money_and_code_are_no_formulas(view: ConversationView, qtbot: QtBot, text: str) -> None:
    message = show(view, qtbot, text)
    assert SET not in plain(message)
    assert not any(piece.written.formulas for piece in message.pieces if piece.written)


@pytest.mark.parametrize(
    "text",
    ["$E = mc^2$", r"\(a_1\)", "$$\n\\frac{a}{b}\n$$", r"\[ x \le y \]", "the $n$th, $2n$ of them", "so $$x^2$$ is"],
)
def test_formulas_are_set_and_copied_as_they_were_written(view: ConversationView, qtbot: QtBot, text: str) -> None:
    message = show(view, qtbot, text)
    assert SET in plain(message)
    assert read(message) == text
    piece = message.pieces[0]
    assert piece.written is not None
    assert piece.copy_html(0, piece.end()).count("$") == text.count("$")


@pytest.mark.parametrize(
    "text", [r"$\frac{a$", "$" + "{" * 90 + "x" + "}" * 90 + "$", f"${'x_' * 900}$", r"$\left( x$"]
)
def test_what_is_no_latex_is_shown_as_it_is(view: ConversationView, qtbot: QtBot, text: str) -> None:
    assert plain(show(view, qtbot, f"So {text} it is")) == f"So {text} it is"


def test_a_high_formula_gets_room_and_one_alone_is_in_the_middle(view: ConversationView, qtbot: QtBot) -> None:
    message = show(view, qtbot, "words\n\nwords $\\begin{matrix}a\\\\b\\\\c\\end{matrix}$ words\n\n$$\\sum_{i=1}^n i$$")
    low, high, alone = message.pieces
    assert high.height > low.height
    assert alone.rectangle_at(0).x() > 200
    place = high.rectangle_at(6, 1)
    assert high.height >= place.height()


def test_the_source_is_shown_until_the_formula_is_set_also_while_it_is_written(
    view: ConversationView, qtbot: QtBot
) -> None:
    view.begin_turn(asked(1, "?"), "a1")
    message = view.messages()[-1]
    view.append("Closed $a^2$.\n\nOpen $b^2$ and")
    qtbot.waitUntil(lambda: plain(message).count(SET) == 2)
    view.append(" more $c")
    assert read(message) == "Closed $a^2$.\n\nOpen $b^2$ and more $c"


def test_formulas_have_the_colour_and_the_size_of_the_text(view: ConversationView, qtbot: QtBot, theme: Theme) -> None:
    show(view, qtbot, "$$\\blacksquare\\blacksquare$$")
    theme.use(LAMP)
    QApplication.processEvents()
    assert LAMP.ink.lower() in colours(view)
    small, large = typeset("x^2", False, 16), typeset("x^2", False, 32)
    assert small is not None
    assert large is not None
    assert large.height > 1.5 * small.height


@pytest.mark.parametrize(
    "tex", [r"\frac{" * 12 + "x" + "}{y}" * 12, r"\begin{matrix}" * 12 + "x", r"\left(" * 12 + "x", "x" * 2_000]
)
def test_a_formula_that_would_take_the_library_very_long_is_not_set(tex: str) -> None:
    assert not FormulaText(f"${tex}$", tex, display=True).is_one
    assert FormulaText("", r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}", display=True).is_one


def test_a_formula_is_set_once(qapp: QApplication, qtbot: QtBot) -> None:
    store = FormulaStore()
    with qtbot.waitSignal(store.arrived):
        assert store.find("x^2", display=False, size=16) is None
        assert store.is_pending("x^2", display=False, size=16)
    found = store.find("x^2", display=False, size=16)
    assert found is not None
    assert store.find("x^2", display=False, size=16) is found


def test_a_footnote_is_copied_as_it_was_written(view: ConversationView, qtbot: QtBot) -> None:
    text = "Late[^1], $a_1$ and[^2] [p. 1]\n\n[^1]: At *noon*\n\n[^2]: Or later"
    message = show(view, qtbot, text)
    assert plain(message).splitlines()[-2:] == ["At noon", "Or later"]
    assert read(message) == text.replace("*", "")
    first = message.pieces[0]
    assert "Late<sup>1</sup>, $a_1$ and<sup>2</sup>" in first.copy_html(0, first.end())


def test_odd_input_is_no_latex() -> None:
    for number, tex in enumerate(odd_inputs()):
        typeset(tex, number % 2 == 0, 16)


def test_any_other_fault_is_logged_and_costs_one_formula(
    view: ConversationView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("the font of a secret formula")

    with monkeypatch.context() as patch:
        patch.setattr("ziamath.zmath.Latex", fail)
        with pytest.raises(OSError, match="font"):
            typeset("x^9", False, 16)
        message = show(view, qtbot, "so $x^9$ is")
    assert plain(message) == "so $x^9$ is"
    assert "OSError" in caplog.text
    assert "secret" not in caplog.text
