"""A table as a file: Markdown, HTML, Word, a workbook, CSV. `report.py` is what it says, whatever the format.

Invariants:

- A workbook has values, quotations and sources, and no formula. Held by:
  tests/features/tables/test_grid_export.py::test_a_workbook_has_values_quotations_and_sources,
  tests/features/tables/test_sheet_export.py::test_no_cell_is_a_formula.
- An answer that is longer than a cell goes on below. Held by:
  tests/features/tables/test_sheet_export.py::test_an_answer_longer_than_a_cell_goes_on_below.
"""
