"""Progress at the terminal: one bar at a time, gone when it is done; none where nobody looks."""

from __future__ import annotations

import io
import sys

import pytest

from app.cli.output import Bar, bar
from app.core.events import Loading, Opening


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    @property
    def line(self) -> str:
        """What stands in the last line."""
        return self.getvalue().rpartition("\r")[2].strip()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


def test_a_bar_is_there_once_it_is_known_how_much_there_is_and_until_that_is_done(terminal: Terminal) -> None:
    shown = bar("opening")
    shown(Opening(1, 0))
    assert terminal.getvalue() == ""
    shown(Opening(1, 4))
    assert "opening:  25%" in terminal.line
    shown(Opening(4, 4))
    assert terminal.line == ""


def test_other_words_are_another_bar_in_the_place_of_the_first(terminal: Terminal) -> None:
    shown = bar("opening")
    shown(Opening(1, 4))
    shown(Opening(1, 2, recognising=True))
    assert "Recognis" in terminal.line
    assert "50%" in terminal.line
    assert "\n" not in terminal.getvalue()


def test_work_without_a_known_end_is_shown_until_something_else_is(terminal: Terminal) -> None:
    line = Bar()
    line.busy("thinking")
    assert "thinking" in terminal.line
    line.show("reading", 1, 2)
    assert "reading:  50%" in terminal.line
    line.close()
    assert terminal.line == ""


def test_nothing_is_written_where_no_terminal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = io.StringIO()
    monkeypatch.setattr(sys, "stderr", nobody)
    shown = bar("loading")
    shown(Loading(0.5))
    shown(Loading(1.0))
    assert nobody.getvalue() == ""
