"""The rescue: what can be saved of damaged data, offered where the window cannot open it, or by `octavo rescue`. See
`app/decisions/009-rescue-without-sqlite.md`.

Invariants:

- What is whole stays as it is. Held by: tests/features/rescue/test_service.py::test_what_is_whole_stays_as_it_is.
- A damaged database stays beside the new one, and a kill on the way leaves the one or the other. Held by:
  tests/features/rescue/store/test_rescue.py::test_the_new_database_takes_the_place_of_the_damaged_one,
  tests/features/rescue/store/test_rescue.py::test_cut_short_when_the_new_one_is_whole_the_next_start_ends_it.
- A matter whose key is lost is named and left. Held by:
  tests/features/rescue/test_service.py::test_a_matter_whose_key_is_lost_is_named_and_left.
"""
