"""Tables: questions asked of many documents, each as if it were the first. In code, a sheet asks its columns of its
rows; with a document in each row it is a grid.

`service.Sheets` asks, `store.py` keeps, `cells.read_cell` says what a cell is.

Invariants:

- A cell is a question of the table's conversation, so all that holds for answers holds for cells; what a cell says is
  kept nowhere but read from its answer. Held by:
  tests/features/tables/test_cells.py::test_a_cell_has_one_finding_and_one_mark,
  tests/features/tables/test_recording.py::test_every_cell_has_its_entry.
- Window, exports and terminal say the same of each cell. Held by:
  tests/features/tables/window/test_grid_findings.py::test_window_workbook_csv_and_terminal_say_the_same_of_each_cell.
- All is asked of a document before the next, so each is read once. Held by:
  tests/features/tables/test_grids.py::test_each_document_is_read_once.
- Words decide on a value and no model; green is for word for word alone. Held by:
  tests/features/tables/test_grids.py::test_the_words_themselves_decide_and_no_model,
  tests/features/tables/window/test_grid_findings.py::test_green_is_for_word_for_word_alone.
- What a person enters takes the place of the value and loses all marks. Held by:
  tests/features/tables/test_cells.py::test_what_a_person_entered_takes_the_place_of_the_value_and_loses_all_marks.
- After a kill only what is not answered is asked; nothing is asked twice. Held by:
  tests/features/tables/test_grids.py::test_after_a_kill_only_what_is_not_answered_is_asked.
- Side by side, lanes take turns: one goes on while the others wait for the server, so what they share needs no lock.
  Held by: tests/features/tables/test_lanes.py::test_what_lanes_share_is_used_by_one_at_a_time.
"""
