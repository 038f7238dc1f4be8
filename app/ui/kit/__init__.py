"""The groundwork that all parts of the window share: threads (`bridge.py`), who has the engine (`activity.py`), what is
shown (`shown.py`), commands, words, forms.

Invariants:

- `Bridge` has one thread for each resource; a `Job` delivers its events on the GUI thread, then exactly one ending, and
  nothing to an object that is gone. Held by:
  tests/ui/kit/test_bridge.py::test_events_come_in_order_on_the_gui_thread_and_work_runs_on_another,
  tests/ui/kit/test_bridge.py::test_cancelling_a_stream_still_brings_its_one_ending,
  tests/ui/kit/test_bridge.py::test_nothing_is_delivered_to_an_object_that_is_gone.
- `Activity` alone knows who has the engine; who wants it asks `may`, calls `begin` and `end`. Held by:
  tests/ui/kit/test_activity.py, tests/ui/test_one_engine.py.
- One presenter sets each field of `Shown`; all others read it. Held by: tests/ui/kit/test_shown.py.
- Of the window only place, widths, folds and theme are kept in plain (`FrameState`), since they are needed before the
  database is open. Held by: tests/ui/test_start.py::test_what_is_kept_in_plain_says_nothing_of_the_desk.
- Only `HeldPicture` switches off the window's updates: where a painting is due meanwhile, Qt drops it. A test of what
  is on the screen asks `QScreen.grabWindow`, since `grab` paints anew. Held by:
  tests/features/lock/window/test_painted.py::test_nothing_else_switches_off_updates,
  tests/features/lock/window/test_painted.py::test_a_picture_goes_by_itself_and_what_was_due_is_painted.
- A second start hands its files to the open window. Held by:
  tests/ui/kit/test_calls.py::test_a_second_start_hands_its_files_to_the_window_that_is_open.
"""
