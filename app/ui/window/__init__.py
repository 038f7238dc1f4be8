"""The window as a program: its start (`application.py`), the desk that opens in it, and who is joined with whom
(`window.py`).

Invariants:

- Nothing heavy is imported before the window's frame is shown; what a start does not show is imported at its first use.
  Held by: tests/ui/test_start.py::test_nothing_heavy_is_imported_before_the_frame_is_shown,
  tests/ui/test_start.py::test_what_is_opened_later_is_imported_later.
- What is typed before the desk is open is kept. Held by:
  tests/ui/test_start.py::test_what_is_typed_before_the_desk_is_open_is_kept.
- When another desk is opened, `WindowStart` tears down all that came with the one before (`MainWindow.strip`,
  `Bridge.drain`) and builds it anew. Held by:
  tests/ui/test_matters.py::test_nothing_of_the_desk_that_was_left_lives_on.
- A fault on the GUI thread is said, and the window goes on. Held by:
  tests/ui/window/test_application.py::test_a_fault_on_the_gui_thread_is_told_and_the_window_goes_on.
- Old objects are looked through while no window is in use (`Collector`): on a large desk that takes a tenth of a
  second. Held by: tests/ui/window/test_application.py::test_old_objects_are_looked_through_while_nobody_looks.
"""
