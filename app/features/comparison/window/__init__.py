"""The comparison in the window: the list of changes, and both documents beside it.

Invariants:

- Whatever is chosen is shown at its place in both documents. Held by:
  tests/features/comparison/window/test_compare_flow.py::test_what_only_one_book_has_is_at_its_place_in_the_other.
- A removed document closes its comparison. Held by:
  tests/features/comparison/window/test_compare_flow.py::test_a_removed_book_closes_its_comparison.
"""
