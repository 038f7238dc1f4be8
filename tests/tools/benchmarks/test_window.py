"""How long the window does not answer while a book is read, saved and taken up again."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QTimer

from app.core.machine.paths import Paths
from app.core.settings import EngineSettings, Settings
from app.engine.protocol import EngineState
from app.ui.window.application import WindowStart
from tests.tools.benchmarks.waiting import run_until
from tests.ui.room import application
from tests.whole import EXTENSIONS, open_desk

_TICK_MS = 5


def test_the_window_while_a_book_is_read_and_saved(tmp_path: Path, tiny_scout_fast: Path) -> None:
    paths = Paths(tmp_path / "desk")
    desk = open_desk(paths)
    engine = EngineSettings(model_path=str(tiny_scout_fast), context_tokens=65_536)
    desk.settings.save(Settings(engine=engine, max_answer_tokens=64))
    desk.close()
    book = tmp_path / "book.txt"
    book.write_text(
        "\n\n".join(f"In the year {n} the lamp burned all night." * 6 for n in range(250)), encoding="utf-8"
    )
    opening = WindowStart(application(), paths, open_desk, book, (), EXTENSIONS)
    opening.begin()
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last - _TICK_MS / 1000)
        last = now

    run_until(lambda: _is_ready(opening), every_ms=50)
    timer = QTimer(interval=_TICK_MS)
    timer.timeout.connect(tick)
    last = time.perf_counter()
    timer.start()
    presenter = opening.presenter
    assert presenter is not None
    presenter.talk_area.asking.submit("What burned?")
    run_until(lambda: not presenter.talk_area.asking.busy, every_ms=50)
    timer.stop()
    read = presenter.shown.turns[-1].answer
    opening.close()
    assert read is not None
    assert any((tmp_path / "desk" / "readings").iterdir())
    gaps.sort()
    print(
        f"\n{read.usage.evaluated_tokens} tokens read in {read.timings.read_s:.1f} s and saved; the event loop was late"
        f" by {1000 * gaps[-1]:.0f} ms at most, by {1000 * gaps[len(gaps) * 99 // 100]:.0f} ms in one tick of a hundred"
    )


def _is_ready(opening: WindowStart) -> bool:
    presenter = opening.presenter
    if presenter is None or presenter.context.desk.models.state() is not EngineState.READY:
        return False
    shown = presenter.shown.conversation
    return shown is not None and bool(shown.books)
