"""The window. A presenter decides; a view shows, and emits signals. Features see of it `workspace.py`, and join it by
`window_feature.py`.

Invariants:

- Qt is here, and in `window/` of features, only. Held by: contract "Qt only in the window".
- The GUI thread never waits for the desk or the disk; work goes through `kit.bridge.Bridge`. Held by:
  tests/ui/window/test_application.py::test_the_gui_thread_does_not_wait_for_the_desk,
  tests/ui/test_slow_disk.py::test_the_windows_thread_never_waits_for_the_disk.
- Nothing of a desk that was left lives on. Held by:
  tests/ui/test_matters.py::test_nothing_of_the_desk_that_was_left_lives_on, tests/ui/test_two_clients.py.
- All can be done by the keyboard, and everything is told to a screen reader in its order. Held by:
  tests/ui/test_by_key_and_ear.py::test_all_can_be_done_by_the_keyboard_alone,
  tests/ui/widgets/test_accessibility.py::test_everything_has_a_name_and_a_role_and_comes_as_it_is_seen.
- No text from outside is taken for markup. Held by: tests/ui/look/test_look.py::test_no_label_takes_a_title_for_markup.
- Nothing is squeezed out at any size. Held by: tests/ui/test_window_flow.py::test_nothing_is_squeezed_out_at_any_size.
"""
