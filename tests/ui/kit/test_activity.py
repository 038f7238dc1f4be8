"""Who has the engine, who waits for it, how far it is: the window's one holder of that, without a window."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.core.conversations.conversation import BookRef, Conversation
from app.core.conversations.events import Loading, Looking, Reading, Thinking
from app.services.asking.context import ContextSegment, ContextUse
from app.ui.kit.activity import Activity, EngineTask, Series
from app.ui.kit.shown import Shown

LOADING, ANSWER, SERIES, SURVEY, TITLE, WEIGHING, AHEAD = EngineTask
BOOKS = (BookRef("lease"),)
ASKED = Series(lambda: True, "Waiting for the series…", "A series is being asked.")


@dataclass
class _Desk:
    """An activity with a clock that is set, which counts how often it changed and what was asked to end."""

    shown: Shown = field(default_factory=Shown)
    seconds: float = 0.0
    changes: int = 0
    stopped: list[EngineTask] = field(default_factory=list)
    activity: Activity = field(init=False)

    def __post_init__(self) -> None:
        self.activity = Activity(self.shown, clock=lambda: self.seconds, changed=self._count)

    def _count(self) -> None:
        self.changes += 1

    def begin(self, task: EngineTask, books: tuple[BookRef, ...] = ()) -> None:
        def stop() -> None:
            self.stopped.append(task)

        if task is SERIES:
            self.activity.begin_series(ASKED, stop, books)
        else:
            self.activity.begin(task, stop, books)


def _use() -> ContextUse:
    return ContextUse(10_000, (ContextSegment("book", 1_000, "lease", "The lease", page_ends=(500, 1_000)),))


def test_free_it_may_be_had_for_anything() -> None:
    activity = _Desk().activity
    assert activity.holder is None
    assert [activity.may(task) for task in EngineTask] == [None] * 7
    assert (activity.step, activity.reading, activity.loading, activity.paused) == (None, None, None, False)


@pytest.mark.parametrize(
    ("running", "wanted", "first"),
    [
        (LOADING, LOADING, None),
        (LOADING, ANSWER, LOADING),
        (LOADING, SERIES, LOADING),
        (LOADING, AHEAD, LOADING),
        (ANSWER, LOADING, None),
        (ANSWER, SURVEY, ANSWER),
        (SURVEY, SURVEY, SURVEY),
        (SURVEY, ANSWER, None),
        (SURVEY, TITLE, SURVEY),
        (ANSWER, ANSWER, ANSWER),
        (ANSWER, SERIES, ANSWER),
        (ANSWER, AHEAD, ANSWER),
        (SERIES, LOADING, None),
        (SERIES, ANSWER, SERIES),
        (SERIES, SERIES, SERIES),
        (SERIES, AHEAD, SERIES),
        (WEIGHING, LOADING, None),
        (WEIGHING, ANSWER, None),
        (WEIGHING, SERIES, None),
        (WEIGHING, WEIGHING, WEIGHING),
        (WEIGHING, AHEAD, WEIGHING),
        (ANSWER, WEIGHING, ANSWER),
        (TITLE, ANSWER, None),
        (TITLE, WEIGHING, None),
        (TITLE, TITLE, TITLE),
        (TITLE, AHEAD, TITLE),
        (SERIES, TITLE, SERIES),
        (WEIGHING, TITLE, None),
        (AHEAD, WEIGHING, None),
        (AHEAD, LOADING, None),
        (AHEAD, ANSWER, None),
        (AHEAD, SERIES, None),
        (AHEAD, AHEAD, AHEAD),
    ],
)
def test_what_has_to_end_first(running: EngineTask, wanted: EngineTask, first: EngineTask | None) -> None:
    desk = _Desk()
    desk.begin(running)
    assert desk.activity.may(wanted) is first
    if first in (LOADING, ANSWER, SERIES):
        assert desk.activity.wait_words(first).startswith("Waiting for")


@pytest.mark.parametrize(
    ("running", "begun", "stopped"),
    [
        (LOADING, LOADING, True),
        (SERIES, LOADING, True),
        (AHEAD, LOADING, True),
        (ANSWER, LOADING, False),
        (AHEAD, ANSWER, True),
        (AHEAD, SERIES, True),
        (AHEAD, WEIGHING, True),
        (WEIGHING, ANSWER, True),
        (TITLE, ANSWER, True),
        (TITLE, SERIES, True),
        (TITLE, LOADING, True),
        (TITLE, WEIGHING, False),
        (AHEAD, TITLE, True),
        (WEIGHING, SERIES, True),
        (WEIGHING, LOADING, True),
    ],
)
def test_what_gives_way_is_asked_to_end_and_has_the_engine_until_then(
    running: EngineTask, begun: EngineTask, stopped: bool
) -> None:
    desk = _Desk()
    desk.begin(running)
    desk.begin(begun)
    assert desk.stopped == ([running] if stopped else [])
    assert desk.activity.holder is running
    desk.activity.end(running)
    assert desk.activity.holder is begun


def test_what_waits_in_the_line_has_not_the_engine() -> None:
    desk = _Desk()
    desk.begin(ANSWER)
    desk.begin(LOADING)
    assert (desk.activity.holder, desk.activity.has(LOADING), desk.activity.loading) == (ANSWER, True, None)
    desk.activity.end(ANSWER)
    told = [(desk.activity.holder, desk.activity.loading)]
    desk.activity.note(LOADING, Loading(0.5))
    told.append((desk.activity.holder, desk.activity.loading))
    desk.activity.end(LOADING)
    assert told == [(LOADING, 0.0), (LOADING, 0.5)]
    assert (desk.activity.holder, desk.activity.loading) == (None, None)


def test_the_next_one_may_tell_how_far_it_is_before_the_end_of_the_first_is_known() -> None:
    """Text is gathered for a moment, and what ends it with it; other events are not."""
    desk = _Desk()
    desk.begin(ANSWER)
    desk.begin(LOADING)
    desk.activity.note(LOADING, Loading(0.5))
    assert (desk.activity.holder, desk.activity.step) == (ANSWER, None)
    desk.activity.end(ANSWER)
    assert desk.activity.loading == 0.5


def test_a_model_that_is_loaded_for_a_question_is_loading_too() -> None:
    desk = _Desk()
    desk.begin(ANSWER)
    assert desk.activity.loading is None
    desk.activity.note(ANSWER, Loading(0.25))
    assert desk.activity.loading == 0.25
    desk.activity.note(ANSWER, None)
    assert desk.activity.loading is None


def test_a_reading_is_told_by_book_and_page_where_the_shown_desk_is_read() -> None:
    desk = _Desk()
    desk.shown.conversation = Conversation("c", "", 0.0, 0.0, BOOKS)
    desk.shown.use, desk.shown.measured = _use(), BOOKS
    desk.begin(ANSWER, BOOKS)
    desk.activity.note(ANSWER, Reading(600, 1_000, 0))
    reading = desk.activity.reading
    assert reading is not None
    assert reading.place is not None
    assert (reading.place.book_id, reading.place.page.number) == ("lease", 2)
    desk.activity.end(ANSWER)
    desk.begin(ANSWER, (BookRef("another"),))
    desk.activity.note(ANSWER, Reading(600, 1_000, 0))
    reading = desk.activity.reading
    assert reading is not None
    assert reading.place is None


def test_only_what_is_new_is_a_change() -> None:
    desk = _Desk()
    desk.begin(ANSWER)
    for event, changes in ((Looking(1, 2, 1, 4), 2), (Looking(1, 2, 1, 4), 2), (Thinking(), 3), (None, 4), (None, 4)):
        desk.activity.note(ANSWER, event)
        assert desk.changes == changes


def test_a_pause_lasts_until_it_is_ended_or_the_task_is() -> None:
    desk = _Desk()
    desk.begin(ANSWER)
    desk.activity.note(ANSWER, Reading(10, 100, 0))
    desk.activity.pause()
    desk.activity.note(ANSWER, Reading(20, 100, 0))
    reading = desk.activity.reading
    assert reading is not None
    assert reading.paused
    desk.activity.note(ANSWER, None)
    assert desk.activity.paused, "the engine waits while it writes, too"
    desk.activity.resume()
    assert not desk.activity.paused
    desk.activity.pause()
    desk.begin(LOADING)
    assert desk.activity.paused
    desk.activity.end(ANSWER)
    assert not desk.activity.paused, "a new order is not meant by it"


def test_the_next_row_of_a_sheet_is_not_paused_and_is_measured_by_itself() -> None:
    desk = _Desk()
    desk.begin(SERIES)
    desk.activity.note(SERIES, Reading(0, 1_000, 0))
    desk.seconds = 2.0
    desk.activity.note(SERIES, Reading(400, 1_000, 0))
    desk.activity.pause()
    desk.activity.note_part(SERIES)
    assert (desk.activity.paused, desk.activity.reading, desk.activity.holder) == (False, None, SERIES)
    assert desk.activity.tokens_per_second == 200.0


def test_the_time_of_a_pause_does_not_count() -> None:
    desk = _Desk()
    desk.begin(AHEAD)
    desk.activity.note(AHEAD, Reading(0, 1_000, 0))
    desk.seconds = 1.0
    desk.activity.note(AHEAD, Reading(200, 1_000, 0))
    desk.activity.pause()
    desk.seconds = 1_001.0
    desk.activity.resume()
    desk.seconds = 1_002.0
    desk.activity.note(AHEAD, Reading(400, 1_000, 0))
    desk.activity.end(AHEAD)
    assert desk.activity.tokens_per_second == 200.0
    desk.begin(AHEAD)
    desk.activity.end(AHEAD)
    assert desk.activity.tokens_per_second == 200.0, "of the last reading that could be measured"
    desk.begin(LOADING)
    assert desk.activity.tokens_per_second == 0.0, "of another model nothing was measured"


def test_only_those_that_are_meant_are_stopped() -> None:
    desk = _Desk()
    desk.begin(LOADING)
    desk.begin(ANSWER)
    desk.activity.stop(ANSWER, SERIES)
    assert desk.stopped == [ANSWER]
