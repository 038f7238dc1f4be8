"""Suggested questions in the window: when they are made, and what a click does.

Invariants:

- What is being written is not lost by a click. Held by:
  tests/features/suggestions/window/test_suggestions_flow.py::test_what_is_being_written_is_not_lost.
- An answer that failed, was stopped or names no page suggests nothing. Held by:
  tests/features/suggestions/window/test_suggestions_flow.py::test_after_an_answer_that_failed_or_names_no_page_none_are,
  tests/features/suggestions/window/test_suggestions_flow.py::test_after_an_answer_that_was_stopped_none_are.
"""
