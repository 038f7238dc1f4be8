"""Managing matters in the window: commands, and the list of all.

Invariants:

- A name that is refused stays in the dialog, which says why. Held by:
  tests/features/matters/window/test_managing_flow.py::test_a_refused_name_stays_in_the_dialog_which_says_why.
"""
