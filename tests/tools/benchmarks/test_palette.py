"""The palette over 1,000 conversations: how long the window is busy with it, and a search of all texts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from app.core.conversations.conversation import Ending, Question
from app.core.search_query import literally
from app.core.work import Cancel
from app.language.folding import contains, fold
from app.services.library_search import library_search_of
from app.ui.palette.palette_dialog import PaletteDialog
from tests.ui.room import Room

_FRAME_S = 1 / 60
_CONVERSATIONS, _TURNS = 1_000, 4
_WORDS = ("lease", "harbour", "tenant", "notice", "berth", "quay", "office", "dock", "term", "month", "wall", "letter")


def test_one_key_in_the_palette_and_a_search_of_all_texts(tmp_path: Path) -> None:
    random.seed(1)
    room = Room(tmp_path / "desk")
    try:
        texts = _talk(room)
        room.open()
        opened = _busy(room.presenter.places.anything.find)
        dialog = room.window.findChild(PaletteDialog)
        assert dialog is not None

        def press(words: str) -> None:
            dialog.line.setText(words)
            dialog.grab()  # it is laid out and painted

        keys = [_busy(partial(press, words)) for words in ("n", "no", "not", "noti", "z", "talk 12")]
        library = library_search_of(room.desk)
        searched = _busy(lambda: list(library.at_once(literally("nowhere at all"), Cancel(), limit=6)))
        scanned = _busy(lambda: [contains(text, fold("nowhere at all")) for text in texts])
        room.settle()
        dialog.reject()
        room.settle()
    finally:
        room.close()
    print(
        f"\nopening: {opened / _FRAME_S:.1f} frames, a key: {max(keys) / _FRAME_S:.1f} at most; all of"
        f" {sum(map(len, texts)) / 1e6:.1f} million characters: {searched / scanned:.1f} times a look at each"
    )
    assert max(keys) < 50 * opened, "what is shown is bounded, however many conversations there are"
    assert searched < 20 * scanned


def _talk(room: Room) -> list[str]:
    """Everything that was said."""
    kept, said = room.desk.conversations, []
    with room.desk.database.write():
        for number in range(_CONVERSATIONS):
            talk, parent = kept.create(f"Talk {number} of {_text(3)}"), None
            for _turn in range(_TURNS):
                question, text = _text(12), _text(250)
                asked = kept.add_question(Question(talk.id, question, parent_id=parent))
                answer = kept.begin_answer(asked.id, "Scout")
                kept.save_answer(msgspec.structs.replace(answer, text=text, ending=Ending.COMPLETE))
                said += [question, text]
                parent = answer.id
    return said


def _text(words: int) -> str:
    return " ".join(random.choice(_WORDS) for _ in range(words))


def _busy(do: Callable[[], object]) -> float:
    """Seconds of processor that this thread takes."""
    begun = time.thread_time()
    do()
    return time.thread_time() - begun
