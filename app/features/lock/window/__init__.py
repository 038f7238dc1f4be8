"""The lock of the window. `desk_lock.py` has the desk while it is locked, `watch.py` says when, `forgetting.py` clears
what was shown.

Invariants:

- Nothing of a desk outlives it in the window: no module keeps what it was shown, neither in a global nor in an
  attribute of `MainWindow` that `strip` leaves. Held by:
  tests/features/lock/window/test_lock.py::test_no_object_of_the_window_outlives_locking,
  tests/features/lock/window/test_lock.py::test_nothing_of_the_desk_is_in_the_window_while_it_is_locked.
- Freed memory and what caches keep is cleared, once each thread has let go of the desk. Held by:
  tests/features/lock/window/test_lock.py::test_memory_is_cleared_after_each_thread_let_go_of_the_desk.
- A locked window looks the same whatever was open, and menus and dialogs go too. Held by:
  tests/features/lock/window/test_lock.py::test_a_locked_window_looks_the_same_whatever_was_open,
  tests/features/lock/window/test_lock.py::test_menus_and_dialogs_that_are_open_go_too.
- What a person began goes on behind the lock if `lock.work` says so; the rest stops and keeps what it has. Held by:
  tests/features/lock/window/test_lock.py::test_an_answer_goes_on_and_the_desk_closes_after_it,
  tests/features/lock/window/test_lock.py::test_work_stops_where_that_is_set_and_keeps_what_it_has.
- No key reaches the desk before it is on the screen. Held by:
  tests/features/lock/window/test_painted.py::test_no_key_reaches_the_desk_before_it_is_on_the_screen.
- What is copied is marked for histories of the clipboard, and goes. Held by:
  tests/features/lock/window/test_clipboard.py::test_whatever_copies_it_is_marked,
  tests/features/lock/window/test_clipboard.py::test_it_goes_after_a_time_unless_something_else_was_copied_since.
"""
