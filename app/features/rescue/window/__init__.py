"""The rescue at the start of the window, where data is damaged.

Invariants:

- Nothing is saved unless the person wants it. Held by:
  tests/features/rescue/window/test_rescuing.py::test_who_wants_no_rescue_gets_none.
"""
