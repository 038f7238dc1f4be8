"""Progress at the terminal: one bar at a time, gone when it is done; none where nobody looks."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

from app.cli.bars import Bar, bar
from app.core.conversations.events import Loading, Opening, Tokenizing


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    @property
    def line(self) -> str:
        """The text of the terminal's last line."""
        return self.getvalue().rpartition("\r")[2].strip()


def test_a_bar_is_there_once_it_is_known_how_much_there_is_and_until_that_is_done() -> None:
    with redirect_stderr(Terminal()) as terminal:
        shown = bar("counting")
        shown(Opening(1, 0))
        assert terminal.getvalue() == ""
        shown(Opening(1, 4))
        assert "counting:  25%" in terminal.line
        shown(Opening(4, 4))
        assert terminal.line == ""


def test_other_words_are_another_bar_in_the_place_of_the_first() -> None:
    with redirect_stderr(Terminal()) as terminal:
        shown = bar("counting")
        shown(Opening(1, 4))
        shown(Opening(1, 2, recognising=True))
        assert "counting" not in terminal.line
        assert "50%" in terminal.line
        assert "\n" not in terminal.getvalue()
        shown(Opening(2, 2, recognising=True))
        assert terminal.line == ""


def test_counting_says_so() -> None:
    with redirect_stderr(Terminal()) as terminal:
        shown = bar("loading")
        shown(Loading(1.0))
        shown(Tokenizing(3, 4))
        assert "counting words:  75%" in terminal.line


def test_work_without_a_known_end_is_shown_until_something_else_is() -> None:
    with redirect_stderr(Terminal()) as terminal:
        line = Bar()
        line.busy("thinking")
        assert "thinking" in terminal.line
        line.show("counting", 1, 2)
        assert "counting:  50%" in terminal.line
        line.close()
        assert terminal.line == ""


def test_nothing_is_written_where_no_terminal_is() -> None:
    with redirect_stderr(io.StringIO()) as nobody:
        shown = bar("loading")
        shown(Loading(0.5))
        shown(Loading(1.0))
        assert nobody.getvalue() == ""
