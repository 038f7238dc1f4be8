"""Tables: CSV, Excel workbooks; and how rows are written as text.

Invariants:

- A cell has the value that its file stores; nothing is computed. Held by:
  tests/documents/tables/test_tables.py::test_formulas_show_what_they_last_came_to.
- Calamine has no limits, so `xlsx_checks.py` looks at a workbook first, and its panics are damage. Held by:
  tests/documents/tables/test_xlsx_hostile.py::test_a_sheet_that_is_small_but_says_to_be_vast_is_refused,
  tests/documents/tables/test_xlsx_hostile.py::test_a_panic_of_calamine_is_damage.
- Every page carries the header of its rows. Held by:
  tests/documents/tables/test_tables.py::test_every_page_carries_the_header.
- What a workbook hides is left out and flagged. Held by:
  tests/documents/tables/test_tables.py::test_hidden_sheets_are_left_out_and_flagged,
  tests/documents/tables/test_xlsx_looks.py::test_a_cell_that_does_not_show_what_is_in_it_is_kept_aside.
"""
