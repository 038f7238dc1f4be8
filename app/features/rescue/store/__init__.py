"""Reads a damaged database page by page, without SQLite, and puts its rows into a new one.

`reading.py` goes down from the roots, `shapes.py` knows stray pages by their rows, `saving.py` makes the new database
whole.

Invariants:

- Every row on a page that is not damaged is saved. Held by:
  tests/features/rescue/store/test_rescue.py::test_what_is_on_no_damaged_page_is_read,
  tests/features/rescue/store/test_rescue.py::test_all_rows_of_a_whole_database_are_read,
  tests/features/rescue/store/test_rescue.py::test_what_is_below_a_page_that_was_cut_off_is_saved,
  tests/features/rescue/store/test_rescue.py::test_what_a_page_of_an_earlier_time_does_not_lead_to_is_saved.
- Reading and saving end: a page is walked down to once, a page that nothing leads to is ranked anew only when more is
  known, and making rows whole leaves fewer rows, or fewer that refer to something. Held by:
  tests/features/rescue/store/test_rescue.py::test_pages_that_lead_in_a_circle_are_read_once,
  tests/features/rescue/store/test_rescue.py::test_pages_that_nothing_leads_to_are_read_a_few_times_at_most,
  tests/features/rescue/store/test_rescue.py::test_a_table_whose_rows_refer_to_others_is_made_whole_without_those.
- No loss goes untold. Held by: tests/features/rescue/store/test_rescue.py::test_loss_is_told_however_little_is_left.
- A database of any version is saved as that version, then upgraded as any other. Held by:
  tests/features/rescue/store/test_rescue.py::test_a_desk_of_every_version_is_saved.
- A new table needs nothing here, unless its rows can be made again; then it is in `reading.DERIVED`. Not tested:
  nothing can tell which rows can be made again.
- A wrong key, or a desk that is open elsewhere, changes nothing. Held by:
  tests/features/rescue/store/test_rescue.py::test_a_wrong_key_saves_nothing_and_changes_nothing,
  tests/features/rescue/store/test_rescue.py::test_nothing_is_saved_while_somebody_has_it_open.
"""
