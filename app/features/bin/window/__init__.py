"""The bin in the window: its command and its list.

Invariants:

- What is undone elsewhere leaves the open list. Held by:
  tests/features/bin/window/test_bin_flow.py::test_what_is_undone_leaves_the_open_list.
"""
