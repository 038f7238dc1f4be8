"""How long the window does not answer while a long answer, or a long conversation, is opened, scrolled and written."""

from __future__ import annotations

import gc
import random
import re
import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QAbstractEventDispatcher, QEventLoop

from app.core.conversations.conversation import Citation, CitationState, Turn
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.messages.view import ConversationView
from app.ui.chat.text.render import prepare
from app.ui.look.theme import LAMP, PAPER, Theme
from app.ui.window.application import Collector
from tests.ui.chat.talk import answer, asked, turn
from tests.ui.room import application

_FRAME_S = 1 / 60
_WORDS = (
    "the",
    "tenant",
    "gives",
    "notice",
    "to",
    "leave",
    "not",
    "less",
    "than",
    "twelve",
    "months",
    "before",
    "it",
    "ends",
)
_LONG_WORDS = 30_000
_TURNS, _TURN_WORDS = 300, 750  # about 300,000 tokens in all
_TABLE_CHARACTERS = 198_000
_Flag = QEventLoop.ProcessEventsFlag
_AS_THE_PROGRAM = _Flag.AllEvents | _Flag.EventLoopExec  # timers give way to all else


def test_a_long_answer_and_a_long_conversation() -> None:
    app = application()
    collector = Collector()  # as in the program: cycles are collected now and then
    theme = Theme(PAPER)
    view = ConversationView(theme)
    view.resize(725, 700)
    view.show()
    long = _write(_LONG_WORDS, seed=1)
    one = (turn(1, "?", long, _cite(long)),)
    many = tuple(_make_turn(number) for number in range(1, _TURNS + 1))
    view.show_turns((turn(1, "?", _write(300, seed=0)),), {})  # what is loaded with the first answer
    prepare([long])  # as on the thread that reads a conversation
    app.processEvents()
    print("\nprocessor time of the thread of the window, in frames of 1/60 s: the worst, and one in a hundred")
    for name, turns in (("answer of 30,000 words", one), ("conversation of 300 turns", many)):
        _measure(f"{name}: open", partial(_open_or_empty, view, turns), 6)
        _scroll(view, theme, name)
    _measure("switch between the two", lambda n: view.show_turns(one if n % 2 else many, {}), 6)
    _stream(view, long)
    table = _write_table(_TABLE_CHARACTERS)
    wide = (turn(1, "?", table, _cite(table)),)
    name = f"table of {_TABLE_CHARACTERS:,} characters"
    _measure(f"{name}: open", lambda n: view.show_turns(wide if n % 2 else (), {}), 6)
    _scroll(view, theme, name)
    collector.close()


def _scroll(view: ConversationView, theme: Theme, name: str) -> None:
    bar, chance = view.verticalScrollBar(), random.Random(1)
    bar.setValue(0)
    _measure(f"{name}: wheel", lambda n: bar.setValue(bar.value() + 90), 300)
    _measure(f"{name}: a page down", lambda n: bar.setValue(bar.value() + 650), 100)
    _measure(f"{name}: anywhere", lambda n: bar.setValue(chance.randint(0, bar.maximum())), 50)
    _measure(f"{name}: resize", lambda n: view.resize(725 - (n % 40) * 9, 700), 60)
    _measure(f"{name}: light and dark", lambda n: theme.use(PAPER if n % 2 else LAMP), 6)


def _stream(view: ConversationView, text: str) -> None:
    citations, step = _cite(text), 400
    view.show_turns((), {})
    view.begin_turn(asked(1, "?"), "a1")
    message = view.messages()[-1]
    assert isinstance(message, AnswerMessage)

    def write(number: int) -> None:
        end = (number + 1) * step
        view.append(text[number * step : end])
        view.show_checked([citation for citation in citations if citation.end <= end])
        if number % 3 == 0:
            message._render_tail()

    _measure("answer of 30,000 words: write", write, len(text) // step)
    _measure("answer of 30,000 words: end", lambda n: view.finish(answer(1, text, citations)), 1)


def _measure(name: str, act: Callable[[int], object], times: int) -> None:
    took, dispatcher = [], QAbstractEventDispatcher.instance()
    gc.collect()
    for number in range(times):
        begun = time.thread_time()
        act(number)
        goes_on = True
        while goes_on:  # what is done a step at a time is not one stall
            goes_on = dispatcher.processEvents(_AS_THE_PROGRAM)
            took.append((time.thread_time() - begun) / _FRAME_S)
            begun = time.thread_time()
    took.sort()
    print(f"{name:50} {took[-1]:5.1f} {took[len(took) * 99 // 100]:5.1f}")


def _make_turn(number: int) -> Turn:
    text = _write(_TURN_WORDS, seed=number)
    return turn(number, "What does the lease say of the quay walls?", text, _cite(text))


def _cite(text: str) -> list[Citation]:
    """All marks of a text, verified."""
    return [
        Citation("lease", "lease.pdf", int(found[1]), found[1], "words", CitationState.VERIFIED, *found.span())
        for found in re.finditer(r"\[p\. (\d+)\]", text)
    ]


def _write_table(characters: int) -> str:
    lines = ["| Year | Event | Amount |", "|--|--|--|"]
    while sum(map(len, lines)) < characters:
        number = len(lines)
        lines.append(f"| {1700 + number} | The tenant gives notice {number} [p. {number % 400 + 1}]. | {number * 17} |")
    return "\n".join(lines)


def _open_or_empty(view: ConversationView, turns: tuple[Turn, ...], number: int) -> None:
    view.show_turns(turns if number % 2 else (), {})


def _write(words: int, *, seed: int) -> str:
    """Paragraphs with marks; among them headings, lists, tables and code."""
    chance, written = random.Random(seed), 0
    blocks: list[str] = []

    def say(count: int) -> str:
        nonlocal written
        written += count
        return " ".join(chance.choices(_WORDS, k=count))

    while written < words:
        match len(blocks) % 12:
            case 0:
                block = f"## {say(4)}"
            case 3:
                block = "\n".join(f"- {say(15)} [p. {chance.randint(1, 400)}]." for _ in range(5))
            case 6:
                rows = (f"| {say(1)} | {chance.randint(1, 99)} | {say(6)} |" for _ in range(8))
                block = "\n".join(["| a | b | c |", "|--|--|--|", *rows])
            case 9:
                block = "```python\n" + "\n".join(f"def f(): return {n}  # {say(5)}" for n in range(12)) + "\n```"
            case _:
                block = " ".join(f"{say(14).capitalize()} [p. {chance.randint(1, 400)}]." for _ in range(7))
        blocks.append(block)
    return "\n\n".join(blocks)
