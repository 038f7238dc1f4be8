"""The search in the window: its panel, its filters, and what the palette finds in texts.

Invariants:

- Other words end the search for those before, and its late results are not shown. Held by:
  tests/features/library_search/window/test_library_search_flow.py::test_what_was_found_for_earlier_words_is_not_opened,
  tests/features/library_search/window/test_palette.py::test_other_words_end_the_search_for_those_before.
- What a filter leaves out is said. Held by:
  tests/features/library_search/window/test_library_search_flow.py::test_what_is_left_out_is_said_and_can_be_taken_back.
"""
