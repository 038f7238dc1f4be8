"""Reads a damaged database page by page, without SQLite, and puts its rows into a new one.

`reading.py` goes down from the roots, `shapes.py` knows stray pages by their rows, `saving.py` makes the new database
whole.

Invariants:

- Every row on a page that is not damaged is saved. Held by:
  tests/features/rescue/store/test_rescue.py::test_what_is_on_no_damaged_page_is_read,
  tests/features/rescue/store/test_rescue.py::test_all_rows_of_a_whole_database_are_read.
- A database of any version is saved as that version, then upgraded as any other. Held by:
  tests/features/rescue/store/test_rescue.py::test_a_desk_of_every_version_is_saved.
- A new table needs nothing here, unless its rows can be made again; then it is in `reading.DERIVED`. Not tested:
  nothing can tell which rows can be made again.
- A wrong key, or a desk that is open elsewhere, changes nothing. Held by:
  tests/features/rescue/store/test_rescue.py::test_a_wrong_key_saves_nothing_and_changes_nothing,
  tests/features/rescue/store/test_rescue.py::test_nothing_is_saved_while_somebody_has_it_open.
"""
