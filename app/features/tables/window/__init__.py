"""Tables in the window: one presenter and one panel, two layouts of the same cells: a list, and a grid if there are
several rows or typed columns.

Invariants:

- A table that is not asked yet is stored as it is written (`TableDraft`). Held by:
  tests/features/tables/window/test_question_rows.py::test_what_is_half_written_is_there_in_the_next_window.
- While a table is asked a question is refused or comes in between, and stays written. Held by:
  tests/features/tables/window/test_sheet_flow.py::test_while_a_sheet_is_asked_a_question_is_refused_and_stays_written,
  tests/features/tables/window/test_sheet_holding.py::test_a_question_comes_before_the_rest_of_a_sheet_that_a_server_answers.
- All can be done by keyboard, and a screen reader gets all of a cell. Held by:
  tests/features/tables/window/test_grid_flow.py::test_the_keyboard_reaches_all_of_it,
  tests/features/tables/window/test_grid_table.py::test_a_screen_reader_gets_all_of_a_cell.
"""
