"""Other programs in the window: allowed, refused, and listed with what each may see.

Invariants:

- Whoever decides later allows nothing meanwhile. Held by:
  tests/features/programs/window/test_programs_flow.py::test_whoever_decides_later_allows_nothing.
"""
