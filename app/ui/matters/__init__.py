"""The desks that there are: another is opened in place of this one, things move there, a matter has instructions and a
server of its own.

Invariants:

- What would be stopped by leaving is said first. Held by:
  tests/ui/test_matters.py::test_what_would_be_stopped_is_said_first.
- A matter that does not open leaves this one open. Held by:
  tests/ui/test_matters.py::test_one_that_does_not_open_leaves_this_one_open.
- What is moved is forgotten by the window. Held by:
  tests/ui/test_matters.py::test_a_conversation_is_moved_with_its_books_and_the_window_forgets_both.
"""
